//! Every path Xiaomi answers, and the small ones among them: traces, validation, revocation, lists.
//!
//! Shapes of `data` where the book only says that there is an answer are assumed.

use http::Method;
use serde_json::{Value, json};

use super::{
    answer::{Outcome, Stop},
    app::Registered,
    desk::Desk,
    form::Form,
    message::{check_package, notify_id},
    reply::Code,
};
use crate::{faults::Turn, lock::lock};

/// One path with what it does.
pub(super) struct Route {
    pub(super) path: &'static str,
    pub(super) method: Method,
    pub(super) act: Act,
}

type Act = fn(&Desk, &Registered, &Form, &Turn) -> Result<Outcome, Stop>;

const fn post(path: &'static str, act: Act) -> Route {
    Route { path, method: Method::POST, act }
}

const fn get(path: &'static str, act: Act) -> Route {
    Route { path, method: Method::GET, act }
}

const ROUTES: &[Route] = &[
    post("/v2/message/regid", Desk::send),
    post("/v3/message/regid", Desk::send),
    post("/v4/message/regid", Desk::send),
    post("/v1/message/regid/revoke", revoke),
    post("/v2/message/revoke", revoke_message),
    post("/v1/validation/regids", validate),
    post("/v1/feedback/get_region_by_regid", region),
    get("/v1/feedback/fetch_invalid_regids", invalid_regids),
    get("/v1/feedback/fetch_invalid_aliases", empty_list),
    get("/v1/trace/message/status", trace_one),
    get("/v1/trace/messages/status", trace_many),
    get("/v1/trace/quota/get", quota),
    get("/v1/stats/message/counters", counters),
    get("/v1/regid/presence", presence),
    get("/v2/regid/presence", presence),
    get("/v1/channel/list", channels),
    get("/v1/alias/all", empty_list),
    get("/v1/topic/all", empty_list),
    get("/v1/account/all", empty_list),
];

/// The route of a path.
pub(super) fn route(path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.path == path)
}

fn revoke(desk: &Desk, app: &Registered, form: &Form, _: &Turn) -> Result<Outcome, Stop> {
    check_package(form, &app.app)?;
    let id =
        notify_id(form.filled("notify_id"))?.ok_or_else(|| Code::MISSING.because("notify_id is missing"))?;
    let targets: Vec<&str> = form.list("registration_ids").collect();
    if targets.is_empty() {
        return Err(Code::MISSING.because("registration_ids is missing").into());
    }
    for token in targets.iter().filter(|token| desk.is_served(token, app)) {
        if let Some(registration) = desk.tokens.find(token) {
            registration.phone.withdraw(&id.to_string());
        }
    }
    Ok(Outcome { targets: targets.len(), stage: "revoked", ..Outcome::of(json!({})) })
}

fn revoke_message(desk: &Desk, app: &Registered, form: &Form, _: &Turn) -> Result<Outcome, Stop> {
    check_package(form, &app.app)?;
    let id = form.filled("msg_id").ok_or_else(|| Code::MISSING.because("msg_id is missing"))?;
    if !lock(&desk.sent).contains(id) {
        return Err(Code::UNKNOWN_MESSAGE.because("no such message").into());
    }
    for phone in desk.tokens.phones() {
        phone.withdraw_message(id);
    }
    Ok(Outcome { stage: "revoked", ..Outcome::of(json!({})) })
}

fn validate(desk: &Desk, app: &Registered, form: &Form, _: &Turn) -> Result<Outcome, Stop> {
    let (valid, invalid): (Vec<&str>, Vec<&str>) =
        form.list("registration_ids").partition(|token| desk.is_served(token, app));
    if valid.is_empty() && invalid.is_empty() {
        return Err(Code::MISSING.because("registration_ids is missing").into());
    }
    Ok(Outcome {
        targets: valid.len() + invalid.len(),
        ..Outcome::of(json!({"valid_regids": valid, "invalid_regids": invalid}))
    })
}

fn region(_: &Desk, _: &Registered, form: &Form, _: &Turn) -> Result<Outcome, Stop> {
    let regions: serde_json::Map<String, Value> =
        form.list("regIds").map(|token| (token.to_owned(), "China".into())).collect();
    Ok(Outcome::of(regions.into()))
}

/// Entries leave the feed once read (assumed).
fn invalid_regids(desk: &Desk, _: &Registered, _: &Form, _: &Turn) -> Result<Outcome, Stop> {
    let list = std::mem::take(&mut *lock(&desk.invalid_feed));
    Ok(Outcome::of(json!({"list": list})))
}

fn empty_list(_: &Desk, _: &Registered, _: &Form, _: &Turn) -> Result<Outcome, Stop> {
    Ok(Outcome::of(json!({"list": []})))
}

fn trace_one(desk: &Desk, _: &Registered, form: &Form, _: &Turn) -> Result<Outcome, Stop> {
    let sent = lock(&desk.sent);
    let status = match (form.filled("msg_id"), form.filled("job_key")) {
        (Some(id), _) => sent.status(id),
        (None, Some(jobkey)) => sent.statuses(|record| record.jobkey == jobkey).pop(),
        (None, None) => return Err(Code::MISSING.because("msg_id or job_key is missing").into()),
    };
    let status = status.ok_or_else(|| Code::UNKNOWN_MESSAGE.because("no such message"))?;
    Ok(Outcome::of(json!({"data": status})))
}

fn trace_many(desk: &Desk, _: &Registered, form: &Form, _: &Turn) -> Result<Outcome, Stop> {
    let moment = |field: &str| {
        form.filled(field)
            .and_then(|text| text.trim().parse::<i64>().ok())
            .ok_or_else(|| Code::MISSING.because(format!("{field} is missing")))
    };
    let span = moment("begin_time")?..=moment("end_time")?;
    let statuses = lock(&desk.sent).statuses(|record| span.contains(&record.created_at.millis()));
    Ok(Outcome::of(json!({"data": statuses})))
}

/// Counts of a span of days, given as `yyyyMMdd` in Beijing time; of the kinds of targets only regids are simulated.
fn counters(desk: &Desk, app: &Registered, form: &Form, _: &Turn) -> Result<Outcome, Stop> {
    check_package(form, &app.app)?;
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
        .map(|(date, [targets, delivered, clicked])| {
            json!({
                "date": date, "regid_recipients": targets, "alias_recipients": 0, "useraccount_recipients": 0,
                "broadcast_recipients": 0, "single_recipients": targets, "received": delivered, "click": clicked,
            })
        })
        .collect();
    Ok(Outcome::of(json!({"data": counted})))
}

fn quota(desk: &Desk, app: &Registered, _: &Form, _: &Turn) -> Result<Outcome, Stop> {
    Ok(Outcome::of(json!({
        "day_quota": app.app.day_quota.to_string(),
        "day_acked": app.spent(desk.now()).to_string(),
    })))
}

fn presence(desk: &Desk, app: &Registered, form: &Form, _: &Turn) -> Result<Outcome, Stop> {
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

fn channels(_: &Desk, app: &Registered, _: &Form, _: &Turn) -> Result<Outcome, Stop> {
    let ids: Vec<&String> = app.app.channels.keys().collect();
    Ok(Outcome::of(json!({"list": ids})))
}
