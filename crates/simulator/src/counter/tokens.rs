//! Access tokens that a vendor gives out in exchange for a credential.

use std::{collections::HashMap, sync::Mutex};

use model::Timestamp;

use crate::{
    lock::lock,
    shared::{Host, hex, random},
};

/// Access tokens that are remembered; the oldest is forgotten, and then unknown.
const TOKENS_MAX: usize = 1000;

/// The access tokens of one vendor.
#[derive(Debug, Default)]
pub(crate) struct AccessTokens(Mutex<HashMap<String, Issued>>);

#[derive(Debug, Clone)]
struct Issued {
    app: String,
    issued_at: Timestamp,
    until: Timestamp,
    /// All tokens of an earlier epoch have been ended at once, on demand.
    epoch: u64,
}

/// Why an access token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenFault {
    /// Never given out.
    Unknown,
    /// Its time is over.
    Expired,
}

impl AccessTokens {
    /// Gives out a new token for an app, in 64 hex digits.
    pub(crate) fn issue(&self, app: &str, lifetime_ms: i64, host: &Host, now: Timestamp) -> String {
        let token = hex(&random::<32>());
        self.put(token.clone(), app, lifetime_ms, host, now);
        token
    }

    /// Gives out a token of the vendor's own making.
    pub(crate) fn put(&self, token: String, app: &str, lifetime_ms: i64, host: &Host, now: Timestamp) {
        let mut tokens = lock(&self.0);
        if tokens.len() >= TOKENS_MAX {
            let oldest =
                tokens.iter().min_by_key(|(_, issued)| issued.issued_at).map(|(token, _)| token.clone());
            oldest.map(|oldest| tokens.remove(&oldest));
        }
        let until = now.plus_ms(lifetime_ms);
        let epoch = host.faults.auth_epoch();
        tokens.insert(token, Issued { app: app.to_owned(), issued_at: now, until, epoch });
    }

    /// The app that a token was given to.
    ///
    /// # Errors
    /// [`TokenFault`] says why it is not taken.
    pub(crate) fn check(&self, token: &str, host: &Host, now: Timestamp) -> Result<String, TokenFault> {
        let tokens = lock(&self.0);
        let issued = tokens.get(token).ok_or(TokenFault::Unknown)?;
        let alive = now < issued.until && issued.epoch == host.faults.auth_epoch();
        if alive { Ok(issued.app.clone()) } else { Err(TokenFault::Expired) }
    }
}
