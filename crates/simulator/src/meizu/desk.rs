//! Meizu's desk: takes a request, checks who sends it, and has the path's action answer.

use std::sync::Arc;

use model::{Timestamp, Vendor};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    app::{App, Apps},
    form::Form,
    minute::MinuteGate,
    receipt,
    reply::{self, Code, Refusal},
    routes::{self, Route},
    statistics::{Counts, Daily},
    subscriptions::Subscriptions,
    tasks::Tasks,
};
use crate::{
    counter::{self, Answer, Ask, Clerk, Credential, DayLedger, Post, RateGate},
    faults::Turn,
    phone::{Badge, Calls, Keep, Report, Service},
    shared::{HostSpec, Shared, hex, random},
    token::TokenBook,
    vendor::Book,
};

/// Pushes, tasks and statistics.
pub(super) const PUSH_HOSTS: [&str; 2] = ["server-api-push.meizu.com", "server-api-push.in.meizu.com"];
/// Switches, aliases and tags.
pub(super) const SUBSCRIPTION_HOSTS: [&str; 2] = ["api-push.meizu.com", "api-push.in.meizu.com"];
/// The hosts of mainland China, documented, and those of the vendor SDK's switch "overseas", one source.
const HOSTS: &[HostSpec] = &[
    HostSpec::of(PUSH_HOSTS[0]),
    HostSpec::of(SUBSCRIPTION_HOSTS[0]),
    HostSpec::of(PUSH_HOSTS[1]),
    HostSpec::of(SUBSCRIPTION_HOSTS[1]),
];

/// Opens Meizu's counter.
pub(crate) fn open(shared: &Arc<Shared>) -> Arc<dyn Book> {
    counter::open(shared, |reports| Desk::new(shared, reports))
}

/// Meizu's side of the world.
pub(super) struct Desk {
    pub(super) shared: Arc<Shared>,
    pub(super) tokens: Arc<TokenBook>,
    pub(super) apps: Apps,
    pub(super) subscriptions: Subscriptions,
    pub(super) tasks: Tasks,
    pub(super) daily: Daily,
    /// Targets of public messages, by app.
    pub(super) app_days: DayLedger,
    /// Public messages, by app and device.
    pub(super) device_days: DayLedger,
    /// Messages, by app and device.
    pub(super) device_minutes: MinuteGate,
    requests: RateGate,
    reports: mpsc::Sender<Report>,
}

/// A request whose sender is known.
pub(super) struct Call<'a> {
    pub(super) app: Arc<App>,
    pub(super) form: Form,
    pub(super) turn: &'a Turn,
    pub(super) now: Timestamp,
}

impl Desk {
    fn new(shared: &Arc<Shared>, reports: mpsc::Sender<Report>) -> Self {
        Self {
            shared: Arc::clone(shared),
            tokens: Arc::default(),
            apps: Apps::default(),
            subscriptions: Subscriptions::default(),
            tasks: Tasks::default(),
            daily: Daily::default(),
            app_days: DayLedger::of_beijing(),
            device_days: DayLedger::of_beijing(),
            device_minutes: MinuteGate::default(),
            requests: RateGate::default(),
            reports,
        }
    }

    /// Checks what every path checks, then acts.
    fn act(&self, route: &Route, ask: &Ask<'_>, turn: &Turn) -> Result<Answer, Refusal> {
        let form = Form::of(ask.fields());
        let app = form.get("appId").and_then(|id| self.apps.by_id(id.trim()));
        let app = app.ok_or_else(|| Code::APP_ID.plain())?;
        if !form.is_signed_with(app.app_secret.expose()) {
            return Err(Code::SIGNATURE.plain());
        }
        if app.rights.black_listed {
            return Err(Code::BLACK_LIST.plain());
        }
        let per_second = app.rights.requests_per_second;
        if turn.throttle || !self.requests.pass(&app.app_id, 1, per_second, ask.now) {
            return Err(Code::TOO_FAST_OR_OFF.plain());
        }
        (route.act)(self, &Call { app, form, turn, now: ask.now })
    }

    /// Counts towards the statistics of an app's day and, where it belongs to one, of a task.
    pub(super) fn count(&self, package: &str, task: Option<u64>, now: Timestamp, counts: Counts) {
        self.daily.add(package, now, counts);
        if let Some(task) = task {
            self.tasks.count(task, counts);
        }
    }
}

impl Clerk for Desk {
    fn vendor(&self) -> Vendor {
        Vendor::Meizu
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

    /// Keys: `private_class`, `public_per_device_day`, `per_device_minute`, `day_quota`, `requests_per_second`,
    /// `callback_urls`, `black_listed`; what is absent stays as it is.
    fn set_rights(&self, package: &str, rights: &Value) -> Result<(), String> {
        self.apps.set_rights(package, rights)
    }

    /// The launcher's own counting stands for a badge, for the book has none. That the SDK tells a running app of an
    /// arrival is documented, that it starts none for it assumed.
    fn service(&self) -> Service {
        Service {
            tokens: Arc::clone(&self.tokens),
            mint: mint_push_id,
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
        reply::top_code(code).is_some() || reply::inside_code(code).is_some()
    }

    /// A code that can only stand inside `value` stands there over every target of the request.
    fn refuse(&self, code: &str, ask: &Ask<'_>) -> Answer {
        let path = routes::find(ask.host.name, ask.path).map_or("", |route| route.path);
        if let (None, Some(code)) = (reply::top_code(code), reply::inside_code(code)) {
            let form = Form::of(ask.fields());
            let targets = [form.list("pushIds"), form.list("alias")].concat();
            let refused: Vec<_> = targets.iter().map(|target| (code, *target)).collect();
            return reply::taken(&message_id(), &refused).on(path);
        }
        let mut refusal = reply::top_code(code).unwrap_or(Code::OTHER).plain();
        if refusal.code == Code::MOVED {
            refusal.redirect = format!("https://{}{}", ask.host.name, ask.path);
        }
        reply::refused(&refusal).on(path)
    }

    /// What an unknown path and another method get is assumed: the envelope with 500, and the HTTP status of the case.
    fn answer(&self, ask: &Ask<'_>, turn: &Turn) -> Answer {
        let Some(route) = routes::find(ask.host.name, ask.path) else {
            return reply::refused_with(404, &Code::OTHER.because("Not Found"));
        };
        if !route.takes(ask.method) {
            return reply::refused_with(405, &Code::OTHER.because("Method Not Allowed")).on(route.path);
        }
        self.act(route, ask, turn).unwrap_or_else(|refusal| reply::refused(&refusal)).on(route.path)
    }

    fn posts(&self, reports: &[Report], _: Timestamp) -> Vec<Post> {
        for report in reports {
            let task = report.origin.jobkey.parse().ok();
            self.count(&report.origin.app, task, report.at, Counts::of_report(&report.kind));
        }
        receipt::posts(reports, &self.apps)
    }
}

/// A push id in the vendor's shape: 45 letters and digits.
fn mint_push_id() -> String {
    format!("RA50{}", &hex(&random::<21>())[..41])
}

/// A message id: 32 hexadecimal digits.
pub(super) fn message_id() -> String {
    hex(&random::<16>())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};
    use md5::{Digest, Md5};
    use model::ManualClock;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::shared::Host;

    const APP: &str = r#"{"noticeBarInfo":{"title":"t","content":"c"}}"#;

    fn field() -> impl Strategy<Value = (String, String)> {
        let name = prop_oneof![
            Just("pushIds"),
            Just("pushId"),
            Just("alias"),
            Just("messageJson"),
            Just("taskId"),
            Just("pushType"),
            Just("tagNames"),
            Just("scope"),
            Just("tags"),
            Just("subSwitch"),
            Just("msgType"),
            Just("startTime"),
            Just("endTime"),
            Just("imgUrl"),
            Just("imgType"),
        ];
        let value = prop_oneof![
            Just(APP.to_owned()),
            Just("FAULT520x1,FAULTsinkx2".to_owned()),
            "-?[0-9]{0,20}",
            "202[0-9][01][0-9][0-3][0-9]",
            "\\{\"(noticeBarInfo|extra|pushTimeInfo)\":(\\{\"[a-z]{0,9}\":-?[0-9.]{0,9}\\}|null|1)\\}",
            ".{0,40}",
        ];
        (name.prop_map(str::to_owned), value)
    }

    fn path() -> impl Strategy<Value = String> {
        let known: Vec<String> =
            routes::ROUTES.iter().map(|route| format!("{}{}", routes::PREFIX, route.path)).collect();
        prop_oneof![9 => proptest::sample::select(known), 1 => "/[a-z/]{0,20}"]
    }

    proptest! {
        #[test]
        fn any_form_on_any_path_gets_an_envelope_with_a_code(
            fields in proptest::collection::btree_map("[a-z]{1,3}", field(), 0..8),
            path in path(),
            host in proptest::sample::select(vec![PUSH_HOSTS[0], SUBSCRIPTION_HOSTS[0]]),
            is_signed in proptest::bool::weighted(0.9),
            noise in proptest::collection::vec(any::<u8>(), 0..20),
        ) {
            let shared = Shared::for_tests(Arc::new(ManualClock::at(Timestamp(1_790_000_000_000))));
            let desk = Desk::new(&shared, mpsc::channel(10).0);
            let credential = desk.enrol("com.example.im", None).unwrap();
            let mut form: std::collections::BTreeMap<String, String> = fields.into_values().collect();
            form.insert("appId".to_owned(), credential["app_id"].clone());
            let base: String = form.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let sign = hex(&Md5::digest(format!("{base}{}", credential["app_secret"])));
            form.insert("sign".to_owned(), sign);
            let mut body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish().into_bytes();
            if !is_signed {
                body = noise;
            }
            let ask = Ask {
                host: &Host::for_tests(host, Vendor::Meizu),
                method: &Method::POST,
                path: &path,
                query: "",
                headers: &HeaderMap::new(),
                body: &body,
                now: shared.clock.now(),
            };
            let answer = desk.answer(&ask, &Turn::default());
            let envelope: Value = serde_json::from_slice(&answer.body).unwrap();
            let code = envelope["code"].as_str().unwrap();
            prop_assert!(code == "200" || reply::top_code(code).is_some(), "{envelope}");
            prop_assert_eq!(code == "200", envelope["value"] != json!(""), "{}", envelope);
            prop_assert_eq!(&envelope["redirect"], &json!(""));
        }
    }
}
