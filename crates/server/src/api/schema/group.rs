//! Groups.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How users come into a group: by themselves or by a member's invitation, or by an admin's invitation alone.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum JoinMode {
    Open,
    Invited,
}

/// What a member may do.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Read and write.
    Member,
    /// Bring in, take out and mute members.
    Admin,
    /// Everything.
    Owner,
}

/// What the members of a group are told of a change.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupNotice {
    /// What changed.
    event: GroupEvent,
    /// Who changed it; absent: the App's backend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    by: Option<String>,
    /// Whom it concerns; of many only the first hundred are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    users: Vec<String>,
}

/// What changed in a group.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GroupEvent {
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

#[cfg(test)]
mod tests {
    use model::{GroupEvent, GroupNotice, JoinMode, Role};

    use super::super::mirrors;

    #[test]
    fn words_of_groups_are_mirrored() {
        let modes: Vec<JoinMode> = (0..).map_while(JoinMode::from_number).collect();
        mirrors::<super::JoinMode>(&modes);
        let roles: Vec<Role> = (0..).map_while(Role::from_number).collect();
        mirrors::<super::Role>(&roles);
        mirrors::<super::GroupEvent>(&[
            GroupEvent::Created,
            GroupEvent::Joined,
            GroupEvent::Left,
            GroupEvent::Removed,
            GroupEvent::Changed,
            GroupEvent::Dismissed,
        ]);
        let users = vec!["bo".parse().unwrap()];
        mirrors::<super::GroupNotice>(&[
            GroupNotice { event: GroupEvent::Created, by: None, users: Vec::new() },
            GroupNotice { event: GroupEvent::Joined, by: "ann".parse().ok(), users },
        ]);
    }
}
