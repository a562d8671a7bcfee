//! A memory of bounded size: what was sent, saved or uploaded; the oldest is forgotten.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

/// What is remembered, by key.
#[derive(Debug)]
pub(super) struct Memory<K, V> {
    by_key: HashMap<K, V>,
    order: VecDeque<K>,
    max: usize,
}

impl<K: Clone + Eq + Hash, V> Memory<K, V> {
    pub(super) fn of(max: usize) -> Self {
        Self { by_key: HashMap::new(), order: VecDeque::new(), max }
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.by_key.get(key)
    }

    /// Remembers a value, unless there is one; that one then is what is returned.
    pub(super) fn put(&mut self, key: K, value: V) -> Result<(), &V> {
        if self.by_key.contains_key(&key) {
            return self.by_key.get(&key).map_or(Ok(()), Err);
        }
        if self.order.len() >= self.max
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_key.remove(&oldest);
        }
        self.order.push_back(key.clone());
        self.by_key.insert(key, value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_stays_and_the_oldest_goes() {
        let mut memory = Memory::of(2);
        assert_eq!(memory.put(1, 'a'), Ok(()));
        assert_eq!(memory.put(1, 'b'), Err(&'a'));
        assert_eq!(memory.put(2, 'b'), Ok(()));
        assert_eq!(memory.put(3, 'c'), Ok(()));
        assert_eq!((memory.get(&1), memory.get(&2), memory.get(&3)), (None, Some(&'b'), Some(&'c')));
    }
}
