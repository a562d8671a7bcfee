//! The Store trait, the embedded store, sealing, the feed of committed changes.
//!
//! Everything that must survive is committed through [`Store::commit`]; everything that was committed is told on the
//! [feed](Feed). The rows of [`Store::claim`] are the send queue: it lives with the messages, in one transaction.

mod audit;
mod batch;
#[cfg(feature = "conformance")]
pub mod conformance;
mod counts;
mod embedded;
mod feed;
mod meter;
mod operators;
mod port;
mod records;
mod sealing;

pub use audit::{AuditChannel, AuditDraft, AuditEntry, AuditFilter, AuditObject};
pub use batch::{
    BindingClear, BrakeRecord, CancelScope, CertificateDraft, ConsoleOp, DeliveryUpdate, Erasure,
    ErasureStep, Expiry, ExpiryStep, FanoutNext, FollowUp, Invitation, LedgerOp, NewBinding, NewDelivery,
    NewOperator, NewSession, Op, OperatorStart, Outcome, PasswordBy, Requeue, SessionEnd,
};
pub use counts::{CountFilter, CountRow, Counts, FunnelCounts, ReasonCount};
pub use embedded::{BackupReport, Copied, EmbeddedStore, Look, Pace, Restored, back_up, restore};
pub use feed::{Change, Feed};
pub use meter::StoreMeter;
pub use operators::{ConsoleHolder, ConsoleSession, ConsoleSessionKey, Operator};
pub use port::{Store, StoreError};
pub use records::{
    ApiKey, AudienceRow, Backlog, CallRecord, Claimed, ConversationEntry, ConversationHead, DayCount,
    DayDevice, DayLedger, DeadLetter, DeadLetterFilter, Deletion, DeliveryFilter, DeliveryStep, DeliveryWalk,
    DeviceRecord, FanoutCursor, LaneBacklog, OutboxEntry, QueuedByClass, Scope, SessionRecord, Space,
    UntoldEvents, User, VENDOR_ID_REACH, Waiting, WaitingRows, WalkedDelivery,
};
pub use sealing::SealKey;
