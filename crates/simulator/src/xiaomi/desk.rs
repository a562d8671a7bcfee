//! Xiaomi's desk: who asks and what for, the amounts, and what the rest of the simulator needs of the vendor.

use std::sync::{Arc, Mutex};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{Method, header};
use model::{Timestamp, Vendor};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    app::{Apps, Registered},
    channel::Amount,
    form::Form,
    receipt::{self, OVER_DEFAULT, OVER_PUBLIC},
    reply::{self, Code, Outcome, Refusal, Stop},
    routes::{self, Route},
    send::exhausted,
    sent::Sent,
};
use crate::{
    counter::{self, Answer, Ask, Clerk, Credential, DayLedger, Post, RateGate},
    faults::Turn,
    lock::lock,
    phone::{Badge, Calls, Keep, Report, ReportKind, Service},
    shared::{HostSpec, Shared, random},
    token::TokenBook,
    vendor::Book,
};

const HOSTS: &[HostSpec] =
    &[HostSpec::of("api.xmpush.xiaomi.com"), HostSpec::of("feedback.xmpush.xiaomi.com")];

/// Opens the vendor's counter.
pub(crate) fn open(shared: &Arc<Shared>, apps: &Arc<Apps>) -> Arc<dyn Book> {
    counter::open(shared, |reports| Desk::new(shared, Arc::clone(apps), reports))
}

/// Xiaomi's side of the world.
pub(super) struct Desk {
    pub(super) shared: Arc<Shared>,
    pub(super) tokens: Arc<TokenBook>,
    pub(super) apps: Arc<Apps>,
    pub(super) sent: Mutex<Sent>,
    pub(super) used: DayLedger,
    pub(super) rate: RateGate,
    /// Dead registration ids that the feedback host has not told yet.
    pub(super) invalid_regids: Mutex<Vec<String>>,
    /// The same for aliases that no phone has.
    pub(super) invalid_aliases: Mutex<Vec<String>>,
    pub(super) reports: mpsc::Sender<Report>,
}

impl Desk {
    pub(super) fn new(shared: &Arc<Shared>, apps: Arc<Apps>, reports: mpsc::Sender<Report>) -> Self {
        Self {
            shared: Arc::clone(shared),
            tokens: Arc::default(),
            apps,
            sent: Mutex::default(),
            used: DayLedger::of_beijing(),
            rate: RateGate::default(),
            invalid_regids: Mutex::default(),
            invalid_aliases: Mutex::default(),
            reports,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    fn outcome(&self, route: Option<&Route>, ask: &Ask<'_>, turn: &Turn) -> Result<Outcome, Stop> {
        let route = route.ok_or_else(|| Code::PATH.because("no such path"))?;
        if *ask.method != route.method {
            return Err(Code::METHOD.because("method not supported here").into());
        }
        let app = self.apps.authenticate(ask.header(header::AUTHORIZATION.as_str()))?;
        let media = ask.header(header::CONTENT_TYPE.as_str()).unwrap_or_default().trim_start();
        if route.method == Method::POST && !media.is_empty() && !starts_with(media, route.media) {
            return Err(Code::MIME.because(format!("the body must be {}", route.media)).into());
        }
        if turn.throttle {
            return Err(Code::TOO_FAST.because("too many requests a second").into());
        }
        let is_form = route.method == Method::POST && route.media == routes::FORM;
        let bytes = if is_form { ask.body } else { ask.query.as_bytes() };
        (route.act)(self, &app, &Form::parse(bytes), turn)
    }

    /// Targets a day; `None`: any.
    pub(super) fn limit(&self, app: &Registered, amount: Amount) -> Option<u64> {
        match amount {
            Amount::Default => Some(app.rights.day_quota),
            Amount::Public => Some(app.rights.public_limit()),
            Amount::Unlimited => None,
        }
    }

    /// Takes targets from today's amount, or none of them.
    pub(super) fn spend(
        &self,
        app: &Registered,
        amount: Amount,
        targets: u64,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(limit) = self.limit(app, amount) else { return Ok(()) };
        let spent = self.used.take(&ledger_key(app, amount), targets, limit, now);
        spent.map(|_| ()).map_err(|spent| exhausted(limit, spent.used))
    }

    /// How many targets were sent to today.
    pub(super) fn spent(&self, app: &Registered, amount: Amount, now: Timestamp) -> u64 {
        if amount == Amount::Unlimited { 0 } else { self.used.used(&ledger_key(app, amount), now) }
    }

    /// The amount that a phone was over.
    fn quota_of(&self, report: &Report) -> Option<u64> {
        let reason = match report.kind {
            ReportKind::Withheld(reason @ (OVER_DEFAULT | OVER_PUBLIC)) => reason,
            _ => return None,
        };
        let app = self.apps.of_package(&report.origin.app)?;
        let is_default = reason == OVER_DEFAULT;
        Some(if is_default { app.rights.default_per_device } else { app.rights.public_per_device })
    }
}

fn ledger_key(app: &Registered, amount: Amount) -> String {
    format!("{} {amount:?}", app.package())
}

fn starts_with(media: &str, wanted: &str) -> bool {
    media.get(..wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(wanted))
}

impl Clerk for Desk {
    fn vendor(&self) -> Vendor {
        Vendor::Xiaomi
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

    fn set_rights(&self, package: &str, rights: &Value) -> Result<(), String> {
        self.apps.set_rights(package, rights)
    }

    fn service(&self) -> Service {
        Service {
            tokens: Arc::clone(&self.tokens),
            mint,
            badge: Badge::Counted,
            keep: Keep::All,
            arrived: Calls::WhileRunning,
            through: Calls::Never,
            notifications_off_at_first: false,
            reports: Some(self.reports.clone()),
        }
    }

    fn any_app(&self) -> Option<String> {
        self.apps.any_package()
    }

    fn knows_code(&self, code: &str) -> bool {
        reply::parse_code(code).is_some()
    }

    fn refuse(&self, code: &str, ask: &Ask<'_>) -> Answer {
        reply::on_demand(code).on(routes::route(ask.path).map_or("", |route| route.path))
    }

    fn too_long(&self) -> Answer {
        reply::refused(&Code::REQUEST_TOO_LONG.because("the request body is too long")).at("body")
    }

    fn answer(&self, ask: &Ask<'_>, turn: &Turn) -> Answer {
        let route = routes::route(ask.path);
        let answer = match self.outcome(route, ask, turn) {
            Ok(outcome) => outcome.answer(),
            Err(Stop::Refused(refusal)) => reply::refused(&refusal).at("refused"),
            Err(Stop::Special(answer)) => *answer,
        };
        answer.on(route.map_or("", |route| route.path))
    }

    fn posts(&self, reports: &[Report], _: Timestamp) -> Vec<Post> {
        let mut sent = lock(&self.sent);
        for report in reports {
            sent.count(&report.origin.message_id, &report.kind);
        }
        drop(sent);
        receipt::posts(reports, |report| self.quota_of(report))
    }
}

/// A registration id in the vendor's shape: 44 characters of base64.
fn mint() -> String {
    STANDARD.encode(random::<32>())
}
