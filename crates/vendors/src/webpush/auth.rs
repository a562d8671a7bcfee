//! Authentication: none for the certificate as a whole, since each push is signed for its own push service.

use model::{TargetVerdict, Timestamp, Verdict};

use crate::{
    answer,
    contract::{Auth, AuthPlan, WireReply},
};

pub(super) const fn plan() -> AuthPlan {
    AuthPlan::Ready(Auth { header: None, renew_at: Timestamp::NEVER, keep_until: Timestamp::NEVER })
}

/// There is nothing to exchange, so an answer to an exchange cannot be read.
pub(super) fn refuse_exchange(reply: &WireReply) -> TargetVerdict {
    TargetVerdict::new(Verdict::Unrecognised, reply.status, answer::UNREADABLE)
}
