//! What a process holds while something happens to it: the most, and whether it grows.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::task::JoinHandle;

use crate::bench::gauge;

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Looks at a server's memory until it is dropped; the server may be another process after a kill.
#[derive(Debug)]
pub(super) struct Watch {
    process: Arc<Mutex<Option<u32>>>,
    points: Arc<Mutex<Vec<Point>>>,
    task: JoinHandle<()>,
}

/// How much was held when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) minutes: f64,
    pub(super) mib: f64,
}

impl Watch {
    pub(super) fn start() -> Self {
        let (process, points) = (Arc::new(Mutex::new(None)), Arc::new(Mutex::new(Vec::new())));
        let (whose, seen) = (Arc::clone(&process), Arc::clone(&points));
        let start = Instant::now();
        let task = tokio::spawn(async move {
            loop {
                let now = *lock(&whose);
                // A process that is just being killed has no memory to tell of.
                if let Some(mib) = now.and_then(|id| gauge::resident_mib(id).ok()) {
                    lock(&seen).push(Point { minutes: start.elapsed().as_secs_f64() / 60.0, mib });
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        });
        Self { process, points, task }
    }

    /// Looks at this process from now on.
    pub(super) fn turn_to(&self, process: Option<u32>) {
        *lock(&self.process) = process;
    }

    /// Everything seen so far.
    pub(super) fn points(&self) -> Vec<Point> {
        lock(&self.points).clone()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// By how much it grows in a minute, by least squares; 0 of fewer than two points.
pub(super) fn slope_mib_per_min(points: &[Point]) -> f64 {
    let count = points.len() as f64;
    let mean = |of: fn(&Point) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (time, held) = (mean(|point| point.minutes), mean(|point| point.mib));
    let (mut above, mut below) = (0.0, 0.0);
    for point in points {
        above += (point.minutes - time) * (point.mib - held);
        below += (point.minutes - time).powi(2);
    }
    if below > 0.0 { above / below } else { 0.0 }
}

/// The most that was held.
pub(super) fn peak_mib(points: &[Point]) -> f64 {
    points.iter().map(|point| point.mib).fold(0.0, f64::max)
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_is_what_a_minute_adds() {
        let points: Vec<Point> =
            (0..10).map(|at| Point { minutes: f64::from(at), mib: 20.0 + 3.0 * f64::from(at) }).collect();
        assert!((slope_mib_per_min(&points) - 3.0).abs() < 1e-9);
        assert_eq!(slope_mib_per_min(&points[..1]), 0.0);
        assert_eq!(peak_mib(&points), 47.0);
    }
}
