//! What waits for one socket. An empty one holds a few words of memory: there is one for every idle phone.

use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use tokio::sync::Notify;
use wire::{KickReason, MessageFrame, Parcel, ServerFrame};

/// Words that may wait; one more, and the connection counts as lost.
const WORDS_MAX: usize = 256;
/// Room that is kept once everything was taken, in words.
const WORDS_KEPT: usize = 16;

/// What the IM half tells a socket.
#[derive(Debug, Clone, PartialEq)]
pub enum Outbound {
    /// Messages to deliver; to be acknowledged within the deadline.
    Deliver(Arc<[Arc<MessageFrame>]>),
    /// The same, written once for all who get it.
    Parcel(Arc<Parcel>),
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
    /// The server goes down; the client may come back elsewhere.
    Shutdown,
}

/// What a socket hears.
#[derive(Debug, PartialEq)]
pub enum Told {
    /// The next word.
    Word(Outbound),
    /// The session is over. Told once.
    Ended(Ending),
}

/// The socket's side.
#[derive(Debug)]
pub struct Outbox(Arc<Shared>);

/// The IM half's side.
#[derive(Debug)]
pub struct OutboxDoor(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    room: Notify,
}

#[derive(Debug, Default)]
struct State {
    words: VecDeque<Outbound>,
    ending: Option<Ending>,
    listener: Option<Waker>,
    is_closed: bool,
}

/// An outbox with its two sides.
#[must_use]
pub fn outbox() -> (OutboxDoor, Outbox) {
    let shared = Arc::<Shared>::default();
    (OutboxDoor(Arc::clone(&shared)), Outbox(shared))
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OutboxDoor {
    /// Puts a word in; `false`: there is no room, or the socket is gone.
    pub(crate) fn try_put(&self, word: Outbound) -> bool {
        self.put(word).is_ok()
    }

    /// Puts words in, in their order, and wakes the socket once; says how many found room.
    pub(crate) fn try_put_all(&self, words: impl IntoIterator<Item = Outbound>) -> usize {
        let (put, listener) = {
            let mut state = self.0.state();
            let room = if state.is_closed { 0 } else { WORDS_MAX.saturating_sub(state.words.len()) };
            let before = state.words.len();
            state.words.extend(words.into_iter().take(room));
            let put = state.words.len() - before;
            (put, if put > 0 { state.listener.take() } else { None })
        };
        wake(listener);
        put
    }

    /// Puts a word in and waits for room; `false`: the socket is gone.
    pub(crate) async fn put_waiting(&self, mut word: Outbound) -> bool {
        loop {
            let room = self.0.room.notified();
            match self.put(word) {
                Ok(()) => return true,
                Err(Refused::Closed) => return false,
                Err(Refused::Full(back)) => word = back,
            }
            room.await;
        }
    }

    /// Ends the session; the first word stands.
    pub(crate) fn end(&self, how: Ending) {
        let listener = {
            let mut state = self.0.state();
            state.ending.get_or_insert(how);
            state.listener.take()
        };
        wake(listener);
    }

    fn put(&self, word: Outbound) -> Result<(), Refused> {
        let listener = {
            let mut state = self.0.state();
            if state.is_closed {
                return Err(Refused::Closed);
            }
            if state.words.len() >= WORDS_MAX {
                return Err(Refused::Full(word));
            }
            state.words.push_back(word);
            state.listener.take()
        };
        wake(listener);
        Ok(())
    }
}

enum Refused {
    Full(Outbound),
    Closed,
}

fn wake(listener: Option<Waker>) {
    if let Some(listener) = listener {
        listener.wake();
    }
}

impl Outbox {
    /// What comes next: the end before any word that still waits, and nothing but the end where no words are `wanted`.
    pub async fn told(&mut self, wanted: bool) -> Told {
        let next = |ending: &mut Option<Ending>, words: &mut VecDeque<Outbound>| match ending.take() {
            Some(how) => Some(Told::Ended(how)),
            None if wanted => words.pop_front().map(Told::Word),
            None => None,
        };
        poll_fn(|cx| self.poll(cx, next)).await
    }

    /// The next word, whether or not the session is over; waits for one.
    pub async fn recv(&mut self) -> Option<Outbound> {
        poll_fn(|cx| self.poll(cx, |_, words| words.pop_front().map(Some))).await
    }

    /// The next word that waits already.
    pub fn try_recv(&mut self) -> Option<Outbound> {
        let mut state = self.0.state();
        let word = state.words.pop_front();
        self.note_taken(&mut state);
        word
    }

    /// Waits for the end of the session, whatever words wait.
    pub async fn ended(&self) -> Ending {
        poll_fn(|cx| self.poll(cx, |ending, _| *ending)).await
    }

    fn poll<T>(
        &self,
        cx: &mut Context<'_>,
        take: impl FnOnce(&mut Option<Ending>, &mut VecDeque<Outbound>) -> Option<T>,
    ) -> Poll<T> {
        let mut state = self.0.state();
        let State { ending, words, .. } = &mut *state;
        match take(ending, words) {
            Some(taken) => {
                self.note_taken(&mut state);
                Poll::Ready(taken)
            }
            None => {
                if !state.listener.as_ref().is_some_and(|listener| listener.will_wake(cx.waker())) {
                    state.listener = Some(cx.waker().clone());
                }
                Poll::Pending
            }
        }
    }

    fn note_taken(&self, state: &mut State) {
        if state.words.len() + 1 == WORDS_MAX {
            self.0.room.notify_waiters();
        }
        if state.words.is_empty() && state.words.capacity() > WORDS_KEPT {
            state.words.shrink_to(WORDS_KEPT);
        }
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        let words = {
            let mut state = self.0.state();
            state.is_closed = true;
            std::mem::take(&mut state.words)
        };
        drop(words);
        self.0.room.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(number: u32) -> Outbound {
        Outbound::Tell(Box::new(ServerFrame::Ok { request: number }))
    }

    #[tokio::test]
    async fn words_come_in_their_order_and_the_end_before_them() {
        let (door, mut outbox) = outbox();
        assert!(door.try_put(word(1)) && door.try_put(word(2)));
        assert_eq!(outbox.told(true).await, Told::Word(word(1)));
        door.end(Ending::Replaced);
        door.end(Ending::Shutdown);
        assert_eq!(outbox.told(false).await, Told::Ended(Ending::Replaced));
        assert_eq!(outbox.told(true).await, Told::Word(word(2)));
    }

    #[tokio::test]
    async fn a_full_outbox_refuses_and_whoever_waits_gets_the_next_place() {
        let (door, mut outbox) = outbox();
        for number in 0..WORDS_MAX {
            assert!(door.try_put(word(u32::try_from(number).unwrap())));
        }
        assert!(!door.try_put(word(1000)));
        assert_eq!(door.try_put_all([word(1000)]), 0);
        let waiting = tokio::spawn(async move { door.put_waiting(word(1001)).await });
        tokio::task::yield_now().await;
        assert_eq!(outbox.recv().await, Some(word(0)));
        assert!(waiting.await.unwrap());
    }

    #[tokio::test]
    async fn words_that_come_together_are_taken_as_far_as_there_is_room() {
        let (door, mut outbox) = outbox();
        assert_eq!(door.try_put_all((0..3).map(word)), 3);
        assert_eq!(door.try_put_all((3..1000).map(word)), WORDS_MAX - 3);
        for number in 0..WORDS_MAX {
            assert_eq!(outbox.try_recv(), Some(word(u32::try_from(number).unwrap())));
        }
        assert_eq!(outbox.try_recv(), None);
        drop(outbox);
        assert_eq!(door.try_put_all([word(1)]), 0);
    }

    #[tokio::test]
    async fn nothing_is_put_where_nobody_listens() {
        let (door, outbox) = outbox();
        drop(outbox);
        assert!(!door.try_put(word(1)));
        assert!(!door.put_waiting(word(1)).await);
    }
}
