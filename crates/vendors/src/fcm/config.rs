//! What an operator enters for a Firebase project.

use model::{Class, ClickAction, FieldErrors, Form, Timestamp};

use super::auth::ServiceAccount;
use crate::{
    amounts::RATE,
    contract::{Field, FieldKind, Group},
    form::{Reading, field},
};

pub(super) const HOST: &str = "fcm.googleapis.com";

const CLICKS: FieldKind = FieldKind::Choice(&["open_app", "web_page", "app_page"]);
const PRIORITIES: FieldKind = FieldKind::Choice(&["high", "normal"]);

/// Delivered at once, also to a sleeping phone.
pub(super) const HIGH: &str = "HIGH";
/// Delivered when the phone wakes.
pub(super) const NORMAL: &str = "NORMAL";

// One field a line reads as the table it is.
#[rustfmt::skip]
pub(super) const FIELDS: [Field; 12] = [
    field("service_account", FieldKind::SecretFile, true, ("Service account (JSON)", "服务账号密钥（JSON）"), ("Firebase console → project settings → service accounts → generate new private key; not google-services.json", "Firebase 控制台 → 项目设置 → 服务账号 → 生成新的私钥；不是 google-services.json")),
    field("package_name", FieldKind::Text, false, ("Package name", "应用包名"), ("Android application id; if given, tokens of other apps of the project get nothing", "Android 应用包名；填写后不会推送给同一项目的其他应用")),
    field("channel_id", FieldKind::Text, false, ("Notification channel", "通知渠道 ID（channel_id）"), ("a channel that the app creates; without it Firebase's fallback channel is used", "应用中已创建的通知渠道；不填则使用 Firebase 的默认渠道")).of(Group::Classes),
    field("channel_call", FieldKind::Text, false, ("Channel for calls", "呼叫类通知渠道 ID"), ("", "")).for_class(Class::Call).inherits("channel_id"),
    field("channel_system", FieldKind::Text, false, ("Channel for system notices", "系统通知类通知渠道 ID"), ("", "")).for_class(Class::System).inherits("channel_id"),
    field("channel_marketing", FieldKind::Text, false, ("Channel for marketing", "营销类通知渠道 ID"), ("", "")).for_class(Class::Marketing).inherits("channel_id"),
    field("priority_system", PRIORITIES, false, ("Priority of system notices", "系统通知的优先级"), ("high wakes a sleeping phone", "“高”会唤醒休眠中的手机")).for_class(Class::System).usually("high").labelled(&[("high", "High", "高"), ("normal", "Normal", "普通")]),
    field("priority_marketing", PRIORITIES, false, ("Priority of marketing", "营销消息的优先级"), ("normal waits until the phone wakes", "“普通”会等到手机唤醒")).for_class(Class::Marketing).usually("normal").labelled(&[("high", "High", "高"), ("normal", "Normal", "普通")]),
    field("analytics_label", FieldKind::Text, false, ("Analytics label", "统计标签（analytics_label）"), ("names these pushes in Firebase's delivery reports", "用于在 Firebase 投递报告中区分")).of(Group::Receipts),
    field("click", CLICKS, false, ("After a tap", "点击通知后"), ("", "")).of(Group::Click).usually("open_app"),
    field("click_target", FieldKind::Text, false, ("Page to open", "要打开的页面"), ("web page: http(s) address, which the app has to open; page in app: action of an intent filter", "网页：http(s) 地址，需由应用自行打开；应用内页面：intent-filter 的 action")).of(Group::Click),
    RATE,
];

/// What fits into a field, and what is said where it does not.
type Rule = (&'static str, fn(&str) -> bool, &'static str, &'static str);

// One rule a line reads as the table it is.
#[rustfmt::skip]
const RULES: [Rule; 7] = [
    ("package_name", is_package, "is not an Android package name such as com.example.im", "不是 Android 包名，例如 com.example.im"),
    ("channel_id", is_channel, "must be one line of at most 255 bytes", "必须是一行，最多 255 字节"),
    ("channel_call", is_channel, "must be one line of at most 255 bytes", "必须是一行，最多 255 字节"),
    ("channel_system", is_channel, "must be one line of at most 255 bytes", "必须是一行，最多 255 字节"),
    ("channel_marketing", is_channel, "must be one line of at most 255 bytes", "必须是一行，最多 255 字节"),
    ("analytics_label", is_label, "may hold at most 50 letters, digits and - _ . ~ %", "最多 50 个字母、数字或 - _ . ~ %"),
    ("click_target", is_target, "must be at most 1024 bytes without blanks", "最多 1024 字节且不含空白"),
];

/// One Firebase project, and how its pushes look.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) account: ServiceAccount,
    pub(super) package: Option<String>,
    pub(super) analytics_label: Option<String>,
    pub(super) click: ClickAction,
    /// Everyday, call, system and marketing, in this order.
    channels: [Option<String>; 4],
    system: &'static str,
    marketing: &'static str,
}

impl Config {
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let (project, email) = (self.account.project.clone(), self.account.email.clone());
        let mut facts = vec![("project ID", project), ("service account", email)];
        facts.extend(self.account.key_id.clone().map(|id| ("key ID", id)));
        facts.extend(self.package.clone().map(|package| ("package name", package)));
        facts.push(("channel", self.channel(Class::Chat).unwrap_or("none: Firebase's fallback").to_owned()));
        facts
    }

    /// The channel of a class; one without its own uses the everyday one.
    pub(super) fn channel(&self, class: Class) -> Option<&str> {
        let [everyday, call, system, marketing] = &self.channels;
        let own = match class {
            Class::Chat => everyday,
            Class::Call => call,
            Class::System => system,
            Class::Marketing => marketing,
        };
        own.as_deref().or(everyday.as_deref())
    }

    /// The priority of a class; what a person waits for is always high.
    pub(super) const fn priority(&self, class: Class) -> &'static str {
        match class {
            Class::Chat | Class::Call => HIGH,
            Class::System => self.system,
            Class::Marketing => self.marketing,
        }
    }
}

pub(super) fn parse(form: &Form, now: Timestamp) -> Result<Config, FieldErrors> {
    let mut reading = Reading::of(form);
    let account = reading.required("service_account").and_then(|file| {
        let read = ServiceAccount::read(file, now);
        read.map_err(|(en, zh)| reading.fault("service_account", en, zh)).ok()
    });
    for (field, fits, en, zh) in RULES {
        reading.check(field, reading.optional(field), fits, en, zh);
    }
    let [system, marketing] = [("priority_system", HIGH), ("priority_marketing", NORMAL)]
        .map(|(field, usual)| priority(&mut reading, field, usual));
    let click = reading.click();
    let text = |field| reading.optional(field).map(str::to_owned);
    let read = account.map(|account| Config {
        account,
        package: text("package_name"),
        analytics_label: text("analytics_label"),
        click,
        channels: ["channel_id", "channel_call", "channel_system", "channel_marketing"].map(text),
        system,
        marketing,
    });
    reading.finish(read)
}

fn priority(reading: &mut Reading<'_>, field: &str, usual: &'static str) -> &'static str {
    match reading.optional(field) {
        None => usual,
        Some("high") => HIGH,
        Some("normal") => NORMAL,
        Some(_) => {
            reading.fault(field, "must be high or normal", "必须是 high 或 normal");
            usual
        }
    }
}

/// Two or more parts, each a Java identifier (Android, "application id", documented).
fn is_package(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    text.len() <= 255 && text.contains('.') && text.split('.').all(is_part)
}

/// Android takes any text as the id of a channel.
fn is_channel(text: &str) -> bool {
    text.len() <= 255 && !text.contains(char::is_control)
}

/// Documented.
fn is_label(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'%');
    (1..=50).contains(&text.len()) && text.bytes().all(fits)
}

fn is_target(text: &str) -> bool {
    text.len() <= 1024 && !text.contains(|char: char| char.is_whitespace() || char.is_control())
}
