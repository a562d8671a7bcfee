//! Deliveries: the one row of a target that was decided.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{AppId, CertificateId, DeviceId, MessageId, PushId, Timestamp, UserId};

/// A delivery row, counted up over the whole instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryId(pub i64);

/// A stable reason, from the ordered table in `rules`. Append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReasonCode(pub u16);

/// Why a delivery exists beside the message. The numbers are stored: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Purpose {
    /// To tell of the message.
    Notify = 0,
    /// To take its notification back, where the vendor can.
    Withdraw = 1,
    /// To put another text in the place of its notification.
    Replace = 2,
}

impl Purpose {
    /// The stored number's purpose.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Notify,
            1 => Self::Withdraw,
            2 => Self::Replace,
            _ => return None,
        })
    }
}

/// Which of a message's texts a target is shown. The numbers are stored: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum TextVariant {
    /// The sender's, or the message's own.
    #[default]
    Full = 0,
    /// Without sender and text, as the user wishes (row T24).
    Hidden = 1,
    /// The text of the force push (rows F5, T7).
    Forced = 2,
}

impl TextVariant {
    /// The stored number's variant.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Full,
            1 => Self::Hidden,
            2 => Self::Forced,
            _ => return None,
        })
    }
}

/// Where a target stands. All but `Queued` are terminal. The numbers are stored: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum DeliveryState {
    /// Decided to push, not yet at its end.
    Queued = 0,
    /// Decided not to push, or cancelled before it began.
    Skipped = 1,
    /// The vendor took it. It is not known to be shown.
    Accepted = 2,
    /// The vendor refused it for good.
    Rejected = 3,
    /// Given up by a written rule: lifetime over, ext over the vendor's limit.
    Dropped = 4,
}

impl DeliveryState {
    /// Whether nothing more will happen by itself.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        !matches!(self, Self::Queued)
    }

    /// The word used everywhere.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Skipped => "skipped",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Dropped => "dropped",
        }
    }

    /// The stored number's state.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Queued,
            1 => Self::Skipped,
            2 => Self::Accepted,
            3 => Self::Rejected,
            4 => Self::Dropped,
            _ => return None,
        })
    }
}

impl fmt::Display for DeliveryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What one try at the vendor brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When the answer came, or was given up on.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
    /// The verdict's name.
    pub verdict: String,
    /// HTTP status; 0 where no answer came.
    pub http_status: u16,
    /// The vendor's own code.
    pub code: String,
    /// The vendor's own text.
    pub text: String,
}

/// The verdict, and code, of the mark that stands among a row's attempts where it was put back into the queue: tries
/// are counted anew from there.
pub const REQUEUED: &str = "requeued";

/// What became known of an accepted push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Marks {
    /// Reached the device.
    pub arrived_at: Option<Timestamp>,
    /// Shown in the shade.
    pub shown_at: Option<Timestamp>,
    /// Tapped.
    pub clicked_at: Option<Timestamp>,
}

/// The one row of a target that was decided: decision, queue entry, attempts, verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its row.
    pub id: DeliveryId,
    /// The App it belongs to.
    pub app: AppId,
    /// What caused it.
    pub message: MessageId,
    /// Why it exists beside the message.
    pub purpose: Purpose,
    /// Whose it is; `None` for a push to a bare Push ID or token.
    pub user: Option<UserId>,
    /// Which device; `None` where the user has none, or for a bare token.
    pub device: Option<DeviceId>,
    /// The device's public id, where it was addressed by it.
    pub push_id: Option<PushId>,
    /// Through which certificate; `None` where it was skipped before one was chosen.
    pub certificate: Option<CertificateId>,
    /// The vendor token as of the decision; empty where none.
    pub token: Arc<str>,
    /// Generation of the binding the token came from; 0 for a bare token.
    pub binding_generation: i64,
    /// Where it stands.
    pub state: DeliveryState,
    /// The rule that decided, or what ended it.
    pub reason: ReasonCode,
    /// The rule table's version that decided.
    pub rules_version: u16,
    /// The packed facts `decide` saw, at most 64 bytes.
    pub facts: Vec<u8>,
    /// Which text it shows.
    pub text: TextVariant,
    /// What the app's badge shows with it; `None` where it does not count (row T1).
    pub badge: Option<u32>,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// When the next try is due, while queued.
    pub due_at: Timestamp,
    /// After this no try begins.
    pub expires_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Every try, oldest first.
    pub attempts: Vec<Attempt>,
    /// The vendor's id of the push, where it gave one.
    pub vendor_message_id: Option<String>,
    /// A cancel came while a send was on the wire.
    pub raced: bool,
    /// What became known later.
    pub marks: Marks,
    /// What a later receipt said beside the marks: its kind and the vendor's own code; empty where nothing.
    pub receipt_note: String,
}
