//! A user who is deleted leaves every group. One that was the user's goes to the longest-standing admin, else to the
//! longest-standing member; one without anybody else ends.

use model::{AppId, ConversationKind, Fault, Group, GroupEvent, GroupId, GroupMember, Role, UserId};
use rules::Reason;
use store::Op;

use super::change::Told;
use crate::{Im, fault_of};

/// Members that are read at once.
const PAGE: u32 = 512;

impl Im {
    /// Takes a user out of every group. What was left before an error is left; the rest is found again.
    pub(crate) async fn leave_all_groups(&self, app: AppId, user: &UserId) -> Result<(), Fault> {
        let heads = self.store().conversations(app, user).await.map_err(|error| fault_of(&error))?;
        for head in heads {
            if let ConversationKind::Group(group) = head.conversation.kind() {
                self.leave_for_good(app, &group, user).await?;
            }
        }
        Ok(())
    }

    async fn leave_for_good(&self, app: AppId, id: &GroupId, user: &UserId) -> Result<(), Fault> {
        let _turn = self.group_turns.take(app, id).await;
        let group = self.store().group(app, id).await.map_err(|error| fault_of(&error))?;
        let member = self.store().member(app, id, user).await.map_err(|error| fault_of(&error))?;
        let (Some(group), Some(member)) = (group, member) else { return Ok(()) };
        let told = |event| Told { event, by: None, users: vec![user.clone()] };
        if member.role == Role::Owner {
            let Some(heir) = self.heir(app, id, user).await? else {
                let (reason, at) = (Reason::LEFT_GROUP_BEFORE_SEND, self.now());
                let end = Op::DismissGroup { app, group: id.clone(), reason, at };
                return self.change_group(app, id, end, told(GroupEvent::Dismissed), &[]).await;
            };
            let users = vec![heir.clone()];
            let handed_on = Op::ChangeGroup(Group { owner: heir, ..group });
            let changed = Told { event: GroupEvent::Changed, by: None, users };
            self.change_group(app, id, handed_on, changed, &[]).await?;
        }
        let leave = Op::ChangeMembers {
            app,
            group: id.clone(),
            add: Vec::new(),
            remove: vec![user.clone()],
            reason: Reason::LEFT_GROUP_BEFORE_SEND,
            at: self.now(),
        };
        self.change_group(app, id, leave, told(GroupEvent::Left), &[]).await
    }

    /// Who gets the group of an owner who goes; `None`: nobody else is in it.
    async fn heir(&self, app: AppId, group: &GroupId, owner: &UserId) -> Result<Option<UserId>, Fault> {
        let (mut first, mut after): (Option<GroupMember>, Option<UserId>) = (None, None);
        loop {
            let page = self.store().members(app, group, after.as_ref(), PAGE).await;
            let page = page.map_err(|error| fault_of(&error))?;
            let is_last = page.len() < PAGE as usize;
            after = page.last().map(|member| member.user.clone());
            let others = page.into_iter().filter(|member| member.user != *owner);
            first = others.chain(first).max_by(|one, other| {
                one.role
                    .cmp(&other.role)
                    .then(other.joined_at.cmp(&one.joined_at))
                    .then(other.user.cmp(&one.user))
            });
            if is_last {
                return Ok(first.map(|member| member.user));
            }
        }
    }
}
