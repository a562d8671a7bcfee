//! Codes of attempts that no vendor answered: Posthouse's own words for what happened on the way.

/// A request's connection broke after it was sent: the vendor may or may not have taken it.
pub(crate) const CONNECTION_LOST: &str = "connection_lost";
/// The vendor reset the request's stream without saying that it had not begun.
pub(crate) const STREAM_RESET: &str = "stream_reset";
/// No answer came in time.
pub(crate) const ANSWER_TIMEOUT: &str = "answer_timeout";
/// Connections kept breaking before the request could be sent.
pub(crate) const NEVER_SENT: &str = "never_sent";
/// No TCP connection could be opened.
pub(crate) const CONNECT_FAILED: &str = "connect_failed";
/// TLS did not come about.
pub(crate) const TLS_FAILED: &str = "tls_failed";
/// No connection was open in time.
pub(crate) const CONNECT_TIMEOUT: &str = "connect_timeout";
/// The other side does not speak the HTTP version the vendor's book says.
pub(crate) const PROTOCOL_REFUSED: &str = "protocol_refused";
/// The client certificate and its key cannot be used.
pub(crate) const IDENTITY_UNUSABLE: &str = "identity_unusable";
/// The vendor's server could not say whether it takes our credentials.
pub(crate) const AUTH_UNANSWERED: &str = "auth_unanswered";
/// Our adapter failed on this push.
pub(crate) const ADAPTER_FAILED: &str = "adapter_failed";
/// Too many tokens in a row were called dead for it to be true.
pub(crate) const MASS_REMOVAL: &str = "mass_removal";

/// An operator put the push back into the queue.
pub(crate) use model::REQUEUED;

/// What one of Posthouse's own codes means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnCode {
    /// The code, as it stands in an attempt or a lane's status.
    pub code: &'static str,
    /// What it means, in English.
    pub en: &'static str,
    /// The same in Chinese.
    pub zh: &'static str,
}

const TABLE: &[OwnCode] = &[
    OwnCode {
        code: CONNECTION_LOST,
        en: "the connection broke after the request was sent; the vendor may have taken it, so a repeat may show twice where the vendor does not replace it",
        zh: "请求发出后连接中断，厂商可能已受理；若厂商不支持覆盖，重试可能重复展示",
    },
    OwnCode {
        code: STREAM_RESET,
        en: "the vendor ended the request without an answer",
        zh: "厂商未给出应答就终止了该请求",
    },
    OwnCode {
        code: ANSWER_TIMEOUT, en: "the vendor did not answer in time", zh: "厂商未在期限内应答"
    },
    OwnCode {
        code: NEVER_SENT,
        en: "connections to the vendor kept closing before the request could be sent",
        zh: "与厂商的连接反复在请求发出前关闭",
    },
    OwnCode {
        code: CONNECT_FAILED,
        en: "no connection to the vendor could be opened; check DNS, firewall and network",
        zh: "无法连接厂商，请检查 DNS、防火墙与网络",
    },
    OwnCode {
        code: TLS_FAILED,
        en: "no secure connection to the vendor came about; check this machine's clock and any proxy between",
        zh: "无法与厂商建立安全连接，请检查本机时钟与中间代理",
    },
    OwnCode {
        code: CONNECT_TIMEOUT,
        en: "no connection to the vendor was open in time; check firewall and network",
        zh: "连接厂商超时，请检查防火墙与网络",
    },
    OwnCode {
        code: PROTOCOL_REFUSED,
        en: "the other side does not speak the vendor's HTTP version; check for a proxy between",
        zh: "对端不支持厂商要求的 HTTP 版本，请检查中间代理",
    },
    OwnCode {
        code: IDENTITY_UNUSABLE,
        en: "the client certificate and its key cannot be used; export them again",
        zh: "客户端证书与私钥无法使用，请重新导出",
    },
    OwnCode {
        code: AUTH_UNANSWERED,
        en: "the vendor's server did not answer the request for an access token",
        zh: "厂商未应答获取 access token 的请求",
    },
    OwnCode {
        code: ADAPTER_FAILED,
        en: "Posthouse itself failed on this push; the log has the details",
        zh: "Posthouse 处理该推送时自身出错，详见日志",
    },
    OwnCode {
        code: MASS_REMOVAL,
        en: "the vendor called almost every token dead, so none is cleared any more; check that certificate and app belong together, then release the brake",
        zh: "厂商判定几乎所有 token 失效，已停止清除；请检查证书与应用是否匹配，确认后再解除保护",
    },
    OwnCode {
        code: REQUEUED,
        en: "an operator put the push back into the queue; the tries before it do not count any more",
        zh: "运维将该推送重新入队，此前的尝试不再计入次数",
    },
];

/// What a code means, where it is one of Posthouse's own for what happened on the way to a vendor.
#[must_use]
pub fn own_code(code: &str) -> Option<&'static OwnCode> {
    TABLE.iter().find(|row| row.code == code)
}
