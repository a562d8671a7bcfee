//! The Store trait, the embedded store, sealing, the feed of committed changes.
//!
//! Everything that must survive is committed through [`Store::commit`]; everything that was committed is told on the
//! [feed](Feed). The rows of [`Store::claim`] are the send queue: it lives with the messages, in one transaction.

mod audit;
mod batch;
#[cfg(feature = "conformance")]
pub mod conformance;
mod embedded;
mod feed;
mod operators;
mod port;
mod records;
mod sealing;

pub use audit::{AuditChannel, AuditDraft, AuditEntry, AuditFilter, AuditObject};
pub use batch::{
    BindingClear, CancelScope, CertificateDraft, ConsoleOp, DeliveryUpdate, FanoutNext, FollowUp, Invitation,
    NewBinding, NewDelivery, NewOperator, NewSession, Op, OperatorStart, Outcome, PasswordBy, SessionEnd,
};
pub use embedded::EmbeddedStore;
pub use feed::{Change, Feed};
pub use operators::{ConsoleHolder, ConsoleSession, ConsoleSessionKey, Operator};
pub use port::{Store, StoreError};
pub use records::{
    ApiKey, AudienceRow, CallRecord, Claimed, ConversationEntry, ConversationHead, DeliveryFilter,
    DeviceRecord, FanoutCursor, OutboxEntry, Scope, SessionRecord, User,
};
pub use sealing::SealKey;
