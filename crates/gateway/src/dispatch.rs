//! From the store's feed to the lanes: who has to look.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use model::CertificateId;
use store::{Change, StoreError};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::{
    lane,
    shared::Shared,
    signal::{Signal, Told},
    status::{Board, LaneStatus},
};

/// The rest before the store is asked again for certificates with something queued.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The lanes of a gateway, made when they are first needed.
pub(crate) struct Lanes {
    shared: Arc<Shared>,
    lanes: Mutex<HashMap<CertificateId, Entry>>,
}

struct Entry {
    signal: Arc<Signal>,
    board: Arc<Board>,
    task: JoinHandle<()>,
}

impl Lanes {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, lanes: Mutex::default() }
    }

    /// Wakes lanes as the feed says, for as long as there is one. A lag means that anything may have changed.
    pub(crate) async fn listen(&self, mut feed: Receiver<Change>) {
        self.wake_all().await;
        loop {
            match feed.recv().await {
                Ok(Change::Queued(certificate)) => self.wake(certificate),
                Ok(Change::Certificate(_, certificate)) => {
                    self.tell(certificate, Told::REOPEN.and(Told::QUEUED));
                }
                Ok(Change::App(_) | Change::Catalogue(_)) => self.tell_all(Told::REOPEN),
                Ok(Change::Outbox) => self.shared.outbox.notify_one(),
                Ok(_) => {}
                Err(RecvError::Lagged(missed)) => {
                    self.shared.store.meter().missed.add(missed);
                    self.wake_all().await;
                }
                Err(RecvError::Closed) => return,
            }
        }
    }

    /// Wakes every lane there is, and makes one for each certificate with something queued.
    async fn wake_all(&self) {
        self.tell_all(Told::REOPEN.and(Told::QUEUED));
        self.shared.outbox.notify_one();
        loop {
            match self.with_something_queued().await {
                Ok(certificates) => {
                    return certificates.into_iter().for_each(|certificate| self.wake(certificate));
                }
                Err(error) => {
                    tracing::warn!(%error, "the store did not say what is queued; it is asked again")
                }
            }
            sleep(ASK_AGAIN_AFTER).await;
        }
    }

    async fn with_something_queued(&self) -> Result<Vec<CertificateId>, StoreError> {
        let store = &self.shared.store;
        let mut found = Vec::new();
        for app in store.apps().await? {
            for certificate in store.certificates(app.id).await? {
                if store.next_due(certificate.id).await?.is_some() {
                    found.push(certificate.id);
                }
            }
        }
        Ok(found)
    }

    fn wake(&self, certificate: CertificateId) {
        let mut lanes = self.lock();
        let entry = lanes.entry(certificate).or_insert_with(|| {
            let (signal, board) = (Arc::new(Signal::default()), Arc::new(Board::new(certificate)));
            let lane = lane::keep(self.shared.clone(), certificate, signal.clone(), board.clone());
            Entry { signal, board, task: tokio::spawn(lane) }
        });
        entry.signal.tell(Told::QUEUED);
    }

    fn tell(&self, certificate: CertificateId, told: Told) {
        if let Some(entry) = self.lock().get(&certificate) {
            entry.signal.tell(told);
        }
    }

    fn tell_all(&self, told: Told) {
        self.lock().values().for_each(|entry| entry.signal.tell(told));
    }

    /// Lets every lane look at its certificate and at how it is reached again.
    pub(crate) fn reopen(&self) {
        self.tell_all(Told::REOPEN);
    }

    /// A lane's board, where there is a lane.
    pub(crate) fn board(&self, certificate: CertificateId) -> Option<Arc<Board>> {
        self.lock().get(&certificate).map(|entry| Arc::clone(&entry.board))
    }

    /// The operator has released the lane's brake.
    pub(crate) fn released(&self, certificate: CertificateId) {
        self.tell(certificate, Told::RELEASED);
    }

    /// Every lane's status, by certificate.
    pub(crate) fn statuses(&self) -> Vec<LaneStatus> {
        let mut statuses: Vec<LaneStatus> = self.lock().values().map(|entry| entry.board.read()).collect();
        statuses.sort_by_key(|status| status.certificate);
        statuses
    }

    /// Every lane's board, by certificate.
    pub(crate) fn boards(&self) -> Vec<(CertificateId, Arc<Board>)> {
        let mut boards: Vec<_> =
            self.lock().iter().map(|(certificate, entry)| (*certificate, Arc::clone(&entry.board))).collect();
        boards.sort_by_key(|(certificate, _)| *certificate);
        boards
    }

    /// Ends every lane: what is on the wire has this long to land.
    pub(crate) async fn end(&self, drain: Duration) {
        let entries: Vec<Entry> = self.lock().drain().map(|(_, entry)| entry).collect();
        entries.iter().for_each(|entry| entry.signal.tell(Told::STOP));
        let (signals, tasks): (Vec<_>, Vec<_>) =
            entries.into_iter().map(|entry| (entry.signal, entry.task)).unzip();
        let mut ended = std::pin::pin!(join_all(tasks));
        if timeout(drain, &mut ended).await.is_err() {
            signals.iter().for_each(|signal| signal.tell(Told::ABANDON));
            ended.await;
        }
    }

    /// Ends every lane where it stands.
    pub(crate) fn abort(&self) {
        self.lock().values().for_each(|entry| entry.task.abort());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<CertificateId, Entry>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
