//! Outward errors: a stable code, a status, and a sentence that says what to do.

use std::fmt;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:literal, $en:literal, $zh:literal;)*) => {
        /// A stable outward code. A code's meaning never changes; codes are never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $variant,)* }

        impl ErrorCode {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The HTTP status, also the number in an error frame.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// What to do, in English.
            #[must_use]
            pub const fn en(self) -> &'static str {
                match self { $(Self::$variant => $en,)* }
            }

            /// What to do, in Chinese.
            #[must_use]
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)* }
            }
        }
    };
}

error_codes! {
    /// Not JSON, or not of the documented shape.
    Malformed = "malformed", 400,
        "The body is not of the documented shape; compare it with /v1/openapi.json.",
        "请求内容不符合文档格式，请对照 /v1/openapi.json 检查。";
    /// A value over its limit or outside its range.
    Invalid = "invalid", 422,
        "A value is outside its limits; the detail names it.",
        "有字段超出允许范围，详见 detail。";
    /// No key, or a key nobody knows.
    Unauthenticated = "unauthenticated", 401,
        "Send a valid API key as `Authorization: Bearer <key>`.",
        "请在 Authorization 头中携带有效的 API Key（Bearer）。";
    /// A key without the scope.
    Forbidden = "forbidden", 403,
        "This key lacks the scope the call needs; make a key that has it.",
        "当前 API Key 没有所需的权限，请换用具备该权限的 Key。";
    /// Not there, or another App's.
    NotFound = "not_found", 404,
        "Nothing here has this id in your App.",
        "本应用下没有这个 ID 对应的对象。";
    /// Same key, another body.
    Conflict = "conflict", 409,
        "This idempotency key or client message id was used with another body; use a new one.",
        "该幂等键或客户端消息 ID 已用于另一份内容，请换一个新的。";
    /// A body over the limit.
    TooLarge = "too_large", 413,
        "The request is over the size limit; make it smaller.",
        "请求体超出大小上限，请缩小后重试。";
    /// A call whose answer needs the simulator, and none is configured.
    NoSimulator = "no_simulator", 409,
        "No simulator is configured; start with `posthouse dev` or set simulator.url.",
        "没有配置模拟器，请使用 posthouse dev 启动，或设置 simulator.url。";
    /// The writer is behind, or the disk is full.
    Busy = "busy", 503,
        "The server cannot accept more right now; repeat after Retry-After.",
        "服务暂时无法接收更多请求，请按 Retry-After 稍后重试。";
    /// More requests than a key, or an address without one, may make.
    RateLimited = "rate_limited", 429,
        "Requests come faster than this key or address may send them; repeat after Retry-After.",
        "请求频率超过该 API Key 或来源地址的上限，请按 Retry-After 稍后重试。";
    /// Our own fault.
    Internal = "internal", 500,
        "Something failed inside; the log has the details under the request id.",
        "服务内部出错，详情见日志中对应的 request id。";
    /// A login token that does not verify.
    BadToken = "bad_token", 401,
        "The login token does not verify; get a new one from the App's backend.",
        "登录凭证校验失败，请向业务后端重新获取。";
    /// A login token past its time or revoked.
    TokenExpired = "token_expired", 401,
        "The login token has expired or was revoked; get a new one from the App's backend.",
        "登录凭证已过期或被吊销，请向业务后端重新获取。";
    /// A frame before login.
    LoginFirst = "login_first", 401,
        "The first frame must be a login.",
        "连接后的第一帧必须是登录帧。";
    /// A second login on one connection.
    AlreadyLoggedIn = "already_logged_in", 409,
        "This connection is logged in already.",
        "该连接已经登录。";
    /// A certificate name over 32 characters at login (row C3).
    CertificateNameTooLong = "certificate_name_too_long", 500,
        "A certificate name is over 32 characters; the console shows the right name.",
        "推送证书名称超过 32 个字符，请以控制台中的名称为准。";
    /// No certificate of this name or id in the App.
    UnknownCertificate = "unknown_certificate", 404,
        "The App has no certificate of this name or id; the console lists them.",
        "本应用下没有该名称或 ID 的推送证书，请在控制台核对。";
    /// An empty vendor token (row D2).
    EmptyToken = "empty_token", 422,
        "The vendor token is empty; report it only after the vendor's registration succeeded.",
        "厂商 token 为空，请在厂商 SDK 注册成功后再上报。";
    /// Said by a client about itself: no connection came in time.
    NoConnection = "no_connection", 503,
        "There was no connection in time; ask again when there is one.",
        "在限定时间内没有连接，请在恢复连接后重试。";
    /// A frame that is too large.
    FrameTooLarge = "frame_too_large", 413,
        "The frame is over 32 KiB; send large content by reference.",
        "帧超过 32 KiB，大内容请改为传引用。";
    /// Not a member of the conversation.
    NotAMember = "not_a_member", 403,
        "The user is not a member of this conversation.",
        "该用户不是此会话的成员。";
    /// A member, or a group's ordinary members, may not write for a time.
    Muted = "muted", 403,
        "The user may not write in this group now: the member or the whole group is muted.",
        "该成员被禁言，或该群已全员禁言，暂时不能发言。";
    /// The user's role in the group, or part in the call, does not allow it.
    NotAllowed = "not_allowed", 403,
        "The user's role in the group, or part in the call, does not allow this; the detail says who may.",
        "该用户在群中的角色或在呼叫中的身份不允许此操作，详见 detail。";
    /// A group at its size limit.
    GroupFull = "group_full", 409,
        "The group would have more than 10,000 members; take some out first.",
        "群成员将超过 10,000 人上限，请先移出部分成员。";
    /// A call, or the user's invitation to it, that is over.
    CallOver = "call_over", 409,
        "The call, or this user's invitation to it, is over; nothing about it changes any more.",
        "该呼叫或对该用户的邀请已结束，无法再变更。";
    /// A message that the App's backend refused before it was stored (row T23).
    Refused = "refused", 403,
        "The App's backend refused the message before it was stored; the detail is its reason.",
        "业务后端在发送前回调中拒绝了该消息，detail 为其给出的原因。";
    /// A certificate form with faults.
    InvalidForm = "invalid_form", 422,
        "Some fields of the certificate are wrong; `fields` lists each with its remedy.",
        "证书表单有误，fields 中列出了每个字段的问题与改法。";
    /// A receipt that cannot be read.
    BadReceipt = "bad_receipt", 400,
        "The receipt is not of the vendor's documented shape.",
        "回执内容不符合厂商文档的格式。";
    /// A path that has no such verb.
    MethodNotAllowed = "method_not_allowed", 405,
        "This path does not take this method; /v1/openapi.json lists what it takes.",
        "该路径不支持此请求方法，请对照 /v1/openapi.json。";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An outward error: code, and what is particular to this case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Fault {
    /// The stable code.
    pub code: ErrorCode,
    /// What is particular to this case; never a secret, a token or message text.
    pub detail: String,
}

impl Fault {
    /// A fault with its particulars.
    #[must_use]
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

impl From<ErrorCode> for Fault {
    fn from(code: ErrorCode) -> Self {
        Self { code, detail: code.en().to_owned() }
    }
}
