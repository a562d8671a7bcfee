//! The gateway as others see it.

use std::sync::{Arc, Mutex, PoisonError};

use model::{CertificateId, Clock, Fault, FieldErrors, Form, Vendor};
use store::Store;
use tokio::task::JoinHandle;

use crate::{
    GatewayConfig, LaneStatus, ProbeReport, dispatch::Lanes, net::Dialer, probe, receipt, shared::Shared,
};

/// Everything that talks to vendors. Dropping it without [`Gateway::shutdown`] ends it as a crash would: the next
/// process finds what it held.
pub struct Gateway {
    shared: Arc<Shared>,
    lanes: Arc<Lanes>,
    listener: Mutex<Option<JoinHandle<()>>>,
}

impl Gateway {
    /// Starts sending what is queued, on the runtime this is called in.
    pub fn start(store: Arc<dyn Store>, clock: Arc<dyn Clock>, config: GatewayConfig) -> Arc<Self> {
        // Listening begins before the first look, so that nothing queued in between is missed.
        let feed = store.feed().subscribe();
        let shared = Arc::new(Shared { dialer: Dialer::new(&config), store, clock, config });
        let lanes = Arc::new(Lanes::new(shared.clone()));
        let listener = tokio::spawn({
            let lanes = lanes.clone();
            async move { lanes.listen(feed).await }
        });
        Arc::new(Self { shared, lanes, listener: Mutex::new(Some(listener)) })
    }

    /// Opens a certificate's form as the adapter does, and asks the vendor whether it takes it. A vendor that cannot be
    /// reached is no error: the outcome says so.
    ///
    /// # Errors
    /// Every fault of the form.
    pub async fn probe(&self, vendor: Vendor, form: &Form) -> Result<ProbeReport, FieldErrors> {
        probe::probe(&self.shared, vendor, form).await
    }

    /// Takes in what a vendor called back with, and says how many receipts it held. Header names are in lower case.
    ///
    /// # Errors
    /// `not_found` for an unknown certificate, another vendor's, or a wrong secret; `bad_receipt` for a body that is not
    /// in the vendor's shape; `busy` where the store cannot take it.
    pub async fn receipt(
        &self,
        vendor: Vendor,
        certificate: CertificateId,
        secret: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<usize, Fault> {
        receipt::take_in(&self.shared, vendor, certificate, secret, headers, body).await
    }

    /// Every lane's status, by certificate.
    #[must_use]
    pub fn lanes(&self) -> Vec<LaneStatus> {
        self.lanes.statuses()
    }

    /// Whether a certificate's lane may not send now and holds all that it may: a call that names this one certificate,
    /// or a device or token bound to it, is better refused than queued behind that.
    #[must_use]
    pub fn is_full(&self, certificate: CertificateId) -> bool {
        self.lanes.is_full(certificate)
    }

    /// Begins nothing more, waits for what is on the wire up to the configured time, stores what it brought, and puts
    /// the rest back into the store.
    pub async fn shutdown(&self) {
        let listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(listener) = listener {
            listener.abort();
            let _ = listener.await;
        }
        self.lanes.end(self.shared.config.times.drain).await;
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(listener) = listener {
            listener.abort();
        }
        self.lanes.abort();
    }
}
