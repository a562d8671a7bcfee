//! What a store counts of its own work.

use meter::{Counter, Histogram};

/// What a store counts of its own work.
#[derive(Debug, Default)]
pub struct StoreMeter {
    /// From the beginning of a group's transaction to its end.
    pub commit: Histogram,
    /// The end of a transaction that waits for the disk.
    pub sync: Histogram,
    /// Groups that waited for the disk.
    pub groups_synced: Counter,
    /// Groups that did not.
    pub groups_unsynced: Counter,
    /// Batches in all of them.
    pub batches: Counter,
    /// Groups that the disk or the database refused.
    pub failures: Counter,
    /// Batches that were refused because the writer was behind.
    pub busy: Counter,
    /// Changes that a slow listener of the feed missed.
    pub missed: Counter,
}
