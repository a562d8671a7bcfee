//! What is done with phones and with the simulated vendors: one form each.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use model::{CertificateId, GroupId, JoinMode, UserId, Vendor};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::GroupAction;

use super::{
    RECENT_MAX, address, calls,
    faults::{Fault, plan_of},
    hand::Hand,
    refusal::Refusal,
    simulator::{Handset, Simulator},
};
use crate::console::{
    Console,
    answer::Failure,
    visitor::{Posted, Signed},
};

/// How long the login token lasts that the console makes for a handset, in seconds: a day.
const LOGIN_TOKEN_LIFETIME_S: i64 = 24 * 3600;
/// How long a call rings, in milliseconds.
const RINGS_MS: i64 = 45_000;
/// Longest text that is written on a phone, in characters.
const TEXT_MAX_CHARS: usize = 2048;
/// The group of all phones.
const GROUP: &str = "lab";

/// A hand's wish: a button, a tap on a notification, a message or a call.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Wish {
    action: Option<String>,
    tap: Option<String>,
    certificate: Option<String>,
    /// Whom to write to or call.
    peer: String,
    text: String,
    /// The phone that is drawn large.
    phone: String,
}

/// `POST /console/lab/handsets/{name}`
pub(in crate::console) async fn operate(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    Posted(signed, wish): Posted<Wish>,
) -> Response {
    let Some(simulator) = &console.simulator else {
        return signed.answer(Err(Failure::NotFound));
    };
    let Ok(handsets) = simulator.handsets().await else {
        return back(&signed, &wish.phone, Some(Refusal::Silent));
    };
    let Some(handset) = handsets.iter().find(|handset| handset.name == name) else {
        return signed.answer(Err(Failure::NotFound));
    };
    let operation = match operation(&console, &signed, handset, &wish).await {
        Ok(operation) => operation,
        Err(Refused::For(refusal)) => return back(&signed, &wish.phone, Some(refusal)),
        Err(Refused::By(failure)) => return signed.answer(Err(failure)),
    };
    match simulator.operate(&handset.name, &operation).await {
        Ok(()) => back(&signed, &wish.phone, None),
        Err(error) => back(&signed, &wish.phone, Some(Refusal::of(&error, handset))),
    }
}

/// Why an operation is not even tried.
enum Refused {
    For(Refusal),
    By(Failure),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::For(refusal)
    }
}

async fn operation(
    console: &Console,
    signed: &Signed,
    handset: &Handset,
    wish: &Wish,
) -> Result<Value, Refused> {
    if let Some(tapped) = &wish.tap {
        // A notification is named by its number, because its place may change under the finger.
        let id: u64 = tapped.parse().map_err(|_| Refusal::NoNotification)?;
        let place = handset.shade.iter().position(|shown| shown.id == id);
        return Ok(json!({ "operation": "tap", "index": place.ok_or(Refusal::NoNotification)? }));
    }
    let hand = wish.action.as_deref().and_then(Hand::from_word).ok_or(Refusal::Other)?;
    if let Some(action) = hand.call_action() {
        let call = newest_call(console, signed).await?.ok_or(Refusal::NoCall)?;
        return Ok(json!({ "operation": "call", "call": call, "action": action }));
    }
    match hand {
        Hand::LogIn => Ok(log_in(console, signed, handset)?),
        Hand::UseCertificate => Ok(use_certificate(signed, handset, wish.certificate.as_deref())?),
        Hand::Say => Ok(say(wish)?),
        Hand::Call => call(console, signed, handset, wish).await,
        hand => Ok(hand.plain_operation().ok_or(Refusal::Other)?),
    }
}

fn log_in(console: &Console, signed: &Signed, handset: &Handset) -> Result<Value, Refusal> {
    let user = handset.user.as_deref().and_then(|user| UserId::new(user).ok()).ok_or(Refusal::NoUser)?;
    let now = console.shared.now();
    let token = im::issue_token(&signed.view.app, &user, now, LOGIN_TOKEN_LIFETIME_S);
    Ok(json!({ "operation": "log_in", "token": token.map_err(|_| Refusal::Other)? }))
}

fn use_certificate(signed: &Signed, handset: &Handset, chosen: Option<&str>) -> Result<Value, Refusal> {
    let id: Option<CertificateId> = chosen.and_then(|text| text.parse().ok());
    let fits = id
        .and_then(|id| signed.view.certificate(id))
        .filter(|certificate| certificate.vendor == handset.vendor)
        .ok_or(Refusal::NoCertificate)?;
    Ok(json!({ "operation": "use_certificate", "certificate": fits.id }))
}

/// Whom a phone's user writes to or calls.
enum Peer {
    User(UserId),
    Group(GroupId),
}

fn peer(word: &str) -> Result<Peer, Refusal> {
    let peer = match word.split_once(':') {
        Some(("user", user)) => UserId::new(user).ok().map(Peer::User),
        Some(("group", group)) => GroupId::new(group).ok().map(Peer::Group),
        _ => None,
    };
    peer.ok_or(Refusal::Nobody)
}

fn say(wish: &Wish) -> Result<Value, Refusal> {
    let text: String = wish.text.trim().chars().take(TEXT_MAX_CHARS).collect();
    if text.is_empty() {
        return Err(Refusal::NoText);
    }
    let to = match peer(&wish.peer)? {
        Peer::User(user) => json!(user),
        Peer::Group(group) => json!({ "group": group }),
    };
    Ok(json!({ "operation": "send", "to": to, "text": text }))
}

/// An invitation: of a user, or of a group's first members.
async fn call(console: &Console, signed: &Signed, handset: &Handset, wish: &Wish) -> Result<Value, Refused> {
    let (users, group) = match peer(&wish.peer)? {
        Peer::User(user) => (vec![user], None),
        Peer::Group(group) => {
            let members = console.shared.store().members(signed.app(), &group, None, 64).await;
            let members = members.map_err(|error| Refused::By(error.into()))?;
            (members.into_iter().map(|member| member.user).collect(), Some(group))
        }
    };
    let users = calls::invited(users, handset.user.as_deref().unwrap_or_default());
    if users.is_empty() {
        return Err(Refusal::Nobody.into());
    }
    let mut invite = json!({ "do": "invite", "users": users, "rings_ms": RINGS_MS });
    if let Some(group) = group {
        invite["group"] = json!(group);
    }
    Ok(json!({ "operation": "call", "call": Uuid::now_v7(), "action": invite }))
}

async fn newest_call(console: &Console, signed: &Signed) -> Result<Option<Uuid>, Refused> {
    let im = &console.shared.im;
    let recent = im.store().recent_messages(signed.app(), RECENT_MAX).await;
    let recent = recent.map_err(|error| Refused::By(error.into()))?;
    let call = calls::newest(im, signed.app(), &recent).await.map_err(Refused::By)?;
    Ok(call.filter(|call| call.ended_at.is_none()).map(|call| call.id.0))
}

/// `POST /console/lab/all`: the same to every phone. What one phone cannot do is left undone.
pub(in crate::console) async fn operate_all(
    State(console): State<Arc<Console>>,
    Posted(signed, wish): Posted<Wish>,
) -> Response {
    let hand = wish.action.as_deref().and_then(Hand::from_word).filter(|hand| hand.is_for_all());
    let (Some(simulator), Some(operation)) = (&console.simulator, hand.and_then(Hand::plain_operation))
    else {
        return signed.answer(Err(Failure::NotFound));
    };
    let Ok(handsets) = simulator.handsets().await else {
        return back(&signed, &wish.phone, Some(Refusal::Silent));
    };
    for handset in handsets {
        // A phone that is so already says no, which is as good as yes.
        let _ = simulator.operate(&handset.name, &operation).await;
    }
    back(&signed, &wish.phone, None)
}

/// `POST /console/lab/group`: a group of everybody who has a phone.
pub(in crate::console) async fn make_group(
    State(console): State<Arc<Console>>,
    Posted(signed, wish): Posted<Wish>,
) -> Response {
    let made = match &console.simulator {
        None => Err(Failure::NotFound),
        Some(simulator) => group_of(&console, &signed, simulator).await,
    };
    signed.answer(made.map(|refusal| match refusal {
        None => Redirect::to(&address(&wish.phone, &[("group", GROUP)])).into_response(),
        refusal => back(&signed, &wish.phone, refusal),
    }))
}

async fn group_of(
    console: &Console,
    signed: &Signed,
    simulator: &Simulator,
) -> Result<Option<Refusal>, Failure> {
    let Ok(handsets) = simulator.handsets().await else { return Ok(Some(Refusal::Silent)) };
    let users = handsets.iter().filter_map(|handset| UserId::new(handset.user.as_deref()?).ok());
    let mut users: Vec<UserId> = users.collect();
    users.sort_unstable();
    users.dedup();
    let Some(owner) = users.first().cloned() else { return Ok(Some(Refusal::Nobody)) };
    let group: GroupId = GROUP.parse().map_err(|_| Failure::NotFound)?;
    let (im, app) = (&console.shared.im, signed.app());
    let action = if im.store().group(app, &group).await?.is_some() {
        GroupAction::Add { users }
    } else {
        let name = signed.lang().lab_words().group_name.to_owned();
        GroupAction::Create { name, join: JoinMode::Open, members: users }
    };
    im.group_as_backend(app, &group, action, Some(&owner)).await?;
    Ok(None)
}

/// A switch of a simulated vendor; without a vendor, all of them off.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Switch {
    vendor: String,
    /// The fault's word, and `on` or `off` behind a colon.
    fault: String,
    phone: String,
}

/// `POST /console/lab/faults`
pub(in crate::console) async fn switch_fault(
    State(console): State<Arc<Console>>,
    Posted(signed, switch): Posted<Switch>,
) -> Response {
    let Some(simulator) = &console.simulator else {
        return signed.answer(Err(Failure::NotFound));
    };
    let Ok(hosts) = simulator.hosts().await else {
        return back(&signed, &switch.phone, Some(Refusal::Silent));
    };
    let plans: Vec<(Vendor, Value)> = if switch.fault == "reset" {
        let is_there = |vendor: &Vendor| plan_of(&hosts, *vendor).is_some();
        Vendor::ALL.into_iter().filter(is_there).map(|vendor| (vendor, json!({}))).collect()
    } else {
        let (word, on) = switch.fault.split_once(':').unwrap_or_default();
        let vendor: Option<Vendor> = switch.vendor.parse().ok();
        let plan = vendor.and_then(|vendor| plan_of(&hosts, vendor));
        let (Some(vendor), Some(fault), Some(plan)) = (vendor, Fault::from_word(word), plan) else {
            return signed.answer(Err(Failure::NotFound));
        };
        vec![(vendor, fault.switched(plan, on == "on"))]
    };
    for (vendor, plan) in plans {
        if simulator.set_faults(vendor, &plan).await.is_err() {
            return back(&signed, &switch.phone, Some(Refusal::Other));
        }
    }
    back(&signed, &switch.phone, None)
}

fn back(signed: &Signed, phone: &str, refusal: Option<Refusal>) -> Response {
    if refusal.is_some() {
        signed.changed_nothing();
    }
    let refused = refusal.map_or("", Refusal::word);
    Redirect::to(&address(phone, &[("refused", refused)])).into_response()
}
