//! The last look before a push leaves, and what makes a token's environment certain.

use model::{Certificate, CertificateState, Environment, ReasonCode, Timestamp};

use crate::reasons::Reason;

/// Whether a claimed push may still leave: its lifetime and its certificate as they are now.
///
/// # Errors
/// The reason it ends with instead.
pub fn before_send(
    certificate: Option<&Certificate>,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), ReasonCode> {
    if now >= expires_at {
        return Err(Reason::EXPIRED_IN_QUEUE);
    }
    match certificate.map(|certificate| certificate.state(now, None)) {
        Some(CertificateState::Active) => Ok(()),
        _ => Err(Reason::CERTIFICATE_UNUSABLE),
    }
}

/// Whether a refused token cannot merely belong to the other environment.
#[must_use]
pub fn environment_confirmed(certificate: Option<Environment>, device: Option<Environment>) -> bool {
    matches!((certificate, device), (Some(own), Some(device)) if own == device)
}
