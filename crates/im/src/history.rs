//! What a user's conversations hold: sync, older messages, and the list of conversations.

use std::{collections::HashMap, sync::Arc};

use model::{
    AppId, Body, CallEvent, CallId, ConversationId, ErrorCode, Fault, Message, Seq, Timestamp, UserId,
};
use rules::Reason;
use store::{CancelScope, ConversationEntry, ConversationHead, Op};
use wire::{ConversationView, Cursor, MessageFrame};

use crate::{Im, acks::ack_of, audience::rings_for, fault_of, frames::frame_of, registry::Live};

/// Messages in one page of a sync.
const SYNC_PAGE: u32 = 100;
/// Most messages of one answer to `history`.
const HISTORY_MAX: u32 = 100;
/// Most conversations of one list.
const CONVERSATIONS_MAX: u32 = 200;

impl Im {
    /// Hands the client everything after its heads and cancels the pushes that this makes needless. The heads count as
    /// acknowledged: they say what earlier connections delivered, whose acks may have been lost. The pages go to the
    /// session's own outbox, so that they keep their order with live messages. Left out are messages from before the
    /// user came into a group, and invitations to calls that do not ring for the user any more.
    ///
    /// # Errors
    /// `busy` or `internal`; the client repeats the sync.
    pub async fn sync(&self, live: &Live, heads: &[Cursor]) -> Result<(), Fault> {
        let cancel = Op::Cancel {
            app: live.app,
            scope: CancelScope::UserDevice(live.user.clone(), live.device),
            reason: Reason::FETCHED,
            at: self.now(),
        };
        let have: HashMap<&ConversationId, Seq> =
            heads.iter().map(|cursor| (&cursor.conversation, cursor.seq)).collect();
        let conversations =
            self.store().conversations(live.app, &live.user).await.map_err(|error| fault_of(&error))?;
        let cursors: Vec<(ConversationId, Seq)> = conversations
            .iter()
            .filter_map(|head| Some((head, have.get(&head.conversation)?)))
            .map(|(head, have)| (head.conversation.clone(), head.seq.min(*have)))
            .collect();
        self.commit_all(vec![cancel, ack_of(live, cursors.clone())]).await?;
        self.note_stored(live, &cursors);
        let mut rings = Rings::default();
        for head in conversations {
            let after = have.get(&head.conversation).copied().unwrap_or(Seq(0));
            self.sync_conversation(live, &head, after, &mut rings).await?;
        }
        Ok(())
    }

    async fn sync_conversation(
        &self,
        live: &Live,
        head: &ConversationHead,
        after: Seq,
        rings: &mut Rings,
    ) -> Result<(), Fault> {
        let mut after = after.max(head.from);
        while after < head.seq {
            let page = self
                .store()
                .messages_after(live.app, &head.conversation, after, SYNC_PAGE)
                .await
                .map_err(|error| fault_of(&error))?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            let now = self.now();
            let mut frames = Vec::with_capacity(page.len());
            for message in &page {
                if !self.is_silent_invitation(live, message, rings, now).await? {
                    frames.extend(frame_of(message).map(Arc::new));
                }
            }
            if !frames.is_empty() && !live.deliver_page(frames.into(), now).await {
                return Err(ErrorCode::Busy.into());
            }
        }
        Ok(())
    }

    /// Row F3: on coming online one hears of an invitation only if the call has not ended.
    async fn is_silent_invitation(
        &self,
        live: &Live,
        message: &Message,
        rings: &mut Rings,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let Body::Call(signal) = &message.body else {
            return Ok(false);
        };
        if signal.event != CallEvent::Invited {
            return Ok(false);
        }
        if signal.rings_until <= now {
            return Ok(true);
        }
        if let Some(rings) = rings.0.get(&signal.call) {
            return Ok(!rings);
        }
        let call = self.call_of(message).await.map_err(|error| fault_of(&error))?;
        let is_ringing = call.is_some_and(|call| rings_for(&call, &live.user, now));
        rings.0.insert(signal.call, is_ringing);
        Ok(!is_ringing)
    }

    /// A conversation's messages from before a place (`None`: the newest), in order, at most 100.
    ///
    /// # Errors
    /// `not_a_member`, `busy`, `internal`.
    pub async fn history(
        &self,
        live: &Live,
        conversation: &ConversationId,
        before: Option<Seq>,
        limit: u32,
    ) -> Result<Vec<MessageFrame>, Fault> {
        self.history_of(live.app, &live.user, conversation, before, limit).await
    }

    /// The same for the App's backend, as the user would see it.
    ///
    /// # Errors
    /// `not_a_member`, `busy`, `internal`.
    pub async fn history_of(
        &self,
        app: AppId,
        user: &UserId,
        conversation: &ConversationId,
        before: Option<Seq>,
        limit: u32,
    ) -> Result<Vec<MessageFrame>, Fault> {
        let head = self.store().conversation_of(app, user, conversation).await;
        let Some(head) = head.map_err(|error| fault_of(&error))? else {
            let empty = conversation.includes(user).then(Vec::new);
            return empty.ok_or_else(|| ErrorCode::NotAMember.into());
        };
        let limit = limit.clamp(1, HISTORY_MAX);
        let messages = self.store().messages_before(app, conversation, before, head.from, limit).await;
        Ok(messages.map_err(|error| fault_of(&error))?.iter().filter_map(frame_of).collect())
    }

    /// The user's conversations, the one with the newest message first, at most 200.
    ///
    /// # Errors
    /// `busy`, `internal`.
    pub async fn conversations(&self, live: &Live) -> Result<Vec<ConversationView>, Fault> {
        self.conversations_of(live.app, &live.user).await
    }

    /// The same for the App's backend.
    ///
    /// # Errors
    /// `busy`, `internal`.
    pub async fn conversations_of(&self, app: AppId, user: &UserId) -> Result<Vec<ConversationView>, Fault> {
        let entries = self.store().conversation_list(app, user, CONVERSATIONS_MAX).await;
        Ok(entries.map_err(|error| fault_of(&error))?.into_iter().map(view_of).collect())
    }
}

/// Which calls ring for the user, as one sync found them.
#[derive(Debug, Default)]
struct Rings(HashMap<CallId, bool>);

fn view_of(entry: ConversationEntry) -> ConversationView {
    ConversationView {
        conversation: entry.head.conversation,
        seq: entry.head.seq,
        read: entry.read,
        unread: entry.unread,
        mute: entry.mute,
        last: entry.last.as_ref().and_then(frame_of),
    }
}
