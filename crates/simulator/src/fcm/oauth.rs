//! The token endpoint: a service account's signed assertion for an access token.
//!
//! Order of the checks (assumed): method, media type, grant type, assertion, its header, account, key and signature,
//! audience, times, scope.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Method, header};
use model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    account::{Project, Registry, TOKEN_URI},
    reply::{lost, one_line},
};
use crate::{
    counter::{AccessTokens, Answer, Ask},
    shared::{Host, random},
};

/// Life of an access token, in seconds. Documented.
const LIFETIME_S: i64 = 3599;
/// Longest life of an assertion, in seconds. Documented.
const ASSERTION_MAX_S: f64 = 3600.0;
/// How far the sender's clock may be off, in seconds. Assumed.
const SKEW_S: f64 = 300.0;
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// Older audiences that still hold, each the address of a token endpoint itself. Observed.
const AUDIENCES: &[&str] =
    &[TOKEN_URI, "https://www.googleapis.com/oauth2/v4/token", "https://accounts.google.com/o/oauth2/token"];
/// Scopes that let an access token send. Documented.
const SENDING: &[&str] =
    &["https://www.googleapis.com/auth/firebase.messaging", "https://www.googleapis.com/auth/cloud-platform"];
const SCOPE_PREFIX: &str = "https://www.googleapis.com/auth/";
/// Bytes of an assertion that are looked at.
const ASSERTION_MAX_BYTES: usize = 16_384;

/// The errors of the endpoint. Documented as a set; which status goes with which is observed.
const ERRORS: &[&str] =
    &["invalid_grant", "invalid_scope", "invalid_request", "unsupported_grant_type", "invalid_client"];

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    alg: String,
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    iss: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    aud: String,
    iat: Option<f64>,
    exp: Option<f64>,
}

#[derive(Serialize)]
struct Granted<'a> {
    access_token: &'a str,
    expires_in: i64,
    token_type: &'static str,
}

#[derive(Serialize)]
struct Refused {
    error: &'static str,
    error_description: String,
}

/// What an access token was given for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Grant {
    /// The address of the account.
    pub(super) email: String,
    pub(super) may_send: bool,
}

impl Grant {
    fn to_text(&self) -> String {
        format!("{}{}", if self.may_send { '+' } else { '-' }, self.email)
    }

    /// What an access token's note says.
    pub(super) fn from_text(text: &str) -> Self {
        let (may_send, email) = match text.strip_prefix('+') {
            Some(email) => (true, email),
            None => (false, text.trim_start_matches('-')),
        };
        Self { email: email.to_owned(), may_send }
    }
}

/// Whether the endpoint has an error of this name.
pub(super) fn knows(error: &str) -> bool {
    ERRORS.contains(&error)
}

/// The answer with an error of this name; `None`: it is not one of the endpoint's.
pub(super) fn named(error: &str) -> Option<Answer> {
    let error = ERRORS.iter().find(|own| **own == error)?;
    Some(refuse(error, "Bad Request"))
}

/// Whether a path is that of the endpoint, at a host that has one.
pub(super) fn is_endpoint(host: &str, path: &str) -> bool {
    AUDIENCES.iter().any(|url| {
        url.strip_prefix("https://").and_then(|url| url.strip_prefix(host)).is_some_and(|own| own == path)
    })
}

/// Answers a token request.
pub(super) fn grant(ask: &Ask<'_>, registry: &Registry, tokens: &AccessTokens) -> Answer {
    let answer = if *ask.method == Method::POST {
        let granted = decide(ask, registry).map(|grant| granted(&grant, tokens, ask.host, ask.now));
        granted.unwrap_or_else(|(error, description)| refuse(error, description))
    } else {
        lost()
    };
    answer.on("/token")
}

type Wrong = (&'static str, &'static str);

fn decide(ask: &Ask<'_>, registry: &Registry) -> Result<Grant, Wrong> {
    let media = ask.header(header::CONTENT_TYPE.as_str()).unwrap_or_default().to_ascii_lowercase();
    if !media.is_empty() && !media.trim_start().starts_with("application/x-www-form-urlencoded") {
        return Err(("invalid_request", "The body must be application/x-www-form-urlencoded."));
    }
    match ask.field("grant_type").as_deref() {
        None | Some("") => return Err(("invalid_request", "Missing required parameter: grant_type")),
        Some(GRANT_TYPE) => (),
        Some(_) => return Err(("unsupported_grant_type", "Invalid grant_type")),
    }
    let assertion = ask.field("assertion").filter(|assertion| !assertion.is_empty());
    let assertion = assertion.ok_or(("invalid_request", "Missing required parameter: assertion"))?;
    let (claims, project) = verified(&assertion, registry)?;
    if !AUDIENCES.contains(&claims.aud.as_str()) {
        return Err(("invalid_grant", "Invalid JWT: Failed audience check."));
    }
    in_time(&claims, ask.now)?;
    Ok(Grant { email: project.account.email.clone(), may_send: scope(&claims.scope)? })
}

/// The claims of an assertion whose signature is its account's, with the account's project.
fn verified(assertion: &str, registry: &Registry) -> Result<(Claims, Arc<Project>), Wrong> {
    let malformed = ("invalid_grant", "Invalid JWT: the assertion cannot be read.");
    if assertion.len() > ASSERTION_MAX_BYTES {
        return Err(malformed);
    }
    let (signed, signature) = assertion.rsplit_once('.').ok_or(malformed)?;
    let (head, claims) = signed.split_once('.').ok_or(malformed)?;
    let part = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| malformed);
    let head: Head = serde_json::from_slice(&part(head)?).map_err(|_| malformed)?;
    let claims: Claims = serde_json::from_slice(&part(claims)?).map_err(|_| malformed)?;
    let project = registry.of_account(&claims.iss).filter(|project| project.rights().account_exists);
    let project = project.ok_or(("invalid_grant", "Invalid grant: account not found"))?;
    let account = &project.account;
    let is_its_key = project.rights().key_exists
        && head.alg == "RS256"
        && head.kid.as_ref().is_none_or(|kid| *kid == account.key_id);
    if !is_its_key || !account.verifies(signed.as_bytes(), &part(signature)?) {
        return Err(("invalid_grant", "Invalid JWT Signature."));
    }
    Ok((claims, project))
}

fn in_time(claims: &Claims, now: Timestamp) -> Result<(), Wrong> {
    // Seconds of any real clock are far below the range in which the cast would lose any.
    let now = now.secs() as f64;
    let fits = claims.iat.zip(claims.exp).is_some_and(|(issued, expires)| {
        issued <= now + SKEW_S
            && expires > now - SKEW_S
            && expires > issued
            && expires - issued <= ASSERTION_MAX_S
    });
    let wrong = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. \
                 Check your iat and exp values in the JWT claim.";
    if fits { Ok(()) } else { Err(("invalid_grant", wrong)) }
}

/// Whether a list of scopes lets its token send.
fn scope(scopes: &str) -> Result<bool, Wrong> {
    let mut scopes = scopes.split_ascii_whitespace().peekable();
    if scopes.peek().is_none() {
        return Err(("invalid_scope", "Empty or missing scope not allowed."));
    }
    let mut may_send = false;
    for scope in scopes {
        if !scope.starts_with(SCOPE_PREFIX) && !matches!(scope, "openid" | "email" | "profile") {
            return Err(("invalid_scope", "Invalid OAuth scope or ID token audience provided."));
        }
        may_send |= SENDING.contains(&scope);
    }
    Ok(may_send)
}

fn granted(grant: &Grant, tokens: &AccessTokens, host: &Host, now: Timestamp) -> Answer {
    let token = format!("ya29.c.{}", URL_SAFE_NO_PAD.encode(random::<192>()));
    tokens.put(token.clone(), &grant.to_text(), LIFETIME_S * 1000, host, now);
    one_line(200, &Granted { access_token: &token, expires_in: LIFETIME_S, token_type: "Bearer" })
        .at("token granted")
}

fn refuse(error: &'static str, description: &str) -> Answer {
    let status = if error == "invalid_client" { 401 } else { 400 };
    let body = Refused { error, error_description: description.to_owned() };
    one_line(status, &body).coded(error).at("refused")
}
