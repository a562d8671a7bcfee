//! The gateway as others see it.

use std::sync::{Arc, Mutex, PoisonError};

use model::{CertificateId, Clock, Fault, FieldErrors, Form, Vendor, Webhook, WebhookId};
use serde_json::Value;
use store::{LedgerOp, Op, Store, StoreError};
use tokio::task::JoinHandle;

use crate::{
    AddressFault, AmountStatus, BeforeSend, Board, GatewayConfig, GatewayMeter, LaneStatus, ProbeReport,
    Reach, WebhookAnswer, dispatch::Lanes, lane::released, probe, receipt, shared::Shared, webhooks,
};

/// Everything that talks to vendors and webhooks. Dropping it without [`Gateway::shutdown`] ends it as a crash would:
/// the next process finds what it held.
pub struct Gateway {
    shared: Arc<Shared>,
    lanes: Arc<Lanes>,
    lines: Arc<webhooks::Lines>,
    /// The listener to the feed, and the teller of webhooks.
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Gateway {
    /// Starts sending what is queued, on the runtime this is called in.
    pub fn start(store: Arc<dyn Store>, clock: Arc<dyn Clock>, config: GatewayConfig) -> Arc<Self> {
        // Listening begins before the first look, so that nothing queued in between is missed.
        let feed = store.feed().subscribe();
        let shared = Arc::new(Shared::new(store, clock, config));
        let lanes = Arc::new(Lanes::new(shared.clone()));
        let listener = tokio::spawn({
            let lanes = lanes.clone();
            async move { lanes.listen(feed).await }
        });
        let lines = Arc::new(webhooks::Lines::default());
        let teller = tokio::spawn(webhooks::run(shared.clone(), lines.clone()));
        Arc::new(Self { shared, lanes, lines, tasks: Mutex::new(vec![listener, teller]) })
    }

    /// Opens a certificate's form as the adapter does, and asks the vendor whether it takes it. A vendor that cannot be
    /// reached is no error: the outcome says so.
    ///
    /// # Errors
    /// Every fault of the form.
    pub async fn probe(&self, vendor: Vendor, form: &Form) -> Result<ProbeReport, FieldErrors> {
        probe::probe(self.shared.tools(), vendor, form).await
    }

    /// Takes in what a vendor called back with, and says how many receipts it held. Header names are in lower case.
    ///
    /// # Errors
    /// `not_found` for an unknown certificate, another vendor's, or a wrong secret; `bad_receipt` for a body that is
    /// not in the vendor's shape; `busy` where the store cannot take it.
    pub async fn receipt(
        &self,
        vendor: Vendor,
        certificate: CertificateId,
        secret: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<usize, Fault> {
        receipt::take_in(&self.shared, &self.lanes, vendor, certificate, secret, headers, body).await
    }

    /// Asks an App's backend whether a message may be sent, as [`before_send_data`](crate::before_send_data) tells of
    /// it (row T23). Comes back within 2 s; a backend that has not answered by then allows it.
    pub async fn ask_before_send(&self, webhook: &Webhook, data: &Value) -> BeforeSend {
        webhooks::ask(&self.shared, &self.lines, webhook, data).await
    }

    /// Whether a webhook may point there.
    ///
    /// # Errors
    /// Why it may not.
    pub fn check_webhook_address(&self, url: &str) -> Result<(), AddressFault> {
        webhooks::check_address(url, self.shared.may_reach_inside())
    }

    /// How a webhook answered last; `None`: not since this process began.
    #[must_use]
    pub fn last_webhook_answer(&self, webhook: WebhookId) -> Option<WebhookAnswer> {
        self.lines.last_answer(webhook)
    }

    /// Vendors and webhooks are reached like this from now on. What is on the wire lands; then each lane goes on over
    /// new connections.
    pub fn reload(&self, reach: &Reach) {
        self.shared.set_reach(reach);
        self.lines.forget();
        self.lanes.reopen();
    }

    /// The operator has looked at a certificate whose tokens were called dead in a mass, and believes the vendor:
    /// tokens are cleared again, for an hour whatever their number.
    ///
    /// # Errors
    /// [`StoreError`] where the release cannot be stored; then the brake stays.
    pub async fn release_brake(&self, certificate: CertificateId) -> Result<(), StoreError> {
        let brake = released(self.shared.clock.now());
        self.shared.store.commit(vec![Op::Ledger(LedgerOp::SetBrake { certificate, brake })]).await?;
        self.lanes.released(certificate);
        Ok(())
    }

    /// How the daily amounts of a certificate's vendor stand, by its kinds of push; empty where it has none, or nothing
    /// was sent since the start.
    #[must_use]
    pub fn amounts(&self, certificate: CertificateId) -> Vec<AmountStatus> {
        let now = self.shared.clock.now();
        self.lanes.board(certificate).map(|board| board.amounts(now)).unwrap_or_default()
    }

    /// Every lane's status, by certificate.
    #[must_use]
    pub fn lanes(&self) -> Vec<LaneStatus> {
        self.lanes.statuses()
    }

    /// Every lane's board, by certificate: its status and what is counted for it.
    #[must_use]
    pub fn boards(&self) -> Vec<(CertificateId, Arc<Board>)> {
        self.lanes.boards()
    }

    /// What the gateway counts of its own work.
    #[must_use]
    pub fn meter(&self) -> &GatewayMeter {
        &self.shared.meter
    }

    /// Begins nothing more, waits for what is on the wire up to the configured time, stores what it brought, and puts
    /// the rest back into the store.
    pub async fn shutdown(&self) {
        for task in self.take_tasks() {
            task.abort();
            let _ = task.await;
        }
        self.lanes.end(self.shared.config.times.drain).await;
    }

    fn take_tasks(&self) -> Vec<JoinHandle<()>> {
        std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.take_tasks().iter().for_each(JoinHandle::abort);
        self.lanes.abort();
    }
}
