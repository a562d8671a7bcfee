//! The IM half: sessions, presence, conversations, fan-out.
//!
//! [`Im`] is what sockets and endpoints call. Behind it, one fan-out loop walks accepted messages in commit order:
//! frames leave to live sessions, `rules` decides every other target, and the page's decisions are committed with the
//! moved cursor.

mod acks;
mod audience;
mod backlog;
mod before_send;
mod believed;
pub mod calls;
mod catalogue;
mod crowds;
mod deliveries;
mod device;
mod drafts;
mod fanout;
mod frames;
mod groups;
mod history;
mod keeping;
mod keys;
mod login;
mod meter;
mod outbox;
mod reach;
mod reads;
mod recalls;
mod registry;
mod requeue;
mod send;
mod session;
mod settings;
mod tokens;
mod waits;
mod walk;
mod whom;

use std::sync::Arc;

use model::{Clock, ErrorCode, Fault, Timestamp};
use store::{Op, Store, StoreError};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

pub use audience::{Occasion, Standing, facts_of, reminder_text, rings_for};
pub use backlog::BacklogLimits;
pub use before_send::{BeforeSend, Judgement};
pub use catalogue::{AppView, Catalogue};
pub use keys::Keys;
pub use login::Opened;
pub use meter::ImMeter;
pub use outbox::{Ending, Outbound, Outbox, OutboxDoor, Told, outbox};
pub use registry::Live;
pub use requeue::{RequeueOrder, Requeued};
pub use send::{Accepted, NewPush};
pub use tokens::{TOKEN_LIFETIME_MAX_S, issue_token};

/// Times and sizes of the IM half.
#[derive(Debug, Clone, Copy)]
pub struct ImConfig {
    /// How often clients ping, in milliseconds.
    pub heartbeat_ms: u32,
    /// How long a client has to acknowledge a message, in milliseconds.
    pub ack_within_ms: u32,
    /// How long a client has to acknowledge a call, in milliseconds.
    pub call_ack_within_ms: u32,
    /// How long after a restart a lost connection counts as coming back, in milliseconds.
    pub reconnect_grace_ms: i64,
    /// How much may wait for vendors.
    pub backlog: BacklogLimits,
}

impl Default for ImConfig {
    fn default() -> Self {
        Self {
            heartbeat_ms: 30_000,
            ack_within_ms: 5_000,
            call_ack_within_ms: 2_000,
            reconnect_grace_ms: 10_000,
            backlog: BacklogLimits::default(),
        }
    }
}

/// The IM half. Made once, shared by every socket and endpoint.
pub struct Im {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    config: ImConfig,
    catalogue: Arc<Catalogue>,
    registry: registry::Registry,
    waits: waits::Waits,
    acks: acks::Acks,
    backlogs: backlog::Backlogs,
    expedited: mpsc::UnboundedSender<fanout::Expedite>,
    before_send: std::sync::OnceLock<Arc<dyn BeforeSend>>,
    group_turns: groups::Turns,
    /// Told when a user was deleted.
    deletions: tokio::sync::Notify,
    started_at: Timestamp,
    meter: ImMeter,
    draining: watch::Sender<bool>,
    tasks: std::sync::Mutex<Vec<JoinHandle<()>>>,
}

impl Im {
    /// Starts the IM half: logins that a stop left online count as lost, and fan-outs that it left open go on.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot take the first commit.
    pub async fn start(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        config: ImConfig,
    ) -> Result<Arc<Self>, StoreError> {
        let started_at = clock.now();
        let feed = store.feed().subscribe();
        store.commit(vec![Op::DisconnectAll { at: started_at }]).await?;
        let catalogue = Arc::new(Catalogue::new(Arc::clone(&store)));
        let (expedited, expedite_inbox) = mpsc::unbounded_channel();
        let im = Arc::new(Self {
            registry: registry::Registry::default(),
            store,
            clock,
            config,
            catalogue: Arc::clone(&catalogue),
            waits: waits::Waits::default(),
            acks: acks::Acks::default(),
            backlogs: backlog::Backlogs::default(),
            expedited,
            before_send: std::sync::OnceLock::new(),
            group_turns: groups::Turns::default(),
            deletions: tokio::sync::Notify::new(),
            started_at,
            meter: ImMeter::default(),
            draining: watch::Sender::new(false),
            tasks: std::sync::Mutex::default(),
        });
        let fanout = tokio::spawn(fanout::run(Arc::clone(&im), feed, expedite_inbox));
        let invalidation = tokio::spawn(catalogue::run_invalidation(catalogue, im.store.feed().subscribe()));
        let calls = tokio::spawn(calls::run_watch(Arc::clone(&im), im.store.feed().subscribe()));
        let acks = tokio::spawn(acks::run(Arc::clone(&im)));
        let keeping = tokio::spawn(keeping::run(Arc::clone(&im)));
        im.keep_tasks([fanout, invalidation, calls, acks, keeping]);
        Ok(im)
    }

    /// The process is about to end and to be started again: no more is fanned out, and connections that close now count
    /// as coming back. The next start finds them as a crash would have left them, with their time to reconnect.
    pub fn drain(&self) {
        self.draining.send_replace(true);
    }

    /// Stops the background loops; what they had not committed is found again at the next start.
    pub fn stop(&self) {
        let mut tasks = self.tasks.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for task in tasks.drain(..) {
            task.abort();
        }
    }

    /// Times and sizes.
    #[must_use]
    pub const fn config(&self) -> &ImConfig {
        &self.config
    }

    /// Apps and their certificates, cached.
    #[must_use]
    pub const fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What the IM half counts of its own work.
    #[must_use]
    pub const fn meter(&self) -> &ImMeter {
        &self.meter
    }

    /// Tells every connection that the server goes down: the client may come back elsewhere.
    pub fn tell_shutdown(&self) {
        self.registry.end_all(Ending::Shutdown);
    }

    /// How many connections are logged in.
    #[must_use]
    pub fn online(&self) -> usize {
        self.registry.len()
    }

    fn keep_tasks(&self, tasks: impl IntoIterator<Item = JoinHandle<()>>) {
        self.tasks.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(tasks);
    }
}

/// What a store's failure looks like from outside: nothing was changed, and whether to repeat.
#[must_use]
pub fn fault_of(error: &StoreError) -> Fault {
    match error {
        StoreError::Busy | StoreError::Disk(_) => ErrorCode::Busy.into(),
        StoreError::Corrupt(_) | StoreError::Database(_) => {
            tracing::error!(%error, "the store failed");
            ErrorCode::Internal.into()
        }
    }
}
