//! The App's policy: every rule that an App can set, with what it does, what it begins with and where it stands among
//! the rules.

mod settings;
mod typed;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use model::{App, AppPolicy, ErrorCode};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{AuditObject, Op};

use self::{
    settings::{Input, Section, TemplateRow, sections, template_rows},
    typed::Typed,
};
use super::{
    Console,
    answer::{Failure, page},
    chrome::{Chrome, PageName},
    visitor::{Posted, Signed},
};
use crate::policy::PolicyFault;

/// Longest account of a change in the audit log, in characters.
const DETAIL_MAX_CHARS: usize = 1000;

#[derive(Template)]
#[template(path = "console/policy.html")]
struct PolicyPage {
    chrome: Chrome,
    sections: Vec<Section>,
    templates: Vec<TemplateRow>,
    templates_fault: &'static str,
    said: &'static str,
    is_faulty: bool,
    /// Somebody else saved since the form was shown.
    is_outdated: bool,
    /// Which state of the policy the form was made from.
    based_on: String,
}

/// What was done before.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    said: String,
}

/// `GET /console/policy`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Response {
    let found = stored(&console, &signed).await;
    let said = signed.lang().setup_words().said(&asked.said);
    let drawn = found.and_then(|app| {
        let drawn = draw(&signed, &app.policy, &Typed::from(&app.policy), &[])?;
        Ok(page(StatusCode::OK, &PolicyPage { said, ..drawn }))
    });
    signed.answer(drawn)
}

async fn stored(console: &Console, signed: &Signed) -> Result<App, Failure> {
    console.shared.store().app(signed.app()).await?.ok_or(Failure::NotFound)
}

fn draw(
    signed: &Signed,
    stored: &AppPolicy,
    typed: &Typed,
    faults: &[PolicyFault],
) -> Result<PolicyPage, Failure> {
    let lang = signed.lang();
    let at = |field: &str| {
        let found = faults.iter().find(|fault| fault.field() == field);
        found.map_or("", |fault| lang.pick(fault.words().0, fault.words().1))
    };
    let unfit = faults.iter().find_map(|fault| match fault {
        PolicyFault::Template(place) => Some(*place),
        _ => None,
    });
    Ok(PolicyPage {
        chrome: signed.chrome(Some(PageName::Policy)),
        sections: sections(lang, typed, at),
        templates: template_rows(typed, unfit),
        templates_fault: at("templates"),
        said: "",
        is_faulty: !faults.is_empty(),
        is_outdated: false,
        based_on: state_of(stored)?,
    })
}

/// A short mark of what is stored, by which a form that was made from an older state is known.
fn state_of(policy: &AppPolicy) -> Result<String, Failure> {
    let fields = serde_json::to_vec(policy).map_err(|_| Failure::Fault(ErrorCode::Internal.into()))?;
    let digest = Sha256::digest(&fields);
    Ok(digest[..8].iter().map(|byte| format!("{byte:02x}")).collect())
}

/// `POST /console/policy`
pub(super) async fn save(
    State(console): State<Arc<Console>>,
    Posted(signed, fields): Posted<Vec<(String, String)>>,
) -> Response {
    let saved = try_save(&console, &signed, &fields).await;
    signed.answer(saved)
}

async fn try_save(
    console: &Console,
    signed: &Signed,
    fields: &[(String, String)],
) -> Result<Response, Failure> {
    let _saving = console.shared.saving_catalogue.lock().await;
    let mut app = stored(console, signed).await?;
    let typed = Typed::of(&app.policy, fields);
    let based_on = fields.iter().find(|(name, _)| name == "based_on").map(|(_, mark)| mark);
    let now = state_of(&app.policy)?;
    if based_on.is_some_and(|mark| *mark != now) {
        let drawn = draw(signed, &app.policy, &typed, &[])?;
        return Ok(page(StatusCode::CONFLICT, &PolicyPage { is_outdated: true, ..drawn }));
    }
    let policy = match typed.policy() {
        Ok(policy) => policy,
        Err(faults) => {
            let drawn = draw(signed, &app.policy, &typed, &faults)?;
            return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &drawn));
        }
    };
    let detail = difference(&app.policy, &policy)?;
    let there = "/console/policy?said=saved";
    if detail.is_empty() {
        signed.changed_nothing();
        return Ok(Redirect::to(there).into_response());
    }
    app.policy = policy;
    let record = signed.record(AuditObject::Named(String::new()), detail);
    console.shared.store().commit(vec![Op::PutApp(app), record]).await?;
    console.shared.im.catalogue().forget(signed.app());
    Ok(Redirect::to(there).into_response())
}

/// What changes, before and after, by the stable words of the fields. Of templates only how many there are: their texts
/// would fill the log.
fn difference(before: &AppPolicy, after: &AppPolicy) -> Result<String, Failure> {
    let fields = |policy: &AppPolicy| match serde_json::to_value(policy) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(Failure::Fault(ErrorCode::Internal.into())),
    };
    let (before, after) = (fields(before)?, fields(after)?);
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let told: Vec<String> = changed
        .map(|name| format!("{name}: {} → {}", in_short(before.get(name)), in_short(after.get(name))))
        .collect();
    Ok(told.join("; ").chars().take(DETAIL_MAX_CHARS).collect())
}

fn in_short(value: Option<&Value>) -> String {
    match value {
        None => "none".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(all)) => all.len().to_string(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use model::{AppPolicy, BackgroundPolicy, TextTemplate};

    use super::difference;

    #[test]
    fn the_log_tells_what_was_before_and_what_is_after() {
        let before = AppPolicy::default();
        let template =
            TextTemplate { kind: "call".to_owned(), language: "zh".to_owned(), text: "来电".to_owned() };
        let after = AppPolicy {
            background_ios: BackgroundPolicy::WaitForLoss,
            stale_after_days: Some(30),
            templates: vec![template],
            ..AppPolicy::default()
        };
        assert_eq!(
            difference(&before, &after).unwrap(),
            "background_ios: push → wait-for-loss; stale_after_days: none → 30; templates: none → 1"
        );
        assert_eq!(difference(&before, &before).unwrap(), "");
    }
}
