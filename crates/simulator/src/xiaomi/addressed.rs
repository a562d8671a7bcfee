//! How the targets of a message are named.

use super::group::Group;

/// How the targets of a message are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Addressed {
    Regids,
    Aliases,
    Accounts,
    Topic,
    Topics,
    All,
}

impl Addressed {
    /// The form field that names them.
    pub(super) const fn field(self) -> &'static str {
        match self {
            Self::Regids => "registration_id",
            Self::Aliases => "alias",
            Self::Accounts => "user_account",
            Self::Topic => "topic",
            Self::Topics => "topics",
            Self::All => "",
        }
    }

    /// The word of `info`; only that of registration ids is documented.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Regids => "REGID",
            Self::Aliases => "ALIAS",
            Self::Accounts => "USER_ACCOUNT",
            Self::Topic | Self::Topics => "TOPIC",
            Self::All => "ALL",
        }
    }

    /// The word of the trace query's `msg_type`; only that of registration ids is documented.
    pub(super) const fn type_word(self) -> &'static str {
        match self {
            Self::Regids => "RegID",
            Self::Aliases => "Alias",
            Self::Accounts => "UserAccount",
            Self::Topic | Self::Topics => "Topic",
            Self::All => "All",
        }
    }

    /// The kind of name, where targets are named one by one and not by their registration ids.
    pub(super) const fn group(self) -> Option<Group> {
        match self {
            Self::Aliases => Some(Group::Alias),
            Self::Accounts => Some(Group::Account),
            Self::Regids | Self::Topic | Self::Topics | Self::All => None,
        }
    }
}
