//! What the page draws. Pure.

use im::AppView;
use model::{BindingState, Class, MessageKind, SessionState};
use store::DeviceRecord;

use crate::{
    checkup::{self, Checkup, Part},
    console::{
        chrome::{Chip, Labelled, Moment, Tone},
        explain::{AttemptView, RuleLine},
        road::Road,
        told::{self, vendor_title},
        words::{FindWords, Lang, fill},
    },
    explain::{ExplainedTarget, Explanation, RuleResult, device_name, tail},
};

/// A choice of a field.
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) text: &'static str,
    pub(super) chosen: bool,
}

/// What a word in an address asks to be sent as; a push alone where it says nothing known.
pub(super) fn kind(word: &str) -> MessageKind {
    match word {
        "message" => MessageKind::Message,
        "system" => MessageKind::System,
        "call" => MessageKind::Call,
        _ => MessageKind::Push,
    }
}

pub(super) fn kinds(lang: Lang, chosen: MessageKind) -> Vec<Choice> {
    let words = lang.find_words();
    let all = [
        (MessageKind::Push, "push", words.kind_push),
        (MessageKind::Message, "message", words.kind_message),
        (MessageKind::System, "system", words.kind_system),
        (MessageKind::Call, "call", words.kind_call),
    ];
    all.into_iter().map(|(kind, value, text)| Choice { value, text, chosen: kind == chosen }).collect()
}

/// The class of a word in an address; a chat where it says nothing known.
pub(super) fn class(word: &str) -> Class {
    word.parse().unwrap_or(Class::Chat)
}

pub(super) fn classes(lang: Lang, chosen: Class) -> Vec<Choice> {
    let words = lang.words();
    let all = [
        (Class::Chat, "chat", words.class_chat),
        (Class::Call, "call", words.class_call),
        (Class::System, "system", words.class_system),
        (Class::Marketing, "marketing", words.class_marketing),
    ];
    all.into_iter().map(|(class, value, text)| Choice { value, text, chosen: class == chosen }).collect()
}

/// A device.
pub(super) struct DeviceView {
    pub(super) name: String,
    pub(super) user: String,
    pub(super) push_id: String,
    pub(super) presence: Chip,
    pub(super) since: Option<Moment>,
    pub(super) seen_at: Moment,
    pub(super) facts: Vec<Labelled>,
}

impl DeviceView {
    pub(super) fn of(lang: Lang, view: &AppView, record: &DeviceRecord) -> Self {
        let words = lang.find_words();
        let device = &record.device;
        let report = &device.report;
        let joined = |parts: &[&str]| {
            let filled: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
            filled.join(" · ")
        };
        let known = [
            (words.system, joined(&[&report.os_version, &report.sdk_version])),
            (words.package, report.package.clone()),
            (words.binding, binding(lang, view, record)),
            (words.language_and_zone, joined(&[&report.language, &report.time_zone])),
            (words.device_id, device.id.to_string()),
        ];
        Self {
            name: name_of(lang, record),
            user: record.session.as_ref().map(|session| session.user.to_string()).unwrap_or_default(),
            push_id: device.push_id.to_string(),
            presence: presence(words, record.session.as_ref().map(|session| session.state)),
            since: record.session.as_ref().map(|session| Moment(session.since)),
            seen_at: Moment(device.seen_at),
            facts: known
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(label, value)| Labelled::new(label, value))
                .collect(),
        }
    }
}

fn binding(lang: Lang, view: &AppView, record: &DeviceRecord) -> String {
    let bound = record.bindings.iter().find_map(|state| match state {
        BindingState::Bound(binding) => Some(binding),
        BindingState::Lost(_) => None,
    });
    let Some(bound) = bound else { return lang.find_words().no_binding.to_owned() };
    let certificate = view.certificate(bound.certificate);
    let vendor = vendor_title(lang, certificate.map(|found| found.vendor));
    let name = certificate.map(|found| found.name.to_string()).unwrap_or_default();
    format!("{vendor} · {} {name} · {}", bound.certificate, tail(&bound.token))
}

/// How a login stands.
fn presence(words: &FindWords, state: Option<SessionState>) -> Chip {
    let (tone, text) = match state {
        None => (Tone::Plain, words.never_logged_in),
        Some(SessionState::OnlineForeground) => (Tone::Ok, words.online_foreground),
        Some(SessionState::OnlineBackground) => (Tone::Ok, words.online_background),
        Some(SessionState::Disconnected) => (Tone::Info, words.disconnected),
        Some(SessionState::LoggedOut) => (Tone::Warn, words.logged_out),
        Some(SessionState::Kicked) => (Tone::Bad, words.kicked),
    };
    Chip::new(tone, text)
}

/// One of a user's devices.
pub(super) struct DeviceLine {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) presence: Chip,
    pub(super) current: bool,
}

impl DeviceLine {
    pub(super) fn of(lang: Lang, record: &DeviceRecord, shown: &DeviceRecord) -> Self {
        let session = record.session.as_ref();
        Self {
            name: name_of(lang, record),
            href: format!("/console/test?push_id={}", record.device.push_id),
            presence: presence(lang.find_words(), session.map(|session| session.state)),
            current: record.device.id == shown.device.id,
        }
    }
}

/// Brand and model, where the device said them.
fn name_of(lang: Lang, record: &DeviceRecord) -> String {
    let report = &record.device.report;
    let name = device_name(&report.brand, &report.model);
    if name.is_empty() { lang.words().device_unknown.to_owned() } else { name }
}

/// What the looks at a device came to.
pub(super) struct CheckupView {
    pub(super) is_normal: bool,
    pub(super) title: &'static str,
    pub(super) how: &'static str,
    pub(super) groups: Vec<CheckGroup>,
}

/// Looks that belong together.
pub(super) struct CheckGroup {
    pub(super) label: &'static str,
    pub(super) checks: Vec<CheckLine>,
}

/// One look.
pub(super) struct CheckLine {
    pub(super) name: &'static str,
    pub(super) title: String,
    pub(super) outcome: checkup::Outcome,
    pub(super) label: &'static str,
    pub(super) evidence: String,
    pub(super) fix: String,
}

impl CheckLine {
    pub(super) const fn tone(&self) -> Tone {
        match self.outcome {
            checkup::Outcome::Pass => Tone::Ok,
            checkup::Outcome::Fail => Tone::Bad,
            checkup::Outcome::Unknown => Tone::Plain,
        }
    }

    /// The name of its sign.
    pub(super) const fn icon(&self) -> &'static str {
        match self.outcome {
            checkup::Outcome::Pass => "check",
            checkup::Outcome::Fail => "stop",
            checkup::Outcome::Unknown => "unknown",
        }
    }
}

impl CheckupView {
    pub(super) fn of(lang: Lang, checkup: &Checkup) -> Self {
        let words = lang.find_words();
        let is_normal = checkup.device_state == checkup::DeviceState::Normal;
        let line = |check: &checkup::Check| CheckLine {
            name: check.name,
            title: lang.pick(&check.title.en, &check.title.zh).to_owned(),
            outcome: check.outcome,
            label: match check.outcome {
                checkup::Outcome::Pass => words.pass,
                checkup::Outcome::Fail => words.fail,
                checkup::Outcome::Unknown => words.unknown,
            },
            evidence: lang.pick(&check.evidence.en, &check.evidence.zh).to_owned(),
            fix: lang.pick(&check.fix.en, &check.fix.zh).to_owned(),
        };
        let group = |label, part: Part| CheckGroup {
            label,
            checks: checkup.checks.iter().filter(|check| check.part == part).map(line).collect(),
        };
        Self {
            is_normal,
            title: if is_normal { words.state_normal } else { words.state_abnormal },
            how: if is_normal { words.state_normal_how } else { words.state_abnormal_how },
            groups: vec![group(words.part_device, Part::Device), group(words.part_beyond, Part::Beyond)],
        }
    }
}

/// What the rules say.
pub(super) struct RulesView {
    pub(super) tone: Tone,
    pub(super) headline: String,
    pub(super) hint: String,
    pub(super) decided: Vec<RuleLine>,
    pub(super) rest: Vec<RuleLine>,
    pub(super) all: String,
    pub(super) warnings: Vec<String>,
}

impl RulesView {
    pub(super) fn of(lang: Lang, target: &ExplainedTarget) -> Self {
        let lines = |wanted: fn(RuleResult) -> bool| -> Vec<RuleLine> {
            let fitting = target.rules.iter().filter(|rule| wanted(rule.result));
            fitting.map(|rule| RuleLine::of(lang, rule)).collect()
        };
        let warnings = target.warnings.iter();
        Self {
            tone: told::tone(target.state),
            headline: told::headline(lang, target),
            hint: lang.pick(&target.reason.hint_en, &target.reason.hint_zh).to_owned(),
            decided: lines(|result| result == RuleResult::Decided),
            rest: lines(|result| result != RuleResult::Decided),
            all: fill(lang.find_words().all_passed, &target.rules.len().to_string()),
            warnings: warnings
                .map(|warning| lang.pick(&warning.words.en, &warning.words.zh).to_owned())
                .collect(),
        }
    }
}

/// How a test push fares.
pub(super) struct SentView {
    pub(super) tone: Tone,
    pub(super) headline: String,
    pub(super) road: Road,
    pub(super) attempts: Vec<AttemptView>,
    pub(super) href: String,
}

impl SentView {
    pub(super) fn of(lang: Lang, told: &Explanation) -> Option<Self> {
        let (message, target) = (told.message.as_ref()?, told.targets.first()?);
        Some(Self {
            tone: told::tone(target.state),
            headline: told::headline(lang, target),
            road: Road::of(lang, message.sent_at, target),
            attempts: target.attempts.iter().map(|attempt| AttemptView::of(lang, attempt)).collect(),
            href: format!("/console/explain?message={}", message.id),
        })
    }
}
