//! What a commit answers.

use model::{
    CertificateId, DeliveryId, DeviceId, MessageId, OperatorId, PushId, Seq, SessionId, Timestamp, UserId,
    WebhookId,
};

use super::{ErasureStep, ExpiryStep};

/// What an [`crate::Op`] answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// The certificate's id and its new version.
    Certificate(CertificateId, u32),
    /// The webhook's id.
    Webhook(WebhookId),
    /// The operator's number.
    Operator(OperatorId),
    /// Who came into a group and who went.
    Members {
        /// Who came in.
        added: Vec<UserId>,
        /// Who went.
        removed: Vec<UserId>,
    },
    /// How far a read mark stands now, and whether it moved.
    Read {
        /// The mark.
        seq: Seq,
        /// It moved.
        moved: bool,
    },
    /// Stored, at this place in its conversation.
    Accepted {
        /// Its place; 0 where it is in no conversation.
        seq: Seq,
    },
    /// The same message was stored before.
    Duplicate {
        /// As which.
        message: MessageId,
        /// At which place.
        seq: Seq,
        /// When.
        sent_at: Timestamp,
    },
    /// The client message id stands for another content.
    Conflict,
    /// The login is open.
    Session {
        /// The login.
        id: SessionId,
        /// The device's Push ID; `None`: it was unregistered.
        push_id: Option<PushId>,
        /// Whether the device's pushes are switched on.
        push_on: bool,
        /// Logins that it ended.
        kicked: Vec<(UserId, DeviceId, SessionId)>,
        /// The device the user was last on before, where it was another.
        last_device: Option<DeviceId>,
        /// Whether a push to the user was accepted within the App's retention.
        has_pushed: bool,
    },
    /// Whether the login was still there to move, and what a fetch cancelled.
    Moved(bool),
    /// The device's Push ID.
    Device(PushId),
    /// Deliveries that were cancelled, and those that were on the wire already.
    Cancelled {
        /// They end as skipped.
        cancelled: u32,
        /// They end as the vendor says, and are marked.
        raced: u32,
    },
    /// A step of a pass over what is over.
    Expired {
        /// Rows that went.
        rows: u32,
        /// Where the pass goes on; `None`: it is through.
        next: Option<ExpiryStep>,
    },
    /// A step of a pass over what deleted users left behind.
    Erased {
        /// Rows that went or lost their words.
        rows: u32,
        /// Where the pass goes on; `None`: it is through.
        next: Option<ErasureStep>,
    },
    /// Whether the binding was cleared or renewed.
    Cleared(bool),
    /// The delivery that the receipt is about, where it was found.
    Marked(Option<DeliveryId>),
    /// Rows of old days that were deleted; none: there are no more.
    Forgotten(u32),
    /// What the op changes is not there in this App; nothing was changed by it.
    Missing,
    /// A decision rested on what is no longer so: the device logged out, fetched, or has another token. Neither rows
    /// nor cursor were changed; read the audience again and decide again.
    Stale,
}

impl Outcome {
    /// Whether the op found things not as expected and changed nothing.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Stale | Self::Missing | Self::Conflict | Self::Duplicate { .. })
    }
}
