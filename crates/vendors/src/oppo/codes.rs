//! Every return code in OPPO's book, and what it means for a target.

use model::{Doubt, Pause, Verdict};

use crate::{
    answer::{self, NOTHING, Words, own_row},
    contract::{Certainty, CodeRow, Source},
};

/// HTTP 429 without a code of the vendor's.
pub(super) const TOO_MANY: &str = "http_429";
/// A list's answer that does not speak of a target.
pub(super) const ENTRY_MISSING: &str = "entry_missing";
/// A refused token that another region gave out.
pub(super) const OTHER_REGION: &str = "other_region";

const ACCEPTED: Verdict = Verdict::Accepted;
const RETRY: Verdict = Verdict::Retry { after: None };
const RENEW: Verdict = Verdict::RenewAuth;
const DEAD: Verdict = Verdict::TokenDead { since: None };
const DOUBT: Verdict = Verdict::TokenDoubtful(Doubt::SecondInRow);
const BUSY: Verdict = Verdict::Limited { pause: Pause::Lane, after: None };
const DAY: Verdict = Verdict::Limited { pause: Pause::DailyAmount, after: None };
const CONFIG: Verdict = Verdict::Misconfigured;
const DROP: Verdict = Verdict::Drop;

const OUR_FAULT: Words = (
    "report this message's explanation as a fault of Posthouse",
    "请将此消息的诊断结果作为 Posthouse 的缺陷反馈",
);
const APP_KEY: Words =
    ("copy the AppKey from OPPO's push platform again", "请在 OPPO 推送平台重新复制 AppKey");
const SECRET: Words = (
    "copy the MasterSecret (not the AppSecret) from OPPO's push platform again, and check this server's clock",
    "请在 OPPO 推送平台重新复制 MasterSecret（不是 AppSecret），并检查服务器时钟",
);
const CLOCK: Words = (
    "set this server's clock, which must be within ten minutes of OPPO's",
    "请校准服务器时钟，误差不得超过 10 分钟",
);
const ALLOW_IP: Words =
    ("have this server's address allowed in OPPO's push platform", "请在 OPPO 推送平台放行服务器 IP");
const ACCOUNT: Words = ("look at the app's state in OPPO's push platform", "请在 OPPO 推送平台查看应用状态");
const RIGHTS: Words = (
    "switch server pushes on for the app in OPPO's push platform",
    "请在 OPPO 推送平台为应用开通服务端推送权限",
);
const QUOTA: Words =
    ("apply for the service categories, which have no daily amount", "请申请不限量的通讯与服务类权限");
const QPS: Words = (
    "the lane slows down by itself; a higher rate comes with more users",
    "发送队列会自动减速；用户数增加后限额会提高",
);
const TEMPLATE: Words = (
    "check the template's ID and the names of its places in OPPO's push platform",
    "请在 OPPO 推送平台核对模板 ID 与参数名",
);
const CATEGORY: Words = (
    "apply for the category or level in OPPO's push platform, or say in the certificate that it is not granted",
    "请在 OPPO 推送平台申请该分类或提醒等级，或在证书中注明未获权限",
);
const REGION: Words = (
    "make a certificate of the token's region, and have its phones use it",
    "请为该 token 所属地区另建证书，并让相应机型使用",
);

const BOOK: Source =
    Source { page: "OPPO push server API, return codes (1.9.3)", certainty: Certainty::Documented };
const NEWER: Source =
    Source { page: "open.oppomobile.com, push server API, return codes", certainty: Certainty::Documented };
const NOTE: Source = Source { page: "one server's notes on OPPO", certainty: Certainty::Observed };
const GUESS: Source = Source { page: "none; HTTP's own meaning", certainty: Certainty::Assumed };
const REPEAT: Source = Source { page: "return code 32, its bare name", certainty: Certainty::Assumed };

// One row a line reads as the table it is.
#[rustfmt::skip]
pub(super) static CODES: [CodeRow; 44] = [
    row("0", &ACCEPTED, ("accepted, which says nothing of delivery", "已接受（不代表已送达）"), NOTHING),
    answer::row(REPEAT, 200, "32", &ACCEPTED, ("the same push was taken before", "重复数据：该推送此前已被接受"), NOTHING),
    // Passing faults.
    row("-1", &RETRY, ("OPPO's service is unavailable for now", "服务暂不可用"), NOTHING),
    // Too much at once.
    row("-2", &BUSY, ("flow control", "服务流量控制"), QPS),
    row("13", &BUSY, ("the app's calls are limited, or come too often", "应用调用次数受限或过于频繁"), QPS),
    answer::row(NEWER, 200, "55", &BUSY, ("too frequent", "请求过于频繁"), QPS),
    // Too much today, by the vendor's day in Beijing time.
    row("33", &DAY, ("the day's amount is used up", "当日推送数量已达上限"), QUOTA),
    // The access token.
    row("11", &RENEW, ("the access token is invalid or too old", "auth_token 无效或已过期"), NOTHING),
    row("29", &RENEW, ("the access token is missing", "缺少 auth_token"), OUR_FAULT),
    row("19", &RENEW, ("the timestamp is invalid", "时间戳无效"), CLOCK),
    // Tokens.
    row("10000", &DEAD, ("the regid is malformed or invalid", "registration_id 格式错误或无效"), NOTHING),
    row("41", &DOUBT, ("an argument is invalid: commonly the regid", "参数无效，通常为 registration_id"), NOTHING),
    // Credentials, rights and the account.
    row("14", &CONFIG, ("the AppKey is invalid", "AppKey 无效"), APP_KEY),
    row("15", &CONFIG, ("the AppKey is missing", "缺少 AppKey"), APP_KEY),
    row("16", &CONFIG, ("the signature is invalid: MasterSecret wrong", "签名无效：MasterSecret 错误"), SECRET),
    row("17", &CONFIG, ("the signature is missing", "缺少签名"), OUR_FAULT),
    row("18", &CONFIG, ("the timestamp is missing", "缺少时间戳"), OUR_FAULT),
    row("26", &CONFIG, ("this server's address is on OPPO's black list", "服务器 IP 在黑名单中"), ALLOW_IP),
    row("27", &CONFIG, ("the app has no right to this function", "应用没有该功能的权限"), RIGHTS),
    row("28", &CONFIG, ("the app is disabled", "应用已被停用"), ACCOUNT),
    row("30", &CONFIG, ("the app lacks the right to push by API", "应用没有 API 推送权限"), RIGHTS),
    answer::row(NOTE, 200, "54", &CONFIG, ("a private template is wrong", "私信模板有误"), TEMPLATE),
    answer::row(NEWER, 200, "59", &CONFIG, ("category or level is not allowed", "消息分类或提醒等级不被允许"), CATEGORY),
    answer::row(NEWER, 200, "67", &CONFIG, ("category and level do not match, or are not granted", "消息分类与提醒等级不匹配或未获权限"), CATEGORY),
    // This message, or our request.
    row("12", &DROP, ("HTTP method not allowed", "不允许的 HTTP 方法"), OUR_FAULT),
    row("20", &DROP, ("unknown method", "未知的方法名"), OUR_FAULT),
    row("21", &DROP, ("the method's name is missing", "缺少方法名"), OUR_FAULT),
    row("22", &DROP, ("the version is missing", "缺少版本号"), OUR_FAULT),
    row("23", &DROP, ("the version is no number", "版本号不是数字"), OUR_FAULT),
    row("24", &DROP, ("the version is not supported", "不支持的版本号"), OUR_FAULT),
    row("25", &DROP, ("the request is not UTF-8", "请求不是 UTF-8 编码"), OUR_FAULT),
    row("31", &DROP, ("what it speaks of does not exist", "数据不存在"), NOTHING),
    row("34", &DROP, ("the day's amount of pictures is used up", "当日图片上传数量已达上限"), OUR_FAULT),
    row("40", &DROP, ("a required argument is missing", "缺少必选参数"), OUR_FAULT),
    answer::row(NEWER, 200, "51", &DROP, ("the picture is invalid", "图片无效"), OUR_FAULT),
    // What no code of the vendor's names.
    answer::row(GUESS, 429, TOO_MANY, &BUSY, ("too many requests", "请求过多"), QPS),
    own_row(ENTRY_MISSING, &RETRY, ("the answer to the list does not speak of this phone; a repeat is known by its id", "批量应答中没有此设备；重发会按消息 ID 去重"), NOTHING),
    own_row(OTHER_REGION, &CONFIG, ("the token was refused, and is of another region than the certificate", "token 被拒绝，且所属地区与证书不符"), REGION),
    own_row(answer::EXT_TOO_LONG, &DROP, ("ext and payload are over 4000 characters as one JSON object", "ext 与 payload 合成的 JSON 超过 4000 个字符"), ("shorten ext", "请缩短 ext")),
    answer::EXPIRED_ROW,
    answer::BAD_TOKEN_ROW,
    answer::NOT_SUPPORTED_ROW,
    answer::SERVER_FAULT_ROW,
    answer::UNREADABLE_ROW,
];

/// OPPO answers business errors with HTTP 200.
const fn row(code: &'static str, judgement: &'static Verdict, meaning: Words, todo: Words) -> CodeRow {
    answer::row(BOOK, 200, code, judgement, meaning, todo)
}
