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
    iat: i64,
    exp: i64,
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
    let claims = Claims {
        app: app.id,
        sub: user.clone(),
        iat: now.secs(),
        exp: now.secs() + lifetime_s.clamp(1, TOKEN_LIFETIME_MAX_S),
    };
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
    if claims.app != app.id || claims.exp.saturating_sub(claims.iat) > TOKEN_LIFETIME_MAX_S {
        return Err(ErrorCode::BadToken.into());
    }
    if claims.iat > now.secs() + CLOCK_SKEW_S {
        return Err(Fault::new(
            ErrorCode::BadToken,
            "the token is from the future; check the backend's clock",
        ));
    }
    if claims.exp <= now.secs() {
        return Err(ErrorCode::TokenExpired.into());
    }
    Ok(Verified { user: claims.sub, issued_at: Timestamp::from_secs(claims.iat) })
}
