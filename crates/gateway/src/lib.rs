//! The only crate that talks to vendors: lanes, connections, authentication, receipts.
//!
//! A [`Gateway`] listens to the store's feed. Each certificate with something to send has a lane: one task that claims
//! due deliveries, groups them by the adapter's batch key, asks the store for the last word, sends, and commits what
//! the verdicts mean. Everything that must survive is a row in the store: a lane that dies loses nothing.
//!
//! Adapters judge, `rules` decides, this crate acts.

mod config;
mod dispatch;
mod gateway;
mod lane;
mod net;
mod own_codes;
mod probe;
mod receipt;
mod shared;
mod signal;
mod status;

pub use config::{Books, GatewayConfig, LaneSizes, LaneTimes, Pacing};
pub use gateway::Gateway;
pub use own_codes::{OwnCode, own_code};
pub use probe::ProbeReport;
pub use status::{LaneState, LaneStatus};
