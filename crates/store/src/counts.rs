//! Counts that are kept: how far the notifications of an hour went.

use model::{CertificateId, Class, DeliveryState, ReasonCode, Timestamp};

/// How far notifications went. Counted where their deliveries change, in the same commit; the hour is that of the
/// decision, so what comes late is added to where it belongs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FunnelCounts {
    /// Decided to push, or shed by a full lane.
    pub eligible: i64,
    /// Of those, tried at the vendor at least once.
    pub sent: i64,
    /// Of those, taken by the vendor.
    pub accepted: i64,
    /// Reported to have reached the device.
    pub arrived: i64,
    /// Reported to have been shown.
    pub shown: i64,
    /// Reported to have been tapped.
    pub clicked: i64,
    /// Decided not to push, or cancelled before they began.
    pub skipped: i64,
    /// Refused by the vendor for good.
    pub rejected: i64,
    /// Given up by a rule.
    pub dropped: i64,
}

impl std::ops::AddAssign for FunnelCounts {
    fn add_assign(&mut self, other: Self) {
        self.eligible += other.eligible;
        self.sent += other.sent;
        self.accepted += other.accepted;
        self.arrived += other.arrived;
        self.shown += other.shown;
        self.clicked += other.clicked;
        self.skipped += other.skipped;
        self.rejected += other.rejected;
        self.dropped += other.dropped;
    }
}

/// Which hours of an App are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountFilter {
    /// From the hour of this moment on.
    pub from: Timestamp,
    /// Up to before the hour of this moment.
    pub to: Timestamp,
    /// So many hours, from the first on, are added up to one row.
    pub hours_together: u32,
}

/// What hours hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By span, certificate and class, in this order; what has none was not counted.
    pub rows: Vec<CountRow>,
    /// Why those ended that no vendor took, over all the hours.
    pub reasons: Vec<ReasonCount>,
}

/// The counts of a span, a certificate and a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountRow {
    /// Where the span begins.
    pub from: Timestamp,
    /// Through which certificate; `None`: skipped before one was chosen.
    pub certificate: Option<CertificateId>,
    /// Of which class.
    pub class: Class,
    /// How many.
    pub counts: FunnelCounts,
}

/// How many ended so for a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReasonCount {
    /// Through which certificate; `None`: skipped before one was chosen.
    pub certificate: Option<CertificateId>,
    /// Of which class.
    pub class: Class,
    /// `Skipped`, `Rejected` or `Dropped`.
    pub state: DeliveryState,
    /// Why.
    pub reason: ReasonCode,
    /// How many.
    pub ended: i64,
}
