//! A sender of Web Push: it signs, seals and posts.

use std::sync::Arc;

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use axum::body::Bytes;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Method, Request, Response, request::Builder};
use http_body_util::Full;
use model::Vendor;
use serde_json::{Value, json};
use simulator::Phone;

use crate::support::{PACKAGE, START, World};

/// A sender with its key.
pub(super) struct Sender<'a> {
    world: &'a World,
    subject: String,
    private: Vec<u8>,
    public: Vec<u8>,
}

/// Claims of a token.
#[derive(Debug, Clone)]
pub(super) struct Claims {
    pub(super) aud: String,
    pub(super) exp: Value,
    pub(super) sub: Option<String>,
}

/// A browser's subscription, as its page uploads it.
pub(super) struct Subscription {
    endpoint: http::Uri,
    p256dh: Vec<u8>,
    auth: Vec<u8>,
}

fn public_of(private: &PrivateKey) -> Vec<u8> {
    private.compute_public_key().unwrap().as_ref().to_vec()
}

impl<'a> Sender<'a> {
    /// A sender whose app enrols, with a new key each time.
    pub(super) fn enrolled(world: &'a World) -> Self {
        let credential = world.running.enrol(Vendor::Webpush, PACKAGE, None).unwrap();
        assert_eq!(credential.keys().collect::<Vec<_>>(), ["private_key", "subject"]);
        let private = URL_SAFE_NO_PAD.decode(&credential["private_key"]).unwrap();
        let public = public_of(&PrivateKey::from_private_key(&ECDH_P256, &private).unwrap());
        Self { world, subject: credential["subject"].clone(), private, public }
    }

    /// A sender that no page subscribed for.
    pub(super) fn with_another_key(world: &'a World) -> Self {
        let private = vec![7; 32];
        let public = public_of(&PrivateKey::from_private_key(&ECDH_P256, &private).unwrap());
        Self { world, subject: "mailto:ops@im.example".to_owned(), private, public }
    }

    /// A phone with this browser, and its subscription.
    pub(super) fn subscriber(&self, name: &str, browser: &str) -> (Arc<Phone>, Subscription) {
        let running = &self.world.running;
        running.set_rights(Vendor::Webpush, PACKAGE, &json!({ "browser": browser })).unwrap();
        let (phone, token) = self.world.phone(name, "browser");
        (phone, Subscription::of(&serde_json::from_str(&token).unwrap()))
    }

    /// The header with which it sends.
    pub(super) fn authorization(&self, claims: &Claims) -> String {
        let mut body = json!({ "aud": claims.aud, "exp": claims.exp });
        if let Some(sub) = &claims.sub {
            body["sub"] = json!(sub.replace("{subject}", &self.subject));
        }
        let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", encode(&json!({ "typ": "JWT", "alg": "ES256" })), encode(&body));
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair =
            EcdsaKeyPair::from_private_key_and_public_key(algorithm, &self.private, &self.public).unwrap();
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        let [signature, key] = [signature.as_ref(), &self.public].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        format!("vapid t={signed}.{signature}, k={key}")
    }

    /// A signed request with a lifetime of a minute, for HTTP/2.
    pub(super) fn request(&self, subscription: &Subscription) -> Builder {
        Request::post(subscription.endpoint.clone())
            .header("ttl", "60")
            .header("authorization", self.authorization(&subscription.claims(self.now_s())))
    }

    fn now_s(&self) -> i64 {
        self.world.running.world().snapshot().now.secs().max(START.secs())
    }

    /// Sends a message sealed and signed.
    pub(super) async fn push(&self, subscription: &Subscription, clear: &Value) -> Response<Bytes> {
        self.try_push(subscription, clear).await.unwrap()
    }

    /// The same; `None` where the connection was cut.
    pub(super) async fn try_push(
        &self,
        subscription: &Subscription,
        clear: &Value,
    ) -> Option<Response<Bytes>> {
        let headers = self.headers(subscription, &[]);
        self.post(subscription, &headers, subscription.seal(clear)).await
    }

    /// The same with other headers, or without some; `null` sends no body.
    pub(super) async fn push_with(
        &self,
        subscription: &Subscription,
        clear: &Value,
        others: &[(&str, Option<&str>)],
    ) -> Response<Bytes> {
        let body = if clear.is_null() { Vec::new() } else { subscription.seal(clear) };
        let headers = self.headers(subscription, others);
        self.post(subscription, &headers, body).await.unwrap()
    }

    /// Sends a body as it is.
    pub(super) async fn push_bytes(&self, subscription: &Subscription, body: Vec<u8>) -> Response<Bytes> {
        let headers = self.headers(subscription, &[]);
        self.post(subscription, &headers, body).await.unwrap()
    }

    /// Sends with this authorization, or without any.
    pub(super) async fn push_as(
        &self,
        subscription: &Subscription,
        authorization: Option<String>,
    ) -> Response<Bytes> {
        let headers = self.headers(subscription, &[("authorization", authorization.as_deref())]);
        let clear = json!({ "title": "t", "body": "b" });
        self.post(subscription, &headers, subscription.seal(&clear)).await.unwrap()
    }

    /// A request that is no push.
    pub(super) async fn bare(
        &self,
        host: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Response<Bytes> {
        let mut request = Request::builder().method(method).uri(path).header("host", host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.world.http1(host, request.body(Full::default()).unwrap()).await.unwrap()
    }

    fn headers(&self, subscription: &Subscription, others: &[(&str, Option<&str>)]) -> Vec<(String, String)> {
        let authorization = self.authorization(&subscription.claims(self.now_s()));
        let usual = [
            ("ttl", "60"),
            ("urgency", "high"),
            ("content-encoding", "aes128gcm"),
            ("content-type", "application/octet-stream"),
            ("authorization", &authorization),
        ];
        let replaced = |name: &str| others.iter().any(|(other, _)| *other == name);
        let kept = usual.into_iter().filter(|(name, _)| !replaced(name));
        let others = others.iter().filter_map(|(name, value)| value.map(|value| (*name, value)));
        kept.chain(others).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    async fn post(
        &self,
        subscription: &Subscription,
        headers: &[(String, String)],
        body: Vec<u8>,
    ) -> Option<Response<Bytes>> {
        let host = subscription.host();
        let path = subscription.endpoint.path_and_query().unwrap().as_str();
        let mut request = Request::post(path).header("host", host);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        self.world.http1(host, request.body(Full::new(Bytes::from(body))).unwrap()).await
    }
}

impl Subscription {
    fn of(json: &Value) -> Self {
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(json["keys"][name].as_str().unwrap()).unwrap();
        let endpoint = json["endpoint"].as_str().unwrap().parse().unwrap();
        Self { endpoint, p256dh: bytes("p256dh"), auth: bytes("auth") }
    }

    /// A subscription at an endpoint of one's own.
    pub(super) fn somewhere(endpoint: &str) -> Self {
        let p256dh = public_of(&PrivateKey::generate(&ECDH_P256).unwrap());
        Self { endpoint: endpoint.parse().unwrap(), p256dh, auth: vec![1; 16] }
    }

    pub(super) fn host(&self) -> &str {
        self.endpoint.host().unwrap()
    }

    /// The last part of its path.
    pub(super) fn id(&self) -> &str {
        self.endpoint.path().rsplit('/').next().unwrap()
    }

    /// Claims that are right for it.
    pub(super) fn claims(&self, now_s: i64) -> Claims {
        Claims {
            aud: format!("https://{}", self.host()),
            exp: json!(now_s + 12 * 3600),
            sub: Some("{subject}".to_owned()),
        }
    }

    /// Seals a message.
    pub(super) fn seal(&self, clear: &Value) -> Vec<u8> {
        self.seal_text(clear.to_string().as_bytes())
    }

    /// Seals bytes.
    pub(super) fn seal_text(&self, text: &[u8]) -> Vec<u8> {
        self.seal_to(text, 0)
    }

    /// Seals a message so that the body has this length.
    pub(super) fn seal_padded(&self, clear: &Value, length: usize) -> Vec<u8> {
        let text = clear.to_string();
        let body = self.seal_to(text.as_bytes(), length - 86 - 17 - text.len());
        assert_eq!(body.len(), length);
        body
    }

    fn seal_to(&self, text: &[u8], padding: usize) -> Vec<u8> {
        let own = PrivateKey::generate(&ECDH_P256).unwrap();
        let own_public = public_of(&own);
        let salt: [u8; 16] = std::array::from_fn(|at| own_public[at + 1]);
        let peer = UnparsedPublicKey::new(&ECDH_P256, &self.p256dh);
        let ikm = agree(&own, peer, (), |shared| {
            let prk = Salt::new(HKDF_SHA256, &self.auth).extract(shared);
            Ok(expand::<32>(&prk, &[b"WebPush: info\0", &self.p256dh, &own_public]))
        })
        .unwrap();
        let prk = Salt::new(HKDF_SHA256, &salt).extract(&ikm);
        let key = expand::<16>(&prk, &[b"Content-Encoding: aes128gcm\0"]);
        let nonce = expand::<12>(&prk, &[b"Content-Encoding: nonce\0"]);
        let mut sealed = [text, &[2], &vec![0; padding]].concat();
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed).unwrap();
        [&salt[..], &8192_u32.to_be_bytes(), &[65], &own_public, &sealed].concat()
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(prk: &Prk, info: &[&[u8]]) -> [u8; N] {
    let mut bytes = [0; N];
    prk.expand(info, Length(N)).unwrap().fill(&mut bytes).unwrap();
    bytes
}

/// Status and the service's own code, where its body has one.
pub(super) fn code(host: &str, answer: &Response<Bytes>) -> (u16, String) {
    let json: Value = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
    let code = match host {
        super::MOZILLA => json["errno"].to_string(),
        super::APPLE => json["reason"].as_str().unwrap_or_default().to_owned(),
        super::NTFY => json["code"].to_string(),
        _ => String::new(),
    };
    (answer.status().as_u16(), code)
}
