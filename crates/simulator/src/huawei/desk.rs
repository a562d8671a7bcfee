//! Huawei's desk: which request is which, and what the simulator is told of the vendor.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Method, request::Parts};
use model::{Timestamp, Vendor};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    app::Registry,
    auth::Version,
    cache::OfflineCache,
    oauth,
    reply::{Code, Refusal},
    topic::{Call, Topics},
};
use crate::{
    counter::{AccessTokens, Answer, Ask, Clerk, Credential, DayLedger, Post, RateGate},
    faults::Turn,
    phone::{Badge, Calls, Keep, Report, Service},
    shared::{HostSpec, Shared, random},
    token::TokenBook,
};

const PUSH: &str = "push-api.cloud.huawei.com";
const OAUTH: &str = "oauth-login.cloud.huawei.com";
const HOSTS: &[HostSpec] = &[HostSpec::of(PUSH), HostSpec::of(OAUTH)];

/// Huawei's side of the world.
pub(super) struct Desk {
    pub(super) shared: Arc<Shared>,
    pub(super) apps: Registry,
    pub(super) tokens: Arc<TokenBook>,
    /// Tokens of the OAuth host, by client id.
    pub(super) access_tokens: AccessTokens,
    /// Tokens of service accounts that were seen.
    pub(super) jwts: AccessTokens,
    pub(super) token_gate: RateGate,
    pub(super) rate: RateGate,
    pub(super) used: DayLedger,
    pub(super) cache: OfflineCache,
    pub(super) topics: Topics,
    pub(super) reports: mpsc::Sender<Report>,
    requests: AtomicU64,
}

/// What a path asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Errand {
    Token,
    Send(Version),
    Revoke,
    Topic(Call),
}

/// The paths of the push host: version, what follows the id, the errand, and the name in the log.
const PATHS: [(&str, &str, Errand, &str); 6] = [
    ("v1", "messages:send", Errand::Send(Version::V1), "/v1/{clientId}/messages:send"),
    ("v2", "messages:send", Errand::Send(Version::V2), "/v2/{projectId}/messages:send"),
    ("v1", "messages:revoke", Errand::Revoke, "/v1/{clientId}/messages:revoke"),
    ("v1", "topic:subscribe", Errand::Topic(Call::Subscribe), "/v1/{clientId}/topic:subscribe"),
    ("v1", "topic:unsubscribe", Errand::Topic(Call::Unsubscribe), "/v1/{clientId}/topic:unsubscribe"),
    ("v1", "topic:list", Errand::Topic(Call::List), "/v1/{clientId}/topic:list"),
];

/// The errand of a path, with the id in it and its name in the log.
fn errand<'a>(host: &str, path: &'a str) -> Option<(Errand, &'a str, &'static str)> {
    if host == OAUTH {
        return match path {
            "/oauth2/v2/token" => Some((Errand::Token, "", "/oauth2/v2/token")),
            "/oauth2/v3/token" => Some((Errand::Token, "", "/oauth2/v3/token")),
            _ => None,
        };
    }
    let (version, rest) = path.strip_prefix('/')?.split_once('/')?;
    let (id, what) = rest.split_once('/')?;
    // Some clients write the colon as a percent sequence.
    let what = what.replace("%3A", ":").replace("%3a", ":");
    let listed = PATHS.iter().find(|(own, end, ..)| *own == version && *end == what)?;
    Some((listed.2, id, listed.3))
}

impl Desk {
    pub(super) fn new(shared: &Arc<Shared>, reports: mpsc::Sender<Report>) -> Self {
        Self {
            shared: Arc::clone(shared),
            apps: Registry::default(),
            tokens: Arc::default(),
            access_tokens: AccessTokens::default(),
            jwts: AccessTokens::default(),
            token_gate: RateGate::default(),
            rate: RateGate::default(),
            used: DayLedger::of_beijing(),
            cache: OfflineCache::default(),
            topics: Topics::default(),
            reports,
            requests: AtomicU64::new(0),
        }
    }

    /// The id of an answer: milliseconds and a number, 21 digits. Its shape is observed.
    pub(super) fn next_request_id(&self, now: Timestamp) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) % 100_000_000;
        format!("{:013}{number:08}", now.millis())
    }

    fn outcome(&self, errand: Errand, id: &str, ask: &Ask<'_>, turn: &Turn) -> Answer {
        let version = match errand {
            Errand::Token => return self.token(ask, turn),
            Errand::Send(version) => version,
            Errand::Revoke | Errand::Topic(_) => Version::V1,
        };
        let caller = match self.admit(ask, version, id) {
            Ok(caller) => caller,
            Err(refusal) => return refusal.answer(&self.next_request_id(ask.now)).at("auth"),
        };
        match errand {
            Errand::Revoke => self.revoke(&caller, ask, turn),
            Errand::Topic(call) => self.topic(call, &caller, ask, turn),
            Errand::Token | Errand::Send(_) => self.send(&caller, ask, turn),
        }
    }
}

impl Clerk for Desk {
    fn vendor(&self) -> Vendor {
        Vendor::Huawei
    }

    fn hosts(&self) -> &'static [HostSpec] {
        HOSTS
    }

    /// All but what is HarmonyOS NEXT's: V3, and taking back with a `push-type`, which V3 messages need.
    fn takes(&self, head: &Parts) -> bool {
        let path = head.uri.path();
        let is_revoke = errand(PUSH, path).is_some_and(|(errand, ..)| errand == Errand::Revoke);
        !(path.starts_with("/v3/") || is_revoke && head.headers.contains_key("push-type"))
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
            mint: mint_token,
            badge: Badge::Set,
            keep: Keep::All,
            arrived: Calls::Never,
            // Of high priority, for which an app needs a right; other data waits for the app (matrix H).
            through: Calls::Always,
            notifications_off_at_first: false,
            reports: Some(self.reports.clone()),
        }
    }

    fn any_app(&self) -> Option<String> {
        self.apps.any_package()
    }

    fn knows_code(&self, code: &str) -> bool {
        Code::find(code).is_some() || oauth::knows(code)
    }

    fn refuse(&self, code: &str, ask: &Ask<'_>) -> Answer {
        match errand(ask.host.name, ask.path) {
            Some((Errand::Token, _, path)) => oauth::refuse(code).on(path),
            found => {
                let code = Code::find(code).unwrap_or(Code::UNAUTHORIZED);
                let answer = Refusal::from(code).answer(&self.next_request_id(ask.now));
                answer.on(found.map_or("", |(_, _, path)| path))
            }
        }
    }

    fn answer(&self, ask: &Ask<'_>, turn: &Turn) -> Answer {
        let Some((errand, id, path)) = errand(ask.host.name, ask.path) else {
            return Answer::bare(404).at("path");
        };
        if ask.method != Method::POST {
            return Answer::bare(405).at("method").on(path);
        }
        self.outcome(errand, id, ask, turn).on(path)
    }

    fn posts(&self, reports: &[Report], now: Timestamp) -> Vec<Post> {
        self.receipts(reports, now)
    }
}

/// A token in today's shape: about 130 letters, digits, `-` and `_`. Its length is not fixed. Documented.
fn mint_token() -> String {
    format!("IQAAAACy{}", URL_SAFE_NO_PAD.encode(random::<92>()))
}

#[cfg(test)]
mod tests {
    use model::ManualClock;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::shared::Host;

    const PACKAGE: &str = "com.example.im";
    const CLIENT: &str = "100000001";

    struct Counter {
        desk: Desk,
        host: Arc<Host>,
        token: String,
    }

    fn counter() -> Counter {
        let clock = ManualClock::at(Timestamp(1_767_225_600_000));
        let (reports, _) = mpsc::channel(1);
        let desk = Desk::new(&Shared::for_tests(Arc::new(clock)), reports);
        let known = [("client_id", CLIENT), ("project_id", "736")];
        let known: Credential = known.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        desk.enrol(PACKAGE, Some(&known)).unwrap();
        let host = Host::for_tests(PUSH, Vendor::Huawei);
        let token = desk.access_tokens.issue(CLIENT, 3_600_000, &host, Timestamp(1_767_225_600_000));
        Counter { desk, host, token }
    }

    fn ask(counter: &Counter, path: &str, body: &[u8]) -> (u16, Value) {
        let mut headers = http::HeaderMap::new();
        headers.insert("authorization", format!("Bearer {}", counter.token).parse().unwrap());
        let ask = Ask {
            host: &counter.host,
            method: &Method::POST,
            path,
            query: "",
            headers: &headers,
            body,
            now: Timestamp(1_767_225_600_000),
        };
        let answer = counter.desk.answer(&ask, &Turn::default());
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            prop_oneof![Just("86400s"), Just("IM"), Just("FAULT/256/x"), Just("'a' in topics")]
                .prop_map(Value::from),
        ];
        let names = prop_oneof![
            Just("message"),
            Just("token"),
            Just("topic"),
            Just("condition"),
            Just("data"),
            Just("android"),
            Just("notification"),
            Just("click_action"),
            Just("type"),
            Just("title"),
            Just("body"),
            Just("badge"),
            Just("ttl"),
            Just("notifyId"),
            Just("tokenArray"),
            Just("style"),
            Just("light_settings"),
            Just("buttons"),
        ];
        leaf.prop_recursive(5, 40, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(names.clone().prop_map(str::to_owned), inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_body_on_any_path_gets_an_answer_in_the_vendors_envelope(
            which in 0..PATHS.len(),
            body in prop_oneof![any_json().prop_map(|json| json.to_string().into_bytes()), any::<Vec<u8>>()],
            message in any_json(),
        ) {
            let counter = counter();
            let (version, what, ..) = PATHS[which];
            let path = format!("/{version}/{}/{what}", if version == "v1" { CLIENT } else { "736" });
            let wrapped = json!({"message": message, "topic": "t"}).to_string().into_bytes();
            for body in [body, wrapped] {
                let (status, answer) = ask(&counter, &path, &body);
                prop_assert!([200, 400, 401, 500].contains(&status), "{status}");
                prop_assert!(answer["code"].as_str().is_some_and(|code| Code::find(code).is_some()), "{answer}");
                prop_assert_eq!(answer["requestId"].as_str().map(str::len), Some(21));
            }
        }

        #[test]
        fn any_path_is_answered(path in "/.{0,40}", oauth in any::<bool>()) {
            let mut counter = counter();
            if oauth {
                counter.host = Host::for_tests(OAUTH, Vendor::Huawei);
            }
            prop_assert_eq!(ask(&counter, &path, b"").0, 404);
        }
    }

    #[test]
    fn what_is_v3s_is_left_to_its_own_vendor() {
        let desk = counter().desk;
        let takes = |path: &str, push_type: bool| {
            let request = http::Request::post(path);
            let request = if push_type { request.header("push-type", "0") } else { request };
            desk.takes(&request.body(()).unwrap().into_parts().0)
        };
        assert!(
            takes("/v1/1/messages:send", false) && takes("/v2/1/messages:send", true) && takes("/x", false)
        );
        assert!(takes("/v1/1/messages:revoke", false));
        assert!(!takes("/v3/1/messages:send", true) && !takes("/v1/1/messages:revoke", true));
    }
}
