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

    /// What a kind that leaves a note says, in English and Chinese, by its stable word.
    #[must_use]
    pub fn meaning_of(name: &str) -> Option<(&'static str, &'static str)> {
        Some(match name {
            "token_dead" => ("the vendor told later that the token is dead", "厂商事后告知该 token 已失效"),
            "notifications_off" => (
                "it reached a device on which the app's notifications are switched off",
                "已到达设备，但用户关闭了该应用的通知",
            ),
            "not_delivered" => (
                "the vendor took it and did not deliver it, for a reason of its own",
                "厂商已受理，但因自身原因没有下发",
            ),
            "expired" => {
                ("its lifetime was over before the device came back", "设备重新上线前，消息已过有效期")
            }
            "quota_used_up" => (
                "the vendor took it and showed it to nobody: an amount of the app, the class or the device is used up",
                "厂商已受理但没有展示：应用、消息类别或该设备的当日数量已用尽",
            ),
            "unrecognised" => {
                ("the vendor told something that is not in its book", "厂商返回了文档之外的回执")
            }
            _ => return None,
        })
    }
}
