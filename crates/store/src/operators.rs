//! Console accounts and their sign-ins.

use model::{AppId, ConsoleGrants, OperatorId, OperatorName, Secret, Timestamp};

/// Somebody who may sign in to the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Its number.
    pub id: OperatorId,
    /// What is typed to sign in.
    pub name: OperatorName,
    /// What people call the operator.
    pub display_name: String,
    /// What may be done where.
    pub grants: ConsoleGrants,
    /// Whether nobody can sign in as this operator.
    pub disabled: bool,
    /// The password's argon2id hash, with salt and cost; `None` until one was set.
    pub password: Option<Secret<String>>,
    /// Until when an invitation can be used, where one waits.
    pub invited_until: Option<Timestamp>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// The last sign-in.
    pub signed_in_at: Option<Timestamp>,
}

impl Operator {
    /// Whether this operator alone would keep the instance in somebody's hands.
    #[must_use]
    pub fn is_acting_owner(&self) -> bool {
        !self.disabled && self.password.is_some() && self.grants.owns_all()
    }
}

/// What a sign-in is found by: the SHA-256 of its cookie, so that neither table nor lookup tells the cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConsoleSessionKey(pub [u8; 32]);

/// Whose sign-in it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsoleHolder {
    /// An operator's.
    Operator(OperatorId),
    /// Of whoever opened a one-time link, which gave this.
    Link(ConsoleGrants),
}

/// A sign-in to the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleSession {
    /// What it is found by.
    pub key: ConsoleSessionKey,
    /// Whose.
    pub holder: ConsoleHolder,
    /// The App that is shown.
    pub app: Option<AppId>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The IP address it was opened from; empty where unknown.
    pub address: String,
    /// What the browser called itself.
    pub agent: String,
}
