//! Dead letters: pushes that ended for a reason which somebody can mend.

use model::ReasonCode;

use crate::reasons::Reason;

/// Reasons that the operator, the vendor or time can mend, so that the push may be worth another try.
const MENDABLE: &[ReasonCode] = &[
    Reason::EXPIRED_IN_QUEUE,
    Reason::CERTIFICATE_UNUSABLE,
    Reason::ENVIRONMENT_MISMATCH,
    Reason::MISCONFIGURED,
    Reason::UNRECOGNISED,
    Reason::RETRIES_EXHAUSTED,
    Reason::QUOTA_USED_UP,
    Reason::QUOTA_RESERVED,
    Reason::QUOTA_DEVICE,
    Reason::TOKEN_DISBELIEVED,
];

/// Whether a push that ended for this reason is a dead letter.
#[must_use]
pub fn is_mendable(reason: ReasonCode) -> bool {
    MENDABLE.contains(&reason)
}

/// The reasons of dead letters, by number.
#[must_use]
pub const fn mendable_reasons() -> &'static [ReasonCode] {
    MENDABLE
}
