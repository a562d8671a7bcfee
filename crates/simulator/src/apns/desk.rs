//! Apple's desk: takes the head and payload of a request and answers it, without a socket.

use std::{borrow::Cow, sync::Arc};

use futures_util::future::BoxFuture;
use http::request::Parts;
use model::{Environment, Timestamp, Vendor};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{
    answer::{Answer, Ending},
    budget::Budget,
    certificate::Authorities,
    payload,
    provider::{ApnsKey, Occasion, Passport, Registry},
    reason::Reason,
    request::{self, Asked},
    serve, special,
};
use crate::{
    ca::Ca,
    counter::Credential,
    faults::{Fault, Turn},
    listener::Visit,
    log::{Entry, shorten},
    phone::{Badge, Calls, Keep, Origin, Push, Service},
    shared::{Host, HostSpec, Shared, hex, random},
    token::{Standing, TokenBook},
    vendor::Book,
};

const PRODUCTION: &str = "api.push.apple.com";
const DEVELOPMENT: &str = "api.sandbox.push.apple.com";
/// An older name of the same. Observed.
const DEVELOPMENT_ONCE: &str = "api.development.push.apple.com";
const HOSTS: &[HostSpec] = &[host(PRODUCTION), host(DEVELOPMENT), host(DEVELOPMENT_ONCE)];

const fn host(name: &'static str) -> HostSpec {
    HostSpec { alpn: &[b"h2"], asks_client_certificate: true, ..HostSpec::of(name) }
}

/// The end of a topic for calls.
const FOR_CALLS: &str = ".voip";

/// Apple's side of the world.
pub(crate) struct Desk {
    pub(super) shared: Arc<Shared>,
    tokens: Arc<TokenBook>,
    pub(super) registry: Registry,
    pub(super) authorities: Authorities,
    background: Budget,
}

/// A request, as far as it matters.
pub(super) struct Ask<'a> {
    pub(super) head: &'a Parts,
    /// Payload; what lies over the largest size may be left out.
    pub(super) payload: &'a [u8],
    /// Size of the payload as it was sent, in bytes.
    pub(super) payload_bytes: usize,
}

/// Why a request is not accepted.
pub(super) enum Stop {
    Refused(Reason),
    /// The token is dead, since then.
    Dead(Reason, Timestamp),
    Special(Fault),
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}

/// What an accepted request came to.
enum Accepted {
    Delivered,
    Sunk,
}

impl Desk {
    pub(crate) fn new(shared: Arc<Shared>, ca: &Ca) -> Self {
        Self {
            shared,
            tokens: Arc::default(),
            registry: Registry::default(),
            authorities: Authorities::new(ca.der()),
            background: Budget::default(),
        }
    }

    /// Registers a signing key; the same key id again replaces it.
    pub(crate) fn register_key(&self, key: ApnsKey) {
        self.registry.add_key(key);
    }

    /// Trusts a client certificate that the simulator did not issue.
    pub(crate) fn register_certificate(&self, der: Vec<u8>) {
        self.authorities.register(der);
    }

    pub(super) fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// The environment a host serves.
    pub(super) fn environment(host: &Host) -> Environment {
        if host.name == PRODUCTION { Environment::Production } else { Environment::Development }
    }

    /// Answers a request on a connection.
    pub(super) fn answer(&self, ask: &Ask<'_>, passport: &mut Passport, host: &Host, turn: &Turn) -> Answer {
        let id = answer_id(ask.head);
        let now = self.now();
        let outcome = match &turn.fault {
            None | Some(Fault::LoseAnswer | Fault::HalfAnswer) => {
                self.accept(ask, &id, passport, host, turn, now)
            }
            Some(fault) => Err(Stop::Special(fault.clone())),
        };
        let token = ask.head.uri.path().rsplit('/').next().map(shorten).unwrap_or_default();
        let answer = match outcome {
            Ok(Accepted::Delivered) => Answer { token, stage: "accepted", ..Answer::success(id) },
            Ok(Accepted::Sunk) => Answer { token, stage: "sunk", ..Answer::success(id) },
            Err(Stop::Refused(reason)) => Answer { token, ..Answer::refused(id, reason) },
            Err(Stop::Dead(reason, since)) => {
                Answer { token, dead_since: Some(since), ..Answer::refused(id, reason) }
            }
            Err(Stop::Special(fault)) => Answer { token, ..Answer::of_fault(id, &fault, now) },
        };
        let answer = match (answer.status, Self::environment(host)) {
            (200, Environment::Development) => Answer { unique_id: Some(new_id()), ..answer },
            _ => answer,
        };
        match turn.fault {
            Some(Fault::LoseAnswer) => {
                Answer { ending: Ending::Cut, status: 0, stage: "answer lost", ..answer }
            }
            Some(Fault::HalfAnswer) => Answer { ending: Ending::Half, stage: "answer lost", ..answer },
            _ => answer,
        }
    }

    fn accept(
        &self,
        ask: &Ask<'_>,
        id: &str,
        passport: &mut Passport,
        host: &Host,
        turn: &Turn,
        now: Timestamp,
    ) -> Result<Accepted, Stop> {
        let asked = request::read(ask.head, passport.default_topic().is_some())?;
        let occasion = Occasion {
            topic: asked.topic,
            now,
            epoch: host.faults.auth_epoch(),
            wedge_after_expired: turn.wedge_after_expired,
        };
        passport.check(&self.registry, ask.head.headers.get("authorization"), occasion)?;
        if turn.throttle {
            return Err(Reason::TooManyRequests.into());
        }
        request::check_token(asked.token)?;
        let topic = asked.topic.or(passport.default_topic()).unwrap_or_default();
        let found = self.find(&asked, topic, Self::environment(host), now)?;
        check_payload(ask, &asked)?;
        self.shared.tally.note(Vendor::Apns, asked.token, asked.collapse_id.unwrap_or(id));
        let Some(found) = found else { return Ok(Accepted::Sunk) };
        let payload = serde_json::from_slice(ask.payload).map_err(|_| Reason::PayloadEmpty)?;
        let origin = Origin {
            vendor: Vendor::Apns,
            app: found.profile().app.clone(),
            message_id: id.to_owned(),
            jobkey: String::new(),
            callback: None,
        };
        let push = payload::push(payload, &asked, origin, now);
        let hidden = self.hidden(&push, &asked, now);
        found.deliver(Push { hidden, ..push }, asked.token);
        Ok(Accepted::Delivered)
    }

    /// Why a push that was taken does not come to its phone.
    fn hidden(&self, push: &Push, asked: &Asked<'_>, now: Timestamp) -> Option<&'static str> {
        if let Some(alert) = &push.alert
            && self.shared.is_blocked(&[&alert.title, &alert.body])
        {
            return Some("the text holds a blocked word");
        }
        if !asked.push_type.is_background() {
            return None;
        }
        if !payload::is_content_available(push) {
            return Some("a background push without content-available wakes nothing");
        }
        (!self.background.take(asked.token, now)).then_some("the hour's background pushes are used up")
    }

    /// The phone of a token; `None`: the token is accepted and leads nowhere.
    fn find(
        &self,
        asked: &Asked<'_>,
        topic: &str,
        environment: Environment,
        now: Timestamp,
    ) -> Result<Option<Arc<crate::phone::Phone>>, Stop> {
        let token = asked.token;
        let lower_case = if token.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(token.to_ascii_lowercase())
        } else {
            Cow::Borrowed(token)
        };
        if let Some(outcome) = special::outcome(&lower_case, now) {
            return outcome.map(|()| None);
        }
        let Some(found) = self.tokens.find(&lower_case) else {
            return if self.shared.settings.accept_unknown_tokens {
                Ok(None)
            } else {
                Err(Reason::BadDeviceToken.into())
            };
        };
        // A token of the other environment is unknown here.
        if found.phone.profile().environment.is_some_and(|own| own != environment) {
            return Err(Reason::BadDeviceToken.into());
        }
        if let Standing::Dead { since, .. } = found.standing {
            return Err(Stop::Dead(Reason::Unregistered, since));
        }
        let end = if found.for_calls { FOR_CALLS } else { "" };
        if topic.strip_prefix(found.phone.profile().app.as_str()) != Some(end) {
            return Err(Reason::DeviceTokenNotForTopic.into());
        }
        // The book lets Apple refuse a topic that is not the push type's; with which reason is assumed.
        if found.for_calls && !asked.push_type.is_call() {
            return Err(Reason::BadTopic.into());
        }
        Ok(Some(found.phone))
    }

    /// Writes a request into the log.
    pub(super) fn write_log(&self, host: &Host, method: &http::Method, answer: &Answer) {
        let path = if method == http::Method::POST {
            Cow::Borrowed("POST /3/device/…")
        } else {
            Cow::Owned(format!("{method} /3/device/…"))
        };
        let sunk = answer.stage == "sunk";
        self.shared.tally.note_request(Vendor::Apns);
        self.shared.log.write(Entry {
            number: 0,
            at: self.now(),
            vendor: Vendor::Apns,
            host: host.name.into(),
            path,
            targets: 1,
            token: answer.token.clone(),
            status: answer.status,
            code: answer.reason.clone(),
            stage: answer.stage,
        });
        if !sunk {
            self.shared.news.changed();
        }
    }
}

impl Book for Desk {
    fn hosts(&self) -> &'static [HostSpec] {
        HOSTS
    }

    fn service(&self) -> Service {
        Service {
            tokens: Arc::clone(&self.tokens),
            mint: mint_token,
            badge: Badge::Set,
            keep: Keep::Newest,
            arrived: Calls::Never,
            through: Calls::WhileRunning,
            notifications_off_at_first: false,
            reports: None,
        }
    }

    fn any_app(&self) -> Option<String> {
        self.registry.any_bundle()
    }

    fn knows_code(&self, code: &str) -> bool {
        Reason::parse(code).is_some()
    }

    fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        self.registry.enrol(package, known)
    }

    fn credentials(&self) -> Vec<Credential> {
        Vec::new()
    }

    fn set_rights(&self, _: &str, _: &Value) -> Result<(), String> {
        Err("Apple knows no rights of an app that a push depends on".to_owned())
    }

    fn serve(self: Arc<Self>, visit: Visit) -> BoxFuture<'static, ()> {
        Box::pin(serve::serve(self, visit))
    }
}

/// Presence, size, and that it is a JSON object. For a body that is none the book has no reason; ours is assumed.
fn check_payload(ask: &Ask<'_>, asked: &Asked<'_>) -> Result<(), Reason> {
    if ask.payload_bytes == 0 {
        return Err(Reason::PayloadEmpty);
    }
    if ask.payload_bytes > asked.push_type.payload_max_bytes() {
        return Err(Reason::PayloadTooLarge);
    }
    let object = ask.payload.trim_ascii_start().starts_with(b"{");
    if object && serde_json::from_slice::<IgnoredAny>(ask.payload).is_ok() {
        Ok(())
    } else {
        Err(Reason::PayloadEmpty)
    }
}

/// The id of an answer: the sender's where it is one, else a new one.
fn answer_id(head: &Parts) -> String {
    match request::sender_id(&head.headers) {
        Ok(Some(id)) => id.to_owned(),
        Ok(None) | Err(_) => new_id(),
    }
}

fn new_id() -> String {
    uuid::Uuid::from_bytes(random()).hyphenated().to_string()
}

/// A device token in today's shape: 64 hexadecimal digits. Never a special one.
fn mint_token() -> String {
    let mut bytes = random::<32>();
    if bytes[0] == special::FIRST_BYTE {
        bytes[0] = !special::FIRST_BYTE;
    }
    hex(&bytes)
}
