//! The send box, and what became of the last message.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use model::{
    Body, CallEvent, ClientMessageId, ErrorCode, Fault, GroupId, Message, MessageKind, PushSettings,
    Timestamp, UserId,
};
use serde::Deserialize;
use store::StoreError;
use uuid::Uuid;
use wire::{Recipient, SendMessage, ToGroup};

use super::{Asked, address, draw, handset::Peer, simulator::Handset};
use crate::{
    console::{
        Console,
        answer::{page, sentence},
        chrome::{Moment, Tone, percent_encoded},
        road::Road,
        told,
        visitor::{Posted, Signed},
        words::{Lang, fill},
    },
    explain::{self, ExplainedTarget, explain},
};

/// Users that are offered to choose from.
const USERS_MAX: u32 = 200;
/// Groups that are offered to choose from.
const GROUPS_MAX: u32 = 50;
/// Targets that are told of.
const TARGETS_MAX: usize = 12;

/// What was typed into the send box.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Typed {
    from: String,
    to: String,
    text: String,
    title: String,
    ext: String,
    /// `group` where the receiver is one.
    whom: String,
    /// The phone that is drawn large.
    phone: String,
}

/// The send box as the page shows it.
pub(super) struct SendBox {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) to_group: bool,
    pub(super) groups: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) title: String,
    pub(super) ext: String,
    pub(super) default_title: String,
    pub(super) users: Vec<String>,
    pub(super) error: String,
}

impl SendBox {
    /// Everybody that a phone may write to.
    pub(super) fn peers(&self) -> Vec<Peer> {
        let users = self.users.iter().map(|user| Peer { value: format!("user:{user}"), label: user.clone() });
        let groups = self
            .groups
            .iter()
            .map(|(id, name)| Peer { value: format!("group:{id}"), label: format!("{name} ({id})") });
        groups.chain(users).collect()
    }
}

/// What became of the last message.
pub(super) struct LastMessage {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) text: String,
    pub(super) at: Moment,
    pub(super) targets: Vec<LastTarget>,
    /// How many more there are, in words; empty where there are none.
    pub(super) more: String,
    pub(super) href: String,
}

/// One device of its receiver.
pub(super) struct LastTarget {
    pub(super) tone: Tone,
    pub(super) headline: String,
    pub(super) detail: String,
    pub(super) who: String,
    /// What is known of where it came last.
    pub(super) note: String,
    pub(super) road: Road,
}

/// `POST /console/lab/send`: a message through the server, as the App's backend would send it.
pub(in crate::console) async fn send(
    State(console): State<Arc<Console>>,
    Posted(signed, typed): Posted<Typed>,
) -> Response {
    let sent = match message(&typed) {
        Ok((from, message)) => console.shared.im.send_for(signed.app(), from, message).await,
        Err(fault) => Err(fault),
    };
    match sent {
        Ok(_) => Redirect::to(&address(&typed.phone, &[])).into_response(),
        Err(fault) => {
            let error = sentence(signed.lang(), &fault);
            let asked = Asked { phone: typed.phone.clone(), ..Asked::default() };
            let drawn = draw(&console, &signed, &asked, Some((typed, error))).await;
            signed.answer(drawn.map(|lab| page(StatusCode::UNPROCESSABLE_ENTITY, &lab)))
        }
    }
}

/// The typed message with its sender.
fn message(typed: &Typed) -> Result<(UserId, SendMessage), Fault> {
    let user = |field: &str, text: &str| {
        UserId::new(text.trim()).map_err(|error| Fault::new(ErrorCode::Invalid, format!("{field}: {error}")))
    };
    let from = user("from", &typed.from)?;
    let to = if typed.whom == "group" {
        let group = GroupId::new(typed.to.trim());
        let group = group.map_err(|error| Fault::new(ErrorCode::Invalid, format!("to: {error}")))?;
        Recipient::Group(ToGroup { group })
    } else {
        Recipient::User(user("to", &typed.to)?)
    };
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
    group: &str,
    faulty: Option<(Typed, String)>,
) -> Result<SendBox, StoreError> {
    let users = console.shared.store().users(signed.app(), None, USERS_MAX).await?;
    let users: Vec<String> = users.iter().map(|user| user.id.to_string()).collect();
    let groups = console.shared.store().groups(signed.app(), None, GROUPS_MAX).await?;
    let groups = groups.into_iter().map(|group| (group.id.to_string(), group.name)).collect();
    let (typed, error) = faulty.unwrap_or_else(|| {
        let owners: Vec<&String> = handsets.iter().filter_map(|handset| handset.user.as_ref()).collect();
        let to = owners.first().copied().or(users.first()).cloned().unwrap_or_default();
        let bystander = users.iter().find(|user| !owners.contains(user));
        let from = bystander.or(users.iter().find(|user| **user != to)).cloned().unwrap_or_default();
        let (to, whom) = if group.is_empty() { (to, "user") } else { (group.to_owned(), "group") };
        (Typed { from, to, whom: whom.to_owned(), ..Typed::default() }, String::new())
    });
    Ok(SendBox {
        from: typed.from,
        to: typed.to,
        to_group: typed.whom == "group",
        groups,
        text: typed.text,
        title: typed.title,
        ext: typed.ext,
        default_title: signed.view.app.policy.default_title.clone(),
        users,
        error,
    })
}

/// The newest message that somebody sent, with its targets.
pub(super) async fn last_message(
    console: &Console,
    signed: &Signed,
    recent: &[Message],
) -> Result<Option<LastMessage>, StoreError> {
    let (im, app, lang) = (&console.shared.im, signed.app(), signed.lang());
    let Some(message) = recent.iter().find(|message| is_sent(message)) else { return Ok(None) };
    let to = told::receiver(lang, message);
    let asked = explain::Asked::default();
    let Some(explanation) = explain(im, app, message.id, &asked).await? else { return Ok(None) };
    let mut targets: Vec<&ExplainedTarget> =
        explanation.targets.iter().filter(|target| !told::is_own(target)).collect();
    let more = targets.len().saturating_sub(TARGETS_MAX);
    targets.truncate(TARGETS_MAX);
    let user = told::receiving_user(message)
        .map(|user| format!("&user={}", percent_encoded(&user)))
        .unwrap_or_default();
    Ok(Some(LastMessage {
        from: message.sender.as_ref().map_or_else(|| lang.words().backend.to_owned(), ToString::to_string),
        text: told::says(lang, message),
        at: Moment(message.sent_at),
        targets: targets.into_iter().map(|target| told_short(lang, message.sent_at, target)).collect(),
        more: if more > 0 { fill(lang.lab_words().more_targets, &more.to_string()) } else { String::new() },
        href: format!("/console/explain?message={}{user}", message.id),
        to,
    }))
}

/// Whether a message is one that somebody waits for: no notice, and of a call's signals the invitation alone.
fn is_sent(message: &Message) -> bool {
    match &message.body {
        Body::Call(signal) => signal.event == CallEvent::Invited,
        _ => message.kind != MessageKind::Notice,
    }
}

fn told_short(lang: Lang, sent_at: Timestamp, target: &ExplainedTarget) -> LastTarget {
    let road = Road::of(lang, sent_at, target);
    LastTarget {
        note: road.note(),
        tone: told::tone(target.state),
        headline: told::headline(lang, target),
        detail: told::place(lang, target),
        who: told::who(lang, target),
        road,
    }
}
