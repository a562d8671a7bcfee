//! Every reason a target can end or wait for, with its sentence in both languages and what to do about it.

use model::ReasonCode;

/// A stable reason. Numbers and names are append-only: stored rows and other people's code hold them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// Stored number.
    pub code: ReasonCode,
    /// Stable word, as in `skipped(logged_out)`.
    pub name: &'static str,
    /// What happened, in English.
    pub en: &'static str,
    /// The same in Chinese.
    pub zh: &'static str,
    /// What to do, in English; empty where nothing is wrong.
    pub hint_en: &'static str,
    /// The same in Chinese.
    pub hint_zh: &'static str,
}

macro_rules! reason_table {
    ($($konst:ident = $code:literal, $name:literal, $en:literal, $zh:literal, $hint_en:literal, $hint_zh:literal;)*) => {
        impl Reason {
            $(
                #[doc = $en]
                pub const $konst: ReasonCode = ReasonCode($code);
            )*
        }

        const REASONS: &[Reason] = &[$(Reason {
            code: Reason::$konst, name: $name, en: $en, zh: $zh, hint_en: $hint_en, hint_zh: $hint_zh,
        },)*];
    };
}

reason_table! {
    PUSH_OFF = 1, "push_off",
        "The sender switched push off for this message.",
        "发送方为这条消息关闭了推送。",
        "Send it with push.enabled = true.",
        "发送时将 push.enabled 设为 true。";
    NO_PUSH_SETTINGS = 2, "no_push_settings",
        "The message has no push settings and the App pushes only messages that have them.",
        "消息未携带离线推送信息，而应用策略要求必须携带。",
        "Send push settings, or set the App's push_without_settings to true.",
        "请携带离线推送信息，或将应用策略 push_without_settings 改为 true。";
    MESSAGE_EXPIRED = 3, "message_expired",
        "The message's push lifetime was over.",
        "消息的推送有效期已过。",
        "Give a longer lifetime_ms, or find out why the decision came late.",
        "请设置更长的 lifetime_ms，或排查决策为何延迟。";
    ONLINE_ONLY = 4, "online_only",
        "The message was for connected devices alone.",
        "该消息仅发给在线设备，不存储、不推送。",
        "Send it without online_only to have it stored and pushed.",
        "如需离线存储并推送，请勿设置 online_only。";
    RECALLED = 5, "recalled",
        "The message was recalled before it was pushed.",
        "消息在推送前已被撤回。",
        "",
        "";
    NOTICE = 6, "notice",
        "It is the server's own word about a conversation, such as a recall or a change of a group, and pushes nothing.",
        "这是服务端的会话通知（如撤回、群变更），本身不触发推送。",
        "",
        "";
    CALL_OVER = 7, "call_over",
        "The call did not ring any more for this user.",
        "该呼叫对此用户已不再振铃（已接听、拒绝、取消、超时或结束）。",
        "",
        "";
    NEVER_LOGGED_IN = 10, "never_logged_in",
        "The user has never logged in on any device.",
        "该用户从未在任何设备上登录过。",
        "The user must log in once in the app, so that a device and its token become known.",
        "用户需先在 App 内登录一次，服务端才知道其设备和 token。";
    DO_NOT_DISTURB = 11, "do_not_disturb",
        "The user's do-not-disturb span was on.",
        "正处于用户设置的免打扰时段。",
        "A force push goes through it; or let the span push without details (effect = hide_details).",
        "强制推送可穿透免打扰；也可将该时段设为推送但不显示详情（effect = hide_details）。";
    MUTED = 12, "muted",
        "The user muted this conversation.",
        "用户已将该会话设为免打扰。",
        "A force push goes through it.",
        "强制推送可穿透会话免打扰。";
    NOT_MENTIONED = 13, "not_mentioned",
        "The user wants pushes of this conversation only where mentioned, and was not.",
        "用户在该会话中只接收 @ 自己的推送，而这条消息没有 @ 该用户。",
        "Mention the user, or force the push.",
        "请 @ 该用户，或使用强制推送。";
    OTHER_END_ACKED = 14, "other_end_acked",
        "Another end of the user has the message, and the user's strategy lets it silence this one.",
        "用户的另一端已收到该消息，按其多端推送策略本端不再推送。",
        "Change the user's multi_end rules to push all the same.",
        "如仍需推送，请修改该用户的多端推送策略 multi_end。";
    OTHER_END_WAITING = 15, "other_end_waiting",
        "Another end of the user, which may silence this one, was sent the message and has not acknowledged it yet.",
        "消息已下发到用户的另一端，按多端推送策略正在等待其确认。",
        "",
        "";
    OWN_DEVICE = 20, "own_device",
        "The target is the sender.",
        "目标就是发送者本人。",
        "",
        "";
    LOGGED_OUT = 21, "logged_out",
        "The user logged out on this device.",
        "用户已在该设备上退出登录。",
        "Pushes start again after the next login.",
        "下次登录后恢复推送。";
    KICKED = 22, "kicked",
        "This device was taken offline by another login or by the server.",
        "该设备已被其他登录或服务端踢下线。",
        "Log in again on this device, or set the App's login policy to many.",
        "请在该设备上重新登录，或将应用的登录策略改为 many（允许多端同时在线）。";
    ACKED = 23, "acked",
        "The device has acknowledged the message.",
        "设备已确认收到该消息。",
        "",
        "";
    UNREGISTERED = 24, "unregistered",
        "The Push ID was unregistered.",
        "该 Push ID 已注销。",
        "Register the device again.",
        "请重新注册该设备。";
    FOREGROUND_WAITING = 25, "foreground_waiting",
        "The app is on screen and the frame is out: a push follows only if no acknowledgement comes in time.",
        "App 在前台，消息已通过长连接下发；只有超时未确认才会推送。",
        "",
        "";
    FOREGROUND = 26, "foreground",
        "The app is on screen, and this push has no frame to wait for.",
        "App 在前台，且这是一次纯推送，无需等待长连接确认。",
        "Put the app in the background to see the notification.",
        "将 App 切到后台即可看到通知。";
    BACKGROUND_WAITING = 27, "background_waiting",
        "The app is connected in the background and the App waits for a loss: a push follows only if no acknowledgement comes in time.",
        "App 在后台保持连接，且策略为断连才推；只有超时未确认才会推送。",
        "Set the App's background policy to push to send both at once.",
        "如需同时推送，请将后台策略改为 push。";
    NOTIFICATIONS_OFF = 28, "notifications_off",
        "The device reported that notifications are switched off for the app.",
        "设备上报：系统已关闭该 App 的通知权限。",
        "Ask the user to allow notifications in the system's settings.",
        "请引导用户在系统设置中开启通知权限。";
    NO_BINDING = 29, "no_binding",
        "The device has reported no vendor token.",
        "设备没有上报厂商 token。",
        "Check the vendor registration on the device: its package, keys and network.",
        "请检查设备上的厂商 SDK 注册：包名、密钥与网络。";
    TOKEN_CLEARED = 30, "token_cleared",
        "The vendor called the device's token dead, and it was cleared.",
        "厂商判定该设备的 token 已失效，已清除。",
        "The app gets a new token at its next start; a reinstall or a long absence does this.",
        "App 下次启动会获取新 token；卸载重装或长期未联网会导致失效。";
    TOKEN_TAKEN_OVER = 31, "token_taken_over",
        "The device's token was reported by another device or user.",
        "该设备的 token 已被另一设备或用户上报占用。",
        "A token has one owner; the app must report its token after each login.",
        "一个 token 只属于一个用户；App 每次登录后都应重新上报。";
    RECONNECT_GRACE = 32, "reconnect_grace",
        "The server restarted; the client has ten seconds to come back before a push goes out.",
        "服务端重启，客户端有 10 秒重连宽限期，逾期才推送。",
        "",
        "";
    PUSH_SWITCHED_OFF = 33, "push_switched_off",
        "The app switched its pushes off on this device.",
        "App 在该设备上关闭了推送（push_switch = off）。",
        "The app switches them on again with its push switch.",
        "由 App 端重新打开推送开关即可恢复。";
    STALE_DEVICE = 34, "stale_device",
        "The device was not heard of for longer than the App's stale_after_days.",
        "设备离线时间超过应用策略 stale_after_days 的上限。",
        "The next login makes it fresh again; raise or remove the limit to push all the same.",
        "下次登录后恢复；如仍需推送，请调大或取消该上限。";
    CERTIFICATE_MISSING = 40, "certificate_missing",
        "The certificate the device is bound to does not exist any more.",
        "设备绑定的推送证书已不存在。",
        "Let the app report its token with an existing certificate ID.",
        "请让 App 使用现有的证书 ID 重新上报 token。";
    CERTIFICATE_DISABLED = 41, "certificate_disabled",
        "The certificate is switched off.",
        "推送证书已停用。",
        "Switch it on under Certificates.",
        "请在“推送证书”中启用。";
    CERTIFICATE_EXPIRED = 42, "certificate_expired",
        "The certificate has expired.",
        "推送证书已过期。",
        "Upload a new one under the same ID.",
        "请在同一证书 ID 下上传新证书。";
    WRONG_ENVIRONMENT = 43, "wrong_environment",
        "The app build and the certificate are for different APNs environments.",
        "App 构建环境与推送证书环境不一致（开发/生产）。",
        "Bind the device to the certificate of its own environment.",
        "请让设备使用与其构建环境一致的证书。";
    PUSH_DISCONNECTED = 60, "push_disconnected",
        "The device has no connection.",
        "设备没有长连接。",
        "",
        "";
    PUSH_UNACKED = 61, "push_unacked",
        "The frame was not acknowledged in time, or the connection was lost before.",
        "消息未在期限内得到设备确认，或连接在此之前已断开。",
        "",
        "";
    PUSH_BACKGROUND = 62, "push_background",
        "The app is connected in the background, where the App's policy sends frame and push together.",
        "App 在后台保持连接，按应用策略长连接与推送同时下发。",
        "",
        "";
    PUSH_DIRECT = 63, "push_direct",
        "No login is asked for: the push names a device or token, or the App keeps its logins elsewhere.",
        "无需登录会话：推送直接指定了设备或 token，或应用未在此登录（presence = none）。",
        "",
        "";
    ACCEPTED = 100, "accepted",
        "The vendor took the push. It is not known to be shown.",
        "厂商已受理推送，但不代表已展示。",
        "If nothing shows: notification permission, channel and the vendor's quota on the device.",
        "若仍未展示，请检查设备的通知权限、通知渠道和厂商配额。";
    FETCHED = 101, "fetched",
        "The device fetched the message before the push began.",
        "推送开始前设备已拉取到该消息。",
        "",
        "";
    LOGGED_OUT_BEFORE_SEND = 102, "logged_out_before_send",
        "The user logged out before the push began.",
        "推送开始前用户已退出登录。",
        "",
        "";
    KICKED_BEFORE_SEND = 103, "kicked_before_send",
        "The device was kicked before the push began.",
        "推送开始前设备已被踢下线。",
        "",
        "";
    EXPIRED_IN_QUEUE = 104, "expired_in_queue",
        "The push's lifetime ended in the queue.",
        "推送在队列中超过有效期。",
        "Look at the lane: a vendor outage, a pause or a quota held it back.",
        "请查看发送队列：可能是厂商故障、限流或配额导致积压。";
    UNREGISTERED_BEFORE_SEND = 105, "unregistered_before_send",
        "The Push ID was unregistered before the push began.",
        "推送开始前 Push ID 已注销。",
        "",
        "";
    CERTIFICATE_UNUSABLE = 106, "certificate_unusable",
        "The certificate was gone, switched off, expired or unreadable when the push was due.",
        "推送到期时证书已被删除、停用、过期或无法读取。",
        "Mend the certificate under Certificates.",
        "请在“推送证书”中修复该证书。";
    TOKEN_DEAD = 107, "token_dead",
        "The vendor called the token dead; the binding was cleared.",
        "厂商判定 token 失效，绑定已清除。",
        "The app gets a new token at its next start.",
        "App 下次启动会获取新 token。";
    TOKEN_DEAD_KEPT = 108, "token_dead_kept",
        "The vendor called the token dead, but it was registered again after that; the binding stays.",
        "厂商判定 token 失效，但设备之后又重新注册过，绑定予以保留。",
        "",
        "";
    TOKEN_DOUBTFUL = 109, "token_doubtful",
        "The vendor refused the token without saying for certain that it is dead; the binding stays for now.",
        "厂商拒绝了该 token，但未明确判定失效，绑定暂时保留。",
        "A second refusal in a row clears it.",
        "若再次被拒绝则清除。";
    ENVIRONMENT_MISMATCH = 110, "environment_mismatch",
        "The vendor refused the token, and it may belong to the other environment; the binding stays.",
        "厂商拒绝了该 token，可能属于另一环境，绑定予以保留。",
        "Check that the app build and the certificate are for the same environment.",
        "请确认 App 构建环境与证书环境一致。";
    MISCONFIGURED = 111, "misconfigured",
        "The vendor refused the certificate or the account.",
        "厂商拒绝了证书或账号。",
        "The vendor's code says what to mend.",
        "请按厂商错误码的说明修复。";
    BAD_REQUEST = 112, "bad_request",
        "The vendor refused this message for good.",
        "厂商拒绝了这条消息，重试无效。",
        "The vendor's code says why.",
        "原因见厂商错误码。";
    EXT_TOO_LONG = 113, "ext_too_long",
        "ext or payload is over this vendor's limit, and is never truncated.",
        "ext 或 payload 超过该厂商上限，且不会被截断。",
        "Make it shorter, or send a reference.",
        "请缩短内容，或改为传引用。";
    UNRECOGNISED = 114, "unrecognised",
        "The vendor answered with a code that is not in its book.",
        "厂商返回了文档中没有的错误码。",
        "Report it: the code is shown below.",
        "请反馈该错误码，详见下方。";
    RETRIES_EXHAUSTED = 115, "retries_exhausted",
        "The vendor kept failing until the last try.",
        "多次重试后厂商仍然失败。",
        "The vendor's answers are listed below.",
        "每次厂商应答见下方。";
    RETRYING = 116, "retrying",
        "A passing fault; the next try is due.",
        "临时故障，等待下一次重试。",
        "",
        "";
    RENEWING_AUTH = 117, "renewing_auth",
        "The authentication is renewed, then once more.",
        "正在更新鉴权，随后重试。",
        "",
        "";
    PAUSED = 118, "paused",
        "The vendor asked to slow down; the push waits.",
        "厂商要求限速，推送正在等待。",
        "",
        "";
    READ_BEFORE_SEND = 119, "read_before_send",
        "The user read the message on another device before the push began.",
        "推送开始前用户已在其他设备上读过该消息。",
        "",
        "";
    RECALLED_BEFORE_SEND = 120, "recalled_before_send",
        "The message was recalled before the push began.",
        "推送开始前消息已被撤回。",
        "",
        "";
    SWITCHED_OFF_BEFORE_SEND = 121, "switched_off_before_send",
        "The app switched its pushes off on this device before the push began.",
        "推送开始前 App 已关闭该设备的推送。",
        "",
        "";
    LEFT_GROUP_BEFORE_SEND = 122, "left_group_before_send",
        "The user left the group, or the group ended, before the push began.",
        "推送开始前用户已退出该群，或群已解散。",
        "",
        "";
    CALL_OVER_BEFORE_SEND = 123, "call_over_before_send",
        "The call stopped ringing for this user before the push began.",
        "推送开始前该呼叫对此用户已停止振铃。",
        "",
        "";
    WITHDRAWING = 124, "withdrawing",
        "The notification is to be taken back at the vendor.",
        "正在请求厂商撤回该通知。",
        "",
        "";
    WITHDRAWN = 125, "withdrawn",
        "The vendor took the notification back. What the user has seen is seen.",
        "厂商已受理撤回；若用户已看到则无法抹去。",
        "",
        "";
    CANNOT_WITHDRAW = 126, "cannot_withdraw",
        "This vendor cannot take back or replace what it has shown.",
        "该厂商不支持撤回或覆盖已展示的通知。",
        "",
        "";
    REPLACING = 127, "replacing",
        "Another text is to take the notification's place.",
        "正在用新的文案覆盖原通知。",
        "",
        "";
    QUOTA_USED_UP = 128, "quota_used_up",
        "The vendor's daily amount for this kind of push was used up; what lives long enough goes at eight o'clock of the vendor's next day.",
        "厂商该类推送的当日数量已用尽；有效期足够长的推送将在厂商次日 8 点继续。",
        "Look at the lane's amounts; apply for a higher one or for the right to classify messages, or enter the real amount in the certificate.",
        "请查看发送队列的当日数量；可向厂商申请提额或消息自分类权益，或在推送证书中填写实际数量。";
    QUOTA_RESERVED = 129, "quota_reserved",
        "What was left of the vendor's daily amount was kept for more urgent pushes: marketing waits first, then notices, then chats, never a call.",
        "厂商当日数量所剩不多，已为更紧急的推送预留：先停营销，再停系统通知，然后是聊天，呼叫从不停。",
        "Send less marketing through this kind, or enter a higher amount in the certificate where the vendor gives one.",
        "请减少该类营销推送；若厂商实际数量更高，请在推送证书中填写。";
    QUOTA_DEVICE = 130, "quota_device",
        "This phone has had its share of the vendor's daily amount for this kind of push.",
        "该设备当日可接收的此类推送已达厂商上限。",
        "Apply for the right to classify messages, so that chats and notices do not count as marketing.",
        "请向厂商申请消息自分类权益，使聊天与通知不按营销计数。";
    TOKEN_DISBELIEVED = 131, "token_disbelieved",
        "The vendor called the token dead, but it called almost every token dead: the binding stays until the operator has looked.",
        "厂商判定 token 失效，但它几乎判定所有 token 失效；在运维确认之前绑定予以保留。",
        "Check that certificate and app belong together; then release the brake of the lane.",
        "请确认证书与应用是否匹配，然后解除该发送队列的批量清除保护。";
    USER_DELETED = 140, "user_deleted",
        "The user was deleted before the push began.",
        "推送开始前该用户已被删除。",
        "",
        "";
    SENDER_DELETED = 141, "sender_deleted",
        "The sender was deleted, and the message's words with it, before the push began.",
        "推送开始前发送者已被删除，消息内容随之清空。",
        "",
        "";
    BACKLOG_FULL = 150, "backlog_full",
        "Too many pushes were waiting for this certificate's vendor; marketing is given up first, calls never.",
        "该推送证书积压的推送过多，已按类别舍弃：先舍弃营销，呼叫从不舍弃。",
        "See the lane's state: the vendor may be out of reach or too slow for what is sent through it.",
        "请查看发送队列状态：厂商可能不可达，或其速度跟不上发送量。";
}

/// Every reason, by number.
#[must_use]
pub const fn reasons() -> &'static [Reason] {
    REASONS
}

/// The reason of a stored number; `None` for a number of a newer version.
#[must_use]
pub fn reason(code: ReasonCode) -> Option<&'static Reason> {
    REASONS.iter().find(|reason| reason.code == code)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::reasons;

    #[test]
    fn numbers_and_names_are_unique_and_a_hint_comes_in_both_languages() {
        let mut seen = HashSet::new();
        assert!(reasons().is_sorted_by_key(|reason| reason.code));
        for reason in reasons() {
            assert!(seen.insert(reason.code.0.to_string()), "{}", reason.name);
            assert!(seen.insert(reason.name.to_owned()), "{}", reason.name);
            assert_eq!(reason.hint_en.is_empty(), reason.hint_zh.is_empty(), "{}", reason.name);
        }
    }
}
