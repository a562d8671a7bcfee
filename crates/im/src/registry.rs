//! Live sessions: who is connected here, and what was sent to them and not yet acknowledged.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use model::{AppId, ConversationId, DeviceId, MessageId, Seq, SessionId, Timestamp, UserId};
use wire::{MessageFrame, Parcel, ServerFrame};

use crate::{
    outbox::{Ending, Outbound, OutboxDoor},
    waits::{Crowd, GivenBack, Ticket},
};

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
    outbox: OutboxDoor,
    foreground: AtomicBool,
    is_gone: AtomicBool,
    flight: Mutex<Flight>,
}

/// What is out on a connection, and what of it came back acknowledged.
#[derive(Debug, Default)]
struct Flight {
    out: HashMap<ConversationId, Unacked>,
    /// Acknowledged and not stored yet: still out.
    acked: Vec<(ConversationId, Seq)>,
}

/// What is out in one conversation.
#[derive(Debug)]
struct Unacked {
    highest: Seq,
    messages: Vec<Out>,
}

/// A message that is out.
#[derive(Debug)]
struct Out {
    seq: Seq,
    message: MessageId,
    since: Timestamp,
    /// Its place among a crowd that is waited for.
    ticket: Option<Ticket>,
}

/// Messages that an acknowledgement covers.
#[derive(Debug, Default)]
pub(crate) struct Covered {
    /// Those that went to this connection by itself.
    pub(crate) alone: Vec<MessageId>,
    /// Those that went to a crowd, of which nobody is left.
    pub(crate) crowds: Vec<MessageId>,
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
        outbox: OutboxDoor,
    ) -> Self {
        Self {
            app,
            user,
            device,
            session,
            outbox,
            foreground: AtomicBool::new(foreground),
            is_gone: AtomicBool::new(false),
            flight: Mutex::default(),
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

    /// Whether its connection is gone, or its login over.
    pub(crate) fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Acquire)
    }

    /// Since when a message is out on this connection and not acknowledged.
    pub(crate) fn out_since(&self, conversation: &ConversationId, seq: Seq) -> Option<Timestamp> {
        let flight = self.flight();
        let out = flight.out.get(conversation).filter(|out| out.highest >= seq)?;
        out.messages.iter().find(|sent| sent.seq >= seq).map(|sent| sent.since)
    }

    /// Hands frames to the socket, which are out from now on. `false`: the socket is gone or so far behind that it
    /// counts as gone.
    pub(crate) fn deliver(&self, frames: Arc<[Arc<MessageFrame>]>, now: Timestamp) -> bool {
        self.flight().note_out(&frames, now);
        let is_put = self.outbox.try_put(Outbound::Deliver(Arc::clone(&frames)));
        if !is_put {
            self.flight().forget_out(&frames);
        }
        is_put
    }

    /// Hands messages to the socket of a member of their crowds, in their order, and says how many it took: one that is
    /// gone, or so far behind that it counts as gone, takes no more.
    pub(crate) fn deliver_to_crowd<'a>(
        &self,
        member: u32,
        messages: impl Iterator<Item = (&'a Arc<Parcel>, &'a Arc<Crowd>)> + Clone,
        now: Timestamp,
    ) -> usize {
        {
            let mut flight = self.flight();
            for (parcel, crowd) in messages.clone() {
                flight.note_ticket(parcel.message(), Ticket::new(Arc::clone(crowd), member), now);
            }
        }
        let parcels = messages.map(|(parcel, _)| parcel);
        let words = parcels.clone().map(|parcel| Outbound::Parcel(Arc::clone(parcel)));
        let taken = self.outbox.try_put_all(words);
        for refused in parcels.skip(taken) {
            self.flight().forget_out(std::slice::from_ref(refused.message()));
        }
        taken
    }

    /// Hands a message for connected devices alone to the socket. Nobody waits for it to be acknowledged.
    pub(crate) fn deliver_once(&self, frames: Arc<[Arc<MessageFrame>]>) {
        if !self.outbox.try_put(Outbound::Deliver(frames)) {
            tracing::debug!("a message to connected devices alone found no room");
        }
    }

    /// Hands a page of a sync to the socket and waits for room. `false`: the socket is gone.
    pub(crate) async fn deliver_page(&self, frames: Arc<[Arc<MessageFrame>]>, now: Timestamp) -> bool {
        self.flight().note_out(&frames, now);
        self.outbox.put_waiting(Outbound::Page(frames)).await
    }

    /// Says a word that may be lost: where the socket is behind, it is.
    pub(crate) fn tell(&self, frame: ServerFrame) {
        let _ = self.outbox.try_put(Outbound::Tell(Box::new(frame)));
    }

    /// Ends the session from the server's side; the first word stands.
    pub(crate) fn end(&self, how: Ending) {
        self.outbox.end(how);
    }

    /// Notes a cumulative acknowledgement; `true` where none waited to be stored.
    pub(crate) fn note_ack(&self, cursors: Vec<(ConversationId, Seq)>) -> bool {
        let acked = &mut self.flight().acked;
        let none_waited = acked.is_empty();
        for (conversation, seq) in cursors {
            match acked.iter_mut().find(|(known, _)| *known == conversation) {
                Some((_, far)) => *far = seq.max(*far),
                None => acked.push((conversation, seq)),
            }
        }
        none_waited && !acked.is_empty()
    }

    /// The acknowledgements that wait to be stored.
    pub(crate) fn take_acks(&self) -> Vec<(ConversationId, Seq)> {
        std::mem::take(&mut self.flight().acked)
    }

    /// Forgets what a stored acknowledgement covers.
    pub(crate) fn stored(&self, cursors: &[(ConversationId, Seq)]) -> Covered {
        let mut flight = self.flight();
        let mut covered = Covered::default();
        for (conversation, seq) in cursors {
            let Some(out) = flight.out.get_mut(conversation) else { continue };
            for sent in out.messages.extract_if(.., |sent| sent.seq <= *seq) {
                match sent.ticket.map_or(GivenBack::Unchanged, Ticket::give_back) {
                    GivenBack::Unchanged => covered.alone.push(sent.message),
                    GivenBack::Nobody => covered.crowds.push(sent.message),
                    GivenBack::Others => {}
                }
            }
            if out.messages.is_empty() {
                flight.out.remove(conversation);
            }
        }
        if flight.out.is_empty() {
            flight.out.shrink_to_fit();
        }
        covered
    }

    /// The messages that are out and unacknowledged: to be decided again when the connection is lost.
    pub(crate) fn take_out(&self) -> Vec<MessageId> {
        let out = std::mem::take(&mut self.flight().out);
        out.into_values().flat_map(|out| out.messages).map(|sent| sent.message).collect()
    }

    fn flight(&self) -> MutexGuard<'_, Flight> {
        self.flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    fn note_out(&mut self, frames: &[Arc<MessageFrame>], now: Timestamp) {
        for frame in frames {
            self.note(frame, None, now);
        }
    }

    /// A message that is out already, in a page of a sync, gets its ticket there.
    fn note_ticket(&mut self, frame: &MessageFrame, ticket: Ticket, now: Timestamp) {
        let known = self.out.get_mut(&frame.conversation).filter(|out| out.highest >= frame.seq);
        match known.and_then(|out| out.messages.iter_mut().find(|sent| sent.message == frame.id)) {
            Some(sent) => sent.ticket = Some(ticket),
            None => self.note(frame, Some(ticket), now),
        }
    }

    fn note(&mut self, frame: &MessageFrame, ticket: Option<Ticket>, now: Timestamp) {
        let sent = Out { seq: frame.seq, message: frame.id, since: now, ticket };
        match self.out.get_mut(&frame.conversation) {
            Some(out) => {
                out.highest = out.highest.max(frame.seq);
                out.messages.push(sent);
            }
            None => {
                let out = Unacked { highest: frame.seq, messages: vec![sent] };
                self.out.insert(frame.conversation.clone(), out);
            }
        }
    }

    fn forget_out(&mut self, frames: &[Arc<MessageFrame>]) {
        for frame in frames {
            if let Some(out) = self.out.get_mut(&frame.conversation) {
                out.messages.retain(|sent| sent.message != frame.id);
                out.highest = out.messages.iter().map(|sent| sent.seq).max().unwrap_or(Seq(0));
            }
        }
    }
}

type ByUser = HashMap<(AppId, UserId), Vec<Arc<Live>>>;

/// Every connected login of this process.
#[derive(Default)]
pub(crate) struct Registry {
    by_user: Mutex<ByUser>,
    len: AtomicUsize,
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
            self.len.fetch_add(1, Ordering::Relaxed);
            self.len.fetch_sub(replaced.len(), Ordering::Relaxed);
            replaced
        };
        for old in replaced {
            old.is_gone.store(true, Ordering::Release);
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
        live.is_gone.store(true, Ordering::Release);
        let before = lives.len();
        lives.retain(|other| other.session != live.session);
        let removed = lives.len() < before;
        self.len.fetch_sub(before - lives.len(), Ordering::Relaxed);
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

    /// Tells every connection how its session ends.
    pub(crate) fn end_all(&self, how: Ending) {
        for live in self.lock().values().flatten() {
            live.end(how);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, ByUser> {
        self.by_user.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
