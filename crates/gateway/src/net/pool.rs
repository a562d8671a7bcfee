//! The connections of one lane: which of them takes the next request, and when another one is opened.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use tokio::time::Instant;
use vendors::{Protocol, WireReply, WireRequest};

use super::{
    DialError, Endpoint,
    answer::Lost,
    connection::{Connection, Driver, Outcome, Readiness},
};
use crate::config::LaneSizes;

/// A connection of a lane: of which of its pools, and which there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ConnectionId {
    pool: u32,
    number: u32,
}

/// A connection that was just opened.
pub(crate) struct Dialed {
    connection: Connection,
    driver: Driver,
}

/// A request that has come back, with or without an answer.
pub(crate) struct Landing {
    /// Whose request, in the lane's own count.
    pub(crate) flight: usize,
    /// On which connection it was.
    pub(crate) connection: ConnectionId,
    sent_at: Instant,
    outcome: Outcome,
}

impl ConnectionId {
    /// Of no pool: the request went to a host that is not the certificate's own.
    pub(crate) const ELSEWHERE: Self = Self { pool: u32::MAX, number: u32::MAX };
}

impl Landing {
    /// A request that went elsewhere and has come back.
    pub(crate) fn elsewhere(flight: usize, result: Result<WireReply, Lost>) -> Self {
        let outcome = Outcome { result, back: None };
        Self { flight, connection: ConnectionId::ELSEWHERE, sent_at: Instant::now(), outcome }
    }

    /// The answer, where the request's connection is not of the present pool.
    pub(crate) fn into_result(self) -> Result<WireReply, Lost> {
        self.outcome.result
    }
}

/// The connections of one lane. Dropping it lets requests on the wire finish and closes their connections behind them.
pub(crate) struct Pool {
    endpoint: Arc<Endpoint>,
    most: usize,
    open: Vec<Open>,
    dialing: bool,
    number: u32,
    next: u32,
}

struct Open {
    id: ConnectionId,
    connection: Connection,
    /// Requests on it, and places kept for requests that are about to leave.
    taken: usize,
    opened_at: Instant,
    used_at: Instant,
    /// When it last brought an answer; `None` for one that has brought none yet.
    answered_at: Option<Instant>,
}

impl Pool {
    /// `number`: the pool's own, so that a request that lands late is not taken for one of a later pool.
    pub(crate) fn new(endpoint: Arc<Endpoint>, sizes: &LaneSizes, number: u32) -> Self {
        let most = match endpoint.must_speak {
            Some(Protocol::Http2) => sizes.http2_connections,
            Some(Protocol::Http1) | None => sizes.http1_connections,
        };
        Self { endpoint, most, open: Vec::new(), dialing: false, number, next: 0 }
    }

    /// Connections that take requests.
    pub(crate) const fn len(&self) -> usize {
        self.open.len()
    }

    /// Keeps a place for one request; `None` where all connections are full or there is none.
    pub(crate) fn reserve(&mut self, now: Instant) -> Option<ConnectionId> {
        let idle = self.endpoint.times.http1_idle;
        let mut free = None;
        self.open.retain_mut(|open| {
            let readiness = open.connection.readiness();
            if readiness == Readiness::Ready && free.is_none() && open.taken < open.connection.capacity() {
                free = Some(open.id);
            }
            readiness != Readiness::Ended && (open.taken > 0 || !open.is_stale(now, idle))
        });
        let open = self.find(free?)?;
        open.taken += 1;
        open.used_at = now;
        Some(open.id)
    }

    /// Gives a place back that was not used.
    pub(crate) fn give_back(&mut self, id: ConnectionId) {
        if let Some(open) = self.find(id) {
            open.taken -= 1;
        }
    }

    /// Whether another connection should be opened, where the lane has more to send than places.
    ///
    /// One at a time, and over HTTP/2 only after those that are open have shown that they work: a new connection starts
    /// with one stream, and that alone is no reason for another.
    pub(crate) fn wants_another(&self, now: Instant) -> bool {
        let proven =
            |open: &Open| matches!(open.connection, Connection::Http1(_)) || open.answered_at.is_some();
        let room = self.open.len() < self.most && self.open.iter().all(proven);
        !self.dialing && (room || self.has_aged(now))
    }

    /// Whether a connection is due to be replaced.
    pub(crate) fn has_aged(&self, now: Instant) -> bool {
        !self.dialing && self.open.iter().any(|open| open.has_aged(now, self.endpoint.times.connection_age))
    }

    /// Opens another connection.
    pub(crate) fn dial(&mut self) -> BoxFuture<'static, Result<Dialed, DialError>> {
        self.dialing = true;
        let endpoint = self.endpoint.clone();
        Box::pin(async move {
            let (connection, driver) = Connection::open(endpoint).await?;
            Ok(Dialed { connection, driver })
        })
    }

    /// Takes a dial's outcome in. Connections that have aged get no more requests once a new one stands.
    pub(crate) fn dialed(
        &mut self,
        dialed: Result<Dialed, DialError>,
        now: Instant,
    ) -> Result<(ConnectionId, Driver), DialError> {
        self.dialing = false;
        let Dialed { connection, driver } = dialed?;
        let age = self.endpoint.times.connection_age;
        self.open.retain(|open| !open.has_aged(now, age));
        let id = ConnectionId { pool: self.number, number: self.next };
        self.next = self.next.wrapping_add(1);
        self.open.push(Open { id, connection, taken: 0, opened_at: now, used_at: now, answered_at: None });
        Ok((id, driver))
    }

    /// Sends on a place that was kept. An error means that nothing was written and the place is free again.
    pub(crate) fn send<T: 'static>(
        &mut self,
        id: ConnectionId,
        flight: usize,
        request: &WireRequest,
        deadline: Duration,
        finish: impl FnOnce(Landing) -> T + Send + 'static,
    ) -> Result<BoxFuture<'static, T>, Lost> {
        let endpoint = self.endpoint.clone();
        let sent_at = Instant::now();
        let open = self.find(id).ok_or(Lost::Unsent)?;
        let sent = open.connection.send(&endpoint, request, deadline, move |outcome| {
            finish(Landing { flight, connection: id, sent_at, outcome })
        });
        if sent.is_err() {
            self.give_back(id);
        }
        sent
    }

    /// Takes a request's landing in and gives its answer out.
    pub(crate) fn landed(&mut self, landing: Landing, now: Instant) -> Result<WireReply, Lost> {
        let Landing { connection: id, sent_at, outcome: Outcome { result, back }, .. } = landing;
        let Some(open) = self.find(id) else { return result };
        open.taken -= 1;
        let usable = match (&mut open.connection, &result) {
            (Connection::Http1(slot), _) => {
                *slot = back;
                slot.is_some()
            }
            (Connection::Http2(..), Err(Lost::Unknown { .. })) => {
                // A lost answer alone resets one stream; a connection that has been silent since is not trusted.
                open.answered_at.is_some_and(|at| at >= sent_at)
            }
            (Connection::Http2(..), _) => true,
        };
        if result.is_ok() {
            open.answered_at = Some(now);
        }
        if !usable {
            self.retire(id);
        }
        result
    }

    /// Gives a connection no more requests; those on it finish.
    pub(crate) fn retire(&mut self, id: ConnectionId) {
        self.open.retain(|open| open.id != id);
    }

    /// Notes that a connection has ended; whether it had never brought an answer.
    pub(crate) fn ended(&mut self, id: ConnectionId) -> bool {
        let barren = self.find(id).is_some_and(|open| open.answered_at.is_none());
        self.retire(id);
        barren
    }

    fn find(&mut self, id: ConnectionId) -> Option<&mut Open> {
        self.open.iter_mut().find(|open| open.id == id)
    }
}

impl Open {
    fn has_aged(&self, now: Instant, age: Duration) -> bool {
        now.duration_since(self.opened_at) >= age
    }

    fn is_stale(&self, now: Instant, idle: Duration) -> bool {
        matches!(self.connection, Connection::Http1(_)) && now.duration_since(self.used_at) >= idle
    }
}
