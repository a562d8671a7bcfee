//! What lanes count, what vendors say is used up, and pushes that are put back into their queue.

use std::sync::Arc;

use model::{AppId, Attempt, CertificateId, Class, DayNumber, DeliveryId, MessageId, Timestamp};

use super::NewDelivery;

/// A change of a certificate's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerOp {
    /// The vendor took so many more targets of a kind and class.
    Count {
        /// The certificate.
        certificate: CertificateId,
        /// The vendor's day.
        day: DayNumber,
        /// The vendor's kind of push.
        kind: Arc<str>,
        /// Their class.
        class: Class,
        /// How many.
        taken: u32,
    },
    /// The vendor took so many more of one phone.
    CountDevice {
        /// The certificate.
        certificate: CertificateId,
        /// The vendor's day.
        day: DayNumber,
        /// The vendor's kind of push.
        kind: Arc<str>,
        /// A hash of the phone's token.
        device: i64,
        /// How many.
        taken: u32,
    },
    /// The vendor said that a kind is used up; a second time changes nothing.
    UsedUp {
        /// The certificate.
        certificate: CertificateId,
        /// The vendor's day.
        day: DayNumber,
        /// The vendor's kind of push.
        kind: Arc<str>,
        /// For this phone alone.
        device: Option<i64>,
        /// When it was said.
        at: Timestamp,
    },
    /// Forgets days, a part of their rows at a time. → [`Outcome::Forgotten`](crate::Outcome::Forgotten)
    Forget {
        /// The certificate.
        certificate: CertificateId,
        /// Days before this one.
        before: DayNumber,
    },
    /// Stores how the brake on mass removal stands.
    SetBrake {
        /// The certificate.
        certificate: CertificateId,
        /// How it stands.
        brake: BrakeRecord,
    },
}

/// How a certificate's brake on mass removal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BrakeRecord {
    /// Since when no token is cleared; `None`: tokens are cleared.
    pub engaged_at: Option<Timestamp>,
    /// Tokens that were called dead, among those that were seen when it engaged.
    pub dead: u32,
    /// Verdicts that were looked at when it engaged.
    pub seen: u32,
    /// Until then the operator believes the vendor.
    pub trusted_until: Option<Timestamp>,
}

/// A push that had ended and goes back into the queue, as the rules decided it anew.
#[derive(Debug, Clone)]
pub struct Requeue {
    /// The App.
    pub app: AppId,
    /// The row.
    pub id: DeliveryId,
    /// Its message.
    pub message: MessageId,
    /// The decision; its state is `Queued`.
    pub decision: NewDelivery,
    /// Stands among the attempts, so that it is seen where the new ones begin.
    pub mark: Attempt,
}
