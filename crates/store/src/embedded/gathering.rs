//! How long the writer waits for company before it commits.
//!
//! A commit has its price however little is in it: the pages at the ends of all indexes, and a sync. Where several
//! batches come in the time of one commit, a moment's wait makes one commit of what would be several. Where each batch
//! comes alone nobody waits: its sender would.

use std::time::Duration;

/// From so many batches in a usual group on, there is company to wait for.
const COMPANY: f32 = 3.0;
/// With so many batches a commit's price is shared already.
const ENOUGH: usize = 64;
/// How long a group waits.
const PAUSE: Duration = Duration::from_millis(1);
/// The weight of the newest group in what is usual.
const NEWEST: f32 = 0.125;

/// What is usual lately.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    /// Batches of a group, on a moving average.
    usual: f32,
}

impl Gathering {
    /// How long to wait before this many batches are committed; `None`: not at all.
    pub(super) fn pause(&self, waiting: usize) -> Option<Duration> {
        (self.usual >= COMPANY && waiting < ENOUGH).then_some(PAUSE)
    }

    /// So many batches were gathered.
    pub(super) fn note(&mut self, gathered: usize) {
        let gathered = u16::try_from(gathered).map_or(f32::from(u16::MAX), f32::from);
        self.usual += NEWEST * (gathered - self.usual);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(groups: impl IntoIterator<Item = usize>) -> Gathering {
        let mut gathering = Gathering::default();
        groups.into_iter().for_each(|group| gathering.note(group));
        gathering
    }

    #[test]
    fn who_comes_alone_does_not_wait() {
        assert_eq!(after([]).pause(1), None);
        assert_eq!(after([1; 100]).pause(1), None);
        assert_eq!(after([1, 1, 9, 1, 1]).pause(1), None, "one crowd is not yet usual");
    }

    #[test]
    fn where_several_come_together_more_are_waited_for_until_they_are_enough() {
        let busy = after([5; 100]);
        assert_eq!(busy.pause(1), Some(PAUSE));
        assert_eq!(busy.pause(ENOUGH), None);
        let rested = after([5; 100].into_iter().chain([1; 20]));
        assert_eq!(rested.pause(1), None, "a rush ends");
    }
}
