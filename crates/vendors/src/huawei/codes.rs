//! Every code in Huawei's book for V1, V2, recall and the token exchange, and what it means for a target.
//!
//! The vendor does not say which HTTP status comes with which code, so a business code is judged whatever the status.
//! The codes of an OAuth error are its `error` and `sub_error` with a slash between.

use model::{Pause, Verdict};

use crate::{
    answer::{self, NOTHING, Words, own_row},
    contract::{Certainty, CodeRow, Source},
};

/// A list was taken but for the tokens that its text names.
pub(super) const PARTIAL: &str = "80100000";
/// No token of the list is valid.
pub(super) const ALL_ILLEGAL: &str = "80300007";
/// A token that a partial success names.
pub(super) const ILLEGAL_TOKEN: &str = "illegal_token";
/// A call without the right that lets it start the app.
pub(super) const CALL_NOT_GRANTED: &str = "call_not_granted";

const ACCEPTED: Verdict = Verdict::Accepted;
const RETRY: Verdict = Verdict::Retry { after: None };
const RENEW: Verdict = Verdict::RenewAuth;
const DEAD: Verdict = Verdict::TokenDead { since: None };
const BUSY: Verdict = Verdict::Limited { pause: Pause::Lane, after: None };
const CONFIG: Verdict = Verdict::Misconfigured;
const DROP: Verdict = Verdict::Drop;

const OUR_FAULT: Words = (
    "report this message's explanation as a fault of Posthouse",
    "请将此消息的诊断结果作为 Posthouse 的缺陷反馈",
);
const RENEWED: Words = (
    "renewed by itself; if it stays, compare client ID, client secret and project ID with AppGallery Connect",
    "系统会自动更新；若持续出现，请与 AppGallery Connect 核对 Client ID、Client Secret 与项目 ID",
);
const CLIENT_ID: Words = (
    "copy the OAuth 2.0 client ID from AppGallery Connect again",
    "请在 AppGallery Connect 重新复制 OAuth 2.0 客户端 ID",
);
const CLIENT_SECRET: Words = (
    "copy the client secret from AppGallery Connect again",
    "请在 AppGallery Connect 重新复制 Client Secret",
);
const PUSH_RIGHT: Words = (
    "switch Push Kit on for the app in AppGallery Connect, overseas too where it is sold there, and check the project ID",
    "请在 AppGallery Connect 为应用开通推送服务（海外发布还需开通海外推送），并核对项目 ID",
);
const APP_OF_TOKENS: Words =
    ("see whether client ID and tokens belong to the same app", "请检查 Client ID 与 token 是否属于同一应用");
const HIGH_PRIORITY: Words = (
    "apply for the right to high-priority messages, or set it to no in the certificate",
    "请申请高优先级消息权益，或在证书中改为未开通",
);
const RECEIPT_URL: Words = (
    "check the receipt address and its TLS certificate in AppGallery Connect",
    "请在 AppGallery Connect 检查回执地址及其 TLS 证书",
);
const DATA_LOCATION: Words = (
    "choose the data storage location of the project in AppGallery Connect",
    "请在 AppGallery Connect 设置项目的数据存储位置",
);
const ADDRESS: Words = (
    "check client ID and project ID, and that no proxy changes the request",
    "请核对 Client ID 与项目 ID，并确认没有代理改写请求",
);
const TEXT: Words = ("change the text", "请修改文案");
const CLICK: Words = (
    "check click target, category and sound; if they are right, report the explanation as a fault of Posthouse",
    "请检查点击目标、消息类别与铃声；若均无误，请将诊断结果作为 Posthouse 的缺陷反馈",
);

const BOOK: Source = Source {
    page: "developer.huawei.com, Push Kit, https-send-api, result codes",
    certainty: Certainty::Documented,
};
const OAUTH: Source = Source {
    page: "developer.huawei.com, OAuth 2.0 client credentials, error codes",
    certainty: Certainty::Documented,
};
const RECALL: Source = Source {
    page: "developer.huawei.com, Push Kit, recalling a message, result codes",
    certainty: Certainty::Documented,
};
const GUESS: Source = Source {
    page: "the range of group and topic codes in the vendor's table",
    certainty: Certainty::Assumed,
};

// One row a line reads as the table it is.
#[rustfmt::skip]
pub(super) static CODES: [CodeRow; 55] = [
    row(BOOK, "80000000", &ACCEPTED, ("accepted", "已接受"), NOTHING),
    row(BOOK, PARTIAL, &ACCEPTED, ("accepted for the tokens that the answer does not name", "除应答列出的 token 外均已接受"), NOTHING),
    // Tokens.
    row(BOOK, ALL_ILLEGAL, &DEAD, ("every token is invalid, or belongs to another app", "全部 token 无效，或属于其他应用"), APP_OF_TOKENS),
    // Passing faults.
    row(BOOK, "81000001", &RETRY, ("internal fault at Huawei", "华为内部错误"), NOTHING),
    row(RECALL, "80000001", &RETRY, ("internal fault at Huawei while recalling", "撤回时华为内部错误"), NOTHING),
    row(BOOK, "80100017", &BUSY, ("more than 100 topic tasks are running", "同时运行的主题任务超过 100 个"), NOTHING),
    answer::row(BOOK, 503, "http_503", &BUSY, ("flow control: more devices a second than the app may send to, or too many token requests", "流控：超过应用的每秒推送设备数，或获取 token 过于频繁"), ("the lane slows down by itself; a higher rate comes with more users, or by mail to Huawei", "发送队列会自动减速；用户数增加后限额会提高，也可邮件申请")),
    // Access tokens.
    row(BOOK, "80200001", &RENEW, ("authentication failed: no token, or one of another app", "认证失败：缺少 token，或 token 属于其他应用"), RENEWED),
    row(BOOK, "80200003", &RENEW, ("the access token has expired", "Access Token 已过期"), RENEWED),
    row(BOOK, "80200005", &RENEW, ("the signed token has expired", "JWT 已过期"), RENEWED),
    row(BOOK, "80600003", &RENEW, ("Huawei's OAuth service could not check the token", "华为 OAuth 服务校验 token 失败"), RENEWED),
    answer::row(BOOK, 401, "http_401", &RENEW, ("authentication failed", "认证失败"), RENEWED),
    row(OAUTH, "1101/12304", &CONFIG, ("the client secret is wrong", "Client Secret 错误"), CLIENT_SECRET),
    row(OAUTH, "1101/20171", &CONFIG, ("the client secret is empty", "Client Secret 为空"), CLIENT_SECRET),
    row(OAUTH, "1101/20002", &CONFIG, ("the client ID is malformed", "Client ID 格式错误"), CLIENT_ID),
    row(OAUTH, "1101/20003", &CONFIG, ("no such client ID", "Client ID 不存在"), CLIENT_ID),
    answer::row(OAUTH, 403, "http_403", &CONFIG, ("access is forbidden", "禁止访问"), ADDRESS),
    answer::row(BOOK, 404, "http_404", &CONFIG, ("no such address at Huawei", "请求地址不存在"), ADDRESS),
    answer::row(OAUTH, 405, "http_405", &CONFIG, ("the method is not allowed", "请求方法不被允许"), ADDRESS),
    // Rights and the account.
    row(BOOK, "80300002", &CONFIG, ("the app may not push to these tokens: Push Kit is off, or the project is another", "应用无权向这些 token 推送：未开通推送服务或项目不符"), PUSH_RIGHT),
    row(BOOK, "80300011", &CONFIG, ("no right to high-priority messages", "没有高优先级消息权益"), HIGH_PRIORITY),
    row(BOOK, "80300013", &CONFIG, ("the receipt address or its TLS certificate is bad", "回执地址或其 TLS 证书错误"), RECEIPT_URL),
    row(BOOK, "82000012", &CONFIG, ("the app has no data storage location", "应用未设置数据存储位置"), DATA_LOCATION),
    row(BOOK, "82000013", &CONFIG, ("the data storage location does not match", "数据存储位置不匹配"), DATA_LOCATION),
    row(RECALL, "80300028", &CONFIG, ("a token does not belong to the app of this client ID", "token 不属于该 Client ID 对应的应用"), APP_OF_TOKENS),
    row(RECALL, "80300032", &CONFIG, ("no right to recall messages", "没有撤回消息的权限"), PUSH_RIGHT),
    // This message, or our request.
    row(BOOK, "80100001", &DROP, ("a parameter is wrong", "参数错误"), CLICK),
    row(BOOK, "80100002", &DROP, ("a system message takes one token only", "系统级消息只能包含一个 token"), OUR_FAULT),
    row(BOOK, "80100003", &DROP, ("the message's structure is wrong; the text names the field", "消息结构错误，错误描述中有具体字段"), CLICK),
    row(BOOK, "80100004", &DROP, ("the message's lifetime lies in the past", "消息的过期时间早于当前时间"), NOTHING),
    row(BOOK, "80100013", &DROP, ("the collapse key is illegal", "collapse_key 不合法"), OUR_FAULT),
    row(BOOK, "80100016", &DROP, ("the message has sensitive content", "消息包含敏感信息"), TEXT),
    row(BOOK, "80100018", &DROP, ("the proof of review is wrong", "审核信息不合法"), OUR_FAULT),
    row(RECALL, "80100020", &DROP, ("some of the messages could not be recalled", "部分消息撤回失败"), NOTHING),
    row(BOOK, "80300008", &DROP, ("the message is over 4096 bytes", "消息体超过 4096 字节"), OUR_FAULT),
    row(BOOK, "80300010", &DROP, ("no token, or more than 1000", "token 数量为 0 或超过 1000"), OUR_FAULT),
    row(RECALL, "80300017", &DROP, ("the tokens are of several apps", "token 属于多个应用"), APP_OF_TOKENS),
    // Groups and topics, which Posthouse does not send to.
    topic("82000001"),
    topic("82000002"),
    row(BOOK, "82000003", &DROP, ("the list of tokens is empty", "token 列表为空"), OUR_FAULT),
    topic("82000004"),
    topic("82000005"),
    topic("82000006"),
    row(BOOK, "82000007", &DROP, ("the topic is illegal", "主题不合法"), OUR_FAULT),
    topic("82000008"),
    row(BOOK, "82000009", &DROP, ("more than 2000 topics", "主题数量超过 2000"), OUR_FAULT),
    row(BOOK, "82000010", &DROP, ("some tokens of the topic request are wrong", "主题请求中部分 token 错误"), OUR_FAULT),
    row(BOOK, "82000011", &DROP, ("a token of the topic request is empty", "主题请求中 token 为空"), OUR_FAULT),
    // What no code of the vendor's names.
    own_row(ILLEGAL_TOKEN, &DEAD, ("Huawei named this token among the illegal ones of its list", "华为在应答中将此 token 列为无效"), NOTHING),
    own_row(CALL_NOT_GRANTED, &CONFIG, ("a call that cannot start the app was not sent: the right to high-priority messages is missing", "未开通高优先级消息权益，无法拉起应用，呼叫未发送"), HIGH_PRIORITY),
    own_row(answer::EXT_TOO_LONG, &DROP, ("ext and payload leave no room for the text in 4096 bytes", "ext 与 payload 过长，4096 字节内已容不下通知文字"), ("shorten ext", "请缩短 ext")),
    answer::EXPIRED_ROW,
    answer::BAD_TOKEN_ROW,
    answer::SERVER_FAULT_ROW,
    answer::UNREADABLE_ROW,
];

/// The code of a status that tells where no code does.
pub(super) const fn of_status(status: u16) -> Option<&'static str> {
    match status {
        401 => Some("http_401"),
        403 => Some("http_403"),
        404 => Some("http_404"),
        405 => Some("http_405"),
        503 => Some("http_503"),
        _ => None,
    }
}

/// A business code, which may come with any status.
const fn row(
    source: Source,
    code: &'static str,
    judgement: &'static Verdict,
    meaning: Words,
    todo: Words,
) -> CodeRow {
    answer::row(source, 0, code, judgement, meaning, todo)
}

/// A code that the vendor's table spans without a text of its own.
const fn topic(code: &'static str) -> CodeRow {
    let meaning = ("a request about a group or topic was refused", "分组或主题请求被拒绝");
    row(GUESS, code, &DROP, meaning, OUR_FAULT)
}
