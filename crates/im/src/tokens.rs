//! Login tokens: JWT HS256, made by the App's backend or by us for it.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use model::{App, AppId, ErrorCode, Fault, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// Longest life of a login token, in seconds: 7 days.
pub const TOKEN_LIFETIME_MAX_S: i64 = 7 * 24 * 3600;

/// Clocks of backends differ; a token from this many seconds ahead is still taken.
const CLOCK_SKEW_S: i64 = 60;

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    app: AppId,
    sub: UserId,
    iat: NumericDate,
    exp: NumericDate,
}

/// A moment as a JWT tells it (RFC 7519, section 2): seconds since the epoch, of which a fraction may be told. Ours
/// tell the millisecond: of whole seconds it could not be known whether a token is older than a logout in its own
/// second.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(from = "f64", into = "f64")]
struct NumericDate(Timestamp);

impl From<f64> for NumericDate {
    #[expect(clippy::cast_possible_truncation, reason = "a moment beyond time is its end")]
    fn from(secs: f64) -> Self {
        Self(Timestamp((secs * 1000.0).round() as i64))
    }
}

impl From<NumericDate> for f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this age fit into 53 bits")]
    fn from(date: NumericDate) -> Self {
        date.0.millis() as Self / 1000.0
    }
}

/// Who a login token is for, once it verified.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) user: UserId,
    pub(crate) issued_at: Timestamp,
}

/// Makes a login token, valid for some seconds, at most 7 days.
///
/// # Errors
/// `internal` where the signature fails.
pub fn issue_token(app: &App, user: &UserId, now: Timestamp, lifetime_s: i64) -> Result<String, Fault> {
    let header = Header { kid: Some(app.id.to_string()), ..Header::new(Algorithm::HS256) };
    let expires_at = now.plus_ms(lifetime_s.clamp(1, TOKEN_LIFETIME_MAX_S) * 1000);
    let claims =
        Claims { app: app.id, sub: user.clone(), iat: NumericDate(now), exp: NumericDate(expires_at) };
    encode(&header, &claims, &EncodingKey::from_secret(app.login_secret.expose().as_bytes()))
        .map_err(|error| Fault::new(ErrorCode::Internal, error.to_string()))
}

/// The App a token says it is for, before it is verified.
///
/// # Errors
/// `bad_token` where the header does not read.
pub(crate) fn claimed_app(token: &str) -> Result<AppId, Fault> {
    decode_header(token)
        .ok()
        .and_then(|header| header.kid)
        .and_then(|kid| kid.parse().ok())
        .ok_or_else(|| ErrorCode::BadToken.into())
}

/// Verifies a token against its App.
///
/// # Errors
/// `bad_token` or `token_expired`.
pub(crate) fn verify(app: &App, token: &str, now: Timestamp) -> Result<Verified, Fault> {
    let mut validation = Validation::new(Algorithm::HS256);
    // The library would read the system clock; the times are compared below with the time that was handed in.
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_secret(app.login_secret.expose().as_bytes());
    let claims =
        decode::<Claims>(token, &key, &validation).map_err(|_| Fault::from(ErrorCode::BadToken))?.claims;
    let (issued_at, expires_at) = (claims.iat.0, claims.exp.0);
    // In whole seconds, in which a backend may have rounded either.
    if claims.app != app.id || expires_at.secs().saturating_sub(issued_at.secs()) > TOKEN_LIFETIME_MAX_S {
        return Err(ErrorCode::BadToken.into());
    }
    if issued_at > now.plus_ms(CLOCK_SKEW_S * 1000) {
        return Err(Fault::new(
            ErrorCode::BadToken,
            "the token is from the future; check the backend's clock",
        ));
    }
    if expires_at <= now {
        return Err(ErrorCode::TokenExpired.into());
    }
    Ok(Verified { user: claims.sub, issued_at })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_moment_is_told_to_the_millisecond(millis in 0..=4_102_444_800_000_i64) {
            let told = serde_json::to_string(&NumericDate(Timestamp(millis))).unwrap();
            let read: NumericDate = serde_json::from_str(&told).unwrap();
            prop_assert_eq!(read.0, Timestamp(millis));
        }
    }

    #[test]
    fn a_backend_may_tell_whole_seconds_and_nothing_it_tells_is_beyond_time() {
        let read = |text: &str| serde_json::from_str::<NumericDate>(text).unwrap().0;
        assert_eq!(read("1790000000"), Timestamp::from_secs(1_790_000_000));
        assert_eq!(read("-1e300"), Timestamp(i64::MIN));
        assert_eq!(read("1e300"), Timestamp::NEVER);
    }
}
