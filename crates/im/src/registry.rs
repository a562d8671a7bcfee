//! Live sessions: who is connected here, and what was sent to them and not yet acknowledged.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use model::{AppId, ConversationId, DeviceId, MessageId, Seq, SessionId, Timestamp, UserId};
use tokio::sync::{Notify, mpsc};
use wire::{KickReason, MessageFrame, ServerFrame};

/// What the IM half tells a socket.
#[derive(Debug, Clone, PartialEq)]
pub enum Outbound {
    /// Messages to deliver; to be acknowledged within the deadline.
    Deliver(Arc<[Arc<MessageFrame>]>),
    /// A part of the answer to a sync, in its turn among the live messages.
    Page(Arc<[Arc<MessageFrame>]>),
    /// A word that is neither acknowledged nor repeated, such as a read mark.
    Tell(Box<ServerFrame>),
}

/// How the server's side ends a session. It does not queue behind messages: a socket that is far behind hears it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The session has ended; tell and close.
    Kick(KickReason),
    /// The same user logged in again on the same device; close without a word.
    Replaced,
}

/// One connected login.
#[derive(Debug)]
pub struct Live {
    /// The App.
    pub app: AppId,
    /// Who.
    pub user: UserId,
    /// Where.
    pub device: DeviceId,
    /// Which login.
    pub session: SessionId,
    outbox: mpsc::Sender<Outbound>,
    foreground: AtomicBool,
    unacked: Mutex<HashMap<ConversationId, Unacked>>,
    ending: Mutex<Option<Ending>>,
    ended: Notify,
}

/// What is out in one conversation.
#[derive(Debug)]
struct Unacked {
    highest: Seq,
    messages: Vec<Out>,
}

/// A message that is out.
#[derive(Debug, Clone, Copy)]
struct Out {
    seq: Seq,
    message: MessageId,
    since: Timestamp,
}

impl Live {
    /// A login whose socket listens on the outbox.
    #[must_use]
    pub fn new(
        app: AppId,
        user: UserId,
        device: DeviceId,
        session: SessionId,
        foreground: bool,
        outbox: mpsc::Sender<Outbound>,
    ) -> Self {
        Self {
            app,
            user,
            device,
            session,
            outbox,
            foreground: AtomicBool::new(foreground),
            unacked: Mutex::default(),
            ending: Mutex::default(),
            ended: Notify::new(),
        }
    }

    /// Whether the app is on screen.
    #[must_use]
    pub fn is_foreground(&self) -> bool {
        self.foreground.load(Ordering::Acquire)
    }

    pub(crate) fn set_foreground(&self, foreground: bool) {
        self.foreground.store(foreground, Ordering::Release);
    }

    /// Since when a message is out on this connection and not acknowledged.
    pub(crate) fn out_since(&self, conversation: &ConversationId, seq: Seq) -> Option<Timestamp> {
        let unacked = self.unacked();
        let out = unacked.get(conversation).filter(|out| out.highest >= seq)?;
        out.messages.iter().find(|sent| sent.seq >= seq).map(|sent| sent.since)
    }

    /// Hands frames to the socket, which are out from now on. `false`: the socket is gone or so far behind that it counts
    /// as gone.
    pub(crate) fn deliver(&self, frames: Arc<[Arc<MessageFrame>]>, now: Timestamp) -> bool {
        self.note_out(&frames, now);
        match self.outbox.try_send(Outbound::Deliver(Arc::clone(&frames))) {
            Ok(()) => true,
            Err(_) => {
                self.forget_out(&frames);
                false
            }
        }
    }

    /// Hands a message for connected devices alone to the socket. Nobody waits for it to be acknowledged.
    pub(crate) fn deliver_once(&self, frames: Arc<[Arc<MessageFrame>]>) {
        if self.outbox.try_send(Outbound::Deliver(frames)).is_err() {
            tracing::debug!("a message to connected devices alone found no room");
        }
    }

    /// Hands a page of a sync to the socket and waits for room. `false`: the socket is gone.
    pub(crate) async fn deliver_page(&self, frames: Arc<[Arc<MessageFrame>]>, now: Timestamp) -> bool {
        self.note_out(&frames, now);
        self.outbox.send(Outbound::Page(frames)).await.is_ok()
    }

    /// Says a word that may be lost: where the socket is behind, it is.
    pub(crate) fn tell(&self, frame: ServerFrame) {
        let _ = self.outbox.try_send(Outbound::Tell(Box::new(frame)));
    }

    fn note_out(&self, frames: &[Arc<MessageFrame>], now: Timestamp) {
        let mut unacked = self.unacked();
        for frame in frames {
            let sent = Out { seq: frame.seq, message: frame.id, since: now };
            match unacked.get_mut(&frame.conversation) {
                Some(out) => {
                    out.highest = out.highest.max(frame.seq);
                    out.messages.push(sent);
                }
                None => {
                    let out = Unacked { highest: frame.seq, messages: vec![sent] };
                    unacked.insert(frame.conversation.clone(), out);
                }
            }
        }
    }

    fn forget_out(&self, frames: &[Arc<MessageFrame>]) {
        let mut unacked = self.unacked();
        for frame in frames {
            if let Some(out) = unacked.get_mut(&frame.conversation) {
                out.messages.retain(|sent| sent.message != frame.id);
                out.highest = out.messages.iter().map(|sent| sent.seq).max().unwrap_or(Seq(0));
            }
        }
    }

    /// Ends the session from the server's side; the first word stands.
    pub(crate) fn end(&self, how: Ending) {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(how);
        self.ended.notify_one();
    }

    /// Waits until the server's side has ended the session. For the one task that serves the socket.
    pub async fn ended(&self) -> Ending {
        loop {
            let ending = *self.ending.lock().unwrap_or_else(PoisonError::into_inner);
            match ending {
                Some(how) => return how,
                None => self.ended.notified().await,
            }
        }
    }

    /// Forgets what a cumulative acknowledgement covers, and says which messages it covered.
    pub(crate) fn acked(&self, cursors: &[(ConversationId, Seq)]) -> Vec<MessageId> {
        let mut unacked = self.unacked();
        let mut covered = Vec::new();
        for (conversation, seq) in cursors {
            if let Some(out) = unacked.get_mut(conversation) {
                covered.extend(out.messages.extract_if(.., |sent| sent.seq <= *seq).map(|sent| sent.message));
                if out.messages.is_empty() {
                    unacked.remove(conversation);
                }
            }
        }
        covered
    }

    /// The messages that are out and unacknowledged: to be decided again when the connection is lost.
    pub(crate) fn take_out(&self) -> Vec<MessageId> {
        self.unacked()
            .drain()
            .flat_map(|(_, out)| out.messages.into_iter().map(|sent| sent.message))
            .collect()
    }

    fn unacked(&self) -> std::sync::MutexGuard<'_, HashMap<ConversationId, Unacked>> {
        self.unacked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type ByUser = HashMap<(AppId, UserId), Vec<Arc<Live>>>;

/// Every connected login of this process.
#[derive(Default)]
pub(crate) struct Registry {
    by_user: Mutex<ByUser>,
}

impl Registry {
    /// Adds a login; an older connection of the same user and device is told that it was replaced.
    pub(crate) fn add(&self, live: Arc<Live>) {
        let replaced = {
            let mut by_user = self.lock();
            let lives = by_user.entry((live.app, live.user.clone())).or_default();
            let replaced: Vec<Arc<Live>> =
                lives.iter().filter(|other| other.device == live.device).cloned().collect();
            lives.retain(|other| other.device != live.device);
            lives.push(live);
            replaced
        };
        for old in replaced {
            old.end(Ending::Replaced);
        }
    }

    /// Removes a login, if it is still the one on its device.
    pub(crate) fn remove(&self, live: &Live) -> bool {
        let mut by_user = self.lock();
        let key = (live.app, live.user.clone());
        let Some(lives) = by_user.get_mut(&key) else {
            return false;
        };
        let before = lives.len();
        lives.retain(|other| other.session != live.session);
        let removed = lives.len() < before;
        if lives.is_empty() {
            by_user.remove(&key);
        }
        removed
    }

    /// A user's connected logins.
    pub(crate) fn of_user(&self, app: AppId, user: &UserId) -> Vec<Arc<Live>> {
        self.lock().get(&(app, user.clone())).cloned().unwrap_or_default()
    }

    /// The connected login on a device.
    pub(crate) fn find(&self, app: AppId, user: &UserId, device: DeviceId) -> Option<Arc<Live>> {
        self.lock().get(&(app, user.clone()))?.iter().find(|live| live.device == device).cloned()
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().values().map(Vec::len).sum()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, ByUser> {
        self.by_user.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
