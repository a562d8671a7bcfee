//! Certificates as the pages draw them. Pure.

use model::{Certificate, CertificateId, CertificateState, Class, Environment, Timestamp, Vendor};
use store::AuditEntry;
use vendors::{Finding, Need, NeedWeight, Severity, class_mapping};

use super::probes::Probed;
use crate::console::{
    audit::who,
    chrome::{Chip, Labelled, Moment, Tone},
    told::vendor_title,
    words::{Lang, Words},
};

/// A certificate that ends sooner than this is warned of, in milliseconds: 30 days.
const EXPIRES_SOON_MS: i64 = 30 * 24 * 3_600_000;

/// A line of the list.
pub(super) struct Row {
    pub(super) id: CertificateId,
    pub(super) name: String,
    pub(super) vendor: String,
    pub(super) environment: String,
    pub(super) expires_at: Option<Moment>,
    pub(super) state: Chip,
    pub(super) probe: Option<ProbeView>,
}

impl Row {
    pub(super) fn of(lang: Lang, certificate: &Certificate, probed: Option<&Probed>, now: Timestamp) -> Self {
        let words = lang.words();
        let environment = certificate.environment.map(|environment| environment_label(words, environment));
        Self {
            id: certificate.id,
            name: certificate.name.to_string(),
            vendor: vendor_title(lang, Some(certificate.vendor)),
            environment: environment.unwrap_or("—").to_owned(),
            expires_at: certificate.expires_at.map(Moment),
            state: state(words, certificate, now),
            probe: probed.map(|probed| ProbeView::of(lang, probed)),
        }
    }

    /// The id of the element that holds the number.
    pub(super) fn copy_target(&self) -> String {
        format!("id-{}", self.id)
    }
}

pub(super) fn state(words: &Words, certificate: &Certificate, now: Timestamp) -> Chip {
    let ends_soon = certificate.expires_at.is_some_and(|at| at.since_ms(now) < EXPIRES_SOON_MS);
    match certificate.state(now, None) {
        CertificateState::Disabled => Chip::new(Tone::Plain, words.state_disabled),
        CertificateState::Expired => Chip::new(Tone::Bad, words.state_expired),
        _ if ends_soon => Chip::new(Tone::Warn, words.state_expiring),
        _ => Chip::new(Tone::Ok, words.state_active),
    }
}

const fn environment_label(words: &Words, environment: Environment) -> &'static str {
    match environment {
        Environment::Development => words.environment_development,
        Environment::Production => words.environment_production,
    }
}

/// What a vendor said to a certificate.
pub(super) struct ProbeView {
    pub(super) tone: Tone,
    pub(super) headline: &'static str,
    pub(super) at: Moment,
    pub(super) answer: String,
    pub(super) text: String,
}

impl ProbeView {
    fn of(lang: Lang, probed: &Probed) -> Self {
        let words = lang.words();
        let at = Moment(probed.at);
        let Some(report) = &probed.report else {
            return Self {
                tone: Tone::Bad,
                headline: words.probe_unreadable,
                at,
                answer: String::new(),
                text: String::new(),
            };
        };
        let outcome = &report.outcome;
        let (tone, headline) = match (outcome.accepted, outcome.http_status) {
            (Some(true), _) => (Tone::Ok, words.probe_accepted),
            (Some(false), _) => (Tone::Bad, words.probe_refused),
            (None, 0) => (Tone::Warn, words.probe_unreachable),
            (None, _) => (Tone::Warn, words.probe_unclear),
        };
        let status = match outcome.http_status {
            0 => String::new(),
            status => format!("HTTP {status}"),
        };
        Self {
            tone,
            headline,
            at,
            answer: format!("{status} {}", outcome.code).trim().to_owned(),
            text: lang.pick(&outcome.en, &outcome.zh).to_owned(),
        }
    }
}

/// What an adapter reads in a certificate's form, and what it finds in it.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) findings: Vec<(Finding, Vec<Class>)>,
}

/// What is shown beside the form of a saved certificate.
pub(super) struct SavedView {
    pub(super) id: CertificateId,
    pub(super) probe: Option<ProbeView>,
    pub(super) facts: Vec<Labelled>,
    pub(super) findings: Vec<FindingView>,
    pub(super) mapping: Vec<ClassView>,
    pub(super) version: u32,
    pub(super) versions: Vec<VersionView>,
}

/// What a class becomes at the vendor.
pub(super) struct ClassView {
    pub(super) title: &'static str,
    pub(super) values: Vec<MappedView>,
}

/// One thing that a class becomes.
pub(super) struct MappedView {
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) is_own: bool,
}

/// Somebody's change of a certificate.
pub(super) struct VersionView {
    pub(super) at: Moment,
    pub(super) actor: String,
    pub(super) through: &'static str,
    pub(super) what: &'static str,
    pub(super) detail: String,
}

impl VersionView {
    fn of(lang: Lang, entry: &AuditEntry) -> Self {
        let words = lang.papers_words();
        let is_first = entry.action == MADE;
        let (actor, through) = who(lang, entry);
        Self {
            at: Moment(entry.at),
            actor,
            through,
            what: if is_first { words.version_made } else { words.version_changed },
            // Vendor and name stand above already.
            detail: entry.detail.split_once(" · ").map_or("", |(_, changed)| changed).to_owned(),
        }
    }
}

/// What an operator does before pushes arrive.
pub(super) struct NeedView {
    pub(super) mark: Chip,
    pub(super) text: &'static str,
}

impl NeedView {
    pub(super) fn all(lang: Lang, vendor: Vendor) -> Vec<Self> {
        let words = lang.papers_words();
        let view = |need: &Need| Self {
            mark: match need.weight {
                NeedWeight::Must => Chip::new(Tone::Info, words.need_must),
                NeedWeight::Better => Chip::new(Tone::Plain, words.need_should),
                NeedWeight::Note => Chip::new(Tone::Plain, words.need_note),
            },
            text: lang.pick(need.en, need.zh),
        };
        vendors::adapter(vendor).setup().needs.iter().map(view).collect()
    }
}

/// What stands in the app's sources, with the certificate's values where it has them.
pub(super) fn snippet(certificate: &Certificate) -> String {
    let adapter = vendors::adapter(certificate.vendor);
    let mut snippet = adapter.setup().snippet.replace("{certificate_id}", &certificate.id.to_string());
    for field in adapter.fields().iter().filter(|field| !field.kind.is_secret()) {
        let value = certificate.form.public.get(field.name).map(|value| value.trim()).unwrap_or_default();
        let value = if value.is_empty() { "…" } else { value };
        snippet = snippet.replace(&format!("{{{}}}", field.name), value);
    }
    snippet
}

/// What the vendor would do with everyday pushes of some classes.
pub(super) struct FindingView {
    pub(super) tone: Tone,
    pub(super) severity: &'static str,
    pub(super) classes: String,
    pub(super) text: String,
}

impl FindingView {
    pub(super) fn of(lang: Lang, (finding, classes): &(Finding, Vec<Class>)) -> Self {
        let words = lang.words();
        let (tone, severity) = match finding.severity {
            Severity::Changed => (Tone::Plain, words.lint_changed),
            Severity::Reduced => (Tone::Warn, words.lint_reduced),
            Severity::Hidden => (Tone::Bad, words.lint_hidden),
            Severity::Refused => (Tone::Bad, words.lint_refused),
        };
        let classes: Vec<&str> = classes.iter().map(|class| lang.papers_words().class(*class)).collect();
        let text = lang.pick(&finding.en, &finding.zh).to_owned();
        Self { tone, severity, classes: classes.join(" · "), text }
    }
}

/// What the audit log keeps of a certificate's saving.
const MADE: &str = "create_certificate";
const SAVINGS: [&str; 2] = [MADE, "edit_certificate"];

impl SavedView {
    pub(super) fn of(
        lang: Lang,
        certificate: &Certificate,
        probed: Option<&Probed>,
        read: Reading,
        entries: &[AuditEntry],
    ) -> Self {
        let words = lang.words();
        let environment = certificate
            .environment
            .map(|environment| Labelled::new(words.environment, environment_label(words, environment)));
        let findings = read.findings.iter().map(|found| FindingView::of(lang, found)).collect();
        let savings = entries.iter().filter(|entry| SAVINGS.contains(&entry.action.as_str()));
        Self {
            id: certificate.id,
            probe: probed.map(|probed| ProbeView::of(lang, probed)),
            facts: environment.into_iter().chain(facts(lang, read.facts)).collect(),
            findings,
            mapping: mapping(lang, certificate),
            version: certificate.version,
            versions: savings.map(|entry| VersionView::of(lang, entry)).collect(),
        }
    }
}

fn mapping(lang: Lang, certificate: &Certificate) -> Vec<ClassView> {
    let adapter = vendors::adapter(certificate.vendor);
    let class_view = |class: Class| {
        let mapped = class_mapping(adapter, &certificate.form, class).into_iter();
        let view = |mapped: vendors::Mapped| MappedView {
            label: lang.pick(mapped.en, mapped.zh),
            value: mapped.value,
            is_own: mapped.is_own,
        };
        ClassView { title: lang.papers_words().class(class), values: mapped.map(view).collect() }
    };
    [Class::Chat, Class::Call, Class::System, Class::Marketing].map(class_view).into()
}

/// What an adapter read, for people.
pub(super) fn facts(lang: Lang, facts: Vec<(&'static str, String)>) -> Vec<Labelled> {
    facts
        .into_iter()
        .map(|(label, value)| Labelled::new(fact_label(lang, label), fact_value(lang, value)))
        .collect()
}

/// What adapters say where there is no value to show.
const SAID_ZH: [(&str, &str); 22] = [
    ("none", "无"),
    ("none: not shown on Android 8 and later", "无：Android 8.0 及以上不展示"),
    ("ring in the app", "在应用内响铃"),
    ("granted", "已获批"),
    ("not granted: every push counts as marketing", "未获批：所有推送按资讯营销类计"),
    ("not said: without it every push counts as marketing", "未说明：未获批时所有推送按资讯营销类计"),
    ("not granted: counted as marketing", "未获批：按资讯营销类计"),
    ("none: Firebase's fallback", "无：使用 Firebase 默认渠道"),
    ("none: no badge is counted", "无：不更新角标"),
    ("none: pushes cannot be taken back", "无：无法撤回推送"),
    ("none: receipts by address, none for lists", "无：单推按回执地址回执，群推无回执"),
    ("none: one push a device and day", "无：每台设备每天仅展示一条"),
    ("none: no access token", "无：未填写 access_token"),
    ("asked for", "已启用"),
    ("signed", "已签名"),
    ("not signed", "未签名"),
    ("test", "测试"),
    ("formal", "正式"),
    ("normal", "正式"),
    ("development", "开发环境"),
    ("production", "生产环境"),
    ("development, production", "开发环境、生产环境"),
];

fn fact_value(lang: Lang, value: String) -> String {
    let chinese = SAID_ZH.iter().find(|(said, _)| lang == Lang::Zh && *said == value);
    chinese.map_or(value, |(_, zh)| (*zh).to_owned())
}

/// Adapters name their facts in English; this is the other language.
fn fact_label(lang: Lang, label: &str) -> &str {
    let zh = match label {
        "package name" => "应用包名称",
        "channel ID" => "通知类别 ID",
        "channel" => "通知渠道",
        "template ID" => "模板 ID",
        "private template" => "私信模板",
        "certificate" => "证书",
        "environment" => "环境",
        "good for" => "适用环境",
        "topics" => "推送主题",
        "topic" => "推送主题",
        "valid until" => "有效期至",
        "bundle ID" => "Bundle ID",
        "key ID" => "Key ID",
        "team ID" => "Team ID",
        "app ID" => "App ID",
        "client ID" => "Client ID",
        "project ID" => "项目 ID",
        "service account" => "服务账号",
        "server" => "服务器",
        "API" => "接口版本",
        "badge class" => "角标类名",
        "callback ID" => "回执 ID",
        "receipts" => "回执",
        "push mode" => "推送模式",
        "right to classify" => "自分类权益",
        "categories" => "消息分类",
        "categories granted" => "已获批的分类",
        "target users" => "目标用户",
        "chat messages" => "聊天消息",
        "calls" => "呼叫",
        "system messages" => "系统通知",
        "click" => "点击后",
        "contact" => "联系方式",
        other => other,
    };
    lang.pick(label, zh)
}
