//! Requests of the client's end: kept until they are answered, repeated on every connection.

use model::{ErrorCode, FRAME_MAX_BYTES, Timestamp};

use super::{
    Answer, Ask, ClientEffect,
    link::{ClientLink, Phase},
    live::Asked,
};
use crate::{ErrorFrame, encode};

/// After this time a request that the server had no room for is asked again, in milliseconds.
const AGAIN_AFTER_MS: i64 = 5_000;

/// Requests without an answer, in the order they were asked.
#[derive(Debug, Default)]
pub(crate) struct Asks(Vec<Waiting>);

#[derive(Debug)]
struct Waiting {
    ask: Ask,
    until: Timestamp,
}

impl Asks {
    /// What another process left.
    pub(crate) fn of(kept: Vec<Ask>) -> Self {
        Self(kept.into_iter().map(|ask| Waiting { ask, until: Timestamp::NEVER }).collect())
    }

    fn add(&mut self, ask: Ask, until: Timestamp) {
        self.0.retain(|earlier| !ask.replaces(&earlier.ask));
        self.0.push(Waiting { ask, until });
    }

    fn remove(&mut self, ask: &Ask) -> bool {
        let before = self.0.len();
        self.0.retain(|waiting| waiting.ask != *ask);
        self.0.len() < before
    }

    /// Takes out what the condition names.
    fn take(&mut self, goes: impl Fn(&Waiting) -> bool) -> Vec<Ask> {
        self.0.extract_if(.., |waiting| goes(waiting)).map(|waiting| waiting.ask).collect()
    }

    pub(crate) fn all(&self) -> Vec<Ask> {
        self.0.iter().map(|waiting| waiting.ask.clone()).collect()
    }

    /// What another process has to ask.
    pub(crate) fn kept(&self) -> Vec<Ask> {
        self.all().into_iter().filter(Ask::is_kept).collect()
    }

    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.0.iter().map(|waiting| waiting.until).min().filter(|until| *until != Timestamp::NEVER)
    }
}

impl ClientLink {
    pub(super) fn ask(&mut self, now: Timestamp, ask: Ask) {
        let refusal = if encode(&ask.clone().into_frame(u32::MAX)).len() > FRAME_MAX_BYTES {
            Some(ErrorCode::FrameTooLarge)
        } else if ask.is_of_device() {
            None
        } else if self.login.is_none() {
            Some(ErrorCode::LoginFirst)
        } else if self.asks.0.len() >= self.config.pending_max {
            Some(ErrorCode::Busy)
        } else {
            None
        };
        if let Some(code) = refusal {
            self.fail_ask(ask, code);
            return;
        }
        let until = ask.waits_ms().map_or(Timestamp::NEVER, |ms| now.plus_ms(ms));
        self.asks.add(ask.clone(), until);
        if ask.is_kept() {
            self.effects.push(ClientEffect::Persist);
        }
        if matches!(self.phase, Phase::Live(_)) && !self.leaving {
            self.transmit_ask(now, ask);
        }
    }

    pub(super) fn transmit_ask(&mut self, now: Timestamp, ask: Ask) {
        let Phase::Live(live) = &mut self.phase else { return };
        let request = live.ask(Asked::Ask(ask.clone()));
        self.transmit_awaiting_answer(now, &ask.into_frame(request));
    }

    /// A request that was replaced meanwhile is answered through the one that took its place.
    pub(super) fn on_ask_answered(&mut self, now: Timestamp, ask: Ask, outcome: Result<Answer, ErrorFrame>) {
        let is_passing = outcome.as_ref().is_err_and(ErrorFrame::is_passing);
        if is_passing && ask.waits_ms().is_none() {
            if let Phase::Live(live) = &mut self.phase {
                live.again_due.get_or_insert(now.plus_ms(AGAIN_AFTER_MS));
            }
            return;
        }
        if self.asks.remove(&ask) {
            if ask.is_kept() {
                self.effects.push(ClientEffect::Persist);
            }
            self.effects.push(ClientEffect::Answered { ask, outcome });
        }
    }

    /// Asks once more what the server had no room for.
    pub(super) fn ask_again(&mut self, now: Timestamp) {
        for ask in self.asks.all() {
            if let Phase::Live(live) = &self.phase
                && !live.is_asked(&ask)
            {
                self.transmit_ask(now, ask);
            }
        }
    }

    /// Gives up what waited too long for a connection.
    pub(super) fn expire_asks(&mut self, now: Timestamp) {
        for ask in self.asks.take(|waiting| waiting.until <= now) {
            self.fail_ask(ask, ErrorCode::NoConnection);
        }
    }

    /// Forgets what a new login asks anew by itself.
    pub(super) fn drop_token_asks(&mut self) {
        self.asks.take(|waiting| {
            matches!(waiting.ask, Ask::Report { .. } | Ask::Bind { .. } | Ask::Unbind { .. })
        });
    }

    /// Fails what the condition names.
    pub(super) fn fail_asks(&mut self, goes: impl Fn(&Ask) -> bool) {
        self.drop_token_asks();
        for ask in self.asks.take(|waiting| goes(&waiting.ask)) {
            self.fail_ask(ask, ErrorCode::LoginFirst);
        }
    }

    fn fail_ask(&mut self, ask: Ask, code: ErrorCode) {
        let error = ErrorFrame::of(&code.into());
        self.effects.push(ClientEffect::Answered { ask, outcome: Err(error) });
    }
}
