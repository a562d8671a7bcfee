//! Authentication: an access token, given for an MD5 signature over the app's three credentials and the time.

use std::sync::Arc;

use md5::{Digest, Md5};
use model::{Secret, TargetVerdict, Timestamp, Verdict};
use serde_json::{Value, json};

use super::{config::Config, limits, reply, request};
use crate::contract::{Auth, AuthPlan, WireReply};

/// Longest access token we take (ours: it has to fit a header).
const TOKEN_MAX_BYTES: usize = 1024;

pub(super) fn plan(config: &Config, now: Timestamp) -> AuthPlan {
    let body = json!({
        "appId": config.app_id,
        "appKey": config.app_key,
        "timestamp": now.millis(),
        "sign": sign(config, now),
    });
    AuthPlan::Exchange(request::post("auth", "/message/auth", None, &body))
}

/// Several tokens of one app are good at once (documented), so a renewal disturbs nobody.
pub(super) fn read(reply: &WireReply, now: Timestamp) -> Result<Auth, TargetVerdict> {
    let (body, judged) = reply::read(reply);
    if judged.verdict != Verdict::Accepted {
        return Err(judged);
    }
    let fits = |token: &&str| {
        (1..=TOKEN_MAX_BYTES).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let token = body.get("authToken").and_then(Value::as_str).filter(fits);
    let token = token.ok_or_else(|| reply::unreadable(reply))?;
    Ok(Auth {
        header: Some(Arc::new(Secret::new(token.to_owned()))),
        renew_at: now.plus_ms(limits::RENEW_AFTER_MS),
        keep_until: now.plus_ms(limits::KEEP_MS),
    })
}

/// Lower-case hex of MD5 over the joined values (documented).
fn sign(config: &Config, now: Timestamp) -> String {
    let digest = Md5::new()
        .chain_update(config.app_id.to_string())
        .chain_update(&config.app_key)
        .chain_update(now.millis().to_string())
        .chain_update(config.app_secret.expose())
        .finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
