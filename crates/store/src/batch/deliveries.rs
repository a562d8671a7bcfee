//! Deliveries to make, to follow up, to cancel and to change.

use std::sync::Arc;

use model::{
    AppId, Attempt, CertificateId, DeliveryId, DeliveryState, DeviceId, MessageId, Purpose, PushId,
    PushSettings, ReasonCode, TextVariant, Timestamp, UserId,
};

/// A decision that makes a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Why it exists beside the message.
    pub purpose: Purpose,
    /// Whose.
    pub user: Option<UserId>,
    /// Where.
    pub device: Option<DeviceId>,
    /// The device's public id, where it was addressed by it.
    pub push_id: Option<PushId>,
    /// Through which certificate; there is one where the state is `Queued`.
    pub certificate: Option<CertificateId>,
    /// To which token; empty where none.
    pub token: Arc<str>,
    /// Generation of the binding the token came from; 0 for a bare token.
    pub binding_generation: i64,
    /// `Queued`, `Skipped`, or `Dropped` where its lane is too full.
    pub state: DeliveryState,
    /// The rule that decided.
    pub reason: ReasonCode,
    /// The rule table's version.
    pub rules_version: u16,
    /// The packed facts, at most 64 bytes.
    pub facts: Vec<u8>,
    /// Which text it shows.
    pub text: TextVariant,
    /// It counts one up on the badge of its device, which the row then keeps; only where the state is `Queued`.
    pub counts_badge: bool,
    /// Now.
    pub decided_at: Timestamp,
    /// When the first try is due.
    pub due_at: Timestamp,
    /// After this no try begins.
    pub expires_at: Timestamp,
}

/// Where a fan-out cursor goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FanoutNext {
    /// Every target is decided or acknowledged.
    Done,
    /// Look again.
    Again {
        /// From behind this member.
        after: Option<UserId>,
        /// Then.
        due_at: Timestamp,
    },
}

/// What an attempt brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryUpdate {
    /// The row.
    pub id: DeliveryId,
    /// Where it stands now; `Queued` for another try.
    pub state: DeliveryState,
    /// Why.
    pub reason: ReasonCode,
    /// When the next try is due, while queued.
    pub due_at: Timestamp,
    /// What was tried; `None` where it was given up on without a try.
    pub attempt: Option<Attempt>,
    /// The vendor's id of the push.
    pub vendor_message_id: Option<String>,
    /// Now.
    pub at: Timestamp,
}

/// Which queued deliveries to cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CancelScope {
    /// Of this user on this device: the device has fetched, or its login ended.
    UserDevice(UserId, DeviceId),
    /// Of one message.
    Message(MessageId),
}

/// Which notifications of a message are followed up, and how.
#[derive(Debug, Clone)]
pub struct FollowUp {
    /// The App.
    pub app: AppId,
    /// The message they tell of.
    pub message: MessageId,
    /// Only this user's; `None`: everybody's.
    pub user: Option<UserId>,
    /// But not on this device.
    pub except: Option<DeviceId>,
    /// `Withdraw` or `Replace`.
    pub purpose: Purpose,
    /// What the replacement shows; kept with the message.
    pub replacement: Option<Box<PushSettings>>,
    /// The reason that cancelled deliveries get.
    pub cancel_reason: ReasonCode,
    /// The reason that the new deliveries begin with.
    pub reason: ReasonCode,
    /// After this no try of theirs begins.
    pub expires_at: Timestamp,
    /// Now.
    pub at: Timestamp,
}
