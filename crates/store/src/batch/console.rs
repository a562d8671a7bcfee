//! Changes of console accounts and sign-ins.

use model::{AppId, ConsoleGrants, OperatorId, OperatorName, Secret, Timestamp};

use crate::{ConsoleSession, ConsoleSessionKey};

/// One change of who may sign in to the console, and who has. What rests on one that answers a refusal is not done.
#[derive(Debug, Clone)]
pub enum ConsoleOp {
    /// Makes an operator. → [`Outcome::Operator`](crate::Outcome::Operator), or
    /// [`Outcome::Conflict`](crate::Outcome::Conflict) where the name is taken or, for the first owner, somebody was
    /// first
    CreateOperator(NewOperator),
    /// Stores what people call an operator. → [`Outcome::Done`](crate::Outcome::Done), or
    /// [`Outcome::Missing`](crate::Outcome::Missing)
    RenameOperator {
        /// Whose.
        operator: OperatorId,
        /// What people call the operator.
        display_name: String,
    },
    /// Stores grants and whether the account is switched off; that ends its sign-ins.
    /// → [`Outcome::Done`](crate::Outcome::Done), [`Outcome::Missing`](crate::Outcome::Missing), or
    /// [`Outcome::Conflict`](crate::Outcome::Conflict) where the instance would be left without an acting owner
    ChangeOperator {
        /// Whose.
        operator: OperatorId,
        /// What may be done where.
        grants: ConsoleGrants,
        /// Whether nobody can sign in as this operator.
        disabled: bool,
    },
    /// Lets a password be set once; an earlier invitation is void. → [`Outcome::Done`](crate::Outcome::Done), or
    /// [`Outcome::Missing`](crate::Outcome::Missing)
    InviteOperator {
        /// Who.
        operator: OperatorId,
        /// The link's secret part.
        invitation: Invitation,
    },
    /// Sets a password and ends every other sign-in of the operator.
    /// → [`Outcome::Operator`](crate::Outcome::Operator), or [`Outcome::Stale`](crate::Outcome::Stale) where the
    /// invitation is used or too old, or the account is switched off
    SetPassword {
        /// On whose word.
        by: PasswordBy,
        /// The argon2id hash.
        password: Secret<String>,
        /// Now.
        at: Timestamp,
    },
    /// Opens a sign-in, and forgets what is over. → [`Outcome::Done`](crate::Outcome::Done), or
    /// [`Outcome::Missing`](crate::Outcome::Missing) where there is no such operator, or one switched off
    OpenSession(ConsoleSession),
    /// Keeps which App a sign-in shows. → [`Outcome::Done`](crate::Outcome::Done)
    ShowApp {
        /// Which sign-in.
        key: ConsoleSessionKey,
        /// Which App.
        app: AppId,
    },
    /// Ends a sign-in. → [`Outcome::Done`](crate::Outcome::Done), or [`Outcome::Missing`](crate::Outcome::Missing)
    EndSession(ConsoleSessionKey),
    /// Ends every sign-in of an operator but one. → [`Outcome::Done`](crate::Outcome::Done)
    EndOtherSessions {
        /// Whose.
        operator: OperatorId,
        /// Which stays.
        but: ConsoleSessionKey,
    },
}

/// An operator to be made.
#[derive(Debug, Clone)]
pub struct NewOperator {
    /// What is typed to sign in; nobody else's in capitals or small letters.
    pub name: OperatorName,
    /// What people call the operator.
    pub display_name: String,
    /// What may be done where.
    pub grants: ConsoleGrants,
    /// How the account begins.
    pub start: OperatorStart,
    /// Now.
    pub at: Timestamp,
}

/// How an account begins.
#[derive(Debug, Clone)]
pub enum OperatorStart {
    /// With an invitation to set a password.
    Invited(Invitation),
    /// As the very first, with a password: where there is an operator already, nothing is made.
    First(Secret<String>),
}

/// What sets a password once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitation {
    /// SHA-256 of what the link holds.
    pub hash: [u8; 32],
    /// When it stops working.
    pub until: Timestamp,
}

/// On whose word a password is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordBy {
    /// Of whoever holds this invitation.
    Invitation([u8; 32]),
    /// The operator's own, in this sign-in, which stays.
    Operator(OperatorId, ConsoleSessionKey),
}
