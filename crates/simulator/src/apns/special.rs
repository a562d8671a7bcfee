//! Special device tokens, each of which always comes to the same end; see the head of this folder's file.

use model::Timestamp;

use super::{desk::Stop, reason::Reason};
use crate::faults::Fault;

/// Special device tokens begin so, then four digits.
const SPECIAL: &str = "fa17";
/// How long ago a special token's app was removed, in milliseconds.
pub(super) const DEAD_FOR_MS: i64 = 3_600_000;

/// What a special token, in lower case, comes to; `None`: it is not special.
pub(super) fn outcome(token: &str, now: Timestamp) -> Option<Result<(), Stop>> {
    let digits = token.strip_prefix(SPECIAL)?.get(..4)?;
    let dead_since = now.plus_ms(-DEAD_FOR_MS);
    Some(match digits {
        "0200" => Ok(()),
        "0400" => Err(Reason::BadDeviceToken.into()),
        "0410" => Err(Stop::Dead(Reason::Unregistered, dead_since)),
        "0411" => Err(Stop::Dead(Reason::ExpiredToken, dead_since)),
        "0429" => Err(Reason::TooManyRequests.into()),
        "0500" => Err(Reason::InternalServerError.into()),
        "0503" => Err(Reason::ServiceUnavailable.into()),
        "0998" => Err(Stop::Special(Fault::Reset)),
        "0999" => Err(Stop::Special(Fault::BlackHole)),
        _ => return None,
    })
}

/// A first byte that no token of a phone has, so that none is special by chance.
pub(super) const FIRST_BYTE: u8 = 0xfa;
