//! A phone looked over before anything is sent to it: what its own report, its last login and its last pushes say about
//! every usual reason why no push arrives (rows J1 to J6 and J8). Pure.

mod checks;
#[cfg(test)]
mod tests;

use model::{AppPolicy, Binding, BindingState, Certificate, Delivery, DeviceReport, Timestamp, Vendor};
use rules::rank_certificates;
use serde::Serialize;
use store::DeviceRecord;
use utoipa::ToSchema;

use crate::explain::Words;

/// So many of a device's last pushes are looked at.
pub(crate) const RECENT_MAX: u32 = 20;

/// What is looked over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// The device with its login and tokens.
    pub(crate) record: &'a DeviceRecord,
    /// The App's certificates.
    pub(crate) certificates: &'a [Certificate],
    /// The App's policy.
    pub(crate) policy: &'a AppPolicy,
    /// The device's last pushes, newest first.
    pub(crate) recent: &'a [Delivery],
    /// Now.
    pub(crate) now: Timestamp,
}

impl<'a> Subject<'a> {
    fn report(&self) -> &'a DeviceReport {
        &self.record.device.report
    }

    /// The token that a push would go to.
    pub(crate) fn binding(&self) -> Option<&'a Binding> {
        self.record.bindings.iter().find_map(|state| match state {
            BindingState::Bound(binding) => Some(binding),
            BindingState::Lost(_) => None,
        })
    }

    /// The certificate of that token, where the App still has it.
    pub(crate) fn certificate(&self) -> Option<&'a Certificate> {
        let id = self.binding()?.certificate;
        self.certificates.iter().find(|certificate| certificate.id == id)
    }

    /// Whose push service it is reached through, or would be.
    pub(crate) fn vendor(&self) -> Option<Vendor> {
        let usable = || rank_certificates(self.certificates, self.report(), self.policy.fcm, self.now);
        let brand = self.report().brand.to_lowercase();
        let own = || Vendor::ALL.into_iter().find(|vendor| vendor.facts().brands.contains(&brand.as_str()));
        self.certificate()
            .map(|found| found.vendor)
            .or_else(|| usable().first().map(|best| best.vendor))
            .or_else(own)
    }
}

/// What the device's looks came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Checkup {
    /// Whether nothing about the device itself stands in a push's way: `normal` or `abnormal` (row J1).
    pub(crate) device_state: DeviceState,
    /// Every look, in the order in which to mend.
    pub(crate) checks: Vec<Check>,
}

/// Whether the device itself stands in a push's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeviceState {
    /// Look at the notification channel, at the vendor's limits and at the vendor's answers.
    Normal,
    /// Look at the certificate, at the vendor's registration and at what the device reports.
    Abnormal,
}

/// One look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Check {
    /// A stable word.
    pub(crate) name: &'static str,
    /// Whether it says something of the device's state, or of what lies behind that.
    pub(crate) part: Part,
    /// What it came to.
    pub(crate) outcome: Outcome,
    /// What is looked at.
    pub(crate) title: Words,
    /// What was seen.
    pub(crate) evidence: Words,
    /// What to do; empty where nothing is.
    pub(crate) fix: Words,
}

/// What a look says something of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    /// The device's state.
    Device,
    /// What can keep a push back though the device's state is normal.
    Beyond,
}

/// What a look came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Nothing is wrong.
    Pass,
    /// This keeps pushes back.
    Fail,
    /// Nobody said.
    Unknown,
}

/// What one look saw.
#[derive(Debug)]
struct Seen {
    outcome: Outcome,
    evidence: Words,
    fix: Words,
}

impl Seen {
    fn pass(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { outcome: Outcome::Pass, evidence: Words::new(en, zh), fix: Words::default() }
    }

    fn fail(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { outcome: Outcome::Fail, ..Self::pass(en, zh) }
    }

    fn unknown(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { outcome: Outcome::Unknown, ..Self::pass(en, zh) }
    }

    fn fix(self, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { fix: Words::new(en, zh), ..self }
    }
}

type Look = fn(&Subject<'_>) -> Option<Seen>;

/// Every look: its word, what it says something of, its title. One that answers nothing does not concern the device.
#[rustfmt::skip]
const LOOKS: &[(&str, Part, &str, &str, Look)] = &[
    ("certificate", Part::Device, "Certificate", "推送证书", checks::certificate),
    ("package", Part::Device, "Package name", "应用包名", checks::package),
    ("environment", Part::Device, "Environment", "推送环境", checks::environment),
    ("registration", Part::Device, "Registered with the vendor", "厂商注册", checks::registration),
    ("token", Part::Device, "Token reported", "上报 token", checks::token),
    ("login", Part::Device, "Login", "登录状态", checks::login),
    ("push_switch", Part::Device, "Push switch", "推送开关", checks::push_switch),
    ("notifications", Part::Device, "Notifications allowed", "通知权限", checks::notifications),
    ("app_state", Part::Beyond, "App closed for a minute", "应用已退出一分钟", checks::app_state),
    ("channel", Part::Beyond, "Notification channel", "通知渠道", checks::channel),
    ("pace", Part::Beyond, "Vendor's limits", "厂商频控", checks::pace),
    ("last_push", Part::Beyond, "Last push", "最近一次推送", checks::last_push),
];

/// Looks a device over.
pub(crate) fn check_up(subject: &Subject<'_>) -> Checkup {
    let checks: Vec<Check> = LOOKS
        .iter()
        .filter_map(|(name, part, en, zh, look)| {
            let Seen { outcome, evidence, fix } = look(subject)?;
            Some(Check { name, part: *part, outcome, title: Words::new(*en, *zh), evidence, fix })
        })
        .collect();
    let is_abnormal = checks.iter().any(|check| check.part == Part::Device && check.outcome == Outcome::Fail);
    let device_state = if is_abnormal { DeviceState::Abnormal } else { DeviceState::Normal };
    Checkup { device_state, checks }
}
