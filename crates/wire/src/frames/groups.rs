//! What is done about a group, and what its members see of it.

use model::{GroupId, JoinMode, Role, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// What is done about a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum GroupAction {
    /// Makes it; whoever asks is its owner.
    Create {
        /// Its name, for people; at most 64 characters.
        name: String,
        /// How users come in.
        #[serde(default)]
        join: JoinMode,
        /// Who is in it beside the owner; at most 1,000 at once.
        #[serde(default)]
        members: Vec<UserId>,
    },
    /// Shows it.
    Show {},
    /// Comes in, where its mode lets.
    Join {},
    /// Leaves. An owner must hand it over or dismiss it first.
    Leave {},
    /// Brings users in: any member of an open group, admins of one that is by invitation.
    Add {
        /// Who; at most 1,000 at once.
        users: Vec<UserId>,
    },
    /// Takes users out; for admins.
    Remove {
        /// Who; at most 1,000 at once.
        users: Vec<UserId>,
    },
    /// Changes a member's role; for the owner. Making a member owner hands the group over.
    SetRole {
        /// Whose.
        user: UserId,
        /// To what.
        role: Role,
    },
    /// Lets a member not write for a time; for admins.
    MuteMember {
        /// Who.
        user: UserId,
        /// For how long from now, in milliseconds; 0 ends it.
        for_ms: i64,
    },
    /// Lets only admins write, or all again; for admins.
    MuteAll {
        /// Only admins write.
        on: bool,
    },
    /// Changes its name or mode; for admins.
    Change {
        /// Its name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// How users come in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        join: Option<JoinMode>,
    },
    /// Ends it; for the owner.
    Dismiss {},
}

/// A group as its members see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupView {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// Its owner.
    pub owner: UserId,
    /// How users come in.
    pub join: JoinMode,
    /// Only admins write.
    pub muted: bool,
    /// How many members it has.
    pub members: u32,
    /// What the asking user is in it.
    pub role: Role,
    /// Until then the asking user may not write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Timestamp>,
}
