//! The ways to send: to one, to a list of what was saved before, to everybody, by tags.

use std::{collections::HashSet, ops::RangeInclusive, sync::Arc};

use super::{
    app::digits,
    code::{Code, Refusal},
    desk::{Call, Desk},
    dispatch,
    message::{self, Message, Way},
    reply::{Outcome, Reply, Stop},
    tag,
    target::{self, Fate, GONE, Kind, Target, UNKNOWN},
};

/// Targets of one list. Documented.
const LIST_SIZE: RangeInclusive<usize> = 2..=1000;
/// Messages to everybody in a day. Documented.
const BROADCASTS_PER_DAY: u64 = 1;

/// `/message/send`: an id that is unknown or gone is refused; one that rests, or is not registered for tests, is
/// named beside a success (assumed).
pub(super) fn single(desk: &Desk, call: &Call<'_>) -> Result<Outcome, Stop> {
    let target = target::single(call.fields)?;
    let message = Arc::new(message::read(call.fields, Way::Single, &call.app, call.ask.now)?);
    if let Some(stop) = target::special_stop([target.id.as_str()]) {
        return Err(stop);
    }
    dispatch::admit(desk, call, &message, Some(1))?;
    let first = target.id.clone();
    let fates = target::fates(desk, &call.app, vec![target], message.formal);
    let invalid = target::invalid_users(&fates).pop();
    if invalid.as_ref().is_some_and(|invalid| matches!(invalid.status, UNKNOWN | GONE)) {
        return Err(Refusal { invalid, ..Code::REGID.into() }.into());
    }
    let task = open_task(desk, call, &message);
    dispatch::deliver(desk, call, &task, &message, &message.request_id, &fates)?;
    let reply = Reply { task_id: Some(task), invalid_user: invalid, ..Reply::ok() };
    Ok(Outcome { targets: 1, first, stage: "accepted", ..reply.into() })
}

/// `/message/saveListPayload`.
pub(super) fn save(desk: &Desk, call: &Call<'_>) -> Result<Outcome, Stop> {
    let message = Arc::new(message::read(call.fields, Way::Many, &call.app, call.ask.now)?);
    let key = format!("saved/{}", call.app.app_id);
    if desk.amounts.take(&key, 1, call.app.rights.saves_per_day, call.ask.now).is_err() {
        return Err(Code::SAVED_OFTEN.into());
    }
    let task_id = Some(open_task(desk, call, &message));
    Ok(Outcome { stage: "saved", ..Reply { task_id, ..Reply::ok() }.into() })
}

/// `/message/pushToList`: the answer names every target that cannot be sent to, and is a success also where none
/// can (assumed).
pub(super) fn list(desk: &Desk, call: &Call<'_>) -> Result<Outcome, Stop> {
    let task = call.fields.text("taskId").ok_or(Code::TASK_EMPTY)?;
    let targets = list_targets(call)?;
    let request_id = message::request_id(call.fields)?;
    let message = desk.tasks().message(&task, &call.app.app_id).ok_or(Code::TASK_EMPTY)?;
    if let Some(stop) = target::special_stop(targets.iter().map(|target| target.id.as_str())) {
        return Err(stop);
    }
    dispatch::admit(desk, call, &message, Some(targets.len()))?;
    let first = targets.first().map(|target| target.id.clone()).unwrap_or_default();
    let fates = target::fates(desk, &call.app, targets, message.formal);
    dispatch::deliver(desk, call, &task, &message, &request_id, &fates)?;
    let reply = Reply {
        request_id: Some(request_id),
        invalid_users: Some(target::invalid_users(&fates)),
        ..Reply::ok()
    };
    Ok(Outcome { targets: fates.len(), first, stage: "accepted", ..reply.into() })
}

/// `/message/all`.
pub(super) fn everybody(desk: &Desk, call: &Call<'_>) -> Result<Outcome, Stop> {
    let message = Arc::new(message::read(call.fields, Way::Many, &call.app, call.ask.now)?);
    dispatch::admit(desk, call, &message, None)?;
    let key = format!("everybody/{}", call.app.app_id);
    if desk.amounts.take(&key, 1, BROADCASTS_PER_DAY, call.ask.now).is_err() {
        return Err(Code::BROADCAST_OFTEN.into());
    }
    broadcast(desk, call, &message, |_| true)
}

/// `/message/tagPush`.
pub(super) fn by_tags(desk: &Desk, call: &Call<'_>) -> Result<Outcome, Stop> {
    let message = Arc::new(message::read(call.fields, Way::Many, &call.app, call.ask.now)?);
    let wanted = tag::matching(desk, call)?;
    dispatch::admit(desk, call, &message, None)?;
    broadcast(desk, call, &message, wanted)
}

/// Sends to those of the app's devices that are wanted.
fn broadcast(
    desk: &Desk,
    call: &Call<'_>,
    message: &Arc<Message>,
    wanted: impl Fn(&str) -> bool,
) -> Result<Outcome, Stop> {
    let devices = desk.tokens.served_for(&call.app.package).into_iter().map(|(token, _)| token);
    let targets: Vec<Target> =
        devices.filter(|token| wanted(token)).map(|id| Target { kind: Kind::RegId, id }).collect();
    let first = targets.first().map(|target| target.id.clone()).unwrap_or_default();
    let mut fates = target::fates(desk, &call.app, targets, message.formal);
    // A test message goes to the registered devices only, and nobody asked for the others by name.
    fates.retain(|(_, fate)| !matches!(fate, Fate::Invalid(_)));
    let task = open_task(desk, call, message);
    dispatch::deliver(desk, call, &task, message, &message.request_id, &fates)?;
    let reply = Reply { task_id: Some(task), ..Reply::ok() };
    Ok(Outcome { targets: fates.len(), first, stage: "accepted", ..reply.into() })
}

/// The targets of a list; regIds win over aliases as in a single send (assumed). A target that is named twice gets
/// one message (assumed).
fn list_targets(call: &Call<'_>) -> Result<Vec<Target>, Refusal> {
    let (kind, ids, size) = match call.fields.list("regIds") {
        ids if ids.is_empty() => (Kind::Alias, call.fields.list("aliases"), Code::ALIASES_SIZE),
        ids => (Kind::RegId, ids, Code::REGIDS_SIZE),
    };
    if ids.is_empty() {
        return Err(Code::LIST_EMPTY.into());
    }
    if !LIST_SIZE.contains(&ids.len()) {
        return Err(size.into());
    }
    let mut seen = HashSet::new();
    Ok(ids.into_iter().filter(|id| seen.insert(id.clone())).map(|id| Target { kind, id }).collect())
}

/// A new task's id: 18 digits (observed).
fn open_task(desk: &Desk, call: &Call<'_>, message: &Arc<Message>) -> String {
    let id = digits(18);
    desk.tasks().add(&id, &call.app.app_id, Arc::clone(message));
    id
}
