//! What an App's policy may be set to.

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

/// Checks what an App's rules are to be set to.
pub(in crate::api) fn check_policy(policy: &AppPolicy) -> Result<(), Problem> {
    let wrong = |detail| Err(Problem::new(ErrorCode::Invalid, detail));
    let title = &policy.default_title;
    if title.trim().is_empty() || title.chars().count() > PUSH_TITLE_MAX_CHARS {
        return wrong("default_title must have 1 to 256 characters");
    }
    if policy.stale_after_days.is_some_and(|days| !(1..=STALE_MAX_DAYS).contains(&days)) {
        return wrong("stale_after_days must be 1 to 3650, or null for no limit");
    }
    if !(1..=RETENTION_DAYS_MAX).contains(&policy.retention_days) {
        return wrong("retention_days must be 1 to 365");
    }
    if policy.templates.len() > TEMPLATES_MAX {
        return wrong("an App has at most 128 templates");
    }
    if !policy.templates.iter().all(is_fit) {
        return wrong(
            "a template needs a kind of 1 to 64 bytes, a language of 1 to 35 and a text of 1 to 2048 characters",
        );
    }
    Ok(())
}

fn is_fit(template: &TextTemplate) -> bool {
    (1..=KIND_MAX_BYTES).contains(&template.kind.len())
        && (1..=LANGUAGE_MAX_BYTES).contains(&template.language.len())
        && !template.text.trim().is_empty()
        && template.text.chars().count() <= PUSH_BODY_MAX_CHARS
}
