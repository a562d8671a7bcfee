//! Authentication: client id and secret are exchanged for an access token that lives an hour.

use std::sync::Arc;

use form_urlencoded::Serializer;
use model::{Secret, TargetVerdict, Timestamp, Verdict};
use serde_json::Value;

use super::{config, limits, reply};
use crate::contract::{Auth, AuthPlan, Origin, Protocol, WireReply, WireRequest};

pub(super) fn plan(config: &config::Config) -> AuthPlan {
    let body = Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", &config.client_id)
        .append_pair("client_secret", config.client_secret.expose())
        .finish();
    AuthPlan::Exchange(WireRequest {
        stage: "token",
        to: Some(Arc::new(Origin::of(config::OAUTH_HOST, Protocol::Http1))),
        method: "POST",
        path: "/oauth2/v3/token".to_owned(),
        headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
        authorization: None,
        body: body.into_bytes(),
    })
}

pub(super) fn read(reply: &WireReply, now: Timestamp) -> Result<Auth, TargetVerdict> {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    // It becomes a header, so it may hold visible characters only.
    let is_token = |token: &&str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    let token = body.get("access_token").and_then(Value::as_str).filter(is_token);
    let Some(token) = token.filter(|_| reply.status == 200) else { return Err(refusal(reply, &body)) };
    let life_secs = reply::number(body.get("expires_in")).unwrap_or(limits::ACCESS_TOKEN_LIFE_SECS);
    let life_ms = life_secs.clamp(0, limits::ACCESS_TOKEN_LIFE_MAX_SECS) * 1000;
    let early_ms = (life_ms - limits::ACCESS_TOKEN_MARGIN_MS).max(life_ms / 2);
    Ok(Auth {
        header: Some(Arc::new(Secret::new(format!("Bearer {token}")))),
        renew_at: now.plus_ms(early_ms.max(limits::ACCESS_TOKEN_KEEP_MS)),
        keep_until: now.plus_ms(limits::ACCESS_TOKEN_KEEP_MS),
    })
}

/// What a refused exchange means.
pub(super) fn refusal(reply: &WireReply, body: &Value) -> TargetVerdict {
    let part = |name| reply::number(body.get(name));
    let code = part("error").map(|error| match part("sub_error") {
        Some(sub) => format!("{error}/{sub}"),
        None => error.to_string(),
    });
    let words = body.get("error_description").and_then(Value::as_str).unwrap_or_default();
    let mut verdict = reply::judge_code(reply, code.as_deref(), words);
    if verdict.verdict == Verdict::RenewAuth {
        // Another exchange would not mend this one.
        verdict.verdict = Verdict::Misconfigured;
    }
    verdict
}
