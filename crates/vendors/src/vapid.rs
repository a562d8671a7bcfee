//! VAPID (RFC 8292): a token that tells a push service who sends, signed for each push service by itself.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Secret, Timestamp};
use serde::Serialize;
use x509_parser::pem::Pem;

use crate::{contract::Origin, subscription::lenient_base64};

/// A header ends this long after it was signed; 24 hours is the most.
const HEADER_LIFETIME_MS: i64 = 12 * 3_600_000;

/// A header is signed anew after this long, in its last hour.
const HEADER_RENEW_AFTER_MS: i64 = 11 * 3_600_000;

/// A header is used at least this long, even when refused: Apple takes no newer one within the hour.
const HEADER_KEEP_MS: i64 = 3_600_000;

/// Most push services whose headers are kept (ours).
const HEADERS_MAX: usize = 256;

/// Largest key file, in bytes (ours; real ones have 300).
const KEY_FILE_MAX_BYTES: usize = 16 * 1024;

/// A private key of P-256.
const PRIVATE_KEY_BYTES: usize = 32;

/// `{"typ":"JWT","alg":"ES256"}`
const JWT_HEADER: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9";

/// An operator's key pair, and the headers it has signed.
pub(crate) struct Vapid {
    key: EcdsaKeyPair,
    /// As a browser takes it for `applicationServerKey`.
    pub(crate) public_key: String,
    pub(crate) subject: String,
    passes: Mutex<HashMap<String, Pass>>,
}

/// A header for one push service.
struct Pass {
    header: Arc<Secret<String>>,
    made_at: Timestamp,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    exp: i64,
    sub: &'a str,
}

impl fmt::Debug for Vapid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vapid({} of {})", self.public_key, self.subject)
    }
}

impl Vapid {
    /// Reads a private key; `None` where the text holds no P-256 key.
    pub(crate) fn read(text: &str, subject: &str) -> Option<Self> {
        let key = read_key(text)?;
        let public_key = URL_SAFE_NO_PAD.encode(key.public_key());
        Some(Self { key, public_key, subject: subject.to_owned(), passes: Mutex::default() })
    }

    /// The header for pushes to an origin. It is used again until it is due to be renewed: Apple counts new ones
    /// (documented). `None` where signing fails; the push service then answers that the header is missing.
    pub(crate) fn header(&self, origin: &Origin, now: Timestamp) -> Option<Arc<Secret<String>>> {
        let audience = audience(origin);
        let mut passes = self.passes();
        if let Some(pass) = passes.get(&audience).filter(|pass| pass.is_good(now)) {
            return Some(pass.header.clone());
        }
        let header = Arc::new(Secret::new(self.sign(&audience, now)?));
        make_room(&mut passes, now);
        passes.insert(audience, Pass { header: header.clone(), made_at: now });
        Some(header)
    }

    /// Whether a refused header is worth another try with a new one. One that was signed just now is not: then key or
    /// subject are what is refused.
    pub(crate) fn renews(&self, origin: &Origin, refused: &Secret<String>, now: Timestamp) -> bool {
        let audience = audience(origin);
        let mut passes = self.passes();
        let current = passes.get(&audience).filter(|pass| *pass.header == *refused);
        let Some(pass) = current else { return true };
        let is_old = now.since_ms(pass.made_at) >= HEADER_KEEP_MS;
        if is_old {
            passes.remove(&audience);
        }
        is_old
    }

    fn passes(&self) -> MutexGuard<'_, HashMap<String, Pass>> {
        self.passes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sign(&self, audience: &str, now: Timestamp) -> Option<String> {
        let exp = now.plus_ms(HEADER_LIFETIME_MS).secs();
        let claims = serde_json::to_vec(&Claims { aud: audience, exp, sub: &self.subject }).ok()?;
        let signed = format!("{JWT_HEADER}.{}", URL_SAFE_NO_PAD.encode(claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).ok()?;
        let signature = URL_SAFE_NO_PAD.encode(signature);
        Some(format!("vapid t={signed}.{signature}, k={}", self.public_key))
    }
}

impl Pass {
    /// Not after the clock was set back far: a push service refuses what ends more than a day ahead.
    fn is_good(&self, now: Timestamp) -> bool {
        (-HEADER_KEEP_MS..HEADER_RENEW_AFTER_MS).contains(&now.since_ms(self.made_at))
    }
}

/// Clients name the origins, so that there may be any number of them.
fn make_room(passes: &mut HashMap<String, Pass>, now: Timestamp) {
    if passes.len() < HEADERS_MAX {
        return;
    }
    passes.retain(|_, pass| pass.is_good(now));
    if passes.len() < HEADERS_MAX {
        return;
    }
    let oldest = passes.iter().min_by_key(|(_, pass)| pass.made_at).map(|(audience, _)| audience.clone());
    if let Some(oldest) = oldest {
        passes.remove(&oldest);
    }
}

/// Scheme and host, the port only where it is not the usual one, and no slash at the end (documented).
fn audience(origin: &Origin) -> String {
    match origin.port {
        443 => format!("https://{}", origin.host),
        port => format!("https://{}:{port}", origin.host),
    }
}

/// Takes the scalar in base64url as key generators print it, PEM (PKCS#8 or SEC1), and the base64 of a file of either.
fn read_key(text: &str) -> Option<EcdsaKeyPair> {
    if text.len() > KEY_FILE_MAX_BYTES {
        return None;
    }
    if text.contains("-----BEGIN") {
        return read_pem(text);
    }
    let bytes = lenient_base64(&text.split_ascii_whitespace().collect::<String>())?;
    match str::from_utf8(&bytes) {
        _ if bytes.len() == PRIVATE_KEY_BYTES => read_scalar(&bytes),
        Ok(file) if file.contains("-----BEGIN") => read_pem(file),
        Ok(file) => read_scalar(&lenient_base64(file)?),
        Err(_) => read_der(&bytes),
    }
}

fn read_pem(text: &str) -> Option<EcdsaKeyPair> {
    let mut blocks = Pem::iter_from_buffer(text.as_bytes()).filter_map(Result::ok);
    read_der(&blocks.find(|block| block.label.ends_with("PRIVATE KEY"))?.contents)
}

fn read_der(der: &[u8]) -> Option<EcdsaKeyPair> {
    EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, der).ok()
}

fn read_scalar(scalar: &[u8]) -> Option<EcdsaKeyPair> {
    let der: Pkcs8V1Der<'_> = PrivateKey::from_private_key(&ECDH_P256, scalar).ok()?.as_der().ok()?;
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref()).ok()
}
