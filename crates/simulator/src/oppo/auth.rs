//! `auth`: an access token in exchange for a signature with the `MasterSecret`.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use subtle::ConstantTimeEq;

use super::{
    app::App,
    asked::Asked,
    desk::{Desk, Sender},
    reply::{Code, Issued, Refusal, Stop},
};
use crate::{
    counter::{Answer, Ask},
    faults::Turn,
    shared::hex,
};

/// How long an access token holds. Documented.
const LIFETIME_MS: i64 = 24 * 3_600_000;
/// How far a timestamp may be off, either way. Documented.
const CLOCK_OFF_MAX_MS: i64 = 10 * 60_000;
/// Digits of a timestamp: milliseconds. Documented.
const TIMESTAMP_DIGITS: usize = 13;

impl Desk {
    /// Gives out an access token. Earlier ones stay good (assumed).
    pub(super) fn authenticate(&self, asked: &Asked<'_>, ask: &Ask<'_>, turn: &Turn) -> Result<Answer, Stop> {
        let fields = &asked.fields;
        let app_key = fields.text("app_key").ok_or_else(|| Code::NO_APP_KEY.plain())?;
        let sign = fields.text("sign").ok_or_else(|| Code::NO_SIGNATURE.plain())?;
        let timestamp = fields.text("timestamp").ok_or_else(|| Code::NO_TIMESTAMP.plain())?;
        let app = self.apps.find(&app_key).ok_or_else(|| Code::APP_KEY.plain())?;
        check_time(&timestamp, ask)?;
        let wanted = signature(&app.app_key, &timestamp, app.master_secret.expose());
        if !bool::from(wanted.as_bytes().ct_eq(sign.as_bytes())) {
            return Err(Code::SIGNATURE.plain().into());
        }
        let sender = Sender { rights: app.rights(), app, now: ask.now };
        if !sender.rights.enabled {
            return Err(Code::DISABLED.plain().into());
        }
        self.pass(&sender, 1, turn)?;
        let auth_token = self.access.issue(&sender.app.app_key, LIFETIME_MS, ask.host, ask.now);
        Ok(Issued { auth_token, create_time: ask.now.millis() }.answer())
    }

    /// Who sends, by the access token.
    pub(super) fn sender(&self, asked: &Asked<'_>, ask: &Ask<'_>) -> Result<Sender, Refusal> {
        let token = asked.auth_token(ask).ok_or_else(|| Code::NO_TOKEN.plain())?;
        let app_key = self.access.check(&token, ask.host, ask.now).map_err(|_| Code::TOKEN.plain())?;
        // The token of an app that was registered anew under another key names nobody any more.
        let app: Arc<App> = self.apps.find(&app_key).ok_or_else(|| Code::TOKEN.plain())?;
        let rights = app.rights();
        if !rights.enabled {
            return Err(Code::DISABLED.plain());
        }
        Ok(Sender { app, rights, now: ask.now })
    }
}

fn check_time(timestamp: &str, ask: &Ask<'_>) -> Result<(), Refusal> {
    let wrong = |reason: &'static str| Code::TIMESTAMP.because(reason);
    if timestamp.len() != TIMESTAMP_DIGITS || !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong("timestamp must be 13 digits"));
    }
    let at: i64 = timestamp.parse().map_err(|_| wrong("timestamp must be 13 digits"))?;
    if at.abs_diff(ask.now.millis()) > CLOCK_OFF_MAX_MS.unsigned_abs() {
        return Err(wrong("timestamp is more than 10 minutes off"));
    }
    Ok(())
}

/// SHA-256 over key, time and secret, one after the other, in lower-case hex. Documented.
fn signature(app_key: &str, timestamp: &str, master_secret: &str) -> String {
    hex(digest(&SHA256, [app_key, timestamp, master_secret].concat().as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_book_s() {
        assert_eq!(
            signature(
                "0123456789abcdef0123456789abcdef",
                "1790000000000",
                "fedcba9876543210fedcba9876543210"
            ),
            "010016841a71ef4c15a49c2cd884c552f9ba675b2ae369ed5a14d6b6d841d21c"
        );
        assert_eq!(
            signature("demoOppoAppKey01", "1700000000123", "demoOppoMasterSecret01"),
            "cf73dcc244fb61fd8d47705684daf49a5084eff6156a58c11de60982f05ee525"
        );
    }
}
