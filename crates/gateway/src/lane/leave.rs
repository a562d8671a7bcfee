//! How parcels leave: screened, given a place on a connection, allowed by the store, rendered, sent.

use std::{panic::AssertUnwindSafe, time::Duration};

use model::{DeliveryId, Timestamp};
use store::StoreError;
use tokio::time::Instant;
use vendors::{Auth, Channel, Job, Step, WireRequest};

use super::{
    Event, Lane, SWEEP_EVERY, auth::Pass, breaker::Allowance, flights::Flight, land::Ending, outbox,
    parcel::Parcel,
};
use crate::{
    net::{ConnectionId, DialError, Dialed, Landing, Lost},
    own_codes,
};

/// When to look again for a place where the vendor allows no request at all for now.
const LOOK_FOR_PLACE_EVERY: Duration = Duration::from_millis(50);
/// Parcels that are passed over for a host that has no place, before the lane waits for it.
const PASSED_OVER_MAX: usize = 64;

impl Lane {
    /// Sends what may leave now.
    pub(super) fn leave(&mut self, now: Timestamp, instant: Instant) {
        let most = match self.allowance(now) {
            Allowance::Nothing { .. } => return self.sweep(now, instant),
            Allowance::One => 1,
            Allowance::Free => self.shared.config.sizes.requests_in_flight,
        };
        if self.outbox.retry_at().is_some() || self.intake.retry_at().is_some() {
            return;
        }
        self.resume_waiting(instant);
        if self.stopping {
            return;
        }
        if self.hand.waiting() == 0 {
            return self.replace_aged(instant);
        }
        if let Some(pass) = self.pass(now, instant)
            && self.beginning.is_empty()
        {
            self.begin_parcels(most, &pass, now, instant);
        }
        self.replace_aged(instant);
    }

    /// Takes parcels out of hand while there are places, and asks the store for the last word on them.
    fn begin_parcels(&mut self, most: usize, pass: &Pass, now: Timestamp, instant: Instant) {
        let most_targets = self.shared.config.sizes.targets_in_flight;
        let mut targets = self.flights.targets();
        let mut passed_over = Vec::new();
        let mut pending = self.pending();
        while self.flights.len() + self.beginning.len() < most && targets < most_targets {
            let Some(mut parcel) = self.hand.take() else { break };
            self.screen(&mut parcel, now);
            self.ration(&mut parcel, &mut pending, now);
            if parcel.items.is_empty() {
                continue;
            }
            if passed_over.len() < PASSED_OVER_MAX && self.is_crowded(&parcel) {
                passed_over.push(parcel);
                continue;
            }
            let Some(connection) = self.place_for(&parcel, instant) else {
                self.hand.put_back(parcel);
                break;
            };
            targets += parcel.items.len();
            if parcel.begun {
                self.begin_job(parcel, connection, pass.clone(), now);
            } else {
                self.beginning.push((parcel, connection));
            }
        }
        passed_over.into_iter().rev().for_each(|parcel| self.hand.put_back(parcel));
        if self.beginning.is_empty() {
            return;
        }
        let parcels = self.beginning.iter().map(|(parcel, _)| parcel);
        let ids: Vec<DeliveryId> = parcels.flat_map(|parcel| &parcel.items).map(|item| item.id).collect();
        let shared = self.shared.clone();
        self.tasks.push(Box::pin(async move { Event::Begun(shared.store.begin(&ids).await) }));
    }

    /// The store's last word: what was cancelled since the claim stays here, the rest leaves.
    pub(super) fn begun(&mut self, answers: Result<Vec<bool>, StoreError>, now: Timestamp) {
        let instant = Instant::now();
        let beginning = std::mem::take(&mut self.beginning);
        let answers = match answers {
            Ok(answers) => answers,
            Err(error) => {
                for (parcel, connection) in beginning.into_iter().rev() {
                    self.give_place_back(connection);
                    self.hand.put_back(parcel);
                }
                return self.intake.failed(&error);
            }
        };
        let mut answers = answers.into_iter();
        for (mut parcel, connection) in beginning {
            parcel.sift(|_| answers.next().unwrap_or(false));
            parcel.begun = true;
            let pass = self.pass(now, instant);
            match pass {
                Some(pass) if !parcel.items.is_empty() => self.begin_job(parcel, connection, pass, now),
                _ => {
                    self.give_place_back(connection);
                    if !parcel.items.is_empty() {
                        self.hand.put_back(parcel);
                    }
                }
            }
        }
    }

    fn begin_job(&mut self, parcel: Parcel, connection: ConnectionId, pass: Pass, now: Timestamp) {
        let Some(road) = &self.road else {
            self.give_place_back(connection);
            return self.hand.put_back(parcel);
        };
        let channel = road.channel.clone();
        match begin_safely(&*channel, &parcel.job(now), &pass.auth) {
            Some(Step::Send(request)) => {
                let flight = Flight { parcel, channel, pass, request, since: now, resumed: false };
                self.send(flight, connection, now);
            }
            done => {
                self.give_place_back(connection);
                let ending = Ending { since: now, now, serial: pass.serial, connection: None };
                self.settle_step(parcel, done, ending);
            }
        }
    }

    /// Puts a job's request on the wire.
    pub(super) fn send(&mut self, flight: Flight, connection: ConnectionId, now: Timestamp) {
        let deadline = self.answer_deadline();
        let number = self.flights.next();
        let Some(road) = &mut self.road else { return self.hand.put_back(flight.parcel) };
        if let Some(origin) = &flight.request.to {
            let sent = road.elsewhere.send(&self.shared.dialer, origin, flight.request.clone(), deadline);
            road.pool.give_back(connection);
            let task = match sent {
                Ok(task) => task,
                Err(_) => return self.lost(flight, Lost::Unsendable, ConnectionId::ELSEWHERE, now),
            };
            if !flight.resumed {
                self.sent += flight.parcel.items.len() as u64;
            }
            self.flights.insert(flight);
            let landed = async move { Event::Landed(Landing::elsewhere(number, task.await)) };
            return self.tasks.push(Box::pin(landed));
        }
        match road.pool.send(connection, number, &flight.request, deadline, Event::Landed) {
            Ok(task) => {
                if !flight.resumed && flight.parcel.returns == 0 {
                    self.sent += flight.parcel.items.len() as u64;
                }
                self.flights.insert(flight);
                self.tasks.push(task);
            }
            Err(lost) => self.lost(flight, lost, connection, now),
        }
    }

    /// Jobs with a further request go before new ones.
    fn resume_waiting(&mut self, instant: Instant) {
        let now = self.shared.clock.now();
        while !self.resuming.is_empty() {
            let Some(connection) = self.place(instant) else { return };
            match self.resuming.pop_front() {
                Some(flight) => self.send(flight, connection, now),
                None => self.give_place_back(connection),
            }
        }
    }

    /// What to authenticate with; where it has to be asked for, it is.
    fn pass(&mut self, now: Timestamp, instant: Instant) -> Option<Pass> {
        let road = self.road.as_mut()?;
        let pass = road.auth.current(&*road.channel, now);
        if road.auth.wants_exchange() {
            self.ask_for_auth(instant);
        }
        pass
    }

    fn ask_for_auth(&mut self, instant: Instant) {
        let deadline = self.answer_deadline();
        if self.road.as_ref().is_some_and(|road| road.auth.is_asked_elsewhere()) {
            return self.ask_for_auth_elsewhere(deadline);
        }
        let Some(connection) = self.place(instant) else { return };
        let Some(road) = &mut self.road else { return };
        let Some(request) = road.auth.take_request() else { return road.pool.give_back(connection) };
        let channel = road.channel.clone();
        let finish = move |landing| Event::Authenticated(channel, landing);
        match road.pool.send(connection, usize::MAX, &request, deadline, finish) {
            Ok(task) => self.tasks.push(task),
            Err(_) => road.auth.exchanged(None),
        }
    }

    /// Asks a host that is not the certificate's own, as vendors with a separate account service want it.
    fn ask_for_auth_elsewhere(&mut self, deadline: Duration) {
        let Some(road) = &mut self.road else { return };
        let Some(request) = road.auth.take_request() else { return };
        let Some(origin) = request.to.clone() else { return };
        let channel = road.channel.clone();
        match road.elsewhere.send(&self.shared.dialer, &origin, *request, deadline) {
            Ok(task) => self.tasks.push(Box::pin(async move {
                Event::Authenticated(channel, Landing::elsewhere(usize::MAX, task.await))
            })),
            Err(_) => road.auth.exchanged(None),
        }
    }

    /// Whether the parcel goes to a host that takes no more requests now.
    fn is_crowded(&self, parcel: &Parcel) -> bool {
        let road = self.road.as_ref();
        parcel.origin().is_some_and(|origin| road.is_some_and(|road| !road.elsewhere.has_place(origin)))
    }

    fn answer_deadline(&self) -> Duration {
        let as_book = self.road.as_ref().map_or(Duration::ZERO, |road| road.limits.answer_timeout);
        self.shared.config.times.answer.unwrap_or(as_book)
    }

    /// A place on a connection; where there is none, another connection is opened if that helps.
    fn place(&mut self, instant: Instant) -> Option<ConnectionId> {
        let road = self.road.as_mut()?;
        let place = road.pool.reserve(instant);
        if place.is_none() && road.pool.wants_another(instant) && self.dial_at.is_none() {
            self.dial();
        } else if place.is_none() && self.flights.len() == 0 && self.dial_at.is_none() {
            self.look_at = Some(instant + LOOK_FOR_PLACE_EVERY);
        }
        place
    }

    /// A place, and the rate's leave to use it.
    fn place_for(&mut self, parcel: &Parcel, instant: Instant) -> Option<ConnectionId> {
        let elsewhere = parcel.origin().is_some();
        let connection = if elsewhere { ConnectionId::ELSEWHERE } else { self.place(instant)? };
        let road = self.road.as_mut()?;
        match road.pace.check(parcel.items.len()) {
            Ok(()) => Some(connection),
            Err(at) => {
                road.pool.give_back(connection);
                self.look_at = Some(at);
                None
            }
        }
    }

    pub(super) fn give_place_back(&mut self, connection: ConnectionId) {
        if let Some(road) = &mut self.road {
            road.pool.give_back(connection);
        }
    }

    fn dial(&mut self) {
        let Some(road) = &mut self.road else { return };
        let (dial, number) = (road.pool.dial(), self.road_number);
        self.tasks.push(Box::pin(async move { Event::Dialed { road: number, dialed: dial.await } }));
    }

    /// Opens the next connection before the old one is given up.
    fn replace_aged(&mut self, instant: Instant) {
        if self.dial_at.is_none() && self.road.as_ref().is_some_and(|road| road.pool.has_aged(instant)) {
            self.dial();
        }
    }

    pub(super) fn dialed(&mut self, dialed: Result<Dialed, DialError>, now: Timestamp) {
        let Some(road) = &mut self.road else { return };
        match road.pool.dialed(dialed, Instant::now()) {
            Ok((id, driver)) => {
                self.tasks.push(Box::pin(async move {
                    driver.await;
                    Event::Ended(id)
                }));
            }
            Err(error) => {
                tracing::debug!(certificate = %self.id, %error, "no connection to the vendor");
                self.no_connection(error.code(), now);
            }
        }
    }

    /// A connection has ended. One that never brought an answer counts as one that never opened: a vendor that does
    /// not like our certificate closes like that.
    pub(super) fn connection_ended(&mut self, connection: ConnectionId, now: Timestamp) {
        let Some(road) = &mut self.road else { return };
        if road.pool.ended(connection) {
            self.no_connection(own_codes::CONNECTION_LOST, now);
        }
    }

    fn no_connection(&mut self, code: &'static str, now: Timestamp) {
        self.dial_failures += 1;
        self.dial_at = Some(Instant::now() + outbox::wait(self.dial_failures));
        let others_work = self.road.as_ref().is_some_and(|road| road.pool.len() > 0);
        if !others_work {
            self.breaker.failed(code, now, self.dice.roll());
        }
    }

    /// Ends what may not leave any more: its lifetime is over, or the certificate is.
    fn screen(&mut self, parcel: &mut Parcel, now: Timestamp) {
        let certificate = self.certificate.as_ref();
        let mut reason = None;
        let out = parcel.sift(|item| match rules::before_send(certificate, item.expires_at, now) {
            Ok(()) => true,
            Err(why) => {
                reason = Some(why);
                false
            }
        });
        if let Some(reason) = reason {
            self.give_up(&out, reason, now);
        }
    }

    /// Ends what expires in hand while nothing may leave.
    fn sweep(&mut self, now: Timestamp, instant: Instant) {
        if self.hand.waiting() == 0 || self.look_at.is_some() {
            return;
        }
        self.look_at = Some(instant + SWEEP_EVERY);
        let out = self.hand.sift(|item| now < item.expires_at);
        self.give_up(&out, rules::Reason::EXPIRED_IN_QUEUE, now);
        self.put_begun_back();
    }

    /// What came back unsent waits in the store while nothing may leave: there a cancel still reaches it.
    fn put_begun_back(&mut self) {
        let parcels = self.hand.take_begun();
        let ids: Vec<DeliveryId> =
            parcels.iter().flat_map(|parcel| &parcel.items).map(|item| item.id).collect();
        if ids.is_empty() {
            return;
        }
        let shared = self.shared.clone();
        self.tasks.push(Box::pin(async move { Event::Released(shared.store.release(&ids).await) }));
    }
}

/// Begins a job. `None`: the adapter failed, which must not end the lane.
fn begin_safely(channel: &dyn Channel, job: &Job<'_>, auth: &Auth) -> Option<Step> {
    std::panic::catch_unwind(AssertUnwindSafe(|| channel.begin(job, auth))).ok()
}

/// Resumes a job. `None`: the adapter failed, which must not end the lane.
pub(super) fn resume_safely(
    channel: &dyn Channel,
    job: &Job<'_>,
    sent: &WireRequest,
    reply: &vendors::WireReply,
    auth: &Auth,
) -> Option<Step> {
    std::panic::catch_unwind(AssertUnwindSafe(|| channel.resume(job, sent, reply, auth))).ok()
}
