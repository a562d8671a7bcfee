//! Faults on demand: what a vendor host does wrong, set by the control API.
//!
//! Faults can also be asked for by special tokens, which each vendor's file describes.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use serde::{Deserialize, Serialize};

use crate::lock::lock;

/// Largest latency that can be set, in milliseconds.
const LATENCY_MAX_MS: u32 = 600_000;

/// What one host does wrong. Everything off by default; counters count down to off.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaultPlan {
    /// Answers the next requests with a code instead of looking at them.
    pub fail: Option<Failure>,
    /// Waits this long before every answer, in milliseconds.
    pub latency_ms: u32,
    /// Cuts the connection without an answer, for this many requests.
    pub reset: u32,
    /// Does what is asked, then cuts the connection instead of answering, for this many requests.
    pub lose_answer: u32,
    /// Does what is asked, then cuts the connection in the middle of the answer, for this many requests.
    pub half_answer: u32,
    /// Does what is asked, then gives the answer a byte at a time, with this wait before each, in milliseconds.
    pub drip_ms: u32,
    /// Ends the connection in good order, telling which requests were not looked at (HTTP/2 only).
    pub goaway: Option<Goaway>,
    /// Takes requests and never answers.
    pub black_hole: bool,
    /// Refuses for sending too fast.
    pub throttle: bool,
    /// Says with every 429 and 503 when to come again, in seconds.
    pub retry_after_s: Option<u32>,
    /// Refuses because the daily amount is used up (vendors that have one).
    pub quota_used_up: bool,
    /// Keeps refusing on a connection that has once brought an expired token (APNs).
    pub wedge_after_expired: bool,
    /// How a request whose only target is dead is answered (Xiaomi).
    pub lone_dead: LoneDead,
}

/// Answers with a code, some times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// How many requests.
    pub times: u32,
    /// The vendor's own code or reason, or `http:` and a status from 400 to 599.
    pub code: String,
}

/// Ends a connection in good order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goaway {
    /// How many more requests are answered before.
    pub after: u32,
    /// The reason that is told.
    pub reason: String,
}

/// How a request whose only target is dead is answered: reports differ, so it can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LoneDead {
    /// Accepted; a receipt tells later.
    #[default]
    #[serde(rename = "accept")]
    Accept,
    /// Refused with 20301.
    #[serde(rename = "20301")]
    NoValidTarget,
    /// Refused with 10029.
    #[serde(rename = "10029")]
    IllegalDevice,
}

/// What goes wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Turn {
    /// Wait this long before the answer, in milliseconds.
    pub latency_ms: u32,
    /// What happens instead of an ordinary answer.
    pub fault: Option<Fault>,
    /// Wait this long before each byte of the answer, in milliseconds.
    pub drip_ms: u32,
    /// Refuse for sending too fast.
    pub throttle: bool,
    /// What a 429 or 503 says of when to come again, in seconds.
    pub retry_after_s: Option<u32>,
    /// Refuse because the daily amount is used up.
    pub quota_used_up: bool,
    /// Keep refusing after an expired token.
    pub wedge_after_expired: bool,
    /// How a lone dead target is answered.
    pub lone_dead: LoneDead,
}

/// What happens instead of an ordinary answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Answer with this code.
    Fail(String),
    /// Cut the connection unanswered.
    Reset,
    /// Do it, then cut the connection unanswered.
    LoseAnswer,
    /// Do it, then cut the connection in the middle of the answer.
    HalfAnswer,
    /// End the connection in good order; this request is not looked at.
    Goaway(String),
    /// Never answer.
    BlackHole,
}

/// A plan that cannot be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The vendor has no such code.
    #[error("fail.code is neither a code of this vendor nor http:400 to http:599")]
    UnknownCode,
    /// Too long a wait.
    #[error("latency_ms and drip_ms must not be over {LATENCY_MAX_MS}")]
    Latency,
}

impl FaultPlan {
    /// Checks a plan against the codes a vendor has.
    ///
    /// # Errors
    /// [`PlanError`] says what cannot be carried out.
    pub fn check(&self, knows_code: impl Fn(&str) -> bool) -> Result<(), PlanError> {
        if self.latency_ms.max(self.drip_ms) > LATENCY_MAX_MS {
            return Err(PlanError::Latency);
        }
        match &self.fail {
            Some(failure) if http_status(&failure.code).is_none() && !knows_code(&failure.code) => {
                Err(PlanError::UnknownCode)
            }
            _ => Ok(()),
        }
    }

    /// What goes wrong with the next request; counts down what is counted.
    pub fn turn(&mut self) -> Turn {
        Turn {
            latency_ms: self.latency_ms,
            fault: self.fault(),
            drip_ms: self.drip_ms,
            throttle: self.throttle,
            retry_after_s: self.retry_after_s,
            quota_used_up: self.quota_used_up,
            wedge_after_expired: self.wedge_after_expired,
            lone_dead: self.lone_dead,
        }
    }

    fn fault(&mut self) -> Option<Fault> {
        if self.black_hole {
            return Some(Fault::BlackHole);
        }
        if take_one(&mut self.reset) {
            return Some(Fault::Reset);
        }
        if let Some(goaway) = &mut self.goaway
            && !take_one(&mut goaway.after)
        {
            return self.goaway.take().map(|goaway| Fault::Goaway(goaway.reason));
        }
        if let Some(mut failure) = self.fail.take()
            && take_one(&mut failure.times)
        {
            let code = failure.code.clone();
            self.fail = (failure.times > 0).then_some(failure);
            return Some(Fault::Fail(code));
        }
        if take_one(&mut self.lose_answer) {
            return Some(Fault::LoseAnswer);
        }
        take_one(&mut self.half_answer).then_some(Fault::HalfAnswer)
    }
}

impl Fault {
    /// Whether the request is looked at and done all the same.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        matches!(self, Self::LoseAnswer | Self::HalfAnswer)
    }
}

impl Turn {
    /// What an answer of this status says of when to come again.
    #[must_use]
    pub fn retry_after(&self, status: u16) -> Option<String> {
        self.retry_after_s.filter(|_| matches!(status, 429 | 503)).map(|wait_s| wait_s.to_string())
    }
}

fn take_one(counter: &mut u32) -> bool {
    let any = *counter > 0;
    *counter = counter.saturating_sub(1);
    any
}

/// The status in a code such as `http:503`.
#[must_use]
pub(crate) fn http_status(code: &str) -> Option<u16> {
    let status = code.strip_prefix("http:")?.parse().ok()?;
    (400..600).contains(&status).then_some(status)
}

/// The faults of one host, shared between the control API and its connections.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    plan: Mutex<FaultPlan>,
    armed: AtomicBool,
    auth_epoch: AtomicU64,
}

impl Faults {
    /// Sets the plan.
    pub(crate) fn set(&self, plan: FaultPlan) {
        let mut current = lock(&self.plan);
        self.armed.store(plan != FaultPlan::default(), Ordering::Release);
        *current = plan;
    }

    /// The plan as it stands, counters counted down.
    #[must_use]
    pub(crate) fn plan(&self) -> FaultPlan {
        lock(&self.plan).clone()
    }

    /// What goes wrong with the next request. Free of locks while nothing is set.
    #[must_use]
    pub(crate) fn turn(&self) -> Turn {
        if !self.armed.load(Ordering::Acquire) {
            return Turn::default();
        }
        let mut plan = lock(&self.plan);
        let turn = plan.turn();
        self.armed.store(*plan != FaultPlan::default(), Ordering::Release);
        turn
    }

    /// Ends every access token and provider token that was accepted until now.
    pub(crate) fn expire_auth(&self) {
        self.auth_epoch.fetch_add(1, Ordering::AcqRel);
    }

    /// Grows at every [`Faults::expire_auth`].
    #[must_use]
    pub(crate) fn auth_epoch(&self) -> u64 {
        self.auth_epoch.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_faults_count_down_to_off() {
        let faults = Faults::default();
        faults.set(FaultPlan {
            reset: 1,
            fail: Some(Failure { times: 2, code: "x".to_owned() }),
            lose_answer: 1,
            ..FaultPlan::default()
        });
        let order: Vec<_> = (0..5).map(|_| faults.turn().fault).collect();
        assert_eq!(
            order,
            [
                Some(Fault::Reset),
                Some(Fault::Fail("x".to_owned())),
                Some(Fault::Fail("x".to_owned())),
                Some(Fault::LoseAnswer),
                None,
            ]
        );
        assert_eq!(faults.plan(), FaultPlan::default());
    }

    #[test]
    fn a_goaway_lets_the_stated_number_through_first() {
        let mut plan = FaultPlan {
            goaway: Some(Goaway { after: 2, reason: "Shutdown".to_owned() }),
            ..FaultPlan::default()
        };
        let order: Vec<_> = (0..4).map(|_| plan.turn().fault).collect();
        assert_eq!(order, [None, None, Some(Fault::Goaway("Shutdown".to_owned())), None]);
    }

    #[test]
    fn a_plan_takes_only_codes_the_vendor_has() {
        let plan = |code: &str| FaultPlan {
            fail: Some(Failure { times: 1, code: code.to_owned() }),
            ..FaultPlan::default()
        };
        let knows = |code: &str| code == "200002";
        assert_eq!(plan("200002").check(knows), Ok(()));
        assert_eq!(plan("http:503").check(knows), Ok(()));
        assert_eq!(plan("http:200").check(knows), Err(PlanError::UnknownCode));
        assert_eq!(plan("nonsense").check(knows), Err(PlanError::UnknownCode));
        assert_eq!(
            FaultPlan { latency_ms: 600_001, ..FaultPlan::default() }.check(knows),
            Err(PlanError::Latency)
        );
    }
}
