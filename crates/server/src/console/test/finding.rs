//! Reads what the page shows of a device.

use model::{Class, DeviceId, MessageId, MessageKind, PushId, UserId};
use store::{DeliveryFilter, DeviceRecord, SessionRecord, StoreError};
use uuid::Uuid;

use super::{Asked, view::SentView};
use crate::{
    checkup::{Checkup, RECENT_MAX, Subject, check_up},
    console::{Console, answer::Failure, lab::HandsetView, visitor::Signed},
    explain::{self, AskError, AskedPush, ExplainedTarget, Imagined, explain_push_id, explain_user},
};

/// Devices of a user that are offered.
const DEVICES_MAX: usize = 24;

/// What a question leads to.
pub(super) enum Found {
    Nothing,
    NoId,
    Unknown,
    User(UserId),
    Device { record: Box<DeviceRecord>, others: Vec<DeviceRecord> },
}

/// The device that is asked for: by its Push ID, by its own id, or the one that its user logged in on last.
pub(super) async fn find(console: &Console, signed: &Signed, asked: &Asked) -> Result<Found, StoreError> {
    if asked.is_empty() {
        return Ok(Found::Nothing);
    }
    let (store, app) = (console.shared.store(), signed.app());
    let id = |text: &str| text.trim().parse::<Uuid>();
    let record = if !asked.push_id.trim().is_empty() {
        let Ok(push_id) = id(&asked.push_id) else { return Ok(Found::NoId) };
        store.device_by_push_id(app, PushId(push_id)).await?
    } else if !asked.device.trim().is_empty() {
        let Ok(device) = id(&asked.device) else { return Ok(Found::NoId) };
        store.device(app, DeviceId(device)).await?
    } else {
        return find_of_user(console, signed, asked.user.trim()).await;
    };
    let Some(record) = record else { return Ok(Found::Unknown) };
    let others = match &record.session {
        Some(session) => devices_of(console, signed, &session.user).await?,
        None => Vec::new(),
    };
    Ok(Found::Device { record: Box::new(record), others })
}

async fn find_of_user(console: &Console, signed: &Signed, user: &str) -> Result<Found, StoreError> {
    let (store, app) = (console.shared.store(), signed.app());
    let Ok(user) = UserId::new(user) else { return Ok(Found::Unknown) };
    if store.user(app, &user).await?.is_none() {
        return Ok(Found::Unknown);
    }
    let devices = devices_of(console, signed, &user).await?;
    Ok(match devices.first().cloned() {
        Some(newest) => Found::Device { record: Box::new(newest), others: devices },
        None => Found::User(user),
    })
}

/// A user's devices, the one that was logged in on last first.
async fn devices_of(
    console: &Console,
    signed: &Signed,
    user: &UserId,
) -> Result<Vec<DeviceRecord>, StoreError> {
    let (store, app) = (console.shared.store(), signed.app());
    let mut sessions: Vec<SessionRecord> = store.sessions(app, user).await?;
    sessions.sort_by_key(|session| (!session.state.is_logged_in(), std::cmp::Reverse(session.id)));
    let mut devices = Vec::new();
    for session in sessions.into_iter().take(DEVICES_MAX) {
        devices.extend(store.device(app, session.device).await?);
    }
    Ok(devices)
}

/// What the looks at a device came to, and whose push service it has.
pub(super) struct LookedOver {
    pub(super) checkup: Checkup,
    pub(super) vendor: Option<model::Vendor>,
}

pub(super) async fn look_over(
    console: &Console,
    signed: &Signed,
    record: &DeviceRecord,
) -> Result<LookedOver, StoreError> {
    let filter = DeliveryFilter { device: Some(record.device.id), ..DeliveryFilter::default() };
    let recent = console.shared.store().deliveries(signed.app(), &filter, RECENT_MAX).await?;
    let subject = Subject {
        record,
        certificates: &signed.view.certificates,
        policy: &signed.view.app.policy,
        recent: &recent,
        now: console.shared.now(),
    };
    Ok(LookedOver { checkup: check_up(&subject), vendor: subject.vendor() })
}

/// What the rules say now of something sent to this device.
pub(super) async fn rules(
    console: &Console,
    signed: &Signed,
    record: &DeviceRecord,
    asked: (MessageKind, Class),
) -> Result<Option<ExplainedTarget>, Failure> {
    let im = &console.shared.im;
    match &record.session {
        Some(session) if asked.0 != MessageKind::Push => {
            rules_for_user(console, signed, &session.user, Some(record.device.id), asked).await
        }
        _ => {
            let told = explain_push_id(im, &signed.view, record.device.push_id, asked.1).await?;
            Ok(told.and_then(|told| told.targets.into_iter().next()))
        }
    }
}

/// What the rules say now of something sent to a user, on one device where it is named.
pub(super) async fn rules_for_user(
    console: &Console,
    signed: &Signed,
    user: &UserId,
    device: Option<DeviceId>,
    (kind, class): (MessageKind, Class),
) -> Result<Option<ExplainedTarget>, Failure> {
    let push = Some(AskedPush::On);
    let imagined = Imagined { kind: Some(kind), class: Some(class), push, ..Imagined::default() };
    let told = match explain_user(&console.shared.im, signed.app(), user, &imagined).await {
        Ok(told) => told,
        Err(AskError::Store(error)) => return Err(error.into()),
        Err(AskError::Unimaginable(_)) => None,
    };
    let mut targets = told.map(|told| told.targets).unwrap_or_default().into_iter();
    let is_asked = |target: &ExplainedTarget| target.device.as_ref().map(|found| found.id) == device;
    Ok(targets.find(|target| device.is_none() || is_asked(target)))
}

/// How the test push that was sent last fares.
pub(super) async fn sent(
    console: &Console,
    signed: &Signed,
    message: &str,
) -> Result<Option<SentView>, StoreError> {
    let Ok(id) = message.parse::<MessageId>() else { return Ok(None) };
    let (im, app) = (&console.shared.im, signed.app());
    let asked = explain::Asked { show_text: signed.may_read_text(), ..explain::Asked::default() };
    let told = explain::explain(im, app, id, &asked).await?;
    Ok(told.and_then(|told| SentView::of(signed.lang(), &told)))
}

/// The virtual phone that has this Push ID, where there is a simulator.
pub(super) async fn handset(console: &Console, signed: &Signed, push_id: PushId) -> Option<HandsetView> {
    let mut handsets = console.simulator.as_ref()?.handsets().await.ok()?;
    let at = handsets.iter().position(|handset| handset.push_id == Some(push_id))?;
    let mut handset = handsets.swap_remove(at);
    if !signed.may_read_text() {
        handset.hide_text(signed.lang().admin_words().text_hidden);
    }
    Some(HandsetView::pictured(signed.lang(), &handset))
}
