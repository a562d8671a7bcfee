//! What comes back: answers to verdicts, verdicts to results, lost requests to another try.

use std::sync::Arc;

use model::{TargetVerdict, Timestamp, Verdict};
use rules::{LaneAction, Reason, TokenAction};
use tokio::time::Instant;
use vendors::{Channel, Step, WireReply};

use super::{
    Lane,
    brake::Braked,
    flights::Flight,
    leave,
    parcel::{Item, Parcel},
    settle::{self, KnownOfAuth, Tried},
};
use crate::{
    net::{ConnectionId, Landing, Lost},
    own_codes,
};

/// How often a parcel may come back unsent before that counts as a try.
const MOST_RETURNS: u8 = 8;

/// What is known where a job ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ending {
    /// When it began.
    pub(super) since: Timestamp,
    pub(super) now: Timestamp,
    /// Which authentication it was sent with.
    pub(super) serial: u32,
    /// The connection that brought the answer.
    pub(super) connection: Option<ConnectionId>,
}

impl Lane {
    pub(super) fn landed(&mut self, landing: Landing, now: Timestamp) {
        let (number, connection) = (landing.flight, landing.connection);
        let result = match &mut self.road {
            Some(road) => road.pool.landed(landing, Instant::now()),
            None => landing.into_result(),
        };
        let Some(flight) = self.flights.remove(number) else { return };
        match result {
            Ok(reply) => self.answered(flight, &reply, connection, now),
            Err(lost) => self.lost(flight, lost, connection, now),
        }
    }

    fn answered(&mut self, flight: Flight, reply: &WireReply, connection: ConnectionId, now: Timestamp) {
        if connection != ConnectionId::ELSEWHERE {
            self.note_answer(reply, now);
        }
        self.note_request(Some(reply), flight.since, now);
        let Flight { parcel, channel, pass, request, since, .. } = flight;
        match leave::resume_safely(&*channel, &parcel.job(now), &request, reply, &pass.auth) {
            Some(Step::Send(request)) => {
                self.resuming.push_back(Flight { parcel, channel, pass, request, since, resumed: true });
            }
            done => {
                let ending = Ending { since, now, serial: pass.serial, connection: Some(connection) };
                self.settle_step(parcel, done, ending);
            }
        }
    }

    fn note_request(&self, reply: Option<&WireReply>, since: Timestamp, now: Timestamp) {
        if let Some(certificate) = &self.certificate {
            self.shared.meter.vendor(certificate.vendor).note_answer(reply, now.since_ms(since));
        }
    }

    /// An answer closes the breaker, unless it says that the vendor's own server failed.
    fn note_answer(&mut self, reply: &WireReply, now: Timestamp) {
        self.dial_failures = 0;
        if reply.status >= 500 {
            self.breaker.failed("http_5xx", now, self.dice.roll());
        } else {
            self.breaker.answered();
        }
    }

    /// A request brought no answer. What was certainly not begun by the vendor goes again at once and counts as no
    /// try; anything else is a try that failed, and the repeat may be the vendor's second.
    pub(super) fn lost(&mut self, mut flight: Flight, lost: Lost, connection: ConnectionId, now: Timestamp) {
        let (verdict, code, text) = match lost {
            Lost::Unsent if flight.parcel.returns < MOST_RETURNS => {
                flight.parcel.returns += 1;
                return self.send_again(flight);
            }
            Lost::Unsent => (Verdict::Retry { after: None }, own_codes::NEVER_SENT, String::new()),
            Lost::Unknown { code, text } => {
                self.note_request(None, flight.since, now);
                // One host of many that does not answer says nothing of the others.
                if connection != ConnectionId::ELSEWHERE {
                    self.breaker.failed(code, now, self.dice.roll());
                }
                (Verdict::Retry { after: None }, code, text)
            }
            Lost::Unsendable => (Verdict::Unrecognised, own_codes::ADAPTER_FAILED, String::new()),
        };
        let judged = TargetVerdict { text, ..TargetVerdict::new(verdict, 0, code) };
        let ending =
            Ending { since: flight.since, now, serial: flight.pass.serial, connection: Some(connection) };
        let verdicts = vec![judged; flight.parcel.items.len()];
        self.settle(flight.parcel, verdicts, ending);
    }

    /// The same request again, or, where the certificate has changed since, the job from its beginning.
    fn send_again(&mut self, flight: Flight) {
        let same = self.road.as_ref().is_some_and(|road| Arc::ptr_eq(&road.channel, &flight.channel));
        if same && flight.resumed {
            self.resuming.push_back(flight);
        } else {
            self.hand.put_back(flight.parcel);
        }
    }

    pub(super) fn settle_step(&mut self, parcel: Parcel, step: Option<Step>, ending: Ending) {
        let mut verdicts = match step {
            Some(Step::Done(verdicts)) => verdicts,
            Some(Step::Send(_)) | None => {
                tracing::error!(certificate = %self.id, "an adapter failed on a push");
                Vec::new()
            }
        };
        let missing = || TargetVerdict::new(Verdict::Unrecognised, 0, own_codes::ADAPTER_FAILED);
        verdicts.resize_with(parcel.items.len(), missing);
        self.settle(parcel, verdicts, ending);
    }

    /// Puts the results of a job on their way to the store, and does what they ask of the lane.
    fn settle(&mut self, parcel: Parcel, verdicts: Vec<TargetVerdict>, ending: Ending) {
        let Ending { since, now, .. } = ending;
        let took_ms = u32::try_from(now.since_ms(since).max(0)).unwrap_or(u32::MAX);
        let counted = self.counted(&parcel);
        self.learn_from(counted, &verdicts, now);
        for (item, judged) in parcel.items.iter().zip(verdicts) {
            let counted = counted.filter(|_| judged.verdict == Verdict::Accepted);
            let place = self.outbox.next_place();
            self.settle_one(item, judged, Tried { now, took_ms }, ending);
            if let Some(counted) = counted {
                self.count(counted, item, place, now);
            }
        }
    }

    fn settle_one(&mut self, item: &Item, judged: TargetVerdict, tried: Tried, ending: Ending) {
        let auth = self.road.as_ref().map(|road| &road.auth);
        let known = KnownOfAuth {
            kept_until: auth.and_then(|auth| auth.kept_until(ending.serial, tried.now)),
            has_worked: auth.is_some_and(|auth| auth.has_worked(tried.now)),
        };
        let resumes_at = match judged.verdict {
            Verdict::Limited { .. } => self.amounts_resume_at(tried.now),
            _ => tried.now,
        };
        let mut follow = settle::situate(item, &judged, known, tried.now, resumes_at, self.dice.roll());
        if matches!(follow.token, TokenAction::Clear { .. }) {
            let braked = self.brake.dies(tried.now);
            if braked != Braked::Cleared {
                follow.token = TokenAction::Keep;
                follow.reason = Reason::TOKEN_DISBELIEVED;
            }
            if braked == Braked::Engaged {
                self.brake_engaged();
            }
        }
        if let Some(certificate) = &self.certificate {
            self.shared.meter.vendor(certificate.vendor).note_verdict(&judged);
            tracing::trace!(
                target: "posthouse::road",
                stage = "send",
                message = %item.message,
                began_ms = ending.since.0,
                ended_ms = tried.now.0,
                vendor = certificate.vendor.name(),
                certificate = self.id.0,
                verdict = judged.verdict.name(),
                http_status = judged.http_status,
                state = follow.state.as_str(),
            );
        }
        if judged.verdict == Verdict::Accepted {
            self.accepted += 1;
            self.alarm = None;
            if let Some(road) = &mut self.road {
                road.auth.worked(tried.now);
            }
            self.brake.lives();
        }
        match follow.lane {
            // What an amount that is used up means for the others was learned with the whole job.
            LaneAction::Go | LaneAction::UsedUp { .. } => {}
            LaneAction::Pause { until } => self.pause_until(until, &judged.code),
            LaneAction::Alarm => self.raise_alarm(&judged.code),
        }
        if let Some(road) = &mut self.road {
            if follow.renew_auth {
                road.auth.refused(ending.serial, tried.now);
            }
            if let Some(connection) = ending.connection.filter(|_| judged.reconnect) {
                road.pool.retire(connection);
            }
        }
        if matches!(follow.token, TokenAction::Clear { .. }) {
            self.board.meter.tokens_cleared.one();
        }
        self.board.meter.note_state(item.class, follow.state);
        let hears = self.catalogue.hears;
        self.outbox.extend(settle::update(item, &follow, judged, tried, hears));
        self.outbox.extend(settle::token_ops(item, self.id, follow.token, tried.now, hears));
    }

    pub(super) fn pause_until(&mut self, until: Timestamp, code: &str) {
        if self.pause.as_ref().is_none_or(|(earlier, _)| *earlier < until) {
            tracing::warn!(certificate = %self.id, %until, code, "the vendor asks to slow down; the lane pauses");
            self.pause = Some((until, code.to_owned()));
            self.board.meter.pauses.one();
        }
    }

    pub(super) fn raise_alarm(&mut self, code: &str) {
        if self.alarm.as_deref() != Some(code) {
            tracing::warn!(certificate = %self.id, code, "the vendor's answers need the operator");
            self.alarm = Some(code.to_owned());
            self.board.meter.alarms.one();
        }
    }

    /// The answer to a request for an authentication. A refusal holds for everything that waits for it; a passing
    /// fault leaves that untouched.
    pub(super) fn authenticated(&mut self, channel: &Arc<dyn Channel>, landing: Landing, now: Timestamp) {
        let Some(road) = &mut self.road else { return };
        let result = road.pool.landed(landing, Instant::now());
        if !Arc::ptr_eq(&road.channel, channel) {
            return;
        }
        let judged = match result {
            Ok(reply) => match channel.auth_reply(&reply, now) {
                Ok(auth) => {
                    road.auth.exchanged(Some(auth));
                    return self.note_answer(&reply, now);
                }
                Err(judged) => judged,
            },
            Err(Lost::Unknown { code, .. }) => TargetVerdict::new(Verdict::Retry { after: None }, 0, code),
            Err(Lost::Unsent | Lost::Unsendable) => {
                TargetVerdict::new(Verdict::Retry { after: None }, 0, own_codes::NEVER_SENT)
            }
        };
        road.auth.exchanged(None);
        if matches!(judged.verdict, Verdict::Retry { .. }) {
            return self.breaker.failed(own_codes::AUTH_UNANSWERED, now, self.dice.roll());
        }
        for parcel in self.hand.empty() {
            let verdicts = vec![judged.clone(); parcel.items.len()];
            self.settle(parcel, verdicts, Ending { since: now, now, serial: 0, connection: None });
        }
    }
}
