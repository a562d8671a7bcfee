//! Whether there is anything of somebody among many rows, without a look at each.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasher, Hash, RandomState},
};

use model::{AppId, DeviceId, UserId};

/// Whose a row is.
#[derive(Debug, Clone, Copy, Hash)]
pub(super) enum Owner<'a> {
    Device(AppId, DeviceId),
    User(AppId, &'a UserId),
    MessageRow(i64),
}

/// How many rows there are of each owner, by the owner's hash: two that share one cost a look in vain.
#[derive(Debug, Default)]
pub(super) struct Whose {
    hasher: RandomState,
    rows: HashMap<u64, u32>,
}

impl Whose {
    /// Whether there may be rows of this owner; `false` is certain.
    pub(super) fn may_have(&self, owner: Owner<'_>) -> bool {
        !self.rows.is_empty() && self.rows.contains_key(&self.hasher.hash_one(owner))
    }

    pub(super) fn add(&mut self, owner: Owner<'_>) {
        *self.rows.entry(self.hasher.hash_one(owner)).or_default() += 1;
    }

    pub(super) fn remove(&mut self, owner: Owner<'_>) {
        if let Entry::Occupied(mut rows) = self.rows.entry(self.hasher.hash_one(owner)) {
            *rows.get_mut() -= 1;
            if *rows.get() == 0 {
                rows.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_known_as_long_as_there_is_a_row_of_it() {
        let (mut whose, bo) = (Whose::default(), UserId::new("bo").unwrap());
        let owner = Owner::User(AppId(1), &bo);
        assert!(!whose.may_have(owner));
        whose.add(owner);
        whose.add(owner);
        whose.remove(owner);
        assert!(whose.may_have(owner) && !whose.may_have(Owner::User(AppId(2), &bo)));
        whose.remove(owner);
        assert!(!whose.may_have(owner) && whose.rows.is_empty());
    }
}
