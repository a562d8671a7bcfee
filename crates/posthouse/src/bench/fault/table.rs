//! Every fault that is made, in the order in which they are told.

use std::time::Duration;

use anyhow::Result;
use futures_util::future::LocalBoxFuture;

use super::{backups, certificates, clocks, crowd, disks, kills, names, seen::Seen, weather};

/// One fault: what was promised, and how it is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fault {
    /// Its name, as `--only` takes it.
    pub(super) name: &'static str,
    /// What has to hold while it lasts and after it, beside what holds always: nothing lost, nothing shown twice,
    /// repeated only what nobody knows to have arrived.
    pub(super) promise: &'static str,
    /// Makes it and says what was seen.
    pub(super) run: fn(&'static Fault, Scale) -> LocalBoxFuture<'static, Result<Seen>>,
}

/// How much is done for each fault.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    /// Pushes a second on each road.
    pub(super) per_s: f64,
    /// How long a fault lasts, or one of the windows with and without it.
    pub(super) window: Duration,
    /// Windows of each sort; 1: latencies are not looked at.
    pub(super) windows: usize,
    /// How often the server is killed.
    pub(super) kills: u32,
}

impl Scale {
    /// What the figures are taken with.
    pub(super) const FULL: Self =
        Self { per_s: 400.0, window: Duration::from_secs(2), windows: 7, kills: 50 };
    /// What fits into the tests.
    pub(super) const SHORT: Self =
        Self { per_s: 40.0, window: Duration::from_millis(1200), windows: 1, kills: 10 };
}

/// Every fault.
pub(super) fn all() -> impl Iterator<Item = &'static Fault> {
    [
        kills::FAULTS,
        disks::FAULTS,
        backups::FAULTS,
        clocks::FAULTS,
        weather::FAULTS,
        certificates::FAULTS,
        names::FAULTS,
        crowd::FAULTS,
    ]
    .into_iter()
    .flatten()
}
