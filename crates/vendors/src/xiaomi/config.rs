//! What an operator enters for a Xiaomi certificate (row C6).

use std::{collections::BTreeMap, sync::Arc};

use model::{Class, ClickAction, FieldErrors, Form, Secret, Timestamp};

use super::{limits, request};
use crate::{
    amounts::{RATE, day_device_field, day_field},
    contract::{Field, FieldKind, Group, Length, measure, truncate},
    form::{Reading, field},
};

/// Mainland China; the overseas hosts are doubtful in every source and therefore not offered.
pub(super) const HOST: &str = "api.xmpush.xiaomi.com";

/// The fields of channels, in the order of the classes.
const CHANNELS: [&str; 4] = ["channel_id", "channel_id_call", "channel_id_system", "channel_id_marketing"];

/// The fields of templates, in the order of the classes: marketing has none, for a template is a private channel's.
const TEMPLATES: [&str; 3] = ["template_id", "template_id_call", "template_id_system"];

const TEXT: FieldKind = FieldKind::Text;
const CLICK: FieldKind = FieldKind::Choice(&["open_app", "web_page", "app_page"]);
const YES_NO: FieldKind = FieldKind::Choice(&["yes", "no"]);

/// The kinds of important messages that Xiaomi approves private channels for (row K of the seed documents).
const KINDS: [&str; 8] = [
    IM_MESSAGE,
    "followed_update",
    "personal_matter",
    "order_state",
    "finance",
    "state_change",
    "resource_change",
    "device_alert",
];
/// The kind that chats and calls are.
pub(super) const IM_MESSAGE: &str = "im_message";
#[rustfmt::skip]
const KIND_LABELS: [(&str, &str, &str); 8] = [
    (IM_MESSAGE, "Instant messages", "即时通讯消息"),
    ("followed_update", "Updates of what is followed", "关注内容更新"),
    ("personal_matter", "Personal matters", "个人事项提醒"),
    ("order_state", "Orders", "订单状态"),
    ("finance", "Finance", "财务变动"),
    ("state_change", "Changes of state", "状态变更"),
    ("resource_change", "Changes of resources", "资源变更"),
    ("device_alert", "Device alerts", "设备告警"),
];

/// What is said of a channel that is left out.
const ONE_A_DAY: (&str, &str) = ("empty: a device shows one push a day", "未填写：每台设备每天仅展示一条");

// One field a line reads as the table it is.
#[rustfmt::skip]
pub(super) const FIELDS: [Field; 23] = [
    field("package_name", TEXT, true, ("Package name", "应用包名称"), ("the Android application id, such as com.example.im", "Android 应用包名，例如 com.example.im")),
    field("app_id", TEXT, false, ("AppID", "AppID"), ("the app's client SDK needs it; sending does not", "客户端 SDK 使用，服务端发送不需要")),
    field("app_secret", FieldKind::Secret, true, ("AppSecret", "AppSecret"), ("not the AppKey", "注意不是 AppKey")),
    field("channel_id", TEXT, false, ("Channel ID", "通知类别 ID（channel_id）"), ("of an approved private channel", "已审核通过的私信通道")).for_class(Class::Chat).warns(ONE_A_DAY),
    field("channel_id_call", TEXT, false, ("Channel ID of calls", "呼叫的通知类别 ID"), ("ringing follows the channel", "铃声由通道决定")).for_class(Class::Call).inherits("channel_id"),
    field("channel_id_system", TEXT, false, ("Channel ID of the app's notices", "系统通知的通知类别 ID"), ("", "")).for_class(Class::System).inherits("channel_id"),
    field("channel_id_marketing", TEXT, false, ("Channel ID of marketing", "营销消息的通知类别 ID"), ("of a public channel", "公信通道")).for_class(Class::Marketing).warns(ONE_A_DAY),
    field("private_right", YES_NO, false, ("Private channels approved", "已获私信通道权限"), ("without it the channels are public ones, with daily amounts", "未获权限时各通道均为公信通道，受每日限量")).of(Group::Rights).usually("yes"),
    field("important_kinds", FieldKind::Several(&KINDS), false, ("Kinds of important messages granted", "已获批的重要消息类型"), ("the kinds that private channels were approved for; left out: not known", "私信通道获批的消息类型；不选则视为未知")).of(Group::Rights).labelled(&KIND_LABELS),
    field("template_id", TEXT, false, ("Template ID", "模板 ID（template_id）"), ("of an approved template for chats, and for calls and notices without one of their own", "已审核通过的聊天消息模板；呼叫与系统通知未填时也使用它")).for_class(Class::Chat),
    field("template_id_call", TEXT, false, ("Template ID of calls", "呼叫的模板 ID"), ("", "")).for_class(Class::Call).inherits("template_id"),
    field("template_id_system", TEXT, false, ("Template ID of the app's notices", "系统通知的模板 ID"), ("", "")).for_class(Class::System).inherits("template_id"),
    field("template_title_key", TEXT, false, ("Template's place for the title", "填入标题的模板变量名"), ("the name alone, of {$name$} in the template", "模板中 {$name$} 的 name")).of(Group::Classes),
    field("template_body_key", TEXT, false, ("Template's place for the text", "填入正文的模板变量名"), ("the name alone, of {$name$} in the template", "模板中 {$name$} 的 name")).of(Group::Classes),
    field("template_title", TEXT, false, ("Template's title", "模板标题"), ("word for word as in Xiaomi's console, with its {$name$}: the title sent is this, filled", "与小米开放平台中的模板标题逐字一致，含 {$name$}；发送时以填充后的内容作为标题")).of(Group::Classes),
    field("template_body", TEXT, false, ("Template's text", "模板正文"), ("word for word, as above", "同上，逐字一致")).of(Group::Classes),
    field("click", CLICK, false, ("After a tap", "点击通知后"), ("", "")).of(Group::Click).usually("open_app"),
    field("click_target", TEXT, false, ("Page to open", "要打开的页面"), ("web page: http(s) address; page in app: intent URI (intent:#Intent;…;end)", "网页：http(s) 地址；应用内页面：intent URI（intent:#Intent;…;end）")).of(Group::Click),
    RATE,
    day_field("day_default", ("Daily amount: pushes without a channel", "每日数量：未设通道")),
    day_device_field("day_device_default", ("A phone's daily amount: pushes without a channel", "每台设备每日数量：未设通道")),
    day_field("day_public", ("Daily amount: public channels", "每日数量：公信通道")),
    day_device_field("day_device_public", ("A phone's daily amount: public channels", "每台设备每日数量：公信通道")),
];

/// One app's credentials, rights and choices.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) package: String,
    app_id: Option<String>,
    /// By class.
    channels: [Option<String>; 4],
    /// Whether the channels of all classes but marketing are private ones.
    pub(super) may_be_private: bool,
    /// The kinds of messages that these are approved for; empty: not known.
    important_kinds: Vec<String>,
    templates: [Option<String>; 3],
    /// What fills the places of the certificate's templates.
    pub(super) places: Places,
    pub(super) click: ClickAction,
    /// The whole authentication header, which never changes.
    pub(super) authorization: Arc<Secret<String>>,
    /// When the form was read: the day a probe asks about.
    pub(super) opened_at: Timestamp,
}

/// The places of the certificate's templates, and the templates' wording where it is known.
#[derive(Debug, Default)]
pub(super) struct Places {
    title_key: Option<String>,
    body_key: Option<String>,
    title: Option<String>,
    body: Option<String>,
}

impl Places {
    /// Title and text put into their places, and the templates' title and text as they then read, where their wording
    /// is known: a value is cut so that what it stands in fits.
    pub(super) fn fill(&self, title: &str, text: &str) -> (BTreeMap<String, String>, [Option<String>; 2]) {
        let filled = [(&self.title_key, title), (&self.body_key, text)];
        let mut values: BTreeMap<String, String> =
            filled.into_iter().filter_map(|(key, value)| Some((key.clone()?, value.to_owned()))).collect();
        let read = |wording: &Option<String>, values: &BTreeMap<String, String>| {
            let put = |text: String, (key, value): (&String, &String)| text.replace(&place(key), value);
            wording.clone().map(|wording| values.iter().fold(wording, put))
        };
        let parts = [
            (&self.title, &self.title_key, limits::LIMITS.title),
            (&self.body, &self.body_key, limits::LIMITS.body),
        ];
        for (wording, key, limit) in parts {
            let length = read(wording, &values).map_or(0, |text| measure(&text, limit.unit));
            if let Some(over @ 1..) = length.checked_sub(limit.max)
                && let Some(value) = key.as_ref().and_then(|key| values.get_mut(key))
            {
                let max = measure(value, limit.unit).saturating_sub(over).max(1);
                *value = truncate(value, Length { max, ..limit });
            }
        }
        let texts = parts.map(|(wording, _, limit)| Some(truncate(&read(wording, &values)?, limit)));
        (values, texts)
    }
}

fn place(key: &str) -> String {
    format!("{{${key}$}}")
}

impl Config {
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("package name", self.package.clone())];
        facts.extend(self.app_id.clone().map(|id| ("AppID", id)));
        let kind = if self.may_be_private { "private" } else { "public" };
        let channel = self.channels[0].clone().map(|id| format!("{id}, {kind}"));
        facts.push(("channel ID", channel.unwrap_or_else(|| "none: one push a device and day".to_owned())));
        facts.extend(self.templates[0].clone().map(|id| ("template ID", id)));
        facts
    }

    /// Marketing has no place among chats: it never falls back to their channel.
    pub(super) fn channel_of(&self, class: Class) -> Option<&str> {
        let shared = self.channels[0].as_deref().filter(|_| class != Class::Marketing);
        self.channels[class as usize].as_deref().or(shared)
    }

    /// Whether the private channels are approved for chats and calls, as far as is known.
    pub(super) fn may_chat_in_private(&self) -> bool {
        self.important_kinds.is_empty() || self.important_kinds.iter().any(|kind| kind == IM_MESSAGE)
    }

    pub(super) fn template_of(&self, class: Class) -> Option<&str> {
        let own = self.templates.get(class as usize)?;
        own.as_deref().or(self.templates[0].as_deref())
    }
}

pub(super) fn parse(form: &Form, now: Timestamp) -> Result<Config, FieldErrors> {
    let mut reading = Reading::of(form);
    let form = &mut reading;
    form.required("package_name");
    form.required("app_secret");
    let secret = shaped(form, "app_secret", &SECRET).unwrap_or_default();
    let config = Config {
        package: shaped(form, "package_name", &PACKAGE).unwrap_or_default(),
        app_id: shaped(form, "app_id", &CONSOLE_ID),
        channels: CHANNELS.map(|name| shaped(form, name, &CHANNEL)),
        may_be_private: shaped(form, "private_right", &YES).is_none_or(|word| word == "yes"),
        important_kinds: kinds(form),
        templates: TEMPLATES.map(|name| shaped(form, name, &CONSOLE_ID)),
        places: places(form),
        click: click(form),
        authorization: Arc::new(Secret::new(format!("key={secret}"))),
        opened_at: now,
    };
    reading.finish(Some(config))
}

fn kinds(form: &mut Reading<'_>) -> Vec<String> {
    let entered = form.optional("important_kinds").unwrap_or_default();
    let words: Vec<String> =
        entered.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect();
    if words.iter().any(|word| !KINDS.contains(&word.as_str())) {
        let known = KINDS.join(", ");
        form.fault(
            "important_kinds",
            &format!("may hold {known}"),
            &format!("只能从以下类型中选择：{known}"),
        );
    }
    words
}

/// What a field's value has to look like, and what is said where it does not.
type Shape = (fn(&str) -> bool, &'static str, &'static str);

const PACKAGE: Shape = (
    is_package,
    "is not an Android package name such as com.example.im",
    "不是 Android 包名，例如 com.example.im",
);
const CONSOLE_ID: Shape =
    (is_console_id, "may hold letters, digits, - and _ only", "只能包含字母、数字、- 和 _");
const CHANNEL: Shape = (
    is_console_id,
    "may hold letters, digits, - and _ only: enter the ID, not the channel's name",
    "只能包含字母、数字、- 和 _：请填写 ID 而不是名称",
);
const SECRET: Shape = (
    is_secret,
    "must be one line of visible ASCII characters, at most 128",
    "必须是一行可见 ASCII 字符，最多 128 个",
);
const YES: Shape = (|word| matches!(word, "yes" | "no"), "must be yes or no", "必须是 yes 或 no");
const TITLE: Shape = (
    |text| is_wording(text) && !text.starts_with("{$"),
    "must be one line of at most 128 characters, and not begin with {$…$}",
    "必须是一行，最多 128 个字符，且不能以 {$…$} 变量开头",
);
const BODY: Shape = (is_wording, "must be one line of at most 128 characters", "必须是一行，最多 128 个字符");

fn shaped(form: &mut Reading<'_>, field: &str, (fits, en, zh): &Shape) -> Option<String> {
    let entered = form.optional(field);
    form.check(field, entered, *fits, en, zh);
    entered.map(str::to_owned)
}

fn places(form: &mut Reading<'_>) -> Places {
    let places = Places {
        title_key: shaped(form, "template_title_key", &CONSOLE_ID),
        body_key: shaped(form, "template_body_key", &CONSOLE_ID),
        title: shaped(form, "template_title", &TITLE),
        body: shaped(form, "template_body", &BODY),
    };
    let filled = [
        ("template_title_key", &places.title_key),
        ("template_body_key", &places.body_key),
        ("template_title", &places.title),
        ("template_body", &places.body),
    ];
    let has_template = TEMPLATES.iter().any(|name| form.optional(name).is_some());
    for (name, _) in filled.into_iter().filter(|(_, value)| value.is_some() && !has_template) {
        form.fault(name, "needs the template ID too", "请同时填写模板 ID");
    }
    places
}

fn click(form: &mut Reading<'_>) -> ClickAction {
    let click = form.click();
    if !request::can_open(&click) {
        let (en, zh) = ("must be at most 1024 bytes without blanks", "最多 1024 字节且不含空白");
        form.fault("click_target", en, zh);
    }
    click
}

/// Two or more parts, each a Java identifier (Android, "application id", documented).
fn is_package(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    text.len() <= 255 && text.contains('.') && text.split('.').all(is_part)
}

/// As Xiaomi's console gives out IDs (observed: digits, and letters in front of templates').
pub(super) fn is_console_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_secret(text: &str) -> bool {
    text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_wording(text: &str) -> bool {
    text.chars().count() <= limits::TEMPLATE_VALUE.max && !text.contains(char::is_control)
}
