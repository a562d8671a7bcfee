//! What follows from a verdict: the row's next state, the token, the lane, the authentication.

use std::time::Duration;

use model::{DeliveryState, Doubt, Pause, Purpose, ReasonCode, TargetVerdict, Timestamp, Verdict};

use crate::reasons::Reason;

/// First wait between two tries, in milliseconds; each further wait doubles.
const FIRST_DELAY_MS: i64 = 1000;
/// Longest wait between two tries, in milliseconds.
const LONGEST_DELAY_MS: i64 = 15 * 60_000;
/// Tries that a failing vendor gets for one push.
const MOST_TRIES: u32 = 12;
/// Renewals of the authentication that one push may cause.
const MOST_RENEWALS: u32 = 2;

/// What is known when a verdict comes.
#[derive(Debug, Clone, Copy)]
pub struct Situation {
    /// What the push was for.
    pub purpose: Purpose,
    /// Now.
    pub now: Timestamp,
    /// After this no try begins.
    pub expires_at: Timestamp,
    /// Tries so far, this one among them.
    pub tries: u32,
    /// Tries so far that ended with a renewal of the authentication, this one among them.
    pub renewals: u32,
    /// The authentication that was refused may not be renewed before this; `None`: it may at once, or is already.
    pub auth_kept_until: Option<Timestamp>,
    /// A push of the certificate was accepted not long ago: the authentication has ended, and the certificate is right.
    pub auth_has_worked: bool,
    /// When the token was last reported; `None` for a bare token.
    pub token_registered_at: Option<Timestamp>,
    /// Doubtful verdicts in a row for this token before this one.
    pub doubts: u8,
    /// The device reported the environment its certificate is for.
    pub environment_confirmed: bool,
    /// When what is over a daily amount goes on.
    pub amount_resumes_at: Timestamp,
    /// Chance, for jitter.
    pub dice: u64,
}

/// What follows from a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    /// Where the row stands now.
    pub state: DeliveryState,
    /// Why.
    pub reason: ReasonCode,
    /// When the next try is due, while queued.
    pub due_at: Timestamp,
    /// What happens to the binding.
    pub token: TokenAction,
    /// What happens to the lane.
    pub lane: LaneAction,
    /// The authentication is renewed before the next request.
    pub renew_auth: bool,
}

/// What happens to a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenAction {
    /// Nothing.
    Keep,
    /// Its doubts in a row are now so many.
    Doubt(u8),
    /// It is cleared, if it was registered before this moment and still holds the token.
    Clear {
        /// The vendor's stated time, or the moment of its answer.
        registered_before: Timestamp,
    },
}

/// What happens to a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaneAction {
    /// Nothing.
    Go,
    /// Nothing is sent before this moment.
    Pause {
        /// Then.
        until: Timestamp,
    },
    /// The daily amount that this push counts against is used up; what counts against others goes on.
    UsedUp {
        /// Until then.
        until: Timestamp,
    },
    /// The operator is told; sending goes on.
    Alarm,
}

/// What follows from a verdict.
#[must_use]
pub fn follow(situation: &Situation, judged: &TargetVerdict) -> Follow {
    match judged.verdict {
        Verdict::Accepted => Follow {
            token: if situation.doubts > 0 { TokenAction::Doubt(0) } else { TokenAction::Keep },
            ..ended(situation, DeliveryState::Accepted, taken(situation.purpose))
        },
        Verdict::Retry { after } => again(situation, Reason::RETRYING, after, LaneAction::Go),
        Verdict::RenewAuth if situation.renewals > MOST_RENEWALS && situation.auth_has_worked => {
            Follow { renew_auth: true, ..again(situation, Reason::RENEWING_AUTH, None, LaneAction::Go) }
        }
        Verdict::RenewAuth if situation.renewals > MOST_RENEWALS => {
            alarmed(situation, DeliveryState::Rejected, Reason::MISCONFIGURED)
        }
        Verdict::RenewAuth if situation.renewals == MOST_RENEWALS => renewed_late(situation),
        Verdict::RenewAuth => Follow {
            renew_auth: true,
            ..again(situation, Reason::RENEWING_AUTH, Some(Duration::ZERO), LaneAction::Go)
        },
        Verdict::TokenDead { since } => dead(situation, since),
        Verdict::TokenDoubtful(doubt) => doubtful(situation, doubt),
        Verdict::Limited { pause, after } => limited(situation, pause, after),
        Verdict::Misconfigured => alarmed(situation, DeliveryState::Rejected, Reason::MISCONFIGURED),
        Verdict::Drop if judged.code == "ext_too_long" => {
            ended(situation, DeliveryState::Dropped, Reason::EXT_TOO_LONG)
        }
        Verdict::Drop => ended(situation, DeliveryState::Rejected, Reason::BAD_REQUEST),
        Verdict::Unrecognised => alarmed(situation, DeliveryState::Rejected, Reason::UNRECOGNISED),
    }
}

/// What it means that the vendor took it. A notification in another's place is a notification all the same.
const fn taken(purpose: Purpose) -> ReasonCode {
    match purpose {
        Purpose::Notify | Purpose::Replace => Reason::ACCEPTED,
        Purpose::Withdraw => Reason::WITHDRAWN,
    }
}

/// A second refusal: where the authentication may not be renewed yet, everything waits until it may.
fn renewed_late(situation: &Situation) -> Follow {
    let until = situation.auth_kept_until.unwrap_or(situation.now);
    let lane = if until > situation.now { LaneAction::Pause { until } } else { LaneAction::Go };
    Follow { renew_auth: true, ..wait_until(situation, Reason::RENEWING_AUTH, until, lane) }
}

/// The end of a push that may not leave any more.
#[must_use]
pub const fn give_up(reason: ReasonCode, now: Timestamp) -> Follow {
    Follow {
        state: DeliveryState::Dropped,
        reason,
        due_at: now,
        token: TokenAction::Keep,
        lane: LaneAction::Go,
        renew_auth: false,
    }
}

/// What becomes of a push that may not leave before a moment: it waits, or ends where its lifetime does not reach so
/// far.
#[must_use]
pub fn put_off(reason: ReasonCode, until: Timestamp, expires_at: Timestamp, now: Timestamp) -> Follow {
    let waits = until < expires_at;
    let state = if waits { DeliveryState::Queued } else { DeliveryState::Dropped };
    Follow { state, due_at: if waits { until } else { now }, ..give_up(reason, now) }
}

/// The wait before the next try: doubling, at most 15 minutes, the last half of it by chance so that tries spread.
#[must_use]
pub fn retry_delay_ms(tries: u32, dice: u64) -> i64 {
    let full = FIRST_DELAY_MS.saturating_mul(1_i64 << tries.saturating_sub(1).min(20)).min(LONGEST_DELAY_MS);
    let half = full / 2;
    half + i64::try_from(dice % half.max(1).unsigned_abs()).unwrap_or(0)
}

const fn ended(situation: &Situation, state: DeliveryState, reason: ReasonCode) -> Follow {
    Follow { state, ..give_up(reason, situation.now) }
}

fn alarmed(situation: &Situation, state: DeliveryState, reason: ReasonCode) -> Follow {
    Follow { lane: LaneAction::Alarm, ..ended(situation, state, reason) }
}

fn again(situation: &Situation, reason: ReasonCode, after: Option<Duration>, lane: LaneAction) -> Follow {
    if situation.tries >= MOST_TRIES {
        return ended(situation, DeliveryState::Dropped, Reason::RETRIES_EXHAUSTED);
    }
    let delay_ms = after.map_or_else(
        || retry_delay_ms(situation.tries, situation.dice),
        |wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX),
    );
    wait_until(situation, reason, situation.now.plus_ms(delay_ms), lane)
}

fn wait_until(situation: &Situation, reason: ReasonCode, due_at: Timestamp, lane: LaneAction) -> Follow {
    if due_at >= situation.expires_at {
        return Follow { lane, ..ended(situation, DeliveryState::Dropped, Reason::EXPIRED_IN_QUEUE) };
    }
    Follow { due_at, lane, ..ended(situation, DeliveryState::Queued, reason) }
}

fn dead(situation: &Situation, since: Option<Timestamp>) -> Follow {
    let registered_before = since.unwrap_or(situation.now);
    let registered_later = situation.token_registered_at.is_some_and(|at| at >= registered_before);
    if registered_later {
        return ended(situation, DeliveryState::Rejected, Reason::TOKEN_DEAD_KEPT);
    }
    Follow {
        token: TokenAction::Clear { registered_before },
        ..ended(situation, DeliveryState::Rejected, Reason::TOKEN_DEAD)
    }
}

fn doubtful(situation: &Situation, doubt: Doubt) -> Follow {
    match doubt {
        Doubt::SameEnvironment if situation.environment_confirmed => dead(situation, None),
        Doubt::SameEnvironment => alarmed(situation, DeliveryState::Rejected, Reason::ENVIRONMENT_MISMATCH),
        Doubt::SecondInRow if situation.doubts > 0 => dead(situation, None),
        Doubt::SecondInRow => Follow {
            token: TokenAction::Doubt(1),
            ..ended(situation, DeliveryState::Rejected, Reason::TOKEN_DOUBTFUL)
        },
    }
}

fn limited(situation: &Situation, pause: Pause, after: Option<Duration>) -> Follow {
    let delay_ms = after.map_or_else(
        || retry_delay_ms(situation.tries, situation.dice),
        |wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX),
    );
    match pause {
        Pause::Target => {
            wait_until(situation, Reason::PAUSED, situation.now.plus_ms(delay_ms), LaneAction::Go)
        }
        Pause::Lane => {
            let until = situation.now.plus_ms(delay_ms);
            wait_until(situation, Reason::PAUSED, until, LaneAction::Pause { until })
        }
        Pause::DailyAmount => {
            let until = situation.amount_resumes_at;
            let used_up = LaneAction::UsedUp { until };
            let follow = wait_until(situation, Reason::QUOTA_USED_UP, until, used_up);
            Follow { reason: Reason::QUOTA_USED_UP, ..follow }
        }
    }
}

/// What a verdict leads to, in one word; each that may be tried again has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Course {
    /// It has ended.
    End,
    /// Again after the vendor's own time, or after a wait that doubles.
    Again,
    /// Again once the authentication is new.
    RenewAuth,
    /// Again, this target alone, after a pause.
    PauseTarget,
    /// Again after the whole lane has paused.
    PauseLane,
    /// Again on the vendor's next day.
    NextDay,
}

/// What a verdict leads to.
#[must_use]
pub const fn course(verdict: &Verdict) -> Course {
    match verdict {
        Verdict::Retry { .. } => Course::Again,
        Verdict::RenewAuth => Course::RenewAuth,
        Verdict::Limited { pause: Pause::Target, .. } => Course::PauseTarget,
        Verdict::Limited { pause: Pause::Lane, .. } => Course::PauseLane,
        Verdict::Limited { pause: Pause::DailyAmount, .. } => Course::NextDay,
        Verdict::Accepted
        | Verdict::TokenDead { .. }
        | Verdict::TokenDoubtful(_)
        | Verdict::Misconfigured
        | Verdict::Drop
        | Verdict::Unrecognised => Course::End,
    }
}
