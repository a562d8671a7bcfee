//! A vendor's later report about a delivery.

use crate::{MessageId, Timestamp};

/// A vendor's later report about a delivery, for one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Our message, where the vendor echoes it.
    pub message: Option<MessageId>,
    /// The vendor's id of the push.
    pub vendor_message_id: String,
    /// The token it is about.
    pub token: String,
    /// What happened.
    pub kind: ReceiptKind,
    /// When, by the vendor's clock.
    pub at: Timestamp,
    /// The vendor's own code.
    pub code: String,
}

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiptKind {
    /// Reached the device.
    Arrived,
    /// Shown in the shade.
    Shown,
    /// Tapped.
    Clicked,
    /// The token is dead; some vendors name the one that replaces it.
    TokenDead {
        /// The token to use from now on.
        replacement: Option<String>,
    },
    /// The device has notifications switched off; the token stays.
    NotificationsOff,
    /// The vendor did not deliver it, for a reason of its own.
    NotDelivered,
    /// Its lifetime passed before the device came back.
    Expired,
    /// The daily amount is used up.
    QuotaUsedUp,
    /// A kind that is not in the book.
    Unrecognised,
}

impl ReceiptKind {
    /// A stable word for logs, explanations and golden vectors.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::Shown => "shown",
            Self::Clicked => "clicked",
            Self::TokenDead { .. } => "token_dead",
            Self::NotificationsOff => "notifications_off",
            Self::NotDelivered => "not_delivered",
            Self::Expired => "expired",
            Self::QuotaUsedUp => "quota_used_up",
            Self::Unrecognised => "unrecognised",
        }
    }
}
