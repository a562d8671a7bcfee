//! What accept refuses: only what the App alone can know, never because of a recipient's phone.

use model::{Body, ErrorCode, Fault, PushSettings};

/// Checks a message and its push settings against Posthouse's own limits.
///
/// # Errors
/// `invalid`, with the limit that is broken.
pub fn check_message(body: &Body, push: Option<&PushSettings>) -> Result<(), Fault> {
    body.check()
        .and_then(|()| push.map_or(Ok(()), PushSettings::check))
        .map_err(|error| Fault::new(ErrorCode::Invalid, error.to_string()))
}
