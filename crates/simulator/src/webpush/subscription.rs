//! Subscriptions: what a browser gives its web page, and the keys that it keeps.
//!
//! A browser's keys follow from the endpoint alone, so that nothing has to be kept beside the endpoint: whoever has a
//! simulated endpoint could read what is sent to it.

use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering},
};

use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    digest::{self, SHA256},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::service::PushService;
use crate::shared::random;

/// Bytes of an uncompressed point on P-256.
pub(super) const POINT_BYTES: usize = 65;
/// Bytes of a subscription's `auth`.
pub(super) const AUTH_BYTES: usize = 16;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters that number a subscription, at the head of its id.
const NUMBER_CHARS: usize = 5;
/// Random characters after the number: the twelve of an ntfy topic leave room for no more.
const NONCE_CHARS: usize = 7;

/// Subscriptions made by this process, ever.
static MADE: AtomicU64 = AtomicU64::new(0);

/// How many subscriptions were made so far: the next one has this number.
pub(super) fn made_so_far() -> u64 {
    MADE.load(Ordering::Relaxed)
}

/// The browsers that phones can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Browser {
    #[default]
    Firefox,
    /// Its page subscribes without an application server key.
    FirefoxWithoutKey,
    Chrome,
    Safari,
    Edge,
    /// Not a browser: an app with a UnifiedPush distributor.
    UnifiedPush,
}

impl Browser {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Firefox, "firefox"),
        (Self::FirefoxWithoutKey, "firefox_without_key"),
        (Self::Chrome, "chrome"),
        (Self::Safari, "safari"),
        (Self::Edge, "edge"),
        (Self::UnifiedPush, "unifiedpush"),
    ];

    /// The browser of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find_map(|(browser, own)| (own == name).then_some(browser))
    }

    const fn service(self) -> PushService {
        match self {
            Self::Firefox | Self::FirefoxWithoutKey => PushService::Mozilla,
            Self::Chrome => PushService::Google,
            Self::Safari => PushService::Apple,
            Self::Edge => PushService::Windows,
            Self::UnifiedPush => PushService::Ntfy,
        }
    }

    /// Makes a subscription in this browser.
    pub(super) fn mint(self) -> fn() -> String {
        match self {
            Self::Firefox => || subscribe(Self::Firefox),
            Self::FirefoxWithoutKey => || subscribe(Self::FirefoxWithoutKey),
            Self::Chrome => || subscribe(Self::Chrome),
            Self::Safari => || subscribe(Self::Safari),
            Self::Edge => || subscribe(Self::Edge),
            Self::UnifiedPush => || subscribe(Self::UnifiedPush),
        }
    }
}

fn subscribe(browser: Browser) -> String {
    let service = browser.service();
    let keyless = matches!(browser, Browser::FirefoxWithoutKey | Browser::UnifiedPush);
    // A scalar outside the curve's order, at which keys fail, comes once in four thousand million digests.
    loop {
        let endpoint = Endpoint { service, keyless, id: new_id(service) };
        if let Some(keys) = endpoint.keys() {
            return endpoint.subscription(&keys);
        }
    }
}

/// An id in the shape the service gives them (lengths and fixed parts observed).
fn new_id(service: PushService) -> String {
    let (before, middle, after) = parts(service);
    let mut id = before.to_owned();
    let mut number = MADE.fetch_add(1, Ordering::Relaxed);
    let mut digits = [b'0'; NUMBER_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(number % 62) as usize];
        number /= 62;
    }
    let nonce = random::<NONCE_CHARS>().map(|byte| ALPHABET[usize::from(byte) % 62]);
    id.extend(digits.into_iter().chain(nonce).map(char::from));
    id.push_str(middle);
    match service {
        PushService::Mozilla | PushService::Google => URL_SAFE_NO_PAD.encode_string(random::<99>(), &mut id),
        PushService::Apple | PushService::Windows => URL_SAFE_NO_PAD.encode_string(random::<63>(), &mut id),
        PushService::Ntfy => (),
    }
    id + after
}

/// What stands before the number, after the nonce, and at the end of an id.
const fn parts(service: PushService) -> (&'static str, &'static str, &'static str) {
    match service {
        PushService::Mozilla => ("gAAAAAB", "", ""),
        PushService::Google => ("", ":APA91b", ""),
        PushService::Apple => ("Q", "", ""),
        PushService::Windows => ("BQYAAAC", "", "="),
        PushService::Ntfy => ("up", "", ""),
    }
}

/// Where a subscription is pushed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) service: PushService,
    /// It is bound to no application server key.
    pub(super) keyless: bool,
    pub(super) id: String,
}

/// What a browser keeps of a subscription.
pub(super) struct BrowserKeys {
    pub(super) private: PrivateKey,
    /// `p256dh`.
    pub(super) public: [u8; POINT_BYTES],
    pub(super) auth: [u8; AUTH_BYTES],
}

impl Endpoint {
    /// The whole URL.
    pub(super) fn url(&self) -> String {
        let (origin, id) = (self.service.origin(), &self.id);
        match self.service {
            PushService::Mozilla if self.keyless => format!("{origin}/wpush/v1/{id}"),
            PushService::Mozilla => format!("{origin}/wpush/v2/{id}"),
            PushService::Google => format!("{origin}/fcm/send/{id}"),
            PushService::Apple => format!("{origin}/{id}"),
            PushService::Windows => format!("{origin}/w/?token={}", id.replace('=', "%3d")),
            PushService::Ntfy => format!("{origin}/{id}?up=1"),
        }
    }

    /// Which subscription it was, counted from 0; `None`: not the id of one.
    pub(super) fn number(&self) -> Option<u64> {
        let digits = self.id.strip_prefix(parts(self.service).0)?.as_bytes().get(..NUMBER_CHARS)?;
        digits.iter().try_fold(0, |number, digit| {
            let value = ALPHABET.iter().position(|own| own == digit)?;
            Some(number * 62 + value as u64)
        })
    }

    /// The browser's keys. `None`: an id that no browser has.
    pub(super) fn keys(&self) -> Option<BrowserKeys> {
        let digest = |purpose: &str| {
            let mut context = digest::Context::new(&SHA256);
            for part in [purpose, self.service.host(), &self.id] {
                context.update(part.as_bytes());
                context.update(&[0]);
            }
            context.finish()
        };
        let private = PrivateKey::from_private_key(&ECDH_P256, digest("p256dh").as_ref()).ok()?;
        let public = private.compute_public_key().ok()?.as_ref().try_into().ok()?;
        let auth = digest("auth").as_ref()[..AUTH_BYTES].try_into().ok()?;
        Some(BrowserKeys { private, public, auth })
    }

    /// The subscription as the page gets it, in JSON.
    pub(super) fn subscription(&self, keys: &BrowserKeys) -> String {
        let mut json = String::with_capacity(512);
        // Nothing in these texts needs escaping; writing to a string does not fail.
        let _ = write!(
            json,
            r#"{{"endpoint":"{}","keys":{{"p256dh":"{}","auth":"{}"}}}}"#,
            self.url(),
            URL_SAFE_NO_PAD.encode(keys.public),
            URL_SAFE_NO_PAD.encode(keys.auth),
        );
        json
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::Value;

    use super::*;
    use crate::webpush::service::Wanted;

    #[test]
    fn a_subscription_of_every_browser_is_found_again_by_its_endpoint() {
        for (browser, name) in Browser::ALL {
            let token = browser.mint()();
            assert!(token.len() <= 1024, "{name}: {}", token.len());
            let json: Value = serde_json::from_str(&token).unwrap();
            let url: http::Uri = json["endpoint"].as_str().unwrap().parse().unwrap();
            let service = PushService::at(url.host().unwrap());
            assert_eq!(service, browser.service());
            let query = url.query().unwrap_or_default();
            let Wanted::Push(endpoint) = service.wanted(&Method::POST, url.path(), query) else {
                panic!("{name}: {url} is no endpoint")
            };
            assert!(endpoint.number().unwrap() < made_so_far());
            assert_eq!(endpoint.subscription(&endpoint.keys().unwrap()), token);
        }
    }

    #[test]
    fn subscriptions_are_numbered_in_the_order_of_their_making() {
        let number = || {
            let endpoint =
                Endpoint { service: PushService::Ntfy, keyless: true, id: new_id(PushService::Ntfy) };
            assert_eq!(endpoint.id.len(), 14);
            endpoint.number().unwrap()
        };
        assert!(number() < number());
    }
}
