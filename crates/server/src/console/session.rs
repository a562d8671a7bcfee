//! Who is signed in: sessions on the server, known to the browser by a random cookie.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use model::{AppId, Timestamp};
use sha2::{Digest, Sha256};

use super::entrance::Grant;
use crate::key::random_text;

/// How long a sign-in lasts, in milliseconds.
const SESSION_LIFETIME_MS: i64 = 12 * 3_600_000;
/// Sign-ins at once; one more ends the oldest.
const SESSIONS_MAX: usize = 256;

/// What a session is found by: the cookie's SHA-256, so that a lookup tells nothing about the cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct SessionKey([u8; 32]);

/// A sign-in.
#[derive(Debug, Clone)]
pub(super) struct Session {
    /// What every form must bring along.
    pub(super) csrf: String,
    /// What may be seen.
    pub(super) grant: Grant,
    /// The App that was chosen last.
    pub(super) app: Option<AppId>,
    expires_at: Timestamp,
}

/// Every sign-in. They end with the process.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<SessionKey, Session>>);

impl Sessions {
    /// Opens a session under a new cookie value.
    pub(super) fn open(&self, grant: Grant, now: Timestamp) -> String {
        let cookie = random_text();
        let expires_at = now.plus_ms(SESSION_LIFETIME_MS);
        let session = Session { csrf: random_text(), grant, app: None, expires_at };
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| session.expires_at > now);
        if sessions.len() >= SESSIONS_MAX {
            let oldest = sessions.iter().min_by_key(|(_, session)| session.expires_at).map(|(key, _)| *key);
            oldest.and_then(|key| sessions.remove(&key));
        }
        sessions.insert(key_of(&cookie), session);
        cookie
    }

    /// The session of a cookie value.
    pub(super) fn find(&self, cookie: &str, now: Timestamp) -> Option<(SessionKey, Session)> {
        let key = key_of(cookie);
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let session = sessions.get(&key).filter(|session| session.expires_at > now)?;
        Some((key, session.clone()))
    }

    /// Whether the session still stands.
    pub(super) fn stands(&self, key: SessionKey, now: Timestamp) -> bool {
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(&key).is_some_and(|session| session.expires_at > now)
    }

    /// Keeps which App to show.
    pub(super) fn choose_app(&self, key: SessionKey, app: AppId) {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = sessions.get_mut(&key) {
            session.app = Some(app);
        }
    }

    /// Ends a session.
    pub(super) fn close(&self, key: SessionKey) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }
}

fn key_of(cookie: &str) -> SessionKey {
    SessionKey(Sha256::digest(cookie.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::{Grant, SESSION_LIFETIME_MS, SESSIONS_MAX, Sessions};

    const NOW: Timestamp = Timestamp(1_000_000);

    #[test]
    fn a_session_stands_until_it_is_closed_or_twelve_hours_are_over() {
        let sessions = Sessions::default();
        let cookie = sessions.open(Grant::Instance, NOW);
        let (key, _) = sessions.find(&cookie, NOW).unwrap();
        assert!(sessions.find(&cookie, NOW.plus_ms(SESSION_LIFETIME_MS)).is_none());
        assert!(sessions.find("another", NOW).is_none());
        sessions.close(key);
        assert!(sessions.find(&cookie, NOW).is_none());
        assert!(!sessions.stands(key, NOW));
    }

    #[test]
    fn one_session_too_many_ends_the_oldest() {
        let sessions = Sessions::default();
        let oldest = sessions.open(Grant::Instance, NOW);
        for later in 1..=SESSIONS_MAX {
            sessions.open(Grant::Instance, NOW.plus_ms(i64::try_from(later).unwrap()));
        }
        assert!(sessions.find(&oldest, NOW).is_none());
    }
}
