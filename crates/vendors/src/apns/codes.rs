//! Every reason in Apple's book that a push can be answered with, and what it means for its target.

use model::{Doubt, Pause, Verdict};

use crate::{
    answer::{self, NOTHING, Words, own_row},
    contract::{Certainty, CodeRow, Source},
};

/// Reasons after which the connection is not used again (documented; for `ExpiredProviderToken` observed: the
/// connection goes on refusing the fresh token).
pub(super) const ENDS_CONNECTION: [&str; 4] =
    ["ExpiredProviderToken", "UnrelatedKeyIdInToken", "IdleTimeout", "Shutdown"];

/// A job with more than one target, which the batch limit forbids.
pub(super) const ONE_TARGET: &str = "one_target_only";

const DEAD: Verdict = Verdict::TokenDead { since: None };
const DOUBT: Verdict = Verdict::TokenDoubtful(Doubt::SameEnvironment);
const RETRY: Verdict = Verdict::Retry { after: None };
const RENEW: Verdict = Verdict::RenewAuth;
const TARGET: Verdict = Verdict::Limited { pause: Pause::Target, after: None };
const LANE: Verdict = Verdict::Limited { pause: Pause::Lane, after: None };
const CONFIG: Verdict = Verdict::Misconfigured;
const DROP: Verdict = Verdict::Drop;

const OUR_FAULT: Words = (
    "report this message's explanation as a fault of Posthouse",
    "请将此消息的诊断结果作为 Posthouse 的缺陷反馈",
);
const ENVIRONMENT: Words =
    ("choose the environment that the app build was signed for", "请选择与应用签名一致的环境");
const TOPIC: Words =
    ("enter the bundle ID of the app that the credential belongs to", "请填写凭据所属应用的 Bundle ID");
const CERTIFICATE: Words = (
    "make a new certificate in Apple's developer console and upload it",
    "请在苹果开发者后台重新生成证书并上传",
);
const KEY: Words = (
    "compare key ID and team ID with Apple's developer console; the key may be revoked",
    "请与苹果开发者后台核对 Key ID 与 Team ID；密钥也可能已被吊销",
);
const ACCOUNT: Words =
    ("look at the state of the account in Apple's developer console", "请在苹果开发者后台查看账号状态");
const CLOCK: Words = (
    "renewed by itself; if it stays, check this server's clock",
    "系统会自动更新；若持续出现请检查服务器时钟",
);
const SHARED_KEY: Words =
    ("see whether another server renews tokens of the same key", "请检查是否有其他服务器在使用同一密钥");

const BOOK: Source = Source {
    page: "developer.apple.com, Handling notification responses from APNs",
    certainty: Certainty::Documented,
};
const SEEN: Source =
    Source { page: "reports of senders, beside the documented spelling", certainty: Certainty::Observed };

// One row a line reads as the table it is.
#[rustfmt::skip]
pub(super) static CODES: [CodeRow; 40] = [
    // Tokens.
    row(400, "BadDeviceToken", &DOUBT, ("the device token is malformed or of the other environment", "设备 token 格式错误，或属于另一环境"), ENVIRONMENT),
    row(400, "DeviceTokenNotForTopic", &DEAD, ("the device token belongs to another app", "设备 token 属于其他应用"), NOTHING),
    row(410, "Unregistered", &DEAD, ("the token is no longer active for the app: removed, or notifications were given up", "token 对该应用已失效：应用已卸载或已停止接收通知"), NOTHING),
    row(410, "ExpiredToken", &DEAD, ("the device token has expired", "设备 token 已过期"), NOTHING),
    // Credentials and topics.
    row(400, "BadTopic", &CONFIG, ("the topic is not valid", "topic 无效"), TOPIC),
    row(400, "MissingTopic", &CONFIG, ("the topic is missing and the certificate names several", "缺少 topic，且证书包含多个 topic"), TOPIC),
    row(400, "TopicDisallowed", &CONFIG, ("the credential may not push to this bundle ID", "该凭据无权向此 Bundle ID 推送"), TOPIC),
    row(403, "BadCertificate", &CONFIG, ("the certificate is bad, expired or revoked", "证书无效、已过期或已吊销"), CERTIFICATE),
    row(403, "BadCertificateEnvironment", &CONFIG, ("the certificate is for the other environment", "证书属于另一环境"), ENVIRONMENT),
    row(403, "InvalidProviderToken", &CONFIG, ("the provider token is not valid: key, key ID or team ID wrong", "provider token 无效：密钥、Key ID 或 Team ID 错误"), KEY),
    row(403, "MissingProviderToken", &CONFIG, ("neither a certificate nor a provider token was given", "未提供证书或 provider token"), KEY),
    row(403, "BadEnvironmentKeyIdInToken", &CONFIG, ("the key is limited to the other environment", "密钥仅限另一环境使用"), ENVIRONMENT),
    answer::row(SEEN, 403, "BadEnvironmentKeyInToken", &CONFIG, ("the key is limited to the other environment", "密钥仅限另一环境使用"), ENVIRONMENT),
    row(403, "Forbidden", &CONFIG, ("the action is not allowed", "不允许此操作"), ACCOUNT),
    row(403, "ExpiredProviderToken", &RENEW, ("the provider token is over an hour old", "provider token 已超过一小时"), CLOCK),
    // Passing faults.
    row(403, "UnrelatedKeyIdInToken", &RETRY, ("the connection was begun with another key", "该连接最初使用的是另一密钥"), NOTHING),
    row(400, "IdleTimeout", &RETRY, ("the connection was idle for too long", "连接空闲过久"), NOTHING),
    row(500, "InternalServerError", &RETRY, ("fault at Apple", "苹果服务器内部错误"), NOTHING),
    row(503, "ServiceUnavailable", &RETRY, ("Apple's service is not available", "苹果服务暂不可用"), NOTHING),
    row(503, "Shutdown", &RETRY, ("this server of Apple's is shutting down", "苹果该服务器正在关闭"), NOTHING),
    row(429, "TooManyRequests", &TARGET, ("too many pushes to this device in a row", "短时间内向同一设备推送过多"), NOTHING),
    row(429, "TooManyProviderTokenUpdates", &LANE, ("the provider token was renewed too often", "provider token 更新过于频繁"), SHARED_KEY),
    // Our request.
    row(400, "BadCollapseId", &DROP, ("the collapse id is over 64 bytes", "collapse-id 超过 64 字节"), OUR_FAULT),
    row(400, "BadExpirationDate", &DROP, ("the expiration is not valid", "过期时间无效"), OUR_FAULT),
    row(400, "BadMessageId", &DROP, ("the push id is not valid", "apns-id 无效"), OUR_FAULT),
    row(400, "BadPriority", &DROP, ("the priority is not valid", "优先级无效"), OUR_FAULT),
    row(400, "DuplicateHeaders", &DROP, ("a header was given twice", "请求头重复"), OUR_FAULT),
    row(400, "InvalidPushType", &DROP, ("the push type is not valid", "推送类型无效"), OUR_FAULT),
    row(400, "MissingDeviceToken", &DROP, ("the device token is missing", "缺少设备 token"), OUR_FAULT),
    row(400, "PayloadEmpty", &DROP, ("the payload is empty", "推送内容为空"), OUR_FAULT),
    row(404, "BadPath", &DROP, ("the path is wrong", "请求路径错误"), OUR_FAULT),
    row(405, "MethodNotAllowed", &DROP, ("the method is not POST", "请求方法不是 POST"), OUR_FAULT),
    row(413, "PayloadTooLarge", &DROP, ("the payload is over 4096 bytes, or 5120 of a VoIP push", "推送内容超过 4096 字节（VoIP 为 5120 字节）"), OUR_FAULT),
    // What no reason of Apple's names.
    own_row(answer::EXT_TOO_LONG, &DROP, ("ext and payload leave no room for the text in 4096 bytes, or 5120 of a VoIP push", "ext 与 payload 过长，4096 字节（VoIP 为 5120 字节）内已容不下文字"), ("shorten ext", "请缩短 ext")),
    own_row(ONE_TARGET, &DROP, ("Apple takes one target a request", "苹果每个请求只接受一个目标"), OUR_FAULT),
    answer::EXPIRED_ROW,
    answer::BAD_TOKEN_ROW,
    answer::NOT_SUPPORTED_ROW,
    answer::SERVER_FAULT_ROW,
    answer::UNREADABLE_ROW,
];

const fn row(
    http_status: u16,
    code: &'static str,
    judgement: &'static Verdict,
    meaning: Words,
    todo: Words,
) -> CodeRow {
    answer::row(BOOK, http_status, code, judgement, meaning, todo)
}
