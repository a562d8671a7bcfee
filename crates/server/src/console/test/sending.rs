//! The test push.

use im::{AppView, NewPush};
use model::{
    Addressee, BindingState, ErrorCode, Fault, MessageId, PUSH_BODY_MAX_CHARS, PUSH_EXT_MAX_BYTES,
    PUSH_TITLE_MAX_CHARS, PushSettings,
};
use serde::Deserialize;
use store::{AuditObject, DeviceRecord, StoreError};

use super::{
    Asked,
    finding::{self, Found},
    view,
};
use crate::{
    console::{
        Console,
        visitor::Signed,
        words::{FindWords, Lang},
    },
    problem::Problem,
};

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    title: String,
    body: Option<String>,
    ext: String,
}

/// What is wrong with it, at its field.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Faults {
    pub(super) title: &'static str,
    pub(super) body: &'static str,
    pub(super) ext: &'static str,
    pub(super) whole: String,
}

/// The form as the page shows it.
pub(super) struct TestForm {
    pub(super) title: String,
    pub(super) body: String,
    pub(super) ext: String,
    pub(super) default_title: String,
    pub(super) faults: Faults,
}

impl TestForm {
    pub(super) fn of(lang: Lang, view: &AppView, typed: Typed, faults: Faults) -> Self {
        Self {
            title: typed.title,
            body: typed.body.unwrap_or_else(|| lang.find_words().default_body.to_owned()),
            ext: typed.ext,
            default_title: view.app.policy.default_title.clone(),
            faults,
        }
    }
}

/// Why nothing was sent.
pub(super) enum Refused {
    /// What was typed is at fault.
    Faulty(Faults),
    /// There is no such device.
    Unknown,
    /// The server does not take it.
    For(Fault),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::For(im::fault_of(&error))
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::For(problem.fault().clone())
    }
}

fn check(words: &FindWords, typed: &Typed) -> Faults {
    let body = typed.body.as_deref().unwrap_or_default();
    Faults {
        title: if typed.title.chars().count() > PUSH_TITLE_MAX_CHARS { words.title_long } else { "" },
        body: match body.chars().count() {
            _ if body.trim().is_empty() => words.body_missing,
            length if length > PUSH_BODY_MAX_CHARS => words.body_long,
            _ => "",
        },
        ext: if typed.ext.len() > PUSH_EXT_MAX_BYTES { words.ext_long } else { "" },
        whole: String::new(),
    }
}

/// Sends to the device that was asked for. Answers the message, and what the audit log names.
pub(super) async fn send(
    console: &Console,
    signed: &Signed,
    asked: &Asked,
    typed: &Typed,
) -> Result<(MessageId, AuditObject), Refused> {
    let faults = check(signed.lang().find_words(), typed);
    if faults != Faults::default() {
        return Err(Refused::Faulty(faults));
    }
    let Found::Device { record, .. } = finding::find(console, signed, asked).await? else {
        return Err(Refused::Unknown);
    };
    let push_id = record.device.push_id;
    if record.device.unregistered_at.is_some() {
        return Err(Refused::For(Fault::new(ErrorCode::NotFound, "the Push ID was unregistered")));
    }
    pass(console, signed, &record).await?;
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let push = PushSettings {
        title: filled(&typed.title),
        body: typed.body.clone(),
        ext: filled(&typed.ext),
        class: view::class(&asked.class),
        ..PushSettings::default()
    };
    let addressee = Addressee::PushId(push_id);
    let new = NewPush { app: signed.app(), addressee, push, idempotency_key: None };
    let accepted = console.shared.im.push(new).await.map_err(Refused::For)?;
    Ok((accepted.message, AuditObject::Named(format!("push_id {push_id}"))))
}

/// Counts it as the API counts what comes from an address, and asks whether the lane has room.
async fn pass(console: &Console, signed: &Signed, record: &DeviceRecord) -> Result<(), Refused> {
    let shared = &console.shared;
    if let Ok(address) = signed.visitor.origin.address.parse() {
        shared.gate.pass_address(address, &shared.meter)?;
    }
    for state in &record.bindings {
        if let BindingState::Bound(binding) = state {
            shared.check_lane(binding.certificate).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Faults, Typed, check};
    use crate::console::words::Lang;

    #[test]
    fn what_is_too_long_is_told_at_its_field() {
        let typed = |title: usize, body: usize, ext: usize| Typed {
            title: "题".repeat(title),
            body: Some("文".repeat(body)),
            ext: "e".repeat(ext),
        };
        let words = Lang::En.find_words();
        assert_eq!(check(words, &typed(256, 2048, 3072)), Faults::default());
        assert_eq!(check(words, &typed(257, 1, 0)).title, words.title_long);
        assert_eq!(check(words, &typed(0, 2049, 0)).body, words.body_long);
        assert_eq!(check(words, &typed(0, 0, 0)).body, words.body_missing);
        assert_eq!(check(words, &typed(0, 1, 3073)).ext, words.ext_long);
    }
}
