//! The Device Lab: virtual phones, a box to send from, the road of the last message, calls, groups, and the faults of
//! the simulated vendors.

mod calls;
mod faults;
mod hand;
mod handset;
mod operating;
mod refusal;
mod sending;
mod simulator;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use http::StatusCode;
use model::{Call, Timestamp, Vendor};
use serde::Deserialize;

use self::{
    calls::CallView,
    faults::FaultsView,
    handset::Scene,
    refusal::Refusal,
    sending::{LastMessage, SendBox, Typed},
    simulator::Handset,
};
use super::{
    Console,
    answer::{Failure, page},
    chrome::{Chrome, Moment, PageName, percent_encoded},
    visitor::Signed,
};

pub(super) use self::{
    calls::Ringing,
    handset::{HandsetView, Screen},
    operating::{make_group, operate, operate_all, switch_fault},
    sending::send,
    simulator::Simulator,
};

/// So many phones are drawn large at once; of more, one is chosen.
const LARGE_MAX: usize = 2;
/// For how long a call is told of once it is over, in milliseconds.
const ENDED_CALL_MS: i64 = 60_000;
/// Messages that are looked through.
const RECENT_MAX: u32 = 64;

#[derive(Template)]
#[template(path = "console/lab.html")]
struct LabPage {
    chrome: Chrome,
    now: Moment,
    notice: Option<&'static str>,
    world: World,
    /// The phone that was chosen, to come back to; empty where none was.
    phone: String,
    send: SendBox,
    last: Option<LastMessage>,
    call: Option<CallView>,
}

/// What there is of a simulator.
enum World {
    /// None is configured.
    Missing,
    /// It does not answer.
    Silent,
    /// These are in it.
    Handsets(Box<Phones>),
}

/// The phones: a few large ones, and all of them on a shelf where there are more.
struct Phones {
    large: Vec<HandsetView>,
    shelf: Vec<HandsetView>,
    faults: FaultsView,
}

impl Phones {
    fn is_chosen(&self, phone: &HandsetView) -> bool {
        self.large.iter().any(|large| large.name == phone.name)
    }
}

/// What an address says beside the page itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    refused: Option<String>,
    /// The phone that is drawn large.
    phone: String,
    /// The group that is written to next.
    group: String,
}

/// `GET /console/lab`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Response {
    let drawn = draw(&console, &signed, &asked, None).await;
    signed.answer(drawn.map(|lab| page(StatusCode::OK, &lab)))
}

/// The page's address, with the phone that was chosen.
fn address(phone: &str, more: &[(&str, &str)]) -> String {
    let own = [("phone", phone)];
    let filled = own.iter().chain(more).filter(|(_, value)| !value.is_empty());
    let pairs: Vec<String> =
        filled.map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
    if pairs.is_empty() { "/console/lab".to_owned() } else { format!("/console/lab?{}", pairs.join("&")) }
}

async fn draw(
    console: &Console,
    signed: &Signed,
    asked: &Asked,
    faulty: Option<(Typed, String)>,
) -> Result<LabPage, Failure> {
    let lang = signed.lang();
    let mut handsets = match &console.simulator {
        Some(simulator) => Some(simulator.handsets().await),
        None => None,
    };
    if let Some(Ok(handsets)) = handsets.as_mut().filter(|_| !signed.may_read_text()) {
        handsets.iter_mut().for_each(|handset| handset.hide_text(lang.admin_words().text_hidden));
    }
    if let Some(Ok(handsets)) = handsets.as_mut() {
        handsets.sort_by_key(|handset| Vendor::ALL.iter().position(|vendor| *vendor == handset.vendor));
    }
    let in_use = handsets.as_ref().and_then(|found| found.as_ref().ok()).map(Vec::as_slice);
    let im = &console.shared.im;
    let recent = im.store().recent_messages(signed.app(), RECENT_MAX).await?;
    let recent: Vec<_> = recent.into_iter().map(|message| signed.readable(message)).collect();
    let send = sending::send_box(console, signed, in_use.unwrap_or_default(), &asked.group, faulty).await?;
    let last = sending::last_message(console, signed, &recent).await?;
    let call = calls::newest(im, signed.app(), &recent).await?;
    let peers = send.peers();
    let scene = Scene {
        lang,
        certificates: &signed.view.certificates,
        recent: &recent,
        call: call.as_ref(),
        peers: &peers,
        now: console.shared.now(),
    };
    let world = match &handsets {
        None => World::Missing,
        Some(Err(_)) => World::Silent,
        Some(Ok(handsets)) => {
            World::Handsets(Box::new(phones(console, &scene, handsets, &asked.phone).await))
        }
    };
    let refusal = asked.refused.as_deref().and_then(Refusal::from_word);
    Ok(LabPage {
        chrome: signed.chrome(Some(PageName::Lab)),
        now: Moment(scene.now),
        notice: refusal.map(|refusal| refusal.sentence(lang)),
        world,
        phone: asked.phone.clone(),
        send,
        last,
        call: call.as_ref().filter(|call| is_news(call, scene.now)).map(|call| CallView::of(lang, call)),
    })
}

/// Whether a call is still worth a line.
fn is_news(call: &Call, now: Timestamp) -> bool {
    call.ended_at.is_none_or(|at| now.since_ms(at) < ENDED_CALL_MS)
}

async fn phones(console: &Console, scene: &Scene<'_>, handsets: &[Handset], chosen: &str) -> Phones {
    let hosts = match &console.simulator {
        Some(simulator) => simulator.hosts().await.unwrap_or_default(),
        None => Vec::new(),
    };
    let faults = FaultsView::of(scene.lang, &hosts);
    let large = |handset| HandsetView::of(scene, handset);
    if handsets.len() <= LARGE_MAX {
        return Phones { large: handsets.iter().map(large).collect(), shelf: Vec::new(), faults };
    }
    let found = handsets.iter().find(|handset| handset.name == chosen).or(handsets.first());
    Phones {
        large: found.map(large).into_iter().collect(),
        shelf: handsets.iter().map(|handset| HandsetView::on_shelf(scene, handset)).collect(),
        faults,
    }
}
