//! How another lane fares: windows without and with the fault take turns, and their 99th percentiles are compared.

use std::{collections::HashMap, time::Duration};

use model::{Clock, Timestamp};
use uuid::Uuid;

use super::{load::Sent, table::Scale};
use crate::{bench::push::percentile, clock::SystemClock};

/// What changes with the fault may be no more than this, unless the windows without it differ as much.
const CHANGE_MAX: f64 = 0.05;
/// At a window's beginning so much is left out: the one before still works in it.
const SETTLES: Duration = Duration::from_millis(200);
/// A window with fewer pushes has no 99th percentile to speak of.
const PUSHES_MIN: usize = 50;

/// A stretch of time, with or without the fault.
#[derive(Debug, Clone, Copy)]
struct Window {
    faulty: bool,
    from: Timestamp,
    to: Timestamp,
}

/// The windows of one run.
#[derive(Debug, Default)]
pub(super) struct Windows(Vec<Window>);

/// How another lane fared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Beside {
    /// Median of the windows' 99th percentiles from request to vendor's answer, without the fault.
    pub(super) healthy_p99_ms: f64,
    /// The same with the fault.
    pub(super) faulty_p99_ms: f64,
    /// The largest of those without it.
    pub(super) healthy_worst_ms: f64,
}

impl Windows {
    /// Lets a window pass.
    pub(super) async fn pass(&mut self, faulty: bool, scale: Scale) {
        tokio::time::sleep(SETTLES).await;
        let from = SystemClock.now();
        tokio::time::sleep(scale.window).await;
        self.0.push(Window { faulty, from, to: SystemClock.now() });
    }

    /// What the pushes of the other lane say; `None` where there were too few windows or pushes.
    pub(super) fn compare(&self, sent: &[Sent], answered: &HashMap<Uuid, Timestamp>) -> Option<Beside> {
        let mut p99s = [Vec::new(), Vec::new()];
        for window in &self.0 {
            let latencies: Vec<f64> = sent
                .iter()
                .filter(|sent| window.from <= sent.at && sent.at < window.to)
                .filter_map(|sent| Some(answered.get(&sent.message)?.since_ms(sent.at).max(0) as f64))
                .collect();
            if latencies.len() >= PUSHES_MIN {
                p99s[usize::from(window.faulty)].push(percentile(latencies, 99));
            }
        }
        let [healthy, faulty] = p99s;
        if healthy.len() < 3 || faulty.len() < 3 {
            return None;
        }
        Some(Beside {
            healthy_worst_ms: healthy.iter().copied().fold(0.0, f64::max),
            healthy_p99_ms: percentile(healthy, 50),
            faulty_p99_ms: percentile(faulty, 50),
        })
    }
}

impl Beside {
    /// By what part the 99th percentile changed.
    pub(super) fn change(&self) -> f64 {
        // Times are whole milliseconds: nothing can be told of what lies below one.
        self.faulty_p99_ms.max(1.0) / self.healthy_p99_ms.max(1.0) - 1.0
    }

    /// Whether the lane was left alone.
    pub(super) fn is_kept(&self) -> bool {
        self.change() < CHANGE_MAX || self.faulty_p99_ms <= self.healthy_worst_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(p99s: &[(bool, i64)]) -> (Windows, Vec<Sent>, HashMap<Uuid, Timestamp>) {
        let (mut windows, mut sent, mut answered) = (Windows::default(), Vec::new(), HashMap::new());
        for (number, &(faulty, late_ms)) in (0_i64..).zip(p99s) {
            let from = Timestamp(number * 1000);
            windows.0.push(Window { faulty, from, to: from.plus_ms(1000) });
            for push in 0..100_i64 {
                let message = Uuid::from_u64_pair(number.unsigned_abs(), push.unsigned_abs());
                let at = from.plus_ms(push);
                sent.push(Sent { message, at });
                answered.insert(message, at.plus_ms(late_ms));
            }
        }
        (windows, sent, answered)
    }

    #[test]
    fn a_lane_that_is_slower_than_it_ever_was_without_the_fault_was_not_left_alone() {
        let (windows, sent, answered) =
            run(&[(false, 10), (true, 20), (false, 11), (true, 21), (false, 12), (true, 22)]);
        let beside = windows.compare(&sent, &answered).unwrap();
        assert_eq!((beside.healthy_p99_ms, beside.faulty_p99_ms), (11.0, 21.0));
        assert!(!beside.is_kept());
    }

    #[test]
    fn within_the_spread_of_the_healthy_windows_nothing_is_told_from_chance() {
        let (windows, sent, answered) =
            run(&[(false, 10), (true, 12), (false, 10), (true, 12), (false, 13), (true, 12)]);
        assert!(windows.compare(&sent, &answered).unwrap().is_kept());
        let (windows, sent, answered) = run(&[(false, 10), (true, 12)]);
        assert_eq!(windows.compare(&sent, &answered), None);
    }
}
