//! The exchange of a signed request for an access token.

use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

use super::{
    app::App,
    code::Code,
    desk::Desk,
    fields::Fields,
    reply::{Outcome, Reply, Stop},
};
use crate::{counter::Ask, shared::hex};

/// How long an access token is served. Documented.
const LIFETIME_MS: i64 = 24 * 3_600_000;
/// How far the sender's clock may be off, either way. Documented.
const CLOCK_MAX_MS: i64 = 10 * 60_000;

/// `/message/auth`. Several tokens of one app are served at once (documented).
pub(super) fn exchange(desk: &Desk, fields: Fields<'_>, ask: &Ask<'_>) -> Result<Outcome, Stop> {
    let app_id = fields.text("appId").ok_or(Code::AUTH_APP_EMPTY)?;
    let app_key = fields.text("appKey").ok_or(Code::AUTH_KEY_EMPTY)?;
    let timestamp = fields.text("timestamp").ok_or(Code::AUTH_TIME_EMPTY)?;
    let signature = fields.text("sign").ok_or(Code::AUTH_SIGN_EMPTY)?;
    let app = desk.apps.find(app_id.trim()).ok_or(Code::AUTH_APP)?;
    if app_key.trim() != app.app_key {
        return Err(Code::AUTH_KEY.into());
    }
    let sent_ms: i64 = timestamp.trim().parse().map_err(|_| Code::AUTH_TIME)?;
    if ask.now.millis().abs_diff(sent_ms) > CLOCK_MAX_MS.unsigned_abs() {
        return Err(Code::AUTH_TIME.into());
    }
    let expected = sign(&app_id, &app_key, &timestamp, app.app_secret.expose());
    if !bool::from(expected.as_bytes().ct_eq(signature.as_bytes())) {
        return Err(Code::AUTH_SIGN.into());
    }
    let auth_token = grant(desk, &app, ask)?;
    Ok(Outcome { stage: "token issued", ..Reply { auth_token: Some(auth_token), ..Reply::ok() }.into() })
}

fn grant(desk: &Desk, app: &App, ask: &Ask<'_>) -> Result<String, Stop> {
    let key = format!("auth/{}", app.app_id);
    let rights = &app.rights;
    if !desk.rates.pass(&key, 1, rights.auth_per_second, ask.now)
        || desk.amounts.take(&key, 1, rights.auth_per_day, ask.now).is_err()
    {
        return Err(Code::AUTH_OFTEN.into());
    }
    Ok(desk.access.issue(&app.app_id, LIFETIME_MS, ask.host, ask.now))
}

/// Lower-case hexadecimal MD5 of the four joined, trimmed at both ends. Documented.
fn sign(app_id: &str, app_key: &str, timestamp: &str, app_secret: &str) -> String {
    let joined = [app_id, app_key, timestamp, app_secret].concat();
    hex(&Md5::digest(joined.trim().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_book() {
        let of = sign(
            "100012345",
            "11112222-3333-4444-5555-666677778888",
            "1790000000000",
            "99990000-aaaa-bbbb-cccc-ddddeeeeffff",
        );
        assert_eq!(of, "64ab44ac3898111a4a67e61076d47d03");
        let short = sign("10777", "demo-vivo-key", "1700000000123", "demo-vivo-secret");
        assert_eq!(short, "0e0e5e69367017c4c978dd8e27b63534");
    }
}
