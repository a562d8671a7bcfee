//! Values by key that end with time.

use std::collections::{HashMap, hash_map::Entry};

/// Keys at once.
const KEYS_MAX: usize = 200_000;

/// Values by key that end with time: an amount of a minute, a second's messages. At most 200,000: then those that are
/// over are forgotten, or all, where that would not make room for half as many. So a key costs the same however many
/// there are, and memory stays bounded.
#[derive(Debug)]
pub(crate) struct Passing<V>(HashMap<String, V>);

impl<V> Default for Passing<V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<V> Passing<V> {
    /// The value of a key, begun anew where there is none or it is over.
    pub(crate) fn of(
        &mut self,
        key: &str,
        is_over: impl Fn(&V) -> bool,
        fresh: impl FnOnce() -> V,
    ) -> &mut V {
        if self.0.len() >= KEYS_MAX && !self.0.contains_key(key) {
            self.0.retain(|_, value| !is_over(value));
            if self.0.len() > KEYS_MAX / 2 {
                self.0.clear();
            }
        }
        match self.0.entry(key.to_owned()) {
            Entry::Vacant(place) => place.insert(fresh()),
            Entry::Occupied(mut found) => {
                if is_over(found.get()) {
                    found.insert(fresh());
                }
                found.into_mut()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values are the moment until which they hold.
    fn filled(until: impl Fn(usize) -> i64) -> Passing<i64> {
        Passing((0..KEYS_MAX).map(|key| (key.to_string(), until(key))).collect())
    }

    #[test]
    fn a_value_that_is_over_begins_anew() {
        let mut values = Passing::default();
        assert_eq!(*values.of("a", |until| *until <= 0, || 10), 10);
        assert_eq!(*values.of("a", |until| *until <= 9, || 20), 10);
        assert_eq!(*values.of("a", |until| *until <= 10, || 20), 20);
    }

    #[test]
    fn too_many_keys_forget_what_is_over_or_all() {
        let mut few_hold = filled(|key| i64::from(key % 4 == 0));
        few_hold.of("new", |until| *until <= 0, || 2);
        assert_eq!(few_hold.0.len(), KEYS_MAX / 4 + 1);
        let mut all_hold = filled(|_| 1);
        all_hold.of("1", |until| *until <= 0, || 2);
        assert_eq!(all_hold.0.len(), KEYS_MAX, "a known key needs no room");
        all_hold.of("new", |until| *until <= 0, || 2);
        assert_eq!(all_hold.0.len(), 1);
    }
}
