//! The system's clock: the one place where the program reads the time.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use model::{Clock, Timestamp};

/// Reads the system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the system clock that everything else is handed")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The system's clock as a server reads it: it jumps forward with the system's, and never goes back. What waits for its
/// time would else wait for the clock to get there again, and a call could ring when it is long over.
#[derive(Debug)]
pub(crate) struct SteadyClock {
    started: Instant,
    steady: Mutex<Steady>,
    /// For tests of jumps.
    ahead_ms: AtomicI64,
}

impl SteadyClock {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), steady: Mutex::default(), ahead_ms: AtomicI64::new(0) }
    }

    /// Sees the system's clock as if it stood as many milliseconds further as a file says, whenever it says so.
    pub(crate) fn follow(self: &Arc<Self>, file: PathBuf) {
        let clock = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                let said = tokio::fs::read_to_string(&file).await.ok();
                if let Some(ahead_ms) = said.and_then(|text| text.trim().parse().ok()) {
                    clock.ahead_ms.store(ahead_ms, Ordering::SeqCst);
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        let wall = SystemClock.now().plus_ms(self.ahead_ms.load(Ordering::SeqCst)).millis();
        let run_ms = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        Timestamp(self.steady.lock().unwrap_or_else(PoisonError::into_inner).read(wall, run_ms))
    }
}

/// Time that goes on at half speed where the wall clock was set back, until that has caught up.
#[derive(Debug, Default)]
struct Steady {
    told: i64,
    /// What was told when the wall clock was found set back, and how long the process had run then.
    slowed: Option<(i64, i64)>,
}

impl Steady {
    fn read(&mut self, wall: i64, run_ms: i64) -> i64 {
        let slow = match self.slowed {
            Some((told, since)) => told + (run_ms - since) / 2,
            None => self.told,
        };
        if wall >= slow {
            self.slowed = None;
        } else if self.slowed.is_none() {
            self.slowed = Some((self.told, run_ms));
            let back_ms = self.told - wall;
            if back_ms > WORTH_TELLING_MS {
                tracing::warn!(
                    back_ms,
                    "the clock was set back; time runs at half speed until it has caught up"
                );
            }
        }
        self.told = wall.max(slow).max(self.told);
        self.told
    }
}

/// Smaller steps back happen where a machine's clock is kept by NTP.
const WORTH_TELLING_MS: i64 = 1000;

/// The system's clock, moved on by hand: for checks of what takes an hour.
#[derive(Debug, Default)]
pub(crate) struct MovedClock {
    ahead_ms: AtomicI64,
}

impl MovedClock {
    /// Moves it on; it never goes back.
    pub(crate) fn advance_ms(&self, ms: i64) {
        self.ahead_ms.fetch_add(ms.max(0), Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_ms(self.ahead_ms.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::Steady;

    #[test]
    fn time_follows_the_wall_clock_forward_and_runs_slower_while_that_was_set_back() {
        let mut steady = Steady::default();
        assert_eq!(steady.read(1000, 0), 1000);
        assert_eq!(steady.read(61_000, 10), 61_000, "it jumps forward");
        assert_eq!(steady.read(1_020, 20), 61_000, "it does not go back");
        assert_eq!(steady.read(11_020, 10_020), 66_000, "half speed");
        assert_eq!(steady.read(121_020, 120_020), 121_020, "the wall clock has caught up");
        assert_eq!(steady.read(121_030, 120_030), 121_030);
    }
}
