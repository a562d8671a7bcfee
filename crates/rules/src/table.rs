//! The ordered table: the first rule that applies decides.

use model::{
    BackgroundPolicy, BindingLoss, CertificateState, Mute, Permission, ReasonCode, SessionState, TextVariant,
};

use crate::{
    facts::{AckFact, BindingFact, Facts, LoginFact, OtherEndFact},
    reasons::Reason,
};

/// Raised whenever a rule is added, moved or changed; a delivery row keeps the version that decided it.
pub const TABLE_VERSION: u16 = 2;

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

/// One rule of the table.
#[derive(Debug)]
pub struct Rule {
    /// The reason it gives when it decides.
    pub reason: ReasonCode,
    /// What it rules when it applies.
    pub ruling: Ruling,
    /// Whether it applies.
    applies: fn(&Facts) -> bool,
    /// What it looked at, in English and Chinese.
    sees: fn(&Facts) -> (String, String),
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
    ruling: Ruling,
    reason: ReasonCode,
    applies: fn(&Facts) -> bool,
    sees: fn(&Facts) -> (String, String),
) -> Rule {
    Rule { reason, ruling, applies, sees }
}

/// The rules in their order: message, user, device, certificate, and at last the reason to push.
static TABLE: &[Rule] = &[
    rule(Ruling::Skip, Reason::NOTICE, |f| f.notice, see_notice),
    rule(Ruling::Skip, Reason::PUSH_OFF, |f| !f.push_enabled, see_enabled),
    rule(
        Ruling::Skip,
        Reason::NO_PUSH_SETTINGS,
        |f| !f.has_settings && !f.push_without_settings,
        see_settings,
    ),
    rule(Ruling::Skip, Reason::ONLINE_ONLY, |f| f.online_only, see_online_only),
    rule(Ruling::Skip, Reason::MESSAGE_EXPIRED, |f| f.at >= f.expires_at, see_lifetime),
    rule(Ruling::Skip, Reason::RECALLED, |f| f.recalled, see_recalled),
    rule(Ruling::Skip, Reason::CALL_OVER, |f| f.call_over, see_call),
    rule(Ruling::Skip, Reason::OWN_DEVICE, |f| f.own, see_own),
    rule(Ruling::Skip, Reason::NEVER_LOGGED_IN, |f| f.login == LoginFact::Never, see_login),
    rule(Ruling::Skip, Reason::LOGGED_OUT, |f| in_state(f, SessionState::LoggedOut), see_login),
    rule(Ruling::Skip, Reason::KICKED, |f| in_state(f, SessionState::Kicked), see_login),
    rule(Ruling::Skip, Reason::UNREGISTERED, |f| f.unregistered, see_unregistered),
    rule(Ruling::Delivered, Reason::ACKED, |f| f.ack == AckFact::Acked, see_ack),
    rule(Ruling::Skip, Reason::DO_NOT_DISTURB, |f| f.silent_span && !f.forced, see_span),
    rule(Ruling::Skip, Reason::MUTED, |f| f.mute == Mute::All && !f.forced, see_mute),
    rule(
        Ruling::Skip,
        Reason::NOT_MENTIONED,
        |f| f.mute == Mute::ExceptMentions && !f.mentioned && !f.forced,
        see_mute,
    ),
    rule(Ruling::Skip, Reason::OTHER_END_ACKED, |f| f.other_end == OtherEndFact::Acked, see_other_end),
    rule(Ruling::Skip, Reason::PUSH_SWITCHED_OFF, |f| f.push_off, see_push_switch),
    rule(Ruling::Skip, Reason::STALE_DEVICE, |f| f.stale, see_stale),
    rule(Ruling::Wait, Reason::OTHER_END_WAITING, |f| f.other_end == OtherEndFact::Waiting, see_other_end),
    rule(Ruling::Wait, Reason::RECONNECT_GRACE, |f| f.login == LoginFact::Reconnecting, see_login),
    rule(
        Ruling::Wait,
        Reason::FOREGROUND_WAITING,
        |f| in_state(f, SessionState::OnlineForeground) && f.ack == AckFact::Waiting,
        see_presence,
    ),
    rule(
        Ruling::Skip,
        Reason::FOREGROUND,
        |f| in_state(f, SessionState::OnlineForeground) && !f.framed,
        see_presence,
    ),
    rule(Ruling::Wait, Reason::BACKGROUND_WAITING, waits_in_background, see_background),
    rule(Ruling::Skip, Reason::NOTIFICATIONS_OFF, |f| f.notifications == Permission::Off, see_notifications),
    rule(Ruling::Skip, Reason::TOKEN_CLEARED, |f| lost(f, BindingLoss::TokenDead), see_binding),
    rule(Ruling::Skip, Reason::TOKEN_TAKEN_OVER, |f| lost(f, BindingLoss::TakenOver), see_binding),
    rule(Ruling::Skip, Reason::NO_BINDING, |f| f.binding != BindingFact::Bound, see_binding),
    rule(
        Ruling::Skip,
        Reason::CERTIFICATE_MISSING,
        |f| certificate(f, CertificateState::Missing),
        see_certificate,
    ),
    rule(
        Ruling::Skip,
        Reason::CERTIFICATE_DISABLED,
        |f| certificate(f, CertificateState::Disabled),
        see_certificate,
    ),
    rule(
        Ruling::Skip,
        Reason::CERTIFICATE_EXPIRED,
        |f| certificate(f, CertificateState::Expired),
        see_certificate,
    ),
    rule(
        Ruling::Skip,
        Reason::WRONG_ENVIRONMENT,
        |f| certificate(f, CertificateState::WrongEnvironment),
        see_certificate,
    ),
    rule(Ruling::Push, Reason::PUSH_DIRECT, |f| f.login == LoginFact::NotNeeded, see_login),
    rule(Ruling::Push, Reason::PUSH_UNACKED, |f| f.ack == AckFact::Missed, see_ack),
    rule(
        Ruling::Push,
        Reason::PUSH_BACKGROUND,
        |f| in_state(f, SessionState::OnlineBackground),
        see_background,
    ),
    rule(Ruling::Push, Reason::PUSH_DISCONNECTED, |_| true, see_presence),
];

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
    let text = match facts {
        Facts { hide_details: true, .. } => TextVariant::Hidden,
        Facts { forced: true, forced_text: true, .. } => TextVariant::Forced,
        _ => TextVariant::Full,
    };
    Decision { ruling: rule.ruling, reason: rule.reason, text }
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
    let mut decided = false;
    TABLE
        .iter()
        .map(|rule| {
            let result = if decided {
                TraceResult::NotReached
            } else if (rule.applies)(facts) {
                decided = true;
                TraceResult::Decided
            } else {
                TraceResult::Passed
            };
            let (saw_en, saw_zh) = (rule.sees)(facts);
            RuleTrace { reason: rule.reason, ruling: rule.ruling, result, saw_en, saw_zh }
        })
        .collect()
}

fn in_state(facts: &Facts, state: SessionState) -> bool {
    facts.login == LoginFact::State(state)
}

fn waits_in_background(facts: &Facts) -> bool {
    in_state(facts, SessionState::OnlineBackground)
        && facts.background == BackgroundPolicy::WaitForLoss
        && facts.ack == AckFact::Waiting
}

fn lost(facts: &Facts, loss: BindingLoss) -> bool {
    facts.binding == BindingFact::Lost(loss)
}

fn certificate(facts: &Facts, state: CertificateState) -> bool {
    facts.certificate_state == state
}

fn both(en: &str, zh: &str) -> (String, String) {
    (en.to_owned(), zh.to_owned())
}

fn see_enabled(facts: &Facts) -> (String, String) {
    if facts.push_enabled {
        both("push.enabled is on", "push.enabled 为开")
    } else {
        both("push.enabled is off", "push.enabled 为关")
    }
}

fn see_settings(facts: &Facts) -> (String, String) {
    match (facts.has_settings, facts.push_without_settings) {
        (true, _) => both("the message has push settings", "消息携带了离线推送信息"),
        (false, true) => {
            both("no push settings; the App pushes all the same", "消息未携带离线推送信息，应用策略仍然推送")
        }
        (false, false) => {
            both("no push settings; the App asks for them", "消息未携带离线推送信息，应用策略要求必须携带")
        }
    }
}

fn see_notice(facts: &Facts) -> (String, String) {
    if facts.notice {
        both("it is the server's own word", "这是服务端通知")
    } else {
        both("somebody sent it", "由发送方发出")
    }
}

fn see_online_only(facts: &Facts) -> (String, String) {
    if facts.online_only {
        both("online_only is on", "online_only 为开")
    } else {
        both("it is stored for everybody", "消息会为所有接收方存储")
    }
}

fn see_recalled(facts: &Facts) -> (String, String) {
    if facts.recalled {
        both("it was taken back", "消息已被撤回")
    } else {
        both("it stands", "消息未被撤回")
    }
}

fn see_call(facts: &Facts) -> (String, String) {
    if facts.call_over {
        both("its call rings no more for this user", "该呼叫对此用户已停止振铃")
    } else {
        both("it is no call, or one that rings", "不是呼叫，或呼叫仍在振铃")
    }
}

fn forced_words(facts: &Facts) -> (&'static str, &'static str) {
    if facts.forced { ("; the push is forced", "；已强制推送") } else { ("", "") }
}

fn see_span(facts: &Facts) -> (String, String) {
    let (en, zh) = match (facts.silent_span, facts.hide_details) {
        (true, _) => ("the user's span lets no push through", "处于免打扰时段，不推送"),
        (false, true) => ("the user wants no details shown", "用户要求不显示详情"),
        (false, false) => ("no span is on", "不在免打扰时段"),
    };
    let (forced_en, forced_zh) = forced_words(facts);
    (format!("{en}{forced_en}"), format!("{zh}{forced_zh}"))
}

fn see_mute(facts: &Facts) -> (String, String) {
    let (en, zh) = match (facts.mute, facts.mentioned) {
        (Mute::None, _) => ("the conversation is not muted", "会话未设免打扰"),
        (Mute::All, _) => ("the conversation is muted", "会话已设免打扰"),
        (Mute::ExceptMentions, true) => {
            ("only mentions push, and the user is mentioned", "仅 @ 推送，且已 @ 该用户")
        }
        (Mute::ExceptMentions, false) => {
            ("only mentions push, and the user is not mentioned", "仅 @ 推送，且未 @ 该用户")
        }
    };
    let (forced_en, forced_zh) = forced_words(facts);
    (format!("{en}{forced_en}"), format!("{zh}{forced_zh}"))
}

fn see_other_end(facts: &Facts) -> (String, String) {
    match facts.other_end {
        OtherEndFact::None => both("no other end silences this one", "没有其他端使本端静默"),
        OtherEndFact::Waiting => {
            both("another end was sent it and may still acknowledge", "已下发到其他端，等待确认")
        }
        OtherEndFact::Acked => both("another end has it", "其他端已收到"),
    }
}

fn see_push_switch(facts: &Facts) -> (String, String) {
    if facts.push_off {
        both("the device's pushes are switched off", "该设备的推送开关为关")
    } else {
        both("the device's pushes are switched on", "该设备的推送开关为开")
    }
}

fn see_stale(facts: &Facts) -> (String, String) {
    if facts.stale {
        both("the device was silent for too long", "设备离线时间过长")
    } else {
        both("the device was heard of in time", "设备离线时间在限度内")
    }
}

fn see_lifetime(facts: &Facts) -> (String, String) {
    let left_s = facts.expires_at.since_ms(facts.at) / 1000;
    if left_s > 0 {
        (format!("{left_s} s of its lifetime were left"), format!("有效期还剩 {left_s} 秒"))
    } else {
        (format!("its lifetime ended {} s before", -left_s), format!("有效期已于 {} 秒前结束", -left_s))
    }
}

fn see_own(facts: &Facts) -> (String, String) {
    if facts.own {
        both("sender and target are the same user", "发送者与目标是同一用户")
    } else {
        both("another user sent it", "发送者是其他用户")
    }
}

fn see_login(facts: &Facts) -> (String, String) {
    match facts.login {
        LoginFact::NotNeeded => {
            both("addressed by Push ID or token: no login asked for", "按 Push ID 或 token 推送，不要求登录")
        }
        LoginFact::Never => both("no login on any device", "没有任何登录记录"),
        LoginFact::Reconnecting => both(
            "the server has just restarted, the client may still come back",
            "服务端刚刚重启，客户端仍在重连宽限期内",
        ),
        LoginFact::State(state) => {
            let (en, zh) = state_words(state);
            (format!("the login is {en}"), format!("登录会话状态：{zh}"))
        }
    }
}

fn see_presence(facts: &Facts) -> (String, String) {
    let (login_en, login_zh) = see_login(facts);
    let (ack_en, ack_zh) = see_ack(facts);
    (format!("{login_en}; {ack_en}"), format!("{login_zh}；{ack_zh}"))
}

fn see_unregistered(facts: &Facts) -> (String, String) {
    if facts.unregistered {
        both("the Push ID is unregistered", "Push ID 已注销")
    } else {
        both("the Push ID is registered", "Push ID 有效")
    }
}

fn see_ack(facts: &Facts) -> (String, String) {
    match facts.ack {
        AckFact::NotSent => both("no frame was sent to the device", "没有通过长连接下发"),
        AckFact::Waiting => {
            both("the frame is out, its deadline has not passed", "已通过长连接下发，尚在确认期限内")
        }
        AckFact::Missed => both("the frame was not acknowledged", "已通过长连接下发，但未得到确认"),
        AckFact::Acked => both("the device acknowledged the message", "设备已确认收到"),
    }
}

fn see_background(facts: &Facts) -> (String, String) {
    let (presence_en, presence_zh) = see_presence(facts);
    let (policy_en, policy_zh) = match facts.background {
        BackgroundPolicy::Push => ("push", "同时推送"),
        BackgroundPolicy::WaitForLoss => ("wait-for-loss", "断连才推"),
    };
    (format!("{presence_en}; background policy {policy_en}"), format!("{presence_zh}；后台策略：{policy_zh}"))
}

fn see_notifications(facts: &Facts) -> (String, String) {
    match facts.notifications {
        Permission::Unknown => {
            both("the device did not say whether notifications are allowed", "设备未上报通知权限")
        }
        Permission::Allowed => both("notifications are allowed", "通知权限已开启"),
        Permission::Off => both("notifications are switched off", "通知权限已关闭"),
    }
}

fn see_binding(facts: &Facts) -> (String, String) {
    match facts.binding {
        BindingFact::Bound => both("a vendor token is bound", "已绑定厂商 token"),
        BindingFact::Lost(BindingLoss::NeverBound) => {
            both("no vendor token was ever reported", "从未上报过厂商 token")
        }
        BindingFact::Lost(BindingLoss::TokenDead) => {
            both("the token was cleared: the vendor called it dead", "token 已清除：厂商判定失效")
        }
        BindingFact::Lost(BindingLoss::LoggedOut) => {
            both("the binding went with the logout", "绑定已随退出登录解除")
        }
        BindingFact::Lost(BindingLoss::Unbound) => both("the binding was taken back", "绑定已被解除"),
        BindingFact::Lost(BindingLoss::TakenOver) => {
            both("the token now belongs to another device or user", "token 已归属其他设备或用户")
        }
        BindingFact::Lost(BindingLoss::Unregistered) => {
            both("the binding went with the Push ID", "绑定已随 Push ID 注销")
        }
    }
}

fn see_certificate(facts: &Facts) -> (String, String) {
    let Some(id) = facts.certificate else {
        return both("no certificate was chosen", "没有选定推送证书");
    };
    let (en, zh) = match facts.certificate_state {
        CertificateState::Active => ("usable", "可用"),
        CertificateState::Disabled => ("switched off", "已停用"),
        CertificateState::Expired => ("expired", "已过期"),
        CertificateState::WrongEnvironment => {
            ("for the other environment than the app build", "与 App 构建环境不一致")
        }
        CertificateState::Missing => ("gone", "不存在"),
    };
    (format!("certificate {id} is {en}"), format!("推送证书 {id}：{zh}"))
}

const fn state_words(state: SessionState) -> (&'static str, &'static str) {
    match state {
        SessionState::OnlineForeground => ("online-foreground", "在线（前台）"),
        SessionState::OnlineBackground => ("online-background", "在线（后台）"),
        SessionState::Disconnected => ("disconnected", "已断连"),
        SessionState::LoggedOut => ("logged-out", "已退出登录"),
        SessionState::Kicked => ("kicked", "已被踢下线"),
    }
}
