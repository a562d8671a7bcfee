//! What was typed into the policy's form. Pure.

use std::collections::BTreeMap;

use model::{AppPolicy, TextTemplate};
use serde_json::{Value, json};

use crate::policy::{PolicyFault, policy_faults};

/// Fields that are yes or no.
const SWITCHES: [&str; 2] = ["push_without_settings", "content_free"];
/// Fields that are words.
const WORDS: [&str; 8] = [
    "presence",
    "background_android",
    "background_ios",
    "background_harmony",
    "background_web",
    "login",
    "fcm",
    "default_title",
];
/// Fields that are numbers, or nothing.
const NUMBERS: [&str; 2] = ["stale_after_days", "retention_days"];

/// The fields as a browser sends them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Typed {
    fields: BTreeMap<&'static str, String>,
    pub(super) templates: Vec<TextTemplate>,
}

impl From<&AppPolicy> for Typed {
    fn from(policy: &AppPolicy) -> Self {
        let stored = serde_json::to_value(policy).unwrap_or_default();
        let text = |name: &str| match &stored[name] {
            Value::String(text) => text.clone(),
            Value::Bool(on) => if *on { "yes" } else { "no" }.to_owned(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let names = SWITCHES.into_iter().chain(WORDS).chain(NUMBERS);
        Self { fields: names.map(|name| (name, text(name))).collect(), templates: policy.templates.clone() }
    }
}

impl Typed {
    /// A form's fields over what is stored; one that was not sent stays.
    pub(super) fn of(stored: &AppPolicy, sent: &[(String, String)]) -> Self {
        let mut typed = Self::from(stored);
        for (name, value) in &mut typed.fields {
            if let Some((_, new)) = sent.iter().find(|(field, _)| field == name) {
                new.trim().clone_into(value);
            }
        }
        let all = |name: &str| {
            let found = sent.iter().filter(|(field, _)| field == name);
            found.map(|(_, value)| value.trim().to_owned()).collect::<Vec<_>>()
        };
        let (kinds, languages, texts) =
            (all("template_kind"), all("template_language"), all("template_text"));
        if !kinds.is_empty() {
            let rows = kinds.into_iter().zip(languages).zip(texts);
            typed.templates = rows
                .map(|((kind, language), text)| TextTemplate { kind, language, text })
                .filter(|row| !(row.kind.is_empty() && row.language.is_empty() && row.text.is_empty()))
                .collect();
        }
        typed
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// The policy, or what is wrong at which field.
    pub(super) fn policy(&self) -> Result<AppPolicy, Vec<PolicyFault>> {
        let mut policy = serde_json::Map::new();
        for name in SWITCHES {
            policy.insert(name.to_owned(), json!(self.get(name) == "yes"));
        }
        for name in WORDS {
            policy.insert(name.to_owned(), json!(self.get(name)));
        }
        let mut faults = Vec::new();
        for (name, fault) in
            NUMBERS.into_iter().zip([PolicyFault::StaleAfterDays, PolicyFault::RetentionDays])
        {
            match self.get(name) {
                "" if name == "stale_after_days" => {}
                text => match text.parse::<u16>() {
                    Ok(number) => drop(policy.insert(name.to_owned(), json!(number))),
                    Err(_) => faults.push(fault),
                },
            }
        }
        let read = serde_json::from_value::<AppPolicy>(Value::Object(policy));
        let mut policy = read.unwrap_or_else(|_| {
            // A choice that no form offers.
            faults.push(PolicyFault::Choice);
            AppPolicy::default()
        });
        self.get("default_title").clone_into(&mut policy.default_title);
        policy.templates.clone_from(&self.templates);
        for fault in policy_faults(&policy) {
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        if faults.is_empty() { Ok(policy) } else { Err(faults) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_is_stored_comes_through_the_form_unchanged() {
        let policy = AppPolicy { stale_after_days: Some(30), content_free: true, ..AppPolicy::default() };
        assert_eq!(Typed::from(&policy).policy(), Ok(policy.clone()));
        assert_eq!(Typed::of(&policy, &[]).policy(), Ok(policy));
    }

    #[test]
    fn faults_stand_at_their_fields_and_what_was_typed_stays() {
        let fields = sent(&[
            ("stale_after_days", "many"),
            ("retention_days", "0"),
            ("default_title", "  "),
            ("template_kind", "call"),
            ("template_language", ""),
            ("template_text", "x"),
        ]);
        let typed = Typed::of(&AppPolicy::default(), &fields);
        assert_eq!(typed.get("stale_after_days"), "many");
        let faults = typed.policy().unwrap_err();
        for field in ["stale_after_days", "retention_days", "default_title", "templates"] {
            assert_eq!(faults.iter().filter(|fault| fault.field() == field).count(), 1, "{field}");
        }
    }

    #[test]
    fn a_choice_that_is_not_offered_is_refused_and_empty_rows_are_dropped() {
        let typed = Typed::of(&AppPolicy::default(), &sent(&[("login", "any")]));
        assert_eq!(typed.policy(), Err(vec![PolicyFault::Choice]));
        let blank = sent(&[("template_kind", ""), ("template_language", " "), ("template_text", "")]);
        assert_eq!(Typed::of(&AppPolicy::default(), &blank).policy(), Ok(AppPolicy::default()));
    }
}
