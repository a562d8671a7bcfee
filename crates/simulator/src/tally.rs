//! A tally of what every vendor took: in how many requests, how many pushes, and how many of them were different ones.
//!
//! The difference is what a sender sent twice. It is counted over hashes, so a long run costs little memory.

use std::{
    collections::{BTreeMap, HashSet},
    hash::{BuildHasher, RandomState},
    sync::Mutex,
};

use model::Vendor;
use serde::Serialize;

use crate::lock::lock;

/// Different pushes remembered for each vendor; from then on nothing more is counted.
const REMEMBERED_MAX: usize = 1 << 22;

/// What one vendor took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Pushes, one for each target of a request.
    pub accepted: u64,
    /// Pushes that differ in token or in the sender's own id for the push.
    pub distinct: u64,
    /// As many were remembered as can be: both numbers stand still.
    pub full: bool,
    /// Requests of any kind, refused ones too.
    pub requests: u64,
}

/// What every vendor took.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    hashing: RandomState,
    vendors: Mutex<BTreeMap<Vendor, Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    requests: u64,
    accepted: u64,
    hashes: HashSet<u64>,
}

impl Tally {
    /// Notes a push that a vendor took. `id` is what the sender repeats when it sends the same push again; where the
    /// vendor has a field by which a repetition replaces the first or is dropped, it is that one.
    pub(crate) fn note(&self, vendor: Vendor, token: &str, id: &str) {
        let hash = self.hashing.hash_one((token, id));
        let mut vendors = lock(&self.vendors);
        let seen = vendors.entry(vendor).or_default();
        if seen.hashes.len() < REMEMBERED_MAX {
            seen.accepted += 1;
            seen.hashes.insert(hash);
        }
    }

    /// Notes a request, whatever becomes of it.
    pub(crate) fn note_request(&self, vendor: Vendor) {
        lock(&self.vendors).entry(vendor).or_default().requests += 1;
    }

    /// The counts so far; a vendor that was asked nothing is not among them.
    pub(crate) fn counts(&self) -> BTreeMap<Vendor, Count> {
        let count = |seen: &Seen| Count {
            accepted: seen.accepted,
            distinct: seen.hashes.len() as u64,
            full: seen.hashes.len() >= REMEMBERED_MAX,
            requests: seen.requests,
        };
        lock(&self.vendors).iter().map(|(vendor, seen)| (*vendor, count(seen))).collect()
    }

    /// Begins anew.
    pub(crate) fn clear(&self) {
        lock(&self.vendors).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_push_again_is_accepted_and_not_distinct() {
        let tally = Tally::default();
        for (token, id) in [("t1", "a"), ("t1", "b"), ("t2", "a"), ("t1", "a")] {
            tally.note(Vendor::Apns, token, id);
        }
        tally.note_request(Vendor::Apns);
        let counts = tally.counts();
        assert_eq!(counts[&Vendor::Apns], Count { accepted: 4, distinct: 3, full: false, requests: 1 });
        assert!(!counts.contains_key(&Vendor::Xiaomi));
    }
}
