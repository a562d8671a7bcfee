//! Opening what the Web Push adapter sealed and signed: key and salt differ each time, so that only the message, the
//! claims and the sizes can be compared.

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    hkdf::{self, HKDF_SHA256, Salt},
    signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey as VerifyingKey},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use vendors::WireRequest;

/// The everyday subscription's private key and secret: those of the example in RFC 8291.
const PRIVATE_KEY: &str = include_str!("../../../../testdata/vendors/webpush/subscription-key.txt");
const SUBSCRIPTION: &str = include_str!("../../../../testdata/vendors/webpush/token.txt");

/// How many bytes some output of the key derivation has.
struct Bytes(usize);

impl hkdf::KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

/// The message in a sealed body, without its padding; `None` for a body that is not sealed.
pub(crate) fn message(request: &WireRequest) -> Option<Vec<u8>> {
    let is_sealed =
        request.headers.iter().any(|(name, value)| *name == "content-encoding" && value == "aes128gcm");
    is_sealed.then(|| open(&request.body))
}

fn open(body: &[u8]) -> Vec<u8> {
    let (salt, rest) = body.split_at(16);
    let (record_size, rest) = rest.split_at(4);
    assert!(u32::from_be_bytes(record_size.try_into().unwrap()) as usize > rest.len() - 66);
    assert_eq!(rest[0], 65);
    let (sender, sealed) = rest[1..].split_at(65);

    let subscription: Value = serde_json::from_str(SUBSCRIPTION).unwrap();
    let auth = decoded(subscription["keys"]["auth"].as_str().unwrap());
    let own = PrivateKey::from_private_key(&ECDH_P256, &decoded(PRIVATE_KEY.trim())).unwrap();
    let public = own.compute_public_key().unwrap();
    let info = [&b"WebPush: info\0"[..], public.as_ref(), sender];
    let secret = agree(&own, UnparsedPublicKey::new(&ECDH_P256, sender), (), |agreed| {
        Ok(derived(&auth, agreed, &info, 32))
    });
    let secret = secret.unwrap();
    let key = derived(salt, &secret, &[b"Content-Encoding: aes128gcm\0"], 16);
    let nonce = derived(salt, &secret, &[b"Content-Encoding: nonce\0"], 12);

    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
    let nonce = Nonce::try_assume_unique_for_key(&nonce).unwrap();
    let mut record = sealed.to_vec();
    let opened = key.open_in_place(nonce, Aad::empty(), &mut record).unwrap();
    let end = opened.iter().rposition(|&byte| byte != 0).unwrap();
    assert_eq!(opened[end], 2, "the last record ends with its delimiter");
    opened[..end].to_vec()
}

fn derived(salt: &[u8], secret: &[u8], info: &[&[u8]], len: usize) -> Vec<u8> {
    let mut out = vec![0; len];
    Salt::new(HKDF_SHA256, salt).extract(secret).expand(info, Bytes(len)).unwrap().fill(&mut out).unwrap();
    out
}

/// The header of a sender who signs for each push service, taken apart; `None` for any other header.
pub(crate) fn vapid(header: &str) -> Option<Value> {
    let (token, key) = header.strip_prefix("vapid t=")?.split_once(", k=")?;
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    let verified = VerifyingKey::new(&ECDSA_P256_SHA256_FIXED, decoded(key))
        .verify(signed.as_bytes(), &decoded(signature))
        .is_ok();
    let text = |part: &str| String::from_utf8(decoded(part)).unwrap();
    Some(json!({
        "scheme": "vapid",
        "header": text(head),
        "claims": text(claims),
        "signature_is_valid": verified,
        "key": key,
    }))
}

fn decoded(base64: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(base64).unwrap()
}
