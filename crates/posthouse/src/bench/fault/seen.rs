//! What was seen of a fault, held against what was promised.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::{
    ends::{self, Ends},
    load::{Acknowledged, Sent},
    memory::{peak_mib, slope_mib_per_min},
    windows::Beside,
    world::World,
};
use crate::bench::push::rounded;

/// What was seen of a fault.
#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    /// Messages that the server acknowledged.
    pub(super) acknowledged: usize,
    /// Those of them with a target that has not come to its end.
    pub(super) lost: usize,
    /// Pushes that vendors took again.
    pub(super) duplicates: u64,
    /// How many may: tries of which nobody knows whether the vendor took them, and what was in flight at kills.
    pub(super) may_repeat: u64,
    /// Pushes that were taken again and do not replace the first.
    pub(super) shown_twice: u64,
    /// How another lane fared, where that was looked at.
    pub(super) beside: Option<Beside>,
    /// Answers that refused with 429 or 503.
    pub(super) refused: u64,
    /// The most memory that the server held.
    pub(super) peak_mib: f64,
    /// By how much that grew in a minute.
    pub(super) slope_mib_per_min: f64,
    /// How deliveries ended, by reason.
    pub(super) ends: BTreeMap<&'static str, u64>,
    /// Why tries failed, by vendor's code or our own.
    pub(super) failed_codes: BTreeMap<String, u64>,
    /// What shows that the fault happened.
    pub(super) facts: Vec<String>,
    /// Promises that broke.
    pub(super) broken: Vec<String>,
    /// Why it was not made.
    pub(super) not_run: Option<String>,
}

/// What the simulator took through one vendor.
#[derive(Deserialize)]
struct Count {
    accepted: u64,
    distinct: u64,
    full: bool,
}

impl Seen {
    /// A fault that cannot be made here.
    pub(super) fn not_run(why: impl Into<String>) -> Self {
        Self { not_run: Some(why.into()), ..Self::default() }
    }

    /// Waits until everything has come to its end, and holds the promises that are kept under every fault against what
    /// is there. `in_flight` is what was on the wire when the server was killed.
    pub(super) async fn of(
        world: &mut World,
        acknowledged: &Acknowledged,
        in_flight: u64,
    ) -> Result<(Self, Ends)> {
        let ends = world.settle().await?;
        let tally: HashMap<String, Count> = world.control().get("/tally").await?;
        ensure!(tally.values().all(|count| !count.full), "the simulator stopped counting");
        let accepted: u64 = tally.values().map(|count| count.accepted).sum();
        let distinct: u64 = tally.values().map(|count| count.distinct).sum();
        let points = world.memory.points();
        let lost = |sent: &&Sent| !ends.ended.contains(&sent.message);
        let mut seen = Self {
            acknowledged: acknowledged.sent.len(),
            lost: acknowledged.sent.iter().filter(lost).count(),
            duplicates: accepted - distinct,
            may_repeat: ends.unknown_tries + in_flight,
            shown_twice: distinct.saturating_sub(ends.taken),
            refused: acknowledged.refused,
            peak_mib: rounded(peak_mib(&points)),
            slope_mib_per_min: rounded(slope_mib_per_min(&points)),
            ends: ends.reasons.clone(),
            failed_codes: ends.failed_codes.clone(),
            ..Self::default()
        };
        seen.check(acknowledged.sent.is_empty(), || "nothing was acknowledged".to_owned());
        if seen.lost > 0 || !ends.is_settled() {
            let lost: Vec<_> = acknowledged.sent.iter().filter(lost).map(|sent| sent.message).collect();
            let stored = ends::stored(&world.plan.data, lost.into_iter()).await?;
            let Ends { undecided, queued, .. } = ends;
            seen.broken.push(format!(
                "{} lost, of which {stored} are stored; {undecided} undecided and {queued} queued are left",
                seen.lost
            ));
        }
        seen.check(seen.duplicates > seen.may_repeat, || {
            "more was repeated than had an unknown outcome".to_owned()
        });
        seen.check(seen.shown_twice > 0, || "a repetition does not replace the first".to_owned());
        seen.check(acknowledged.without_retry_after > 0, || {
            format!("{} refusals did not say when to come again", acknowledged.without_retry_after)
        });
        Ok((seen, ends))
    }

    /// Notes a promise as broken where this holds.
    pub(super) fn check(&mut self, is_broken: bool, why: impl FnOnce() -> String) {
        if is_broken {
            self.broken.push(why());
        }
    }

    /// Notes how another lane fared.
    pub(super) fn beside(&mut self, beside: Option<Beside>) {
        self.beside = beside;
        self.check(beside.is_some_and(|beside| !beside.is_kept()), || "another lane was slowed".to_owned());
    }
}

/// A line of the table.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    name: &'static str,
    promise: &'static str,
    /// `kept`, `broken` or `not run`.
    outcome: &'static str,
    acknowledged: usize,
    lost: usize,
    duplicates: u64,
    /// How many duplicates are within the promise.
    duplicates_allowed: u64,
    shown_twice: u64,
    /// By what part the 99th percentile of another lane changed; `null` where it was not looked at.
    other_lanes_p99_change: Option<f64>,
    /// Without and with the fault, and the largest without it, in milliseconds.
    other_lanes_p99_ms: Option<[f64; 3]>,
    refused: u64,
    peak_mib: f64,
    slope_mib_per_min: f64,
    ends: BTreeMap<&'static str, u64>,
    failed_codes: BTreeMap<String, u64>,
    facts: Vec<String>,
    broken: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_run: Option<String>,
}

impl Row {
    pub(super) fn new(name: &'static str, promise: &'static str, seen: Result<Seen>) -> Self {
        let seen = seen.unwrap_or_else(|error| Seen {
            broken: vec![format!("could not be carried out: {error:#}")],
            ..Seen::default()
        });
        let outcome = match (&seen.not_run, seen.broken.is_empty()) {
            (Some(_), _) => "not run",
            (None, true) => "kept",
            (None, false) => "broken",
        };
        Self {
            name,
            promise,
            outcome,
            acknowledged: seen.acknowledged,
            lost: seen.lost,
            duplicates: seen.duplicates,
            duplicates_allowed: seen.may_repeat,
            shown_twice: seen.shown_twice,
            other_lanes_p99_change: seen.beside.map(|beside| rounded(beside.change())),
            other_lanes_p99_ms: seen
                .beside
                .map(|beside| [beside.healthy_p99_ms, beside.faulty_p99_ms, beside.healthy_worst_ms]),
            refused: seen.refused,
            peak_mib: seen.peak_mib,
            slope_mib_per_min: seen.slope_mib_per_min,
            ends: seen.ends,
            failed_codes: seen.failed_codes,
            facts: seen.facts,
            broken: seen.broken,
            not_run: seen.not_run,
        }
    }

    /// Whether every promise was kept, as far as the fault could be made.
    pub(super) fn is_kept(&self) -> bool {
        self.outcome != "broken"
    }

    /// The heads of the columns.
    pub(super) fn heads() -> String {
        format!(
            "{:<22} {:<8} {:>7} {:>5} {:>13} {:>6} {:>22} {:>8} {:>7} {:>9}",
            "fault",
            "promise",
            "acked",
            "lost",
            "twice/allowed",
            "shown²",
            "other lane p99",
            "refused",
            "peak",
            "MiB/min"
        )
    }

    /// The line, and below it what was promised and what shows that the fault happened.
    pub(super) fn print(&self) {
        let beside = self.other_lanes_p99_ms.map_or_else(String::new, |[healthy, faulty, _]| {
            let change = self.other_lanes_p99_change.unwrap_or_default() * 100.0;
            format!("{healthy:.0} → {faulty:.0} ms, {change:+.0} %")
        });
        println!(
            "{:<22} {:<8} {:>7} {:>5} {:>13} {:>6} {:>22} {:>8} {:>7.0} {:>9.1}",
            self.name,
            self.outcome,
            self.acknowledged,
            self.lost,
            format!("{}/{}", self.duplicates, self.duplicates_allowed),
            self.shown_twice,
            beside,
            self.refused,
            self.peak_mib,
            self.slope_mib_per_min
        );
        println!("  promised: {}", self.promise);
        let ends: Vec<String> = self.ends.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        let failed: Vec<String> =
            self.failed_codes.iter().map(|(code, count)| format!("{count} {code}")).collect();
        for (word, said) in
            [("seen", &self.facts), ("ends", &ends), ("tries", &failed), ("BROKEN", &self.broken)]
        {
            if !said.is_empty() {
                println!("  {word}: {}", said.join(" · "));
            }
        }
        if let Some(why) = &self.not_run {
            println!("  not run: {why}");
        }
    }
}
