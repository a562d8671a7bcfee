//! From an accepted message to the vendor's answer: looks and their commits, claims, sends, and time.

use std::sync::Arc;

use im::{Occasion, Standing, facts_of};
use model::{BindingState, Message, MessageKind, Purpose, SessionState, TargetVerdict, Timestamp, Verdict};
use rules::{Ruling, Situation, TokenAction, before_send, decide, follow, give_up};
use store::AudienceRow;
use wire::ServerInput;

use super::{
    Flaw,
    cast::CERTIFICATE,
    ledger::{Decided, Letter, Page, place_of},
    phones::{PING_MS, frame_of},
    steps::Answer,
    world::World,
};

/// How long a client has to acknowledge a call, and anything else, and what the look behind it grants beyond that.
const CALL_ACK_MS: i64 = 2_000;
const ACK_MS: i64 = 5_000;
const MARGIN_MS: i64 = 250;
const GRACE_MS: i64 = 10_000;

impl World {
    /// Looks at every message that is due and stores what was decided.
    pub(crate) fn fan_out(&mut self) {
        self.commit();
        while let Some(letter) = self.due() {
            let page = self.look(letter);
            self.page = Some(page);
            self.commit();
        }
    }

    pub(crate) fn look_at_one(&mut self) {
        self.commit();
        if let Some(letter) = self.due() {
            let page = self.look(letter);
            self.page = Some(page);
        }
    }

    /// Stores what was looked at; where it was overtaken, the message is looked at again.
    pub(crate) fn commit(&mut self) {
        if let Some(page) = self.page.take() {
            self.moment += 1;
            let letter = page.letter;
            if !self.ledger.decide(page, self.now) {
                self.ledger.fanouts.insert(letter, self.now);
            }
        }
    }

    fn due(&self) -> Option<Letter> {
        self.ledger.fanouts.iter().find(|(_, due_at)| **due_at <= self.now).map(|(&letter, _)| letter)
    }

    /// Frames leave, and everybody who can be decided is.
    fn look(&mut self, letter: Letter) -> Page {
        self.moment += 1;
        let message = Arc::clone(&self.ledger.letters[letter]);
        let rows = self.ledger.audience(&message.addressee, &self.cast);
        let ends: Vec<(AudienceRow, Standing)> = rows
            .into_iter()
            .map(|row| {
                let standing = self.reach(letter, &message, &row);
                (row, standing)
            })
            .collect();
        let occasion =
            Occasion { message: &message, view: &self.view, call: self.calls.get(&letter), now: self.now };
        let mut page = Page { letter, read_at: self.moment, decisions: Vec::new(), again_at: None };
        for (row, standing) in &ends {
            let decision = decide(&facts_of(&occasion, row, *standing, &ends));
            let target = place_of(row, &self.cast);
            match decision.ruling {
                Ruling::Delivered => continue,
                Ruling::Wait => {
                    let until = self.waits_until(&message, *standing);
                    page.again_at = Some(page.again_at.map_or(until, |other| other.min(until)));
                    continue;
                }
                Ruling::Skip => {
                    let judged = (&self.cast, self.now);
                    self.truth.judge_reason(decision.reason, target, (letter, &message), judged);
                }
                Ruling::Push => {}
            }
            let (token, generation) = match &row.binding {
                BindingState::Bound(binding) => (Arc::clone(&binding.token), binding.generation),
                BindingState::Lost(_) => ("".into(), 0),
            };
            let pushes = decision.ruling == Ruling::Push;
            let (person, gadget) = target;
            page.decisions.push(Decided {
                person,
                gadget,
                token,
                generation,
                pushes,
                reason: decision.reason,
            });
        }
        page
    }

    /// Sends the frame to a target that is connected, once a connection, and says where the target stands.
    fn reach(&mut self, letter: Letter, message: &Message, row: &AudienceRow) -> Standing {
        let (person, Some(gadget)) = place_of(row, &self.cast) else { return Standing::Offline };
        let connected = row.session.as_ref().is_some_and(|session| session.state.is_logged_in());
        let Some(link) = self.links[gadget].as_mut().filter(|link| connected && Some(link.person) == person)
        else {
            return self.away(message, row);
        };
        let foreground = link.foreground;
        let is_sender = row.user == message.sender
            && message.sender_device == row.device.as_ref().map(|device| device.id);
        let acked = message.seq.0 > 0 && row.acked >= message.seq;
        let Some(frame) = frame_of(message).filter(|_| !message.online_only && !is_sender && !acked) else {
            return Standing::Unframed { foreground };
        };
        match link.out.get(&letter) {
            Some(&since) if message.kind == MessageKind::Call && self.now.since_ms(since) >= CALL_ACK_MS => {
                return Standing::Overdue { foreground };
            }
            Some(_) => return Standing::Framed { foreground },
            None => {}
        }
        link.out.insert(letter, self.now);
        self.feed(gadget, ServerInput::Deliver(&[frame]));
        if let (Flaw::TakesWrittenForArrived, Some(person)) = (self.flaw, person)
            && let Some(conversation) = message.addressee.conversation()
        {
            self.ledger.ack((person, gadget), conversation, message.seq);
        }
        Standing::Framed { foreground }
    }

    /// Without a connection: a login that a restart cut off may still come back, but a call does not wait for it.
    fn away(&self, message: &Message, row: &AudienceRow) -> Standing {
        let by_restart = row.session.as_ref().is_some_and(|session| {
            session.state == SessionState::Disconnected && session.since == self.started_at
        });
        let in_time = self.now < self.started_at.plus_ms(GRACE_MS);
        if by_restart && in_time && message.kind != MessageKind::Call {
            Standing::Reconnecting
        } else {
            Standing::Offline
        }
    }

    fn waits_until(&self, message: &Message, standing: Standing) -> Timestamp {
        let ack_ms = if message.kind == MessageKind::Call { CALL_ACK_MS } else { ACK_MS };
        match standing {
            Standing::Reconnecting => self.started_at.plus_ms(GRACE_MS),
            _ => self.now.plus_ms(ack_ms + MARGIN_MS),
        }
    }

    pub(crate) fn claim(&mut self) {
        self.hands.extend(self.ledger.claim(self.now));
    }

    /// The oldest push in the hands leaves, if it still may.
    pub(crate) fn begin(&mut self) {
        let Some(place) = self.hands.pop_front() else { return };
        self.moment += 1;
        let row = &self.ledger.rows[place];
        let message = Arc::clone(&self.ledger.letters[row.letter]);
        let certificate = self.view.certificate(CERTIFICATE);
        if let Err(reason) = before_send(certificate, message.expires_at, self.now) {
            let target = (row.person, row.gadget);
            self.truth.judge_reason(reason, target, (row.letter, &message), (&self.cast, self.now));
            self.ledger.update(place, &give_up(reason, self.now));
        } else if self.ledger.begin(place) {
            let row = &self.ledger.rows[place];
            let acked = row.person.zip(row.gadget).is_some_and(|key| self.ledger.has_acked(key, &message));
            self.truth.judge_begin(row, acked);
            self.wire.push_back(place);
        }
    }

    /// The oldest push on the wire arrives, and what the vendor answers is stored.
    pub(crate) fn arrive(&mut self, answer: Answer) {
        let Some(place) = self.wire.pop_front() else { return };
        let row = &self.ledger.rows[place];
        let verdict = match answer {
            Answer::Accepted => Verdict::Accepted,
            Answer::Later => Verdict::Retry { after: None },
            Answer::TokenDead => Verdict::TokenDead { since: None },
        };
        let situation = Situation {
            purpose: Purpose::Notify,
            now: self.now,
            expires_at: self.ledger.letters[row.letter].expires_at,
            tries: row.tries + 1,
            renewals: 0,
            auth_kept_until: None,
            auth_has_worked: false,
            amount_resumes_at: self.now,
            token_registered_at: None,
            doubts: 0,
            environment_confirmed: false,
            dice: u64::from(row.tries),
        };
        let then = follow(&situation, &TargetVerdict::new(verdict, 200, ""));
        let token = Arc::clone(&row.token);
        self.ledger.update(place, &then);
        if let TokenAction::Clear { registered_before } = then.token
            && let Some(gadget) = self.ledger.clear(&token, registered_before)
        {
            self.truth.token_died(gadget);
        }
    }

    /// Time passes: clients are heard, deadlines come, and messages are looked at when they are due.
    pub(crate) fn wait(&mut self, ms: i64) {
        let end = self.now.plus_ms(ms);
        while self.now < end {
            if ms >= 1_000 {
                self.be_heard();
            }
            let rest_ends = end.min(self.now.plus_ms(PING_MS));
            let due = self.ledger.fanouts.values().copied().chain(self.next_deadline()).min();
            self.now = due.map_or(rest_ends, |due| due.clamp(self.now.plus_ms(1), rest_ends));
            self.moment += 1;
            self.tick();
            self.fan_out();
        }
    }
}
