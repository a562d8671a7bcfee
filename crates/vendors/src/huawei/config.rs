//! What an operator enters for a Huawei certificate: credentials, rights, and what each class becomes.

use base64::{Engine, engine::general_purpose::STANDARD};
use model::{Class, ClickAction, FieldErrors, Form, Presentation, Secret};

use super::{receipt::Signature, request};
use crate::{
    amounts::{RATE, day_device_field},
    answer::{NOTHING, Words},
    contract::{Content, Field, FieldKind, Group},
    form::{Reading, field},
};

/// One host for every country; where the vendor keeps the app's users is set in its console (documented).
pub(super) const PUSH_HOST: &str = "push-api.cloud.huawei.com";
pub(super) const OAUTH_HOST: &str = "oauth-login.cloud.huawei.com";

/// What the vendor counts everything as that has no category, or no right to it.
pub(super) const MARKETING: &str = "MARKETING";
const VOIP: &str = "VOIP";

/// The categories a notification may have (documented).
#[rustfmt::skip]
pub(super) const CATEGORIES: [&str; 12] = [
    "IM", VOIP, "SUBSCRIPTION", "TRAVEL", "HEALTH", "WORK", "ACCOUNT", "EXPRESS", "FINANCE", "DEVICE_REMINDER", "MAIL",
    MARKETING,
];

const TEXT: FieldKind = FieldKind::Text;
const HIDDEN: FieldKind = FieldKind::Secret;
const KEY_FORMS: FieldKind = FieldKind::Choice(&["base64", "text"]);
const CLICK: FieldKind = FieldKind::Choice(&["open_app", "web_page", "app_page"]);
const CATEGORY: FieldKind = FieldKind::Choice(&CATEGORIES);
const YES_NO: FieldKind = FieldKind::Choice(&["yes", "no"]);

const GRANTED: Words = (
    "granted in AppGallery Connect; without it Huawei counts the push as marketing",
    "在 AppGallery Connect 申请；未开通时华为按资讯营销类处理",
);
const PAGE: Words = (
    "web page: https address; page in app: intent URI (intent://…#Intent;…;end) or an action",
    "网页：https 地址；应用内页面：intent URI（intent://…#Intent;…;end）或 action",
);

// One field a line reads as the form it is.
#[rustfmt::skip]
pub(super) const FIELDS: [Field; 23] = [
    field("client_id", TEXT, true, ("Client ID (App ID)", "Client ID(AppID)"), ("OAuth 2.0 client ID; the App ID for older apps", "OAuth 2.0 客户端 ID；早期应用即 AppID")).at_most(64),
    field("client_secret", HIDDEN, true, ("Client secret (App secret)", "Client Secret(AppSecret)"), ("64 characters, of the same client", "64 位，与 Client ID 对应")).at_most(128),
    field("project_id", TEXT, false, ("Project ID", "项目 ID"), ("filled: V2, for credentials of a project; blank: V1", "填写则使用 V2（项目级凭据），不填使用 V1")),
    field("package_name", TEXT, false, ("Package name", "应用包名称"), ("for people only; sending does not need it", "仅供查看，发送不需要")),
    field("category_chat", CATEGORY, false, ("Category of chats", "聊天消息类别"), ("", "")).for_class(Class::Chat).usually("IM"),
    field("right_chat", YES_NO, false, ("Right to the category of chats", "聊天消息类别权益"), GRANTED).of(Group::Rights).usually("no"),
    field("category_call", CATEGORY, false, ("Category of calls", "通话消息类别"), ("", "")).for_class(Class::Call).usually("VOIP"),
    field("right_call", YES_NO, false, ("Right to the category of calls", "通话消息类别权益"), GRANTED).of(Group::Rights).usually("no"),
    field("category_system", CATEGORY, false, ("Category of system notices", "系统通知类别"), ("", "")).for_class(Class::System).usually("SUBSCRIPTION"),
    field("right_system", YES_NO, false, ("Right to the category of system notices", "系统通知类别权益"), GRANTED).of(Group::Rights).usually("no"),
    field("right_high_priority", YES_NO, false, ("Right to high-priority messages", "高优先级消息权益"), ("lets a data message start the app", "透传消息可拉起应用进程")).of(Group::Rights).usually("no"),
    field("channel_id", TEXT, false, ("Notification channel", "通知渠道 ID"), ("one that the app makes; blank: Huawei's default", "应用已创建的渠道；不填使用默认渠道")).of(Group::Classes),
    field("channel_call", TEXT, false, ("Notification channel of calls", "通话通知渠道 ID"), ("", "")).for_class(Class::Call).inherits("channel_id"),
    field("badge_class", TEXT, false, ("Launcher activity", "桌面入口 Activity"), ("full class name; without it there is no badge", "完整类名，例如 com.example.im.MainActivity；不填则无角标")).of(Group::Look),
    field("receipt_id", TEXT, false, ("Receipt ID", "回执 ID"), ("selects one of several receipt settings", "有多个回执配置时用于选择")).of(Group::Receipts),
    field("receipt_user", TEXT, false, ("Receipt user name", "回执用户名"), ("as in the receipt settings", "与回执配置一致")).of(Group::Receipts),
    field("receipt_secret", HIDDEN, false, ("Receipt key", "回执密钥"), ("blank: receipts are taken unsigned", "不填则不校验回执签名")).of(Group::Receipts).at_most(128),
    field("receipt_secret_form", KEY_FORMS, false, ("Form of the receipt key", "回执密钥格式"), ("base64: new settings; text: old ones", "base64：新配置；text：旧配置")).of(Group::Receipts).usually("base64"),
    field("test_messages", YES_NO, false, ("Test messages", "测试消息"), ("500 a day, free of the marketing cap", "每天 500 条，不受资讯营销类限额")).of(Group::Limits).usually("no"),
    field("click", CLICK, false, ("After a tap", "点击通知后"), NOTHING).of(Group::Click).usually("open_app"),
    field("click_target", TEXT, false, ("Page to open", "要打开的页面"), PAGE).of(Group::Click),
    RATE,
    day_device_field("day_device_marketing", ("A phone's daily amount: marketing", "每台设备每日数量：资讯营销类")),
];

/// One app's credentials, rights and choices.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) client_id: String,
    pub(super) client_secret: Secret<String>,
    pub(super) project_id: Option<String>,
    package: Option<String>,
    chat: Category,
    call: Category,
    system: Category,
    /// Whether a data message may be sent so that it starts the app.
    pub(super) high_priority: bool,
    channel: Option<String>,
    call_channel: Option<String>,
    pub(super) badge_class: Option<String>,
    pub(super) receipt_id: Option<String>,
    pub(super) receipt_signature: Option<Signature>,
    pub(super) test_messages: bool,
    pub(super) click: ClickAction,
}

/// What a class becomes, and whether the vendor granted it.
#[derive(Debug, Clone, Copy)]
struct Category {
    name: &'static str,
    granted: bool,
}

impl Config {
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let granted: Vec<_> = self.categories().filter(|own| own.granted).map(|own| own.name).collect();
        let granted = if granted.is_empty() { "none".to_owned() } else { granted.join(", ") };
        let api = self.project_id.as_ref().map_or_else(|| "V1".to_owned(), |id| format!("V2, project {id}"));
        let receipts = if self.receipt_signature.is_some() { "signed" } else { "not signed" };
        let mut facts = vec![("client ID", self.client_id.clone()), ("API", api)];
        facts.extend(self.package.clone().map(|package| ("package name", package)));
        facts.extend([("categories granted", granted), ("receipts", receipts.to_owned())]);
        facts
    }

    /// The category a content is sent in: its style's where the vendor knows it, otherwise its class's.
    pub(super) fn category(&self, content: &Content) -> &'static str {
        content.style.category.as_deref().and_then(known).unwrap_or(
            match (content.presentation, content.class) {
                (Presentation::Voip, _) => VOIP,
                (_, Class::Chat) => self.chat.name,
                (_, Class::Call) => self.call.name,
                (_, Class::System) => self.system.name,
                (_, Class::Marketing) => MARKETING,
            },
        )
    }

    /// Whether the vendor leaves a push in this category, and does not count it as marketing.
    pub(super) fn grants(&self, category: &str) -> bool {
        category != MARKETING && self.categories().any(|own| own.granted && own.name == category)
    }

    /// The notification channel a content is shown in; marketing has no place among chats.
    pub(super) fn channel<'a>(&'a self, content: &'a Content) -> Option<&'a String> {
        let of_call = self.call_channel.as_ref().filter(|_| content.class == Class::Call);
        let of_class = of_call.or(self.channel.as_ref()).filter(|_| content.class != Class::Marketing);
        content.style.channel.as_ref().or(of_class)
    }

    fn categories(&self) -> impl Iterator<Item = Category> {
        [self.chat, self.call, self.system].into_iter()
    }
}

pub(super) fn known(category: &str) -> Option<&'static str> {
    CATEGORIES.into_iter().find(|known| *known == category)
}

pub(super) fn parse(form: &Form) -> Result<Config, FieldErrors> {
    let mut reading = Reading::of(form);
    let form = &mut reading;
    form.required("client_id");
    form.required("client_secret");
    let config = Config {
        client_id: shaped(form, "client_id", &NUMBER).unwrap_or_default(),
        client_secret: Secret::new(shaped(form, "client_secret", &SECRET).unwrap_or_default()),
        project_id: shaped(form, "project_id", &NUMBER),
        package: shaped(form, "package_name", &NAME),
        chat: category(form, "category_chat", "right_chat", "IM"),
        call: category(form, "category_call", "right_call", VOIP),
        system: category(form, "category_system", "right_system", "SUBSCRIPTION"),
        high_priority: yes(form, "right_high_priority"),
        channel: shaped(form, "channel_id", &LINE),
        call_channel: shaped(form, "channel_call", &LINE),
        badge_class: shaped(form, "badge_class", &NAME),
        receipt_id: shaped(form, "receipt_id", &LINE),
        receipt_signature: signature(form),
        test_messages: yes(form, "test_messages"),
        click: click(form),
    };
    reading.finish(Some(config))
}

/// What a field's value has to look like, and what is said where it does not.
type Shape = (fn(&str) -> bool, &'static str, &'static str);

const NUMBER: Shape = (is_number, "must be 1 to 64 digits", "必须是 1 至 64 位数字");
const SECRET: Shape = (is_secret, "must be 1 to 128 visible characters", "必须是 1 至 128 个可见字符");
const NAME: Shape = (request::is_dotted_name, "must be like com.example.im", "必须形如 com.example.im");
const LINE: Shape = (is_line, "must be at most 128 bytes on one line", "最多 128 字节，不能换行");
const YES: Shape = (|word| matches!(word, "yes" | "no"), "must be yes or no", "必须是 yes 或 no");
const FORM_WORD: Shape = (|form| matches!(form, "base64" | "text"), "base64 or text", "base64 或 text");
const KNOWN: Shape = (|name| known(name).is_some(), "is no category of Huawei's", "不是华为的消息类别");

fn shaped(form: &mut Reading<'_>, field: &str, (fits, en, zh): &Shape) -> Option<String> {
    let entered = form.optional(field);
    form.check(field, entered, *fits, en, zh);
    entered.map(str::to_owned)
}

fn yes(form: &mut Reading<'_>, field: &str) -> bool {
    shaped(form, field, &YES).is_some_and(|word| word == "yes")
}

fn category(form: &mut Reading<'_>, field: &str, right: &str, usual: &'static str) -> Category {
    let entered = shaped(form, field, &KNOWN);
    let name = entered.and_then(|name| known(&name)).unwrap_or(usual);
    Category { name, granted: yes(form, right) }
}

/// User name and key belong together; the key is the base64 of its bytes in settings of today and plain text in old
/// ones (documented).
fn signature(form: &mut Reading<'_>) -> Option<Signature> {
    let user = shaped(form, "receipt_user", &LINE);
    let key = shaped(form, "receipt_secret", &SECRET);
    let is_text = shaped(form, "receipt_secret_form", &FORM_WORD).is_some_and(|form| form == "text");
    if user.is_some() != key.is_some() {
        let missing = if user.is_some() { "receipt_secret" } else { "receipt_user" };
        form.fault(missing, "user name and key belong together", "回执用户名与密钥需同时填写");
    }
    let (user, key) = user.zip(key)?;
    let bytes = if is_text { Some(key.into_bytes()) } else { STANDARD.decode(key).ok() };
    if bytes.is_none() {
        let zh = "不是 base64：请重新复制，旧配置请选择 text";
        form.fault("receipt_secret", "is not base64: copy it again, or choose text for old settings", zh);
    }
    Some(Signature { user, key: Secret::new(bytes?) })
}

fn click(form: &mut Reading<'_>) -> ClickAction {
    let click = form.click();
    if !request::can_open(&click) {
        let zh = "须为 https 地址、intent URI（intent://…#Intent;…;end）或 action 名称，最多 1024 字节";
        let en = "must be an https address, an intent URI (intent://…#Intent;…;end) or an action, of at most 1024 bytes";
        form.fault("click_target", en, zh);
    }
    click
}

fn is_number(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_secret(text: &str) -> bool {
    text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_line(text: &str) -> bool {
    text.len() <= 128 && !text.contains(char::is_control)
}
