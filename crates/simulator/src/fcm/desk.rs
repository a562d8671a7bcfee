//! The desk: who asks, which path, and what all paths share.

use std::sync::Arc;

use http::Method;
use model::Vendor;
use serde_json::Value;

use super::{
    account::{Project, Registry},
    group::{self, Groups},
    membership::{self, Change},
    oauth::{self, Grant},
    rate::{Throttle, Windows},
    reply::{self, Refusal},
    send,
    stored::Stored,
    subscription, token,
    topics::Topics,
};
use crate::{
    counter::{AccessTokens, Answer, Ask, Clerk, Credential, RateGate, TokenFault},
    faults::Turn,
    phone::{Badge, Calls, Keep, Phone, Service},
    shared::{HostSpec, Shared},
    token::TokenBook,
};

const IID: &str = "iid.googleapis.com";
/// Documented, apart from the last two: older addresses of the token endpoint (observed).
const HOSTS: &[HostSpec] = &[
    HostSpec::of("fcm.googleapis.com"),
    HostSpec { asks_client_certificate: true, ..HostSpec::of("fcm.mtls.googleapis.com") },
    HostSpec::of("oauth2.googleapis.com"),
    HostSpec::of(IID),
    HostSpec::of("www.googleapis.com"),
    HostSpec::of("accounts.google.com"),
];

/// FCM.
pub(super) struct Desk {
    pub(super) shared: Arc<Shared>,
    pub(super) registry: Registry,
    pub(super) topics: Topics,
    pub(super) groups: Groups,
    pub(super) windows: Windows,
    pub(super) throttle: Throttle,
    pub(super) stored: Stored,
    pub(super) topic_gate: RateGate,
    tokens: Arc<TokenBook>,
    access: AccessTokens,
}

impl Desk {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            registry: Registry::default(),
            topics: Topics::default(),
            groups: Groups::default(),
            windows: Windows::default(),
            throttle: Throttle::default(),
            stored: Stored::default(),
            topic_gate: RateGate::default(),
            tokens: Arc::default(),
            access: AccessTokens::default(),
        }
    }

    /// The project that is asked for, where the access token may use it.
    ///
    /// # Errors
    /// Why it may not.
    pub(super) fn enter(&self, ask: &Ask<'_>, name: &str) -> Result<Arc<Project>, Refusal> {
        let (own, grant) = self.account(ask)?;
        if !grant.may_send {
            return Err(Refusal::narrow_scope());
        }
        let project = self.registry.project(name).ok_or_else(Refusal::not_found)?;
        let rights = project.rights();
        if project.id != own.id {
            return Err(Refusal::denied(name));
        }
        if !rights.api_enabled {
            return Err(Refusal::disabled(&project.number));
        }
        if rights.may_send { Ok(project) } else { Err(Refusal::denied(name)) }
    }

    /// The access token's own project.
    ///
    /// # Errors
    /// Why it may not be used.
    pub(super) fn own_project(&self, ask: &Ask<'_>) -> Result<Arc<Project>, Refusal> {
        let (own, _) = self.account(ask)?;
        self.enter(ask, &own.id)
    }

    fn account(&self, ask: &Ask<'_>) -> Result<(Arc<Project>, Grant), Refusal> {
        let token = ask.bearer().map(str::to_owned);
        let token = token.or_else(|| query(ask.query, &["access_token"]));
        let token = token.ok_or_else(|| Refusal::unauthenticated("CREDENTIALS_MISSING"))?;
        let note = self.access.check(&token, ask.host, ask.now).map_err(|fault| {
            Refusal::unauthenticated(match fault {
                TokenFault::Unknown => "ACCESS_TOKEN_TYPE_UNSUPPORTED",
                TokenFault::Expired => "ACCESS_TOKEN_EXPIRED",
            })
        })?;
        let grant = Grant::from_text(&note);
        let project = self.registry.of_account(&grant.email);
        project
            .map(|project| (project, grant))
            .ok_or_else(|| Refusal::unauthenticated("ACCESS_TOKEN_EXPIRED"))
    }

    /// The phone that a token of this project leads to; `None`: it is accepted and leads nowhere.
    ///
    /// # Errors
    /// What is wrong with the token.
    pub(super) fn phone(&self, project: &Project, token: &str) -> Result<Option<Arc<Phone>>, Refusal> {
        if !token::is_token(token) {
            return Err(Refusal::malformed_token());
        }
        let Some(found) = self.tokens.find(token) else {
            let is_fine = self.shared.settings.accept_unknown_tokens;
            return if is_fine { Ok(None) } else { Err(Refusal::unregistered()) };
        };
        let owner = self.registry.of_package(&found.phone.profile().app);
        if owner.is_none_or(|owner| owner.id != project.id) {
            return Err(Refusal::sender_mismatch());
        }
        if found.standing.is_alive() { Ok(Some(found.phone)) } else { Err(Refusal::unregistered()) }
    }

    fn route(&self, ask: &Ask<'_>, turn: &Turn) -> Answer {
        let path = decoded(ask.path);
        if oauth::is_endpoint(ask.host.name, &path) {
            return oauth::grant(ask, &self.registry, &self.access);
        }
        let is_post = *ask.method == Method::POST;
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        if ask.host.name == IID {
            let change = match segments[..] {
                ["iid", "v1:batchAdd"] => Change::Add,
                ["iid", "v1:batchRemove"] => Change::Remove,
                _ => return reply::lost(),
            };
            let name = if change == Change::Add { "/iid/v1:batchAdd" } else { "/iid/v1:batchRemove" };
            return if is_post { membership::answer(self, ask, change) } else { reply::lost() }.on(name);
        }
        match segments[..] {
            _ if !ask.host.name.starts_with("fcm.") => reply::lost(),
            ["v1", "projects", project, "messages:send"] if is_post => {
                send::send(self, ask, turn, project).on("/v1/projects/…/messages:send")
            }
            ["v1", "projects", project, "registrations", registration, "topicSubscriptions"] => {
                subscription::answer(self, ask, project, registration, None)
                    .on("/v1/projects/…/registrations/…/topicSubscriptions")
            }
            ["v1", "projects", project, "registrations", registration, "topicSubscriptions", topic] => {
                subscription::answer(self, ask, project, registration, Some(topic))
                    .on("/v1/projects/…/registrations/…/topicSubscriptions/…")
            }
            ["fcm", "notification"] if is_post || *ask.method == Method::GET => {
                group::answer(self, ask).on("/fcm/notification")
            }
            ["fcm", "send"] => reply::lost().on("/fcm/send"),
            ["batch"] => reply::lost().on("/batch"),
            _ => reply::lost(),
        }
    }
}

/// A field of the query, by any of its names.
pub(super) fn query(query: &str, names: &[&str]) -> Option<String> {
    let mut fields = form_urlencoded::parse(query.as_bytes());
    fields.find_map(|(name, value)| names.contains(&name.as_ref()).then(|| value.into_owned()))
}

/// A path without percent signs: some clients write the colon of a method that way. What cannot be read stays.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, more)) = rest.split_first() {
        let hex = more.get(..2).filter(|_| first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(first);
                rest = more;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

impl Clerk for Desk {
    fn vendor(&self) -> Vendor {
        Vendor::Fcm
    }

    fn hosts(&self) -> &'static [HostSpec] {
        HOSTS
    }

    fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        self.registry.enrol(package, known)
    }

    fn credentials(&self) -> Vec<Credential> {
        self.registry.credentials()
    }

    fn set_rights(&self, package: &str, rights: &Value) -> Result<(), String> {
        self.registry.set_rights(package, rights)
    }

    fn service(&self) -> Service {
        Service {
            tokens: Arc::clone(&self.tokens),
            mint: token::mint,
            badge: Badge::Set,
            keep: Keep::All,
            // The SDK tells the app of no notification, and hands it data while it runs (matrix H).
            arrived: Calls::Never,
            through: Calls::WhileRunning,
            notifications_off_at_first: false,
            reports: None,
        }
    }

    fn any_app(&self) -> Option<String> {
        self.registry.any_app()
    }

    fn knows_code(&self, code: &str) -> bool {
        reply::knows(code) || oauth::knows(code)
    }

    fn refuse(&self, code: &str, ask: &Ask<'_>) -> Answer {
        let refused = if ask.host.name == IID {
            Refusal::named(code).map(|refusal| membership::refuse(refusal.status))
        } else {
            None
        };
        let refused = refused.or_else(|| reply::named(code)).or_else(|| oauth::named(code));
        refused.unwrap_or_else(|| Answer::bare(400))
    }

    fn answer(&self, ask: &Ask<'_>, turn: &Turn) -> Answer {
        self.route(ask, turn)
    }
}
