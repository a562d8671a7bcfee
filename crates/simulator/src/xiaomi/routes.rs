//! Every path Xiaomi answers, and what is done there.

use http::Method;

use super::{
    addressed::Addressed::{Accounts, Aliases, All, Regids, Topic, Topics},
    app::Registered,
    desk::Desk,
    form::Form,
    group::Group,
    query,
    reply::{Outcome, Stop},
    revoke,
};
use crate::faults::Turn;

/// The media type of forms.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
/// The media type of uploads.
const UPLOAD: &str = "multipart/form-data";

/// One path with what it does.
pub(super) struct Route {
    pub(super) path: &'static str,
    pub(super) method: Method,
    /// The media type a body must have, where it names one.
    pub(super) media: &'static str,
    pub(super) act: Act,
}

type Act = fn(&Desk, &Registered, &Form<'_>, &Turn) -> Result<Outcome, Stop>;

const fn post(path: &'static str, act: Act) -> Route {
    Route { path, method: Method::POST, media: FORM, act }
}

const fn get(path: &'static str, act: Act) -> Route {
    Route { path, method: Method::GET, media: FORM, act }
}

const fn upload(path: &'static str, act: Act) -> Route {
    Route { path, method: Method::POST, media: UPLOAD, act }
}

// One path a line reads as the table it is.
#[rustfmt::skip]
const ROUTES: &[Route] = &[
    post("/v2/message/regid", |desk, app, form, turn| desk.send(app, form, turn, Regids)),
    post("/v3/message/regid", |desk, app, form, turn| desk.send(app, form, turn, Regids)),
    post("/v4/message/regid", |desk, app, form, turn| desk.send(app, form, turn, Regids)),
    post("/v2/message/alias", |desk, app, form, turn| desk.send(app, form, turn, Aliases)),
    post("/v3/message/alias", |desk, app, form, turn| desk.send(app, form, turn, Aliases)),
    post("/v2/message/user_account", |desk, app, form, turn| desk.send(app, form, turn, Accounts)),
    post("/v2/message/topic", |desk, app, form, turn| desk.send(app, form, turn, Topic)),
    post("/v3/message/topic", |desk, app, form, turn| desk.send(app, form, turn, Topic)),
    post("/v2/message/multi_topic", |desk, app, form, turn| desk.send(app, form, turn, Topics)),
    post("/v3/message/multi_topic", |desk, app, form, turn| desk.send(app, form, turn, Topics)),
    post("/v2/message/all", |desk, app, form, turn| desk.send(app, form, turn, All)),
    post("/v3/message/all", |desk, app, form, turn| desk.send(app, form, turn, All)),
    post("/v2/multi_messages/regids", |desk, app, form, turn| desk.send_many(app, form, turn, Regids)),
    post("/v2/multi_messages/aliases", |desk, app, form, turn| desk.send_many(app, form, turn, Aliases)),
    post("/v2/multi_messages/user_accounts", |desk, app, form, turn| desk.send_many(app, form, turn, Accounts)),
    post("/v1/message/regid/revoke", |desk, app, form, _| revoke::shown(desk, app, form, "registration_ids", None)),
    post("/v1/message/alias/revoke", |desk, app, form, _| revoke::shown(desk, app, form, "aliases", Aliases.group())),
    post("/v1/message/user_account/revoke", |desk, app, form, _| revoke::shown(desk, app, form, "user_accounts", Accounts.group())),
    post("/v1/message/topic/revoke", |desk, app, form, _| revoke::shown_to_topics(desk, app, form, Topic)),
    post("/v1/message/multi_topic/revoke", |desk, app, form, _| revoke::shown_to_topics(desk, app, form, Topics)),
    post("/v2/message/revoke", |desk, app, form, _| revoke::message(desk, app, form)),
    post("/v1/message/switch/stop_by_id", |desk, _, form, _| revoke::stop_by_id(desk, form)),
    post("/v1/message/switch/stop_by_jobkey", |desk, _, form, _| revoke::stop_by_jobkey(desk, form)),
    post("/v2/schedule_job/delete", |desk, _, form, _| revoke::delete_job(desk, form)),
    post("/v3/schedule_job/delete", |desk, _, form, _| revoke::delete_job(desk, form)),
    post("/v2/schedule_job/exist", |desk, _, form, _| revoke::has_job(desk, form)),
    post("/v2/topic/subscribe", |desk, app, form, _| query::subscribe(desk, app, form, false)),
    post("/v2/topic/unsubscribe", |desk, app, form, _| query::unsubscribe(desk, app, form, false)),
    post("/v2/topic/subscribe/alias", |desk, app, form, _| query::subscribe(desk, app, form, true)),
    post("/v2/topic/unsubscribe/alias", |desk, app, form, _| query::unsubscribe(desk, app, form, true)),
    post("/v1/validation/regids", |desk, app, form, _| query::validate(desk, app, form)),
    post("/v1/feedback/get_region_by_regid", |_, _, form, _| query::region(form)),
    get("/v1/feedback/fetch_invalid_regids", |desk, _, _, _| query::told_once(&desk.invalid_regids)),
    get("/v1/feedback/fetch_invalid_aliases", |desk, _, _, _| query::told_once(&desk.invalid_aliases)),
    get("/v1/trace/message/status", |desk, _, form, _| query::trace_one(desk, form)),
    get("/v1/trace/messages/status", |desk, _, form, _| query::trace_many(desk, form)),
    get("/v1/trace/quota/get", |desk, app, _, _| query::quota(desk, app)),
    get("/v1/stats/message/counters", |desk, app, form, _| query::counters(desk, app, form)),
    get("/v1/regid/presence", |desk, app, form, _| query::presence(desk, app, form)),
    get("/v2/regid/presence", |desk, app, form, _| query::presence(desk, app, form)),
    get("/v1/alias/all", |_, app, form, _| query::names(app, form, Group::Alias)),
    get("/v1/account/all", |_, app, form, _| query::names(app, form, Group::Account)),
    get("/v1/topic/all", |_, app, form, _| query::names(app, form, Group::Topic)),
    get("/v1/alias/get_regid_by_alias", |_, app, form, _| query::regid_of_alias(app, form)),
    get("/v1/channel/list", |_, app, _, _| query::channels(app)),
    get("/v1/channel/add", |desk, app, form, _| query::add_channel(desk, app, form)),
    get("/v1/channel/discard", |desk, app, form, _| query::discard_channel(desk, app, form)),
    upload("/media/upload/image", |_, _, _, _| query::uploaded("pic_url")),
    upload("/media/upload/smallIcon", |_, _, _, _| query::uploaded("icon_url")),
];

/// The route of a path.
pub(super) fn route(path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.path == path)
}
