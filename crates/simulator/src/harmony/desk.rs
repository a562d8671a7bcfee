//! The vendor's desk: paths, credentials, and what it keeps.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Method, request::Parts};
use model::{Timestamp, Vendor};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    apps::{App, Apps},
    cache::Cache,
    doorkeeper::Doorkeeper,
    receipt,
    reply::{Code, IllegalTokens, Refusal, code_of, refused, words},
    request::tokens_of,
};
use crate::{
    counter::{Answer, Ask, Clerk, Credential, DayLedger, Post, RateGate},
    faults::Turn,
    phone::{Badge, Calls, Keep, Origin, Report, ReportKind, Service},
    shared::{HostSpec, Shared, random},
    token::TokenBook,
};

const HOSTS: &[HostSpec] = &[HostSpec::of("push-api.cloud.huawei.com")];
const SEND: &str = "/v3/{projectId}/messages:send";
const RECALL: &str = "/v1/{clientId}/messages:revoke";
/// Request ids end in a number of so many digits. Observed.
const REQUEST_NUMBERS: u64 = 100_000_000;

/// What the vendor keeps.
pub(super) struct Desk {
    pub(super) shared: Arc<Shared>,
    pub(super) tokens: Arc<TokenBook>,
    pub(super) apps: Apps,
    pub(super) cache: Cache,
    pub(super) used: DayLedger,
    pub(super) gate: RateGate,
    doorkeeper: Doorkeeper,
    requests: AtomicU64,
    reports: mpsc::Sender<Report>,
}

/// What a path asks for.
#[derive(Debug, PartialEq, Eq)]
enum Route<'a> {
    /// Sends, for a project.
    Send(&'a str),
    /// Takes back, for a client id.
    Recall(&'a str),
}

fn route(path: &str) -> Option<Route<'_>> {
    let mut parts = path.strip_prefix('/')?.split('/');
    let route = match (parts.next()?, parts.next()?, parts.next()?) {
        ("v3", project, "messages:send") => Route::Send(project),
        ("v1", client, "messages:revoke") => Route::Recall(client),
        _ => return None,
    };
    parts.next().is_none().then_some(route)
}

/// Some clients write the colon of the path in percent.
fn plain(path: &str) -> Cow<'_, str> {
    if path.contains('%') { path.replace("%3A", ":").replace("%3a", ":").into() } else { path.into() }
}

impl Desk {
    pub(super) fn new(shared: &Arc<Shared>, reports: mpsc::Sender<Report>) -> Self {
        Self {
            shared: Arc::clone(shared),
            tokens: Arc::default(),
            apps: Apps::default(),
            cache: Cache::default(),
            used: DayLedger::of_beijing(),
            gate: RateGate::default(),
            doorkeeper: Doorkeeper::default(),
            requests: AtomicU64::default(),
            reports,
        }
    }

    fn outcome(&self, ask: &Ask<'_>, turn: &Turn, request_id: &str) -> Result<Answer, Refusal> {
        let path = plain(ask.path);
        let Some(route) = route(&path) else { return Err(Refusal::Bare(404)) };
        if ask.method != Method::POST {
            return Err(Refusal::Bare(405));
        }
        let sender = self.doorkeeper.authenticate(ask, &self.apps)?;
        match route {
            Route::Send(project) if project != sender.account.project_id => {
                Err(Code::AUTH.because("the JWT is not of this project"))
            }
            Route::Send(_) => {
                check_standing(&sender)?;
                self.send(&sender, ask, turn, request_id)
            }
            Route::Recall(client_id) => {
                check_standing(&sender)?;
                self.recall(&sender, client_id, ask, request_id)
            }
        }
    }

    /// Tells what became of a push that reached no phone. A full queue loses it, as receipts may be lost.
    pub(super) fn report(&self, origin: &Arc<Origin>, token: &str, kind: ReportKind, at: Timestamp) {
        let report = Report {
            origin: Arc::clone(origin),
            token: token.to_owned(),
            kind,
            notifications_allowed: None,
            at,
        };
        if self.reports.try_send(report).is_err() {
            tracing::warn!("a report to the vendor was lost");
        }
    }

    /// The time and a running number, in digits.
    fn request_id(&self, now: Timestamp) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) % REQUEST_NUMBERS;
        format!("{:013}{number:08}", now.millis().max(0))
    }
}

/// What the log says of a request, whatever became of it: the path in the book's words, and its targets.
fn logged(answer: Answer, ask: &Ask<'_>) -> Answer {
    let path = plain(ask.path);
    let Some(route) = route(&path) else { return answer };
    let body = ask.json().unwrap_or_default();
    let (path, tokens) = match route {
        Route::Send(_) => (SEND, &body["target"]["token"]),
        Route::Recall(_) => (RECALL, &body["token"]),
    };
    let tokens = tokens_of(tokens).unwrap_or_default();
    answer.on(path).to(tokens.len(), tokens.first().copied().unwrap_or_default())
}

fn check_standing(app: &App) -> Result<(), Refusal> {
    let rights = app.rights();
    if !rights.push_enabled {
        return Err(Code::FORBIDDEN.because("Push is not enabled for this project"));
    }
    if rights.penalty {
        return Err(Code::PENALTY.because("The app is under penalty"));
    }
    Ok(())
}

/// A token in the vendor's shape: about 112 letters and digits, often beginning so. Observed.
fn mint() -> String {
    format!("MAMz{}", URL_SAFE_NO_PAD.encode(random::<81>()))
}

impl Clerk for Desk {
    fn vendor(&self) -> Vendor {
        Vendor::Harmony
    }

    fn hosts(&self) -> &'static [HostSpec] {
        HOSTS
    }

    /// Everything of V3, and taking back with a `push-type`, which V3 messages need. A JWT alone does not tell the two
    /// apart: the older protocol takes JWTs too.
    fn takes(&self, head: &Parts) -> bool {
        let path = plain(head.uri.path());
        let is_recall = matches!(route(&path), Some(Route::Recall(_)));
        path.starts_with("/v3/") || (is_recall && head.headers.contains_key("push-type"))
    }

    fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        self.apps.enrol(package, known)
    }

    fn credentials(&self) -> Vec<Credential> {
        self.apps.credentials()
    }

    /// The keys are the fields of [`super::rights::Rights`].
    fn set_rights(&self, package: &str, rights: &Value) -> Result<(), String> {
        self.apps.set_rights(package, rights)
    }

    /// A call starts the app's process; a background message is told to it in the same way.
    fn service(&self) -> Service {
        Service {
            tokens: Arc::clone(&self.tokens),
            mint,
            badge: Badge::Set,
            keep: Keep::All,
            arrived: Calls::Never,
            through: Calls::Always,
            notifications_off_at_first: false,
            reports: Some(self.reports.clone()),
        }
    }

    fn any_app(&self) -> Option<String> {
        self.apps.any_package()
    }

    fn knows_code(&self, code: &str) -> bool {
        code_of(code).is_some()
    }

    fn refuse(&self, code: &str, ask: &Ask<'_>) -> Answer {
        let request_id = self.request_id(ask.now);
        let body = ask.json().unwrap_or_default();
        let tokens = tokens_of(&body["target"]["token"]).unwrap_or_default();
        let code = code_of(code).unwrap_or(Code::PARAMETER);
        let answer = if code == Code::NO_TARGET && !tokens.is_empty() {
            let mut illegal = IllegalTokens::default();
            tokens.iter().for_each(|token| illegal.add("noRight", token));
            illegal.answer(tokens.len(), Code::PARTIAL, &request_id)
        } else {
            refused(code.because(words(code)), &request_id)
        };
        logged(answer, ask)
    }

    fn answer(&self, ask: &Ask<'_>, turn: &Turn) -> Answer {
        let request_id = self.request_id(ask.now);
        let outcome = self.outcome(ask, turn, &request_id);
        logged(outcome.unwrap_or_else(|refusal| refused(refusal, &request_id)), ask)
    }

    fn posts(&self, reports: &[Report], now: Timestamp) -> Vec<Post> {
        for report in reports {
            self.cache.release(&report.token, &report.origin.message_id);
        }
        receipt::posts(&self.apps, reports, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_book_and_no_others() {
        assert_eq!(route("/v3/101/messages:send"), Some(Route::Send("101")));
        assert_eq!(route(&plain("/v3/101/messages%3Asend")), Some(Route::Send("101")));
        assert_eq!(route("/v1/7/messages:revoke"), Some(Route::Recall("7")));
        for path in
            ["", "/", "/v3", "/v3/1", "/v3/1/messages:send/", "/v1/1/messages:send", "/v2/1/messages:send"]
        {
            assert_eq!(route(path), None, "{path}");
        }
    }

    #[test]
    fn a_token_has_the_vendors_shape() {
        assert_eq!(mint().len(), 112);
        assert!(mint().starts_with("MAMz"));
    }
}
