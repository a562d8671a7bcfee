//! What an operator enters for a certificate of HarmonyOS NEXT.

use model::{Class, ClickAction, FieldErrors, Form, Timestamp};

use super::{auth::ServiceAccount, receipt::Signer};
use crate::{
    amounts::{RATE, day_device_field},
    answer::{NOTHING, Words},
    contract::{Content, Field, FieldKind, Group},
    form::{Reading, field},
};

pub(super) const HOST: &str = "push-api.cloud.huawei.com";

/// What the vendor counts as advertising: silent, in the list only, two a day. Needs no right.
pub(super) const MARKETING: &str = "MARKETING";

/// The categories of notifications (documented). `PLAY_VOICE` is not among them: it goes with voice broadcasts only.
#[rustfmt::skip]
pub(super) const CATEGORIES: &[&str] = &[
    "IM", "VOIP", "MISS_CALL", "SUBSCRIPTION", "TRAVEL", "HEALTH", "WORK", "ACCOUNT", "EXPRESS", "FINANCE",
    "DEVICE_REMINDER", "MAIL", MARKETING,
];

/// There is no web page among the vendor's click actions.
const CLICKS: FieldKind = FieldKind::Choice(&["open_app", "app_page"]);
const YES_NO: &[&str] = &["yes", "no"];
const SECRET_FORMS: &[&str] = &["base64", "text"];

const GRANTED: Words = (
    "granted in AppGallery Connect; without it Huawei counts the push as marketing",
    "在 AppGallery Connect 申请；未获批时华为按资讯营销处理",
);

// One row a line reads as the table it is.
#[rustfmt::skip]
pub(super) const FIELDS: [Field; 19] = [
    field("service_account", FieldKind::SecretFile, true, ("Service account key file", "服务账号密钥文件"), ("the JSON file from the API Console; not agconnect-services.json", "API Console 下载的 JSON 文件，不是 agconnect-services.json")),
    text("client_id", ("Client ID", "Client ID"), ("of the app, not of the project; only taking pushes back needs it", "应用级 Client ID；仅撤回推送时需要")),
    one_of("category_chat", CATEGORIES, ("Category of chat messages", "聊天消息自分类"), ("", "")).for_class(Class::Chat).usually("IM"),
    one_of("right_chat", YES_NO, ("Category of chat messages granted", "聊天消息自分类已获批"), GRANTED).of(Group::Rights).usually("no"),
    one_of("category_call", CATEGORIES, ("Category of calls", "呼叫消息自分类"), ("for calls that are shown as a notification", "用于以通知展示的呼叫")).for_class(Class::Call).usually("VOIP"),
    one_of("right_call", YES_NO, ("Category of calls granted", "呼叫消息自分类已获批"), GRANTED).of(Group::Rights).usually("no"),
    one_of("category_system", CATEGORIES, ("Category of system messages", "系统消息自分类"), ("", "")).for_class(Class::System).usually("SUBSCRIPTION"),
    one_of("right_system", YES_NO, ("Category of system messages granted", "系统消息自分类已获批"), GRANTED).of(Group::Rights).usually("no"),
    one_of("right_voip", YES_NO, ("In-app call messages granted", "应用内通话消息权益已获批"), ("calls ring in the app; without it they are shown as notifications", "呼叫直接在应用内响铃；未获批时以通知展示")).of(Group::Rights).usually("no"),
    field("click", CLICKS, false, ("After a tap", "点击通知后"), NOTHING).of(Group::Click).usually("open_app"),
    text("click_target", ("Page to open", "要打开的页面"), ("an action of the app's skills, or a uri of them (scheme://…)", "应用 skills 中的 action，或其 uri（scheme://…）")).of(Group::Click),
    one_of("foreground_show", YES_NO, ("Show while the app is in the foreground", "应用在前台时展示"), ("otherwise the app receives it instead", "关闭时由应用自行接收")).of(Group::Look).usually("yes"),
    one_of("test_messages", YES_NO, ("Send test messages", "发送测试消息"), ("1000 a day for the whole project, free of the marketing limit", "整个项目每天 1000 条，不受营销频控")).of(Group::Limits).usually("no"),
    text("receipt_id", ("Receipt ID", "回执 ID"), ("chooses one of several receipt configurations", "存在多个回执配置时指定其一")).of(Group::Receipts),
    text("receipt_user", ("Receipt user name", "回调用户名"), ("as in the receipt configuration; receipts are then refused unless signed", "与回执配置一致；填写后仅接受已签名的回执")).of(Group::Receipts),
    field("receipt_secret", FieldKind::Secret, false, ("Receipt secret", "回调密钥"), ("as in the receipt configuration", "与回执配置一致")).of(Group::Receipts),
    one_of("receipt_secret_form", SECRET_FORMS, ("Form of the receipt secret", "回调密钥格式"), ("text for old receipt configurations", "旧回执配置选 text")).of(Group::Receipts).usually("base64"),
    RATE,
    day_device_field("day_device_marketing", ("A phone's daily amount: marketing", "每台设备每日数量：资讯营销类")),
];

const fn text(name: &'static str, label: Words, hint: Words) -> Field {
    field(name, FieldKind::Text, false, label, hint)
}

const fn one_of(name: &'static str, words: &'static [&'static str], label: Words, hint: Words) -> Field {
    field(name, FieldKind::Choice(words), false, label, hint)
}

/// One service account with what was granted to its apps.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) account: ServiceAccount,
    pub(super) client_id: Option<String>,
    chat: Category,
    call: Category,
    system: Category,
    /// Whether calls may ring in the app.
    pub(super) calls_ring: bool,
    pub(super) click: ClickAction,
    pub(super) foreground_show: Option<bool>,
    pub(super) test_messages: bool,
    pub(super) receipt_id: Option<String>,
    pub(super) receipt_signer: Option<Signer>,
}

/// What a notification is sent as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Category {
    pub(super) name: &'static str,
    /// Whether the vendor will take it as such.
    pub(super) granted: bool,
}

impl Config {
    /// The content's own category where it is one of the vendor's, else its class's.
    pub(super) fn category(&self, content: &Content) -> Category {
        let marketing = Category { name: MARKETING, granted: true };
        if let Some(name) = content.style.category.as_deref().and_then(category_named) {
            let mut known = [self.chat, self.call, self.system, marketing].into_iter();
            return Category { name, granted: known.any(|one| one.name == name && one.granted) };
        }
        match content.class {
            Class::Chat => self.chat,
            Class::Call => self.call,
            Class::System => self.system,
            Class::Marketing => marketing,
        }
    }

    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let sent_as = |category: Category| {
            let right = if category.granted { "granted" } else { "not granted: counted as marketing" };
            format!("{} ({right})", category.name)
        };
        let account = &self.account;
        let client_id = self.client_id.as_deref().unwrap_or("none: pushes cannot be taken back");
        let calls = if self.calls_ring { "ring in the app".to_owned() } else { sent_as(self.call) };
        let receipts = if self.receipt_signer.is_some() { "signed" } else { "not signed" };
        vec![
            ("project ID", account.project_id.clone()),
            ("key ID", account.key_id.clone()),
            ("service account", account.sub_account.clone()),
            ("client ID", client_id.to_owned()),
            ("chat messages", sent_as(self.chat)),
            ("calls", calls),
            ("system messages", sent_as(self.system)),
            ("receipts", receipts.to_owned()),
        ]
    }
}

/// The vendor's own word, which lives as long as the program.
pub(super) fn category_named(word: &str) -> Option<&'static str> {
    CATEGORIES.iter().find(|category| **category == word).copied()
}

pub(super) fn parse(form: &Form, now: Timestamp) -> Result<Config, FieldErrors> {
    let mut reading = Reading::of(form);
    let account = reading.required("service_account").and_then(|file| {
        let read = ServiceAccount::read(file, now);
        read.inspect_err(|(en, zh)| reading.fault("service_account", en, zh)).ok()
    });
    let [client_id, receipt_id] = ["client_id", "receipt_id"].map(|field| {
        let id = reading.optional(field);
        let (en, zh) = ("at most 64 letters, digits, - and _", "最多 64 个字母、数字、- 和 _");
        reading.check(field, id, is_id, en, zh);
        id.map(str::to_owned)
    });
    let mut category = |field, right, usual| {
        let name = choice(&mut reading, field, CATEGORIES).unwrap_or(usual);
        Category { name, granted: says_yes(&mut reading, right) || name == MARKETING }
    };
    let chat = category("category_chat", "right_chat", "IM");
    let call = category("category_call", "right_call", "VOIP");
    let system = category("category_system", "right_system", "SUBSCRIPTION");
    let calls_ring = says_yes(&mut reading, "right_voip");
    let click = click(&mut reading);
    let foreground_show = choice(&mut reading, "foreground_show", YES_NO).map(|word| word == "yes");
    let test_messages = says_yes(&mut reading, "test_messages");
    let receipt_signer = signer(&mut reading);
    // One field a line says nothing that the type does not say.
    #[rustfmt::skip]
    let read = account.map(|account| Config {
        account, client_id, chat, call, system, calls_ring, click, foreground_show, test_messages, receipt_id,
        receipt_signer,
    });
    reading.finish(read)
}

/// A field that takes one of some words; `None` where it is left out, or a word it does not take.
fn choice(reading: &mut Reading<'_>, field: &str, words: &'static [&'static str]) -> Option<&'static str> {
    let given = reading.optional(field)?;
    let word = words.iter().find(|word| **word == given).copied();
    if word.is_none() {
        let words = words.join(", ");
        reading.fault(field, &format!("must be one of {words}"), &format!("必须是 {words} 之一"));
    }
    word
}

fn says_yes(reading: &mut Reading<'_>, field: &str) -> bool {
    choice(reading, field, YES_NO) == Some("yes")
}

fn click(reading: &mut Reading<'_>) -> ClickAction {
    let (click, target) = (reading.click(), reading.optional("click_target"));
    if matches!(click, ClickAction::WebPage(_)) {
        reading.fault("click", "HarmonyOS opens no web page from a notification", "鸿蒙通知不支持打开网页");
    }
    let (en, zh) = ("must be at most 1024 bytes without blanks", "最多 1024 字节且不含空白");
    reading.check("click_target", target, is_page, en, zh);
    click
}

/// Huawei signs only where both are configured (documented), so one alone is a mistake.
fn signer(reading: &mut Reading<'_>) -> Option<Signer> {
    let base64 = choice(reading, "receipt_secret_form", SECRET_FORMS) != Some("text");
    let (user, secret) = (reading.optional("receipt_user"), reading.optional("receipt_secret"));
    if user.is_some() != secret.is_some() {
        reading.fault("receipt_secret", "goes together with the user name", "须与回调用户名同时填写");
    }
    let signer = Signer::new(user?, secret?, base64);
    if signer.is_none() {
        reading.fault("receipt_secret", "is not base64: choose the form text", "不是 base64：格式请选 text");
    }
    signer
}

/// The vendor's ids are digits and hex.
pub(super) fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=64).contains(&text.len()) && text.bytes().all(is_plain)
}

fn is_page(text: &str) -> bool {
    text.len() <= 1024 && !text.contains(|char: char| char.is_whitespace() || char.is_control())
}
