//! Requests to hosts that are not the certificate's own: where an access token is asked for, and where a Web Push
//! token points. One HTTP/2 or HTTP/1.1 connection a host, opened when it is needed.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::sync::{Mutex as AsyncMutex, Semaphore};
use vendors::{Origin, WireReply, WireRequest};

use super::{
    DialError, Dialer, Endpoint,
    answer::Lost,
    connection::{Connection, Readiness},
};

/// Hosts that are remembered; beyond them, one that nobody uses is forgotten.
const HOSTS_MAX: usize = 256;
/// Requests to one host that are under way at a time, so that a dead host does not take all places of its lane.
const REQUESTS_A_HOST: usize = 64;

/// The hosts that one lane sends to beside its own.
#[derive(Default)]
pub(crate) struct Elsewhere(Mutex<HashMap<Origin, Arc<Host>>>);

struct Host {
    endpoint: Arc<Endpoint>,
    connection: AsyncMutex<Option<Connection>>,
    places: Arc<Semaphore>,
}

impl Elsewhere {
    /// Whether one more request to this host may leave now.
    pub(crate) fn has_place(&self, origin: &Origin) -> bool {
        let hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.get(origin).is_none_or(|host| host.places.available_permits() > 0)
    }

    /// Sends, over a connection that is opened where there is none.
    ///
    /// # Errors
    /// Where the host's name cannot be one.
    pub(crate) fn send(
        &self,
        dialer: &Dialer,
        origin: &Origin,
        request: WireRequest,
        deadline: Duration,
    ) -> Result<BoxFuture<'static, Result<WireReply, Lost>>, DialError> {
        let host = self.host(dialer, origin)?;
        Ok(Box::pin(async move {
            let Ok(_place) = host.places.acquire().await else { return Err(Lost::Unsent) };
            host.exchange(&request, deadline).await
        }))
    }

    fn host(&self, dialer: &Dialer, origin: &Origin) -> Result<Arc<Host>, DialError> {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(origin) {
            return Ok(Arc::clone(host));
        }
        if hosts.len() >= HOSTS_MAX {
            hosts.retain(|_, host| host.places.available_permits() < REQUESTS_A_HOST);
        }
        let host = Arc::new(Host {
            endpoint: Arc::new(dialer.foreign_endpoint(origin)?),
            connection: AsyncMutex::default(),
            places: Arc::new(Semaphore::new(REQUESTS_A_HOST)),
        });
        hosts.insert(origin.clone(), Arc::clone(&host));
        Ok(host)
    }
}

impl Host {
    async fn exchange(&self, request: &WireRequest, deadline: Duration) -> Result<WireReply, Lost> {
        let mut kept = self.connection.lock().await;
        let ready = kept.as_mut().is_some_and(|connection| connection.readiness() == Readiness::Ready);
        if !ready {
            let opened = Connection::open(self.endpoint.clone()).await;
            let (connection, driver) =
                opened.map_err(|error| Lost::Unknown { code: error.code(), text: error.to_string() })?;
            tokio::spawn(driver);
            *kept = Some(connection);
        }
        let Some(connection) = kept.as_mut() else { return Err(Lost::Unsent) };
        let sent = connection.send(&self.endpoint, request, deadline, |outcome| outcome)?;
        drop(kept);
        let outcome = sent.await;
        if let Some(back) = outcome.back {
            *self.connection.lock().await = Some(Connection::Http1(Some(back)));
        }
        outcome.result
    }
}
