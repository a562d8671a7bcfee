//! What a lane takes from the store: its certificate, due deliveries, and when the next is due.

use std::sync::Arc;

use model::{DeliveryState, Purpose, ReasonCode, Timestamp};
use rules::Reason;
use store::{Claimed, StoreError};
use tokio::time::Instant;

use super::{
    Event, Lane,
    breaker::Allowance,
    content::{Book, Contents},
    gather,
    hand::Hand,
    outbox,
    parcel::Item,
    road::{self, Opened, Reading, Road},
    settle,
    work::Work,
};
use crate::signal::Told;

/// Deliveries of one claim: enough to share its price, few enough that the first of them leave soon and connections do
/// not wait while it is read.
const CLAIM_PAGE: usize = 512;

/// What a lane knows of, and asks from, the store.
#[derive(Debug)]
pub(super) struct Intake {
    /// The certificate has to be read, for the first time or again.
    reopen: bool,
    opening: bool,
    open: bool,
    /// Deliveries may be due.
    wanted: bool,
    claiming: bool,
    /// Whether `due` is what the store says.
    due_known: bool,
    asking_due: bool,
    due: Option<Timestamp>,
    failures: u32,
    retry_at: Option<Instant>,
}

impl Default for Intake {
    fn default() -> Self {
        Self {
            reopen: true,
            opening: false,
            open: false,
            wanted: true,
            claiming: false,
            due_known: false,
            asking_due: false,
            due: None,
            failures: 0,
            retry_at: None,
        }
    }
}

impl Intake {
    pub(super) const fn told(&mut self, told: Told) {
        self.wanted |= told.has(Told::QUEUED);
        self.reopen |= told.has(Told::REOPEN);
    }

    /// Whether the certificate was read, and has not changed since.
    pub(super) const fn is_open(&self) -> bool {
        self.open && !self.reopen && !self.opening
    }

    pub(super) const fn is_claiming(&self) -> bool {
        self.claiming
    }

    pub(super) const fn retry_at(&self) -> Option<Instant> {
        self.retry_at
    }

    /// When the next delivery is due, as far as this lane knows.
    pub(super) const fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// A delivery was put back to be due by then.
    pub(super) fn due_by(&mut self, due: Option<Timestamp>) {
        self.due = [self.due, due].into_iter().flatten().min();
    }

    pub(super) fn next_due(&mut self, due: Result<Option<Timestamp>, StoreError>) {
        self.asking_due = false;
        match due {
            Ok(due) => {
                self.due_known = true;
                self.due_by(due);
            }
            Err(error) => self.failed(&error),
        }
    }

    /// Waits before the store is asked again, longer each time.
    pub(super) fn failed(&mut self, error: &StoreError) {
        self.failures += 1;
        tracing::warn!(%error, "the store did not answer a lane; it is asked again");
        self.retry_at = Some(Instant::now() + outbox::wait(self.failures));
    }

    const fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Ends the wait after a failure, where it is over.
    pub(super) fn wake(&mut self, instant: Instant) {
        self.retry_at.take_if(|at| *at <= instant);
    }
}

impl Lane {
    /// Reads the certificate where that is called for.
    pub(super) fn open(&mut self) {
        if !self.intake.reopen || self.intake.opening || self.intake.retry_at.is_some() {
            return;
        }
        self.intake.reopen = false;
        self.intake.opening = true;
        let (shared, id) = (self.shared.clone(), self.id);
        let edition = shared.dialer.edition();
        let same_reach = self.road.as_ref().is_none_or(|road| road.edition == edition);
        let known = self.certificate.as_ref().filter(|_| same_reach).map(|certificate| certificate.version);
        self.tasks.push(Box::pin(async move { Event::Opened(road::open(shared, id, known).await) }));
    }

    pub(super) fn opened(&mut self, opened: Result<Opened, StoreError>, now: Timestamp) {
        self.intake.opening = false;
        let opened = match opened {
            Ok(opened) => opened,
            Err(error) => {
                self.intake.reopen = true;
                return self.intake.failed(&error);
            }
        };
        self.intake.succeeded();
        self.intake.open = true;
        self.intake.wanted = true;
        self.catalogue = opened.catalogue;
        self.open_ledger(opened.certificate.as_ref(), opened.kept, now);
        let number = self.road_number + 1;
        let fresh = match (opened.reading, &opened.certificate) {
            (Reading::Same, _) => {
                if let Some(road) = &mut self.road {
                    road.contents = Contents::default();
                }
                return;
            }
            (Reading::Usable(channel, endpoint), Some(certificate)) => {
                Some(Road::new(&self.shared, certificate, channel, endpoint, number))
            }
            _ => None,
        };
        self.certificate = opened.certificate;
        self.road = fresh;
        self.road_number = number;
        self.pause = None;
        self.alarm = None;
        self.breaker.answered();
        self.dial_at = None;
        self.begin_again(now);
    }

    /// What was in hand for an older version is looked at again with this one.
    fn begin_again(&mut self, now: Timestamp) {
        let resuming: Vec<_> = self.resuming.drain(..).map(|flight| flight.parcel).collect();
        resuming.into_iter().for_each(|parcel| self.hand.put_back(parcel));
        match &self.road {
            Some(road) if self.hand.waiting() == 0 => self.hand = Hand::new(road.limits.batch),
            Some(_) => {}
            None => {
                let parcels = self.hand.empty();
                parcels
                    .iter()
                    .for_each(|parcel| self.give_up(&parcel.items, Reason::CERTIFICATE_UNUSABLE, now));
            }
        }
    }

    /// Takes due deliveries into hand, where there is room for them.
    pub(super) fn claim(&mut self, now: Timestamp) {
        if self.intake.due.is_some_and(|due| due <= now) {
            self.intake.due = None;
            self.intake.wanted = true;
        }
        let most = self.shared.config.sizes.waiting;
        let room = most.saturating_sub(self.hand.waiting() + self.outbox.len());
        let idle = !self.intake.wanted || self.intake.claiming || self.stopping;
        let held =
            matches!(self.allowance(now), Allowance::Nothing { .. }) || self.outbox.retry_at().is_some();
        // A claim has its price whatever it brings, so a lane that is behind waits for room for a whole page.
        let page = CLAIM_PAGE.min(most);
        if idle || held || room < page || self.intake.retry_at.is_some() {
            return;
        }
        self.intake.wanted = false;
        self.intake.claiming = true;
        self.intake.due_known = false;
        let (shared, id) = (self.shared.clone(), self.id);
        let limit = u32::try_from(page).unwrap_or(u32::MAX);
        self.tasks.push(Box::pin(async move {
            let rows = shared.store.claim(id, now, limit).await;
            Event::Claimed { asked: page, rows }
        }));
    }

    pub(super) fn claimed(&mut self, asked: usize, rows: Result<Vec<Claimed>, StoreError>, now: Timestamp) {
        self.intake.claiming = false;
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => {
                self.intake.wanted = true;
                return self.intake.failed(&error);
            }
        };
        self.intake.succeeded();
        let dry = rows.len() < asked;
        self.intake.wanted |= !dry;
        for claimed in rows {
            self.take_into_hand(claimed, now);
        }
        let room = self.shared.config.sizes.waiting.saturating_sub(self.hand.waiting());
        if room < CLAIM_PAGE.min(self.shared.config.sizes.waiting) {
            self.hand.let_go();
        } else if dry {
            self.gather(Instant::now());
        }
    }

    /// Looks at the queue again.
    pub(super) const fn look_again(&mut self) {
        self.intake.wanted = true;
    }

    /// Deliveries were put back: they are claimed again, as far as no cancel has reached them.
    pub(super) fn released(&mut self, result: Result<(), StoreError>) {
        self.intake.wanted = true;
        if let Err(error) = result {
            self.intake.failed(&error);
        }
    }

    fn take_into_hand(&mut self, claimed: Claimed, now: Timestamp) {
        let Some(road) = &mut self.road else {
            return self.give_up(&[Item::from(claimed)], Reason::CERTIFICATE_UNUSABLE, now);
        };
        let channel = Arc::clone(&road.channel);
        let book = Book { adapter: road.adapter, channel: &*channel, receipt_url: road.receipt_url.as_ref() };
        let Some((work, key)) = road.contents.of(&claimed, &self.catalogue, book) else {
            let item = Item::from(claimed);
            return self.end(&[item], DeliveryState::Skipped, Reason::CANNOT_WITHDRAW, now);
        };
        let origin = channel.origin_of(&claimed.delivery.token).map(Arc::new);
        let of_group = gather::group_message(&claimed);
        let purpose = match work {
            Work::Show(content) => content.purpose,
            Work::TakeBack(_) => Purpose::Withdraw,
        };
        self.hand.add(Item { origin, purpose, ..Item::from(claimed) }, work, key, of_group);
    }

    /// Ends deliveries that may not leave any more.
    pub(super) fn give_up(&mut self, items: &[Item], reason: ReasonCode, now: Timestamp) {
        self.end(items, DeliveryState::Dropped, reason, now);
    }

    fn end(&mut self, items: &[Item], state: DeliveryState, reason: ReasonCode, now: Timestamp) {
        let hears = self.catalogue.hears;
        for item in items {
            self.board.meter.note_state(item.class, state);
            self.outbox.extend(settle::end(item, state, reason, now, hears));
        }
    }

    /// Asks when the next delivery is due, once there is nothing else to do.
    pub(super) fn ask_next_due(&mut self) {
        let busy = self.intake.wanted || self.intake.claiming || self.intake.asking_due || self.stopping;
        let holds = self.hand.waiting() > 0 || !self.has_landed();
        if self.intake.due_known || busy || holds || self.intake.retry_at.is_some() {
            return;
        }
        self.intake.asking_due = true;
        let (shared, id) = (self.shared.clone(), self.id);
        self.tasks.push(Box::pin(async move { Event::NextDue(shared.store.next_due(id).await) }));
    }
}
