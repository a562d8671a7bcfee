//! Every return code in the book of Push Kit V3 and its recall, and what it means for a target.

use model::{Doubt, Pause, Verdict};

use crate::{
    answer::{self, NOTHING, Words, own_row},
    contract::{Certainty, CodeRow, Source},
};

/// Every token was refused.
pub(super) const NO_TOKEN: &str = "80300007";
/// Some or all tokens were refused; the text of the answer names them.
pub(super) const NAMING_TOKENS: [&str; 3] = ["80100000", "80100020", NO_TOKEN];
/// The picture has not been through the vendor's check.
pub(super) const IMAGE: &str = "80100022";
/// The token belongs to an app outside the project, or to `HarmonyOS` 4 and before.
pub(super) const NO_RIGHT: &str = "noRight";

/// HTTP 401 without a code.
pub(super) const UNAUTHORISED: &str = "http_401";
/// HTTP 404 without a code.
pub(super) const NOT_FOUND: &str = "http_404";
/// HTTP 503, by which the vendor says that it is too much, whatever the body.
pub(super) const TOO_FAST: &str = "http_503";

/// A call without the right to in-app calls.
pub(super) const CALL_RIGHT_MISSING: &str = "call_right_missing";
/// A recall needs a field that sending does not.
pub(super) const CLIENT_ID_MISSING: &str = "client_id_missing";

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
const PROJECT: Words = (
    "use the key file of a service account of the project that the app is in",
    "请使用应用所在项目的服务账号密钥文件",
);
const KEY: Words =
    ("make a new key for the service account and upload its file", "请为服务账号创建新密钥并上传密钥文件");
const CLOCK: Words = (
    "renewed by itself; if it stays, check this server's clock",
    "系统会自动更新；若持续出现请检查服务器时钟",
);
const SWITCH_ON: Words = (
    "switch Push Kit on in AppGallery Connect, and use a service account of the app's own project",
    "请在 AppGallery Connect 开通推送服务，并使用应用所在项目的服务账号",
);
const PENALTY: Words = ("settle the penalty in AppGallery Connect", "请先在 AppGallery Connect 处理违规");
const APP: Words = ("look at the app's state in AppGallery Connect", "请在 AppGallery Connect 查看应用状态");
const COUNTRY: Words = ("ask the vendor's support about this country", "请通过华为在线提单咨询该国家或地区");
const CALL_RIGHT: Words = (
    "apply for the right to in-app calls in AppGallery Connect; until it is granted set right_voip to no",
    "请在 AppGallery Connect 申请“推送应用内通话消息”权益；获批前请将 right_voip 设为 no",
);
const IMAGE_CHECK: Words = (
    "have the picture checked by the vendor's image interface for notifications, or leave it out",
    "请先对图片做通知消息的风控校验，或不带图片",
);
const CLIENT_ID: Words =
    ("enter the client ID of the app, not of the project", "请填写应用级（而非项目级）Client ID");
const CONTENT: Words = ("change the text", "请修改文案");
const SHORTEN: Words = ("shorten ext", "请缩短 ext");
const SLOWER: Words = ("the lane slows down by itself", "发送队列会自动减速");
const TESTS: Words = ("switch test messages off once the rights are granted", "权益获批后请关闭测试消息");

const BOOK: Source =
    Source { page: "developer.huawei.com, Push Kit V3, response", certainty: Certainty::Documented };
const REVOKE: Source =
    Source { page: "developer.huawei.com, Push Kit, message revoke", certainty: Certainty::Documented };
const ONCE: Source =
    Source { page: "one source beside the vendor's own list", certainty: Certainty::Observed };
const OLDER: Source =
    Source { page: "the vendor's list for V1, not repeated for V3", certainty: Certainty::Assumed };

// One row a line reads as the table it is.
#[rustfmt::skip]
pub(super) static CODES: [CodeRow; 47] = [
    row("80000000", &ACCEPTED, ("accepted", "已接受"), NOTHING),
    row("80100000", &ACCEPTED, ("accepted for some of the tokens", "部分 token 发送成功"), NOTHING),
    row("81000001", &RETRY, ("internal fault at Huawei", "华为内部错误"), NOTHING),
    // Tokens: codes of the whole answer, then the reasons an answer groups its tokens by.
    row(NO_TOKEN, &DEAD, ("every token of the request is refused", "请求中的 token 全部无效"), NOTHING),
    row("tokenFormatError", &DEAD, ("the token is malformed", "token 格式错误"), NOTHING),
    row("tokenPlatformNotSupport", &DEAD, ("the token belongs to another platform", "token 属于其他平台"), NOTHING),
    row(NO_RIGHT, &DOUBT, ("the token's app is not in this project, or the token is from HarmonyOS 4 or earlier", "token 所属应用不在该项目中，或 token 来自 HarmonyOS 4 及以下版本"), PROJECT),
    // Rights, the project and the account.
    row("noPushTypeRight", &CONFIG, ("the right to this kind of message is missing", "未开通该消息场景的权益"), CALL_RIGHT),
    row("notSupportPlayVoice", &CONFIG, ("category PLAY_VOICE goes with voice broadcasts only", "PLAY_VOICE 只能用于语音播报消息"), OUR_FAULT),
    row("noRightToSendThisLiveNotificationEvent", &CONFIG, ("the right to this live view is missing", "未开通该实况窗场景的权益"), OUR_FAULT),
    row("atomicUnableSendUnsubscribedMsg", &CONFIG, ("an atomic service cannot be sent this kind of message", "元服务不支持该消息场景"), APP),
    row("countryNotSupport", &CONFIG, ("the country is not supported", "国家或地区不支持"), COUNTRY),
    row("disableSendHuaweiMsgBecauseOfPenalty", &CONFIG, ("the app is under a penalty", "应用因违规被处罚"), PENALTY),
    row("differentImgVerifyPolicy", &CONFIG, ("the picture was checked for another kind of message", "图片风控所用场景与推送场景不一致"), IMAGE_CHECK),
    row("appinfoError", &CONFIG, ("the app does not exist in AppGallery Connect", "应用未创建"), APP),
    row("80200001", &RENEW, ("authentication failed: the token is missing, or of another project", "认证错误：缺少 token，或 token 与项目不符"), PROJECT),
    row("80200005", &RENEW, ("the signed token has expired", "JWT 已过期"), CLOCK),
    row("80300036", &CONFIG, ("the signed token lives for more than a day", "JWT 有效期超过一天"), CLOCK),
    answer::row(ONCE, 0, "80200006", &CONFIG, ("the service account's key is disabled", "服务账号密钥已停用"), KEY),
    row("80300002", &CONFIG, ("the app may not push: not switched on, or another project", "应用无推送权限：未开通推送服务，或项目不一致"), SWITCH_ON),
    row("80300037", &CONFIG, ("the app is under a penalty", "应用因违规被处罚"), PENALTY),
    // This message, or our request.
    row("80100001", &DROP, ("a parameter is wrong", "请求参数错误"), OUR_FAULT),
    row("80100003", &DROP, ("the request's structure is wrong", "消息结构体错误"), OUR_FAULT),
    row("80100004", &DROP, ("the expiry lies in the past", "过期时间早于当前时间"), NOTHING),
    row(IMAGE, &DROP, ("the picture has not been through the vendor's check", "图片未经风控校验"), IMAGE_CHECK),
    row("80300008", &DROP, ("the message is over 4096 bytes", "消息体超过 4096 字节"), OUR_FAULT),
    row("80300010", &DROP, ("no token, or more than 1000", "token 数量为 0 或超过 1000"), OUR_FAULT),
    answer::row(OLDER, 0, "80100013", &DROP, ("the collapse key is illegal", "collapseKey 不合法"), OUR_FAULT),
    answer::row(OLDER, 0, "80100016", &DROP, ("the content is refused as sensitive", "内容含敏感信息"), CONTENT),
    // Test messages.
    row("80300029", &BUSY, ("test messages are sent too fast", "测试消息发送过于频繁"), TESTS),
    row("80300030", &DROP, ("more than 10 tokens in a test message", "测试消息单次 token 数超过 10"), OUR_FAULT),
    // Recalls.
    revoke("80100020", &ACCEPTED, ("taken back from some of the tokens", "部分 token 撤回成功"), NOTHING),
    revoke("80000001", &RETRY, ("internal fault at Huawei", "华为内部错误"), NOTHING),
    revoke("80200003", &RENEW, ("the access token has expired", "access token 已过期"), CLOCK),
    revoke("80300017", &CONFIG, ("the tokens belong to several apps", "token 属于多个应用"), CLIENT_ID),
    revoke("80300028", &CONFIG, ("the token does not belong to the client ID's app", "token 与 Client ID 对应的应用不一致"), CLIENT_ID),
    revoke("80300032", &CONFIG, ("the app may not take messages back", "没有消息撤回权限"), CLIENT_ID),
    // What the status alone says.
    answer::row(BOOK, 401, UNAUTHORISED, &RENEW, ("authentication failed", "鉴权失败"), PROJECT),
    answer::row(BOOK, 404, NOT_FOUND, &CONFIG, ("there is nothing under this address: project ID or client ID wrong", "找不到服务：项目 ID 或 Client ID 错误"), PROJECT),
    answer::row(BOOK, 503, TOO_FAST, &BUSY, ("more devices a second than the app may send to, or the vendor is busy", "超过每秒推送设备数（QPS），或系统级流控"), SLOWER),
    // What no code of the vendor's names.
    own_row(CALL_RIGHT_MISSING, &DROP, ("a call needs the right to in-app calls, which this certificate does not have", "呼叫需要“应用内通话消息”权益，此证书未声明该权益"), CALL_RIGHT),
    own_row(CLIENT_ID_MISSING, &DROP, ("taking a push back needs the app's client ID, which this certificate does not have", "撤回推送需要应用的 Client ID，此证书未填写"), CLIENT_ID),
    own_row(answer::EXT_TOO_LONG, &DROP, ("ext and payload leave no room for the text in 4096 bytes", "ext 与 payload 过长，4096 字节内已容不下通知文字"), SHORTEN),
    answer::EXPIRED_ROW,
    answer::BAD_TOKEN_ROW,
    answer::SERVER_FAULT_ROW,
    answer::UNREADABLE_ROW,
];

/// Which HTTP status goes with which code is not documented: the code decides whatever the status.
const fn row(code: &'static str, judgement: &'static Verdict, meaning: Words, todo: Words) -> CodeRow {
    answer::row(BOOK, 0, code, judgement, meaning, todo)
}

const fn revoke(code: &'static str, judgement: &'static Verdict, meaning: Words, todo: Words) -> CodeRow {
    answer::row(REVOKE, 0, code, judgement, meaning, todo)
}
