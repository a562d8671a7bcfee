//! From a row of the audience to the facts the rules look at. Pure.

use model::{
    AppPolicy, BindingState, Body, Call, CallEvent, CertificateState, Message, MessageKind, Platform,
    PresencePolicy, Quiet, SessionState, TextVariant, Timestamp, UserId, UserSettings,
};
use rules::{AckFact, BindingFact, Facts, LoginFact, OtherEndFact, Reason, Ruling, decide, is_in_span};
use store::AudienceRow;

use crate::catalogue::AppView;

const DAY_MS: i64 = 24 * 3_600_000;

/// What only the process that holds the connections knows of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// No connection here.
    Offline,
    /// No connection here, but the server has just restarted and it was online before.
    Reconnecting,
    /// Connected, and the message is out as a frame.
    Framed {
        /// The app is on screen.
        foreground: bool,
    },
    /// Connected, and the frame was not acknowledged in the time that its kind has.
    Overdue {
        /// The app is on screen.
        foreground: bool,
    },
    /// Connected, and no frame goes out for this message.
    Unframed {
        /// The app is on screen.
        foreground: bool,
    },
}

/// What the facts of all targets of a message have in common.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// The message.
    pub message: &'a Message,
    /// Its App.
    pub view: &'a AppView,
    /// The call it signals, as it stands now; `None` for anything else, and where the call is gone.
    pub call: Option<&'a Call>,
    /// Now.
    pub now: Timestamp,
}

/// The facts of one target. `ends` are rows in which the same user's other devices are found; more may be among them.
#[must_use]
pub fn facts_of(
    occasion: &Occasion<'_>,
    row: &AudienceRow,
    standing: Standing,
    ends: &[(AudienceRow, Standing)],
) -> Facts {
    let Occasion { message, view, now, .. } = *occasion;
    let policy = &view.app.policy;
    let device = row.device.as_ref();
    let platform = device.map(|device| device.report.platform).unwrap_or_default();
    let environment = device.and_then(|device| device.report.apns_environment);
    let (binding, certificate) = match &row.binding {
        BindingState::Bound(bound) => (BindingFact::Bound, Some(bound.certificate)),
        BindingState::Lost(loss) => (BindingFact::Lost(*loss), None),
    };
    let certificate_state = certificate.map_or(CertificateState::Active, |id| {
        view.certificate(id).map_or(CertificateState::Missing, |found| found.state(now, environment))
    });
    let force = message.push.as_ref().and_then(|push| push.force.as_ref());
    let forced = force.zip(row.user.as_ref()).is_some_and(|(force, user)| force.includes(user));
    let span = quiet_now(&row.settings, now);
    Facts {
        at: now,
        expires_at: message.expires_at,
        notice: message.kind == MessageKind::Notice,
        online_only: message.online_only,
        recalled: message.recalled_at.is_some(),
        call: message.kind == MessageKind::Call,
        call_over: call_is_over(occasion, row.user.as_ref()),
        push_enabled: message.push.as_ref().is_none_or(|push| push.enabled),
        has_settings: message.push.is_some(),
        push_without_settings: policy.push_without_settings,
        own: row.user.is_some() && row.user == message.sender,
        framed: message.addressee.conversation().is_some(),
        forced,
        forced_text: force.and_then(|force| force.body.as_ref()).is_some_and(|text| !text.trim().is_empty()),
        silent_span: span == Some(Quiet::Silent),
        hide_details: row.settings.hide_details || span == Some(Quiet::HideDetails),
        mute: row.mute,
        mentioned: row.user.as_ref().is_some_and(|user| message.mentions.includes(user)),
        other_end: other_end_of(message, row, ends),
        push_off: device.is_some_and(|device| device.push_off_at.is_some()),
        stale: is_stale(policy, row, standing, now),
        login: login_of(policy, row, standing),
        background: policy.background(platform),
        ack: ack_of(message, row, standing),
        notifications: device.map(|device| device.report.notifications).unwrap_or_default(),
        unregistered: device.is_some_and(|device| device.unregistered_at.is_some()),
        binding,
        certificate,
        certificate_state,
    }
}

/// Which text a connected app in the background is to show by itself (row F8), where the facts let it wait for a loss
/// and would push if its connection were gone. It needs no vendor for that, so the binding is not asked about.
#[must_use]
pub fn reminder_text(facts: &Facts) -> Option<TextVariant> {
    if decide(facts).reason != Reason::BACKGROUND_WAITING {
        return None;
    }
    let alone = decide(&Facts {
        login: LoginFact::State(SessionState::Disconnected),
        ack: AckFact::NotSent,
        binding: BindingFact::Bound,
        certificate_state: CertificateState::Active,
        ..facts.clone()
    });
    (alone.ruling == Ruling::Push).then_some(alone.text)
}

/// Whether a call still rings for a user.
#[must_use]
pub fn rings_for(call: &Call, user: &UserId, now: Timestamp) -> bool {
    call.ended_at.is_none()
        && call
            .invitees
            .iter()
            .any(|invitee| invitee.user == *user && invitee.state.is_ringing() && now < invitee.rings_until)
}

/// Whether the device has the message.
pub(crate) fn has_acked(message: &Message, row: &AudienceRow) -> bool {
    message.seq.0 > 0 && row.acked >= message.seq
}

/// Of a call's signals only the invitation is worth a push, and only while it rings.
fn call_is_over(occasion: &Occasion<'_>, user: Option<&UserId>) -> bool {
    let Body::Call(signal) = &occasion.message.body else {
        return false;
    };
    let rings = occasion.call.zip(user).is_some_and(|(call, user)| rings_for(call, user, occasion.now));
    signal.event != CallEvent::Invited || !rings
}

fn quiet_now(settings: &UserSettings, now: Timestamp) -> Option<Quiet> {
    settings.do_not_disturb.as_ref().filter(|span| is_in_span(span, now)).map(|span| span.effect)
}

fn ack_of(message: &Message, row: &AudienceRow, standing: Standing) -> AckFact {
    match standing {
        _ if has_acked(message, row) => AckFact::Acked,
        Standing::Framed { .. } => AckFact::Waiting,
        Standing::Overdue { .. } => AckFact::Missed,
        _ if lost_connection_since(row, message) => AckFact::Missed,
        _ => AckFact::NotSent,
    }
}

fn login_of(policy: &AppPolicy, row: &AudienceRow, standing: Standing) -> LoginFact {
    if row.user.is_none() || policy.presence == PresencePolicy::None {
        return LoginFact::NotNeeded;
    }
    let Some(session) = &row.session else {
        return LoginFact::Never;
    };
    LoginFact::State(match (session.state, standing) {
        (state, _) if !state.is_logged_in() => state,
        (_, Standing::Reconnecting) => return LoginFact::Reconnecting,
        (_, Standing::Offline) => SessionState::Disconnected,
        (
            _,
            Standing::Framed { foreground }
            | Standing::Overdue { foreground }
            | Standing::Unframed { foreground },
        ) => online(foreground),
    })
}

/// Where a connected login stands.
pub(crate) const fn online(foreground: bool) -> SessionState {
    if foreground { SessionState::OnlineForeground } else { SessionState::OnlineBackground }
}

/// The device was connected when the message came and lost the connection before it acknowledged.
fn lost_connection_since(row: &AudienceRow, message: &Message) -> bool {
    message.seq.0 > 0
        && row.session.as_ref().is_some_and(|session| {
            session.state == SessionState::Disconnected && session.since >= message.sent_at
        })
}

/// What the user's strategy (rows F7, T5, T6) makes of the other ends: one that has the message silences this one, and
/// one that was sent it makes the decision wait.
fn other_end_of(message: &Message, row: &AudienceRow, ends: &[(AudienceRow, Standing)]) -> OtherEndFact {
    let Some(device) = row.device.as_ref().filter(|_| !row.settings.multi_end.is_empty()) else {
        return OtherEndFact::None;
    };
    let class = device.report.platform.class();
    let silences = |other: Platform| {
        let rules = row.settings.multi_end.iter();
        rules.clone().any(|rule| rule.silence.contains(&class) && rule.online.contains(&other.class()))
    };
    let mut waiting = false;
    for (end, standing) in ends.iter().filter(|(end, _)| end.user == row.user) {
        let Some(other) = end.device.as_ref().filter(|other| other.id != device.id) else {
            continue;
        };
        if silences(other.report.platform) {
            if has_acked(message, end) {
                return OtherEndFact::Acked;
            }
            waiting |= matches!(standing, Standing::Framed { .. });
        }
    }
    if waiting { OtherEndFact::Waiting } else { OtherEndFact::None }
}

/// Row T16. A device that is connected was heard of just now.
fn is_stale(policy: &AppPolicy, row: &AudienceRow, standing: Standing, now: Timestamp) -> bool {
    let away = matches!(standing, Standing::Offline | Standing::Reconnecting);
    let (Some(days), Some(device), true) = (policy.stale_after_days, &row.device, away) else {
        return false;
    };
    let session_since = row.session.as_ref().map(|session| session.since);
    let heard_at = session_since.map_or(device.seen_at, |since| since.max(device.seen_at));
    now.since_ms(heard_at) > i64::from(days) * DAY_MS
}
