//! The ordered table: the first rule that applies decides.

use model::{
    BackgroundPolicy, BindingLoss, CertificateState, Mute, Permission, ReasonCode, SessionState, TextVariant,
};

use crate::{
    facts::{AckFact, BindingFact, Facts, LoginFact, OtherEndFact},
    reasons::Reason,
    sees::{self, Sight},
};

/// Raised whenever a rule is added, moved or changed; a delivery row keeps the version that decided it.
pub const TABLE_VERSION: u16 = 3;

/// What a rule rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// A push goes out through the binding's certificate.
    Push,
    /// No push.
    Skip,
    /// Not decided before the acknowledgement's deadline.
    Wait,
    /// The device has the message.
    Delivered,
}

/// The parts of the table, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Is there anything to push?
    Message,
    /// Is the user there, and is the message on its way already?
    Login,
    /// Does the user want it?
    User,
    /// Can the device be reached, and must it be?
    Device,
    /// Can the certificate carry it?
    Certificate,
    /// Then it is pushed, and this is why.
    Push,
}

impl Part {
    /// The question its rules answer, in English and Chinese.
    #[must_use]
    pub const fn question(self) -> (&'static str, &'static str) {
        match self {
            Self::Message => ("Message: is there anything to push?", "消息：是否需要推送"),
            Self::Login => (
                "Login: is the user there, and is the message on its way?",
                "登录：用户是否在线、消息是否已在途",
            ),
            Self::User => ("User: does the user want it?", "用户：用户是否希望被打扰"),
            Self::Device => ("Device: can it be reached, and must it be?", "设备：能否推送、是否必须推送"),
            Self::Certificate => ("Certificate: can it carry the push?", "证书：能否承载推送"),
            Self::Push => ("Push: nothing stands against it", "推送：没有任何规则阻止"),
        }
    }
}

/// One rule of the table.
#[derive(Debug)]
pub struct Rule {
    /// Where it stands.
    pub part: Part,
    /// What it rules when it applies.
    pub ruling: Ruling,
    /// The reason it gives when it decides.
    pub reason: ReasonCode,
    /// Whether it applies.
    applies: fn(&Facts) -> bool,
    /// What it looks at.
    sight: &'static Sight,
}

impl Rule {
    /// What it looks at, in English and Chinese.
    #[must_use]
    pub const fn looks_at(&self) -> (&'static str, &'static str) {
        (self.sight.looks_at_en, self.sight.looks_at_zh)
    }
}

/// What was decided, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// What.
    pub ruling: Ruling,
    /// By which.
    pub reason: ReasonCode,
    /// Which text the target is shown.
    pub text: TextVariant,
}

const fn rule(
    part: Part,
    ruling: Ruling,
    reason: ReasonCode,
    sight: &'static Sight,
    applies: fn(&Facts) -> bool,
) -> Rule {
    Rule { part, ruling, reason, applies, sight }
}

/// The rules in their order.
///
/// What has arrived is delivered, whatever was set since. A frame on its way to a phone in the user's hand is waited
/// for before the user's wishes are asked, so that it ends as delivered and not as muted. Wishes that may change from
/// message to message are asked before what is true of the device for long.
static TABLE: &[Rule] = {
    use Part::{Certificate, Device, Login, Message, Push as Pushed, User};
    use Ruling::{Delivered, Push, Skip, Wait};
    &[
        rule(Message, Skip, Reason::NOTICE, &sees::KIND, |f| f.notice),
        rule(Message, Delivered, Reason::ACKED, &sees::ACK, |f| f.ack == AckFact::Acked),
        rule(Message, Skip, Reason::PUSH_OFF, &sees::ENABLED, |f| !f.push_enabled),
        rule(Message, Skip, Reason::NO_PUSH_SETTINGS, &sees::SETTINGS, |f| {
            !f.has_settings && !f.push_without_settings
        }),
        rule(Message, Skip, Reason::ONLINE_ONLY, &sees::ONLINE_ONLY, |f| f.online_only),
        rule(Message, Skip, Reason::MESSAGE_EXPIRED, &sees::LIFETIME, |f| f.at >= f.expires_at),
        rule(Message, Skip, Reason::RECALLED, &sees::RECALL, |f| f.recalled),
        rule(Message, Skip, Reason::CALL_OVER, &sees::CALL, |f| f.call_over),
        rule(Login, Skip, Reason::OWN_DEVICE, &sees::SENDER, |f| f.own),
        rule(Login, Skip, Reason::NEVER_LOGGED_IN, &sees::LOGIN, |f| f.login == LoginFact::Never),
        rule(Login, Skip, Reason::LOGGED_OUT, &sees::LOGIN, |f| is(f, SessionState::LoggedOut)),
        rule(Login, Skip, Reason::KICKED, &sees::LOGIN, |f| is(f, SessionState::Kicked)),
        rule(Login, Wait, Reason::FOREGROUND_WAITING, &sees::PRESENCE, waits_in_foreground),
        rule(User, Skip, Reason::DO_NOT_DISTURB, &sees::SPAN, |f| f.silent_span && !f.forced),
        rule(User, Skip, Reason::MUTED, &sees::MUTE, |f| f.mute == Mute::All && !f.forced),
        rule(User, Skip, Reason::NOT_MENTIONED, &sees::MUTE, |f| {
            f.mute == Mute::ExceptMentions && !f.mentioned && !f.forced
        }),
        rule(User, Skip, Reason::OTHER_END_ACKED, &sees::OTHER_END, |f| f.other_end == OtherEndFact::Acked),
        rule(User, Wait, Reason::OTHER_END_WAITING, &sees::OTHER_END, |f| {
            f.other_end == OtherEndFact::Waiting
        }),
        rule(Device, Skip, Reason::UNREGISTERED, &sees::REGISTRATION, |f| f.unregistered),
        rule(Device, Skip, Reason::PUSH_SWITCHED_OFF, &sees::PUSH_SWITCH, |f| f.push_off),
        rule(Device, Skip, Reason::FOREGROUND, &sees::PRESENCE, |f| {
            is(f, SessionState::OnlineForeground) && !f.framed
        }),
        rule(Device, Wait, Reason::BACKGROUND_WAITING, &sees::BACKGROUND, waits_in_background),
        rule(Device, Wait, Reason::RECONNECT_GRACE, &sees::LOGIN, |f| {
            f.login == LoginFact::Reconnecting && !f.call
        }),
        rule(Device, Skip, Reason::STALE_DEVICE, &sees::LAST_HEARD, |f| f.stale),
        rule(Device, Skip, Reason::NOTIFICATIONS_OFF, &sees::NOTIFICATIONS, |f| {
            f.notifications == Permission::Off
        }),
        rule(Device, Skip, Reason::TOKEN_CLEARED, &sees::BINDING, |f| lost(f, BindingLoss::TokenDead)),
        rule(Device, Skip, Reason::TOKEN_TAKEN_OVER, &sees::BINDING, |f| lost(f, BindingLoss::TakenOver)),
        rule(Device, Skip, Reason::NO_BINDING, &sees::BINDING, |f| f.binding != BindingFact::Bound),
        rule(Certificate, Skip, Reason::CERTIFICATE_MISSING, &sees::CERTIFICATE, |f| {
            f.certificate_state == CertificateState::Missing
        }),
        rule(Certificate, Skip, Reason::CERTIFICATE_DISABLED, &sees::CERTIFICATE, |f| {
            f.certificate_state == CertificateState::Disabled
        }),
        rule(Certificate, Skip, Reason::CERTIFICATE_EXPIRED, &sees::CERTIFICATE, |f| {
            f.certificate_state == CertificateState::Expired
        }),
        rule(Certificate, Skip, Reason::WRONG_ENVIRONMENT, &sees::CERTIFICATE, |f| {
            f.certificate_state == CertificateState::WrongEnvironment
        }),
        rule(Pushed, Push, Reason::PUSH_DIRECT, &sees::LOGIN, |f| f.login == LoginFact::NotNeeded),
        rule(Pushed, Push, Reason::PUSH_UNACKED, &sees::ACK, |f| f.ack == AckFact::Missed),
        rule(Pushed, Push, Reason::PUSH_BACKGROUND, &sees::BACKGROUND, |f| {
            is(f, SessionState::OnlineBackground)
        }),
        rule(Pushed, Push, Reason::PUSH_DISCONNECTED, &sees::PRESENCE, |_| true),
    ]
};

fn is(facts: &Facts, state: SessionState) -> bool {
    facts.login == LoginFact::State(state)
}

/// A frame that is not out yet is about to be: nothing but a missed acknowledgement pushes to a phone in use.
fn waits_in_foreground(facts: &Facts) -> bool {
    is(facts, SessionState::OnlineForeground) && facts.framed && facts.ack != AckFact::Missed
}

fn waits_in_background(facts: &Facts) -> bool {
    is(facts, SessionState::OnlineBackground)
        && facts.background == BackgroundPolicy::WaitForLoss
        && facts.ack == AckFact::Waiting
}

fn lost(facts: &Facts, loss: BindingLoss) -> bool {
    facts.binding == BindingFact::Lost(loss)
}

/// The rules in their order, for documentation.
#[must_use]
pub fn rule_table() -> &'static [Rule] {
    TABLE
}

/// Decides one target: the first rule that applies.
#[must_use]
pub fn decide(facts: &Facts) -> Decision {
    let rule = TABLE
        .iter()
        .find(|rule| (rule.applies)(facts))
        .unwrap_or_else(|| unreachable!("the last rule always applies"));
    Decision { ruling: rule.ruling, reason: rule.reason, text: text_of(facts) }
}

/// The user's wish to show nothing goes before the sender's wish to show another text.
const fn text_of(facts: &Facts) -> TextVariant {
    match facts {
        Facts { hide_details: true, .. } => TextVariant::Hidden,
        Facts { forced: true, forced_text: true, .. } => TextVariant::Forced,
        _ => TextVariant::Full,
    }
}

/// One rule's part in a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTrace {
    /// The rule's reason.
    pub reason: ReasonCode,
    /// What it rules when it applies.
    pub ruling: Ruling,
    /// What it did.
    pub result: TraceResult,
    /// What it looked at, in English.
    pub saw_en: String,
    /// The same in Chinese.
    pub saw_zh: String,
}

/// What a rule did in a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceResult {
    /// It did not apply.
    Passed,
    /// It decided.
    Decided,
    /// Another had decided before.
    NotReached,
}

/// Walks the table over the facts and tells what every rule saw.
#[must_use]
pub fn replay(facts: &Facts) -> Vec<RuleTrace> {
    let decider = TABLE.iter().position(|rule| (rule.applies)(facts));
    TABLE
        .iter()
        .enumerate()
        .map(|(place, rule)| {
            let result = match decider {
                Some(decider) if place == decider => TraceResult::Decided,
                Some(decider) if place > decider => TraceResult::NotReached,
                _ => TraceResult::Passed,
            };
            let seen = rule.sight.see(facts);
            RuleTrace { reason: rule.reason, ruling: rule.ruling, result, saw_en: seen.en, saw_zh: seen.zh }
        })
        .collect()
}
