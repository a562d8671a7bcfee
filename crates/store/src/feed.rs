//! The feed of committed changes: lane wake-up, cache invalidation, the console's live news.

use model::{AppId, CertificateId, DeliveryId, DeviceId, MessageId, UserId};
use tokio::sync::broadcast;

/// A change that was committed, told just after whoever committed it was answered. A listener that lags must assume
/// that anything may have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An App or its policy.
    App(AppId),
    /// A certificate, or its state.
    Certificate(AppId, CertificateId),
    /// A push resource, a webhook, or something else that is kept with the App's view.
    Catalogue(AppId),
    /// Events wait to be told to webhooks.
    Outbox,
    /// A group, or who is in it.
    Group(AppId, model::GroupId),
    /// An API key was made or revoked.
    ApiKey([u8; 32]),
    /// A user's settings or mutes.
    User(AppId, UserId),
    /// A call began, changed or ended.
    Call(AppId, model::CallId),
    /// A message was taken back.
    Recalled(AppId, MessageId),
    /// A message was accepted; its fan-out is due.
    Accepted(AppId, MessageId),
    /// Every target of a message is decided or acknowledged; its fan-out is over.
    Settled(AppId, MessageId),
    /// A login opened, moved or ended.
    Session(AppId, UserId, DeviceId),
    /// A binding or the device itself.
    Device(AppId, DeviceId),
    /// Deliveries became due in this certificate's lane.
    Queued(CertificateId),
    /// A delivery's state, attempt or marks.
    Delivery(AppId, MessageId, DeliveryId),
    /// A device acknowledged.
    Acked(AppId, UserId, DeviceId),
}

/// Where committed changes are told. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Feed(broadcast::Sender<Change>);

impl Feed {
    /// A feed that holds this many changes for a slow listener.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self(broadcast::channel(capacity).0)
    }

    /// Listens from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.0.subscribe()
    }

    /// Tells a change; nobody listening is no fault.
    pub fn tell(&self, change: Change) {
        let _ = self.0.send(change);
    }
}
