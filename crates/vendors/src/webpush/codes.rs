//! Every status and code that push services answer with, and what it means for a subscription.
//!
//! Numbers of three digits are Mozilla's `errno`, of five digits ntfy's; words are Apple's.

use model::{Doubt, Pause, Verdict};

use crate::{
    answer::{self, NOTHING, Words, own_row},
    contract::{Certainty, CodeRow, Source},
};

/// Any success: the push service has the message.
pub(super) const TAKEN: &str = "http_2xx";
pub(super) const MOVED: &str = "http_3xx";
/// FCM's text for a subscription that was made with another key.
pub(super) const OTHER_KEY: &str = "vapid_key_mismatch";
/// The word for the same from the time before that text.
pub(super) const OTHER_KEY_ONCE: &str = "UnauthorizedRegistration";
/// What WNS says beside a success in `X-WNS-Status`.
pub(super) const WNS: [&str; 2] = ["wns_dropped", "wns_channelthrottled"];
/// A job with more than one target, which the batch limit forbids.
pub(super) const ONE_TARGET: &str = "one_target_only";

/// What is answered to a token that has aged as well as to one that was never good.
pub(super) const AGES: [&str; 4] = ["http_401", "http_403", "109", "BadJwtToken"];

/// Reasons after which the connection is not used again (documented for native pushes, assumed here).
pub(super) const ENDS_CONNECTION: [&str; 2] = ["IdleTimeout", "Shutdown"];

const ACCEPTED: Verdict = Verdict::Accepted;
const RETRY: Verdict = Verdict::Retry { after: None };
const DEAD: Verdict = Verdict::TokenDead { since: None };
const DOUBT: Verdict = Verdict::TokenDoubtful(Doubt::SecondInRow);
const BUSY: Verdict = Verdict::Limited { pause: Pause::Target, after: None };
const CONFIG: Verdict = Verdict::Misconfigured;
const DROP: Verdict = Verdict::Drop;

const OUR_FAULT: Words = (
    "report this message's explanation as a fault of Posthouse",
    "请将此消息的诊断结果作为 Posthouse 的缺陷反馈",
);
const KEY: Words = (
    "compare the public key of this certificate with the applicationServerKey of your pages, check the contact, and check this server's clock",
    "请核对此证书的公钥与网页使用的 applicationServerKey 是否一致，并检查联系方式与服务器时钟",
);
const SUBSCRIBE_AGAIN: Words = (
    "the certificate's key is not the one the client subscribed with: put the former key back, or have clients subscribe anew",
    "证书密钥与客户端订阅时使用的不同：请恢复原密钥，或让客户端重新订阅",
);
const OPEN_APP: Words = (
    "have the user open the app that receives for this topic on the phone",
    "请让用户在手机上打开接收该主题的应用",
);
const SHORTEN: Words = (
    "shorten ext, which is never cut: this push service takes less than others",
    "请缩短 ext（不会被截断）：该推送服务的上限低于其他服务",
);

const RFC: Source = Source { page: "RFC 8030 and RFC 8292", certainty: Certainty::Documented };
const MOZILLA: Source =
    Source { page: "mozilla-services/autopush-rs, error codes", certainty: Certainty::Documented };
const MOZILLA_DOCS: Source = Source {
    page: "mozilla-services/autopush-rs, documentation alone, not in its code",
    certainty: Certainty::Assumed,
};
const APPLE: Source = Source {
    page: "developer.apple.com, Sending web push notifications in web apps and browsers",
    certainty: Certainty::Documented,
};
const FCM: Source = Source { page: "reports of senders to FCM", certainty: Certainty::Observed };
const WNS_PAGE: Source = Source {
    page: "learn.microsoft.com, push notification service headers, written for native pushes",
    certainty: Certainty::Assumed,
};
const NTFY: Source = Source { page: "binwiederhier/ntfy, error codes", certainty: Certainty::Documented };

// One row a line reads as the table it is.
#[rustfmt::skip]
pub(super) static CODES: [CodeRow; 60] = [
    // What every push service shares.
    rfc(0, TAKEN, &ACCEPTED, ("accepted", "已接受"), NOTHING),
    rfc(0, MOVED, &RETRY, ("the push service points to another address, which is not followed", "推送服务要求重定向，未跟随"), NOTHING),
    rfc(400, "http_400", &DROP, ("the push service finds the request bad", "推送服务认为请求有误"), OUR_FAULT),
    rfc(401, "http_401", &CONFIG, ("the sender's VAPID token is missing or refused", "缺少 VAPID token 或 token 被拒绝"), KEY),
    rfc(403, "http_403", &CONFIG, ("the sender's VAPID token is not valid for this subscription", "VAPID token 对该订阅无效"), KEY),
    rfc(404, "http_404", &DEAD, ("the subscription is unknown or has expired", "订阅不存在或已过期"), NOTHING),
    rfc(405, "http_405", &DROP, ("the method is not POST", "请求方法不是 POST"), OUR_FAULT),
    rfc(410, "http_410", &DEAD, ("the subscription is gone: given up by the user, or expired", "订阅已失效：用户取消或已过期"), NOTHING),
    rfc(413, "http_413", &DROP, ("the message is too large for this push service", "消息超过该推送服务的上限"), SHORTEN),
    rfc(429, "http_429", &BUSY, ("too many pushes to this subscription", "向该订阅推送过于频繁"), NOTHING),
    // FCM.
    answer::row(FCM, 403, OTHER_KEY, &CONFIG, ("the subscription was made with another VAPID key", "订阅使用的是另一个 VAPID 密钥"), SUBSCRIBE_AGAIN),
    answer::row(FCM, 400, OTHER_KEY_ONCE, &CONFIG, ("the subscription was made with another VAPID key", "订阅使用的是另一个 VAPID 密钥"), SUBSCRIBE_AGAIN),
    // Mozilla.
    mozilla(400, "101", &DROP, ("a header of the encryption is missing", "缺少加密所需的请求头"), OUR_FAULT),
    mozilla(404, "102", &DEAD, ("the endpoint is not valid", "订阅地址无效"), NOTHING),
    mozilla(410, "103", &DEAD, ("the endpoint has expired", "订阅地址已过期"), NOTHING),
    mozilla(413, "104", &DROP, ("the message is too large for the phone's own push service", "消息超过手机推送通道的上限"), SHORTEN),
    mozilla(410, "105", &DEAD, ("the subscription vanished meanwhile", "订阅在处理过程中失效"), NOTHING),
    mozilla(410, "106", &DEAD, ("the subscription is not valid any more", "订阅已失效"), NOTHING),
    mozilla(400, "108", &DROP, ("the kind of road to the phone is unknown", "未知的下发通道类型"), NOTHING),
    mozilla(401, "109", &CONFIG, ("the sender's VAPID token is refused: expired, for another host, or of another key", "VAPID token 被拒绝：已过期、主机不符或密钥不符"), KEY),
    mozilla(400, "110", &DROP, ("the encryption is not as it should be", "加密格式有误"), OUR_FAULT),
    mozilla(400, "111", &DROP, ("a header such as TTL is missing", "缺少 TTL 等请求头"), OUR_FAULT),
    answer::row(MOZILLA_DOCS, 400, "112", &DROP, ("the TTL is not valid", "TTL 无效"), OUR_FAULT),
    mozilla(400, "113", &DROP, ("the topic is not valid", "Topic 无效"), OUR_FAULT),
    mozilla(400, "114", &DROP, ("the TTL is negative", "TTL 为负数"), OUR_FAULT),
    mozilla(503, "201", &RETRY, ("too busy, to be repeated later", "服务繁忙，请稍后重试"), NOTHING),
    mozilla(503, "202", &RETRY, ("a passing fault, to be repeated", "暂时故障，可重试"), NOTHING),
    mozilla(502, "900", &RETRY, ("the phone's own push service failed", "手机推送通道故障"), NOTHING),
    mozilla(502, "901", &RETRY, ("the phone's own push service took too long", "手机推送通道超时"), NOTHING),
    mozilla(502, "902", &RETRY, ("the phone's own push service was not reached", "无法连接手机推送通道"), NOTHING),
    mozilla(502, "903", &RETRY, ("the phone's own push service refused Mozilla", "手机推送通道拒绝了 Mozilla"), NOTHING),
    mozilla(500, "999", &RETRY, ("unknown fault at Mozilla", "Mozilla 未知错误"), NOTHING),
    // Apple.
    apple(403, "BadAuthorizationHeader", &CONFIG, ("the header with the VAPID token is not valid", "VAPID 请求头无效"), KEY),
    apple(403, "BadJwtToken", &CONFIG, ("the VAPID token is not valid: contact, host or time", "VAPID token 无效：联系方式、主机或时间有误"), KEY),
    apple(403, "BadVapidPublicKey", &CONFIG, ("the VAPID public key is not valid", "VAPID 公钥无效"), KEY),
    // Seen with 400 in most reports and with 403 in one.
    apple(0, "VapidPkHashMismatch", &CONFIG, ("the subscription was made with another VAPID key", "订阅使用的是另一个 VAPID 密钥"), SUBSCRIBE_AGAIN),
    apple(400, "BadTtl", &DROP, ("the TTL is not valid", "TTL 无效"), OUR_FAULT),
    apple(400, "BadUrgency", &DROP, ("the urgency is not valid", "Urgency 无效"), OUR_FAULT),
    apple(400, "BadWebPushRequest", &DROP, ("the request is not as it should be", "请求格式有误"), OUR_FAULT),
    apple(400, "BadWebPushTopic", &DROP, ("the topic is not valid", "Topic 无效"), OUR_FAULT),
    apple(400, "IdleTimeout", &RETRY, ("the connection was idle for too long", "连接空闲过久"), NOTHING),
    // The path comes from the client, so it speaks against the subscription, though not with certainty.
    apple(404, "BadPath", &DOUBT, ("the endpoint's path is not valid", "订阅地址的路径无效"), NOTHING),
    apple(405, "MethodNotAllowed", &DROP, ("the method is not POST", "请求方法不是 POST"), OUR_FAULT),
    apple(413, "PayloadTooLarge", &DROP, ("the message is over 4096 bytes", "消息超过 4096 字节"), OUR_FAULT),
    apple(429, "TooManyRequests", &BUSY, ("too many pushes to this subscription", "向该订阅推送过于频繁"), NOTHING),
    apple(500, "InternalServerError", &RETRY, ("fault at Apple", "苹果服务器内部错误"), NOTHING),
    apple(503, "ServiceUnavailable", &RETRY, ("Apple's service is not available", "苹果服务暂不可用"), NOTHING),
    apple(503, "Shutdown", &RETRY, ("this server of Apple's is shutting down", "苹果该服务器正在关闭"), NOTHING),
    // Microsoft.
    answer::row(WNS_PAGE, 406, "http_406", &BUSY, ("WNS slows this sender down", "WNS 对发送方限流"), NOTHING),
    answer::row(WNS_PAGE, 0, WNS[0], &DROP, ("WNS took the message and dropped it", "WNS 接收后丢弃了消息"), NOTHING),
    answer::row(WNS_PAGE, 0, WNS[1], &BUSY, ("WNS dropped the message because of too many to this subscription", "向该订阅推送过多，WNS 丢弃了消息"), NOTHING),
    // ntfy.
    answer::row(NTFY, 429, "42901", &BUSY, ("ntfy counts too many requests of this server or topic", "ntfy 统计到此服务器或主题的请求过多"), NOTHING),
    answer::row(NTFY, 507, "50701", &RETRY, ("no phone listens on this topic yet", "尚无手机订阅该主题"), OPEN_APP),
    // What no push service names.
    own_row(answer::EXT_TOO_LONG, &DROP, ("ext and payload leave no room for the text in 3993 bytes", "ext 与 payload 过长，3993 字节内已容不下通知文字"), ("shorten ext", "请缩短 ext")),
    own_row(ONE_TARGET, &DROP, ("a push service takes one subscription a request", "推送服务每个请求只接受一个订阅"), OUR_FAULT),
    answer::EXPIRED_ROW,
    answer::BAD_TOKEN_ROW,
    answer::NOT_SUPPORTED_ROW,
    answer::SERVER_FAULT_ROW,
    answer::UNREADABLE_ROW,
];

/// The code of a status that push services share.
pub(super) fn of_status(status: u16) -> Option<&'static str> {
    let is_it = |row: &&CodeRow| row.http_status == status && row.code.starts_with("http_");
    CODES.iter().find(is_it).map(|row| row.code)
}

const fn rfc(
    status: u16,
    code: &'static str,
    judgement: &'static Verdict,
    meaning: Words,
    todo: Words,
) -> CodeRow {
    answer::row(RFC, status, code, judgement, meaning, todo)
}

const fn mozilla(
    status: u16,
    code: &'static str,
    judgement: &'static Verdict,
    meaning: Words,
    todo: Words,
) -> CodeRow {
    answer::row(MOZILLA, status, code, judgement, meaning, todo)
}

const fn apple(
    status: u16,
    code: &'static str,
    judgement: &'static Verdict,
    meaning: Words,
    todo: Words,
) -> CodeRow {
    answer::row(APPLE, status, code, judgement, meaning, todo)
}
