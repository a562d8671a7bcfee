//! The send box, and what became of the last message.

use model::{Body, ClientMessageId, ErrorCode, Fault, MessageKind, PushSettings, UserId};
use serde::Deserialize;
use store::StoreError;
use uuid::Uuid;
use wire::SendMessage;

use super::simulator::Handset;
use crate::{
    console::{
        Console,
        chrome::{Moment, Tone, percent_encoded},
        told,
        visitor::Signed,
        words::Lang,
    },
    explain::{Asked, ExplainedTarget, explain},
};

/// Users that are offered to choose from.
const USERS_MAX: u32 = 200;
/// Messages that are looked through for one that somebody sent.
const RECENT_MAX: u32 = 16;
/// Targets that are told of.
const TARGETS_MAX: usize = 6;

/// What was typed into the send box.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Typed {
    from: String,
    to: String,
    text: String,
    title: String,
    ext: String,
}

/// The send box as the page shows it.
pub(super) struct SendBox {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) text: String,
    pub(super) title: String,
    pub(super) ext: String,
    pub(super) default_title: String,
    pub(super) users: Vec<String>,
    pub(super) error: String,
}

/// What became of the last message.
pub(super) struct LastMessage {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) text: String,
    pub(super) at: Moment,
    pub(super) targets: Vec<LastTarget>,
    pub(super) href: String,
}

/// One device of its receiver.
pub(super) struct LastTarget {
    pub(super) tone: Tone,
    pub(super) headline: String,
    pub(super) detail: String,
}

/// The typed message with its sender.
pub(super) fn message(typed: &Typed) -> Result<(UserId, SendMessage), Fault> {
    let user = |field: &str, text: &str| {
        UserId::new(text.trim()).map_err(|error| Fault::new(ErrorCode::Invalid, format!("{field}: {error}")))
    };
    let (from, to) = (user("from", &typed.from)?, user("to", &typed.to)?);
    if typed.text.is_empty() {
        return Err(Fault::new(ErrorCode::Invalid, "text: must not be empty"));
    }
    let filled = |text: &String| (!text.is_empty()).then(|| text.clone());
    let (title, ext) = (filled(&typed.title), filled(&typed.ext));
    let push =
        (title.is_some() || ext.is_some()).then(|| PushSettings { title, ext, ..PushSettings::default() });
    let client_message_id =
        ClientMessageId::new(&Uuid::now_v7().to_string()).map_err(|_| Fault::from(ErrorCode::Internal))?;
    Ok((from, SendMessage { push, ..SendMessage::new(client_message_id, to, Body::text(&typed.text)) }))
}

/// The send box: with what was typed and is wrong, or with a receiver who has a phone.
pub(super) async fn send_box(
    console: &Console,
    signed: &Signed,
    handsets: &[Handset],
    faulty: Option<(Typed, String)>,
) -> Result<SendBox, StoreError> {
    let users = console.shared.store().users(signed.app(), None, USERS_MAX).await?;
    let users: Vec<String> = users.iter().map(|user| user.id.to_string()).collect();
    let (typed, error) = faulty.unwrap_or_else(|| {
        let owners: Vec<&String> = handsets.iter().filter_map(|handset| handset.user.as_ref()).collect();
        let to = owners.first().copied().or(users.first()).cloned().unwrap_or_default();
        let bystander = users.iter().find(|user| !owners.contains(user));
        let from = bystander.or(users.iter().find(|user| **user != to)).cloned().unwrap_or_default();
        (Typed { from, to, ..Typed::default() }, String::new())
    });
    Ok(SendBox {
        from: typed.from,
        to: typed.to,
        text: typed.text,
        title: typed.title,
        ext: typed.ext,
        default_title: signed.view.app.policy.default_title.clone(),
        users,
        error,
    })
}

/// The App's newest message with its targets.
pub(super) async fn last_message(
    console: &Console,
    signed: &Signed,
) -> Result<Option<LastMessage>, StoreError> {
    let (im, app, lang) = (&console.shared.im, signed.app(), signed.lang());
    let recent = im.store().recent_messages(app, RECENT_MAX).await?;
    let Some(message) = recent.into_iter().find(|message| message.kind != MessageKind::Notice) else {
        return Ok(None);
    };
    let message = signed.readable(message);
    let to = told::receiver(lang, &message);
    let Some(explanation) = explain(im, app, message.id, &Asked::default()).await? else { return Ok(None) };
    let targets = explanation.targets.iter().filter(|target| !told::is_own(target));
    let user = told::receiving_user(&message)
        .map(|user| format!("&user={}", percent_encoded(&user)))
        .unwrap_or_default();
    Ok(Some(LastMessage {
        from: message.sender.as_ref().map_or_else(|| lang.words().backend.to_owned(), ToString::to_string),
        text: told::says(lang, &message),
        at: Moment(message.sent_at),
        targets: targets.take(TARGETS_MAX).map(|target| told_short(lang, target)).collect(),
        href: format!("/console/explain?message={}{user}", message.id),
        to,
    }))
}

fn told_short(lang: Lang, target: &ExplainedTarget) -> LastTarget {
    LastTarget {
        tone: told::tone(target.state),
        headline: told::headline(lang, target),
        detail: told::place(lang, target),
    }
}
