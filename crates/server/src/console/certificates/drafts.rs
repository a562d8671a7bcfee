//! What was entered into forms and may not be shown again, between two steps of one form: kept in memory for a while,
//! for the sign-in, App and certificate that it was entered in alone.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use model::{AppId, CertificateId, Secret, Timestamp, Vendor};

use crate::key::random_text;

/// For so long it is kept, in milliseconds: half an hour.
const KEPT_MS: i64 = 30 * 60_000;
/// So many are kept; a form holds at most half a mebibyte.
const KEPT_MAX: usize = 32;

type Secrets = BTreeMap<String, Secret<String>>;

/// Whose form it is.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The secret of the sign-in's forms.
    pub(super) owner: String,
    pub(super) app: AppId,
    pub(super) vendor: Vendor,
    pub(super) certificate: Option<CertificateId>,
}

/// What was entered before.
#[derive(Clone, Default)]
pub(super) struct Held {
    pub(super) secrets: Secrets,
    /// There is a file among it whose contents nobody has been shown.
    pub(super) is_unseen: bool,
}

struct Draft {
    number: String,
    place: Place,
    held: Held,
    at: Timestamp,
}

/// Everything that is kept.
#[derive(Default)]
pub(in crate::console) struct Drafts(Mutex<VecDeque<Draft>>);

impl Drafts {
    /// What was entered before.
    pub(super) fn of(&self, number: &str, place: &Place, now: Timestamp) -> Held {
        let drafts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = drafts.iter().find(|draft| draft.number == number && draft.place == *place);
        let fresh = found.filter(|draft| now.since_ms(draft.at) < KEPT_MS);
        fresh.map(|draft| draft.held.clone()).unwrap_or_default()
    }

    /// Keeps what was entered in the place of what was before; its number. Nothing has none.
    pub(super) fn keep(&self, place: Place, held: Held, now: Timestamp) -> String {
        let mut drafts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drafts.retain(|draft| draft.place != place && now.since_ms(draft.at) < KEPT_MS);
        if held.secrets.is_empty() {
            return String::new();
        }
        while drafts.len() >= KEPT_MAX {
            drafts.pop_front();
        }
        let number = random_text();
        drafts.push_back(Draft { number: number.clone(), place, held, at: now });
        number
    }

    /// Forgets what was entered.
    pub(super) fn forget(&self, place: &Place) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|draft| draft.place != *place);
    }
}

#[cfg(test)]
mod tests {
    use model::{AppId, Secret, Timestamp, Vendor};

    use super::{Drafts, Held, KEPT_MAX, KEPT_MS, Place};

    fn place(owner: &str) -> Place {
        Place { owner: owner.to_owned(), app: AppId(1), vendor: Vendor::Apns, certificate: None }
    }

    fn held() -> Held {
        let secrets = [("p8".to_owned(), Secret::new("key".to_owned()))].into();
        Held { secrets, is_unseen: true }
    }

    #[test]
    fn a_draft_is_there_for_whoever_entered_it_until_it_is_too_old() {
        let drafts = Drafts::default();
        let number = drafts.keep(place("li"), held(), Timestamp(0));
        assert_eq!(drafts.of(&number, &place("li"), Timestamp(KEPT_MS - 1)).secrets.len(), 1);
        assert!(drafts.of(&number, &place("bo"), Timestamp(0)).secrets.is_empty());
        assert!(drafts.of("", &place("li"), Timestamp(0)).secrets.is_empty());
        assert!(drafts.of(&number, &place("li"), Timestamp(KEPT_MS)).secrets.is_empty());
        drafts.forget(&place("li"));
        assert!(drafts.of(&number, &place("li"), Timestamp(0)).secrets.is_empty());
    }

    #[test]
    fn only_so_many_are_kept() {
        let drafts = Drafts::default();
        let first = drafts.keep(place("first"), held(), Timestamp(0));
        for number in 0..KEPT_MAX {
            drafts.keep(place(&number.to_string()), held(), Timestamp(0));
        }
        assert!(drafts.of(&first, &place("first"), Timestamp(0)).secrets.is_empty());
    }
}
