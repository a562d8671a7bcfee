//! What each rule looks at, and what it saw, in both languages.

use model::{BackgroundPolicy, BindingLoss, CertificateState, Mute, Permission, SessionState};

use crate::facts::{AckFact, BindingFact, Facts, LoginFact, OtherEndFact};

/// What a rule looks at.
#[derive(Debug)]
pub(crate) struct Sight {
    /// In English, for documentation.
    pub(crate) looks_at_en: &'static str,
    /// The same in Chinese.
    pub(crate) looks_at_zh: &'static str,
    /// What it saw in these facts.
    see: fn(&Facts) -> Seen,
}

/// What a rule saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// In English.
    pub(crate) en: String,
    /// The same in Chinese.
    pub(crate) zh: String,
}

impl Sight {
    pub(crate) fn see(&self, facts: &Facts) -> Seen {
        (self.see)(facts)
    }
}

const fn sight(looks_at_en: &'static str, looks_at_zh: &'static str, see: fn(&Facts) -> Seen) -> Sight {
    Sight { looks_at_en, looks_at_zh, see }
}

fn seen(en: &str, zh: &str) -> Seen {
    Seen { en: en.to_owned(), zh: zh.to_owned() }
}

/// Two sights in one sentence.
fn both(one: &Seen, other: &Seen) -> Seen {
    Seen { en: format!("{}; {}", one.en, other.en), zh: format!("{}；{}", one.zh, other.zh) }
}

pub(crate) static KIND: Sight = sight("the message's kind", "消息类型", |f| {
    if f.notice {
        seen("it is the server's own word about the conversation", "这是服务端的会话通知")
    } else {
        seen("somebody sent it", "由发送方发出")
    }
});

pub(crate) static ACK: Sight = sight("the device's acknowledgement", "设备的消息确认", see_ack);

pub(crate) static ENABLED: Sight = sight("`push.enabled`", "`push.enabled`", |f| {
    if f.push_enabled {
        seen("push.enabled is on", "push.enabled 为开")
    } else {
        seen("push.enabled is off", "push.enabled 为关")
    }
});

pub(crate) static SETTINGS: Sight = sight(
    "the message's push settings, and `push_without_settings`",
    "离线推送信息与 `push_without_settings`",
    |f| match (f.has_settings, f.push_without_settings) {
        (true, _) => seen("the message has push settings", "消息携带了离线推送信息"),
        (false, true) => {
            seen("no push settings; the App pushes all the same", "消息未携带离线推送信息，应用策略仍然推送")
        }
        (false, false) => {
            seen("no push settings; the App asks for them", "消息未携带离线推送信息，应用策略要求必须携带")
        }
    },
);

pub(crate) static ONLINE_ONLY: Sight = sight("`online_only`", "`online_only`", |f| {
    if f.online_only {
        seen("online_only is on", "online_only 为开")
    } else {
        seen("it is kept for everybody", "消息会为所有接收方存储")
    }
});

pub(crate) static LIFETIME: Sight =
    sight("`push.lifetime_ms`, and the time", "`push.lifetime_ms` 与当前时间", |f| {
        let left_s = f.expires_at.since_ms(f.at) / 1000;
        if f.at < f.expires_at {
            Seen {
                en: format!("{left_s} s of its lifetime were left"),
                zh: format!("有效期还剩 {left_s} 秒"),
            }
        } else {
            let over_s = left_s.saturating_neg();
            Seen {
                en: format!("its lifetime ended {over_s} s before"),
                zh: format!("有效期已于 {over_s} 秒前结束"),
            }
        }
    });

pub(crate) static RECALL: Sight = sight("whether it was recalled", "消息是否已撤回", |f| {
    if f.recalled {
        seen("it was recalled", "消息已被撤回")
    } else {
        seen("it stands", "消息未被撤回")
    }
});

pub(crate) static CALL: Sight =
    sight("the state of its call", "所属呼叫的状态", |f| match (f.call, f.call_over) {
        (_, true) => seen("its call rings no more for this user", "该呼叫对此用户已停止振铃"),
        (true, false) => seen("its call rings", "呼叫正在振铃"),
        (false, false) => seen("it signals no call", "不是呼叫消息"),
    });

pub(crate) static SENDER: Sight = sight("the sender and the target", "发送者与接收者", |f| {
    if f.own {
        seen("sender and target are the same user", "发送者与目标是同一用户")
    } else {
        seen("another user sent it", "发送者是其他用户")
    }
});

pub(crate) static LOGIN: Sight =
    sight("the user's login on the device", "用户在该设备上的登录会话", see_login);

pub(crate) static PRESENCE: Sight = sight(
    "login, app on screen or not, acknowledgement",
    "登录会话、前后台状态与消息确认",
    |f| both(&see_login(f), &see_ack(f)),
);

pub(crate) static SPAN: Sight = sight(
    "the user's `do_not_disturb` in the user's time zone, and `push.force`",
    "用户的免打扰时段 `do_not_disturb`（按其时区）与 `push.force`",
    |f| {
        let span = match (f.silent_span, f.hide_details) {
            (true, _) => seen("the user's span lets no push through", "处于免打扰时段，不推送"),
            (false, true) => seen("the user wants no details shown", "用户要求不显示详情"),
            (false, false) => seen("no span is on", "不在免打扰时段"),
        };
        with_force(f, span)
    },
);

pub(crate) static MUTE: Sight = sight(
    "the user's mute of the conversation, `mentions`, and `push.force`",
    "用户的会话免打扰设置、`mentions` 与 `push.force`",
    |f| {
        let mute = match (f.mute, f.mentioned) {
            (Mute::None, _) => seen("the conversation is not muted", "会话未设免打扰"),
            (Mute::All, _) => seen("the conversation is muted", "会话已设免打扰"),
            (Mute::ExceptMentions, true) => {
                seen("only mentions push, and the user is mentioned", "仅 @ 推送，且已 @ 该用户")
            }
            (Mute::ExceptMentions, false) => {
                seen("only mentions push, and the user is not mentioned", "仅 @ 推送，且未 @ 该用户")
            }
        };
        with_force(f, mute)
    },
);

pub(crate) static OTHER_END: Sight = sight(
    "the user's `multi_end` rules, and what other ends acknowledged",
    "用户的多端推送策略 `multi_end` 与其他端的确认",
    |f| match f.other_end {
        OtherEndFact::None => seen("no other end silences this one", "没有其他端使本端静默"),
        OtherEndFact::Waiting => {
            seen("another end was sent it and may still acknowledge", "已下发到其他端，等待确认")
        }
        OtherEndFact::Acked => seen("another end has it", "其他端已收到"),
    },
);

pub(crate) static REGISTRATION: Sight = sight("the device's Push ID", "设备的 Push ID", |f| {
    if f.unregistered {
        seen("the Push ID is unregistered", "Push ID 已注销")
    } else {
        seen("the Push ID is registered", "Push ID 有效")
    }
});

pub(crate) static PUSH_SWITCH: Sight = sight("the device's push switch", "设备的推送开关", |f| {
    if f.push_off {
        seen("the device's pushes are switched off", "该设备的推送开关为关")
    } else {
        seen("the device's pushes are switched on", "该设备的推送开关为开")
    }
});

pub(crate) static BACKGROUND: Sight = sight(
    "login, acknowledgement, and the App's background policy for the platform",
    "登录会话、消息确认与应用在该平台的后台策略",
    |f| {
        let policy = match f.background {
            BackgroundPolicy::Push => seen("background policy push", "后台策略：同时推送"),
            BackgroundPolicy::WaitForLoss => seen("background policy wait-for-loss", "后台策略：断连才推"),
        };
        both(&PRESENCE.see(f), &policy)
    },
);

pub(crate) static LAST_HEARD: Sight = sight(
    "when the device was last heard of, and `stale_after_days`",
    "设备最近在线时间与 `stale_after_days`",
    |f| {
        if f.stale {
            seen("the device was silent for too long", "设备离线时间过长")
        } else {
            seen("the device was heard of in time", "设备离线时间在限度内")
        }
    },
);

pub(crate) static NOTIFICATIONS: Sight =
    sight("the notification permission that the device reported", "设备上报的通知权限", |f| match f
        .notifications
    {
        Permission::Unknown => {
            seen("the device did not say whether notifications are allowed", "设备未上报通知权限")
        }
        Permission::Allowed => seen("notifications are allowed", "通知权限已开启"),
        Permission::Off => seen("notifications are switched off", "通知权限已关闭"),
    });

pub(crate) static BINDING: Sight =
    sight("the device's vendor token", "设备绑定的厂商 token", |f| match f.binding {
        BindingFact::Bound => seen("a vendor token is bound", "已绑定厂商 token"),
        BindingFact::Lost(BindingLoss::NeverBound) => {
            seen("no vendor token was ever reported", "从未上报过厂商 token")
        }
        BindingFact::Lost(BindingLoss::TokenDead) => {
            seen("the token was cleared: the vendor called it dead", "token 已清除：厂商判定失效")
        }
        BindingFact::Lost(BindingLoss::LoggedOut) => {
            seen("the binding went with the logout", "绑定已随退出登录解除")
        }
        BindingFact::Lost(BindingLoss::Unbound) => seen("the binding was taken back", "绑定已被解除"),
        BindingFact::Lost(BindingLoss::TakenOver) => {
            seen("the token now belongs to another device or user", "token 已归属其他设备或用户")
        }
        BindingFact::Lost(BindingLoss::Unregistered) => {
            seen("the binding went with the Push ID", "绑定已随 Push ID 注销")
        }
    });

pub(crate) static CERTIFICATE: Sight = sight(
    "the certificate of that token, and the build's APNs environment",
    "该 token 所属的推送证书与 App 构建的 APNs 环境",
    |f| {
        let Some(id) = f.certificate else {
            return seen("no certificate was chosen", "没有选定推送证书");
        };
        let state = match f.certificate_state {
            CertificateState::Active => seen("usable", "可用"),
            CertificateState::Disabled => seen("switched off", "已停用"),
            CertificateState::Expired => seen("expired", "已过期"),
            CertificateState::WrongEnvironment => {
                seen("for the other environment than the app build", "与 App 构建环境不一致")
            }
            CertificateState::Missing => seen("gone", "不存在"),
        };
        Seen {
            en: format!("certificate {id} is {}", state.en), zh: format!("推送证书 {id}：{}", state.zh)
        }
    },
);

fn with_force(facts: &Facts, sight: Seen) -> Seen {
    if facts.forced { both(&sight, &seen("the push is forced", "已强制推送")) } else { sight }
}

fn see_login(facts: &Facts) -> Seen {
    match facts.login {
        LoginFact::NotNeeded => seen(
            "no login is asked for: the push names a device or token, or the App keeps no logins here",
            "不要求登录：推送直接指定了设备或 token，或应用未在此登录",
        ),
        LoginFact::Never => seen("no login on any device", "没有任何登录记录"),
        LoginFact::Reconnecting => seen(
            "the server has just restarted, the client may still come back",
            "服务端刚刚重启，客户端仍在重连宽限期内",
        ),
        LoginFact::State(state) => {
            let (en, zh) = match state {
                SessionState::OnlineForeground => ("online-foreground", "在线（前台）"),
                SessionState::OnlineBackground => ("online-background", "在线（后台）"),
                SessionState::Disconnected => ("disconnected", "已断连"),
                SessionState::LoggedOut => ("logged-out", "已退出登录"),
                SessionState::Kicked => ("kicked", "已被踢下线"),
            };
            Seen { en: format!("the login is {en}"), zh: format!("登录会话状态：{zh}") }
        }
    }
}

fn see_ack(facts: &Facts) -> Seen {
    match facts.ack {
        AckFact::NotSent => seen("no frame was sent to the device", "没有通过长连接下发"),
        AckFact::Waiting => {
            seen("the frame is out, its deadline has not passed", "已通过长连接下发，尚在确认期限内")
        }
        AckFact::Missed => seen("the frame was not acknowledged", "已通过长连接下发，但未得到确认"),
        AckFact::Acked => seen("the device acknowledged the message", "设备已确认收到"),
    }
}
