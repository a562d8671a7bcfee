//! Every return code in vivo's book, and what it means for a target.

use model::{Pause, Verdict};

use crate::{
    answer::{self, NOTHING, Words, own_row},
    contract::{Certainty, CodeRow, Source},
};

pub(super) const TAKEN: &str = "0";
/// Operational messages are taken by day only.
pub(super) const NIGHT: &str = "10071";
/// The status that an answer gives to a regId follows.
pub(super) const INVALID_USER: &str = "invalid_user_";
/// Something before vivo's own service answered.
pub(super) const NO_JSON: &str = "no_json";
/// The click action can be carried out by no phone.
pub(super) const CLICK_REFUSED: &str = "click_refused";
/// Only a task can be taken back.
pub(super) const TASK_UNKNOWN: &str = "task_unknown";

const ACCEPTED: Verdict = Verdict::Accepted;
const RETRY: Verdict = Verdict::Retry { after: None };
const RENEW: Verdict = Verdict::RenewAuth;
const DEAD: Verdict = Verdict::TokenDead { since: None };
const BUSY: Verdict = Verdict::Limited { pause: Pause::Lane, after: None };
const DAY: Verdict = Verdict::Limited { pause: Pause::DailyAmount, after: None };
const LATER: Verdict = Verdict::Limited { pause: Pause::Target, after: None };
const CONFIG: Verdict = Verdict::Misconfigured;
const DROP: Verdict = Verdict::Drop;

const OUR_FAULT: Words = (
    "report this message's explanation as a fault of Posthouse",
    "请将此消息的诊断结果作为 Posthouse 的缺陷反馈",
);
const CREDENTIALS: Words = (
    "copy AppID, AppKey and AppSecret from vivo's console again, all of the same app",
    "请在 vivo 开放平台重新复制同一应用的 AppID、AppKey 和 AppSecret",
);
const CLOCK: Words =
    ("set this server's clock: it may be off by ten minutes at most", "请校准服务器时钟：误差不能超过十分钟");
const ACCOUNT: Words = ("look at the app's state in vivo's console", "请在 vivo 开放平台查看应用状态");
const CATEGORY: Words = (
    "choose a category that vivo has approved for this app, for the class of message",
    "请为该类消息选择 vivo 已为应用开通的分类（category）",
);
const TEXT: Words = ("change the text", "请修改文案");
const CLICK: Words = ("check the page to open of message and certificate", "请检查消息与证书中要打开的页面");
const QPS: Words = (
    "the lane slows down by itself; a higher rate comes with more users",
    "发送队列会自动减速；用户数增加后限额会提高",
);
const QUOTA: Words = (
    "apply for an unlimited amount of system messages in vivo's console",
    "请在 vivo 开放平台申请系统消息不限量",
);
const LISTS: Words = (
    "the pushes go on in smaller lots; switch lists off in the certificate to send one by one",
    "推送会分成更小的批次继续；可在证书中关闭群推，改为逐台单推",
);
const RECEIPT_URL: Words = (
    "check the public address of this server, or enter a callback ID",
    "请检查服务器公网地址，或填写回执 ID",
);
const TEST_DEVICE: Words = (
    "register the device as a test device in vivo's console, or set the push mode to formal",
    "请在 vivo 开放平台登记测试设备，或将推送模式改为 formal",
);

const BOOK: Source =
    Source { page: "dev.vivo.com.cn, push server API, return codes", certainty: Certainty::Documented };
const SEEN: Source = Source { page: "one sender's map of return codes", certainty: Certainty::Observed };
const GUESS: Source = Source { page: "named by senders, on no page", certainty: Certainty::Assumed };
const OLD: Source = Source { page: "older text of the push server API", certainty: Certainty::Assumed };
const TROUBLE: Source =
    Source { page: "clients of the push server API repeat then", certainty: Certainty::Assumed };

// One row a line reads as the table it is.
#[rustfmt::skip]
pub(super) static CODES: [CodeRow; 74] = [
    row(TAKEN, &ACCEPTED, ("accepted", "已接受"), NOTHING),
    // The access token and what it is given for.
    row("10000", &RENEW, ("the access token is missing, wrong or expired", "鉴权失败：authToken 缺失、错误或已过期"), NOTHING),
    row("10094", &CONFIG, ("the app ID is not that of the access token", "appId 与 authToken 不一致"), CREDENTIALS),
    row("10200", &CONFIG, ("authentication: app ID empty", "鉴权：appId 为空"), CREDENTIALS),
    row("10201", &CONFIG, ("authentication: app key empty", "鉴权：appKey 为空"), CREDENTIALS),
    row("10202", &CONFIG, ("authentication: app key illegal", "鉴权：appKey 不合法"), CREDENTIALS),
    row("10203", &CONFIG, ("authentication: timestamp empty", "鉴权：timestamp 为空"), OUR_FAULT),
    row("10204", &CONFIG, ("authentication: signature empty", "鉴权：sign 为空"), OUR_FAULT),
    row("10205", &CONFIG, ("authentication: no such app", "鉴权：appId 不存在"), CREDENTIALS),
    row("10206", &CONFIG, ("authentication: signature wrong, so one of the three credentials is", "鉴权：签名错误，三项凭据中有误"), CREDENTIALS),
    row("10207", &CONFIG, ("authentication: timestamp illegal, so this server's clock is wrong", "鉴权：时间戳不合法，服务器时钟有误"), CLOCK),
    row("10250", &BUSY, ("authentication was asked for too often", "鉴权请求过于频繁"), NOTHING),
    // RegIds.
    row("10302", &DEAD, ("the regId is illegal", "regId 不合法"), NOTHING),
    row("invalid_user_1", &DEAD, ("the regId is unknown for this app", "该应用下不存在此 regId"), NOTHING),
    row("invalid_user_2", &DEAD, ("uninstalled, unsubscribed or its data cleared", "应用已卸载、已取消订阅或数据已清除"), NOTHING),
    answer::row(OLD, 200, "invalid_user_3", &DROP, ("the device was not active for 14 days", "设备 14 天未活跃"), NOTHING),
    row("invalid_user_4", &CONFIG, ("not a registered test device", "不是已登记的测试设备"), TEST_DEVICE),
    // Too much at once, too much today, or at the wrong time.
    row("10070", &DAY, ("the day's amount is used up", "当日推送总量已达上限"), QUOTA),
    answer::row(SEEN, 200, "10073", &DAY, ("the day's amount is used up", "当日推送数量已达上限"), QUOTA),
    row(NIGHT, &LATER, ("operational messages are taken from 7:00 to 23:00 Beijing time only", "运营消息仅可在北京时间 7:00–23:00 发送"), NOTHING),
    row("10072", &BUSY, ("sending too fast", "发送速度超过限制"), QPS),
    row("10252", &LATER, ("too many messages for lists were stored today", "当日保存群推消息次数超限"), LISTS),
    row("10254", &DROP, ("more than one push to everybody a day", "全量推送每天仅限一次"), NOTHING),
    // Rights and the account.
    answer::row(SEEN, 200, "10043", &CONFIG, ("the app's configuration is refused", "应用配置被拒绝"), ACCOUNT),
    answer::row(SEEN, 200, "10045", &CONFIG, ("the app's configuration is refused", "应用配置被拒绝"), ACCOUNT),
    answer::row(GUESS, 200, "10089", &CONFIG, ("the app's right to push is limited", "应用推送权限受限"), ACCOUNT),
    row("10096", &CONFIG, ("no such category", "category 取值不合法"), CATEGORY),
    row("10097", &CONFIG, ("the category does not fit the classification", "category 与 classification 不匹配"), CATEGORY),
    // This message, or our request.
    row("10050", &DROP, ("alias and regId are both empty", "alias 与 regId 均为空"), OUR_FAULT),
    row("10051", &DROP, ("message type not supported", "不支持的消息类型"), OUR_FAULT),
    answer::row(GUESS, 200, "10052", &DROP, ("message type empty", "消息类型为空"), OUR_FAULT),
    row("10054", &DROP, ("the kind of notification is bad", "notifyType 不合法"), OUR_FAULT),
    row("10055", &DROP, ("the title is empty", "标题为空"), OUR_FAULT),
    row("10056", &DROP, ("the title is too long", "标题过长"), OUR_FAULT),
    row("10057", &DROP, ("the text is empty", "内容为空"), OUR_FAULT),
    row("10058", &DROP, ("the text is too long", "内容过长"), OUR_FAULT),
    row("10059", &DROP, ("the lifetime is out of range", "timeToLive 超出范围"), OUR_FAULT),
    row("10060", &DROP, ("the kind of click action is bad", "skipType 不合法"), OUR_FAULT),
    answer::row(GUESS, 200, "10061", &DROP, ("the page to open is empty", "skipContent 为空"), CLICK),
    answer::row(GUESS, 200, "10062", &DROP, ("the page to open is too long", "skipContent 过长"), CLICK),
    answer::row(GUESS, 200, "10063", &DROP, ("the click content is empty", "自定义 skipContent 为空"), CLICK),
    answer::row(GUESS, 200, "10064", &DROP, ("the click content is too long", "自定义 skipContent 过长"), CLICK),
    answer::row(GUESS, 200, "10068", &DROP, ("the page in the app is empty", "应用内页面为空"), CLICK),
    answer::row(GUESS, 200, "10069", &DROP, ("the page in the app is too long", "应用内页面过长"), CLICK),
    row("10065", &DROP, ("the network type is bad", "networkType 不合法"), OUR_FAULT),
    row("10066", &DROP, ("too many own pairs", "自定义键值对过多"), OUR_FAULT),
    row("10067", &DROP, ("own pairs too long", "自定义键值对过长"), OUR_FAULT),
    answer::row(GUESS, 200, "10101", &DROP, ("the text is refused as sensitive", "内容包含敏感信息"), TEXT),
    answer::row(GUESS, 200, "10104", &DROP, ("the text looks like a test in a formal message", "正式消息中包含测试类文案"), TEXT),
    row("10150", &DROP, ("regIds and aliases are both empty", "regIds 与 aliases 均为空"), OUR_FAULT),
    row("10151", &DROP, ("the task is missing", "taskId 为空"), OUR_FAULT),
    row("10153", &DROP, ("the list has fewer than 2 or more than 1000 regIds", "regIds 数量不在 2–1000 之间"), OUR_FAULT),
    row("10154", &DROP, ("the list has fewer than 2 or more than 1000 aliases", "aliases 数量不在 2–1000 之间"), OUR_FAULT),
    row("10305", &CONFIG, ("the receipt address is too long", "回执地址过长"), RECEIPT_URL),
    row("10306", &DROP, ("the receipt parameter is too long", "回执参数过长"), OUR_FAULT),
    row("10352", &DROP, ("the request id is empty", "requestId 为空"), OUR_FAULT),
    row("10353", &DROP, ("the request id is too long", "requestId 过长"), OUR_FAULT),
    row("11000", &DROP, ("the classification is bad", "classification 取值不合法"), OUR_FAULT),
    // Aliases, tags and statistics, which Posthouse does not use.
    row("10301", &DROP, ("the alias is too long", "alias 过长"), OUR_FAULT),
    row("10471", &DROP, ("the list of tasks is empty", "taskIds 为空"), OUR_FAULT),
    row("10473", &DROP, ("too many tasks", "taskIds 数量超限"), OUR_FAULT),
    row("10601", &DROP, ("bad tag", "标签错误"), OUR_FAULT),
    row("10609", &DROP, ("bad tag", "标签错误"), OUR_FAULT),
    row("10614", &DROP, ("bad tag", "标签错误"), OUR_FAULT),
    row("10616", &DROP, ("bad tag", "标签错误"), OUR_FAULT),
    // What no code of the vendor's names.
    answer::row(TROUBLE, 0, NO_JSON, &RETRY, ("the answer is no JSON: trouble at vivo, or a proxy in between", "应答不是 JSON：vivo 服务异常，或中间有代理"), NOTHING),
    own_row(CLICK_REFUSED, &DROP, ("the page to open is over 2048 bytes or no intent URI", "要打开的页面超过 2048 字节，或不是 intent URI"), CLICK),
    own_row(TASK_UNKNOWN, &DROP, ("vivo gave no task id for the push, so it cannot be taken back", "vivo 未返回该推送的 taskId，无法撤回"), NOTHING),
    own_row(answer::EXT_TOO_LONG, &DROP, ("ext and payload are over 1024 characters together, names included", "ext 与 payload 连同键名合计超过 1024 个字符"), ("shorten ext", "请缩短 ext")),
    answer::EXPIRED_ROW,
    answer::BAD_TOKEN_ROW,
    answer::NOT_SUPPORTED_ROW,
    answer::SERVER_FAULT_ROW,
    answer::UNREADABLE_ROW,
];

/// vivo answers business errors with HTTP 200.
const fn row(code: &'static str, judgement: &'static Verdict, meaning: Words, todo: Words) -> CodeRow {
    answer::row(BOOK, 200, code, judgement, meaning, todo)
}
