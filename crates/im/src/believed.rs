//! A cache of what was read from the store, believed until a commit changes it.

use std::{
    borrow::Borrow,
    collections::HashMap,
    hash::Hash,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

/// Values that were read, by what they were read for. A value that a change overtook while it was read is not kept:
/// nothing would ever end its being believed.
pub(crate) struct Believed<K, V> {
    at_most: usize,
    known: RwLock<Known<K, V>>,
}

struct Known<K, V> {
    /// Raised by every change.
    changes: u64,
    values: HashMap<K, Arc<V>>,
}

/// How many changes had been heard of before a reading began.
#[derive(Clone, Copy)]
pub(crate) struct Heard(u64);

impl<K: Eq + Hash, V> Believed<K, V> {
    /// Knows this many values at once; beyond that all are forgotten and read again.
    pub(crate) fn new(at_most: usize) -> Self {
        Self { at_most, known: RwLock::new(Known { changes: 0, values: HashMap::new() }) }
    }

    /// The value that is believed.
    ///
    /// # Errors
    /// [`Heard`], to be taken before the value is read: [`Believed::keep`] asks for it.
    pub(crate) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Result<Arc<V>, Heard>
    where
        K: Borrow<Q>,
    {
        let known = self.read();
        known.values.get(key).map(Arc::clone).ok_or(Heard(known.changes))
    }

    /// Believes what was read, unless something has changed since then.
    pub(crate) fn keep(&self, heard: Heard, key: K, value: Arc<V>) {
        let mut known = self.write();
        if known.changes != heard.0 {
            return;
        }
        if known.values.len() >= self.at_most {
            known.values.clear();
        }
        known.values.insert(key, value);
    }

    pub(crate) fn forget<Q: Eq + Hash + ?Sized>(&self, key: &Q)
    where
        K: Borrow<Q>,
    {
        let mut known = self.write();
        known.changes += 1;
        known.values.remove(key);
    }

    pub(crate) fn forget_all(&self) {
        let mut known = self.write();
        known.changes += 1;
        known.values.clear();
    }

    /// Each value that is believed now, turned into something where `of` says so.
    pub(crate) fn filter_map<T>(&self, of: impl FnMut((&K, &Arc<V>)) -> Option<T>) -> Vec<T> {
        self.read().values.iter().filter_map(of).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Known<K, V>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known<K, V>> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_change_overtook_while_it_was_read_is_not_kept() {
        let believed = Believed::new(8);
        let Err(heard) = believed.get(&1) else { panic!("nothing was read yet") };
        believed.forget(&1);
        believed.keep(heard, 1, Arc::new("before the change"));
        let Err(heard) = believed.get(&1) else { panic!("it must be read again") };
        believed.keep(heard, 1, Arc::new("after the change"));
        assert_eq!(believed.get(&1).ok().as_deref(), Some(&"after the change"));
        believed.forget_all();
        assert!(believed.get(&1).is_err());
    }

    #[test]
    fn more_than_it_may_know_begins_anew() {
        let believed = Believed::new(2);
        for key in 0..3 {
            let Err(heard) = believed.get(&key) else { panic!("nothing was read yet") };
            believed.keep(heard, key, Arc::new(key));
        }
        assert_eq!(believed.filter_map(|(key, _)| Some(*key)), [2]);
    }
}
