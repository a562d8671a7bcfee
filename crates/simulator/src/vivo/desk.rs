//! vivo's desk: takes a request and answers it, without a socket.

use std::sync::{Arc, Mutex, MutexGuard};

use http::Method;
use model::{Timestamp, Vendor};
use serde_json::{Map, Value};
use tokio::sync::mpsc;

use super::{
    app::{App, Apps},
    auth,
    code::{Code, Refusal},
    fields::Fields,
    query, receipt,
    reply::{Outcome, Stop},
    send,
    tag::{self, TagBook},
    target::mint_regid,
    task::Tasks,
};
use crate::{
    counter::{AccessTokens, Answer, Ask, Clerk, Credential, DayLedger, Post, RateGate},
    faults::Turn,
    lock::lock,
    phone::{Badge, Calls, Keep, Report, Service},
    shared::{HostSpec, Shared},
    token::TokenBook,
};

/// The only host there is. Documented.
const HOSTS: &[HostSpec] = &[HostSpec::of("api-push.vivo.com.cn")];

/// vivo's side of the world.
pub(super) struct Desk {
    pub(super) shared: Arc<Shared>,
    pub(super) tokens: Arc<TokenBook>,
    pub(super) apps: Apps,
    pub(super) access: AccessTokens,
    /// What apps used today.
    pub(super) amounts: DayLedger,
    /// What devices got today.
    pub(super) devices: DayLedger,
    pub(super) rates: RateGate,
    pub(super) tags: Mutex<TagBook>,
    pub(super) reports: mpsc::Sender<Report>,
    tasks: Mutex<Tasks>,
}

/// A request of an app that has shown its access token.
pub(super) struct Call<'a> {
    pub(super) app: Arc<App>,
    pub(super) fields: Fields<'a>,
    pub(super) ask: &'a Ask<'a>,
    pub(super) turn: &'a Turn,
}

/// A path of the book.
struct Route {
    path: &'static str,
    method: Method,
    act: Act,
}

enum Act {
    /// Needs no access token.
    Exchange,
    Served(fn(&Desk, &Call<'_>) -> Result<Outcome, Stop>),
}

const fn post(path: &'static str, act: fn(&Desk, &Call<'_>) -> Result<Outcome, Stop>) -> Route {
    Route { path, method: Method::POST, act: Act::Served(act) }
}

const ROUTES: &[Route] = &[
    Route { path: "/message/auth", method: Method::POST, act: Act::Exchange },
    post("/message/send", send::single),
    post("/message/saveListPayload", send::save),
    post("/message/pushToList", send::list),
    post("/message/all", send::everybody),
    post("/message/tagPush", send::by_tags),
    post("/message/recycle", query::recycle),
    Route { path: "/report/getStatistics", method: Method::GET, act: Act::Served(query::statistics) },
    post("/invalidUser/check", query::check),
    post("/tag/add", tag::add),
    post("/tag/update", tag::update),
    post("/tag/addMembers", tag::add_members),
    post("/tag/removeMembers", tag::remove_members),
];

impl Desk {
    pub(super) fn new(shared: &Arc<Shared>, reports: mpsc::Sender<Report>) -> Self {
        Self {
            shared: Arc::clone(shared),
            tokens: Arc::default(),
            apps: Apps::default(),
            access: AccessTokens::default(),
            amounts: DayLedger::of_beijing(),
            devices: DayLedger::of_beijing(),
            rates: RateGate::default(),
            tags: Mutex::default(),
            reports,
            tasks: Mutex::default(),
        }
    }

    pub(super) fn tasks(&self) -> MutexGuard<'_, Tasks> {
        lock(&self.tasks)
    }

    fn outcome(&self, route: &Route, ask: &Ask<'_>, turn: &Turn) -> Result<Outcome, Stop> {
        if *ask.method != route.method {
            return Err(Code::METHOD.into());
        }
        match route.act {
            Act::Exchange => auth::exchange(self, Fields(&members(ask)?), ask),
            Act::Served(act) => {
                let app = self.authenticate(ask)?;
                let members = members(ask)?;
                let fields = Fields(&members);
                if fields.text("appId").is_some_and(|id| id.trim() != app.app_id) {
                    return Err(Code::OTHER_APP.into());
                }
                act(self, &Call { app, fields, ask, turn })
            }
        }
    }

    /// Missing, wrong and expired access tokens are answered alike. Documented.
    fn authenticate(&self, ask: &Ask<'_>) -> Result<Arc<App>, Refusal> {
        let token = ask.header("authtoken").map(str::trim).unwrap_or_default();
        let app_id = self.access.check(token, ask.host, ask.now).map_err(|_| Code::AUTH)?;
        self.apps.find(&app_id).ok_or_else(|| Code::AUTH.into())
    }
}

fn route(path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.path == path)
}

/// The members of the body. No body at all is an empty object.
fn members(ask: &Ask<'_>) -> Result<Map<String, Value>, Refusal> {
    if *ask.method == Method::GET || ask.body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    match ask.json() {
        Some(Value::Object(members)) => Ok(members),
        _ => Err(Code::BAD_REQUEST.about("JSON")),
    }
}

impl Clerk for Desk {
    fn vendor(&self) -> Vendor {
        Vendor::Vivo
    }

    fn hosts(&self) -> &'static [HostSpec] {
        HOSTS
    }

    fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        self.apps.enrol(package, known)
    }

    fn credentials(&self) -> Vec<Credential> {
        self.apps.credentials()
    }

    /// The members of the JSON are the fields of [`super::rights::Rights`].
    fn set_rights(&self, package: &str, rights: &Value) -> Result<(), String> {
        self.apps.set_rights(package, rights)
    }

    /// The SDK tells the app of no arrival and has no data that shows nothing (matrix H). The badge counts by
    /// `addBadge` alone.
    fn service(&self) -> Service {
        Service {
            tokens: Arc::clone(&self.tokens),
            mint: mint_regid,
            badge: Badge::Set,
            keep: Keep::All,
            arrived: Calls::Never,
            through: Calls::Never,
            notifications_off_at_first: false,
            reports: Some(self.reports.clone()),
        }
    }

    fn any_app(&self) -> Option<String> {
        self.apps.any_package()
    }

    fn knows_code(&self, code: &str) -> bool {
        Code::parse(code).is_some_and(|code| code != Code::OK)
    }

    fn refuse(&self, code: &str, ask: &Ask<'_>) -> Answer {
        let answer = Stop::from(Code::parse(code).unwrap_or(Code::BAD_REQUEST)).answer();
        answer.on(route(ask.path).map_or("", |route| route.path))
    }

    fn answer(&self, ask: &Ask<'_>, turn: &Turn) -> Answer {
        let Some(route) = route(ask.path) else { return Stop::from(Code::NO_SUCH_PATH).answer() };
        self.outcome(route, ask, turn).map_or_else(Stop::answer, Outcome::answer).on(route.path)
    }

    fn posts(&self, reports: &[Report], _: Timestamp) -> Vec<Post> {
        let mut tasks = self.tasks();
        let events = reports.iter().filter_map(|report| {
            let message = tasks.count(&report.origin.message_id, &report.kind);
            receipt::event(report, message.as_deref())
        });
        let events = events.collect();
        drop(tasks);
        receipt::posts(events)
    }
}

#[cfg(test)]
mod tests;
