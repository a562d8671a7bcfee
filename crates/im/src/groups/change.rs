//! A group's change and the notice of it, in one commit; and who is told beside the members.

use std::sync::Arc;

use model::{
    Addressee, AppId, Body, ConversationId, ErrorCode, Fault, GroupEvent, GroupId, GroupNotice, Message,
    MessageKind, UserId,
};
use store::{Op, Outcome};

use crate::{Im, drafts::draft, fault_of, frames::frame_of};

/// Users that a notice names.
const NAMED_MAX: usize = 100;
/// Members that are read at once.
const MEMBERS_PAGE: u32 = 512;

/// A notice to write.
pub(super) struct Told {
    pub(super) event: GroupEvent,
    pub(super) by: Option<UserId>,
    pub(super) users: Vec<UserId>,
}

impl Im {
    /// Commits a change of a group with the notice of it. Who is not a member any more by this change, and connected,
    /// hears of it as well: `gone`.
    ///
    /// # Errors
    /// `conflict` for an id that is taken, `not_found`, `group_full`, `busy`; then nothing changed.
    pub(super) async fn change_group(
        &self,
        app: AppId,
        group: &GroupId,
        change: Op,
        told: Told,
        gone: &[UserId],
    ) -> Result<(), Fault> {
        let is_of_members = matches!(change, Op::ChangeMembers { .. });
        let is_the_end = matches!(change, Op::DismissGroup { .. });
        let notice = notice_of(app, group, told, self.now());
        let mut batch = vec![change, Op::Accept(Box::new(notice.clone()))];
        if is_the_end {
            // A group that is no more takes no message.
            batch.reverse();
        }
        let outcomes = self.store().commit(batch).await.map_err(|error| fault_of(&error))?;
        match outcomes.as_slice() {
            [Outcome::Done | Outcome::Members { .. }, Outcome::Accepted { seq }]
            | [Outcome::Accepted { seq }, Outcome::Done] => {
                self.tell_gone(app, &Message { seq: *seq, ..notice }, gone);
                Ok(())
            }
            [Outcome::Conflict, ..] if is_of_members => Err(ErrorCode::GroupFull.into()),
            [Outcome::Conflict, ..] => Err(ErrorCode::Conflict.into()),
            [Outcome::Missing, ..] => Err(ErrorCode::NotFound.into()),
            _ => Err(ErrorCode::Internal.into()),
        }
    }

    /// The fan-out reaches members alone; who is none any more is told here, once, where connected.
    fn tell_gone(&self, app: AppId, notice: &Message, gone: &[UserId]) {
        let Some(frame) = frame_of(notice) else { return };
        let frames: Arc<[_]> = Arc::from([Arc::new(frame)]);
        for live in gone.iter().flat_map(|user| self.registry.of_user(app, user)) {
            live.deliver(Arc::clone(&frames), self.now());
        }
    }

    /// Every member of a group.
    pub(super) async fn all_members(&self, app: AppId, group: &GroupId) -> Result<Vec<UserId>, Fault> {
        let mut members: Vec<UserId> = Vec::new();
        loop {
            let page = self.store().members(app, group, members.last(), MEMBERS_PAGE).await;
            let page = page.map_err(|error| fault_of(&error))?;
            let is_last = page.len() < MEMBERS_PAGE as usize;
            members.extend(page.into_iter().map(|member| member.user));
            if is_last {
                return Ok(members);
            }
        }
    }
}

fn notice_of(app: AppId, group: &GroupId, told: Told, now: model::Timestamp) -> Message {
    let Told { event, by, mut users } = told;
    users.truncate(NAMED_MAX);
    let addressee = Addressee::Conversation(ConversationId::group(group));
    let body = Body::Group(GroupNotice { event, by, users });
    draft(app, addressee, MessageKind::Notice, body, now)
}
