//! Apple's desk: takes the head and payload of a request and answers it, without a socket.

use std::{borrow::Cow, sync::Arc};

use futures_util::future::BoxFuture;
use http::request::Parts;
use model::{Environment, Timestamp, Vendor};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{
    payload,
    provider::{ApnsKey, Occasion, Passport, Registry},
    reason::Reason,
    request::{self, Asked},
    serve,
};
use crate::{
    ca::Ca,
    counter::Credential,
    faults::{Fault, Turn, http_status},
    listener::Visit,
    log::{Entry, shorten},
    phone::{Badge, Calls, Keep, Origin, Service},
    shared::{Host, HostSpec, Shared, hex, random},
    token::{Standing, TokenBook},
    vendor::Book,
};

const PRODUCTION: &str = "api.push.apple.com";
const DEVELOPMENT: &str = "api.sandbox.push.apple.com";
const HOSTS: &[HostSpec] = &[
    HostSpec { alpn: &[b"h2"], asks_client_certificate: true, ..HostSpec::of(PRODUCTION) },
    HostSpec { alpn: &[b"h2"], asks_client_certificate: true, ..HostSpec::of(DEVELOPMENT) },
];

/// Special device tokens begin so, then four digits.
const SPECIAL: &str = "fa17";
/// How long ago a special token's app was removed, in milliseconds.
const SPECIAL_DEAD_FOR_MS: i64 = 3_600_000;

/// Apple's side of the world.
pub(crate) struct Desk {
    pub(super) shared: Arc<Shared>,
    tokens: Arc<TokenBook>,
    pub(super) registry: Registry,
}

/// A request, as far as it matters.
pub(super) struct Ask<'a> {
    pub(super) head: &'a Parts,
    /// Payload; what lies over the largest size may be left out.
    pub(super) payload: &'a [u8],
    /// Size of the payload as it was sent, in bytes.
    pub(super) payload_bytes: usize,
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) id: String,
    pub(super) status: u16,
    /// The reason, in a refusal.
    pub(super) reason: Cow<'static, str>,
    /// Since when the token is dead, with 410.
    pub(super) dead_since: Option<Timestamp>,
    pub(super) unique_id: Option<String>,
    pub(super) ending: Ending,
    pub(super) stage: &'static str,
    /// Shortened; empty where the request had none.
    pub(super) token: String,
}

/// How a request ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Answered,
    Cut,
    Silent,
}

/// Why a request is not accepted.
enum Stop {
    Refused(Reason),
    Dead(Timestamp),
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
        Self { shared, tokens: Arc::default(), registry: Registry::new(ca.der()) }
    }

    /// Registers a signing key; the same key id again replaces it.
    pub(crate) fn register_key(&self, key: ApnsKey) {
        self.registry.add_key(key);
    }

    /// Trusts a client certificate that the simulator did not issue.
    pub(crate) fn register_certificate(&self, der: Vec<u8>) {
        self.registry.add_certificate(der);
    }

    pub(super) fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// The environment a host serves.
    pub(super) fn environment(host: &Host) -> Environment {
        if host.name == DEVELOPMENT { Environment::Development } else { Environment::Production }
    }

    /// Answers a request on a connection.
    pub(super) fn answer(&self, ask: &Ask<'_>, passport: &mut Passport, host: &Host, turn: &Turn) -> Answer {
        let id = answer_id(ask.head);
        let now = self.now();
        let outcome = match &turn.fault {
            None | Some(Fault::LoseAnswer) => self.accept(ask, &id, passport, host, turn, now),
            Some(fault) => Err(Stop::Special(fault.clone())),
        };
        let token = ask.head.uri.path().rsplit('/').next().map(shorten).unwrap_or_default();
        let answer = match outcome {
            Ok(Accepted::Delivered) => Answer { token, stage: "accepted", ..Answer::success(id) },
            Ok(Accepted::Sunk) => Answer { token, stage: "sunk", ..Answer::success(id) },
            Err(Stop::Refused(reason)) => Answer { token, ..Answer::refused(id, reason) },
            Err(Stop::Dead(since)) => {
                Answer { token, dead_since: Some(since), ..Answer::refused(id, Reason::Unregistered) }
            }
            Err(Stop::Special(fault)) => Answer { token, ..Answer::of_fault(id, &fault) },
        };
        let answer = match (answer.status, Self::environment(host)) {
            (200, Environment::Development) => Answer { unique_id: Some(new_id()), ..answer },
            _ => answer,
        };
        if turn.fault == Some(Fault::LoseAnswer) {
            return Answer { ending: Ending::Cut, status: 0, stage: "answer lost", ..answer };
        }
        answer
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
        let asked = request::read(ask.head, passport.certificate_bundle().is_some())?;
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
        let topic = asked.topic.or(passport.certificate_bundle()).unwrap_or_default();
        let found = self.find(asked.token, topic, Self::environment(host), now)?;
        check_payload(ask, &asked)?;
        self.shared.tally.note(Vendor::Apns, asked.token, id);
        let Some(found) = found else { return Ok(Accepted::Sunk) };
        let payload = serde_json::from_slice(ask.payload).map_err(|_| Reason::PayloadEmpty)?;
        let origin = Origin {
            vendor: Vendor::Apns,
            app: found.profile().app.clone(),
            message_id: id.to_owned(),
            jobkey: String::new(),
            callback: None,
        };
        found.deliver(payload::push(payload, &asked, origin, now), asked.token);
        Ok(Accepted::Delivered)
    }

    /// The phone of a token; `None`: the token is accepted and leads nowhere.
    fn find(
        &self,
        token: &str,
        topic: &str,
        environment: Environment,
        now: Timestamp,
    ) -> Result<Option<Arc<crate::phone::Phone>>, Stop> {
        let lower_case = if token.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(token.to_ascii_lowercase())
        } else {
            Cow::Borrowed(token)
        };
        if let Some(special) = lower_case.strip_prefix(SPECIAL).and_then(|rest| rest.get(..4))
            && let Some(outcome) = special_token(special, now)
        {
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
            return Err(Stop::Dead(since));
        }
        if found.phone.profile().app != topic {
            return Err(Reason::DeviceTokenNotForTopic.into());
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

impl Answer {
    fn success(id: String) -> Self {
        Self {
            id,
            status: 200,
            reason: "".into(),
            dead_since: None,
            unique_id: None,
            ending: Ending::Answered,
            stage: "accepted",
            token: String::new(),
        }
    }

    fn refused(id: String, reason: Reason) -> Self {
        Self { status: reason.status(), reason: reason.text().into(), stage: "refused", ..Self::success(id) }
    }

    fn of_fault(id: String, fault: &Fault) -> Self {
        let bare = |status: u16| Self { status, stage: "fault", ..Self::success(id.clone()) };
        match fault {
            Fault::Fail(code) => match (http_status(code), Reason::parse(code)) {
                (Some(status), _) => bare(status),
                (None, Some(reason)) => Self { stage: "fault", ..Self::refused(id, reason) },
                (None, None) => bare(500),
            },
            Fault::BlackHole => Self { ending: Ending::Silent, ..bare(0) },
            Fault::Reset | Fault::LoseAnswer | Fault::Goaway(_) => Self { ending: Ending::Cut, ..bare(0) },
        }
    }

    /// The body; empty in a success.
    pub(super) fn body(&self) -> String {
        if self.reason.is_empty() {
            return String::new();
        }
        let mut body = serde_json::json!({ "reason": self.reason });
        if let Some(since) = self.dead_since {
            body["timestamp"] = since.millis().into();
        }
        body.to_string()
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

/// What a special token asks for; `None`: it is not special after all.
fn special_token(digits: &str, now: Timestamp) -> Option<Result<(), Stop>> {
    Some(match digits {
        "0200" => Ok(()),
        "0400" => Err(Reason::BadDeviceToken.into()),
        "0410" => Err(Stop::Dead(now.plus_ms(-SPECIAL_DEAD_FOR_MS))),
        "0429" => Err(Reason::TooManyRequests.into()),
        "0500" => Err(Reason::InternalServerError.into()),
        "0503" => Err(Reason::ServiceUnavailable.into()),
        "0998" => Err(Stop::Special(Fault::Reset)),
        "0999" => Err(Stop::Special(Fault::BlackHole)),
        _ => return None,
    })
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
    if bytes[0] == 0xfa {
        bytes[0] = 0xaf;
    }
    hex(&bytes)
}
