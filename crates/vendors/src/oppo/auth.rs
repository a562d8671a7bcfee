//! Authentication: an access token of 24 hours, exchanged for a signature made with the MasterSecret.

use std::sync::Arc;

use form_urlencoded::Serializer;
use model::{Secret, TargetVerdict, Timestamp, Verdict};
use sha2::{Digest, Sha256};

use super::{codes::CODES, config::Config, limits, reply, request};
use crate::{
    answer,
    contract::{Auth, WireReply, WireRequest},
};

/// Asks for an access token; the moment must be within ten minutes of OPPO's clock (documented).
pub(super) fn exchange(config: &Config, now: Timestamp) -> WireRequest {
    let timestamp = now.millis().to_string();
    let body = Serializer::new(String::new())
        .append_pair("app_key", &config.app_key)
        .append_pair("timestamp", &timestamp)
        .append_pair("sign", &sign(&config.app_key, &timestamp, &config.master_secret))
        .finish();
    request::post("auth", "/server/v1/auth".to_owned(), body)
}

/// Lower-case hex of SHA-256 over the three, without separators (documented).
fn sign(app_key: &str, timestamp: &str, master_secret: &Secret<String>) -> String {
    let digest = Sha256::new()
        .chain_update(app_key)
        .chain_update(timestamp)
        .chain_update(master_secret.expose())
        .finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads the access token. It ages from its making by OPPO's clock, where that is before ours. Whether an older one
/// stays good beside it is not written.
pub(super) fn read(answered: &WireReply, now: Timestamp) -> Result<Auth, TargetVerdict> {
    let body = reply::body_of(answered);
    let judged = reply::judge(answered, &body);
    if judged.verdict != Verdict::Accepted {
        return Err(judged);
    }
    // It travels in forms and in a header.
    let token = Some(reply::text_of(&body["data"], "auth_token")).filter(|token| request::is_id(token));
    let token = token.ok_or_else(|| answer::judge(&CODES, answered.status, answer::UNREADABLE, ""))?;
    let made_at = reply::number(body.pointer("/data/create_time")).map_or(now, Timestamp).min(now);
    let keep_until = now.plus_ms(limits::ACCESS_TOKEN_KEEP_MS);
    Ok(Auth {
        header: Some(Arc::new(Secret::new(token.to_owned()))),
        renew_at: made_at.plus_ms(limits::ACCESS_TOKEN_RENEW_AFTER_MS).max(keep_until),
        keep_until,
    })
}
