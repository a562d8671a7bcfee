//! What is unread, and the number on the app's icon (row T1).

use std::collections::BTreeMap;

use model::{ConversationId, Seq};
use serde::{Deserialize, Serialize};
use wire::ConversationView;

/// Unread messages of each conversation as far as this device has seen them, and the number that the icon shows.
///
/// On screen the icon follows what is unread. Off screen it starts from what the app reported when it left the screen,
/// and counts up with every notification of the app's own; a vendor's push sets it without asking the app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Badge {
    unread: BTreeMap<ConversationId, Unread>,
    shown: u32,
}

/// One conversation: not which messages are unread, only how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Unread {
    newest: Seq,
    read: Seq,
    count: u32,
}

impl Unread {
    const NONE: Self = Self { newest: Seq(0), read: Seq(0), count: 0 };
}

impl Badge {
    /// Counts a message of somebody else's; whether it is one to count.
    pub(crate) fn note_message(&mut self, conversation: &ConversationId, seq: Seq) -> bool {
        let place = self.unread.entry(conversation.clone()).or_insert(Unread::NONE);
        let counts = seq > place.newest && seq > place.read;
        if counts {
            place.newest = seq;
            place.count = place.count.saturating_add(1);
        }
        counts
    }

    /// Takes what was read off; says how many that were. Where only a part was read, what lies between may not all have
    /// counted: then no more is left than has places.
    pub(crate) fn note_read(&mut self, conversation: &ConversationId, seq: Seq) -> u32 {
        let place = self.unread.entry(conversation.clone()).or_insert(Unread::NONE);
        place.read = place.read.max(seq);
        let places_left =
            u32::try_from(place.newest.0.saturating_sub(place.read.0).max(0)).unwrap_or(u32::MAX);
        let left = place.count.min(places_left);
        std::mem::replace(&mut place.count, left) - left
    }

    /// Takes a message off that was taken back unread.
    pub(crate) fn note_recalled(&mut self, conversation: &ConversationId, seq: Seq) -> u32 {
        let Some(place) = self.unread.get_mut(conversation).filter(|place| seq > place.read) else {
            return 0;
        };
        let taken = place.count.min(1);
        place.count -= taken;
        taken
    }

    /// Takes over what the server has counted.
    pub(crate) fn take_over(&mut self, conversations: &[ConversationView]) {
        for view in conversations {
            let counted = Unread { newest: view.seq, read: view.read, count: view.unread };
            self.unread.insert(view.conversation.clone(), counted);
        }
    }

    /// All that is unread.
    pub(crate) fn total(&self) -> u32 {
        self.unread.values().fold(0, |sum, place| sum.saturating_add(place.count))
    }

    /// The number on the icon.
    pub(crate) const fn shown(&self) -> u32 {
        self.shown
    }

    /// The icon shows this now; whether that is news.
    pub(crate) const fn show(&mut self, number: u32) -> bool {
        let is_news = self.shown != number;
        self.shown = number;
        is_news
    }

    /// Nothing of one user may show to another.
    pub(crate) fn forget(&mut self) {
        self.unread.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> ConversationId {
        "g:all".parse().expect("a conversation")
    }

    #[test]
    fn what_is_read_in_part_leaves_no_more_than_has_places() {
        let mut badge = Badge::default();
        for seq in [3, 4, 5, 9] {
            assert!(badge.note_message(&place(), Seq(seq)));
        }
        assert!(!badge.note_message(&place(), Seq(9)), "a message counts once");
        assert_eq!(badge.note_read(&place(), Seq(8)), 3);
        assert_eq!(badge.total(), 1);
        assert_eq!(badge.note_read(&place(), Seq(4)), 0, "reading never goes back");
        assert_eq!(badge.note_recalled(&place(), Seq(5)), 0, "it was read");
        assert_eq!(badge.note_recalled(&place(), Seq(9)), 1);
        assert_eq!(badge.total(), 0);
    }
}
