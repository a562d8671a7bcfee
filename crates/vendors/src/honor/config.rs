//! What an operator enters for an Honor certificate.

use model::{Class, ClickAction, FieldErrors, Form, Secret, Timestamp};
use serde::Serialize;

use super::request;
use crate::{
    contract::{Content, Field, FieldKind, Origin, Protocol},
    form::{Reading, field},
};

const CLICKS: FieldKind = FieldKind::Choice(&["open_app", "web_page", "app_page"]);
const YES_NO: FieldKind = FieldKind::Choice(&["yes", "no"]);
const IMPORTANCE: FieldKind = FieldKind::Choice(&["NORMAL", "LOW"]);
const AS_THE_CLASS: (&str, &str) = (
    "NORMAL: service and communication (default); LOW: marketing",
    "NORMAL：服务通讯类(默认)；LOW：资讯营销类",
);

pub(super) const FIELDS: [Field; 12] = [
    field("app_id", FieldKind::Text, true, ("App ID", "App ID"), ("about nine digits", "约 9 位数字")),
    field(
        "client_id",
        FieldKind::Text,
        true,
        ("Client ID", "Client ID(客户 ID)"),
        ("of the push service; not the App ID", "推送服务的客户 ID，不是 App ID"),
    ),
    field(
        "client_secret",
        FieldKind::Secret,
        true,
        ("Client Secret", "Client Secret(客户密钥)"),
        ("not the App Secret", "不是 App Secret"),
    ),
    field(
        "badge_class",
        FieldKind::Text,
        false,
        ("Badge Class", "角标类名(Badge Class)"),
        (
            "the launcher Activity's full class name; without it no badge is counted",
            "应用入口 Activity 的完整类名；不填则不更新角标",
        ),
    ),
    field(
        "self_classification",
        YES_NO,
        false,
        ("Right to classify messages granted", "已获得消息自分类权益"),
        (
            "without it Honor counts every push as marketing: two a day and device",
            "未获得时，所有推送按资讯营销类计：每台设备每天两条",
        ),
    ),
    field("importance_chat", IMPORTANCE, false, ("Chats go as", "聊天消息类别"), AS_THE_CLASS),
    field("importance_call", IMPORTANCE, false, ("Calls go as", "通话消息类别"), AS_THE_CLASS),
    field("importance_system", IMPORTANCE, false, ("System notices go as", "系统通知类别"), AS_THE_CLASS),
    field(
        "target_user",
        FieldKind::Choice(&["normal", "test"]),
        false,
        ("Kind of messages", "目标用户类型"),
        (
            "test: at most 1000 a day, free of the marketing limit",
            "test：测试消息，每天最多 1000 条，不计入资讯营销类限额",
        ),
    ),
    field(
        "domain",
        FieldKind::Choice(&["honor.com", "hihonor.com"]),
        false,
        ("Domain", "接口域名"),
        (
            "honor.com unless told otherwise; hihonor.com is the older one",
            "默认 honor.com；hihonor.com 为旧域名",
        ),
    ),
    field("click", CLICKS, false, ("After a tap", "点击通知后"), ("", "")),
    field(
        "click_target",
        FieldKind::Text,
        false,
        ("Page to open", "要打开的页面"),
        (
            "web page: https address; page in app: intent URI (intent:…#Intent;…;end) or an Activity's action name",
            "网页：https 地址；应用内页面：intent URI(intent:…#Intent;…;end)或 Activity 的 action 名称",
        ),
    ),
];

/// One app's credentials and choices.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) app_id: String,
    pub(super) client_id: String,
    pub(super) client_secret: Secret<String>,
    pub(super) badge_class: Option<String>,
    /// Whether the console shows the right to classify as granted; `None`: not said.
    pub(super) may_classify: Option<bool>,
    importance: [Importance; 3],
    pub(super) sends_tests: bool,
    pub(super) hosts: &'static Hosts,
    pub(super) click: ClickAction,
    /// When the form was read: the time a probe carries.
    pub(super) opened_at: Timestamp,
}

/// Honor's class of a message. It decides shade, sound and daily amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Importance {
    /// Information and marketing (资讯营销类).
    Low,
    /// Service and communication (服务通讯类).
    Normal,
}

impl Importance {
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "LOW" => Some(Self::Low),
            "NORMAL" => Some(Self::Normal),
            _ => None,
        }
    }
}

/// The hosts of one domain.
#[derive(Debug)]
pub(super) struct Hosts {
    domain: &'static str,
    pub(super) push: Origin,
    pub(super) access: Origin,
}

/// The first is in newer sources, the second still in live use (observed).
static HOSTS: [Hosts; 2] = [
    Hosts {
        domain: "honor.com",
        push: Origin::of("push-api.cloud.honor.com", Protocol::Http1),
        access: Origin::of("iam.developer.honor.com", Protocol::Http1),
    },
    Hosts {
        domain: "hihonor.com",
        push: Origin::of("push-api.cloud.hihonor.com", Protocol::Http1),
        access: Origin::of("iam.developer.hihonor.com", Protocol::Http1),
    },
];

impl Config {
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let classify = match self.may_classify {
            Some(true) => "granted",
            Some(false) => "not granted: every push counts as marketing",
            None => "not said: without it every push counts as marketing",
        };
        let badge = self.badge_class.as_deref().unwrap_or("none: no badge is counted");
        let mut facts = vec![
            ("App ID", self.app_id.clone()),
            ("Client ID", self.client_id.clone()),
            ("right to classify", classify.to_owned()),
            ("badge class", badge.to_owned()),
        ];
        if self.sends_tests {
            facts.push(("kind of messages", "test: at most 1000 a day".to_owned()));
        }
        facts
    }

    /// As the message's own category says, then as the certificate does. Without the right nothing is passed off as
    /// more than marketing.
    pub(super) fn importance(&self, content: &Content) -> Importance {
        if self.may_classify == Some(false) {
            return Importance::Low;
        }
        let own = content.style.category.as_deref().and_then(Importance::parse);
        let [chat, call, system] = self.importance;
        own.unwrap_or(match content.class {
            Class::Chat => chat,
            Class::Call => call,
            Class::System => system,
            Class::Marketing => Importance::Low,
        })
    }
}

pub(super) fn parse(form: &Form, now: Timestamp) -> Result<Config, FieldErrors> {
    let mut reading = Reading::of(form);
    let credentials = credentials(&mut reading);
    let badge_class = reading.optional("badge_class");
    reading.check(
        "badge_class",
        badge_class,
        is_class_name,
        "is not a full class name such as com.example.im.MainActivity",
        "不是完整类名，例如 com.example.im.MainActivity",
    );
    let importance = ["importance_chat", "importance_call", "importance_system"].map(|name| {
        choice(&mut reading, name, "must be NORMAL or LOW", "必须是 NORMAL 或 LOW", Importance::parse)
            .unwrap_or(Importance::Normal)
    });
    let may_classify =
        choice(&mut reading, "self_classification", "must be yes or no", "必须是 yes 或 no", |word| {
            match word {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            }
        });
    let sends_tests =
        choice(&mut reading, "target_user", "must be normal or test", "必须是 normal 或 test", |word| {
            match word {
                "test" => Some(true),
                "normal" => Some(false),
                _ => None,
            }
        });
    let hosts = choice(
        &mut reading,
        "domain",
        "must be honor.com or hihonor.com",
        "必须是 honor.com 或 hihonor.com",
        |word| HOSTS.iter().find(|hosts| hosts.domain == word),
    );
    let click = click_fields(&mut reading);
    let read = credentials.map(|[app_id, client_id, secret]| Config {
        app_id: app_id.to_owned(),
        client_id: client_id.to_owned(),
        client_secret: Secret::new(secret.to_owned()),
        badge_class: badge_class.map(str::to_owned),
        may_classify,
        importance,
        sends_tests: sends_tests.unwrap_or(false),
        hosts: hosts.unwrap_or(&HOSTS[0]),
        click,
        opened_at: now,
    });
    reading.finish(read)
}

fn credentials<'a>(reading: &mut Reading<'a>) -> Option<[&'a str; 3]> {
    let app_id = reading.required("app_id");
    reading.check("app_id", app_id, is_app_id, "must be digits only, at most 20", "只能是数字，最多 20 位");
    let client_id = reading.required("client_id");
    let secret = reading.required("client_secret");
    for (name, value) in [("client_id", client_id), ("client_secret", secret)] {
        reading.check(
            name,
            value,
            is_credential,
            "must be one line of visible ASCII characters, at most 256",
            "必须是一行可见 ASCII 字符，最多 256 个",
        );
    }
    // The commonest mistake there is; Honor answers it with `unauthorized_client`.
    if client_id.is_some() && client_id == app_id {
        reading.fault("client_id", "is the App ID: enter the Client ID", "这是 App ID，请填写 Client ID");
    }
    Some([app_id?, client_id?, secret?])
}

fn click_fields(reading: &mut Reading<'_>) -> ClickAction {
    let click = reading.click();
    if request::click_action(&click).is_none() {
        reading.fault(
            "click_target",
            "must be an https address, or an intent URI or action name, at most 1024 bytes without blanks",
            "必须是 https 地址，或 intent URI、action 名称，最多 1024 字节且不含空白",
        );
    }
    click
}

fn choice<T>(
    reading: &mut Reading<'_>,
    name: &str,
    en: &str,
    zh: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let word = reading.optional(name)?;
    let value = read(word);
    if value.is_none() {
        reading.fault(name, en, zh);
    }
    value
}

/// It stands in the path (about nine digits, observed).
fn is_app_id(text: &str) -> bool {
    text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_credential(text: &str) -> bool {
    text.len() <= 256 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Two or more Java identifiers (Android, "application id", documented).
pub(super) fn is_class_name(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$'))
    };
    text.len() <= 255 && text.contains('.') && text.split('.').all(is_part)
}
