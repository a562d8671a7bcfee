//! What goes when its time is over, and what goes with a deleted user: each in steps that are small enough for the road
//! beside them.

use model::{AppId, CallId, ConversationId, DeviceId, MessageId, ReasonCode, Timestamp, UserId};

/// One step of what an App's retention takes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// The App.
    pub app: AppId,
    /// What is from before this moment is over.
    pub before: Timestamp,
    /// Deletions of users from before this moment need no mark any more: no login token is older and still good.
    pub tokens_before: Timestamp,
    /// Where the pass stands.
    pub step: ExpiryStep,
    /// Most rows that this step takes away.
    pub limit: u32,
}

/// Where a pass over what is over stands. The variants follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpiryStep {
    /// Messages with their deliveries and follow-ups, oldest first, after this one. A message stays while any of its
    /// targets has not ended.
    Messages {
        /// The last one looked at.
        after: Option<MessageId>,
    },
    /// Calls, but those that ring.
    Calls,
    /// Events that no webhook was told.
    Events,
    /// Devices, after this one: unregistered ones go; of others that were not heard of, bindings that were lost.
    Devices {
        /// The last one looked at.
        after: Option<DeviceId>,
    },
    /// Marks of deleted users.
    Deletions,
}

impl ExpiryStep {
    /// Where a pass begins.
    pub const FIRST: Self = Self::Messages { after: None };
}

/// One step of erasing what deleted users left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The App.
    pub app: AppId,
    /// Whose; at most [`Erasure::USERS_MAX`], the same in every step of a pass. They are in no group any more.
    pub users: Vec<UserId>,
    /// Where the pass stands.
    pub step: ErasureStep,
    /// Most rows that this step takes away.
    pub limit: u32,
    /// The reason that deliveries of their messages to others get.
    pub reason: ReasonCode,
    /// Now.
    pub at: Timestamp,
}

impl Erasure {
    /// Most users of one pass.
    pub const USERS_MAX: usize = 256;
}

/// Where a pass over what deleted users left behind stands. The variants follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErasureStep {
    /// What stands under their names: deliveries to them, acknowledgements, read marks.
    Own,
    /// The App's messages, after this one: what they wrote says nothing any more, what was to them alone goes.
    Messages {
        /// The last one looked at.
        after: Option<MessageId>,
    },
    /// The App's calls, after this one: those that they began go.
    Calls {
        /// The last one looked at.
        after: Option<CallId>,
    },
    /// What users muted, after this: what they did goes.
    Mutes {
        /// The last one looked at.
        after: Option<(ConversationId, UserId)>,
    },
    /// Those of whom nothing is left are marked so; of one with a push on the wire something is.
    Close,
}

impl ErasureStep {
    /// Where a pass begins.
    pub const FIRST: Self = Self::Own;
}
