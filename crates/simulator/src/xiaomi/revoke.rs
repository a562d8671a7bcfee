//! Taking back: what is shown, by notify id or message id, and what has not been delivered yet.

use serde_json::json;

use super::{
    addressed::Addressed,
    app::Registered,
    desk::Desk,
    form::Form,
    group::Group,
    message::{check_package, notify_id},
    reply::{Code, Outcome, Refusal, Stop},
    send::named,
};
use crate::lock::lock;

/// Takes back what stands under a notify id on the phones of targets that are named one by one.
pub(super) fn shown(
    desk: &Desk,
    app: &Registered,
    form: &Form<'_>,
    field: &str,
    group: Option<Group>,
) -> Result<Outcome, Stop> {
    let slot = slot(app, form)?;
    let targets = named(form, field)?;
    for target in &targets {
        match group {
            None => withdraw(desk, app, target, &slot),
            Some(group) => {
                let members = lock(&app.groups).members(group, target);
                members.iter().for_each(|regid| withdraw(desk, app, regid, &slot));
            }
        }
    }
    Ok(Outcome::of(json!({})).to(targets.len(), targets[0]).at("revoked"))
}

/// The same on the phones of topics.
pub(super) fn shown_to_topics(
    desk: &Desk,
    app: &Registered,
    form: &Form<'_>,
    addressed: Addressed,
) -> Result<Outcome, Stop> {
    let slot = slot(app, form)?;
    let regids = desk.broadcast(app, form, addressed)?.unwrap_or_default();
    regids.iter().for_each(|regid| withdraw(desk, app, regid, &slot));
    Ok(Outcome::of(json!({})).to(regids.len(), "").at("revoked"))
}

/// Takes back one message wherever it is.
pub(super) fn message(desk: &Desk, app: &Registered, form: &Form<'_>) -> Result<Outcome, Stop> {
    check_package(form, app)?;
    let id = form.filled("msg_id").ok_or_else(|| Code::MISSING.because("msg_id is missing"))?;
    if !lock(&desk.sent).contains(id) {
        return Err(Code::UNKNOWN_MESSAGE.because("no such message").into());
    }
    for phone in desk.tokens.phones() {
        phone.withdraw_message(id);
    }
    Ok(Outcome::of(json!({})).at("revoked"))
}

/// Stops what of some messages has not been delivered.
pub(super) fn stop_by_id(desk: &Desk, form: &Form<'_>) -> Result<Outcome, Stop> {
    let ids = named(form, "msg_ids")?;
    stop(desk, ids.iter().copied());
    Ok(Outcome::of(json!({})).at("stopped"))
}

/// The same for the messages of jobkeys.
pub(super) fn stop_by_jobkey(desk: &Desk, form: &Form<'_>) -> Result<Outcome, Stop> {
    for jobkey in named(form, "job_keys")? {
        let ids = lock(&desk.sent).of_jobkey(jobkey);
        stop(desk, ids.iter().map(String::as_str));
    }
    Ok(Outcome::of(json!({})).at("stopped"))
}

/// Deletes a scheduled message: by its id, in the newer call by its jobkey.
pub(super) fn delete_job(desk: &Desk, form: &Form<'_>) -> Result<Outcome, Stop> {
    let ids = match (form.filled("job_id"), form.filled("jobkey")) {
        (Some(id), _) => vec![id.to_owned()],
        (None, Some(jobkey)) => lock(&desk.sent).of_jobkey(jobkey),
        (None, None) => return Err(Code::MISSING.because("job_id is missing").into()),
    };
    let now = desk.now();
    let scheduled: Vec<String> = {
        let sent = lock(&desk.sent);
        ids.into_iter().filter(|id| sent.is_scheduled(id, now)).collect()
    };
    if scheduled.is_empty() {
        return Err(Code::UNKNOWN_MESSAGE.because("no such job").into());
    }
    stop(desk, scheduled.iter().map(String::as_str));
    Ok(Outcome::of(json!({})).at("stopped"))
}

/// Whether a message waits for the time it was scheduled for. How the answer says no is assumed.
pub(super) fn has_job(desk: &Desk, form: &Form<'_>) -> Result<Outcome, Stop> {
    let id = form.filled("job_id").ok_or_else(|| Code::MISSING.because("job_id is missing"))?;
    if lock(&desk.sent).is_scheduled(id, desk.now()) {
        Ok(Outcome::of(json!({})))
    } else {
        Err(Code::UNKNOWN_MESSAGE.because("no such job").into())
    }
}

fn stop<'a>(desk: &Desk, ids: impl Iterator<Item = &'a str>) {
    let phones = desk.tokens.phones();
    for id in ids {
        for phone in &phones {
            phone.forget_waiting(id);
        }
    }
}

fn slot(app: &Registered, form: &Form<'_>) -> Result<String, Refusal> {
    check_package(form, app)?;
    let id = notify_id(form.filled("notify_id"))?;
    id.map(|id| id.to_string()).ok_or_else(|| Code::MISSING.because("notify_id is missing"))
}

fn withdraw(desk: &Desk, app: &Registered, regid: &str, slot: &str) {
    if let Some(found) = desk.tokens.find(regid)
        && found.standing.is_alive()
        && app.owns(&found.phone.profile().app)
    {
        found.phone.withdraw(slot);
    }
}
