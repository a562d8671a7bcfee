//! What an operator enters for an Honor certificate.

use model::{Class, ClickAction, FieldErrors, Form, Secret, Timestamp};
use serde::Serialize;

use super::request;
use crate::{
    amounts::{RATE, day_device_field},
    contract::{Content, Field, FieldKind, Group, Origin, Protocol},
    form::{Reading, field},
};

const CLICKS: FieldKind = FieldKind::Choice(&["open_app", "web_page", "app_page"]);
const YES_NO: FieldKind = FieldKind::Choice(&["yes", "no"]);
const IMPORTANCE: FieldKind = FieldKind::Choice(&["NORMAL", "LOW"]);
const USERS: FieldKind = FieldKind::Choice(&["normal", "test"]);
const DOMAINS: FieldKind = FieldKind::Choice(&["honor.com", "hihonor.com"]);

// One row a line reads as the table it is.
#[rustfmt::skip]
pub(super) const FIELDS: [Field; 12] = [
    field("app_id", FieldKind::Text, true, ("App ID", "App ID"), ("about nine digits", "约 9 位数字")),
    field("client_id", FieldKind::Text, true, ("Client ID", "Client ID（客户 ID）"), ("not the App ID", "不是 App ID")),
    field("client_secret", FieldKind::Secret, true, ("Client Secret", "Client Secret（客户密钥）"), ("not the App Secret", "不是 App Secret")),
    field("badge_class", FieldKind::Text, false, ("Badge Class", "角标类名（Badge Class）"), ("the launcher Activity's full class name; without it no badge is counted", "应用入口 Activity 的完整类名；不填则不更新角标")).of(Group::Look),
    field("self_classification", YES_NO, false, ("Right to classify messages granted", "已获得消息自分类权益"), ("without it Honor counts every push as marketing: two a day and device", "未获得时，所有推送按资讯营销类计：每台设备每天两条")).of(Group::Rights),
    field("importance_system", IMPORTANCE, false, ("System notices go as", "系统通知类别"), ("", "")).for_class(Class::System).usually("NORMAL").labelled(&[("NORMAL", "Service and communication", "服务通讯类"), ("LOW", "Marketing", "资讯营销类")]),
    field("target_user", USERS, false, ("Target users", "目标用户类型"), ("test: at most 1000 a day, free of the marketing limit", "test：测试消息，每天最多 1000 条，不计入资讯营销类限额")).of(Group::Limits).usually("normal").labelled(&[("normal", "Everybody", "正式用户"), ("test", "Test users", "测试用户")]),
    field("domain", DOMAINS, false, ("Domain", "接口域名"), ("honor.com is the default, hihonor.com the older one", "默认 honor.com；hihonor.com 为旧域名")).usually("honor.com"),
    field("click", CLICKS, false, ("After a tap", "点击通知后"), ("", "")).of(Group::Click).usually("open_app"),
    field("click_target", FieldKind::Text, false, ("Page to open", "要打开的页面"), ("web page: https address; page in app: intent URI (…#Intent;…;end) or an Activity's action name", "网页：https 地址；应用内页面：intent URI（…#Intent;…;end）或 Activity 的 action 名称")).of(Group::Click),
    RATE,
    day_device_field("day_device_marketing", ("A phone's daily amount: information and marketing", "每台设备每日数量：资讯营销类")),
];

/// One app's credentials and choices.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) app_id: String,
    pub(super) client_id: String,
    pub(super) client_secret: Secret<String>,
    pub(super) badge_class: Option<String>,
    /// Whether the right to classify is granted; `None`: not said.
    pub(super) may_classify: Option<bool>,
    system: Importance,
    pub(super) sends_tests: bool,
    domain: &'static str,
    pub(super) click: ClickAction,
    /// When the form was read: the time a probe carries.
    pub(super) opened_at: Timestamp,
}

/// Honor's class of a message, which decides how it is shown and how many there may be a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Importance {
    /// Service and communication (服务通讯类).
    Normal,
    /// Information and marketing (资讯营销类).
    Low,
}

impl Importance {
    const WORDS: [(&str, Self); 2] = [("NORMAL", Self::Normal), ("LOW", Self::Low)];

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::WORDS.into_iter().find_map(|(known, importance)| (known == word).then_some(importance))
    }
}

impl Config {
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let right = match self.may_classify {
            Some(true) => "granted",
            Some(false) => "not granted: every push counts as marketing",
            None => "not said: without it every push counts as marketing",
        };
        let badge = self.badge_class.as_deref().unwrap_or("none: no badge is counted");
        vec![
            ("App ID", self.app_id.clone()),
            ("Client ID", self.client_id.clone()),
            ("right to classify", right.to_owned()),
            ("badge class", badge.to_owned()),
            ("target users", if self.sends_tests { "test" } else { "normal" }.to_owned()),
        ]
    }

    pub(super) fn push_host(&self) -> Origin {
        self.host("push-api.cloud")
    }

    pub(super) fn access_host(&self) -> Origin {
        self.host("iam.developer")
    }

    /// Newer sources have `honor.com`; `hihonor.com` is still in live use (observed).
    fn host(&self, name: &str) -> Origin {
        Origin { host: format!("{name}.{}", self.domain).into(), port: 443, protocol: Protocol::Http1 }
    }

    /// As the message's own category says, then as its class does. Chats and calls are what Honor calls service and
    /// communication. Without the right nothing is passed off as more than marketing.
    pub(super) fn importance(&self, content: &Content) -> Importance {
        let own = content.style.category.as_deref().and_then(Importance::parse);
        match (self.may_classify, own, content.class) {
            (Some(false), ..) => Importance::Low,
            (_, Some(own), _) => own,
            (.., Class::Chat | Class::Call) => Importance::Normal,
            (.., Class::System) => self.system,
            (.., Class::Marketing) => Importance::Low,
        }
    }
}

pub(super) fn parse(form: &Form, now: Timestamp) -> Result<Config, FieldErrors> {
    let mut reading = Reading::of(form);
    let credentials = credentials(&mut reading);
    let badge_class = reading.optional("badge_class");
    reading.check(
        "badge_class",
        badge_class,
        is_dotted_name,
        "is not a full class name such as com.example.im.MainActivity",
        "不是完整类名，例如 com.example.im.MainActivity",
    );
    let may_classify = choice(&mut reading, "self_classification", [("yes", true), ("no", false)]);
    let system = choice(&mut reading, "importance_system", Importance::WORDS);
    let sends_tests = choice(&mut reading, "target_user", [("normal", false), ("test", true)]);
    let domain = choice(&mut reading, "domain", ["honor.com", "hihonor.com"].map(|name| (name, name)));
    let click = reading.click();
    if request::click_action(&click).is_none() {
        reading.fault(
            "click_target",
            "must be an https address, or an intent URI or action name; at most 1024 bytes without blanks",
            "必须是 https 地址，或 intent URI、action 名称；最多 1024 字节且不含空白",
        );
    }
    let read = credentials.map(|[app_id, client_id, secret]| Config {
        app_id: app_id.to_owned(),
        client_id: client_id.to_owned(),
        client_secret: Secret::new(secret.to_owned()),
        badge_class: badge_class.map(str::to_owned),
        may_classify,
        system: system.unwrap_or(Importance::Normal),
        sends_tests: sends_tests.unwrap_or(false),
        domain: domain.unwrap_or("honor.com"),
        click,
        opened_at: now,
    });
    reading.finish(read)
}

fn credentials<'a>(reading: &mut Reading<'a>) -> Option<[&'a str; 3]> {
    let app_id = reading.required("app_id");
    reading.check("app_id", app_id, is_app_id, "must be digits only, at most 20", "只能是数字，最多 20 位");
    let [client_id, secret] = ["client_id", "client_secret"].map(|name| {
        let value = reading.required(name);
        reading.check(
            name,
            value,
            is_credential,
            "must be one line of visible ASCII characters, at most 256",
            "必须是一行可见 ASCII 字符，最多 256 个",
        );
        value
    });
    // The commonest mistake there is; Honor answers it with `unauthorized_client`.
    if client_id.is_some() && client_id == app_id {
        reading.fault("client_id", "is the App ID: enter the Client ID", "这是 App ID，请填写 Client ID");
    }
    Some([app_id?, client_id?, secret?])
}

fn choice<T: Copy>(reading: &mut Reading<'_>, name: &str, words: [(&str, T); 2]) -> Option<T> {
    let word = reading.optional(name)?;
    let found = words.iter().find_map(|(known, value)| (*known == word).then_some(*value));
    if found.is_none() {
        let [(one, _), (other, _)] = words;
        reading.fault(name, &format!("must be {one} or {other}"), &format!("必须是 {one} 或 {other}"));
    }
    found
}

/// It stands in the path; about nine digits (observed).
fn is_app_id(text: &str) -> bool {
    text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_credential(text: &str) -> bool {
    text.len() <= 256 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Two or more Java identifiers: the name of a class or of an Intent's action.
pub(super) fn is_dotted_name(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$'))
    };
    text.len() <= 255 && text.contains('.') && text.split('.').all(is_part)
}
