//! Where a message's targets stand: who is connected here, and what went out to them.

use std::sync::Arc;

use model::{AppId, Body, Call, Message, MessageKind, SessionState, Timestamp};
use store::{AudienceRow, StoreError};

use crate::{
    Im,
    audience::{Standing, has_acked},
    registry::Live,
};

/// What an acknowledgement may come late after its deadline, before the message is looked at again, in milliseconds.
const ACK_MARGIN_MS: i64 = 250;

/// How a target can be reached now.
#[derive(Debug)]
pub(crate) struct Reach {
    /// Where it stands, once the frame is out that `unsent` asks for.
    pub(crate) standing: Standing,
    /// The connection on which the frame has not gone out yet.
    pub(crate) unsent: Option<Arc<Live>>,
}

impl Im {
    /// Where a target stands for somebody who only asks.
    #[must_use]
    pub fn standing(&self, message: &Message, row: &AudienceRow) -> Standing {
        self.reach(message, row, self.now()).standing
    }

    /// The call that a message signals, as it stands now; `None` for anything else, and where the call is gone.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    pub async fn call_of(&self, message: &Message) -> Result<Option<Call>, StoreError> {
        let Body::Call(signal) = &message.body else {
            return Ok(None);
        };
        Ok(self.store().call(message.app, signal.call).await?.map(|record| record.call))
    }

    pub(crate) fn reach(&self, message: &Message, row: &AudienceRow, now: Timestamp) -> Reach {
        let Some(live) = self.live_of(message.app, row) else {
            return Reach { standing: self.standing_offline(message, row, now), unsent: None };
        };
        let foreground = live.is_foreground();
        let unframed = Reach { standing: Standing::Unframed { foreground }, unsent: None };
        let Some(conversation) = message.addressee.conversation().filter(|_| !message.online_only) else {
            return unframed;
        };
        if is_sending_device(message, &live) || has_acked(message, row) {
            return unframed;
        }
        match live.out_since(conversation, message.seq) {
            Some(since) if self.is_overdue(message, since, now) => {
                Reach { standing: Standing::Overdue { foreground }, unsent: None }
            }
            Some(_) => Reach { standing: Standing::Framed { foreground }, unsent: None },
            None => Reach { standing: Standing::Framed { foreground }, unsent: Some(live) },
        }
    }

    /// The target's connection, where its login stands and this process holds it.
    pub(crate) fn live_of(&self, app: AppId, row: &AudienceRow) -> Option<Arc<Live>> {
        let session = row.session.as_ref().filter(|session| session.state.is_logged_in())?;
        self.registry.find(app, &session.user, session.device)
    }

    /// Until when a target that waits is waited for.
    pub(crate) fn wait_deadline(&self, message: &Message, standing: Standing, now: Timestamp) -> Timestamp {
        match standing {
            Standing::Reconnecting => self.started_at.plus_ms(self.config.reconnect_grace_ms),
            _ => self.ack_deadline(message, now),
        }
    }

    /// Until when the acknowledgement of a frame that goes out now is waited for.
    pub(crate) fn ack_deadline(&self, message: &Message, now: Timestamp) -> Timestamp {
        now.plus_ms(self.ack_within_ms(message) + ACK_MARGIN_MS)
    }

    /// A call does not wait for a client that may come back: it would have stopped ringing.
    fn standing_offline(&self, message: &Message, row: &AudienceRow, now: Timestamp) -> Standing {
        let grace_ends = self.started_at.plus_ms(self.config.reconnect_grace_ms);
        let lost_by_restart = row.session.as_ref().is_some_and(|session| {
            session.state == SessionState::Disconnected && session.since == self.started_at
        });
        if lost_by_restart && now < grace_ends && message.kind != MessageKind::Call {
            Standing::Reconnecting
        } else {
            Standing::Offline
        }
    }

    /// For a call only: the socket of any other message that is late is closed at its deadline, and then the target is
    /// offline; a call does not wait for that.
    fn is_overdue(&self, message: &Message, since: Timestamp, now: Timestamp) -> bool {
        message.kind == MessageKind::Call && now.since_ms(since) >= self.ack_within_ms(message)
    }

    fn ack_within_ms(&self, message: &Message) -> i64 {
        i64::from(match message.kind {
            MessageKind::Call => self.config.call_ack_within_ms,
            _ => self.config.ack_within_ms,
        })
    }
}

/// The device that a message was sent from has it already.
pub(crate) fn is_sending_device(message: &Message, live: &Live) -> bool {
    message.sender.as_ref() == Some(&live.user) && message.sender_device == Some(live.device)
}
