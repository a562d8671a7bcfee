//! What an operator enters for an Apple certificate (rows C10 and C11), and what a p12 file says of itself.

use super::auth::ProviderKey;
use crate::{
    amounts::RATE,
    contract::{Field, FieldKind, Group, Origin, Protocol, Route},
    form::{Reading, field},
    p12::{self, P12Fault},
    push_certificate::{PushCertificate, is_bundle_id},
};
use model::{Class, ClickAction, Environment, FieldErrors, Form, Interruption, Timestamp};

/// What the topic of `PushKit`'s tokens ends in.
const VOIP_END: &str = ".voip";

const INTERRUPTIONS: FieldKind = FieldKind::Choice(&["passive", "active", "time-sensitive", "critical"]);
const YES_NO: FieldKind = FieldKind::Choice(&["yes", "no"]);
const CLICKS: FieldKind = FieldKind::Choice(&["open_app", "web_page", "app_page"]);

// One field a line reads as the table it is.
#[rustfmt::skip]
pub(super) const FIELDS: [Field; 22] = [
    field("environment", FieldKind::Choice(&["development", "production"]), true, ("Environment", "环境"), ("development: builds from Xcode; production: TestFlight, Ad Hoc, Enterprise and App Store", "开发环境：Xcode 直接安装；生产环境：TestFlight、Ad Hoc、企业版与 App Store")),
    field("p12", FieldKind::SecretFile, false, ("p12 file", "p12 证书文件"), ("this, or a p8 key", "与 p8 密钥二选一")),
    field("p12_password", FieldKind::Secret, false, ("p12 password", "p12 证书密码"), ("required with a p12 file", "上传 p12 证书时必填")),
    field("p8", FieldKind::SecretFile, false, ("p8 key", "p8 密钥文件"), ("AuthKey_….p8", "AuthKey_….p8")),
    field("key_id", FieldKind::Text, false, ("Key ID", "Key ID"), ("required with a p8 key", "使用 p8 密钥时必填")).of(Group::Secrets).at_most(10),
    field("team_id", FieldKind::Text, false, ("Team ID", "Team ID"), ("required with a p8 key", "使用 p8 密钥时必填")).of(Group::Secrets).at_most(10),
    field("topic", FieldKind::Text, false, ("Bundle ID", "Bundle ID"), ("required with a p8 key; a p12 file holds it", "使用 p8 密钥时必填；p12 证书自带")),
    field("sound", FieldKind::Text, false, ("Sound", "铃声文件"), ("a file in the app; without it the system's sound", "应用内的铃声文件名；不填则使用系统默认提示音")).of(Group::Look),
    field("sound_call", FieldKind::Text, false, ("Sound of calls", "呼叫类铃声文件"), ("", "")).of(Group::Look).inherits("sound"),
    field("category_chat", FieldKind::Text, false, ("Category of chat", "聊天类通知类别（category）"), ("a UNNotificationCategory of the app, for buttons such as reply", "应用注册的 UNNotificationCategory，用于“回复”等按钮")).for_class(Class::Chat),
    field("category_call", FieldKind::Text, false, ("Category of calls", "呼叫类通知类别（category）"), ("likewise, for buttons such as answer", "同上，用于“接听”等按钮")).for_class(Class::Call),
    field("interruption_chat", INTERRUPTIONS, false, ("Interruption level of chat", "聊天类中断级别"), ("", "")).for_class(Class::Chat).usually("active"),
    field("interruption_call", INTERRUPTIONS, false, ("Interruption level of calls", "呼叫类中断级别"), ("", "")).for_class(Class::Call).usually("time-sensitive"),
    field("interruption_system", INTERRUPTIONS, false, ("Interruption level of system notices", "系统通知的中断级别"), ("", "")).for_class(Class::System).usually("active"),
    field("interruption_marketing", INTERRUPTIONS, false, ("Interruption level of marketing", "营销消息的中断级别"), ("passive: listed without light or sound", "passive：只进列表，不亮屏、不响铃")).for_class(Class::Marketing).usually("passive"),
    field("relevance", YES_NO, false, ("Rank in the summary", "摘要中按类别排序"), ("calls and chat come before system notices, marketing last", "通知摘要中呼叫与聊天在前，系统通知其次，营销最后")).of(Group::Look).usually("no"),
    field("mutable_content", YES_NO, false, ("Notification service extension", "通知服务扩展"), ("the app's extension runs for every notification, not only for those with a picture", "每条通知都经过应用的通知服务扩展，而不仅是带图片的通知")).of(Group::Look).usually("no"),
    field("time_sensitive", YES_NO, false, ("Time-sensitive capability", "时效性通知能力"), ("the app was built with Time Sensitive Notifications", "应用已开启 Time Sensitive Notifications")).of(Group::Rights).usually("no"),
    field("critical_alerts", YES_NO, false, ("Critical alerts granted", "重要警告权限已获批"), ("Apple granted the app critical alerts", "苹果已批准应用使用重要警告（Critical Alerts）")).of(Group::Rights).usually("no"),
    field("click", CLICKS, false, ("After a tap", "点击通知后"), ("", "")).of(Group::Click).usually("open_app"),
    field("click_target", FieldKind::Text, false, ("Page to open", "要打开的页面"), ("web page: http(s) address; page in app: your own notation; the app itself opens it", "网页：http(s) 地址；应用内页面：自定义写法；均由应用自行打开")).of(Group::Click),
    RATE,
];

/// Choices whose faults are found where they are read.
const CHECKED_APART: [&str; 2] = ["environment", "click"];

/// One app in one environment.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) environment: Environment,
    pub(super) topic: String,
    pub(super) credential: Credential,
    pub(super) manner: Manner,
}

/// How the pushes of one app look and sound, where the message says nothing.
#[derive(Debug)]
pub(super) struct Manner {
    pub(super) click: ClickAction,
    pub(super) ranks: bool,
    pub(super) mutable: bool,
    pub(super) may_be_time_sensitive: bool,
    pub(super) may_be_critical: bool,
    sound: Option<String>,
    sound_call: Option<String>,
    category_chat: Option<String>,
    category_call: Option<String>,
    /// Chat, call, system and marketing, in this order.
    interruptions: [Interruption; 4],
}

impl Manner {
    fn read(reading: &mut Reading<'_>) -> Self {
        for name in ["sound", "sound_call", "category_chat", "category_call"] {
            let value = reading.optional(name);
            reading.check(
                name,
                value,
                is_line,
                "must be one line of at most 255 bytes",
                "必须是一行，最多 255 字节",
            );
        }
        for field in &FIELDS {
            let FieldKind::Choice(words) = field.kind else { continue };
            let known = reading.optional(field.name).is_none_or(|word| words.contains(&word));
            if !known && !CHECKED_APART.contains(&field.name) {
                let (en, zh) = (words.join(", "), words.join("、"));
                reading.fault(field.name, &format!("must be one of {en}"), &format!("必须是 {zh} 之一"));
            }
        }
        let click = reading.click();
        let text = |field| reading.optional(field).map(str::to_owned);
        let yes = |field| reading.optional(field) == Some("yes");
        let level = |field, usual| reading.optional(field).and_then(level_of).unwrap_or(usual);
        Self {
            click,
            ranks: yes("relevance"),
            mutable: yes("mutable_content"),
            may_be_time_sensitive: yes("time_sensitive"),
            may_be_critical: yes("critical_alerts"),
            sound: text("sound"),
            sound_call: text("sound_call"),
            category_chat: text("category_chat"),
            category_call: text("category_call"),
            interruptions: [
                level("interruption_chat", Interruption::Active),
                level("interruption_call", Interruption::TimeSensitive),
                level("interruption_system", Interruption::Active),
                level("interruption_marketing", Interruption::Passive),
            ],
        }
    }

    pub(super) const fn interruption(&self, class: Class) -> Interruption {
        let [chat, call, system, marketing] = self.interruptions;
        match class {
            Class::Chat => chat,
            Class::Call => call,
            Class::System => system,
            Class::Marketing => marketing,
        }
    }

    pub(super) fn sound(&self, class: Class) -> &str {
        let own = self.sound_call.as_deref().filter(|_| class == Class::Call);
        own.or(self.sound.as_deref()).unwrap_or("default")
    }

    pub(super) fn category(&self, class: Class) -> Option<&str> {
        match class {
            Class::Chat => self.category_chat.as_deref(),
            Class::Call => self.category_call.as_deref(),
            Class::System | Class::Marketing => None,
        }
    }
}

/// What Apple knows the sender by.
#[derive(Debug)]
pub(super) enum Credential {
    /// Presented in the TLS handshake.
    Certificate(Box<PushCertificate>),
    /// Signs a provider token.
    Key(ProviderKey),
}

impl Config {
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("bundle ID", self.topic.clone())];
        match &self.credential {
            Credential::Key(key) => {
                facts.push(("key ID", key.key_id.clone()));
                facts.push(("team ID", key.team_id.clone()));
            }
            Credential::Certificate(certificate) => {
                let words: Vec<_> =
                    certificate.environments.iter().map(|environment| environment.as_str()).collect();
                facts.push(("certificate", certificate.name.clone()));
                facts.push(("team ID", certificate.team_id.clone()));
                facts.push(("good for", words.join(", ")));
                facts.push(("topics", certificate.topics.join(", ")));
                facts.push(("valid until", certificate.expires_at.to_string()));
            }
        }
        facts.retain(|(_, value)| !value.is_empty());
        facts
    }

    /// The topic of pushes to `PushKit`'s tokens.
    pub(super) fn voip_topic(&self) -> String {
        if self.is_voip_alone() { self.topic.clone() } else { format!("{}{VOIP_END}", self.topic) }
    }

    /// A "VoIP Services" certificate names the topic itself in place of a bundle ID, and is good for no other.
    pub(super) fn is_voip_alone(&self) -> bool {
        self.topic.ends_with(VOIP_END)
    }

    /// Whether the credential may push to a topic: keys to every one of their app, certificates to those they list,
    /// or, where they list none, to the one they are for (documented).
    pub(super) fn may_push_to(&self, topic: &str) -> bool {
        match &self.credential {
            Credential::Key(_) => true,
            Credential::Certificate(certificate) if certificate.topics.is_empty() => topic == self.topic,
            Credential::Certificate(certificate) => certificate.topics.iter().any(|own| own == topic),
        }
    }

    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        match &self.credential {
            Credential::Certificate(certificate) => Some(certificate.expires_at),
            Credential::Key(_) => None,
        }
    }

    pub(super) fn route(&self) -> Route {
        let host = match self.environment {
            Environment::Development => "api.sandbox.push.apple.com",
            Environment::Production => "api.push.apple.com",
        };
        let identity = match &self.credential {
            Credential::Certificate(certificate) => Some(certificate.identity.clone()),
            Credential::Key(_) => None,
        };
        Route { origin: Origin::of(host, Protocol::Http2), identity }
    }
}

pub(super) fn parse(form: &Form, now: Timestamp) -> Result<Config, FieldErrors> {
    let mut reading = Reading::of(form);
    let environment = reading.required("environment").and_then(|word| {
        let read = word.parse().ok();
        if read.is_none() {
            reading.fault(
                "environment",
                "must be development or production",
                "必须是 development 或 production",
            );
        }
        read
    });
    let credential = match (reading.optional("p12"), reading.optional("p8")) {
        (Some(file), None) => certificate_fields(&mut reading, file, environment),
        (None, Some(file)) => key_fields(&mut reading, file, now),
        (Some(_), Some(_)) => {
            reading.fault("p8", "give a p12 file or a p8 key, not both", "p12 证书与 p8 密钥只能二选一");
            None
        }
        (None, None) => {
            reading.fault("p12", "give a p12 file or a p8 key", "请上传 p12 证书或 p8 密钥");
            None
        }
    };
    let manner = Manner::read(&mut reading);
    let read = environment.zip(credential).map(|(environment, (topic, credential))| Config {
        environment,
        topic,
        credential,
        manner,
    });
    reading.finish(read)
}

fn key_fields(reading: &mut Reading<'_>, file: &str, now: Timestamp) -> Option<(String, Credential)> {
    let ids = ["key_id", "team_id"].map(|field| {
        let id = reading.required(field);
        reading.check(
            field,
            id,
            is_apple_id,
            "must be 10 capital letters and digits",
            "必须是 10 位大写字母或数字",
        );
        id
    });
    let topic = reading.required("topic");
    reading.check(
        "topic",
        topic,
        is_bundle_id,
        "is not a bundle ID such as com.example.im",
        "不是 Bundle ID，例如 com.example.im",
    );
    let [key_id, team_id] = ids;
    let Some(key) = ProviderKey::read(file, key_id.unwrap_or_default(), team_id.unwrap_or_default(), now)
    else {
        reading.fault(
            "p8",
            "is not a p8 key: Apple's file begins with -----BEGIN PRIVATE KEY----- and holds a P-256 key",
            "不是 p8 密钥：苹果提供的文件以 -----BEGIN PRIVATE KEY----- 开头，内含 P-256 私钥",
        );
        return None;
    };
    topic.map(|topic| (topic.to_owned(), Credential::Key(key)))
}

fn certificate_fields(
    reading: &mut Reading<'_>,
    file: &str,
    environment: Option<Environment>,
) -> Option<(String, Credential)> {
    // A password may begin or end with a blank, so it is taken as it stands.
    let Some(password) = reading.verbatim("p12_password") else {
        reading.fault(
            "p12_password",
            "a p12 file without a password is not accepted",
            "p12 证书必须设置密码，否则无法推送",
        );
        return None;
    };
    let pairs = match p12::open(file, password) {
        Ok(pairs) => pairs,
        Err(fault) => {
            let field = if fault == P12Fault::WrongPassword { "p12_password" } else { "p12" };
            let (en, zh) = fault.words();
            reading.fault(field, en, zh);
            return None;
        }
    };
    let Some(certificate) = pairs.iter().find_map(PushCertificate::read) else {
        reading.fault(
            "p12",
            "is not an Apple push certificate: it names no environment or no bundle ID",
            "不是苹果推送证书：缺少环境或 Bundle ID 信息",
        );
        return None;
    };
    if environment.is_some_and(|environment| !certificate.environments.contains(&environment)) {
        reading.fault("environment", "the certificate is for the other environment", "证书与所选环境不符");
    }
    if reading.optional("topic").is_some_and(|topic| topic != certificate.bundle_id) {
        let en = format!("the certificate is for {}", certificate.bundle_id);
        let zh = format!("证书属于 {}", certificate.bundle_id);
        reading.fault("topic", &en, &zh);
    }
    Some((certificate.bundle_id.clone(), Credential::Certificate(Box::new(certificate))))
}

fn level_of(word: &str) -> Option<Interruption> {
    use Interruption::{Active, Critical, Passive, TimeSensitive};
    [Passive, Active, TimeSensitive, Critical].into_iter().find(|level| level.as_str() == word)
}

fn is_line(text: &str) -> bool {
    text.len() <= 255 && !text.contains(char::is_control)
}

/// Ten characters each (documented).
fn is_apple_id(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
