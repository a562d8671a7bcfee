//! Read marks: how far a user has read, for the user's other devices and for the other one of two.

use model::{AppId, ConversationId, ConversationKind, DeviceId, ErrorCode, Fault, Seq, UserId};
use rules::Reason;
use store::{Op, Outcome};
use wire::{Cursor, ServerFrame};

use crate::{Im, fault_of, registry::Live};

/// Most conversations of one request.
const CURSORS_MAX: usize = 200;

impl Im {
    /// A connected user has read everything up to these places: pushes of it are cancelled on all devices.
    ///
    /// # Errors
    /// `not_a_member` for a conversation that is not the user's, `invalid` for over 200 of them, `busy`; then nothing
    /// changed.
    pub async fn read(&self, live: &Live, cursors: &[Cursor]) -> Result<(), Fault> {
        self.read_by(live.app, &live.user, Some(live.device), cursors).await
    }

    /// The App's backend says how far a user has read.
    ///
    /// # Errors
    /// As [`Im::read`].
    pub async fn read_for(&self, app: AppId, user: &UserId, cursors: &[Cursor]) -> Result<(), Fault> {
        self.read_by(app, user, None, cursors).await
    }

    async fn read_by(
        &self,
        app: AppId,
        user: &UserId,
        device: Option<DeviceId>,
        cursors: &[Cursor],
    ) -> Result<(), Fault> {
        if cursors.len() > CURSORS_MAX {
            return Err(Fault::new(ErrorCode::Invalid, "over 200 conversations at once"));
        }
        for cursor in cursors {
            let own = self.store().conversation_of(app, user, &cursor.conversation).await;
            if own.map_err(|error| fault_of(&error))?.is_none() {
                return Err(ErrorCode::NotAMember.into());
            }
        }
        let at = self.now();
        let batch = cursors
            .iter()
            .map(|cursor| Op::Read {
                app,
                user: user.clone(),
                device,
                conversation: cursor.conversation.clone(),
                seq: cursor.seq,
                reason: Reason::READ_BEFORE_SEND,
                at,
            })
            .collect();
        let outcomes = self.store().commit(batch).await.map_err(|error| fault_of(&error))?;
        for (cursor, outcome) in cursors.iter().zip(outcomes) {
            if let Outcome::Read { seq, moved: true } = outcome {
                self.tell_read(app, user, device, &cursor.conversation, seq);
            }
        }
        Ok(())
    }

    fn tell_read(
        &self,
        app: AppId,
        user: &UserId,
        device: Option<DeviceId>,
        conversation: &ConversationId,
        seq: Seq,
    ) {
        let mut listeners = self.registry.of_user(app, user);
        listeners.retain(|live| Some(live.device) != device);
        if let ConversationKind::Peer(one, other) = conversation.kind() {
            let peer = if one == *user { other } else { one };
            listeners.extend(self.registry.of_user(app, &peer));
        }
        for live in listeners {
            live.tell(ServerFrame::Read { user: user.clone(), conversation: conversation.clone(), seq });
        }
    }
}
