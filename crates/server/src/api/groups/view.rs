//! What the API shows of groups and members.

use model::{AppId, Group, GroupId, GroupMember, JoinMode, Role, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{api::schema, intake::Intake, problem::Problem, shared::Shared};

/// A group.
#[derive(Serialize, ToSchema)]
#[schema(as = Group)]
pub(in crate::api) struct GroupView {
    /// The App's own id of it.
    #[schema(value_type = String, example = "team")]
    id: GroupId,
    /// Its name, for people.
    name: String,
    /// Who may change everything about it.
    #[schema(value_type = String)]
    owner: UserId,
    /// How users come in.
    #[schema(value_type = schema::JoinMode)]
    join: JoinMode,
    /// Only owner and admins write.
    muted: bool,
    /// How many members it has.
    members: u32,
    /// When it was made.
    #[schema(value_type = i64)]
    created_at: Timestamp,
}

impl From<Group> for GroupView {
    fn from(group: Group) -> Self {
        Self {
            id: group.id,
            name: group.name,
            owner: group.owner,
            join: group.join,
            muted: group.muted,
            members: group.members,
            created_at: group.created_at,
        }
    }
}

/// A user in a group.
#[derive(Serialize, ToSchema)]
#[schema(as = Member)]
pub(in crate::api) struct MemberView {
    /// Who.
    #[schema(value_type = String)]
    user: UserId,
    /// What the user may do.
    #[schema(value_type = schema::Role)]
    role: Role,
    /// Until then the user may not write.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    muted_until: Option<Timestamp>,
    /// When the user came in.
    #[schema(value_type = i64)]
    joined_at: Timestamp,
}

impl From<GroupMember> for MemberView {
    fn from(member: GroupMember) -> Self {
        Self {
            user: member.user,
            role: member.role,
            muted_until: member.muted_until,
            joined_at: member.joined_at,
        }
    }
}

/// Users who come into a group, or go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Who {
    /// Who; at most 1,000 at once.
    #[schema(value_type = Vec<String>)]
    pub(super) users: Vec<UserId>,
}

impl Intake for Who {
    const MAX_BYTES: usize = MEMBERS_MAX_BYTES;
}

/// Room for a thousand ids of 64 bytes, however JSON writes them.
pub(super) const MEMBERS_MAX_BYTES: usize = 512 * 1024;

/// A group of the App.
pub(in crate::api) async fn known(shared: &Shared, app: AppId, group: &GroupId) -> Result<Group, Problem> {
    let found = shared.store().group(app, group).await?;
    found.ok_or_else(|| Problem::not_found("the App has no such group"))
}
