//! Authentication: a provider token signed with a p8 key, or nothing beside the handshake with a p12.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, errors::Error};
use model::{Secret, TargetVerdict, Timestamp, Verdict};
use serde::Serialize;

use super::{
    config::{Config, Credential},
    limits,
};
use crate::{
    answer,
    contract::{Auth, AuthPlan, WireReply},
};

/// A p8 key with the two ids that are not in its file.
pub(super) struct ProviderKey {
    key: EncodingKey,
    pub(super) key_id: String,
    pub(super) team_id: String,
}

impl fmt::Debug for ProviderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProviderKey({} of {})", self.key_id, self.team_id)
    }
}

/// Apple wants these two and nothing else (documented).
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
}

impl ProviderKey {
    /// Reads the file's text, or the base64 of it; `None` where it holds no key that can sign.
    pub(super) fn read(file: &str, key_id: &str, team_id: &str, now: Timestamp) -> Option<Self> {
        if file.len() > limits::KEY_FILE_MAX_BYTES {
            return None;
        }
        let key = if file.contains("-----BEGIN") {
            EncodingKey::from_ec_pem(file.as_bytes()).ok()?
        } else {
            let base64: String = file.split_ascii_whitespace().collect();
            EncodingKey::from_ec_pem(&STANDARD.decode(base64).ok()?).ok()?
        };
        let read = Self { key, key_id: key_id.to_owned(), team_id: team_id.to_owned() };
        // Keys of another curve show themselves only when they sign.
        read.sign(now).ok().map(|_| read)
    }

    fn sign(&self, now: Timestamp) -> Result<String, Error> {
        let header = Header { typ: None, kid: Some(self.key_id.clone()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, &Claims { iss: &self.team_id, iat: now.secs() }, &self.key)
    }
}

/// A provider token is taken for 60 minutes and may not be renewed within 20 (documented).
pub(super) fn plan(config: &Config, now: Timestamp) -> AuthPlan {
    AuthPlan::Ready(match &config.credential {
        Credential::Certificate(_) => {
            Auth { header: None, renew_at: Timestamp::NEVER, keep_until: Timestamp::NEVER }
        }
        Credential::Key(key) => Auth {
            // The key signed when the form was read; should it fail now, Apple answers MissingProviderToken.
            header: key.sign(now).ok().map(|token| Arc::new(Secret::new(format!("bearer {token}")))),
            renew_at: now.plus_ms(limits::TOKEN_RENEW_AFTER_MS),
            keep_until: now.plus_ms(limits::TOKEN_KEEP_MS),
        },
    })
}

/// Apple has nothing to exchange, so an answer to an exchange cannot be read.
pub(super) fn refuse_exchange(reply: &WireReply) -> TargetVerdict {
    TargetVerdict::new(Verdict::Unrecognised, reply.status, answer::UNREADABLE)
}
