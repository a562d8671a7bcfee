//! Result codes and refusals.

use std::borrow::Cow;

use super::reply::InvalidUser;

/// A value of `result`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code(pub(super) u32);

impl Code {
    pub(super) const OK: Self = Self(0);
    pub(super) const BAD_REQUEST: Self = Self(400);
    pub(super) const NO_SUCH_PATH: Self = Self(404);
    pub(super) const METHOD: Self = Self(405);
    pub(super) const AUTH: Self = Self(10000);
    pub(super) const APP_STATE: Self = Self(10045);
    pub(super) const NO_TARGET: Self = Self(10050);
    pub(super) const NOTIFY_TYPE: Self = Self(10054);
    pub(super) const TITLE_EMPTY: Self = Self(10055);
    pub(super) const TITLE_LONG: Self = Self(10056);
    pub(super) const CONTENT_EMPTY: Self = Self(10057);
    pub(super) const CONTENT_LONG: Self = Self(10058);
    pub(super) const LIFETIME: Self = Self(10059);
    pub(super) const SKIP_TYPE: Self = Self(10060);
    pub(super) const URL_EMPTY: Self = Self(10061);
    pub(super) const URL_LONG: Self = Self(10062);
    pub(super) const OWN_EMPTY: Self = Self(10063);
    pub(super) const OWN_LONG: Self = Self(10064);
    pub(super) const NETWORK_TYPE: Self = Self(10065);
    pub(super) const PAIRS: Self = Self(10066);
    pub(super) const PAIRS_LONG: Self = Self(10067);
    pub(super) const PAGE_EMPTY: Self = Self(10068);
    pub(super) const PAGE_LONG: Self = Self(10069);
    pub(super) const QUOTA: Self = Self(10070);
    pub(super) const NIGHT: Self = Self(10071);
    pub(super) const TOO_FAST: Self = Self(10072);
    pub(super) const OTHER_APP: Self = Self(10094);
    pub(super) const CATEGORY: Self = Self(10096);
    pub(super) const CATEGORY_CLASS: Self = Self(10097);
    pub(super) const LIST_EMPTY: Self = Self(10150);
    pub(super) const TASK_EMPTY: Self = Self(10151);
    pub(super) const REGIDS_SIZE: Self = Self(10153);
    pub(super) const ALIASES_SIZE: Self = Self(10154);
    pub(super) const AUTH_APP_EMPTY: Self = Self(10200);
    pub(super) const AUTH_KEY_EMPTY: Self = Self(10201);
    pub(super) const AUTH_KEY: Self = Self(10202);
    pub(super) const AUTH_TIME_EMPTY: Self = Self(10203);
    pub(super) const AUTH_SIGN_EMPTY: Self = Self(10204);
    pub(super) const AUTH_APP: Self = Self(10205);
    pub(super) const AUTH_SIGN: Self = Self(10206);
    pub(super) const AUTH_TIME: Self = Self(10207);
    pub(super) const AUTH_OFTEN: Self = Self(10250);
    pub(super) const SAVED_OFTEN: Self = Self(10252);
    pub(super) const BROADCAST_OFTEN: Self = Self(10254);
    pub(super) const ALIAS_LONG: Self = Self(10301);
    pub(super) const REGID: Self = Self(10302);
    pub(super) const CALLBACK_LONG: Self = Self(10305);
    pub(super) const PARAM_LONG: Self = Self(10306);
    pub(super) const REQUEST_EMPTY: Self = Self(10352);
    pub(super) const REQUEST_LONG: Self = Self(10353);
    pub(super) const TASKS_EMPTY: Self = Self(10471);
    pub(super) const TASKS_MANY: Self = Self(10473);
    pub(super) const TAG_NAME: Self = Self(10601);
    pub(super) const TAG_UNKNOWN: Self = Self(10609);
    pub(super) const TAG_TAKEN: Self = Self(10614);
    pub(super) const TAG_IDS: Self = Self(10616);
    pub(super) const CLASSIFICATION: Self = Self(11000);
}

/// Every code there is an answer with; the texts vary in the vendor's own answers, so they bind nobody.
const TEXTS: &[(u32, &str)] = &[
    (0, "请求成功"),
    (400, "参数格式错误"),
    (404, "接口不存在"),
    (405, "请求方式错误"),
    (10000, "权限认证失败"),
    (10043, "应用配置不可用"),
    (10045, "应用状态不允许正式推送"),
    (10050, "alias和regId不能都为空"),
    (10051, "消息类型不支持"),
    (10052, "消息类型为空"),
    (10054, "notifyType不合法"),
    (10055, "title为空"),
    (10056, "title过长"),
    (10057, "content为空"),
    (10058, "content过长"),
    (10059, "timeToLive超出范围"),
    (10060, "skipType不合法"),
    (10061, "skipContent为空"),
    (10062, "skipContent过长"),
    (10063, "skipContent为空"),
    (10064, "skipContent过长"),
    (10065, "networkType不合法"),
    (10066, "自定义参数过多"),
    (10067, "自定义参数过长"),
    (10068, "skipContent为空"),
    (10069, "skipContent过长"),
    (10070, "当日发送总量已用完"),
    (10071, "不在允许的发送时间内"),
    (10072, "发送速度过快"),
    (10073, "当日发送量受限"),
    (10089, "应用推送权限受限"),
    (10094, "appId与authToken不一致"),
    (10096, "category不合法"),
    (10097, "category与classification不匹配"),
    (10101, "内容含敏感信息"),
    (10104, "正式消息含测试内容"),
    (10150, "regIds和aliases不能都为空"),
    (10151, "taskId为空或不存在"),
    (10153, "regIds个数须为2至1000"),
    (10154, "aliases个数须为2至1000"),
    (10200, "appId为空"),
    (10201, "appKey为空"),
    (10202, "appKey不合法"),
    (10203, "timestamp为空"),
    (10204, "sign为空"),
    (10205, "appId不存在"),
    (10206, "签名错误"),
    (10207, "timestamp不合法"),
    (10250, "鉴权次数超限"),
    (10252, "当日保存群推消息超限"),
    (10254, "当日全量发送超限"),
    (10301, "alias过长"),
    (10302, "regId不合法"),
    (10305, "callback过长"),
    (10306, "callback.param过长"),
    (10352, "requestId为空"),
    (10353, "requestId过长"),
    (10471, "taskIds为空"),
    (10473, "taskIds过多"),
    (10601, "标签名不合法"),
    (10609, "标签不存在"),
    (10614, "标签已存在"),
    (10616, "标签参数不合法"),
    (11000, "classification不合法"),
];

impl Code {
    /// The code of this number, where there is an answer with it.
    pub(super) fn parse(number: &str) -> Option<Self> {
        let number = number.parse().ok()?;
        TEXTS.iter().any(|(own, _)| *own == number).then_some(Self(number))
    }

    /// The HTTP status of an answer with this code: 200 for the book's own (documented).
    pub(super) fn status(self) -> u16 {
        u16::try_from(self.0).ok().filter(|status| (400..600).contains(status)).unwrap_or(200)
    }

    /// `desc`.
    pub(super) fn text(self) -> &'static str {
        TEXTS.iter().find_map(|(own, text)| (*own == self.0).then_some(*text)).unwrap_or_default()
    }

    /// The same, with what it is about.
    pub(super) fn about(self, what: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal { about: Some(what.into()), ..self.into() }
    }
}

/// A request that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: Code,
    /// What the refusal is about, said behind the code's text.
    pub(super) about: Option<Cow<'static, str>>,
    /// The target that cannot be sent to.
    pub(super) invalid: Option<InvalidUser>,
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self { code, about: None, invalid: None }
    }
}
