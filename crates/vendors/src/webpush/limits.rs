//! The limits of Web Push, which every push service has to keep, and some that a few have beside.

use std::time::Duration;

use crate::{
    contract::{Length, Limits, Rate, Unit},
    subscription::OVERHEAD_BYTES,
};

/// Documented where nothing else is said. Title, text and `ext` have no limit of their own beside the whole.
pub(super) const LIMITS: Limits = Limits {
    batch: 1,
    title: MESSAGE,
    body: MESSAGE,
    payload: MESSAGE,
    ext: MESSAGE,
    // FCM's; Mozilla and Apple keep a push for 30 days.
    lifetime: Duration::from_secs(28 * 86_400),
    // No quota is published, and each subscription may be at another push service, so this never binds.
    rate: Rate::of_targets(1_000_000),
    // Ours.
    answer_timeout: Duration::from_secs(10),
};

/// What a message may have in clear: 3993 bytes.
const MESSAGE: Length = Length { max: BODY_MAX_BYTES - OVERHEAD_BYTES, unit: Unit::Bytes };

/// Every push service takes this much, sealed, and may refuse more.
const BODY_MAX_BYTES: usize = 4096;

/// What passes, in clear, through a push service that hands on to another as base64 (observed at Mozilla's for phones).
pub(super) const BRIDGED_MESSAGE_MAX_BYTES: usize = 2744;

/// Messages are padded to steps of this, so that a body's length tells little of its text (ours).
pub(super) const PADDING_STEP_BYTES: usize = 128;

/// Largest `Topic`, in characters of base64url.
pub(super) const TOPIC_MAX_CHARS: usize = 32;

/// The wait after a 429 that names none.
pub(super) const PAUSE: Duration = Duration::from_secs(60);
