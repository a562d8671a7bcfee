//! OPPO: a second, independent reading of its book, from the vendor's side.
//!
//! Order of checks (assumed): path, credential, app, body, rate, amount, targets.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use model::{Timestamp, Vendor};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::{
    counter::{self, Answer, Ask, Clerk, Credential, DayLedger},
    faults::Turn,
    lock::lock,
    phone::{Alert, Badge, Calls, Handover, Keep, Opens, Origin, Push, Report, Service},
    shared::{HostSpec, Shared, hex, random},
    token::TokenBook,
    vendor::Book,
};

const HOSTS: &[HostSpec] = &[HostSpec::of("push.oppo.example")];
/// How the app reads what was sent.
const GETTER: &str = r#"getIntent().getStringExtra("ext")"#;
/// Targets a day of an app. Assumed.
const DAY_QUOTA: u64 = 100_000;
/// Codes of the book.
const CODES: [(u32, &str); 4] =
    [(0, "ok"), (400, "bad request"), (401, "authentication failed"), (429, "amount of the day used up")];

/// Opens the vendor's counter.
pub(crate) fn open(shared: &Arc<Shared>) -> Arc<dyn Book> {
    counter::open(shared, |reports| Desk::new(shared, reports))
}

struct Desk {
    shared: Arc<Shared>,
    tokens: Arc<TokenBook>,
    /// Secrets by package.
    apps: Mutex<BTreeMap<String, String>>,
    used: DayLedger,
    reports: mpsc::Sender<Report>,
}

impl Desk {
    fn new(shared: &Arc<Shared>, reports: mpsc::Sender<Report>) -> Self {
        Self {
            shared: Arc::clone(shared),
            tokens: Arc::default(),
            apps: Mutex::default(),
            used: DayLedger::of_beijing(),
            reports,
        }
    }

    fn outcome(&self, ask: &Ask<'_>, turn: &Turn) -> Answer {
        let secret = ask.header("authorization").and_then(|value| value.strip_prefix("key="));
        let known =
            |package: &str| lock(&self.apps).get(package).is_some_and(|own| Some(own.as_str()) == secret);
        match ask.path.trim_start_matches('/').split_once('/') {
            Some(("check", package)) if known(package) => reply(0).on("/check"),
            Some(("push", package)) if known(package) => self.send(package, ask, turn).on("/push"),
            Some(("check" | "push", _)) => reply(401),
            _ => Answer::bare(404),
        }
    }

    fn send(&self, package: &str, ask: &Ask<'_>, turn: &Turn) -> Answer {
        let Some(body) = ask.json() else { return reply(400) };
        let tokens: Vec<&str> =
            body["tokens"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let Some(first) = tokens.first() else { return reply(400) };
        let spent = self.used.take(package, tokens.len() as u64, DAY_QUOTA, ask.now);
        if turn.throttle || turn.quota_used_up || spent.is_err() {
            return reply(429).to(tokens.len(), first);
        }
        let origin = Arc::new(Origin {
            vendor: Vendor::Oppo,
            app: package.to_owned(),
            message_id: hex(&random::<8>()),
            jobkey: String::new(),
            callback: None,
        });
        for token in &tokens {
            self.shared.tally.note(Vendor::Oppo, token, &origin.message_id);
            if let Some(found) = self.tokens.find(token)
                && found.standing.is_alive()
            {
                found.phone.deliver(push(&body, &origin, ask.now), token);
            }
        }
        reply(0).to(tokens.len(), first).at("accepted")
    }
}

impl Clerk for Desk {
    fn vendor(&self) -> Vendor {
        Vendor::Oppo
    }

    fn hosts(&self) -> &'static [HostSpec] {
        HOSTS
    }

    fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        let secret = known.and_then(|known| known.get("app_secret")).cloned();
        let secret = secret.unwrap_or_else(|| hex(&random::<16>()));
        lock(&self.apps).insert(package.to_owned(), secret.clone());
        Ok(credential(package, &secret))
    }

    fn credentials(&self) -> Vec<Credential> {
        lock(&self.apps).iter().map(|(package, secret)| credential(package, secret)).collect()
    }

    fn set_rights(&self, _: &str, _: &Value) -> Result<(), String> {
        Err("this vendor knows no rights".to_owned())
    }

    fn service(&self) -> Service {
        Service {
            tokens: Arc::clone(&self.tokens),
            mint: || hex(&random::<16>()),
            badge: Badge::Counted,
            keep: Keep::All,
            arrived: Calls::Never,
            through: Calls::Never,
            notifications_off_at_first: false,
            reports: Some(self.reports.clone()),
        }
    }

    fn any_app(&self) -> Option<String> {
        lock(&self.apps).keys().next().cloned()
    }

    fn knows_code(&self, code: &str) -> bool {
        CODES.iter().any(|(own, _)| own.to_string() == code)
    }

    fn refuse(&self, code: &str, _: &Ask<'_>) -> Answer {
        reply(code.parse().unwrap_or(400))
    }

    fn answer(&self, ask: &Ask<'_>, turn: &Turn) -> Answer {
        self.outcome(ask, turn)
    }
}

fn credential(package: &str, secret: &str) -> Credential {
    [("package_name", package), ("app_secret", secret)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

fn reply(code: u32) -> Answer {
    let message = CODES.iter().find_map(|(own, text)| (*own == code).then_some(*text)).unwrap_or_default();
    Answer::json(200, &json!({ "code": code, "message": message })).coded(code.to_string())
}

/// The message as a phone gets it.
fn push(body: &Value, origin: &Arc<Origin>, now: Timestamp) -> Push {
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let target = body["click"]["target"].as_str().unwrap_or_default().to_owned();
    let seconds = body["seconds"].as_i64().unwrap_or_default();
    Push {
        origin: Arc::clone(origin),
        alert: Some(Alert {
            title: text("title").unwrap_or_default(),
            body: text("body").unwrap_or_default(),
        }),
        badge: None,
        hidden: None,
        quiet: false,
        replace_key: None,
        repeat_key: None,
        handover: Handover {
            getter: GETTER,
            ext: text("ext"),
            payload: text("payload"),
            extras: body.clone(),
        },
        opens: match body["click"]["action"].as_str() {
            Some("web") => Opens::Web(target),
            Some("page") => Opens::Page(target),
            _ => Opens::App,
        },
        shows_in_foreground: false,
        kept: seconds > 0,
        not_before: now,
        expires_at: now.plus_ms(seconds.saturating_mul(1000)),
    }
}
