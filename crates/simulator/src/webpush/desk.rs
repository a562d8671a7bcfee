//! The desk of all five services: takes a request and answers it, without a socket.

use std::sync::{Arc, Mutex};

use model::Vendor;
use serde_json::Value;

use super::{
    app::Apps,
    browser::{self, BLOCKED, Opened},
    refusal::Refusal,
    reply::{self, Taken},
    request::{self, Wish},
    rights::Rights,
    sent::Sent,
    service::{HOSTS, PushService, Wanted},
    subscription::{Browser, BrowserKeys, Endpoint},
    vapid::{Bound, Vapid},
};
use crate::{
    counter::{Answer, Ask, Clerk, Credential, RateGate},
    faults::{Turn, http_status},
    lock::lock,
    phone::{Badge, Calls, Keep, Origin, Phone, Service},
    shared::{HostSpec, Shared, hex, random},
    token::TokenBook,
};

/// Special ids begin so.
const SPECIAL: &str = "FAULT/";
/// The special id that is accepted and leads nowhere.
const SINK: &str = "FAULT/sink/";

/// The push services' side of the world.
pub(super) struct Desk {
    shared: Arc<Shared>,
    tokens: Arc<TokenBook>,
    apps: Apps,
    vapid: Vapid,
    rates: RateGate,
    sent: Sent,
    /// What new phones run.
    browser: Mutex<Browser>,
}

/// Where a push goes.
struct Target {
    /// The app whose page subscribed; empty where it leads nowhere.
    app: String,
    bound: Bound,
    subscriber: Option<Subscriber>,
}

/// A browser that subscribed.
struct Subscriber {
    phone: Arc<Phone>,
    keys: BrowserKeys,
    token: String,
}

impl Desk {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            tokens: Arc::default(),
            apps: Apps::default(),
            vapid: Vapid::default(),
            rates: RateGate::default(),
            sent: Sent::default(),
            browser: Mutex::default(),
        }
    }

    /// Takes a push to its end, or says why not.
    fn push(&self, endpoint: &Endpoint, ask: &Ask<'_>, turn: &Turn) -> Result<Answer, Refusal> {
        let target = self.find(endpoint)?;
        let service = endpoint.service;
        let rights = self.apps.rights(&target.app);
        let wish = request::read(ask, service, rights.body_max_bytes.min(service.body_max_bytes()))?;
        let sender = self.vapid.check(ask, service, target.bound)?;
        // Documented: one key must not both sign and seal.
        if sender.is_some_and(|key| ask.body.get(21..86) == Some(&key[..])) {
            return Err(Refusal::KeyReused);
        }
        self.check_rate(endpoint, &rights, ask, turn)?;
        let message_id = hex(&random::<16>());
        match &target.subscriber {
            Some(subscriber) => {
                self.check_life(&target.app, subscriber, ask)?;
                self.deliver(endpoint, &target.app, subscriber, &wish, &message_id, ask);
            }
            None => self.shared.tally.note(Vendor::Webpush, &endpoint.url(), &message_id),
        }
        let taken =
            Taken { endpoint, message_id: &message_id, ttl_s: wish.ttl_s, body: ask.body, now: ask.now };
        Ok(reply::taken(&taken).at("accepted"))
    }

    /// Finds who subscribed at an endpoint.
    fn find(&self, endpoint: &Endpoint) -> Result<Target, Refusal> {
        if let (Some(number), Some(keys)) = (endpoint.number(), endpoint.keys()) {
            let token = endpoint.subscription(&keys);
            if let Some(found) = self.tokens.find(&token) {
                if !found.standing.is_alive() {
                    return Err(Refusal::Gone);
                }
                let app = found.phone.profile().app.clone();
                let bound = if endpoint.keyless { Bound::ToNone } else { self.apps.bound(&app, number) };
                return Ok(Target {
                    app,
                    bound,
                    subscriber: Some(Subscriber { phone: found.phone, keys, token }),
                });
            }
        }
        let leads_nowhere = endpoint.id.starts_with(SINK)
            || !endpoint.id.starts_with(SPECIAL) && self.shared.settings.accept_unknown_tokens;
        if leads_nowhere {
            let bound = if endpoint.keyless { Bound::ToNone } else { Bound::ToAny };
            Ok(Target { app: String::new(), bound, subscriber: None })
        } else {
            Err(Refusal::Unknown)
        }
    }

    fn check_rate(
        &self,
        endpoint: &Endpoint,
        rights: &Rights,
        ask: &Ask<'_>,
        turn: &Turn,
    ) -> Result<(), Refusal> {
        if turn.quota_used_up {
            return Err(Refusal::UsedUp);
        }
        if turn.throttle || !self.rates.pass(&endpoint.id, 1, rights.per_second, ask.now) {
            return Err(Refusal::TooMany);
        }
        Ok(())
    }

    /// Ends a subscription whose app was given so many pushes and no more.
    fn check_life(&self, app: &str, subscriber: &Subscriber, ask: &Ask<'_>) -> Result<(), Refusal> {
        if self.apps.outlives(app) {
            return Ok(());
        }
        self.apps.lose_one(app);
        self.tokens.bury(&subscriber.token, ask.now, None);
        Err(Refusal::Gone)
    }

    fn deliver(
        &self,
        endpoint: &Endpoint,
        app: &str,
        subscriber: &Subscriber,
        wish: &Wish,
        message_id: &str,
        ask: &Ask<'_>,
    ) {
        let opened = browser::open(ask.body, &subscriber.keys);
        let dedupe = opened.message();
        self.shared.tally.note(Vendor::Webpush, &subscriber.token, dedupe.as_deref().unwrap_or(message_id));
        let origin = Arc::new(Origin {
            vendor: Vendor::Webpush,
            app: app.to_owned(),
            message_id: message_id.to_owned(),
            jobkey: String::new(),
            callback: None,
        });
        let mut push = browser::push(&opened, origin, wish.ttl_s, ask.now);
        if self.is_blocked(&opened) {
            push.hidden = Some(BLOCKED);
        }
        let topic = wish.topic.clone().map(|topic| (endpoint.id.clone(), topic));
        self.sent.add(message_id, &subscriber.phone, topic);
        subscriber.phone.deliver(push, &subscriber.token);
    }

    fn is_blocked(&self, opened: &Opened) -> bool {
        let [title, body] = opened.texts();
        self.shared.is_blocked(&[&title, &body])
    }

    /// The answer to a special endpoint; `None`: it is none, or one that is accepted.
    fn special(endpoint: &Endpoint) -> Option<Answer> {
        let (code, _) = endpoint.id.strip_prefix(SPECIAL)?.split_once('/')?;
        let answer = match code {
            "sink" => return None,
            "silent" => Answer::silent(),
            "cut" => Answer::cut(),
            "html" => reply::page(502, "Bad Gateway"),
            "redirect" => {
                let moved = Endpoint { id: format!("{SINK}moved"), ..endpoint.clone() };
                Answer { headers: vec![("location", moved.url())], ..Answer::bare(307) }
            }
            code if http_status(code).is_some() => Answer::of_status_code(code)?,
            code => reply::refused(endpoint.service, Refusal::by_code(code)?),
        };
        Some(answer.at("fault"))
    }
}

impl Clerk for Desk {
    fn vendor(&self) -> Vendor {
        Vendor::Webpush
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

    /// Keys: `browser`, `body_max_bytes`, `per_second`, `gone_after`; see `rights.rs`.
    fn set_rights(&self, package: &str, rights: &Value) -> Result<(), String> {
        if let Some(browser) = self.apps.set_rights(package, rights)? {
            *lock(&self.browser) = browser;
        }
        Ok(())
    }

    fn service(&self) -> Service {
        Service {
            tokens: Arc::clone(&self.tokens),
            mint: lock(&self.browser).mint(),
            badge: Badge::Set,
            keep: Keep::All,
            // The service worker raises notifications itself, so nobody tells it of them; data wakes it whether the
            // page is open or not. The callback matrix has no column for browsers (assumed).
            arrived: Calls::Never,
            through: Calls::Always,
            notifications_off_at_first: false,
            reports: None,
        }
    }

    fn any_app(&self) -> Option<String> {
        self.apps.any()
    }

    fn knows_code(&self, code: &str) -> bool {
        Refusal::by_code(code).is_some()
    }

    fn refuse(&self, code: &str, ask: &Ask<'_>) -> Answer {
        let service = PushService::at(ask.host.name);
        reply::refused(service, Refusal::by_code(code).unwrap_or(Refusal::Internal)).on(service.path_name())
    }

    fn answer(&self, ask: &Ask<'_>, turn: &Turn) -> Answer {
        let service = PushService::at(ask.host.name);
        let refused = |refusal| reply::refused(service, refusal);
        match service.wanted(ask.method, ask.path, ask.query) {
            Wanted::Push(endpoint) => Self::special(&endpoint)
                .unwrap_or_else(|| self.push(&endpoint, ask, turn).unwrap_or_else(refused))
                .on(service.path_name())
                .to(1, &endpoint.id),
            Wanted::Cancel(message) if self.sent.cancel(&message) => Answer::bare(204).on("/m"),
            Wanted::Cancel(_) => refused(Refusal::Unknown).on("/m"),
            Wanted::Discovery => reply::discovery().on(service.path_name()),
            Wanted::OtherMethod => refused(Refusal::OtherMethod).on(service.path_name()),
            // Mozilla says the same of every endpoint it cannot read, whatever its version (documented).
            Wanted::Nothing if ask.path.starts_with("/wpush/") => {
                refused(Refusal::Unknown).on(service.path_name())
            }
            Wanted::Nothing => refused(Refusal::NoPath),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, Method};
    use model::{ManualClock, Timestamp};
    use proptest::prelude::*;

    use super::*;
    use crate::{counter::Ending, shared::Host};

    proptest! {
        #[test]
        fn any_request_at_any_host_gets_an_answer_in_the_service_s_envelope(
            service in proptest::sample::select(PushService::ALL.to_vec()),
            method in proptest::sample::select(vec![Method::POST, Method::GET, Method::PUT, Method::DELETE]),
            path in prop_oneof![
                "/wpush/v[0-3]/.{0,40}", "/(fcm/send|wp)/.{0,40}", "/w/?", "/m/.{0,40}", "/.{0,60}", ".{0,20}",
                "/(wpush/v2/|wp/|)FAULT/(gone|106|http:503|html|redirect|sink|nonsense)/x",
            ],
            query in prop_oneof!["token=.{0,40}", "up=1", ".{0,20}"],
            headers in proptest::collection::vec((
                proptest::sample::select(vec!["ttl", "urgency", "topic", "content-encoding", "authorization"]),
                prop_oneof!["[0-9]{1,25}", "-1", "high", "aes128gcm", "vapid t=[a-z.]{0,30},k=[A-Z]{0,90}", "[ -~]{0,40}"],
            ), 0..7),
            body in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let desk = Desk::new(Shared::for_tests(Arc::new(ManualClock::at(Timestamp(0)))));
            let host = Host::for_tests(service.host(), Vendor::Webpush);
            let headers: HeaderMap = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
                .collect();
            let ask = Ask {
                host: &host,
                method: &method,
                path: &path,
                query: &query,
                headers: &headers,
                body: &body,
                now: Timestamp(1),
            };
            let answer = desk.answer(&ask, &Turn::default());
            prop_assert_eq!(answer.ending, Ending::Answered);
            let json: Option<Value> = serde_json::from_slice(&answer.body).ok();
            let is_own = answer.logged.stage == "fault" || match service {
                PushService::Mozilla if answer.status == 405 => answer.body.is_empty(),
                PushService::Mozilla if answer.status >= 400 =>
                    json.is_some_and(|json| json["code"] == answer.status && json["error"].is_string()),
                PushService::Apple if answer.status >= 400 => json.is_some_and(|json| json["reason"].is_string()),
                PushService::Ntfy => json.is_some(),
                PushService::Google => answer.status == 201 || !answer.body.is_empty(),
                _ => answer.body.is_empty(),
            };
            prop_assert!(is_own, "{} {:?}", answer.status, String::from_utf8_lossy(&answer.body));
        }
    }
}
