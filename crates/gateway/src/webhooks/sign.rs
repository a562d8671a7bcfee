//! The signature by which a backend knows that Posthouse speaks.

use aws_lc_rs::hmac;
use model::{Secret, Timestamp};

/// The value of the `posthouse-signature` header: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. Who checks it
/// also checks that the time is near, so that nobody sends an old request again.
pub(super) fn signature(secret: &Secret<String>, at: Timestamp, body: &[u8]) -> String {
    let seconds = at.secs();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    let mut signing = hmac::Context::with_key(&key);
    signing.update(format!("{seconds}.").as_bytes());
    signing.update(body);
    let hex: String = signing.sign().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_hmac_of_time_and_body() {
        // printf '1790000000.{"a":1}' | openssl dgst -sha256 -hmac secret
        let secret = Secret::new("secret".to_owned());
        assert_eq!(
            signature(&secret, Timestamp(1_790_000_000_123), br#"{"a":1}"#),
            "t=1790000000,v1=da8fe498621aaab99d5b11c51346b13d1a2bf2914b865b8d3edd3531cab25a3e"
        );
    }
}
