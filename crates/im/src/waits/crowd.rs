//! A crowd that is waited for: one bit for each member of a group.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use model::UserId;

/// Members in one word of bits.
const WORD: usize = u64::BITS as usize;

/// Who of a group's members has a message and has not acknowledged it.
#[derive(Debug)]
pub(crate) struct Crowd {
    /// All members, in their order; shared by all messages that went to them.
    members: Arc<[UserId]>,
    awaited: Box<[AtomicU64]>,
    left: AtomicUsize,
}

/// A member's place in a crowd; given back, that member is waited for no more.
#[derive(Debug)]
pub(crate) struct Ticket {
    crowd: Arc<Crowd>,
    member: u32,
}

impl Ticket {
    pub(crate) const fn new(crowd: Arc<Crowd>, member: u32) -> Self {
        Self { crowd, member }
    }

    pub(crate) fn give_back(self) -> GivenBack {
        self.crowd.forget(self.member as usize)
    }
}

/// What a member who goes leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GivenBack {
    /// Others are waited for.
    Others,
    /// Nobody of the crowd.
    Nobody,
    /// The crowd as it was: the member had gone before, and is waited for alone or not at all.
    Unchanged,
}

impl Crowd {
    /// A crowd of those of the members whose numbers are given, in rising order.
    pub(crate) fn new(members: Arc<[UserId]>, awaited: impl IntoIterator<Item = u32>) -> Self {
        let mut words = vec![0_u64; members.len().div_ceil(WORD)];
        let mut left = 0;
        for member in awaited {
            words[member as usize / WORD] |= 1 << (member as usize % WORD);
            left += 1;
        }
        let awaited = words.into_iter().map(AtomicU64::new).collect();
        Self { members, awaited, left: AtomicUsize::new(left) }
    }

    /// A member is waited for no more.
    pub(crate) fn forget(&self, member: usize) -> GivenBack {
        let bit = 1 << (member % WORD);
        let word = self.awaited[member / WORD].fetch_and(!bit, Ordering::AcqRel);
        match word & bit {
            0 => GivenBack::Unchanged,
            _ if self.left.fetch_sub(1, Ordering::AcqRel) == 1 => GivenBack::Nobody,
            _ => GivenBack::Others,
        }
    }

    /// A user is decided, or waited for alone.
    pub(super) fn decided(&self, user: &UserId) {
        if let Ok(member) = self.members.binary_search(user) {
            self.forget(member);
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.left.load(Ordering::Acquire) == 0
    }

    pub(super) fn any(&self, wanted: impl Fn(&UserId) -> bool) -> bool {
        self.places().any(|(user, _)| wanted(user))
    }

    /// Those who are waited for, each with the member right before.
    pub(super) fn places(&self) -> impl Iterator<Item = (&UserId, Option<&UserId>)> {
        (0..self.members.len()).filter(|member| self.is_awaited(*member)).map(|member| {
            let before = member.checked_sub(1).map(|before| &self.members[before]);
            (&self.members[member], before)
        })
    }

    pub(super) const fn weight(&self) -> usize {
        self.awaited.len()
    }

    pub(crate) fn is_awaited(&self, member: usize) -> bool {
        self.awaited[member / WORD].load(Ordering::Acquire) & (1 << (member % WORD)) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(number: usize) -> UserId {
        UserId::new(&format!("user-{number:03}")).unwrap()
    }

    #[test]
    fn a_crowd_is_over_when_the_last_of_it_is_forgotten() {
        let members: Arc<[UserId]> = (0..100).map(user).collect();
        let crowd = Arc::new(Crowd::new(members, [0, 63, 64, 99]));
        assert_eq!(Ticket::new(Arc::clone(&crowd), 63).give_back(), GivenBack::Others);
        assert_eq!(crowd.forget(63), GivenBack::Unchanged, "a member goes once");
        crowd.decided(&user(0));
        let waited: Vec<_> = crowd.places().map(|(who, before)| (who.clone(), before.cloned())).collect();
        assert_eq!(waited, [(user(64), Some(user(63))), (user(99), Some(user(98)))]);
        assert_eq!(crowd.forget(99), GivenBack::Others);
        assert_eq!(crowd.forget(64), GivenBack::Nobody);
        assert!(crowd.is_over());
    }
}
