//! Who sends to APNs: provider tokens (ES256), and who a connection has shown to be.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderValue;
use model::{Environment, Timestamp};
use rcgen::KeyPair;
use serde::Deserialize;

use super::{certificate::ClientIdentity, reason::Reason, request::topic_belongs_to};
use crate::{
    counter::Credential,
    lock::lock,
    shared::{hex, random},
};

/// A provider token is refused when it is older. Documented.
const TOKEN_LIFE_MS: i64 = 60 * 60_000;
/// A provider token may not be renewed sooner on the same connection. Documented.
const RENEWAL_MIN_MS: i64 = 20 * 60_000;
/// How far in the future a provider token may be issued. The book is silent (assumed).
const CLOCK_SKEW_MAX_MS: i64 = 5 * 60_000;
/// Length of a raw signature; anything else is taken for DER. Observed.
const RAW_SIGNATURE_BYTES: usize = 64;
/// Tokens remembered for the control that ends them all.
const SEEN_MAX: usize = 100_000;

/// A signing key as it is registered with Apple.
#[derive(Debug, Clone)]
pub struct ApnsKey {
    /// Key id: 10 characters.
    pub key_id: String,
    /// Team id: 10 characters.
    pub team_id: String,
    /// The public key: an uncompressed point, 65 bytes.
    pub public_key: Vec<u8>,
    /// Bundle ids it may send to; empty: every one of the team.
    pub bundles: Vec<String>,
    /// The one environment it is limited to; `None`: both.
    pub environment: Option<Environment>,
}

/// The signing keys that are known.
#[derive(Debug, Default)]
pub(super) struct Registry {
    keys: RwLock<HashMap<String, Arc<ApnsKey>>>,
    /// Provider tokens with the epoch they were first seen in.
    seen: Mutex<HashMap<u64, u64>>,
}

impl Registry {
    pub(super) fn add_key(&self, key: ApnsKey) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.insert(key.key_id.clone(), Arc::new(key));
    }

    /// A bundle id that some key is limited to.
    pub(super) fn any_bundle(&self) -> Option<String> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.values().filter_map(|key| key.bundles.first()).min().cloned()
    }

    /// Registers a signing key for an app; `known` holds again what was given before.
    pub(super) fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        let field = |name: &str| known.and_then(|known| known.get(name)).cloned();
        let pair = match field("p8") {
            Some(pem) => KeyPair::from_pem(&pem),
            None => KeyPair::generate(),
        }
        .map_err(|error| error.to_string())?;
        let key_id = field("key_id").unwrap_or_else(|| hex(&random::<5>()).to_ascii_uppercase());
        let team_id = field("team_id").unwrap_or_else(|| "SAMPLETEAM".to_owned());
        self.add_key(ApnsKey {
            key_id: key_id.clone(),
            team_id: team_id.clone(),
            public_key: pair.public_key_raw().to_vec(),
            bundles: vec![package.to_owned()],
            environment: None,
        });
        let fields = [
            ("environment", field("environment").unwrap_or_else(|| "development".to_owned())),
            ("p8", pair.serialize_pem()),
            ("key_id", key_id),
            ("team_id", team_id),
            ("topic", package.to_owned()),
        ];
        Ok(fields.map(|(name, value)| (name.to_owned(), value)).into())
    }

    fn key(&self, id: &str) -> Option<Arc<ApnsKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Whether a provider token was seen before its epoch ended.
    fn is_ended(&self, token: &[u8], epoch: u64) -> bool {
        let mut hasher = DefaultHasher::new();
        token.hash(&mut hasher);
        let mut seen = lock(&self.seen);
        if seen.len() >= SEEN_MAX {
            seen.clear();
        }
        *seen.entry(hasher.finish()).or_insert(epoch) < epoch
    }
}

/// Who one connection has shown to be.
#[derive(Debug)]
pub(super) struct Passport {
    environment: Environment,
    /// What the client certificate says; `None`: none was shown.
    certificate: Option<Result<ClientIdentity, Reason>>,
    bearer: Option<Bearer>,
    /// Once an expired token came, nothing is accepted, where that fault is set.
    wedged: bool,
}

/// The provider token that was accepted last.
#[derive(Debug)]
struct Bearer {
    header: HeaderValue,
    key: Arc<ApnsKey>,
    issued_at: Timestamp,
    first_used_at: Timestamp,
    epoch: u64,
}

/// What changes from request to request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Occasion<'a> {
    pub(super) topic: Option<&'a str>,
    pub(super) now: Timestamp,
    /// See [`crate::faults::Faults::auth_epoch`].
    pub(super) epoch: u64,
    pub(super) wedge_after_expired: bool,
}

impl Passport {
    pub(super) const fn new(
        environment: Environment,
        certificate: Option<Result<ClientIdentity, Reason>>,
    ) -> Self {
        Self { environment, certificate, bearer: None, wedged: false }
    }

    /// Whether a client certificate was shown, good or bad.
    pub(super) const fn has_certificate(&self) -> bool {
        self.certificate.is_some()
    }

    /// The topic of a request that names none, where a good client certificate tells it.
    pub(super) fn default_topic(&self) -> Option<&str> {
        self.certificate.as_ref()?.as_ref().ok()?.default_topic()
    }

    /// Checks one request. A client certificate goes before a provider token, which is then not looked at.
    pub(super) fn check(
        &mut self,
        registry: &Registry,
        header: Option<&HeaderValue>,
        occasion: Occasion<'_>,
    ) -> Result<(), Reason> {
        match &self.certificate {
            Some(Err(reason)) => return Err(*reason),
            Some(Ok(identity)) => {
                let allowed = occasion.topic.is_none_or(|topic| identity.allows(topic));
                return if allowed { Ok(()) } else { Err(Reason::TopicDisallowed) };
            }
            None => (),
        }
        if self.wedged && occasion.wedge_after_expired {
            return Err(Reason::ExpiredProviderToken);
        }
        let header = header.ok_or(Reason::MissingProviderToken)?;
        let known = matches!(&self.bearer, Some(bearer) if bearer.header == *header && bearer.epoch == occasion.epoch);
        if !known {
            self.admit(registry, header, occasion)?;
        }
        let bearer = self.bearer.as_ref().ok_or(Reason::InvalidProviderToken)?;
        if occasion.now.since_ms(bearer.issued_at) > TOKEN_LIFE_MS {
            self.wedged = true;
            return Err(Reason::ExpiredProviderToken);
        }
        let bundles = &bearer.key.bundles;
        let allowed = |topic: &str| bundles.iter().any(|bundle| topic_belongs_to(topic, bundle));
        if bundles.is_empty() || occasion.topic.is_some_and(allowed) {
            Ok(())
        } else {
            Err(Reason::TopicDisallowed)
        }
    }

    /// Verifies a provider token that this connection has not just seen.
    fn admit(
        &mut self,
        registry: &Registry,
        header: &HeaderValue,
        occasion: Occasion<'_>,
    ) -> Result<(), Reason> {
        let token = bearer_token(header).ok_or(Reason::MissingProviderToken)?;
        let (key, issued_at) = verify(registry, token)?;
        if key.environment.is_some_and(|only| only != self.environment) {
            return Err(Reason::BadEnvironmentKeyIdInToken);
        }
        if let Some(previous) = &self.bearer {
            if previous.key.team_id != key.team_id {
                return Err(Reason::InvalidProviderToken);
            }
            if previous.key.key_id != key.key_id {
                return Err(Reason::UnrelatedKeyIdInToken);
            }
        }
        let too_old = occasion.now.since_ms(issued_at) > TOKEN_LIFE_MS;
        if too_old || registry.is_ended(token.as_bytes(), occasion.epoch) {
            self.wedged = true;
            return Err(Reason::ExpiredProviderToken);
        }
        if issued_at.since_ms(occasion.now) > CLOCK_SKEW_MAX_MS {
            return Err(Reason::InvalidProviderToken);
        }
        let mut first_used_at = occasion.now;
        if let Some(previous) = &self.bearer {
            let renewed = previous.issued_at != issued_at;
            let in_force = previous.epoch == occasion.epoch;
            if renewed && in_force && occasion.now.since_ms(previous.first_used_at) < RENEWAL_MIN_MS {
                return Err(Reason::TooManyProviderTokenUpdates);
            }
            if !renewed {
                first_used_at = previous.first_used_at;
            }
        }
        self.bearer =
            Some(Bearer { header: header.clone(), key, issued_at, first_used_at, epoch: occasion.epoch });
        Ok(())
    }
}

/// The token of a header such as `bearer …`; the scheme's case does not matter.
fn bearer_token(header: &HeaderValue) -> Option<&str> {
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim()).filter(|token| !token.is_empty())
}

#[derive(Deserialize)]
struct JwtHeader {
    alg: String,
    kid: String,
}

#[derive(Deserialize)]
struct JwtClaims {
    iss: String,
    /// Whole seconds; a text or milliseconds are refused.
    iat: i64,
}

/// Verifies a provider token's key, signature and team; its age is the caller's.
fn verify(registry: &Registry, token: &str) -> Result<(Arc<ApnsKey>, Timestamp), Reason> {
    let invalid = Reason::InvalidProviderToken;
    let (signed, signature) = token.rsplit_once('.').ok_or(invalid)?;
    let (header, claims) = signed.split_once('.').ok_or(invalid)?;
    let header: JwtHeader = decode(header).ok_or(invalid)?;
    let claims: JwtClaims = decode(claims).ok_or(invalid)?;
    if header.alg != "ES256" {
        return Err(invalid);
    }
    let key = registry.key(&header.kid).ok_or(invalid)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| invalid)?;
    let form = if signature.len() == RAW_SIGNATURE_BYTES {
        &ECDSA_P256_SHA256_FIXED
    } else {
        &ECDSA_P256_SHA256_ASN1
    };
    UnparsedPublicKey::new(form, &key.public_key)
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| invalid)?;
    if claims.iss != key.team_id {
        return Err(invalid);
    }
    Ok((key, Timestamp::from_secs(claims.iat)))
}

fn decode<T: serde::de::DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
