//! The small calls: traces, amounts, validation, names, lists.
//!
//! Shapes of `data` where the book only says that there is an answer are assumed.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::{
    app::Registered,
    channel::Amount,
    desk::Desk,
    form::Form,
    group::{Full, Group, NAME_MAX_BYTES},
    message::check_package,
    reply::{Code, Outcome, Refusal, Stop},
    send::named,
};
use crate::{
    lock::lock,
    shared::{hex, random},
};

/// Longest id of a channel, in bytes. Assumed.
const CHANNEL_ID_MAX_BYTES: usize = 64;

/// Which registration ids are valid.
pub(super) fn validate(desk: &Desk, app: &Registered, form: &Form<'_>) -> Result<Outcome, Stop> {
    let (valid, invalid): (Vec<&str>, Vec<&str>) =
        form.list("registration_ids").partition(|token| desk.is_served(token, app));
    if valid.is_empty() && invalid.is_empty() {
        return Err(Code::MISSING.because("registration_ids is missing").into());
    }
    let first = valid.iter().chain(&invalid).next().copied().unwrap_or_default();
    let count = valid.len() + invalid.len();
    Ok(Outcome::of(json!({"valid_regids": valid, "invalid_regids": invalid})).to(count, first))
}

/// The region of each registration id: all phones are in China.
pub(super) fn region(form: &Form<'_>) -> Result<Outcome, Stop> {
    let regions: serde_json::Map<String, Value> =
        form.list("regIds").map(|token| (token.to_owned(), "China".into())).collect();
    Ok(Outcome::of(regions.into()))
}

/// A feed's entries, which leave it once read (assumed).
pub(super) fn told_once(feed: &Mutex<Vec<String>>) -> Result<Outcome, Stop> {
    let list = std::mem::take(&mut *lock(feed));
    Ok(Outcome::of(json!({"list": list})))
}

/// What became of one message.
pub(super) fn trace_one(desk: &Desk, form: &Form<'_>) -> Result<Outcome, Stop> {
    let sent = lock(&desk.sent);
    let status = match (form.filled("msg_id"), form.filled("job_key")) {
        (Some(id), _) => sent.status(id),
        (None, Some(jobkey)) => sent.statuses(|record| record.jobkey == jobkey).pop(),
        (None, None) => return Err(Code::MISSING.because("msg_id or job_key is missing").into()),
    };
    let status = status.ok_or_else(|| Code::UNKNOWN_MESSAGE.because("no such message"))?;
    Ok(Outcome::of(json!({"data": status})))
}

/// What became of the messages of a span of time.
pub(super) fn trace_many(desk: &Desk, form: &Form<'_>) -> Result<Outcome, Stop> {
    let moment = |field: &str| {
        form.filled(field)
            .and_then(|text| text.trim().parse::<i64>().ok())
            .ok_or_else(|| Code::MISSING.because(format!("{field} is missing")))
    };
    let span = moment("begin_time")?..=moment("end_time")?;
    let statuses = lock(&desk.sent).statuses(|record| span.contains(&record.created_at.millis()));
    Ok(Outcome::of(json!({"data": statuses})))
}

/// Counts of a span of days, given as `yyyyMMdd` in Beijing time.
pub(super) fn counters(desk: &Desk, app: &Registered, form: &Form<'_>) -> Result<Outcome, Stop> {
    check_package(form, app)?;
    let day = |field: &str| {
        form.filled(field)
            .map(str::trim)
            .filter(|text| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()))
            .map(str::to_owned)
            .ok_or_else(|| Code::MISSING.because(format!("{field} is missing")))
    };
    let span = day("start_date")?..=day("end_date")?;
    let counted: Vec<Value> = lock(&desk.sent)
        .daily()
        .into_iter()
        .filter(|(date, _)| span.contains(date))
        .map(|(date, day)| {
            json!({
                "date": date, "regid_recipients": day.regids, "alias_recipients": day.aliases,
                "useraccount_recipients": day.accounts, "broadcast_recipients": day.broadcasts,
                "single_recipients": day.regids + day.aliases + day.accounts,
                "received": day.delivered, "click": day.clicked,
            })
        })
        .collect();
    Ok(Outcome::of(json!({"data": counted})))
}

/// Amounts and use by kind of channel, once a second at most (documented).
pub(super) fn quota(desk: &Desk, app: &Registered) -> Result<Outcome, Stop> {
    let now = desk.now();
    if !desk.rate.pass(&format!("{} quota", app.package()), 1, 1, now) {
        return Err(Code::QUERY_TOO_OFTEN.because("once a second at most").into());
    }
    let of = |name: &str, amount| {
        let limit = desk.limit(app, amount).unwrap_or_default();
        json!({
            "channel": name, "day_quota": limit.to_string(), "day_acked": desk.spent(app, amount, now).to_string(),
        })
    };
    let mut all = of("no_channel", Amount::Default);
    all["channels"] = json!([of("no_channel", Amount::Default), of("public", Amount::Public)]);
    Ok(Outcome::of(all))
}

/// Which phones are online.
pub(super) fn presence(desk: &Desk, app: &Registered, form: &Form<'_>) -> Result<Outcome, Stop> {
    let online = |token: &str| {
        desk.is_served(token, app)
            && desk.tokens.find(token).is_some_and(|registration| registration.phone.switches().network)
    };
    let presence: serde_json::Map<String, Value> = form
        .list("registration_id")
        .map(|token| (token.to_owned(), if online(token) { "Online" } else { "Offline" }.into()))
        .collect();
    Ok(Outcome::of(presence.into()))
}

/// The names a phone is under.
pub(super) fn names(app: &Registered, form: &Form<'_>, group: Group) -> Result<Outcome, Stop> {
    let regid =
        form.filled("registration_id").ok_or_else(|| Code::MISSING.because("registration_id is missing"))?;
    Ok(Outcome::of(json!({"list": lock(&app.groups).names(group, regid)})))
}

/// The registration ids of an alias, which are told in `reason` (one source).
pub(super) fn regid_of_alias(app: &Registered, form: &Form<'_>) -> Result<Outcome, Stop> {
    let alias = form.filled("aliasName").ok_or_else(|| Code::MISSING.because("aliasName is missing"))?;
    let members: Vec<String> = lock(&app.groups).members(Group::Alias, alias).into_iter().collect();
    Ok(Outcome { reason: Some(members.join(",")), ..Outcome::of(json!({})) })
}

/// Puts phones, named by registration ids or aliases, under a topic.
pub(super) fn subscribe(
    desk: &Desk,
    app: &Registered,
    form: &Form<'_>,
    by_alias: bool,
) -> Result<Outcome, Stop> {
    let (topic, regids) = subscribers(app, form, by_alias)?;
    for regid in regids.iter().filter(|regid| desk.is_served(regid, app)) {
        lock(&app.groups).join(Group::Topic, topic, regid).map_err(|full| match full {
            Full::Limit => Code::TOO_MANY_TOPICS.because("a device has at most 30 topics"),
            Full::Memory => Code::TOPIC.because("topic is too long"),
        })?;
    }
    Ok(Outcome::of(json!({})).to(regids.len(), regids.first().map_or("", String::as_str)))
}

/// Takes them from under it.
pub(super) fn unsubscribe(
    _: &Desk,
    app: &Registered,
    form: &Form<'_>,
    by_alias: bool,
) -> Result<Outcome, Stop> {
    let (topic, regids) = subscribers(app, form, by_alias)?;
    regids.iter().for_each(|regid| lock(&app.groups).leave(Group::Topic, topic, regid));
    Ok(Outcome::of(json!({})).to(regids.len(), regids.first().map_or("", String::as_str)))
}

fn subscribers<'a>(
    app: &Registered,
    form: &'a Form<'_>,
    by_alias: bool,
) -> Result<(&'a str, Vec<String>), Refusal> {
    check_package(form, app)?;
    let topic = form.filled("topic").ok_or_else(|| Code::TOPIC.because("topic is missing"))?;
    if topic.len() > NAME_MAX_BYTES {
        return Err(Code::TOPIC.because("topic is too long"));
    }
    if !by_alias {
        return Ok((topic, named(form, "registration_id")?.into_iter().map(str::to_owned).collect()));
    }
    let aliases = named(form, "aliases")?;
    let groups = lock(&app.groups);
    Ok((topic, aliases.iter().flat_map(|alias| groups.members(Group::Alias, alias)).collect()))
}

/// The ids of the approved channels.
pub(super) fn channels(app: &Registered) -> Result<Outcome, Stop> {
    let ids: Vec<&String> = app.rights.channels.keys().collect();
    Ok(Outcome::of(json!({"list": ids})))
}

/// Makes a channel, which is a public one: private ones are applied for in the console (assumed).
pub(super) fn add_channel(desk: &Desk, app: &Registered, form: &Form<'_>) -> Result<Outcome, Stop> {
    let id = form.filled("channel_id").ok_or_else(|| Code::MISSING.because("channel_id is missing"))?;
    let mut has_room = id.len() <= CHANNEL_ID_MAX_BYTES;
    if has_room {
        desk.apps.change(app, |rights| has_room = rights.add_channel(id));
    }
    if has_room {
        Ok(Outcome::of(json!({"channel_id": id})))
    } else {
        Err(Code::ILLEGAL
            .because("an app has at most 30 channels, each with an id of at most 64 bytes")
            .into())
    }
}

/// Ends a channel.
pub(super) fn discard_channel(desk: &Desk, app: &Registered, form: &Form<'_>) -> Result<Outcome, Stop> {
    let id = form.filled("channel_id").ok_or_else(|| Code::MISSING.because("channel_id is missing"))?;
    if !app.rights.channels.contains_key(id) {
        return Err(Code::CHANNEL.because("no such channel").into());
    }
    desk.apps.change(app, |rights| {
        rights.channels.remove(id);
    });
    Ok(Outcome::of(json!({})))
}

/// Takes a picture, which is not kept, for current systems show none (documented).
pub(super) fn uploaded(field: &str) -> Result<Outcome, Stop> {
    Ok(Outcome::of(json!({ field: format!("https://api.xmpush.xiaomi.com/media/{}", hex(&random::<8>())) })))
}
