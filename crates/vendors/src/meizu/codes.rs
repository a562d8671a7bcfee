//! Every return code in Meizu's book, and what it means for a target.
//!
//! An accepted request may still refuse single push ids, each under a code of its own. Such a code is written behind
//! the `200` of its request, because 110010 means "too fast" for a request and "switched off" for a push id.

use model::{Pause, Verdict};

use crate::{
    answer::{self, NOTHING, Words, own_row},
    contract::{Certainty, CodeRow, Source},
};

/// The request was taken; single push ids may have been refused.
pub(super) const ACCEPTED: &str = "200";
/// The request has to be made again elsewhere.
pub(super) const MOVED: &str = "300";
/// Any fault that has no code; only its text tells which.
pub(super) const OTHER_FAULT: &str = "500";
/// [`OTHER_FAULT`] whose text speaks of arguments.
pub(super) const BAD_ARGUMENTS: &str = "bad_arguments";

const TAKEN: Verdict = Verdict::Accepted;
const RETRY: Verdict = Verdict::Retry { after: None };
const DEAD: Verdict = Verdict::TokenDead { since: None };
const BUSY: Verdict = Verdict::Limited { pause: Pause::Lane, after: None };
const DAY: Verdict = Verdict::Limited { pause: Pause::DailyAmount, after: None };
const DEVICE: Verdict = Verdict::Limited { pause: Pause::Target, after: None };
const CONFIG: Verdict = Verdict::Misconfigured;
const DROP: Verdict = Verdict::Drop;

const OUR_FAULT: Words = (
    "report this message's explanation as a fault of Posthouse",
    "请将此消息的诊断结果作为 Posthouse 的缺陷反馈",
);
const APP_ID: Words = ("copy the AppId from Flyme's push console again", "请在 Flyme 推送平台重新复制 AppId");
const SECRET: Words = (
    "copy the AppSecret (not the AppKey) from Flyme's push console again",
    "请在 Flyme 推送平台重新复制 AppSecret（不是 AppKey）",
);
const ACCOUNT: Words = ("look at the app's state in Flyme's push console", "请在 Flyme 推送平台查看应用状态");
const RATE: Words = (
    "the lane slows down by itself; Meizu raises the rate on request",
    "发送队列会自动减速；可向魅族申请提高速率",
);
const QUOTA: Words = ("ask Meizu for a larger daily amount", "请向魅族申请提高每日推送量");
const SWITCHED_OFF: Words =
    ("ask the user to allow notifications of the app", "请引导用户开启应用的通知开关");
const PUBLIC: Words =
    ("send what is not marketing or news as a private message", "非营销、资讯类内容请以私信消息发送");

const BOOK: Source =
    Source { page: "github.com/MEIZUPUSH/PushAPI, return codes", certainty: Certainty::Documented };
const IDS: Source = Source {
    page: "github.com/MEIZUPUSH/PushAPI, codes of refused push ids",
    certainty: Certainty::Documented,
};
const SDK: Source =
    Source { page: "the vendor's Java SDK, codes of refused push ids", certainty: Certainty::Observed };
const GUESS: Source = Source {
    page: "github.com/MEIZUPUSH/PushAPI, code 500; the words looked for are ours",
    certainty: Certainty::Assumed,
};

// One row a line reads as the table it is.
#[rustfmt::skip]
pub(super) static CODES: [CodeRow; 38] = [
    row(ACCEPTED, &TAKEN, ("accepted", "已接受"), NOTHING),
    // Passing faults.
    row(MOVED, &RETRY, ("moved, to where the request may not follow", "接口已迁移，新地址不可跟随"), NOTHING),
    row(OTHER_FAULT, &RETRY, ("a fault at Meizu that has no code of its own", "魅族其他异常"), NOTHING),
    row("1001", &RETRY, ("system fault at Meizu", "魅族系统错误"), NOTHING),
    // Too much at once, or today.
    row("1003", &BUSY, ("server busy", "服务器忙"), NOTHING),
    row("110010", &BUSY, ("the app sends too fast", "应用推送速率过快"), RATE),
    row("110019", &DAY, ("the app's daily number of pushes is used up", "应用当日推送次数已用完"), QUOTA),
    row("110051", &DAY, ("the app's number of pushes is used up", "应用推送数量超过限制"), QUOTA),
    // Credentials and the account.
    row("1006", &CONFIG, ("the signature is refused", "签名认证失败"), SECRET),
    row("110000", &CONFIG, ("the AppId is illegal", "appId 不合法"), APP_ID),
    row("110001", &CONFIG, ("the AppKey is illegal", "appKey 不合法"), SECRET),
    row("110033", &CONFIG, ("the AppSecret is illegal", "appSecret 不合法"), SECRET),
    row("110009", &CONFIG, ("the app is on Meizu's black list", "应用被加入黑名单"), ACCOUNT),
    row("110031", &CONFIG, ("the package name is illegal", "packageName 不合法"), ACCOUNT),
    // Tokens.
    row("110002", &DEAD, ("the push id is not registered", "pushId 未注册"), NOTHING),
    row("110003", &DEAD, ("the push id is illegal", "pushId 非法"), NOTHING),
    // This message, or our request.
    row("1005", &DROP, ("a parameter is bad", "参数错误"), OUR_FAULT),
    row("110004", &DROP, ("a parameter is empty", "参数不能为空"), OUR_FAULT),
    row("110032", &DROP, ("the task id is illegal", "非法的 taskId"), OUR_FAULT),
    row("110053", &DROP, ("more pass-through messages than the app may send", "透传超过限制"), OUR_FAULT),
    answer::row(GUESS, 200, BAD_ARGUMENTS, &DROP, ("Meizu answered 500, and its text speaks of the arguments", "魅族返回 500，且说明为参数问题"), OUR_FAULT),
    // One push id of an accepted request.
    of_id("200/110002", &DEAD, ("the push id has lapsed: nobody is subscribed under it", "pushId 失效（未订阅）"), NOTHING),
    of_id("200/110003", &DEAD, ("the push id is illegal", "pushId 非法"), NOTHING),
    of_id("200/110005", &DROP, ("the alias is not subscribed, or its message switch is off", "alias 失效（未订阅或消息开关关闭）"), NOTHING),
    of_id("200/110010", &DROP, ("the user has switched the app's notifications off; the push id stays good", "用户关闭了消息开关，pushId 仍有效"), SWITCHED_OFF),
    of_id("200/110011", &DEVICE, ("the device has had all public messages of this day", "该设备当日公信消息数已达上限"), PUBLIC),
    of_id("200/201", &CONFIG, ("the app has no right to push to this id", "没有权限，服务器主动拒绝"), ACCOUNT),
    of_id("200/501", &RETRY, ("database fault at Meizu", "推送消息失败（数据库错误）"), NOTHING),
    of_id("200/513", &RETRY, ("sending failed inside Meizu", "推送消息失败"), NOTHING),
    answer::row(SDK, 200, "200/518", &BUSY, ("over the rate that is set for the app", "推送消息超过配置的速率"), RATE),
    of_id("200/519", &BUSY, ("the service is overloaded", "推送消息失败，服务过载"), NOTHING),
    of_id("200/520", &TAKEN, ("accepted and folded into a group: the device got too many pushes of this app within a minute", "已接受，但被折叠：该设备一分钟内收到本应用消息过多"), NOTHING),
    // What no code of the vendor's names.
    own_row(answer::EXT_TOO_LONG, &DROP, ("ext and payload are over 4096 bytes together", "ext 与 payload 合计超过 4096 字节"), ("shorten ext", "请缩短 ext")),
    answer::EXPIRED_ROW,
    answer::BAD_TOKEN_ROW,
    answer::NOT_SUPPORTED_ROW,
    answer::SERVER_FAULT_ROW,
    answer::UNREADABLE_ROW,
];

/// Meizu answers business errors with HTTP 200.
const fn row(code: &'static str, judgement: &'static Verdict, meaning: Words, todo: Words) -> CodeRow {
    answer::row(BOOK, 200, code, judgement, meaning, todo)
}

/// The code of one push id of an accepted request.
const fn of_id(code: &'static str, judgement: &'static Verdict, meaning: Words, todo: Words) -> CodeRow {
    answer::row(IDS, 200, code, judgement, meaning, todo)
}
