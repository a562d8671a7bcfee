//! API keys of an App: listed, made and revoked by API and console alike. The key itself is shown once, when it is
//! made.

use model::{AppId, ErrorCode, Fault, Timestamp};
use store::{ApiKey, Op, Outcome, Scope};

use crate::{key::create_api_key, shared::Shared};

/// Longest name of a key, in characters.
pub(crate) const NAME_MAX_CHARS: usize = 64;
/// Keys of one App.
const KEYS_MAX: usize = 100;
/// Bytes of the hash that its public id shows.
const ID_BYTES: usize = 8;

/// Why a key is not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyFault {
    Name,
    NoScope,
    TooMany,
    Other(Fault),
}

impl From<KeyFault> for Fault {
    fn from(fault: KeyFault) -> Self {
        let invalid = |detail| Self::new(ErrorCode::Invalid, detail);
        match fault {
            KeyFault::Name => invalid("name must have 1 to 64 characters"),
            KeyFault::NoScope => invalid("scopes must name at least one"),
            KeyFault::TooMany => invalid("the App has 100 keys; revoke some first"),
            KeyFault::Other(fault) => fault,
        }
    }
}

/// An App's keys, the oldest first, each with its last use as far as it is known.
pub(crate) async fn list(shared: &Shared, app: AppId) -> Result<Vec<ApiKey>, Fault> {
    let mut keys = shared.store().api_keys(app).await.map_err(|error| im::fault_of(&error))?;
    for key in &mut keys {
        key.used_at = used_at(shared, key);
    }
    Ok(keys)
}

/// When a key was last used.
pub(crate) fn used_at(shared: &Shared, key: &ApiKey) -> Option<Timestamp> {
    key.used_at.max(shared.im.catalogue().keys().used_at(&key.hash))
}

/// Makes a key of an App: what to hand out once, and what is stored.
pub(crate) async fn make(
    shared: &Shared,
    app: AppId,
    name: &str,
    mut scopes: Vec<Scope>,
) -> Result<(String, ApiKey), KeyFault> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX_CHARS || name.chars().any(char::is_control) {
        return Err(KeyFault::Name);
    }
    if scopes.is_empty() {
        return Err(KeyFault::NoScope);
    }
    scopes.sort_unstable_by_key(|scope| *scope as u8);
    scopes.dedup();
    if list(shared, app).await.map_err(KeyFault::Other)?.len() >= KEYS_MAX {
        return Err(KeyFault::TooMany);
    }
    let (key, record) = create_api_key(app, scopes, name, shared.now());
    let committed = shared.store().commit(vec![Op::PutApiKey(record.clone())]).await;
    match committed.map_err(|error| KeyFault::Other(im::fault_of(&error)))?.first() {
        Some(Outcome::Done) => Ok((key, record)),
        _ => Err(KeyFault::Other(Fault::new(ErrorCode::NotFound, "there is no such App"))),
    }
}

/// One of an App's keys, by its public id.
pub(crate) async fn find(shared: &Shared, app: AppId, id: &str) -> Result<ApiKey, Fault> {
    let found = list(shared, app).await?.into_iter().find(|key| id_of(key) == id);
    found.ok_or_else(|| Fault::new(ErrorCode::NotFound, "the App has no key of this id"))
}

/// Revokes a key at once.
pub(crate) async fn revoke(shared: &Shared, key: &ApiKey) -> Result<(), Fault> {
    let op = Op::DeleteApiKey { app: key.app, hash: key.hash };
    shared.store().commit(vec![op]).await.map_err(|error| im::fault_of(&error))?;
    shared.im.catalogue().keys().forget(&key.hash);
    Ok(())
}

/// A key's public id.
pub(crate) fn id_of(key: &ApiKey) -> String {
    key.hash.iter().take(ID_BYTES).map(|byte| format!("{byte:02x}")).collect()
}
