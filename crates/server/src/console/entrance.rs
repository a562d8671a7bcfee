//! One-time links into the console: for a developer's own machine, for the very first owner, and for when every
//! password is lost.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use model::{AppId, ConsoleGrants, ConsoleRole, Timestamp};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::key::random_text;

/// How long a link works, in milliseconds.
const LINK_LIFETIME_MS: i64 = 15 * 60 * 1000;
/// How long the link works that makes the first owner, in milliseconds: a day.
const FIRST_RUN_LIFETIME_MS: i64 = 24 * 3_600_000;
/// Links that wait to be used; one more makes the oldest useless.
const LINKS_MAX: usize = 16;

/// Makes one-time links and takes them back. Only hashes are kept.
#[derive(Debug)]
pub(crate) struct Entrance {
    base_url: String,
    tickets: Mutex<VecDeque<Ticket>>,
    /// Hash and end of the link that makes the first owner.
    first_run: Mutex<Option<([u8; 32], Timestamp)>>,
}

#[derive(Debug, Clone, Copy)]
struct Ticket {
    hash: [u8; 32],
    grant: Grant,
    expires_at: Timestamp,
}

/// What a link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grant {
    /// Every App of the instance.
    Instance,
    /// One App.
    App(AppId),
}

impl Grant {
    /// What whoever opens it may do.
    pub(super) fn grants(self) -> ConsoleGrants {
        match self {
            Self::Instance => ConsoleGrants::everywhere(ConsoleRole::Owner),
            Self::App(app) => ConsoleGrants::in_app(app, ConsoleRole::Owner),
        }
    }
}

impl Entrance {
    /// The entrance of a server that browsers find there.
    pub(crate) const fn new(base_url: String) -> Self {
        Self { base_url, tickets: Mutex::new(VecDeque::new()), first_run: Mutex::new(None) }
    }

    /// A new link, and when it stops working.
    pub(crate) fn new_link(&self, grant: Grant, now: Timestamp) -> (String, Timestamp) {
        let token = random_text();
        let expires_at = now.plus_ms(LINK_LIFETIME_MS);
        let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.retain(|ticket| ticket.expires_at > now);
        if tickets.len() == LINKS_MAX {
            tickets.pop_front();
        }
        tickets.push_back(Ticket { hash: hash_of(&token), grant, expires_at });
        (self.address(&format!("/console/signin?token={token}")), expires_at)
    }

    /// The whole address of a path.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// A link that makes the first owner. The one before is useless from then on.
    pub(crate) fn first_run_link(&self, now: Timestamp) -> String {
        let token = random_text();
        let ticket = (hash_of(&token), now.plus_ms(FIRST_RUN_LIFETIME_MS));
        *self.first_run.lock().unwrap_or_else(PoisonError::into_inner) = Some(ticket);
        self.address(&format!("/console/first-run?token={token}"))
    }

    /// Whether the token makes the first owner.
    pub(super) fn is_first_run(&self, token: &str, now: Timestamp) -> bool {
        let ticket = *self.first_run.lock().unwrap_or_else(PoisonError::into_inner);
        ticket.is_some_and(|(hash, until)| until > now && bool::from(hash.ct_eq(&hash_of(token))))
    }

    /// The first owner is there.
    pub(super) fn end_first_run(&self) {
        *self.first_run.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What the token opens; it does so once. How long this takes does not depend on the token.
    pub(super) fn redeem(&self, token: &str, now: Timestamp) -> Option<Grant> {
        let hash = hash_of(token);
        let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.retain(|ticket| ticket.expires_at > now);
        let (mut found, mut place) = (Choice::from(0), 0_u32);
        for (index, ticket) in (0_u32..).zip(tickets.iter()) {
            let same = ticket.hash.ct_eq(&hash);
            place.conditional_assign(&index, same);
            found |= same;
        }
        if bool::from(found) { tickets.remove(place as usize).map(|ticket| ticket.grant) } else { None }
    }
}

pub(super) fn hash_of(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use model::{AppId, Timestamp};

    use super::{Entrance, FIRST_RUN_LIFETIME_MS, Grant, LINK_LIFETIME_MS, LINKS_MAX};

    const NOW: Timestamp = Timestamp(1_000_000);

    fn token_of(link: &str) -> &str {
        link.split_once("token=").unwrap().1
    }

    #[test]
    fn a_link_opens_once_and_another_stays_good() {
        let entrance = Entrance::new("http://here".to_owned());
        let (first, _) = entrance.new_link(Grant::Instance, NOW);
        let (second, _) = entrance.new_link(Grant::App(AppId(7)), NOW);
        assert_eq!(entrance.redeem("wrong", NOW), None);
        assert_eq!(entrance.redeem(token_of(&second), NOW), Some(Grant::App(AppId(7))));
        assert_eq!(entrance.redeem(token_of(&second), NOW), None);
        assert_eq!(entrance.redeem(token_of(&first), NOW), Some(Grant::Instance));
    }

    #[test]
    fn a_link_stops_working_after_a_quarter_of_an_hour() {
        let entrance = Entrance::new("http://here".to_owned());
        let (link, expires_at) = entrance.new_link(Grant::Instance, NOW);
        assert_eq!(expires_at, NOW.plus_ms(LINK_LIFETIME_MS));
        assert_eq!(entrance.redeem(token_of(&link), expires_at), None);
    }

    #[test]
    fn the_link_of_the_first_run_works_until_there_is_an_owner() {
        let entrance = Entrance::new("http://here".to_owned());
        assert!(!entrance.is_first_run("", NOW));
        let (old, new) = (entrance.first_run_link(NOW), entrance.first_run_link(NOW));
        assert!(!entrance.is_first_run(token_of(&old), NOW));
        assert!(entrance.is_first_run(token_of(&new), NOW));
        assert_eq!(entrance.redeem(token_of(&new), NOW), None);
        assert!(!entrance.is_first_run(token_of(&new), NOW.plus_ms(FIRST_RUN_LIFETIME_MS)));
        entrance.end_first_run();
        assert!(!entrance.is_first_run(token_of(&new), NOW));
    }

    #[test]
    fn a_new_link_too_many_makes_the_oldest_useless() {
        let entrance = Entrance::new("http://here".to_owned());
        let links: Vec<_> = (0..=LINKS_MAX).map(|_| entrance.new_link(Grant::Instance, NOW).0).collect();
        assert_eq!(entrance.redeem(token_of(&links[0]), NOW), None);
        assert_eq!(entrance.redeem(token_of(&links[1]), NOW), Some(Grant::Instance));
    }
}
