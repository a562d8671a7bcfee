//! What an App's policy may be set to: the same for API and console.

use model::{
    AppPolicy, ErrorCode, PUSH_BODY_MAX_CHARS, PUSH_TITLE_MAX_CHARS, RETENTION_DAYS_MAX, TextTemplate,
};

use crate::problem::Problem;

/// Most templates of an App.
const TEMPLATES_MAX: usize = 128;
/// Longest word for what a template is for, in bytes.
const KIND_MAX_BYTES: usize = 64;
/// Longest language tag, in bytes: what RFC 5646 advises to make room for.
const LANGUAGE_MAX_BYTES: usize = 35;
/// Longest limit for a device that was not heard of, in days: ten years.
const STALE_MAX_DAYS: u16 = 3650;

/// What is wrong with a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PolicyFault {
    DefaultTitle,
    StaleAfterDays,
    RetentionDays,
    TooManyTemplates,
    /// The template of this place.
    Template(usize),
    /// A word that is none of a setting's.
    Choice,
}

impl PolicyFault {
    /// The field it stands at.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::DefaultTitle => "default_title",
            Self::StaleAfterDays => "stale_after_days",
            Self::RetentionDays => "retention_days",
            Self::TooManyTemplates | Self::Template(_) => "templates",
            Self::Choice => "policy",
        }
    }

    /// What the field must be, in English and Chinese.
    pub(crate) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::DefaultTitle => ("must have 1 to 256 characters", "须为 1 至 256 个字符"),
            Self::StaleAfterDays => {
                ("must be 1 to 3650, or nothing for no limit", "须为 1 至 3650，留空表示不限")
            }
            Self::RetentionDays => ("must be 1 to 365", "须为 1 至 365"),
            Self::Choice => ("must be one of its words", "须为可选值之一"),
            Self::TooManyTemplates => ("an App has at most 128 templates", "一个应用最多 128 条模板"),
            Self::Template(_) => (
                "a template needs a kind of 1 to 64 bytes, a language of 1 to 35 and a text of 1 to 2048 characters",
                "每条模板须填写类型（1 至 64 字节）、语言（1 至 35 字节）和文案（1 至 2048 个字符）",
            ),
        }
    }
}

/// Checks what an App's rules are to be set to; what is wrong, in the order of the fields.
pub(crate) fn policy_faults(policy: &AppPolicy) -> Vec<PolicyFault> {
    let title = &policy.default_title;
    let is_stale_fit = policy.stale_after_days.is_none_or(|days| (1..=STALE_MAX_DAYS).contains(&days));
    let unfit = policy.templates.iter().position(|template| !is_fit(template));
    [
        (title.trim().is_empty() || title.chars().count() > PUSH_TITLE_MAX_CHARS)
            .then_some(PolicyFault::DefaultTitle),
        (!is_stale_fit).then_some(PolicyFault::StaleAfterDays),
        (!(1..=RETENTION_DAYS_MAX).contains(&policy.retention_days)).then_some(PolicyFault::RetentionDays),
        (policy.templates.len() > TEMPLATES_MAX).then_some(PolicyFault::TooManyTemplates),
        unfit.map(PolicyFault::Template),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Refuses a policy for the first thing that is wrong.
pub(crate) fn check_policy(policy: &AppPolicy) -> Result<(), Problem> {
    let first = policy_faults(policy).into_iter().next();
    let refused = |fault: PolicyFault| {
        Problem::new(ErrorCode::Invalid, format!("{}: {}", fault.field(), fault.words().0))
    };
    first.map_or(Ok(()), |fault| Err(refused(fault)))
}

fn is_fit(template: &TextTemplate) -> bool {
    (1..=KIND_MAX_BYTES).contains(&template.kind.len())
        && (1..=LANGUAGE_MAX_BYTES).contains(&template.language.len())
        && !template.text.trim().is_empty()
        && template.text.chars().count() <= PUSH_BODY_MAX_CHARS
}
