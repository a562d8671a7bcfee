//! Acknowledgements on their way to the store. They are cumulative, so those of a moment are stored together: one row
//! for each device and conversation, however many messages it covers. Until then the messages count as out.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use model::{AppId, ConversationId, Fault, MessageId, Seq};
use store::Op;
use tokio::{sync::Notify, time::sleep};

use crate::{Im, fanout::Expedite, registry::Live};

/// After what was acknowledged is stored, more is gathered for so long.
const GATHERED_FOR: Duration = Duration::from_millis(100);
/// How long to wait before what the store refused is stored again.
const REFUSED_PAUSE: Duration = Duration::from_secs(1);
/// Devices of one commit.
const COMMIT_MAX: usize = 1024;

/// The logins whose acknowledgements are not stored yet.
#[derive(Default)]
pub(crate) struct Acks {
    waiting: Mutex<Vec<Arc<Live>>>,
    came: Notify,
    /// One stores at a time: who comes second knows that the first has stored everything that came before.
    storing: tokio::sync::Mutex<()>,
}

impl Acks {
    fn take(&self) -> Vec<Arc<Live>> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, lives: impl IntoIterator<Item = Arc<Live>>) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).extend(lives);
        self.came.notify_one();
    }
}

/// Stores what comes, until the store is gone.
pub(crate) async fn run(im: Arc<Im>) {
    loop {
        im.acks.came.notified().await;
        if let Err(fault) = im.store_acks().await {
            tracing::warn!(%fault, "acknowledgements were put off");
            sleep(REFUSED_PAUSE).await;
        }
        sleep(GATHERED_FOR).await;
    }
}

impl Im {
    /// Notes how far a device has the messages; it is stored a moment later.
    pub fn ack(&self, live: &Arc<Live>, cursors: Vec<(ConversationId, Seq)>) {
        if live.note_ack(cursors) {
            self.acks.put([Arc::clone(live)]);
        }
    }

    /// Stores every acknowledgement that came until now.
    ///
    /// # Errors
    /// `busy`; then they are stored later.
    pub async fn store_acks(&self) -> Result<(), Fault> {
        let _storing = self.acks.storing.lock().await;
        let mut rest = self.acks.take();
        while !rest.is_empty() {
            let later = rest.split_off(rest.len().min(COMMIT_MAX));
            let cursors: Vec<_> = rest.iter().map(|live| live.take_acks()).collect();
            let batch = rest.iter().zip(&cursors).map(|(live, cursors)| ack_of(live, cursors.clone()));
            if let Err(fault) = self.commit_all(batch.collect()).await {
                for (live, cursors) in rest.iter().zip(cursors) {
                    live.note_ack(cursors);
                }
                self.acks.put(rest.into_iter().chain(later));
                return Err(fault);
            }
            for (live, cursors) in rest.iter().zip(&cursors) {
                self.note_stored(live, cursors);
            }
            rest = later;
        }
        Ok(())
    }

    /// Forgets what was out on a connection and is acknowledged in the store, and tells the fan-out where nobody is
    /// waited for any more.
    pub(crate) fn note_stored(&self, live: &Live, cursors: &[(ConversationId, Seq)]) {
        let covered = live.stored(cursors);
        let crowds = covered.crowds.into_iter().filter(|message| self.waits.crowd_is_over(*message));
        for message in crowds {
            self.tell_over(live.app, message);
        }
        for message in self.waits.acked(&live.user, live.device, &covered.alone) {
            self.tell_over(live.app, message);
        }
    }

    fn tell_over(&self, app: AppId, message: MessageId) {
        let _ = self.expedited.send(Expedite::Over { app, message });
    }
}

/// The op that stores how far a device has the messages.
pub(crate) fn ack_of(live: &Live, cursors: Vec<(ConversationId, Seq)>) -> Op {
    Op::Ack { app: live.app, user: live.user.clone(), device: live.device, cursors }
}
