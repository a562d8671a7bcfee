//! What an operator enters for a Web Push certificate: the key pair of the sender, and who that is.

use model::{Class, ClickAction, FieldErrors, Form, Timestamp};

use crate::{
    amounts::RATE,
    contract::{Field, FieldKind, Group},
    form::{Reading, field},
    vapid::Vapid,
};

const CLICKS: FieldKind = FieldKind::Choice(&["open_app", "web_page", "app_page"]);
const URGENCIES: FieldKind = FieldKind::Choice(&URGENCY_WORDS);

/// From what may wait for power and Wi-Fi to what may wake a phone that saves its battery (documented).
const URGENCY_WORDS: [&str; 4] = ["very-low", "low", "normal", "high"];

pub(super) const FIELDS: [Field; 11] = [
    field(
        "subject",
        FieldKind::Text,
        true,
        ("Contact (sub)", "联系方式（sub）"),
        (
            "mailto: or https: address where push services reach you, such as mailto:ops@example.com",
            "推送服务联系您的 mailto: 或 https: 地址，例如 mailto:ops@example.com",
        ),
    ),
    field(
        "private_key",
        FieldKind::Secret,
        false,
        ("VAPID private key", "VAPID 私钥"),
        (
            "43 characters as key generators print it; this, or a file",
            "生成工具输出的 43 个字符，与私钥文件二选一",
        ),
    ),
    field(
        "private_key_file",
        FieldKind::SecretFile,
        false,
        ("VAPID private key file", "VAPID 私钥文件"),
        ("PEM, P-256", "PEM 格式，P-256 曲线"),
    ),
    field(
        "public_key",
        FieldKind::Text,
        false,
        ("VAPID public key", "VAPID 公钥"),
        (
            "the applicationServerKey of your pages; if filled, it is checked against the private key",
            "网页订阅时使用的 applicationServerKey；填写后会核对是否与私钥匹配",
        ),
    )
    .of(Group::Secrets),
    field("urgency_chat", URGENCIES, false, ("Urgency of chat", "聊天消息紧急程度"), ("", ""))
        .for_class(Class::Chat)
        .usually("high"),
    field("urgency_call", URGENCIES, false, ("Urgency of calls", "呼叫紧急程度"), ("", ""))
        .for_class(Class::Call)
        .usually("high"),
    field("urgency_system", URGENCIES, false, ("Urgency of system notices", "系统通知紧急程度"), ("", ""))
        .for_class(Class::System)
        .usually("normal"),
    field("urgency_marketing", URGENCIES, false, ("Urgency of marketing", "营销消息紧急程度"), ("", ""))
        .for_class(Class::Marketing)
        .usually("very-low"),
    field("click", CLICKS, false, ("After a tap", "点击通知后"), ("", ""))
        .of(Group::Click)
        .usually("open_app"),
    field(
        "click_target",
        FieldKind::Text,
        false,
        ("Page to open", "要打开的页面"),
        (
            "web page: http(s) address; page in app: path such as /chat",
            "网页：http(s) 地址；应用内页面：路径，例如 /chat",
        ),
    )
    .of(Group::Click),
    RATE,
];

/// One sender's key and choices.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) vapid: Vapid,
    pub(super) click: ClickAction,
    urgencies: Urgencies,
    /// When the form was read: the moment a probe is signed for.
    pub(super) opened_at: Timestamp,
}

/// How urgent each class is.
#[derive(Debug)]
struct Urgencies {
    chat: &'static str,
    call: &'static str,
    system: &'static str,
    marketing: &'static str,
}

impl Config {
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        vec![("VAPID public key", self.vapid.public_key.clone()), ("contact", self.vapid.subject.clone())]
    }

    pub(super) const fn urgency(&self, class: Class) -> &'static str {
        match class {
            Class::Chat => self.urgencies.chat,
            Class::Call => self.urgencies.call,
            Class::System => self.urgencies.system,
            Class::Marketing => self.urgencies.marketing,
        }
    }
}

pub(super) fn parse(form: &Form, now: Timestamp) -> Result<Config, FieldErrors> {
    let mut reading = Reading::of(form);
    let subject = reading.required("subject");
    reading.check(
        "subject",
        subject,
        is_subject,
        "must be mailto:name@host or https://host, without blanks and not localhost: push services refuse others",
        "必须是 mailto:名称@域名 或 https://域名，不含空格，且不能是 localhost，否则推送服务会拒绝",
    );
    let vapid = key_fields(&mut reading, subject.unwrap_or_default());
    let urgencies = Urgencies {
        chat: urgency(&mut reading, "urgency_chat", "high"),
        call: urgency(&mut reading, "urgency_call", "high"),
        system: urgency(&mut reading, "urgency_system", "normal"),
        marketing: urgency(&mut reading, "urgency_marketing", "very-low"),
    };
    let click = reading.click();
    let target = reading.optional("click_target");
    reading.check(
        "click_target",
        target,
        is_address,
        "must be at most 1024 bytes without blanks",
        "最多 1024 字节且不含空白",
    );
    let read = vapid.map(|vapid| Config { vapid, click, urgencies, opened_at: now });
    reading.finish(read)
}

fn key_fields(reading: &mut Reading<'_>, subject: &str) -> Option<Vapid> {
    let (field, text) = match (reading.optional("private_key"), reading.optional("private_key_file")) {
        (Some(text), None) => ("private_key", text),
        (None, Some(file)) => ("private_key_file", file),
        (Some(_), Some(_)) => {
            reading.fault("private_key_file", "give the key or a file, not both", "私钥与私钥文件只能二选一");
            return None;
        }
        (None, None) => {
            reading.fault("private_key", "give the key or a file", "请填写私钥或上传私钥文件");
            return None;
        }
    };
    let Some(vapid) = Vapid::read(text, subject) else {
        reading.fault(
            field,
            "is not a private key of the curve P-256: 43 characters of base64url, or PEM",
            "不是 P-256 私钥：应为 43 个 base64url 字符，或 PEM 格式",
        );
        return None;
    };
    let public_key = reading.optional("public_key").map(|key| key.trim_end_matches('='));
    if public_key.is_some_and(|public_key| public_key != vapid.public_key) {
        let en = format!("is not the private key's, which is {}", vapid.public_key);
        let zh = format!("与私钥不匹配，私钥对应的公钥是 {}", vapid.public_key);
        reading.fault("public_key", &en, &zh);
    }
    Some(vapid)
}

fn urgency(reading: &mut Reading<'_>, field: &str, usual: &'static str) -> &'static str {
    let Some(word) = reading.optional(field) else { return usual };
    URGENCY_WORDS.into_iter().find(|known| *known == word).unwrap_or_else(|| {
        reading.fault(field, "must be very-low, low, normal or high", "必须是 very-low、low、normal 或 high");
        usual
    })
}

/// Apple refuses tokens whose contact is at localhost or has a blank in it (documented).
fn is_subject(text: &str) -> bool {
    let host = match (text.strip_prefix("mailto:"), text.strip_prefix("https://")) {
        (Some(address), _) => {
            address.split_once('@').filter(|(name, _)| !name.is_empty()).map(|(_, host)| host)
        }
        (_, Some(rest)) => rest.split(['/', ':', '?']).next(),
        _ => None,
    };
    text.len() <= 256
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && host.is_some_and(|host| host.contains('.') && !host.ends_with("localhost"))
}

fn is_address(text: &str) -> bool {
    text.len() <= 1024 && !text.contains(|char: char| char.is_whitespace() || char.is_control())
}
