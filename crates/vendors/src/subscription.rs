//! A Web Push subscription as a browser gives it: where its pushes go, and how a message is sealed so that only the
//! subscriber reads it (RFC 8291 over the content coding `aes128gcm` of RFC 8188).

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    error::Unspecified,
    hmac::{self, HMAC_SHA256, Tag},
    rand,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::VENDOR_TOKEN_MAX_BYTES;
use serde::Deserialize;

use crate::contract::{Origin, Protocol};

/// What sealing adds to a message: the header, the delimiter before the padding, the tag behind it.
pub(crate) const OVERHEAD_BYTES: usize = HEADER_BYTES + 1 + TAG_BYTES;

/// Salt, record size, length of the key id, and our public key as key id.
const HEADER_BYTES: usize = SALT_BYTES + 4 + 1 + PUBLIC_KEY_BYTES;
const SALT_BYTES: usize = 16;
const TAG_BYTES: usize = 16;

/// An uncompressed point on P-256.
const PUBLIC_KEY_BYTES: usize = 65;
const AUTH_BYTES: usize = 16;

/// One record holds everything, so any size above the body's does (RFC 8291, documented).
const RECORD_BYTES: u32 = 4096;

/// Stands between message and padding in the last record (RFC 8188, documented).
const LAST_RECORD: u8 = 2;

/// Hosts that document HTTP/1.1 alone (documented for native pushes, assumed for Web Push).
const HTTP1_HOSTS: [&str; 1] = [".notify.windows.com"];

/// A subscription, read.
pub(crate) struct Subscription {
    /// The push service.
    pub(crate) origin: Origin,
    /// Path and query of the endpoint, a secret: whoever has it can send.
    pub(crate) path: String,
    pub(crate) recipient: Recipient,
}

/// The subscriber's half of the sealing.
pub(crate) struct Recipient {
    public_key: [u8; PUBLIC_KEY_BYTES],
    /// Known to the subscriber and its senders alone.
    pub(crate) auth: [u8; AUTH_BYTES],
}

/// What `PushSubscription.toJSON()` makes; other members are passed over.
#[derive(Deserialize)]
struct Json {
    endpoint: String,
    keys: Keys,
}

#[derive(Deserialize)]
struct Keys {
    p256dh: String,
    auth: String,
}

impl Subscription {
    /// Reads the JSON, or the base64url of it; `None` where no push can go to it.
    pub(crate) fn read(token: &str) -> Option<Self> {
        if token.len() > VENDOR_TOKEN_MAX_BYTES {
            return None;
        }
        let json: Json = if token.trim_start().starts_with('{') {
            serde_json::from_str(token).ok()?
        } else {
            serde_json::from_slice(&lenient_base64(token)?).ok()?
        };
        let (origin, path) = endpoint(&json.endpoint)?;
        let recipient = Recipient::read(&json.keys)?;
        Some(Self { origin, path, recipient })
    }
}

impl Recipient {
    fn read(keys: &Keys) -> Option<Self> {
        let public_key: [u8; PUBLIC_KEY_BYTES] = lenient_base64(&keys.p256dh)?.try_into().ok()?;
        let auth = lenient_base64(&keys.auth)?.try_into().ok()?;
        // A compressed or hybrid point would be taken for another key by the subscriber.
        (public_key[0] == 4).then_some(Self { public_key, auth })
    }

    /// Seals a message with a key pair and a salt that are used this once; `None` where the subscriber's key is no
    /// point of the curve.
    pub(crate) fn seal(&self, message: &[u8], padding_bytes: usize) -> Option<Vec<u8>> {
        let key = PrivateKey::generate(&ECDH_P256).ok()?;
        let mut salt = [0; SALT_BYTES];
        rand::fill(&mut salt).ok()?;
        self.seal_with(&key, salt, message, padding_bytes).ok()
    }

    fn seal_with(
        &self,
        key: &PrivateKey,
        salt: [u8; SALT_BYTES],
        message: &[u8],
        padding_bytes: usize,
    ) -> Result<Vec<u8>, Unspecified> {
        let own_public_key = key.compute_public_key()?;
        let own_public_key = own_public_key.as_ref();
        let secret = self.shared_secret(key, own_public_key)?;
        let content = hash(&salt, &[secret.as_ref()]);
        let content_key = hash(content.as_ref(), &[b"Content-Encoding: aes128gcm\0\x01"]);
        let nonce = hash(content.as_ref(), &[b"Content-Encoding: nonce\0\x01"]);

        let mut body = Vec::with_capacity(OVERHEAD_BYTES + message.len() + padding_bytes);
        body.extend_from_slice(&salt);
        body.extend_from_slice(&RECORD_BYTES.to_be_bytes());
        body.push(u8::try_from(own_public_key.len()).map_err(|_| Unspecified)?);
        body.extend_from_slice(own_public_key);
        let sealed_from = body.len();
        body.extend_from_slice(message);
        body.push(LAST_RECORD);
        body.resize(body.len() + padding_bytes, 0);
        let content_key =
            LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &content_key.as_ref()[..AES_128_GCM.key_len()])?);
        let nonce = Nonce::try_assume_unique_for_key(&nonce.as_ref()[..NONCE_LEN])?;
        let tag = content_key.seal_in_place_separate_tag(nonce, Aad::empty(), &mut body[sealed_from..])?;
        body.extend_from_slice(tag.as_ref());
        Ok(body)
    }

    /// The key agreement, bound to both public keys and to the subscription's own secret.
    fn shared_secret(&self, key: &PrivateKey, own_public_key: &[u8]) -> Result<Tag, Unspecified> {
        let theirs = UnparsedPublicKey::new(&ECDH_P256, &self.public_key[..]);
        agree(key, theirs, Unspecified, |agreed| {
            let combined = hash(&self.auth, &[agreed]);
            Ok(hash(combined.as_ref(), &[b"WebPush: info\0", &self.public_key, own_public_key, b"\x01"]))
        })
    }
}

/// Both halves of HKDF, whose outputs here are never longer than one hash.
fn hash(key: &[u8], parts: &[&[u8]]) -> Tag {
    let mut context = hmac::Context::with_key(&hmac::Key::new(HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    context.sign()
}

/// Splits an address into the host and what is asked of it. Only https, no user in it, and a host by name: what a
/// browser or a distributor gives is never otherwise, and a client's word decides whom this server dials.
fn endpoint(url: &str) -> Option<(Origin, String)> {
    let rest = url.get(..8).filter(|scheme| scheme.eq_ignore_ascii_case("https://")).map(|_| &url[8..])?;
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, port.parse().ok().filter(|&port: &u16| port != 0)?),
        None => (authority, 443),
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let is_path = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    if !host.split('.').all(is_label) || host.len() > 253 || !is_path {
        return None;
    }
    let host = host.to_ascii_lowercase();
    let only_http1 = HTTP1_HOSTS.iter().any(|end| host.ends_with(end));
    let protocol = if only_http1 { Protocol::Http1 } else { Protocol::Http2 };
    let slash = if path.starts_with('/') { "" } else { "/" };
    Some((Origin { host: host.into(), port, protocol }, format!("{slash}{path}")))
}

/// Base64 of either alphabet, padded or not: clients' libraries differ.
pub(crate) fn lenient_base64(text: &str) -> Option<Vec<u8>> {
    let url_safe = |char| match char {
        '+' => '-',
        '/' => '_',
        other => other,
    };
    let text: String = text.trim().trim_end_matches('=').chars().map(url_safe).collect();
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(base64: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(base64).unwrap()
    }

    /// The example in the appendix of RFC 8291.
    const P256DH: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    fn example() -> Recipient {
        Recipient::read(&Keys { p256dh: P256DH.to_owned(), auth: AUTH.to_owned() }).unwrap()
    }

    #[test]
    fn the_example_of_rfc_8291_is_sealed_to_the_byte() {
        let own = bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        let own = PrivateKey::from_private_key(&ECDH_P256, &own).unwrap();
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let body = example().seal_with(&own, salt, b"When I grow up, I want to be a watermelon", 0).unwrap();
        let want = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS\
                    6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4\
                    a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(body), want);
    }

    #[test]
    fn what_sealing_adds_is_known_beforehand() {
        for (message, padding) in [(&b""[..], 0), (b"hello", 0), (b"hello", 100)] {
            let body = example().seal(message, padding).unwrap();
            assert_eq!(body.len(), OVERHEAD_BYTES + message.len() + padding);
        }
    }

    #[test]
    fn the_same_message_is_never_sealed_alike() {
        assert_ne!(example().seal(b"hello", 0), example().seal(b"hello", 0));
    }

    #[test]
    fn a_point_beside_the_curve_seals_nothing() {
        let mut recipient = example();
        recipient.public_key[64] ^= 1;
        assert!(recipient.seal(b"hello", 0).is_none());
    }

    #[test]
    fn an_endpoint_is_split_as_a_browser_would() {
        let read = |url: &str| {
            let (origin, path) = endpoint(url)?;
            Some(format!("{:?} {}:{} {path}", origin.protocol, origin.host, origin.port))
        };
        let reads: &[(&str, &str)] = &[
            ("https://fcm.googleapis.com/fcm/send/a:b", "Http2 fcm.googleapis.com:443 /fcm/send/a:b"),
            ("HTTPS://Push.Example:8443/x", "Http2 push.example:8443 /x"),
            ("https://ntfy.example/upABC?up=1", "Http2 ntfy.example:443 /upABC?up=1"),
            ("https://push.example", "Http2 push.example:443 /"),
            ("https://push.example?token=1", "Http2 push.example:443 /?token=1"),
            (
                "https://wns2-by3p.notify.windows.com/w/?token=a%2bb",
                "Http1 wns2-by3p.notify.windows.com:443 /w/?token=a%2bb",
            ),
        ];
        for (url, want) in reads {
            assert_eq!(read(url).as_deref(), Some(*want));
        }
        let refused = [
            "http://push.example/x",
            "https:///x",
            "https://user@push.example/x",
            "https://user:secret@push.example/x",
            "https://push.example:0/x",
            "https://push.example:99999/x",
            "https://push..example/x",
            "https://[::1]/x",
            "https://push.example/x y",
            "https://push.example/x#y",
            "https://推送.example/x",
            "//push.example/x",
            "",
        ];
        for url in refused {
            assert_eq!(read(url), None, "{url}");
        }
    }
}
