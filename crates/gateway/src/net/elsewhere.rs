//! Requests to hosts that are not the certificate's own: where an access token is asked for, and where a Web Push
//! token points.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::BoxFuture;
use vendors::{Origin, WireReply, WireRequest};

use super::{DialError, Dialer, Host, answer::Lost};

/// Hosts that are remembered; beyond them, those that nobody uses are forgotten.
const HOSTS_MAX: usize = 256;

/// The hosts that one lane sends to beside its own.
#[derive(Default)]
pub(crate) struct Elsewhere(Mutex<HashMap<Origin, Arc<Host>>>);

impl Elsewhere {
    /// Whether one more request to this host may leave now.
    pub(crate) fn has_place(&self, origin: &Origin) -> bool {
        self.lock().get(origin).is_none_or(|host| host.has_place())
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
        Ok(Box::pin(async move { host.exchange(&request, deadline).await }))
    }

    fn host(&self, dialer: &Dialer, origin: &Origin) -> Result<Arc<Host>, DialError> {
        let mut hosts = self.lock();
        if let Some(host) = hosts.get(origin) {
            return Ok(Arc::clone(host));
        }
        if hosts.len() >= HOSTS_MAX {
            hosts.retain(|_, host| !host.is_at_rest());
        }
        let host = Host::new(dialer.foreign_endpoint(origin)?);
        hosts.insert(origin.clone(), Arc::clone(&host));
        Ok(host)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Origin, Arc<Host>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
