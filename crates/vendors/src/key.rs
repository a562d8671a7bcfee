//! Ids that are made from our own, so that a repeat of a push is known as one.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{MessageId, Purpose};
use sha2::{Digest, Sha256};

/// The slot in the shade that a collapse key stands for: 1 to 2^31 - 1. Vendors know it as notify id.
pub(crate) fn notify_id(collapse_key: &str) -> u32 {
    let digest = Sha256::digest(collapse_key);
    let [a, b, c, d, ..] = digest.0;
    (u32::from_be_bytes([a, b, c, d]) & 0x7fff_ffff).max(1)
}

/// Twenty characters of `[0-9A-Za-z_-]`, the first a letter: the same for every try of one message for one purpose.
pub(crate) fn dedupe_key(message: MessageId, purpose: Purpose) -> String {
    let digest = Sha256::new().chain_update(word(purpose)).chain_update(message.0.as_bytes()).finalize();
    let mut bytes = [0; 15];
    bytes.copy_from_slice(&digest[..15]);
    bytes[0] &= 0x7f;
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What a purpose adds to an id, so that what follows a push up is not taken for its repeat.
pub(crate) const fn word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Notify => "notify",
        Purpose::Withdraw => "withdraw",
        Purpose::Replace => "replace",
    }
}
