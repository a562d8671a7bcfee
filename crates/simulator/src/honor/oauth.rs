//! The token endpoint: client id and secret for an access token, in the shapes of OAuth 2.0.

use http::Method;
use model::Timestamp;
use serde::Serialize;

use super::{app::Apps, reply::ordered_json};
use crate::counter::{AccessTokens, Answer, Ask};

/// Life of an access token, in seconds. Observed: what senders fall back to where the answer does not tell.
pub(super) const LIFETIME_S: i64 = 3600;

/// Errors in the words of OAuth, with their status. `unauthorized_client` is observed for a wrong pair of client id and
/// secret; which status goes with which word is assumed.
const ERRORS: &[(&str, u16, &str)] = &[
    ("unsupported_grant_type", 400, "Unsupported grant_type"),
    ("invalid_request", 400, "Missing form parameter"),
    ("invalid_client", 401, "Invalid client or Invalid client credentials"),
    ("unauthorized_client", 401, "Invalid client or Invalid client credentials"),
    ("access_denied", 403, "Access denied"),
    ("not_found", 404, "Could not find resource for full path"),
    ("method_not_allowed", 405, "Method not allowed"),
    ("slow_down", 429, "Too many requests"),
    ("server_error", 500, "Internal error"),
    ("temporarily_unavailable", 503, "Service unavailable"),
];

#[derive(Serialize)]
struct Granted {
    access_token: String,
    expires_in: i64,
    token_type: &'static str,
}

#[derive(Serialize)]
struct Refused {
    error: &'static str,
    error_description: &'static str,
}

/// Whether there is an error of this name.
pub(super) fn knows(error: &str) -> bool {
    ERRORS.iter().any(|(own, ..)| *own == error)
}

/// The answer with an error, named by its word or by an HTTP status; any other name is an error of the server.
pub(super) fn refuse(name: &str) -> Answer {
    let found = ERRORS.iter().find(|(own, ..)| *own == name);
    // A status stands for the last of its words, the commoner one.
    let found = found.or_else(|| ERRORS.iter().rfind(|(_, status, _)| status.to_string() == name));
    let (error, status, error_description) =
        found.copied().unwrap_or(("server_error", 500, "Internal error"));
    ordered_json(status, &Refused { error, error_description }).coded(error).at("refused")
}

/// Answers a token request.
pub(super) fn grant(ask: &Ask<'_>, apps: &Apps, tokens: &AccessTokens, now: Timestamp) -> Answer {
    if *ask.method != Method::POST {
        return refuse("method_not_allowed");
    }
    let fields = ask.fields();
    let field = |name: &str| {
        fields.iter().find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value.as_ref()))
    };
    match field("grant_type") {
        None => return refuse("invalid_request"),
        Some("client_credentials") => (),
        Some(_) => return refuse("unsupported_grant_type"),
    }
    let (Some(client_id), Some(secret)) = (field("client_id"), field("client_secret")) else {
        return refuse("invalid_request");
    };
    match apps.of_client(client_id).filter(|app| app.has_secret(secret)) {
        Some(app) => {
            let access_token = tokens.issue(&app.package, LIFETIME_S * 1000, ask.host, now);
            let granted = Granted { access_token, expires_in: LIFETIME_S, token_type: "Bearer" };
            ordered_json(200, &granted).at("granted")
        }
        None => refuse("unauthorized_client"),
    }
}
