//! Certificates as the pages draw them. Pure.

use model::{Certificate, CertificateId, CertificateState, Class, Environment, Timestamp};
use vendors::{Finding, Severity};

use super::probes::Probed;
use crate::console::{
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

fn state(words: &Words, certificate: &Certificate, now: Timestamp) -> Chip {
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
}

/// What the vendor would do with everyday pushes of some classes.
pub(super) struct FindingView {
    pub(super) tone: Tone,
    pub(super) severity: &'static str,
    pub(super) classes: String,
    pub(super) text: String,
}

impl FindingView {
    fn of(lang: Lang, (finding, classes): &(Finding, Vec<Class>)) -> Self {
        let words = lang.words();
        let (tone, severity) = match finding.severity {
            Severity::Changed => (Tone::Plain, words.lint_changed),
            Severity::Reduced => (Tone::Warn, words.lint_reduced),
            Severity::Hidden => (Tone::Bad, words.lint_hidden),
            Severity::Refused => (Tone::Bad, words.lint_refused),
        };
        let classes: Vec<&str> = classes.iter().map(|class| class.as_str()).collect();
        let text = lang.pick(&finding.en, &finding.zh).to_owned();
        Self { tone, severity, classes: classes.join(" · "), text }
    }
}

impl SavedView {
    pub(super) fn of(lang: Lang, certificate: &Certificate, probed: Option<&Probed>, read: Reading) -> Self {
        let words = lang.words();
        let environment = certificate
            .environment
            .map(|environment| Labelled::new(words.environment, environment_label(words, environment)));
        let findings = read.findings.iter().map(|found| FindingView::of(lang, found)).collect();
        let read = read.facts.into_iter().map(|(label, value)| Labelled::new(fact_label(lang, label), value));
        Self {
            id: certificate.id,
            probe: probed.map(|probed| ProbeView::of(lang, probed)),
            facts: environment.into_iter().chain(read).collect(),
            findings,
        }
    }
}

/// Adapters name their facts in English; this is the other language.
fn fact_label(lang: Lang, label: &str) -> &str {
    let zh = match label {
        "package name" => "应用包名称",
        "channel ID" => "通知类别 ID",
        "certificate" => "证书",
        "good for" => "适用环境",
        "topics" => "推送主题",
        "valid until" => "有效期至",
        other => other,
    };
    lang.pick(label, zh)
}
