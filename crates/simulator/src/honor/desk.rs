//! Honor's desk: which host and path is asked, and what the rest of the simulator needs of the vendor.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Timestamp, Vendor};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    app::Apps,
    message, oauth, receipt,
    reply::{self, Code},
};
use crate::{
    counter::{self, AccessTokens, Answer, Ask, Clerk, Credential, DayLedger, Post, RateGate},
    faults::Turn,
    phone::{Badge, Calls, Keep, Report, Service},
    shared::{HostSpec, Shared, random},
    token::TokenBook,
    vendor::Book,
};

/// The hosts by their newer and their older domain; both are in use (observed).
const HOSTS: &[HostSpec] = &[
    HostSpec::of("iam.developer.honor.com"),
    HostSpec::of("push-api.cloud.honor.com"),
    HostSpec::of("iam.developer.hihonor.com"),
    HostSpec::of("push-api.cloud.hihonor.com"),
];
/// Hosts that give out access tokens begin so.
const TOKEN_HOST: &str = "iam.";
/// Paths of the token call: the book's, and an older one that is still used (observed).
const TOKEN_PATHS: [&str; 2] = ["/auth/token", "/auth/realms/developer/protocol/openid-connect/token"];
const SEND_PATH: &str = "/api/v1/{appId}/sendMessage";

/// Opens the vendor's counter.
pub(crate) fn open(shared: &Arc<Shared>) -> Arc<dyn Book> {
    counter::open(shared, |reports| Desk::new(shared, reports))
}

/// Honor's side of the world.
pub(super) struct Desk {
    pub(super) shared: Arc<Shared>,
    pub(super) tokens: Arc<TokenBook>,
    pub(super) apps: Apps,
    pub(super) access: AccessTokens,
    pub(super) used: DayLedger,
    pub(super) rate: RateGate,
    pub(super) reports: mpsc::Sender<Report>,
}

/// What is asked.
enum Route<'a> {
    Token(&'static str),
    Send { app_id: &'a str },
}

impl Desk {
    pub(super) fn new(shared: &Arc<Shared>, reports: mpsc::Sender<Report>) -> Self {
        Self {
            shared: Arc::clone(shared),
            tokens: Arc::default(),
            apps: Apps::default(),
            access: AccessTokens::default(),
            used: DayLedger::of_beijing(),
            rate: RateGate::default(),
            reports,
        }
    }
}

fn is_token_host(ask: &Ask<'_>) -> bool {
    ask.host.name.starts_with(TOKEN_HOST)
}

/// Each kind of host has its own paths.
fn route<'a>(ask: &Ask<'a>) -> Option<Route<'a>> {
    if is_token_host(ask) {
        return TOKEN_PATHS.into_iter().find(|path| *path == ask.path).map(Route::Token);
    }
    let app_id = ask.path.strip_prefix("/api/v1/")?.strip_suffix("/sendMessage")?;
    (!app_id.contains('/')).then_some(Route::Send { app_id })
}

impl Clerk for Desk {
    fn vendor(&self) -> Vendor {
        Vendor::Honor
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
            badge: Badge::Set,
            keep: Keep::All,
            arrived: Calls::Never,
            through: Calls::WhileRunning,
            notifications_off_at_first: false,
            reports: Some(self.reports.clone()),
        }
    }

    fn any_app(&self) -> Option<String> {
        self.apps.any_package()
    }

    fn knows_code(&self, code: &str) -> bool {
        reply::parse_code(code).is_some() || oauth::knows(code)
    }

    fn refuse(&self, code: &str, ask: &Ask<'_>) -> Answer {
        if is_token_host(ask) {
            return oauth::refuse(code);
        }
        match reply::parse_code(code) {
            Some(Code::PARTIAL) => reply::nothing_sent(message::named_tokens(ask.json())),
            // A word of the token call stands for a failed authentication at the send call.
            code => reply::refused(&reply::on_demand(code.unwrap_or(Code::AUTH))),
        }
    }

    fn answer(&self, ask: &Ask<'_>, turn: &Turn) -> Answer {
        match route(ask) {
            Some(Route::Token(path)) => oauth::grant(ask, &self.apps, &self.access, ask.now).on(path),
            Some(Route::Send { app_id }) => self.send(app_id, ask, turn).on(SEND_PATH),
            None => self.refuse("404", ask).at("path"),
        }
    }

    fn posts(&self, reports: &[Report], _: Timestamp) -> Vec<Post> {
        receipt::posts(reports)
    }
}

/// A token in the vendor's shape: about 140 characters with this beginning (observed).
fn mint() -> String {
    format!("BAEAAAAAB.{}", URL_SAFE_NO_PAD.encode(random::<97>()))
}
