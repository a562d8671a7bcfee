//! One host beside the certificate's own: its connections are opened when they are needed and shared by all that send
//! there. So is the outcome of opening one: where a host swallows what is sent to it, everybody waits once.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};
use vendors::{WireReply, WireRequest};

use super::{
    Endpoint,
    answer::Lost,
    connection::{Connection, Readiness},
};
use crate::own_codes;

/// Requests to one host that are under way at a time, so that a dead host does not take all places of its lane.
const REQUESTS_AT_ONCE: usize = 64;

/// A connection that is being opened, for everybody who waits for it.
type Dial = Shared<BoxFuture<'static, Result<(), Lost>>>;

/// One host, with its connections.
pub(crate) struct Host {
    endpoint: Arc<Endpoint>,
    connections: Mutex<Connections>,
    places: Semaphore,
}

#[derive(Default)]
struct Connections {
    /// Those that take a request now.
    free: Vec<Connection>,
    dial: Option<Dial>,
}

impl Host {
    pub(crate) fn new(endpoint: Endpoint) -> Arc<Self> {
        Arc::new(Self {
            endpoint: Arc::new(endpoint),
            connections: Mutex::default(),
            places: Semaphore::new(REQUESTS_AT_ONCE),
        })
    }

    /// Whether one more request may leave now.
    pub(crate) fn has_place(&self) -> bool {
        self.places.available_permits() > 0
    }

    /// Whether no request is under way.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.places.available_permits() == REQUESTS_AT_ONCE
    }

    /// Sends and reads the answer; all of it, from the first wait on, within the deadline.
    pub(crate) async fn exchange(
        self: &Arc<Self>,
        request: &WireRequest,
        deadline: Duration,
    ) -> Result<WireReply, Lost> {
        let ends = Instant::now() + deadline;
        let getting = async {
            let place = self.places.acquire().await.map_err(|_| Lost::Unsent)?;
            Ok((place, self.connection().await?))
        };
        let (_place, mut connection) = timeout_at(ends, getting)
            .await
            .unwrap_or_else(|_| Err(not_open(own_codes::CONNECT_TIMEOUT, "")))?;
        let left = ends.saturating_duration_since(Instant::now());
        let outcome = connection.send(&self.endpoint, request, left, |outcome| outcome)?.await;
        if let Some(back) = outcome.back {
            self.lock().free.push(Connection::Http1(Some(back)));
        }
        outcome.result
    }

    /// A connection for one request, opened where there is none.
    async fn connection(self: &Arc<Self>) -> Result<Connection, Lost> {
        loop {
            let dial = {
                let mut kept = self.lock();
                if let Some(connection) = kept.lend() {
                    return Ok(connection);
                }
                kept.dial.get_or_insert_with(|| self.dial()).clone()
            };
            dial.await?;
        }
    }

    /// Opens a connection, whether or not somebody still waits for it.
    fn dial(self: &Arc<Self>) -> Dial {
        let host = Arc::clone(self);
        let task = tokio::spawn(async move {
            let opened = Connection::open(host.endpoint.clone()).await;
            let mut kept = host.lock();
            kept.dial = None;
            let (connection, driver) = opened.map_err(|error| not_open(error.code(), &error.to_string()))?;
            tokio::spawn(driver);
            kept.free.push(connection);
            Ok(())
        });
        let failed = || Err(not_open(own_codes::CONNECT_FAILED, ""));
        async move { task.await.unwrap_or_else(|_| failed()) }.boxed().shared()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connections {
    /// A connection for one request: over HTTP/2 a sending end of its own, over HTTP/1.1 the only one there is.
    fn lend(&mut self) -> Option<Connection> {
        self.free.retain_mut(|connection| connection.readiness() != Readiness::Ended);
        let place = self.free.iter_mut().position(|connection| connection.readiness() == Readiness::Ready)?;
        match self.free[place].another() {
            Some(connection) => Some(connection),
            None => Some(self.free.swap_remove(place)),
        }
    }
}

fn not_open(code: &'static str, text: &str) -> Lost {
    Lost::Unknown { code, text: text.to_owned() }
}
