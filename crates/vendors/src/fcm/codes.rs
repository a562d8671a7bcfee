//! Every code in Google's book that a push or an exchange can be answered with, and what it means for a target.
//!
//! A code is looked for in this order: the `errorCode` of an `FcmError`, the reason of an `ApnsError`, the reason of an
//! `ErrorInfo`, the canonical status. Only the first two may condemn a token.

use model::{Pause, Verdict};

use crate::{
    answer::{self, NOTHING, Words, own_row},
    contract::{Certainty, CodeRow, Source},
};

/// `INVALID_ARGUMENT` where Google says that the token is the argument meant.
pub(super) const INVALID_TOKEN: &str = "invalid_registration_token";
/// A job with more than one target, which the batch limit forbids.
pub(super) const ONE_TARGET: &str = "one_target_only";

/// Reasons of an `ApnsError` that speak of the token.
pub(super) const APPLE_TOKEN_DEAD: [&str; 2] = ["Unregistered", "BadDeviceToken"];

/// Canonical statuses that stand for a code where no detail names one; none of them speaks of a token.
pub(super) const STATUSES: [(u16, &str); 8] = [
    (400, "INVALID_ARGUMENT"),
    (401, "UNAUTHENTICATED"),
    (403, "PERMISSION_DENIED"),
    (404, "NOT_FOUND"),
    (429, "RESOURCE_EXHAUSTED"),
    (500, "INTERNAL"),
    (503, "UNAVAILABLE"),
    (504, "DEADLINE_EXCEEDED"),
];

/// Reasons of an `ErrorInfo` that say more than the status does.
pub(super) const REASONS: [&str; 7] = [
    "ACCESS_TOKEN_EXPIRED",
    "CREDENTIALS_MISSING",
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    "IAM_PERMISSION_DENIED",
    "SERVICE_DISABLED",
    "CONSUMER_SUSPENDED",
    "RATE_LIMIT_EXCEEDED",
];

const DEAD: Verdict = Verdict::TokenDead { since: None };
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
const ARGUMENT: Words = (
    "the text names the field; check the package name of the certificate, or report this message's explanation",
    "详细文字会指出字段；请检查证书中的应用包名，或反馈此消息的诊断结果",
);
const PROJECT: Words = (
    "upload a service account of the Firebase project whose google-services.json is in the app",
    "请上传与应用中 google-services.json 同一 Firebase 项目的服务账号",
);
const APPLE_KEY: Words = (
    "renew Apple's key or the web push key in Firebase's console, under project settings, Cloud Messaging",
    "请在 Firebase 控制台“项目设置 - Cloud Messaging”中更新苹果密钥或网页推送密钥",
);
const RENEWED: Words = (
    "renewed by itself; if it stays, check that the service account still exists",
    "系统会自动更新；若持续出现请确认服务账号仍然存在",
);
const ROLE: Words = (
    "give the service account the role Firebase Cloud Messaging API Admin in Google Cloud's console",
    "请在 Google Cloud 控制台为服务账号授予 Firebase Cloud Messaging API Admin 角色",
);
const ENABLE: Words = (
    "switch the Firebase Cloud Messaging API (V1) on in Google Cloud's console",
    "请在 Google Cloud 控制台启用 Firebase Cloud Messaging API (V1)",
);
const ACCOUNT: Words =
    ("look at the project's state in Google Cloud's console", "请在 Google Cloud 控制台查看项目状态");
const QUOTA: Words = (
    "the lane slows down by itself; a higher quota can be asked for in Google Cloud's console",
    "发送队列会自动减速；可在 Google Cloud 控制台申请提高配额",
);
const KEY: Words = (
    "make a new key for the service account and upload it; where the text speaks of a timeframe, set this server's clock",
    "请为服务账号重新生成密钥并上传；若文字提到时间范围（timeframe），请校准服务器时钟",
);

const BOOK: Source = Source {
    page: "firebase.google.com, FCM error codes and REST reference, ErrorCode",
    certainty: Certainty::Documented,
};
const APPLE: Source = Source {
    page: "firebase.google.com, REST reference, ApnsError; reports of senders",
    certainty: Certainty::Observed,
};
const FRONT: Source =
    Source { page: "answers of Google's front end, as senders report them", certainty: Certainty::Observed };
const REASON: Source =
    Source { page: "google.api.ErrorReason in Google's API descriptions", certainty: Certainty::Documented };
const OLD: Source =
    Source { page: "names of the older interface, should they come", certainty: Certainty::Assumed };
const OAUTH: Source = Source {
    page: "developers.google.com, OAuth 2.0 for server to server applications",
    certainty: Certainty::Documented,
};
const OAUTH_SEEN: Source =
    Source { page: "the OAuth standard; answers of Google's token endpoint", certainty: Certainty::Observed };

// One row a line reads as the table it is.
#[rustfmt::skip]
pub(super) static CODES: [CodeRow; 38] = [
    // Tokens.
    row(404, "UNREGISTERED", &DEAD, ("the token has expired, the app was removed, or the device was idle for 270 days", "token 已失效：应用已卸载，或设备 270 天未活跃"), NOTHING),
    row(400, INVALID_TOKEN, &DEAD, ("the token is not a valid FCM registration token", "token 不是有效的 FCM 注册 token"), ("report the token exactly as Firebase's SDK gave it", "请原样上报 Firebase SDK 给出的 token")),
    answer::row(APPLE, 400, "Unregistered", &DEAD, ("Apple says that the device token behind this token is dead", "苹果返回：该 token 对应的设备 token 已失效"), NOTHING),
    answer::row(APPLE, 400, "BadDeviceToken", &DEAD, ("Apple says that the device token behind this token is bad", "苹果返回：该 token 对应的设备 token 无效"), NOTHING),
    // Credentials and the project.
    row(403, "SENDER_ID_MISMATCH", &CONFIG, ("the token belongs to another Firebase project", "token 属于其他 Firebase 项目"), PROJECT),
    row(401, "THIRD_PARTY_AUTH_ERROR", &CONFIG, ("Apple or the web push service refuses the project's key", "苹果或网页推送服务拒绝了项目中的密钥"), APPLE_KEY),
    answer::row(OLD, 401, "APNS_AUTH_ERROR", &CONFIG, ("Apple refuses the project's key", "苹果拒绝了项目中的密钥"), APPLE_KEY),
    answer::row(FRONT, 401, "UNAUTHENTICATED", &RENEW, ("the access token is missing, wrong or expired", "access token 缺失、错误或已过期"), RENEWED),
    answer::row(REASON, 401, "ACCESS_TOKEN_EXPIRED", &RENEW, ("the access token has expired", "access token 已过期"), RENEWED),
    answer::row(REASON, 401, "CREDENTIALS_MISSING", &RENEW, ("the request carries no access token", "请求未携带 access token"), RENEWED),
    answer::row(FRONT, 403, "PERMISSION_DENIED", &CONFIG, ("the service account may not send for this project", "服务账号无权为此项目发送"), ROLE),
    answer::row(REASON, 403, "IAM_PERMISSION_DENIED", &CONFIG, ("the service account lacks the right cloudmessaging.messages.create", "服务账号缺少 cloudmessaging.messages.create 权限"), ROLE),
    answer::row(REASON, 403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", &CONFIG, ("the access token's scope does not cover sending", "access token 的权限范围不包含发送"), OUR_FAULT),
    answer::row(REASON, 403, "SERVICE_DISABLED", &CONFIG, ("the messaging API is switched off in this project", "该项目未启用消息推送 API"), ENABLE),
    answer::row(REASON, 403, "CONSUMER_SUSPENDED", &CONFIG, ("the project is suspended by Google", "项目已被谷歌停用"), ACCOUNT),
    answer::row(FRONT, 404, "NOT_FOUND", &CONFIG, ("no such project, or no such address", "项目或地址不存在"), PROJECT),
    // Too much at once.
    row(429, "QUOTA_EXCEEDED", &TARGET, ("too many messages to this device", "短时间内向同一设备发送过多"), NOTHING),
    answer::row(OLD, 429, "DeviceMessageRateExceeded", &TARGET, ("too many messages to this device", "短时间内向同一设备发送过多"), NOTHING),
    answer::row(FRONT, 429, "RATE_LIMIT_EXCEEDED", &LANE, ("the project's quota for this minute is used up", "项目本分钟的配额已用完"), QUOTA),
    answer::row(FRONT, 429, "RESOURCE_EXHAUSTED", &LANE, ("too many requests", "请求过于频繁"), QUOTA),
    // Passing faults.
    row(500, "INTERNAL", &RETRY, ("fault at Google", "谷歌服务器内部错误"), NOTHING),
    row(503, "UNAVAILABLE", &RETRY, ("Google's service is overloaded", "谷歌服务过载"), NOTHING),
    answer::row(FRONT, 504, "DEADLINE_EXCEEDED", &RETRY, ("Google's service did not answer in time", "谷歌服务处理超时"), NOTHING),
    row(0, "UNSPECIFIED_ERROR", &RETRY, ("Google gives no reason", "谷歌未给出原因"), NOTHING),
    // Our request.
    row(400, "INVALID_ARGUMENT", &DROP, ("a field of the request is refused", "请求中有字段被拒绝"), ARGUMENT),
    // The exchange of the assertion for an access token.
    answer::row(OAUTH, 400, "invalid_grant", &CONFIG, ("the assertion is refused: key revoked, account removed or clock wrong", "凭据被拒绝：密钥已吊销、账号已删除或时钟不准"), KEY),
    answer::row(OAUTH_SEEN, 401, "invalid_client", &CONFIG, ("the service account is not known", "服务账号不存在"), KEY),
    answer::row(OAUTH_SEEN, 401, "unauthorized_client", &CONFIG, ("the service account may not ask for access tokens", "服务账号无权申请 access token"), KEY),
    answer::row(OAUTH_SEEN, 400, "invalid_scope", &CONFIG, ("the scope asked for is not valid", "申请的权限范围无效"), OUR_FAULT),
    answer::row(OAUTH_SEEN, 400, "invalid_request", &CONFIG, ("the request for an access token is malformed", "申请 access token 的请求格式错误"), OUR_FAULT),
    answer::row(OAUTH_SEEN, 400, "unsupported_grant_type", &CONFIG, ("the kind of grant is not supported", "不支持的授权类型"), OUR_FAULT),
    // What no code of Google's names.
    own_row(answer::EXT_TOO_LONG, &DROP, ("ext and payload leave no room for the text in 4096 bytes", "ext 与 payload 过长，4096 字节内已容不下通知文字"), ("shorten ext", "请缩短 ext")),
    own_row(ONE_TARGET, &DROP, ("Google takes one target a request", "谷歌每个请求只接受一个目标"), OUR_FAULT),
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
