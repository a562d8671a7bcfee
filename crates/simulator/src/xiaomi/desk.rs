//! Xiaomi's desk: takes a request and answers it, without a socket.
//!
//! Order of checks (assumed, the book is silent): path, method, authorisation, media type, rate, parameters in
//! the order of the message page, daily amount, targets.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::BoxFuture;
use http::{Method, request::Parts};
use model::{Timestamp, Vendor};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{
    answer::{Answer, Ask, Outcome, Stop, trace_id},
    app::{Apps, Registered, XiaomiApp, exhausted},
    form::Form,
    message::{self, Message},
    query,
    reply::{self, Code},
    sent::{Record, Sent},
    serve,
};
use crate::{
    callback::CallbackError,
    counter::Credential,
    faults::{Fault, LoneDead, Turn},
    listener::Visit,
    lock::lock,
    log::{Entry, shorten},
    phone::{Alert, Badge, Calls, Handover, Keep, Origin, Push, Report, ReportKind, Service},
    shared::{Host, HostSpec, Shared, hex, random},
    token::{Standing, TokenBook},
    vendor::Book,
};

const HOSTS: &[HostSpec] =
    &[HostSpec::of("api.xmpush.xiaomi.com"), HostSpec::of("feedback.xmpush.xiaomi.com")];

/// Most targets of one request. Documented.
const TARGETS_MAX: usize = 1000;
/// Longest registration id that is looked at, in characters. Observed.
const REGID_MAX_CHARS: usize = 128;
/// Special registration ids begin so.
const SPECIAL: &str = "FAULT/";
/// Reports from phones that may wait.
const REPORTS_MAX: usize = 65_536;
/// How the app reads what was sent (rows G6 and G8 of the seed documents: `getExtra()` of the message object).
const GETTER: &str =
    r#"((MiPushMessage) intent.getSerializableExtra(PushMessageHelper.KEY_MESSAGE)).getExtra().get("ext")"#;

/// Xiaomi's side of the world.
pub(crate) struct Desk {
    pub(super) shared: Arc<Shared>,
    pub(super) tokens: Arc<TokenBook>,
    pub(super) apps: Apps,
    pub(super) sent: Mutex<Sent>,
    /// Dead registration ids that the feedback host has not told yet.
    pub(super) invalid_feed: Mutex<Vec<String>>,
    reports: mpsc::Sender<Report>,
    inbox: Mutex<Option<mpsc::Receiver<Report>>>,
}

impl Desk {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let (reports, inbox) = mpsc::channel(REPORTS_MAX);
        Self {
            shared,
            tokens: Arc::default(),
            apps: Apps::default(),
            sent: Mutex::default(),
            invalid_feed: Mutex::default(),
            reports,
            inbox: Mutex::new(Some(inbox)),
        }
    }

    /// Registers an app; the same secret again replaces it.
    pub(crate) fn register(&self, app: XiaomiApp) {
        self.apps.register(app);
    }

    /// Posts receipts until it is dropped. There is one inbox: a second call returns at once.
    pub(crate) async fn run_receipts(self: Arc<Self>) {
        let inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(inbox) = inbox {
            serve::run_receipts(self, inbox).await;
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    pub(super) fn receipt_collect(&self) -> Duration {
        self.shared.settings.receipt_collect
    }

    /// Counts a phone's report.
    pub(super) fn note(&self, report: &Report) {
        lock(&self.sent).count(&report.origin.message_id, &report.kind);
    }

    /// Answers a request.
    pub(super) fn answer(&self, ask: &Ask<'_>, turn: &Turn) -> Answer {
        match self.outcome(ask, turn) {
            Ok(outcome) => Answer {
                body: reply::ok(&trace_id(), &outcome.payload, &outcome.info).to_string(),
                targets: outcome.targets,
                token: outcome.token,
                code: "0".into(),
                stage: outcome.stage,
                ..Answer::bare(200)
            },
            Err(Stop::Refused(refusal)) => Answer::refused(&refusal, "refused"),
            Err(Stop::Special(fault)) => Answer::of_fault(&fault),
        }
    }

    fn outcome(&self, ask: &Ask<'_>, turn: &Turn) -> Result<Outcome, Stop> {
        let route = query::route(ask.path).ok_or_else(|| Code::PATH.because("no such path"))?;
        if *ask.method != route.method {
            return Err(Code::METHOD.because("method not supported here").into());
        }
        let app = self.apps.authenticate(ask.authorization)?;
        let form_type = |content_type: &str| {
            content_type.trim_start().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded")
        };
        if route.method == Method::POST && !ask.content_type.is_none_or(form_type) {
            return Err(Code::MIME.because("the body must be a form").into());
        }
        if turn.throttle {
            return Err(Code::TOO_FAST.because("too many requests a second").into());
        }
        let bytes = if route.method == Method::POST { ask.body } else { ask.query.as_bytes() };
        (route.act)(self, &app, &Form::parse(bytes), turn)
    }

    /// `message/regid`: one message to a list of registration ids.
    pub(super) fn send(&self, app: &Registered, form: &Form, turn: &Turn) -> Result<Outcome, Stop> {
        let now = self.now();
        let message = message::read(form, &app.app, now)?;
        let targets: Vec<&str> = form.list("registration_id").collect();
        if targets.is_empty() {
            return Err(Code::MISSING.because("registration_id is missing").into());
        }
        if targets.len() > TARGETS_MAX {
            return Err(Code::ILLEGAL.because("more than 1000 registration ids").into());
        }
        if let Some(fault) = targets.iter().find_map(|token| special_fault(token)) {
            return Err(Stop::Special(fault));
        }
        if let [lone] = targets[..]
            && !self.is_served(lone, app)
        {
            match turn.lone_dead {
                LoneDead::Accept => (),
                LoneDead::NoValidTarget => return Err(Code::NO_TARGET.because("No valid targets!").into()),
                LoneDead::IllegalDevice => return Err(Code::ILLEGAL_DEVICE.because("illegal device").into()),
            }
        }
        if turn.quota_used_up {
            return Err(exhausted(app.app.day_quota, app.app.day_quota).into());
        }
        if message.counts_against_quota {
            app.spend(targets.len() as u64, now)?;
        }
        let id = message_id();
        self.remember(&id, &message, targets.len(), now);
        self.distribute(&id, &message, &targets, app);
        Ok(Outcome {
            payload: json!({
                "id": id,
                "day_quota": app.app.day_quota.to_string(),
                "day_acked": app.spent(now).to_string(),
            }),
            info: format!("Received push messages for {} REGID", targets.len()),
            targets: targets.len(),
            token: shorten(targets[0]),
            stage: if message.click_missing { "accepted without notify_effect" } else { "accepted" },
        })
    }

    /// Whether a registration id would be served for this app.
    pub(super) fn is_served(&self, token: &str, app: &Registered) -> bool {
        match self.tokens.find(token) {
            Some(registration) => {
                registration.standing.is_alive()
                    && app.app.packages.contains(&registration.phone.profile().app)
            }
            None => self.is_sink(token),
        }
    }

    /// Whether a registration id that nobody has is accepted nonetheless.
    fn is_sink(&self, token: &str) -> bool {
        let special = token.strip_prefix(SPECIAL);
        special.is_some_and(|rest| rest.starts_with("sink/"))
            || special.is_none()
                && self.shared.settings.accept_unknown_tokens
                && token.chars().count() <= REGID_MAX_CHARS
    }

    fn remember(&self, id: &str, message: &Message, targets: usize, now: Timestamp) {
        let record = Record {
            created_at: now,
            expires_at: message.expires_at,
            jobkey: message.jobkey.clone().unwrap_or_default(),
            targets: targets as u64,
            delivered: 0,
            clicked: 0,
        };
        lock(&self.sent).add(id, record);
    }

    /// Hands the message to every phone it is for; a dead target is told by a receipt.
    fn distribute(&self, id: &str, message: &Message, targets: &[&str], app: &Registered) {
        let origin = Arc::new(Origin {
            vendor: Vendor::Xiaomi,
            app: app.app.packages.first().cloned().unwrap_or_default(),
            message_id: id.to_owned(),
            jobkey: message.jobkey.clone().unwrap_or_default(),
            callback: message.callback.clone(),
        });
        let repeat_key = message.jobkey.as_deref().unwrap_or(id);
        for token in targets {
            self.shared.tally.note(Vendor::Xiaomi, token, repeat_key);
            match self.tokens.find(token) {
                Some(found)
                    if found.standing.is_alive() && app.app.packages.contains(&found.phone.profile().app) =>
                {
                    found.phone.deliver(push(message, &origin), token);
                }
                Some(found) => match found.standing {
                    Standing::Dead { replaced_by, .. } => self.report_dead(&origin, token, replaced_by),
                    Standing::Alive => self.report_dead(&origin, token, None),
                },
                None if self.is_sink(token) => (),
                None => self.report_dead(&origin, token, None),
            }
        }
    }

    fn report_dead(&self, origin: &Arc<Origin>, token: &str, replaced_by: Option<String>) {
        let mut feed = lock(&self.invalid_feed);
        if feed.len() < TARGETS_MAX && !feed.iter().any(|known| known == token) {
            feed.push(token.to_owned());
        }
        drop(feed);
        let report = Report {
            origin: Arc::clone(origin),
            token: token.to_owned(),
            kind: ReportKind::TokenDead { replaced_by },
            notifications_allowed: None,
            at: self.now(),
        };
        if self.reports.try_send(report).is_err() {
            tracing::warn!("a receipt of a dead registration id was lost");
        }
    }

    /// Writes a request into the log.
    pub(super) fn write_log(&self, host: &Host, head: &Parts, answer: &Answer) {
        let known = query::route(head.uri.path()).map_or("another path", |route| route.path);
        self.shared.log.write(Entry {
            number: 0,
            at: self.now(),
            vendor: Vendor::Xiaomi,
            host: host.name.into(),
            path: format!("{} {known}", head.method).into(),
            targets: answer.targets,
            token: answer.token.clone(),
            status: answer.status,
            code: answer.code.clone(),
            stage: answer.stage,
        });
        self.shared.news.changed();
    }

    /// Writes a posted receipt into the log. The path of the URL is a secret of its receiver.
    pub(super) fn write_callback_log(&self, url: &str, events: usize, outcome: Result<u16, CallbackError>) {
        let authority =
            url.parse::<http::Uri>().ok().and_then(|uri| uri.authority().map(ToString::to_string));
        let (status, code) = match outcome {
            Ok(status) => (status, Cow::Borrowed("")),
            Err(error) => (0, Cow::Owned(error.to_string())),
        };
        self.shared.log.write(Entry {
            number: 0,
            at: self.now(),
            vendor: Vendor::Xiaomi,
            host: authority.unwrap_or_default().into(),
            path: "POST receipts".into(),
            targets: events,
            token: String::new(),
            status,
            code,
            stage: "called back",
        });
        self.shared.news.changed();
    }
}

impl Book for Desk {
    fn hosts(&self) -> &'static [HostSpec] {
        HOSTS
    }

    fn service(&self) -> Service {
        Service {
            tokens: Arc::clone(&self.tokens),
            mint: mint_regid,
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

    fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        self.apps.enrol(package, known)
    }

    fn credentials(&self) -> Vec<Credential> {
        self.apps.credentials()
    }

    fn set_rights(&self, package: &str, rights: &Value) -> Result<(), String> {
        self.apps.set_rights(package, rights)
    }

    fn serve(self: Arc<Self>, visit: Visit) -> BoxFuture<'static, ()> {
        Box::pin(serve::serve(self, visit))
    }

    fn run(self: Arc<Self>) -> BoxFuture<'static, ()> {
        Box::pin(self.run_receipts())
    }
}

/// What a special registration id asks for.
fn special_fault(token: &str) -> Option<Fault> {
    let (word, _) = token.strip_prefix(SPECIAL)?.split_once('/')?;
    match word {
        "dead" | "sink" => None,
        "silent" => Some(Fault::BlackHole),
        "cut" => Some(Fault::Reset),
        code => Some(Fault::Fail(code.to_owned())),
    }
}

/// The message as a phone gets it. Without a notify id all messages of an app overwrite each other (documented).
fn push(message: &Message, origin: &Arc<Origin>) -> Push {
    let notify_id = message.notify_id.unwrap_or(0);
    Push {
        origin: Arc::clone(origin),
        alert: Some(Alert { title: message.title.clone(), body: message.description.clone() }),
        badge: None,
        hidden: None,
        quiet: false,
        replace_key: Some(notify_id.to_string()),
        repeat_key: message.jobkey.clone(),
        handover: Handover {
            getter: GETTER,
            ext: message.own.get("ext").cloned(),
            payload: message.own.get("payload").cloned(),
            extras: json!({
                "messageId": origin.message_id,
                "content": message.payload.clone().unwrap_or_default(),
                "title": message.title,
                "description": message.description,
                "notifyId": notify_id,
                "extra": message.own,
            }),
        },
        opens: message.opens.clone(),
        shows_in_foreground: message.shows_in_foreground,
        kept: message.kept,
        not_before: message.not_before,
        expires_at: message.expires_at,
    }
}

/// A registration id in the vendor's shape: 44 characters of base64.
fn mint_regid() -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(random::<32>())
}

fn message_id() -> String {
    format!("scm{}", &hex(&random::<10>())[..19])
}

#[cfg(test)]
mod tests {
    use model::{ManualClock, Secret};
    use proptest::prelude::*;

    use super::*;
    use crate::{log::RequestLog, news::News, shared::Settings};

    fn desk() -> Desk {
        let desk = Desk::new(Arc::new(Shared {
            clock: Arc::new(ManualClock::at(Timestamp(1_790_000_000_000))),
            news: News::default(),
            log: RequestLog::new(10),
            tally: crate::tally::Tally::default(),
            blocked_words: std::sync::RwLock::default(),
            settings: Settings {
                receipt_collect: Duration::ZERO,
                accept_unknown_tokens: true,
                moving_stream_limit: true,
            },
        }));
        desk.register(XiaomiApp::new("com.example.im", "1", Secret::new("secret".to_owned())));
        desk
    }

    fn field() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("registration_id=a,b".to_owned()),
            Just("restricted_package_name=com.example.im".to_owned()),
            Just("title=t&description=d".to_owned()),
            "(notify_id|time_to_live|pass_through|time_to_send|notify_type)=-?[0-9]{0,20}",
            "extra\\.(callback|callback\\.type|notify_effect|jobkey|template_param|k[0-9])=.{0,40}",
            ".{0,40}",
        ]
    }

    proptest! {
        #[test]
        fn any_form_on_any_path_gets_an_envelope_with_a_code(
            fields in proptest::collection::vec(field(), 0..12),
            path in prop_oneof![Just("/v3/message/regid"), Just("/v1/message/regid/revoke"), Just("/v1/validation/regids"), Just("/")],
        ) {
            let body = fields.join("&");
            let ask = Ask {
                method: &Method::POST,
                path,
                query: "",
                authorization: Some("key=secret"),
                content_type: None,
                body: body.as_bytes(),
            };
            let answer = desk().answer(&ask, &Turn::default());
            let envelope: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
            prop_assert_eq!(answer.status, 200);
            prop_assert_eq!(envelope["code"] == 0, envelope["result"] == "ok");
        }
    }
}
