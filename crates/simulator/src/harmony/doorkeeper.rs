//! Who sends: the service account's JWT checked against what is registered.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher,
    sync::{Arc, Mutex},
};

use super::{
    account::AUDIENCE,
    apps::{App, Apps},
    jwt::Jwt,
    reply::{Code, Refusal},
};
use crate::{counter::Ask, lock::lock};

/// A JWT may not live longer, in seconds. Documented as one day.
const LIFE_MAX_S: i64 = 24 * 3600;
/// How far in the future a JWT may be issued, in seconds. The book is silent (assumed).
const SKEW_MAX_S: i64 = 300;
/// JWTs remembered for the control that ends them all.
const SEEN_MAX: usize = 100_000;

/// Checks JWTs, and remembers which of them it has seen.
#[derive(Debug, Default)]
pub(super) struct Doorkeeper {
    hashing: RandomState,
    /// JWTs, hashed, with the epoch they were first seen in.
    seen: Mutex<HashMap<u64, u64>>,
}

impl Doorkeeper {
    /// The app whose service account signed a request.
    pub(super) fn authenticate(&self, ask: &Ask<'_>, apps: &Apps) -> Result<Arc<App>, Refusal> {
        let bearer = ask.bearer().ok_or_else(|| Code::AUTH.because("Authorization is missing"))?;
        let jwt = Jwt::read(bearer).ok_or_else(|| Code::AUTH.because("Authorization is not a JWT"))?;
        if jwt.algorithm != "PS256" {
            return Err(Code::AUTH.because("the JWT's algorithm must be PS256"));
        }
        let app = apps.of_key(&jwt.key_id).ok_or_else(|| Code::AUTH.because("the JWT's kid is unknown"))?;
        if !jwt.is_signed_by(&app.account.public_key) {
            return Err(Code::AUTH.because("the JWT's signature is wrong"));
        }
        if !app.rights().key_enabled {
            return Err(Code::KEY_DISABLED.because("the key is disabled"));
        }
        if jwt.issuer != app.account.sub_account || !jwt.is_for(AUDIENCE) {
            return Err(Code::AUTH.because("the JWT's iss or aud is wrong"));
        }
        self.check_times(&jwt, bearer, ask)?;
        Ok(app)
    }

    fn check_times(&self, jwt: &Jwt<'_>, bearer: &str, ask: &Ask<'_>) -> Result<(), Refusal> {
        let now = ask.now.secs();
        if jwt.expires_at.saturating_sub(jwt.issued_at) > LIFE_MAX_S {
            return Err(Code::LIFE.because("the JWT lives longer than one day"));
        }
        if jwt.expires_at <= now || self.is_ended(bearer, ask.host.faults.auth_epoch()) {
            return Err(Code::EXPIRED.because("the JWT has expired"));
        }
        if jwt.issued_at > now + SKEW_MAX_S {
            return Err(Code::AUTH.because("the JWT is issued in the future"));
        }
        Ok(())
    }

    /// Whether a JWT was seen before its epoch ended.
    fn is_ended(&self, jwt: &str, epoch: u64) -> bool {
        let mut seen = lock(&self.seen);
        if seen.len() >= SEEN_MAX {
            seen.clear();
        }
        *seen.entry(self.hashing.hash_one(jwt)).or_insert(epoch) < epoch
    }
}
