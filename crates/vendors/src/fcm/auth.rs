//! Authentication: one static header, which does not age (assumed).

use model::{TargetVerdict, Timestamp, Verdict};

use super::config::Config;
use crate::{
    answer,
    contract::{Auth, AuthPlan, WireReply},
};

pub(super) fn plan(config: &Config) -> AuthPlan {
    AuthPlan::Ready(Auth {
        header: Some(config.authorization.clone()),
        renew_at: Timestamp::NEVER,
        keep_until: Timestamp::NEVER,
    })
}

/// There is nothing to exchange, so an answer to an exchange cannot be read.
pub(super) fn refuse_exchange(reply: &WireReply) -> TargetVerdict {
    TargetVerdict::new(Verdict::Unrecognised, reply.status, answer::UNREADABLE)
}
