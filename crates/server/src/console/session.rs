//! Who is signed in: sessions in the store, known to the browser by a random cookie.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{AppId, ConsoleGrants, OperatorId, Timestamp};
use sha2::{Digest, Sha256};
use store::{AuditChannel, ConsoleHolder, ConsoleSession, ConsoleSessionKey, Operator, Store, StoreError};

use super::visitor::Origin;
use crate::key::random_text;

/// How long a sign-in lasts, in milliseconds.
const SESSION_LIFETIME_MS: i64 = 12 * 3_600_000;

/// A sign-in that stands.
#[derive(Debug, Clone)]
pub(super) struct SignedIn {
    pub(super) key: ConsoleSessionKey,
    /// What every form must bring along.
    pub(super) csrf: String,
    /// What may be done where.
    pub(super) grants: ConsoleGrants,
    /// The App that was chosen last.
    pub(super) app: Option<AppId>,
    pub(super) person: Person,
}

/// Whose sign-in it is.
#[derive(Debug, Clone)]
pub(super) enum Person {
    /// An operator's.
    Operator(Box<Operator>),
    /// Of whoever opened a one-time link.
    Link,
}

impl Person {
    /// The name in the audit log.
    pub(super) fn actor(&self) -> &str {
        match self {
            Self::Operator(operator) => operator.name.as_str(),
            Self::Link => "one-time link",
        }
    }

    pub(super) const fn channel(&self) -> AuditChannel {
        match self {
            Self::Operator(_) => AuditChannel::Console,
            Self::Link => AuditChannel::Link,
        }
    }

    pub(super) fn operator(&self) -> Option<&Operator> {
        match self {
            Self::Operator(operator) => Some(operator),
            Self::Link => None,
        }
    }

    pub(super) fn operator_id(&self) -> Option<OperatorId> {
        self.operator().map(|operator| operator.id)
    }
}

/// A sign-in to be opened, and the cookie it is known by from then on.
pub(super) fn begin(holder: ConsoleHolder, origin: &Origin, now: Timestamp) -> (String, ConsoleSession) {
    let cookie = random_text();
    let session = ConsoleSession {
        key: key_of(&cookie),
        holder,
        app: None,
        opened_at: now,
        expires_at: now.plus_ms(SESSION_LIFETIME_MS),
        address: origin.address.clone(),
        agent: origin.agent.clone(),
    };
    (cookie, session)
}

/// The sign-in of a cookie's value, if it stands.
pub(super) async fn find(
    store: &dyn Store,
    cookie: &str,
    now: Timestamp,
) -> Result<Option<SignedIn>, StoreError> {
    let found = store.console_session(key_of(cookie)).await?;
    Ok(found.and_then(|(session, operator)| standing(&session, operator, csrf_of(cookie), now)))
}

/// What an open page that listens may still hear of.
pub(super) async fn grants(
    store: &dyn Store,
    key: ConsoleSessionKey,
    now: Timestamp,
) -> Result<Option<ConsoleGrants>, StoreError> {
    let found = store.console_session(key).await?;
    let standing = found.and_then(|(session, operator)| standing(&session, operator, String::new(), now));
    Ok(standing.map(|signed_in| signed_in.grants))
}

/// What the operator may do is read anew each time, so that a change of it holds at once.
fn standing(
    session: &ConsoleSession,
    operator: Option<Operator>,
    csrf: String,
    now: Timestamp,
) -> Option<SignedIn> {
    if session.expires_at <= now {
        return None;
    }
    let (grants, person) = match (&session.holder, operator) {
        (ConsoleHolder::Link(grants), _) => (grants.clone(), Person::Link),
        (ConsoleHolder::Operator(_), Some(operator)) if !operator.disabled => {
            (operator.grants.clone(), Person::Operator(Box::new(operator)))
        }
        (ConsoleHolder::Operator(_), _) => return None,
    };
    Some(SignedIn { key: session.key, csrf, grants, app: session.app, person })
}

fn key_of(cookie: &str) -> ConsoleSessionKey {
    ConsoleSessionKey(Sha256::digest(cookie.as_bytes()).into())
}

/// Made from the cookie, which only its browser and this server know; it says nothing of the cookie nor of the key.
fn csrf_of(cookie: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"posthouse console form\0");
    hash.update(cookie);
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use model::{ConsoleRole, OperatorName};

    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn operator(disabled: bool) -> Operator {
        Operator {
            id: OperatorId(1),
            name: OperatorName::new("li").unwrap(),
            display_name: "Li".to_owned(),
            grants: ConsoleGrants::everywhere(ConsoleRole::Viewer),
            disabled,
            password: None,
            invited_until: None,
            created_at: NOW,
            signed_in_at: None,
        }
    }

    fn stands(holder: ConsoleHolder, operator: Option<Operator>, at: Timestamp) -> bool {
        let origin = Origin { address: String::new(), agent: String::new() };
        let (_, session) = begin(holder, &origin, NOW);
        standing(&session, operator, String::new(), at).is_some()
    }

    #[test]
    fn a_sign_in_stands_for_twelve_hours_and_as_long_as_its_operator_does() {
        let own = || ConsoleHolder::Operator(OperatorId(1));
        let last = NOW.plus_ms(SESSION_LIFETIME_MS - 1);
        assert!(stands(own(), Some(operator(false)), last));
        assert!(!stands(own(), Some(operator(false)), last.plus_ms(1)));
        assert!(!stands(own(), Some(operator(true)), NOW));
        assert!(!stands(own(), None, NOW));
        assert!(stands(ConsoleHolder::Link(ConsoleGrants::default()), None, last));
    }

    #[test]
    fn every_cookie_has_its_own_form_secret_which_is_neither_cookie_nor_key() {
        let origin = Origin { address: String::new(), agent: String::new() };
        let holder = || ConsoleHolder::Link(ConsoleGrants::default());
        let ((one, session), (other, _)) = (begin(holder(), &origin, NOW), begin(holder(), &origin, NOW));
        assert_ne!(one, other);
        assert_ne!(csrf_of(&one), csrf_of(&other));
        assert_ne!(csrf_of(&one), one);
        assert_ne!(csrf_of(&one), URL_SAFE_NO_PAD.encode(session.key.0));
    }
}
