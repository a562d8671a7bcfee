//! Opening of sealed bodies, as a browser does it (RFC 8291 over the `aes128gcm` coding of RFC 8188).

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, ParsedPublicKey, UnparsedPublicKey, agree},
    hmac::{self, HMAC_SHA256},
};

use super::subscription::{BrowserKeys, POINT_BYTES};

const SALT_BYTES: usize = 16;
/// Salt, record size, length of the key id, and the sender's point.
const HEAD_BYTES: usize = SALT_BYTES + 4 + 1 + POINT_BYTES;
const TAG_BYTES: usize = 16;
/// Ends the text in the one and last record; zeros after it hide the length.
const LAST_RECORD: u8 = 2;

/// What a push service can see of a sealed body.
pub(super) struct Head<'a> {
    salt: &'a [u8],
    /// The sender's key for this message alone.
    pub(super) sender: &'a [u8],
    record: &'a [u8],
}

/// Reads the head. `None`: too short, another key length, no point on the curve, or more than one record.
pub(super) fn head(body: &[u8]) -> Option<Head<'_>> {
    if body.len() < HEAD_BYTES + 1 + TAG_BYTES {
        return None;
    }
    let (head, record) = body.split_at(HEAD_BYTES);
    let (salt, rest) = head.split_at(SALT_BYTES);
    let record_size = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?);
    let sender = &rest[5..];
    let is_sound = usize::from(rest[4]) == POINT_BYTES
        && record.len() < usize::try_from(record_size).unwrap_or(usize::MAX)
        && is_point(sender);
    is_sound.then_some(Head { salt, sender, record })
}

/// Whether bytes are an uncompressed point on P-256.
pub(super) fn is_point(bytes: &[u8]) -> bool {
    bytes.len() == POINT_BYTES
        && bytes[0] == 4
        && ParsedPublicKey::try_from(UnparsedPublicKey::new(&ECDH_P256, bytes)).is_ok()
}

/// Opens a body with the browser's keys. `None`: it was sealed for another, or is no sealed body.
pub(super) fn open(body: &[u8], keys: &BrowserKeys) -> Option<Vec<u8>> {
    let Head { salt, sender, record } = head(body)?;
    let peer = UnparsedPublicKey::new(&ECDH_P256, sender);
    let prk_key = agree(&keys.private, peer, (), |shared| Ok(mac(&keys.auth, &[shared]))).ok()?;
    let ikm = mac(&prk_key, &[b"WebPush: info\0", &keys.public, sender, &[1]]);
    let prk = mac(salt, &[&ikm]);
    let content_key = mac(&prk, &[b"Content-Encoding: aes128gcm\0", &[1]]);
    let nonce = mac(&prk, &[b"Content-Encoding: nonce\0", &[1]]);
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &content_key[..16]).ok()?);
    let nonce = Nonce::try_assume_unique_for_key(&nonce[..12]).ok()?;
    let mut text = record.to_vec();
    let length = key.open_in_place(nonce, Aad::empty(), &mut text).ok()?.len();
    text.truncate(length);
    let end = text.iter().rposition(|byte| *byte != 0)?;
    (text[end] == LAST_RECORD).then(|| {
        text.truncate(end);
        text
    })
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.sign().as_ref());
    bytes
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::agreement::PrivateKey;
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    /// RFC 8291, section 5.
    const BODY: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    fn keys() -> BrowserKeys {
        let private = bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94");
        let private = PrivateKey::from_private_key(&ECDH_P256, &private).unwrap();
        let public = private.compute_public_key().unwrap().as_ref().try_into().unwrap();
        BrowserKeys { private, public, auth: bytes("BTBZMqHH6r4Tts7J_aSIgg").try_into().unwrap() }
    }

    #[test]
    fn the_example_of_the_standard_is_opened() {
        let text = open(&bytes(BODY), &keys()).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "When I grow up, I want to be a watermelon");
    }

    #[test]
    fn a_body_that_is_not_whole_or_for_another_is_not_opened() {
        let body = bytes(BODY);
        assert!(open(&body[..body.len() - 1], &keys()).is_none());
        let other = BrowserKeys { auth: [7; 16], ..keys() };
        assert!(open(&body, &other).is_none());
        let mut small_record = body.clone();
        small_record[16..20].copy_from_slice(&58_u32.to_be_bytes());
        assert!(head(&small_record).is_none(), "the record size must be over what the record holds");
        small_record[16..20].copy_from_slice(&59_u32.to_be_bytes());
        assert!(head(&small_record).is_some());
        let mut no_point = body;
        no_point[85] ^= 1;
        assert!(head(&no_point).is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = open(&body, &keys());
        }
    }
}
