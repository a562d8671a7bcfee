//! Authentication: Client ID and secret are exchanged for an access token, which all requests share.

use std::sync::Arc;

use form_urlencoded::Serializer;
use model::{Secret, TargetVerdict, Timestamp, Verdict};
use serde_json::Value;

use super::{codes::CODES, config::Config, limits, reply};
use crate::{
    answer,
    contract::{Auth, AuthPlan, WireReply, WireRequest},
};

pub(super) fn plan(config: &Config) -> AuthPlan {
    let body = Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", &config.client_id)
        .append_pair("client_secret", config.client_secret.expose())
        .finish();
    AuthPlan::Exchange(WireRequest {
        stage: "access",
        to: Some(Arc::new(config.access_host())),
        method: "POST",
        path: "/auth/token".to_owned(),
        headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
        authorization: None,
        body: body.into_bytes(),
    })
}

/// An access token lives as long as its answer says, commonly an hour; it is renewed minutes before its end.
pub(super) fn read(answered: &WireReply, now: Timestamp) -> Result<Auth, TargetVerdict> {
    let body: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
    let token = body.get("access_token").and_then(Value::as_str).filter(|token| is_header_text(token));
    let Some(token) = token.filter(|_| answered.status == 200) else { return Err(refusal(answered)) };
    let life_ms = reply::number(body.get("expires_in"))
        .map(|secs| secs.saturating_mul(1000))
        .filter(|ms| *ms > 0)
        .map_or(limits::ACCESS_LIFE_MS, |ms| ms.min(limits::ACCESS_LIFE_MAX_MS));
    let early_ms = limits::ACCESS_RENEW_EARLY_MS.min(life_ms / 2);
    Ok(Auth {
        header: Some(Arc::new(Secret::new(format!("Bearer {token}")))),
        renew_at: now.plus_ms((life_ms - early_ms).max(limits::ACCESS_KEEP_MS)),
        keep_until: now.plus_ms(limits::ACCESS_KEEP_MS),
    })
}

/// The request holds nothing but the credential, so what the vendor says against the request speaks against it; and no
/// word from here speaks about a device's token.
fn refusal(answered: &WireReply) -> TargetVerdict {
    let judged = reply::judge(answered);
    match judged.verdict {
        Verdict::Retry { .. } | Verdict::Limited { .. } | Verdict::Misconfigured | Verdict::Unrecognised => {
            judged
        }
        Verdict::RenewAuth | Verdict::Drop => TargetVerdict { verdict: Verdict::Misconfigured, ..judged },
        Verdict::Accepted | Verdict::TokenDead { .. } | Verdict::TokenDoubtful(_) => {
            answer::judge(&CODES, answered.status, answer::UNREADABLE, "")
        }
    }
}

fn is_header_text(token: &str) -> bool {
    (1..=limits::ACCESS_MAX_BYTES).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}
