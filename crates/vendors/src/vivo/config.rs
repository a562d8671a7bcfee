//! What an operator enters for a vivo certificate.

use model::{Class, ClickAction, FieldErrors, Form, Secret};

use super::limits;
use crate::{
    amounts::{RATE, day_device_field, day_field},
    contract::{
        Content, Field,
        FieldKind::{self, Choice, Text},
        Group,
    },
    form::{Reading, field},
};

/// The only host there is: vivo has neither an overseas nor a sandbox one.
pub(super) const HOST: &str = "api-push.vivo.com.cn";

/// Categories of system messages (`classification` 1); calls are messages of a chat to vivo (assumed).
const SYSTEM: [&str; 6] = ["IM", "ACCOUNT", "TODO", "DEVICE_REMINDER", "ORDER", "SUBSCRIPTION"];
/// Categories of operational messages (`classification` 0).
const OPERATIONAL: [&str; 4] = ["MARKETING", "NEWS", "CONTENT", "SOCIAL"];

/// In the order of the classes: chat, call, system, marketing.
const CATEGORY_FIELDS: [&str; 4] =
    ["category_chat", "category_call", "category_system", "category_marketing"];

const DIGITS: (&str, &str) = ("must be a number of at most 18 digits", "必须是最多 18 位的数字");
const VISIBLE: (&str, &str) =
    ("must be one line of visible ASCII characters, at most 128", "必须是一行可见 ASCII 字符，最多 128 个");

// One field a line or two reads as the form it is; a choice begins with what is meant where nothing is chosen.
#[rustfmt::skip]
pub(super) const FIELDS: [Field; 18] = [
    field("app_id", Text, true, ("App ID", "AppID"), ("digits only", "纯数字")),
    field("app_key", Text, true, ("App key", "AppKey"), ("also stands in the app's manifest", "与客户端清单文件中的一致")),
    field("app_secret", FieldKind::Secret, true, ("App secret", "AppSecret"), ("not the AppKey", "注意不是 AppKey")),
    field("category_chat", Choice(&SYSTEM), false, ("Category of chat messages", "聊天消息的分类（category）"), ("", "")).for_class(Class::Chat).usually("IM"),
    field("category_call", Choice(&SYSTEM), false, ("Category of calls", "音视频通话的分类（category）"), ("", "")).for_class(Class::Call).usually("IM"),
    field("category_system", Choice(&["ACCOUNT", "TODO", "DEVICE_REMINDER", "ORDER", "SUBSCRIPTION", "IM"]), false, ("Category of the app's own notices", "应用通知的分类（category）"), ("", "")).for_class(Class::System).usually("ACCOUNT"),
    field("category_marketing", Choice(&OPERATIONAL), false, ("Category of marketing messages", "营销消息的分类（category）"),
        ("operational: silent, two a device and day, 7:00 to 23:00 Beijing time", "运营消息：静默展示，每台设备每天两条，仅北京时间 7:00–23:00")).for_class(Class::Marketing).usually("MARKETING"),
    field("push_mode", Choice(&["formal", "test"]), false, ("Push mode", "推送模式（pushMode）"),
        ("an app under review may send test messages only, to the test devices registered in the console", "应用审核期间只能发送测试消息，且仅发给平台登记的测试设备")).of(Group::Limits).usually("formal").labelled(&[("formal", "Formal", "正式推送"), ("test", "Test", "测试推送")]),
    field("badge_granted", Choice(&["no", "yes"]), false, ("Right to count up the badge", "已获得服务端角标权限"),
        ("vivo grants it on application; a counting push then adds one", "需向 vivo 申请；计入角标的推送使角标加一")).of(Group::Rights).usually("no"),
    field("foreground_show", Choice(&["no", "yes"]), false, ("Show while the app is in front", "应用在前台时也展示"), ("", "")).of(Group::Look).usually("no"),
    field("lists", Choice(&["yes", "no"]), false, ("Send to lists", "使用群推（列表推送）"),
        ("otherwise one request a phone, with receipts also without a callback ID", "关闭时逐台单推，不填回执 ID 也能收到回执")).of(Group::Limits).usually("yes"),
    field("callback_id", Text, false, ("Callback ID", "回执 ID（callback.id）"),
        ("made in vivo's console for this certificate's receipt address; works after about an hour", "在 vivo 开放平台用本证书的回执地址创建，约一小时后生效")).of(Group::Receipts),
    field("click", Choice(&["open_app", "web_page", "app_page"]), false, ("After a tap", "点击通知后"), ("", "")).of(Group::Click).usually("open_app"),
    field("click_target", Text, false, ("Page to open", "要打开的页面"),
        ("web page: http(s) address; page in app: intent URI (intent:…#Intent;…;end)", "网页：http(s) 地址；应用内页面：intent URI（intent:…#Intent;…;end）")).of(Group::Click),
    RATE,
    day_field("day_operational", ("Daily amount: operational messages", "每日数量：运营消息")),
    day_device_field("day_device_operational", ("A phone's daily amount: operational messages", "每台设备每日数量：运营消息")),
    day_field("day_system", ("Daily amount: system messages", "每日数量：系统消息")),
];

/// One app's credentials and choices.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) app_id: u64,
    pub(super) app_key: String,
    pub(super) app_secret: Secret<String>,
    categories: [&'static str; 4],
    pub(super) is_test: bool,
    pub(super) counts_badge: bool,
    pub(super) shows_in_front: bool,
    pub(super) lists: bool,
    pub(super) callback_id: Option<String>,
    pub(super) click: ClickAction,
}

impl Config {
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let callback = self.callback_id.as_deref().unwrap_or("none: receipts by address, none for lists");
        vec![
            ("app ID", self.app_id.to_string()),
            ("categories", self.categories.join(", ")),
            ("push mode", if self.is_test { "test" } else { "formal" }.to_owned()),
            ("callback ID", callback.to_owned()),
        ]
    }

    /// The category a content goes in: as the message says, else by its class.
    pub(super) fn category(&self, content: &Content) -> String {
        let [chat, call, system, marketing] = self.categories;
        let by_class = match content.class {
            Class::Chat => chat,
            Class::Call => call,
            Class::System => system,
            Class::Marketing => marketing,
        };
        content.style.category.as_deref().unwrap_or(by_class).to_ascii_uppercase()
    }

    /// Whether vivo counts a content as operational. A category that is not in the book leaves it to the class.
    pub(super) fn is_operational(&self, content: &Content) -> bool {
        let category = self.category(content);
        OPERATIONAL.contains(&&*category) || !is_category(&category) && content.class == Class::Marketing
    }
}

pub(super) fn parse(form: &Form) -> Result<Config, FieldErrors> {
    let mut reading = Reading::of(form);
    let app_id = reading.required("app_id");
    reading.check("app_id", app_id, is_app_id, DIGITS.0, DIGITS.1);
    let [app_key, app_secret] = ["app_key", "app_secret"].map(|name| {
        let value = reading.required(name);
        reading.check(name, value, is_visible, VISIBLE.0, VISIBLE.1);
        value
    });
    let categories = CATEGORY_FIELDS.map(|name| choice(&mut reading, name));
    let is_test = choice(&mut reading, "push_mode") == "test";
    let [counts_badge, shows_in_front, lists] =
        ["badge_granted", "foreground_show", "lists"].map(|name| choice(&mut reading, name) == "yes");
    let callback_id = reading.optional("callback_id");
    reading.check("callback_id", callback_id, is_visible, VISIBLE.0, VISIBLE.1);
    let click = reading.click();
    if let Some((en, zh)) = click_fault(&click) {
        reading.fault("click_target", en, zh);
    }
    let app_id = app_id.and_then(|id| id.parse().ok());
    let read = app_id.zip(app_key).zip(app_secret).map(|((app_id, app_key), app_secret)| Config {
        app_id,
        app_key: app_key.to_owned(),
        app_secret: Secret::new(app_secret.to_owned()),
        categories,
        is_test,
        counts_badge,
        shows_in_front,
        lists,
        callback_id: callback_id.map(str::to_owned),
        click,
    });
    reading.finish(read)
}

/// What keeps a phone from carrying out a click action, in English and Chinese.
pub(super) fn click_fault(click: &ClickAction) -> Option<(&'static str, &'static str)> {
    let (ClickAction::WebPage(target) | ClickAction::AppPage(target)) = click else { return None };
    let is_intent = target.starts_with("intent:") && target.contains("#Intent;") && target.ends_with(";end");
    let is_one_line = !target.contains(|char: char| char.is_whitespace() || char.is_control());
    if target.len() > limits::CLICK_MAX_BYTES || !is_one_line {
        Some(("must be at most 2048 bytes without blanks", "最多 2048 字节且不含空白"))
    } else if matches!(click, ClickAction::AppPage(_)) && !is_intent {
        Some(("an app page must be an intent URI: intent:…;end", "应用内页面必须是 intent URI：intent:…;end"))
    } else {
        None
    }
}

pub(super) fn is_category(word: &str) -> bool {
    SYSTEM.contains(&word) || OPERATIONAL.contains(&word)
}

/// One of a field's words; its first where nothing was chosen.
fn choice(reading: &mut Reading<'_>, name: &str) -> &'static str {
    let kind = FIELDS.iter().find(|field| field.name == name).map(|field| field.kind);
    let Some(Choice(words)) = kind else { return "" };
    let Some(value) = reading.optional(name) else { return words.first().copied().unwrap_or_default() };
    words.iter().copied().find(|word| *word == value).unwrap_or_else(|| {
        let listed = words.join(", ");
        reading.fault(name, &format!("must be one of {listed}"), &format!("必须是以下之一：{listed}"));
        ""
    })
}

/// Without a leading zero, for the signature is over the digits as they stand.
fn is_app_id(text: &str) -> bool {
    text.len() <= 18 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_visible(text: &str) -> bool {
    text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic())
}
