//! How often somebody may try to sign in. Pure: the time comes in.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use model::Timestamp;

/// Tries are counted over this time, in milliseconds.
const WINDOW_MS: i64 = 15 * 60 * 1000;
/// Tries of one name in that time.
const NAME_TRIES: u32 = 10;
/// Tries from one address in that time.
const ADDRESS_TRIES: u32 = 30;
/// Names and addresses that are counted at once; beyond that, those longest ago are forgotten.
const COUNTED_MAX: usize = 20_000;

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Counted {
    Name(String),
    Address(String),
}

impl Counted {
    const fn tries(&self) -> u32 {
        match self {
            Self::Name(_) => NAME_TRIES,
            Self::Address(_) => ADDRESS_TRIES,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    since: Timestamp,
    count: u32,
}

impl Tries {
    fn is_over(&self, now: Timestamp) -> bool {
        now.since_ms(self.since) >= WINDOW_MS
    }
}

/// Counts tries by name and by address. A try counts from its beginning, so that many at once are no way around it.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<HashMap<Counted, Tries>>);

impl Throttle {
    /// Counts a try.
    ///
    /// # Errors
    /// When to try again, where there were too many.
    pub(super) fn begin(&self, name: &str, address: &str, now: Timestamp) -> Result<(), Timestamp> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = [Counted::Name(name.to_lowercase()), Counted::Address(address.to_owned())];
        let again_at = |of: &Counted| {
            let tries = all.get(of).filter(|tries| !tries.is_over(now))?;
            (tries.count >= of.tries()).then(|| tries.since.plus_ms(WINDOW_MS))
        };
        if let Some(again_at) = counted.iter().filter_map(again_at).max() {
            return Err(again_at);
        }
        if all.len() >= COUNTED_MAX {
            make_room(&mut all, now);
        }
        for of in counted {
            let tries = all.entry(of).or_insert(Tries { since: now, count: 0 });
            if tries.is_over(now) {
                *tries = Tries { since: now, count: 0 };
            }
            tries.count += 1;
        }
        Ok(())
    }

    /// The try was right: the name begins anew, and the address has one try less.
    pub(super) fn forgive(&self, name: &str, address: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&Counted::Name(name.to_lowercase()));
        if let Some(tries) = all.get_mut(&Counted::Address(address.to_owned())) {
            tries.count = tries.count.saturating_sub(1);
        }
    }
}

/// Forgets what is over; where that is not enough, the older half.
fn make_room(all: &mut HashMap<Counted, Tries>, now: Timestamp) {
    all.retain(|_, tries| !tries.is_over(now));
    if all.len() >= COUNTED_MAX {
        let mut since: Vec<Timestamp> = all.values().map(|tries| tries.since).collect();
        since.sort_unstable();
        let median = since[since.len() / 2];
        all.retain(|_, tries| tries.since > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    #[test]
    fn a_name_has_its_tries_and_then_waits_whatever_the_address() {
        let throttle = Throttle::default();
        for index in 0..NAME_TRIES {
            assert_eq!(throttle.begin("li", &format!("192.0.2.{index}"), NOW), Ok(()));
        }
        assert_eq!(throttle.begin("LI", "192.0.2.99", NOW.plus_ms(1)), Err(NOW.plus_ms(WINDOW_MS)));
        assert_eq!(throttle.begin("bo", "192.0.2.99", NOW), Ok(()));
        assert_eq!(throttle.begin("li", "192.0.2.99", NOW.plus_ms(WINDOW_MS)), Ok(()));
    }

    #[test]
    fn an_address_has_its_tries_whatever_the_name() {
        let throttle = Throttle::default();
        for index in 0..ADDRESS_TRIES {
            assert_eq!(throttle.begin(&format!("name {index}"), "192.0.2.1", NOW), Ok(()));
        }
        assert!(throttle.begin("another", "192.0.2.1", NOW).is_err());
        assert_eq!(throttle.begin("another", "192.0.2.2", NOW), Ok(()));
    }

    #[test]
    fn a_right_try_forgives_the_name() {
        let throttle = Throttle::default();
        for _ in 0..3 * NAME_TRIES {
            assert_eq!(throttle.begin("li", "192.0.2.1", NOW), Ok(()));
            throttle.forgive("li", "192.0.2.1");
        }
    }

    #[test]
    fn a_flood_of_names_does_not_fill_the_memory() {
        let throttle = Throttle::default();
        for index in 0..2 * COUNTED_MAX {
            let at = NOW.plus_ms(i64::try_from(index).unwrap() / 1000);
            let _ = throttle.begin(&format!("name {index}"), &format!("address {index}"), at);
        }
        assert!(throttle.0.lock().unwrap().len() <= COUNTED_MAX + 2);
    }
}
