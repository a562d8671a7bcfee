//! Every return code that Honor is known or believed to give, and what it means for a target. The vendor's own list
//! could not be seen: 200 alone is certain, and a number that is not here is never guessed.

use model::{Doubt, Pause, Verdict};

use crate::{
    answer::{self, NOTHING, Words, own_row},
    contract::{Certainty, CodeRow, Source},
};

pub(super) const SUCCESS: &str = "200";
pub(super) const SUCCESS_LIKE_HUAWEI: &str = "80000000";
pub(super) const PARTIAL: &str = "80100000";
/// The list of an answer that names tokens which have lapsed.
pub(super) const LAPSED: &str = "expireTokens";
/// The list of an answer that names tokens to which sending failed.
pub(super) const FAILED: &str = "failTokens";
/// A tap that Honor cannot carry out.
pub(super) const BAD_CLICK: &str = "click_not_supported";

const ACCEPTED: Verdict = Verdict::Accepted;
const RETRY: Verdict = Verdict::Retry { after: None };
const RENEW: Verdict = Verdict::RenewAuth;
const DEAD: Verdict = Verdict::TokenDead { since: None };
const DOUBT: Verdict = Verdict::TokenDoubtful(Doubt::SecondInRow);
const BUSY: Verdict = Verdict::Limited { pause: Pause::Lane, after: None };
const CONFIG: Verdict = Verdict::Misconfigured;
const DROP: Verdict = Verdict::Drop;

const OUR_FAULT: Words = (
    "report this message's explanation as a fault of Posthouse",
    "请将此消息的诊断结果作为 Posthouse 的缺陷反馈",
);
const CLIENT: Words = (
    "copy Client ID and Client Secret (not App ID and App Secret) from Honor's console again",
    "请在荣耀开发者服务平台重新复制 Client ID 与 Client Secret（不是 App ID 与 App Secret）",
);
const RIGHTS: Words = (
    "check the App ID, and that the push service is switched on for the app in Honor's console",
    "请检查 App ID，并确认已在荣耀开发者服务平台为应用开通推送服务",
);
const APP: Words =
    ("enter the App ID as Honor's console shows it", "请按荣耀开发者服务平台的显示填写 App ID");
const CLICK: Words = (
    "use an https address, an intent URI, or an Activity's action name",
    "请使用 https 地址、intent URI 或 Activity 的 action 名称",
);

const REFERENCE: Source = Source {
    page: "developer.honor.com, push service, downlink message, as several senders read it",
    certainty: Certainty::Observed,
};
const SEEN: Source = Source { page: "one or two working senders", certainty: Certainty::Observed };
const GUESS: Source =
    Source { page: "one sender's table, after HTTP's own meaning", certainty: Certainty::Assumed };
const LIKE_HUAWEI: Source =
    Source { page: "Huawei's list, to which Honor's is akin", certainty: Certainty::Assumed };

// One row a line reads as the table it is.
#[rustfmt::skip]
pub(super) static CODES: [CodeRow; 32] = [
    answer::row(REFERENCE, 200, SUCCESS, &ACCEPTED, ("accepted", "已接受"), NOTHING),
    answer::row(LIKE_HUAWEI, 200, SUCCESS_LIKE_HUAWEI, &ACCEPTED, ("accepted", "已接受"), NOTHING),
    answer::row(SEEN, 200, PARTIAL, &ACCEPTED, ("accepted for this token; some others failed", "此 token 已接受，部分其他 token 失败"), NOTHING),
    // Tokens that an answer names.
    row(REFERENCE, LAPSED, &DEAD, ("the token is not valid any more", "token 已失效"), NOTHING),
    row(REFERENCE, FAILED, &DOUBT, ("sending to this token failed", "向此 token 发送失败"), NOTHING),
    // The code in the body, or the HTTP status where the body has none.
    row(GUESS, "400", &DROP, ("parameter error", "参数错误"), OUR_FAULT),
    row(GUESS, "401", &RENEW, ("authentication failed", "认证失败"), CLIENT),
    row(SEEN, "403", &RENEW, ("access token invalid, or no right to push", "access token 无效或没有推送权限"), RIGHTS),
    row(GUESS, "404", &CONFIG, ("no such address; commonly the App ID is wrong", "地址不存在，通常是 App ID 错误"), APP),
    row(GUESS, "429", &BUSY, ("too many requests, or an amount used up", "请求过于频繁或配额用尽"), NOTHING),
    row(GUESS, "500", &RETRY, ("fault of Honor's server", "荣耀服务器内部错误"), NOTHING),
    row(GUESS, "502", &RETRY, ("bad gateway at Honor", "荣耀网关错误"), NOTHING),
    row(GUESS, "503", &BUSY, ("service not available", "服务暂不可用"), NOTHING),
    row(GUESS, "504", &RETRY, ("timeout at Honor's gateway", "荣耀网关超时"), NOTHING),
    // Numbers of Huawei's that Honor may share; being a guess, 80300007 is believed at its second time only.
    row(LIKE_HUAWEI, "80100001", &DROP, ("parameter error", "参数错误"), OUR_FAULT),
    row(LIKE_HUAWEI, "80100003", &DROP, ("the message is not of the right structure", "消息结构错误"), OUR_FAULT),
    row(LIKE_HUAWEI, "80200001", &RENEW, ("authentication failed", "认证失败"), CLIENT),
    row(LIKE_HUAWEI, "80200003", &RENEW, ("access token expired", "access token 已过期"), NOTHING),
    row(LIKE_HUAWEI, "80300002", &CONFIG, ("no right to push to this token's app", "没有向该 token 所属应用推送的权限"), RIGHTS),
    row(LIKE_HUAWEI, "80300007", &DOUBT, ("no token of the request is valid", "请求中的 token 全部无效"), NOTHING),
    row(LIKE_HUAWEI, "80300008", &DROP, ("the message is too long", "消息过长"), OUR_FAULT),
    row(LIKE_HUAWEI, "80300010", &DROP, ("too many tokens in one request", "单次请求的 token 过多"), OUR_FAULT),
    row(LIKE_HUAWEI, "81000001", &RETRY, ("fault inside Honor's service", "荣耀服务内部错误"), NOTHING),
    // The access token's endpoint.
    row(REFERENCE, "unauthorized_client", &CONFIG, ("Client ID or Client Secret is wrong", "Client ID 或 Client Secret 错误"), CLIENT),
    row(SEEN, "invalid_client", &CONFIG, ("Client ID or Client Secret is wrong", "Client ID 或 Client Secret 错误"), CLIENT),
    own_row(BAD_CLICK, &DROP, ("Honor cannot open this page", "荣耀无法打开此页面"), CLICK),
    own_row(answer::EXT_TOO_LONG, &DROP, ("ext and payload leave no room in a request of 4096 bytes", "ext 与 payload 过长，超出 4096 字节的请求"), ("shorten ext", "请缩短 ext")),
    answer::EXPIRED_ROW,
    answer::BAD_TOKEN_ROW,
    answer::NOT_SUPPORTED_ROW,
    answer::SERVER_FAULT_ROW,
    answer::UNREADABLE_ROW,
];

const fn row(
    source: Source,
    code: &'static str,
    judgement: &'static Verdict,
    meaning: Words,
    todo: Words,
) -> CodeRow {
    answer::row(source, 0, code, judgement, meaning, todo)
}
