//! Every return code in Xiaomi's book, and what it means for a target.

use model::{Doubt, Pause, Verdict};

use crate::{
    answer::{self, NOTHING, Words, own_row},
    contract::{Certainty, CodeRow, Source},
};

/// HTTP 401, which no source promises for failed authentication and none excludes.
pub(super) const UNAUTHORISED: &str = "http_401";
/// An answer without a body, which the vendor's own SDK repeats.
pub(super) const EMPTY: &str = "empty_answer";

const ACCEPTED: Verdict = Verdict::Accepted;
const RETRY: Verdict = Verdict::Retry { after: None };
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
const FORM: Words = ("check every field of the certificate", "请检查证书的每个字段");
const SECRET: Words = (
    "copy the AppSecret (not the AppKey) from Xiaomi's console again",
    "请在小米开放平台重新复制 AppSecret（不是 AppKey）",
);
const PACKAGE: Words =
    ("enter the package name of the app that the AppSecret belongs to", "请填写 AppSecret 所属应用的包名");
const ACCOUNT: Words = ("look at the app's state in Xiaomi's console", "请在小米开放平台查看应用状态");
const RIGHTS: Words =
    ("switch the push service on for the app in Xiaomi's console", "请在小米开放平台为应用启用推送服务");
const ALLOW_IP: Words = (
    "add this server's address to the allowed ones in Xiaomi's console",
    "请在小米开放平台将服务器 IP 加入白名单",
);
const CHANNEL: Words =
    ("enter the ID of an approved channel, and mind its template", "请填写已审核通过的通道 ID，并遵守其模板");
const QPS: Words = (
    "the lane slows down by itself; a higher rate comes with more devices",
    "发送队列会自动减速；设备数增加后限额会提高",
);
const QUOTA: Words = ("apply for a private channel, which has no daily amount", "请申请不限量的私信通道");
const REVIEW: Words =
    ("change the text or have it reviewed in Xiaomi's console", "请修改文案或在小米开放平台提交审核");
const RECEIPT_URL: Words =
    ("check the public address of this server in its configuration", "请检查服务器配置中的公网地址");

const BOOK: Source =
    Source { page: "dev.mi.com, push server API, return codes", certainty: Certainty::Documented };
const SEEN: Source = Source { page: "one sender's log of return codes", certainty: Certainty::Observed };
const GUESS: Source = Source { page: "none; HTTP's own meaning", certainty: Certainty::Assumed };
const SDK: Source =
    Source { page: "the vendor's Java SDK, its rule for repeating", certainty: Certainty::Observed };

// One row a line reads as the table it is.
#[rustfmt::skip]
pub(super) static CODES: [CodeRow; 96] = [
    row("0", &ACCEPTED, ("accepted", "已接受"), NOTHING),
    // Passing faults.
    row("-1", &RETRY, ("unknown fault at Xiaomi", "小米未知错误"), NOTHING),
    row("10001", &RETRY, ("system fault at Xiaomi", "小米系统错误"), NOTHING),
    row("10002", &RETRY, ("service paused or busy", "服务暂停或繁忙"), NOTHING),
    row("10003", &RETRY, ("fault of a remote service at Xiaomi", "小米远程服务错误"), NOTHING),
    row("10009", &RETRY, ("system busy", "系统繁忙"), NOTHING),
    row("10011", &RETRY, ("internal call at Xiaomi failed", "小米内部 RPC 错误"), NOTHING),
    row("20215", &RETRY, ("subscribing to the topic failed", "订阅标签失败"), NOTHING),
    row("20216", &RETRY, ("unsubscribing from the topic failed", "取消订阅标签失败"), NOTHING),
    row("20607", &RETRY, ("database fault at Xiaomi", "小米数据库错误"), NOTHING),
    row("22102", &RETRY, ("sending the notification failed", "发送应用通知消息失败"), NOTHING),
    row("26003", &RETRY, ("internal call at Xiaomi failed", "小米内部调用失败"), NOTHING),
    // Tokens.
    row("10029", &DEAD, ("illegal device: the regid is not valid", "非法设备：regid 无效"), NOTHING),
    row("20301", &DOUBT, ("sending failed, commonly because no target is valid", "发送失败，通常是没有有效的目标"), NOTHING),
    row("65003", &DROP, ("device unknown or offline", "设备不存在或不在线"), NOTHING),
    // Too much at once.
    row("10022", &BUSY, ("too many requests from this address", "该 IP 请求过于频繁"), NOTHING),
    row("10023", &BUSY, ("too many requests of this user", "该用户请求过于频繁"), NOTHING),
    row("10024", &BUSY, ("too many requests to this interface", "该接口请求过于频繁"), NOTHING),
    row("10027", &BUSY, ("the app calls the interface too often", "应用调用接口过于频繁"), NOTHING),
    row("10028", &BUSY, ("the app sends too often", "应用发送过于频繁"), NOTHING),
    row("10030", &BUSY, ("the feed of invalid regids is fetched too often", "拉取无效 regid 过于频繁"), NOTHING),
    row("10032", &BUSY, ("the feed of invalid aliases is fetched too often", "拉取无效 alias 过于频繁"), NOTHING),
    row("10039", &BUSY, ("too frequent", "请求过于频繁"), NOTHING),
    row("22101", &BUSY, ("too many notifications", "应用通知消息过多"), NOTHING),
    row("26004", &BUSY, ("too frequent", "请求过于频繁"), NOTHING),
    row("200002", &BUSY, ("more targets a second than the app may send", "超过每秒推送条数（QPS）限制"), QPS),
    // Too much today, by the vendor's day in Beijing time.
    row("10034", &DAY, ("the day's amount is used up", "当日推送数量已达上限"), QUOTA),
    row("10035", &DAY, ("the day's amount is used up", "当日推送数量已达上限"), QUOTA),
    row("200001", &DAY, ("the day's amount of this app or channel is used up", "应用或通道当日推送数量已达上限"), QUOTA),
    // Credentials, rights and the account.
    row("100", &CONFIG, ("a parameter is empty", "参数为空"), FORM),
    row("10004", &CONFIG, ("this server's address is not allowed", "服务器 IP 不在允许范围内"), ALLOW_IP),
    row("10005", &CONFIG, ("the app is not authorised for this interface", "应用没有调用该接口的权限"), RIGHTS),
    row("10013", &CONFIG, ("the app is not authorised for this interface", "应用没有调用该接口的权限"), RIGHTS),
    row("10014", &CONFIG, ("the app is not authorised for this interface", "应用没有调用该接口的权限"), RIGHTS),
    row("10036", &CONFIG, ("the app is not authorised for this interface", "应用没有调用该接口的权限"), RIGHTS),
    row("21303", &CONFIG, ("the app is not authorised for this interface", "应用没有调用该接口的权限"), RIGHTS),
    row("10006", &CONFIG, ("app id or key wrong or missing", "AppID 或密钥错误或缺失"), SECRET),
    row("10026", &CONFIG, ("the app is blocked by Xiaomi", "应用被列入黑名单"), ACCOUNT),
    row("10031", &CONFIG, ("the app is blocked by Xiaomi", "应用被列入黑名单"), ACCOUNT),
    row("21301", &CONFIG, ("authentication failed: AppSecret wrong", "认证失败：AppSecret 错误"), SECRET),
    row("21302", &CONFIG, ("authentication failed", "认证失败"), SECRET),
    row("22000", &CONFIG, ("the app is illegal", "非法应用"), ACCOUNT),
    row("22001", &CONFIG, ("the app does not exist", "应用不存在"), ACCOUNT),
    row("22002", &CONFIG, ("the app was revoked", "应用已撤销"), ACCOUNT),
    row("22003", &CONFIG, ("the app could not be updated", "更新应用程序失败"), ACCOUNT),
    row("22004", &CONFIG, ("information about the app is missing", "缺少应用程序信息"), ACCOUNT),
    row("22005", &CONFIG, ("the app's name is illegal", "应用程序名字不合法"), ACCOUNT),
    row("22006", &CONFIG, ("the app id is malformed", "应用程序 ID 不合法"), SECRET),
    row("22007", &CONFIG, ("the key is malformed", "应用程序 Key 不合法"), SECRET),
    row("22008", &CONFIG, ("the AppSecret is malformed", "应用程序 Secret 不合法"), SECRET),
    row("22020", &CONFIG, ("the app's description is illegal", "应用程序描述信息不合法"), ACCOUNT),
    row("22021", &CONFIG, ("the app is not authorised by the user", "用户没有授权给应用程序"), ACCOUNT),
    row("22022", &CONFIG, ("the package name is wrong or not of this app", "应用包名称不合法或不属于该应用"), PACKAGE),
    answer::row(SEEN, 200, "66108", &CONFIG, ("the package name is not of this app", "应用包名称不属于该应用"), PACKAGE),
    row("27001", &CONFIG, ("channel unknown or not approved, or its template's rules are broken", "通道不存在、未审核通过或不符合模板要求"), CHANNEL),
    // The receipt address.
    row("10025", &CONFIG, ("the receipt address is bad", "回执地址错误"), RECEIPT_URL),
    row("65037", &CONFIG, ("the receipt address is too long", "回执地址过长"), RECEIPT_URL),
    row("65038", &CONFIG, ("the receipt address is illegal", "回执地址不合法"), RECEIPT_URL),
    row("65036", &DROP, ("the receipt parameter is too long", "回执参数过长"), OUR_FAULT),
    // This message, or our request.
    row("10007", &DROP, ("content type not supported", "不支持的 MIME 类型"), OUR_FAULT),
    row("10008", &DROP, ("parameter error", "参数错误"), OUR_FAULT),
    row("10012", &DROP, ("illegal request", "非法请求"), OUR_FAULT),
    row("10016", &DROP, ("a required parameter is missing", "缺少必选参数"), OUR_FAULT),
    row("10017", &DROP, ("a parameter's value is illegal", "参数值非法"), OUR_FAULT),
    row("21305", &DROP, ("a required parameter is missing", "缺少参数"), OUR_FAULT),
    row("65011", &DROP, ("a parameter is illegal", "参数不合法"), OUR_FAULT),
    row("10018", &DROP, ("the request is too long", "请求长度超过限制"), OUR_FAULT),
    row("65009", &DROP, ("the message is too long", "消息过长"), OUR_FAULT),
    row("10010", &DROP, ("the job has expired", "任务已过期"), NOTHING),
    row("10037", &DROP, ("the request has expired", "请求已过期"), NOTHING),
    row("10020", &DROP, ("no such interface", "接口不存在"), OUR_FAULT),
    row("10021", &DROP, ("HTTP method not supported", "不支持的 HTTP 方法"), OUR_FAULT),
    row("22100", &DROP, ("the notification is malformed", "通知消息格式不合法"), OUR_FAULT),
    row("22103", &DROP, ("the notify id is illegal", "通知 ID 不合法"), OUR_FAULT),
    row("26006", &DROP, ("the content needs Xiaomi's review", "内容需要审核"), REVIEW),
    row("65014", &DROP, ("too many own pairs", "自定义键值对过多"), OUR_FAULT),
    row("65015", &DROP, ("own pairs too long", "自定义键值对过长"), OUR_FAULT),
    row("65028", &DROP, ("no message with this id", "消息 ID 不存在"), NOTHING),
    // Topics, aliases and accounts, which Posthouse does not send to.
    row("20209", &DROP, ("bad topic", "标签不合法"), OUR_FAULT),
    row("65006", &DROP, ("bad alias", "别名不合法"), OUR_FAULT),
    row("65007", &DROP, ("bad alias", "别名不合法"), OUR_FAULT),
    row("65008", &DROP, ("bad alias", "别名不合法"), OUR_FAULT),
    row("65012", &DROP, ("bad alias", "别名不合法"), OUR_FAULT),
    row("65010", &DROP, ("topic too long or empty", "标签过长或为空"), OUR_FAULT),
    row("65013", &DROP, ("bad topic", "标签不合法"), OUR_FAULT),
    row("65016", &DROP, ("bad user account", "用户账号不合法"), OUR_FAULT),
    row("65017", &DROP, ("bad user account", "用户账号不合法"), OUR_FAULT),
    row("65035", &DROP, ("too many topics", "标签过多"), OUR_FAULT),
    // What no code of the vendor's names.
    answer::row(GUESS, 401, UNAUTHORISED, &CONFIG, ("authentication failed", "认证失败"), SECRET),
    answer::row(SDK, 200, EMPTY, &RETRY, ("the answer has no body", "应答没有内容"), NOTHING),
    own_row(answer::EXT_TOO_LONG, &DROP, ("ext and payload are over 1024 characters together, names included", "ext 与 payload 连同键名合计超过 1024 个字符"), ("shorten ext", "请缩短 ext")),
    answer::EXPIRED_ROW,
    answer::BAD_TOKEN_ROW,
    answer::NOT_SUPPORTED_ROW,
    answer::SERVER_FAULT_ROW,
    answer::UNREADABLE_ROW,
];

/// Xiaomi answers business errors with HTTP 200.
const fn row(code: &'static str, judgement: &'static Verdict, meaning: Words, todo: Words) -> CodeRow {
    answer::row(BOOK, 200, code, judgement, meaning, todo)
}
