//! What an operator enters for a Meizu certificate.

use model::{Class, ClickAction, FieldErrors, Form, Secret, Timestamp};

use crate::{
    amounts::{RATE, day_device_field, day_field},
    answer::Words,
    contract::{Field, FieldKind, Group},
    form::{Reading, field},
};

/// The mainland service; the overseas hosts stand only in the vendor's SDK and are therefore not offered.
pub(super) const HOST: &str = "server-api-push.meizu.com";

const CLICKS: FieldKind = FieldKind::Choice(&["open_app", "web_page", "app_page"]);
const PRIVATE_BY_ITSELF: Words = ("public: 3 a day and device", "公信：每台设备每天 3 条");
const PUBLIC_BY_ITSELF: Words =
    ("marketing as private breaks Meizu's rules", "营销内容以私信发送违反魅族规则");

const fn type_field(name: &'static str, label: Words, hint: Words) -> Field {
    field(name, FieldKind::Choice(&["private", "public"]), false, label, hint)
        .labelled(&[("private", "Private", "私信"), ("public", "Public", "公信")])
}

pub(super) const FIELDS: [Field; 13] = [
    field("app_id", FieldKind::Text, true, ("AppId", "AppId"), ("digits", "数字")),
    field(
        "app_secret",
        FieldKind::Secret,
        true,
        ("AppSecret", "AppSecret"),
        ("not the AppKey", "注意不是 AppKey"),
    ),
    field(
        "app_key",
        FieldKind::Text,
        false,
        ("AppKey", "AppKey"),
        ("the app's client SDK needs it; sending does not", "客户端 SDK 使用，服务端发送不需要"),
    ),
    type_field("message_type_chat", ("Type of chat", "聊天消息类型"), PRIVATE_BY_ITSELF).for_class(Class::Chat).usually("private"),
    type_field("message_type_call", ("Type of calls", "呼叫消息类型"), PRIVATE_BY_ITSELF).for_class(Class::Call).usually("private"),
    type_field("message_type_system", ("Type of system notices", "系统通知类型"), PRIVATE_BY_ITSELF).for_class(Class::System).usually("private"),
    type_field("message_type_marketing", ("Type of marketing", "营销消息类型"), PUBLIC_BY_ITSELF).for_class(Class::Marketing).usually("public"),
    field(
        "receipt_token",
        FieldKind::Secret,
        false,
        ("Receipt access token", "回执 access_token"),
        (
            "fill it only after this certificate's receipt address was registered in Flyme's console: with an \
             unregistered one, offline phones get nothing",
            "请先在 Flyme 推送平台的回执管理中登记本证书的回执地址再填写：回执地址未登记时，离线消息不会下发",
        ),
    ).of(Group::Receipts),
    field("click", CLICKS, false, ("After a tap", "点击通知后"), ("", "")).of(Group::Click).usually("open_app"),
    field(
        "click_target",
        FieldKind::Text,
        false,
        ("Page to open", "要打开的页面"),
        (
            "web page: http(s) address; page in app: Activity's full class name, or a URI such as imapp://chat",
            "网页：http(s) 地址；应用内页面：Activity 完整类名，或 URI，例如 imapp://chat",
        ),
    ).of(Group::Click),
    RATE,
    day_field("day_public", ("Daily amount: public messages", "每日数量：公信消息")),
    day_device_field(
        "day_device_public",
        ("A phone's daily amount: public messages", "每台设备每日数量：公信消息"),
    ),
];

/// How Meizu counts a message (`noticeMsgType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MessageType {
    /// News, marketing: a few a day and device.
    Public = 0,
    /// Chat, calls, orders, account: no daily amount.
    Private = 1,
}

impl MessageType {
    /// Reads the word of a form or of a message's category.
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "public" => Some(Self::Public),
            "private" => Some(Self::Private),
            _ => None,
        }
    }
}

/// The message type of each class.
#[derive(Debug)]
pub(super) struct MessageTypes([MessageType; 4]);

impl MessageTypes {
    fn read(reading: &mut Reading<'_>) -> Self {
        let by_itself = [
            ("message_type_chat", MessageType::Private),
            ("message_type_call", MessageType::Private),
            ("message_type_system", MessageType::Private),
            ("message_type_marketing", MessageType::Public),
        ];
        Self(by_itself.map(|(field, by_itself)| {
            let word = reading.optional(field);
            word.map_or(Some(by_itself), MessageType::parse).unwrap_or_else(|| {
                reading.fault(field, "must be private or public", "必须是 private 或 public");
                by_itself
            })
        }))
    }

    pub(super) const fn of(&self, class: Class) -> MessageType {
        let Self([chat, call, system, marketing]) = *self;
        match class {
            Class::Chat => chat,
            Class::Call => call,
            Class::System => system,
            Class::Marketing => marketing,
        }
    }
}

/// One app's credentials and choices.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) app_id: String,
    pub(super) app_secret: Secret<String>,
    app_key: Option<String>,
    pub(super) message_types: MessageTypes,
    /// What receipts must bring along; without it none are asked for.
    pub(super) receipt_token: Option<Secret<String>>,
    pub(super) click: ClickAction,
    /// When the form was read: the day a probe asks about.
    pub(super) opened_at: Timestamp,
}

impl Config {
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("AppId", self.app_id.clone())];
        facts.extend(self.app_key.clone().map(|key| ("AppKey", key)));
        let receipts = if self.receipt_token.is_some() { "asked for" } else { "none: no access token" };
        facts.push(("receipts", receipts.to_owned()));
        facts
    }
}

pub(super) fn parse(form: &Form, now: Timestamp) -> Result<Config, FieldErrors> {
    let mut reading = Reading::of(form);
    let app_id = reading.required("app_id");
    reading.check("app_id", app_id, is_app_id, "must be digits only", "只能是数字");
    let app_secret = reading.required("app_secret");
    let app_key = reading.optional("app_key");
    let receipt_token = reading.optional("receipt_token");
    for (field, value) in [("app_secret", app_secret), ("app_key", app_key), ("receipt_token", receipt_token)]
    {
        reading.check(
            field,
            value,
            is_visible,
            "must be one line of visible ASCII characters, at most 128",
            "必须是一行可见 ASCII 字符，最多 128 个",
        );
    }
    if app_secret.is_some() && app_secret == app_key {
        reading.fault(
            "app_secret",
            "is the AppKey; enter the AppSecret",
            "填写的是 AppKey，请填写 AppSecret",
        );
    }
    let message_types = MessageTypes::read(&mut reading);
    let click = reading.click();
    check_target(&mut reading, &click);
    let secret = |text: &str| Secret::new(text.to_owned());
    let read = app_id.zip(app_secret).map(|(app_id, app_secret)| Config {
        app_id: app_id.to_owned(),
        app_secret: secret(app_secret),
        app_key: app_key.map(str::to_owned),
        message_types,
        receipt_token: receipt_token.map(secret),
        click,
        opened_at: now,
    });
    reading.finish(read)
}

fn check_target(reading: &mut Reading<'_>, click: &ClickAction) {
    let target = reading.optional("click_target");
    reading.check(
        "click_target",
        target,
        is_address,
        "must be at most 1024 bytes without blanks",
        "最多 1024 字节且不含空白",
    );
    if matches!(click, ClickAction::AppPage(page) if !is_page(page)) {
        reading.fault(
            "click_target",
            "must be the full class name of an Activity, such as com.example.im.ChatActivity, or a URI",
            "必须是 Activity 完整类名（例如 com.example.im.ChatActivity）或 URI",
        );
    }
}

/// Whether a page in the app is one that Meizu's phones can open.
pub(super) fn is_page(page: &str) -> bool {
    is_address(page) && (is_uri(page) || is_class_name(page))
}

/// Whether a page is named by its URI and not by its class: no class name has a colon.
pub(super) fn is_uri(page: &str) -> bool {
    page.split_once(':').is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    })
}

fn is_class_name(page: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '$'))
    };
    page.contains('.') && page.split('.').all(is_part)
}

fn is_app_id(text: &str) -> bool {
    text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_visible(text: &str) -> bool {
    text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_address(text: &str) -> bool {
    text.len() <= 1024 && !text.contains(|char: char| char.is_whitespace() || char.is_control())
}
