//! Deliveries: decided, claimed and begun by compare-and-set.

use std::sync::Arc;

use model::{DeliveryState, ReasonCode, SessionState, Timestamp};
use rules::Follow;

use super::{Cancelled, Decided, Ledger, Page, Row};
use crate::histories::Flaw;

impl Ledger {
    pub(super) fn cancel(&mut self, reason: ReasonCode, is_meant: impl Fn(&Row) -> bool) {
        for (place, row) in self.rows.iter_mut().enumerate() {
            if row.state != DeliveryState::Queued || row.raced.is_some() || !is_meant(row) {
                continue;
            }
            if row.on_wire {
                row.raced = Some(reason);
            } else if self.flaw != Flaw::BeginsBlindly || !row.in_hands {
                (row.state, row.reason) = (DeliveryState::Skipped, reason);
            }
            self.cancelled.push(Cancelled { row: place, reason });
        }
    }

    /// Stores a page, or nothing of it where one of its pushes rests on what is no longer so. A target that has a row
    /// keeps it.
    pub(crate) fn decide(&mut self, page: Page, now: Timestamp) -> bool {
        if !self.fanouts.contains_key(&page.letter) {
            return true;
        }
        let overtaken = page.decisions.iter().any(|new| new.pushes && self.is_overtaken(&page, new));
        if overtaken && self.flaw != Flaw::CommitsWhatWasOvertaken {
            return false;
        }
        for new in page.decisions {
            let has_row = self
                .rows
                .iter()
                .any(|row| (row.letter, row.person, row.gadget) == (page.letter, new.person, new.gadget));
            if has_row && self.flaw != Flaw::DecidesTwice {
                continue;
            }
            self.rows.push(Row {
                letter: page.letter,
                person: new.person,
                gadget: new.gadget,
                token: new.token,
                state: if new.pushes { DeliveryState::Queued } else { DeliveryState::Skipped },
                reason: new.reason,
                read_at: page.read_at,
                due_at: now,
                tries: 0,
                in_hands: false,
                on_wire: false,
                raced: None,
            });
        }
        match page.again_at.filter(|_| self.flaw != Flaw::ForgetsWhoWaits) {
            Some(again_at) => self.fanouts.insert(page.letter, again_at),
            None => self.fanouts.remove(&page.letter),
        };
        true
    }

    fn is_overtaken(&self, page: &Page, new: &Decided) -> bool {
        let Some(gadget) = new.gadget else { return false };
        let binding_moved = self.bindings[gadget]
            .as_ref()
            .is_none_or(|held| held.lost.is_some() || held.binding.generation != new.generation);
        let is_off = self.devices[gadget].as_ref().is_some_and(|device| device.push_off_at.is_some());
        let login_moved = new.person.is_some_and(|person| {
            let key = (person, gadget);
            let state = self.sessions.get(&key).map(|session| session.state);
            let fetched = self.fetches.get(&key).is_some_and(|&fetched_at| fetched_at > page.read_at)
                && (self.flaw != Flaw::SeesFetchesOnScreenAlone
                    || state == Some(SessionState::OnlineForeground));
            fetched || state.is_some_and(|state| !state.is_logged_in())
        });
        binding_moved || login_moved || is_off && self.flaw != Flaw::SwitchOffCancelsNothing
    }

    /// Takes what is due into a lane's hands.
    pub(crate) fn claim(&mut self, now: Timestamp) -> Vec<usize> {
        let is_free = |row: &Row| row.state == DeliveryState::Queued && !row.in_hands && row.due_at <= now;
        let claimed: Vec<usize> =
            self.rows.iter().enumerate().filter(|(_, row)| is_free(row)).map(|(place, _)| place).collect();
        for &place in &claimed {
            self.rows[place].in_hands = true;
        }
        claimed
    }

    /// The last word before the bytes leave: whether it may go, and to the token that the device has by now.
    pub(crate) fn begin(&mut self, place: usize) -> bool {
        let row = &mut self.rows[place];
        row.on_wire = row.in_hands && row.state == DeliveryState::Queued;
        row.in_hands = row.on_wire;
        let held = row.gadget.and_then(|gadget| self.bindings[gadget].as_ref());
        if let Some(held) = held.filter(|held| held.lost.is_none())
            && self.flaw != Flaw::SendsToOldTokens
        {
            row.token = Arc::clone(&held.binding.token);
        }
        row.on_wire
    }

    /// What a try, or a look before it, brought. A row that raced does not go back into the queue.
    pub(crate) fn update(&mut self, place: usize, follow: &Follow) {
        let row = &mut self.rows[place];
        (row.in_hands, row.on_wire) = (false, false);
        if row.state != DeliveryState::Queued {
            return;
        }
        row.tries += 1;
        (row.state, row.reason, row.due_at) = match (follow.state, row.raced) {
            (DeliveryState::Queued, Some(reason)) => (DeliveryState::Skipped, reason, row.due_at),
            (state, _) => (state, follow.reason, follow.due_at),
        };
    }
}
