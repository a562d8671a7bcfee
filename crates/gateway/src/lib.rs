//! The only crate that talks to vendors and webhooks: lanes, connections, authentication, receipts, the outbox.
//!
//! A [`Gateway`] listens to the store's feed. Each certificate with something to send has a lane: one task that claims
//! due deliveries, groups them by the adapter's batch key, asks the store for the last word, sends, and commits what
//! the verdicts mean. Everything that must survive is a row in the store: a lane that dies loses nothing.
//!
//! Adapters judge, `rules` decides, this crate acts.

mod channels;
mod config;
mod dispatch;
mod examiner;
mod gateway;
mod lane;
mod learned;
mod meter;
mod net;
mod own_codes;
mod probe;
mod receipt;
mod shared;
mod signal;
mod status;
mod webhooks;

pub use config::{Books, GatewayConfig, LaneSizes, LaneTimes, Pacing, Reach, WebhookConfig};
pub use examiner::{Examination, Examiner};
pub use gateway::Gateway;
pub use lane::{AmountStatus, BrakeStatus, BreakerState};
pub use meter::{GatewayMeter, LaneMeter, VendorMeter};
pub use own_codes::{OwnCode, own_code};
pub use probe::ProbeReport;
pub use status::{Board, LaneState, LaneStatus};
pub use webhooks::{AddressFault, BeforeSend, WebhookAnswer, before_send_data};
