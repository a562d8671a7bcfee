//! Groups and their members.

use serde::{Deserialize, Serialize};

use crate::{AppId, GroupId, Seq, Timestamp, UserId};

/// A group of users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The App it belongs to.
    pub app: AppId,
    /// The App's id of it.
    pub id: GroupId,
    /// Its name, for people.
    pub name: String,
    /// Who may change everything about it.
    pub owner: UserId,
    /// How users come in.
    pub join: JoinMode,
    /// Only owner and admins may write.
    pub muted: bool,
    /// How many members it has.
    pub members: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

/// How users come into a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum JoinMode {
    /// By themselves, or by a member's invitation.
    #[default]
    Open = 0,
    /// By an admin's invitation alone.
    Invited = 1,
}

impl JoinMode {
    /// The stored number's mode.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Open,
            1 => Self::Invited,
            _ => return None,
        })
    }
}

/// A user in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// Who.
    pub user: UserId,
    /// What the user may do.
    pub role: Role,
    /// Until then the user may not write.
    pub muted_until: Option<Timestamp>,
    /// Messages up to and with this place are from before the user came in.
    pub joined_at_seq: Seq,
    /// When the user came in.
    pub joined_at: Timestamp,
}

/// What a member may do. The numbers are stored: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Role {
    /// Read and write.
    Member = 0,
    /// Bring in, take out and mute members.
    Admin = 1,
    /// Everything.
    Owner = 2,
}

impl Role {
    /// The stored number's role.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Member,
            1 => Self::Admin,
            2 => Self::Owner,
            _ => return None,
        })
    }
}

/// What the members are told of a change, as a message in the group's conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GroupNotice {
    /// What changed.
    pub event: GroupEvent,
    /// Who changed it; `None`: the App's backend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// Whom it concerns; of many only the first hundred are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<UserId>,
}

/// What changed in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GroupEvent {
    /// It was made.
    Created,
    /// Users came in.
    Joined,
    /// Users left.
    Left,
    /// Users were taken out.
    Removed,
    /// Name, owner, roles or mutes changed.
    Changed,
    /// It is no more.
    Dismissed,
}
