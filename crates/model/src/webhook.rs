//! Webhooks: what the App's backend is told.

use serde::{Deserialize, Serialize};

use crate::{
    AppId, CertificateId, DeliveryId, DeviceId, MessageId, PushId, Secret, SessionState, Timestamp, UserId,
    WebhookId,
};

/// Where an App's backend wants to be told.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Its number; 0 before it is stored.
    pub id: WebhookId,
    /// The App it belongs to.
    pub app: AppId,
    /// Where it is told; https, or http to an address that the operator allows.
    pub url: String,
    /// Signs what is told.
    pub secret: Secret<String>,
    /// Of what it is told.
    pub events: Vec<EventKind>,
    /// Switched off.
    pub disabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Webhook {
    /// Whether it is told of this.
    #[must_use]
    pub fn hears(&self, kind: EventKind) -> bool {
        !self.disabled && self.events.contains(&kind)
    }
}

/// Of what a webhook is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Asked before a message is stored; it may refuse or drop it (row T23).
    BeforeSend,
    /// A message was stored.
    Message,
    /// A message was taken back.
    Recall,
    /// A session opened, moved or ended (row T15).
    Session,
    /// A push came to its end, or a mark was set on it (row T14).
    Delivery,
    /// A vendor token was bound, replaced or cleared.
    Token,
}

/// What happened, as it is stored until it is told. Ids only: what is told is read when it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A message was stored.
    Message {
        /// Which.
        message: MessageId,
    },
    /// A message was taken back.
    Recall {
        /// Which.
        message: MessageId,
    },
    /// A session opened, moved or ended.
    Session {
        /// Whose.
        user: UserId,
        /// Where.
        device: DeviceId,
        /// Where it stands now.
        state: SessionState,
    },
    /// A push came to its end, or a mark was set on it.
    Delivery {
        /// Which.
        delivery: DeliveryId,
    },
    /// A vendor token was bound, replaced or cleared.
    Token {
        /// Of which device, where one is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        device: Option<DeviceId>,
        /// Its Push ID, where one is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        push_id: Option<PushId>,
        /// Through which certificate.
        certificate: CertificateId,
        /// Whether there is a token now.
        bound: bool,
    },
}

impl Event {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> EventKind {
        match self {
            Self::Message { .. } => EventKind::Message,
            Self::Recall { .. } => EventKind::Recall,
            Self::Session { .. } => EventKind::Session,
            Self::Delivery { .. } => EventKind::Delivery,
            Self::Token { .. } => EventKind::Token,
        }
    }
}
