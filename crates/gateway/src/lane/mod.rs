//! A lane: the bounded road to one certificate's vendor, as one task.
//!
//! Everything a lane waits for (claims, the store's last word, connections, answers, commits) is a future in one set,
//! and each of them ends in an [`Event`]. The lane takes events in, then [`Lane::advance`] does all that can be done
//! now. Its connections are driven in the same task, so a push crosses no thread between rendering and socket.

mod auth;
mod brake;
mod breaker;
mod catalogue;
mod content;
mod dice;
#[cfg(test)]
mod fixtures;
mod flights;
mod gather;
mod hand;
mod intake;
mod land;
mod leave;
mod ledger;
mod outbox;
mod pace;
mod parcel;
mod road;
mod settle;
mod work;

pub(crate) use self::ledger::{LaneLedger, counted_as, meant, used_up};
pub use self::{brake::BrakeStatus, breaker::BreakerState, ledger::AmountStatus};
pub(crate) use self::{brake::released, catalogue::Catalogue};

use std::{collections::VecDeque, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use model::{Certificate, CertificateId, DeliveryId, MessageId, Timestamp};
use store::{Claimed, StoreError};
use tokio::{
    pin, select,
    time::{Instant, sleep, sleep_until},
};
use vendors::Channel;

use self::{
    brake::Brake,
    breaker::{Allowance, Breaker},
    dice::Dice,
    flights::{Flight, Flights},
    gather::Gathering,
    hand::Hand,
    intake::Intake,
    outbox::Outbox,
    parcel::Parcel,
    road::{Opened, Road},
};
use crate::{
    net::{ConnectionId, DialError, Dialed, Landing},
    own_codes,
    shared::Shared,
    signal::{Signal, Told},
    status::{Board, LaneState},
};

/// Events that are taken in before the lane looks what they allow, so that answers that came together are stored
/// together.
const MOST_EVENTS_AT_ONCE: usize = 512;
/// The rest of a lane that failed on our own fault.
const REST_AFTER_FAULT: Duration = Duration::from_secs(1);
/// How often a lane that may not send looks for what has expired in its hand.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// The longest a lane waits before it looks at the clock again, which may have been set.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// What a lane waited for has come.
#[expect(clippy::large_enum_variant, reason = "one at a time, on the stack of its lane")]
enum Event {
    Opened(Result<Opened, StoreError>),
    Claimed {
        asked: usize,
        rows: Result<Vec<Claimed>, StoreError>,
    },
    /// Fan-outs of which no more comes.
    Gathered(Vec<MessageId>),
    NextDue(Result<Option<Timestamp>, StoreError>),
    Begun(Result<Vec<bool>, StoreError>),
    Committed(Result<(), StoreError>),
    Released(Result<(), StoreError>),
    Dialed {
        road: u32,
        dialed: Result<Dialed, DialError>,
    },
    Ended(ConnectionId),
    Landed(Landing),
    Authenticated(Arc<dyn Channel>, Landing),
    /// Old days of the ledger are gone.
    Forgotten,
}

/// A lane's state.
pub(crate) struct Lane {
    shared: Arc<Shared>,
    id: CertificateId,
    signal: Arc<Signal>,
    board: Arc<Board>,
    tasks: FuturesUnordered<BoxFuture<'static, Event>>,
    certificate: Option<Certificate>,
    catalogue: Catalogue,
    /// `None`: no push can go through this certificate as it is.
    road: Option<Road>,
    /// Counts roads, so that a dial for an older one is not taken for the present one's.
    road_number: u32,
    intake: Intake,
    hand: Hand,
    gathering: Gathering,
    /// Parcels for which the store is asked whether they may go, each with its place on a connection.
    beginning: Vec<(Parcel, ConnectionId)>,
    /// Jobs with a further request, which wait for a place.
    resuming: VecDeque<Flight>,
    flights: Flights,
    outbox: Outbox,
    breaker: Breaker,
    brake: Brake,
    pause: Option<(Timestamp, String)>,
    alarm: Option<String>,
    dial_failures: u32,
    /// Not before this is another connection tried.
    dial_at: Option<Instant>,
    /// When to look again for what could not leave for a reason that ends by itself.
    look_at: Option<Instant>,
    dice: Dice,
    stopping: bool,
    /// The breaker was open when this lane last looked.
    resting: bool,
    sent: u64,
    accepted: u64,
}

/// Runs a lane until it is told to stop. A fault of our own ends the lane's state, not the lane: what it held goes back
/// to the store and it begins again.
pub(crate) async fn keep(shared: Arc<Shared>, id: CertificateId, signal: Arc<Signal>, board: Arc<Board>) {
    loop {
        let mut lane = Lane::new(shared.clone(), id, signal.clone(), board.clone());
        let ended = AssertUnwindSafe(lane.run()).catch_unwind().await;
        lane.abandon().await;
        if ended.is_ok() || lane.stopping {
            return;
        }
        tracing::error!(certificate = %id, "a lane failed on a fault of our own and begins again");
        sleep(REST_AFTER_FAULT).await;
    }
}

impl Lane {
    fn new(shared: Arc<Shared>, id: CertificateId, signal: Arc<Signal>, board: Arc<Board>) -> Self {
        Self {
            shared,
            id,
            signal,
            board,
            tasks: FuturesUnordered::new(),
            certificate: None,
            catalogue: Catalogue::default(),
            road: None,
            road_number: 0,
            intake: Intake::default(),
            hand: Hand::new(1),
            gathering: Gathering::default(),
            beginning: Vec::new(),
            resuming: VecDeque::new(),
            flights: Flights::default(),
            outbox: Outbox::default(),
            breaker: Breaker::default(),
            brake: Brake::default(),
            pause: None,
            alarm: None,
            dial_failures: 0,
            dial_at: None,
            look_at: None,
            dice: Dice::new(),
            stopping: false,
            resting: false,
            sent: 0,
            accepted: 0,
        }
    }

    async fn run(&mut self) {
        let timer = sleep_until(Instant::now());
        pin!(timer);
        loop {
            let told = self.signal.take();
            if told.has(Told::ABANDON) {
                return;
            }
            self.stopping |= told.has(Told::STOP);
            self.intake.told(told);
            self.take_release(told);
            self.advance();
            if self.stopping && self.has_landed() {
                return;
            }
            let alarm = self.next_look();
            if let Some(at) = alarm.filter(|at| *at != timer.deadline()) {
                timer.as_mut().reset(at);
            }
            select! {
                Some(event) = self.tasks.next(), if !self.tasks.is_empty() => self.take_in_all(event),
                () = self.signal.rung() => {}
                () = &mut timer, if alarm.is_some() => {}
            }
        }
    }

    fn take_in_all(&mut self, first: Event) {
        let mut next = Some(first);
        let mut room = MOST_EVENTS_AT_ONCE;
        while let Some(event) = next {
            self.take_in(event);
            room -= 1;
            next = if room == 0 { None } else { self.tasks.next().now_or_never().flatten() };
        }
    }

    fn take_in(&mut self, event: Event) {
        let now = self.shared.clock.now();
        match event {
            Event::Opened(opened) => self.opened(opened, now),
            Event::Claimed { asked, rows } => self.claimed(asked, rows, now),
            Event::Gathered(over) => self.gathered(over),
            Event::NextDue(due) => self.intake.next_due(due),
            Event::Begun(answers) => self.begun(answers, now),
            Event::Committed(result) => {
                let due = self.outbox.committed(result, Instant::now());
                self.intake.due_by(due);
            }
            Event::Released(result) => self.released(result),
            Event::Dialed { road, dialed } if road == self.road_number => self.dialed(dialed, now),
            Event::Dialed { .. } => {}
            Event::Ended(connection) => self.connection_ended(connection, now),
            Event::Landed(landing) => self.landed(landing, now),
            Event::Forgotten => {}
            Event::Authenticated(channel, landing) => self.authenticated(&channel, landing, now),
        }
    }

    /// Does everything that can be done now.
    fn advance(&mut self) {
        let (now, instant) = (self.shared.clock.now(), Instant::now());
        self.look_at.take_if(|at| *at <= instant);
        self.dial_at.take_if(|at| *at <= instant);
        self.intake.wake(instant);
        self.keep_day(now);
        if self.gathering.wakes(instant) {
            self.look_again();
        }
        self.commit(instant);
        self.open();
        if self.intake.is_open() {
            self.claim(now);
            self.leave(now, instant);
            self.commit(instant);
            self.ask_next_due();
        }
        self.report(now);
    }

    fn commit(&mut self, instant: Instant) {
        if let Some(ops) = self.outbox.next_commit(instant) {
            let shared = self.shared.clone();
            self.tasks
                .push(Box::pin(async move { Event::Committed(shared.store.commit(ops).await.map(drop)) }));
        }
    }

    /// How many requests may be on the wire now, or why none may leave.
    fn allowance(&self, now: Timestamp) -> Allowance {
        match &self.pause {
            Some((until, _)) if now < *until => Allowance::Nothing { until: *until },
            _ => self.breaker.allowance(now),
        }
    }

    /// Whether nothing is left whose outcome this lane would have to store.
    fn has_landed(&self) -> bool {
        self.flights.len() == 0
            && self.resuming.is_empty()
            && self.beginning.is_empty()
            && self.outbox.is_empty()
            && !self.intake.is_claiming()
    }

    /// The earliest moment at which time alone changes what can be done.
    fn next_look(&self) -> Option<Instant> {
        let (now, instant) = (self.shared.clock.now(), Instant::now());
        let wait = |until: Timestamp| instant + until.after(now).min(LONGEST_WAIT);
        let waiting = self.hand.waiting() > 0 || !self.resuming.is_empty();
        let held = match self.allowance(now) {
            Allowance::Nothing { until } if waiting => Some(wait(until).min(instant + SWEEP_EVERY)),
            Allowance::Nothing { until } => Some(wait(until)),
            Allowance::Free | Allowance::One => None,
        };
        let due = self.intake.due().map(wait);
        let own = [held, self.look_at, self.dial_at.filter(|_| waiting), due, self.gathering.look_at()];
        let looks = own.into_iter().filter(|_| self.intake.is_open());
        let looks = looks.chain([self.outbox.retry_at(), self.intake.retry_at()]);
        looks.flatten().min()
    }

    fn report(&mut self, now: Timestamp) {
        let state = self.state(now);
        let rests = matches!(self.breaker.allowance(now), Allowance::Nothing { .. });
        if rests && !std::mem::replace(&mut self.resting, rests) {
            self.board.meter.breaker_opened.one();
        }
        self.resting = rests;
        self.board.write(|status| {
            status.state = state;
            status.breaker = self.breaker.state(now);
            status.brake = self.brake.status();
            status.rate = self.road.as_ref().and_then(|road| road.pace.rate());
            status.vendor = self.certificate.as_ref().map(|certificate| certificate.vendor);
            status.waiting = self.hand.waiting();
            status.in_flight = self.flights.targets();
            status.connections = self.road.as_ref().map_or(0, |road| road.pool.len());
            status.sent = self.sent;
            status.accepted = self.accepted;
        });
    }

    fn state(&self, now: Timestamp) -> LaneState {
        let braked = self.brake.is_engaged().then(|| own_codes::MASS_REMOVAL.to_owned());
        match (&self.pause, self.breaker.allowance(now), &braked.or_else(|| self.alarm.clone())) {
            (Some((until, code)), ..) if now < *until => {
                LaneState::Paused { until: *until, code: code.clone() }
            }
            (_, Allowance::Nothing { until }, _) => {
                LaneState::Paused { until, code: self.breaker.code().to_owned() }
            }
            (.., Some(code)) => LaneState::Alarm { code: code.clone() },
            _ if self.flights.len() > 0 || self.hand.waiting() > 0 => LaneState::Sending,
            _ => LaneState::Idle,
        }
    }

    /// Puts everything that this lane holds back into the store, and stores what it still can.
    async fn abandon(&mut self) {
        let mut held: Vec<DeliveryId> = Vec::new();
        while self.intake.is_claiming() {
            match self.tasks.next().await {
                Some(Event::Claimed { rows, .. }) => {
                    held.extend(rows.unwrap_or_default().iter().map(|claimed| claimed.delivery.id));
                    break;
                }
                Some(_) => {}
                None => break,
            }
        }
        let on_the_wire =
            self.flights.empty().into_iter().chain(self.resuming.drain(..)).map(|flight| flight.parcel);
        let beginning = self.beginning.drain(..).map(|(parcel, _)| parcel);
        let parcels = self.hand.empty().into_iter().chain(on_the_wire).chain(beginning);
        held.extend(parcels.flat_map(|parcel| parcel.items).map(|item| item.id));
        let results = self.outbox.take_all();
        if !results.is_empty()
            && let Err(error) = self.shared.store.commit(results).await
        {
            tracing::warn!(%error, "a lane ends with results that could not be stored; their pushes are tried again");
        }
        if !held.is_empty()
            && let Err(error) = self.shared.store.release(&held).await
        {
            tracing::warn!(%error, "a lane ends with deliveries that could not be put back; a restart finds them");
        }
        self.board.write(|status| {
            status.state = LaneState::Idle;
            status.waiting = 0;
            status.in_flight = 0;
            status.connections = 0;
        });
    }
}
