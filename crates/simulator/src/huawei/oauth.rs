//! Access tokens: a form with the client's id and secret is exchanged for a token that lives an hour.

use base64::{Engine, engine::general_purpose::STANDARD};
use model::Timestamp;
use serde::Serialize;
use subtle::ConstantTimeEq;

use super::{app::is_id, desk::Desk, reply::flow_control};
use crate::{
    counter::{Answer, Ask},
    faults::Turn,
    shared::random,
};

/// Life of a token, in seconds. Documented.
const LIFE_SECS: i64 = 3600;
/// Tokens that an app may ask for in one window. Documented.
const TOKENS_A_WINDOW: u64 = 1000;
/// Length of that window, in seconds. Documented.
const WINDOW_SECS: i64 = 300;

/// The book's `error` of every refusal it lists.
const ERROR: u32 = 1101;
const WRONG_SECRET: Fault = Fault(12_304, "the client secret is wrong");
const WRONG_GRANT: Fault = Fault(20_001, "the grant type is not supported");
const MALFORMED_CLIENT: Fault = Fault(20_002, "the client id is malformed");
const UNKNOWN_CLIENT: Fault = Fault(20_003, "the client id is unknown");
const NO_SECRET: Fault = Fault(20_171, "the client secret is empty");

/// The book's `sub_error` with a text. The one of a wrong grant type is assumed, the others are documented.
struct Fault(u32, &'static str);

const FAULTS: [Fault; 5] = [WRONG_SECRET, WRONG_GRANT, MALFORMED_CLIENT, UNKNOWN_CLIENT, NO_SECRET];

#[derive(Serialize)]
struct Granted<'a> {
    access_token: &'a str,
    expires_in: i64,
    token_type: &'static str,
}

#[derive(Serialize)]
struct Refused {
    error: u32,
    sub_error: u32,
    error_description: &'static str,
}

impl Desk {
    /// Exchanges a client's credential for an access token.
    pub(super) fn token(&self, ask: &Ask<'_>, turn: &Turn) -> Answer {
        if turn.throttle {
            return flow_control();
        }
        match self.grant(ask) {
            Ok(Some(token)) => {
                let granted = Granted { access_token: &token, expires_in: LIFE_SECS, token_type: "Bearer" };
                // The vendor escapes slashes, which is a trap for those who cut the token out of the text. Documented.
                let body = serde_json::to_string(&granted).unwrap_or_default().replace('/', "\\/");
                json(200, body.into_bytes()).at("granted")
            }
            Ok(None) => flow_control(),
            Err(fault) => refused(&fault).at("auth"),
        }
    }

    /// A new token; `None` where the app asked for too many.
    fn grant(&self, ask: &Ask<'_>) -> Result<Option<String>, Fault> {
        let field = |name: &str| ask.field(name).unwrap_or_default();
        if field("grant_type") != "client_credentials" {
            return Err(WRONG_GRANT);
        }
        let (client_id, secret) = (field("client_id"), field("client_secret"));
        if !is_id(&client_id) {
            return Err(MALFORMED_CLIENT);
        }
        let app = self.apps.of_client(&client_id).ok_or(UNKNOWN_CLIENT)?;
        if secret.is_empty() {
            return Err(NO_SECRET);
        }
        if !bool::from(app.client_secret.as_bytes().ct_eq(secret.as_bytes())) {
            return Err(WRONG_SECRET);
        }
        // A window of 300 s is a second of a clock that runs 300 times slower.
        let window = Timestamp(ask.now.millis().div_euclid(WINDOW_SECS));
        if !self.token_gate.pass(&client_id, 1, TOKENS_A_WINDOW, window) {
            return Ok(None);
        }
        let token = format!("CF{}/{}", STANDARD.encode(random::<30>()), STANDARD.encode(random::<29>()));
        self.access_tokens.put(token.clone(), &client_id, LIFE_SECS * 1000, ask.host, ask.now);
        Ok(Some(token))
    }
}

/// The refusal with this `sub_error`; one that the book does not list is told as it is asked for.
pub(super) fn refuse(code: &str) -> Answer {
    let listed = FAULTS.iter().find(|fault| fault.0.to_string() == code);
    let asked = Fault(code.parse().unwrap_or_default(), "refused on demand");
    refused(listed.unwrap_or(&asked))
}

/// Whether the OAuth host has a refusal with this `sub_error`.
pub(super) fn knows(code: &str) -> bool {
    FAULTS.iter().any(|fault| fault.0.to_string() == code)
}

fn refused(fault: &Fault) -> Answer {
    let body = Refused { error: ERROR, sub_error: fault.0, error_description: fault.1 };
    json(400, serde_json::to_vec(&body).unwrap_or_default()).coded(fault.0.to_string())
}

fn json(status: u16, body: Vec<u8>) -> Answer {
    let headers = vec![("content-type", "application/json;charset=UTF-8".to_owned())];
    Answer { headers, body, ..Answer::bare(status) }
}
