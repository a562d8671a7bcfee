//! FCM over real sockets: access tokens, sends, what phones show, topics and groups, faults.

mod auth;
mod limits;
mod phone;
mod send;
mod topics;

use aws_lc_rs::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
use axum::body::Bytes;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Method, Request, Response, header};
use http_body_util::Full;
use model::Vendor;
use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::{Value, json};
use simulator::Credential;

use crate::support::{PACKAGE, START, World};

const HOST: &str = "fcm.googleapis.com";
const OAUTH: &str = "oauth2.googleapis.com";
const IID: &str = "iid.googleapis.com";
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
const FCM_ERROR: &str = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
const BAD_REQUEST: &str = "type.googleapis.com/google.rpc.BadRequest";

/// A world with one FCM app, and a sender that holds its key file.
pub(crate) struct Sender {
    pub(crate) world: World,
    credential: Credential,
    file: Value,
}

impl Sender {
    pub(crate) async fn start() -> Self {
        Self::in_world(World::start().await)
    }

    fn in_world(world: World) -> Self {
        let credential = world.running.enrol(Vendor::Fcm, PACKAGE, None).unwrap();
        let file = serde_json::from_str(&credential["service_account"]).unwrap();
        Self { world, credential, file }
    }

    pub(crate) fn rights(&self, rights: &Value) {
        self.world.running.set_rights(Vendor::Fcm, PACKAGE, rights).unwrap();
    }

    fn project(&self) -> &str {
        self.file["project_id"].as_str().unwrap()
    }

    /// Claims as the book wants them, at the clock's start.
    fn claims(&self) -> Value {
        json!({ "iss": self.file["client_email"], "scope": SCOPE, "aud": self.file["token_uri"],
            "iat": START.secs(), "exp": START.secs() + 3600 })
    }

    fn head(&self) -> Value {
        json!({ "alg": "RS256", "typ": "JWT", "kid": self.file["private_key_id"] })
    }

    /// A signed assertion.
    fn sign(&self, head: &Value, claims: &Value) -> String {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(head), part(claims));
        let pem = self.file["private_key"].as_str().unwrap();
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).unwrap();
        let pair = KeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    async fn exchange(&self, assertion: &str) -> (u16, Value) {
        let fields =
            [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion)];
        self.token_request(&fields).await
    }

    async fn token_request(&self, fields: &[(&str, &str)]) -> (u16, Value) {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post("/token")
            .header(header::HOST, OAUTH)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        read(self.world.http1(OAUTH, request).await.unwrap())
    }

    /// A new access token.
    async fn access(&self) -> String {
        let mut claims = self.claims();
        // Tests that move the clock ask again later.
        let now = self.world.running.world().snapshot().now.secs();
        (claims["iat"], claims["exp"]) = (json!(now), json!(now + 3600));
        let (status, granted) = self.exchange(&self.sign(&self.head(), &claims)).await;
        assert_eq!(status, 200, "{granted}");
        granted["access_token"].as_str().unwrap().to_owned()
    }

    async fn call(
        &self,
        host: &str,
        method: Method,
        path: &str,
        access: &str,
        body: &Value,
    ) -> Option<Response<Bytes>> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, host)
            .header(header::AUTHORIZATION, format!("Bearer {access}"))
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .header("access_token_auth", "true")
            .body(Full::new(Bytes::from(body.to_string())))
            .unwrap();
        self.world.http1(host, request).await
    }

    /// One send of a whole body, with a fresh access token.
    async fn post(&self, body: &Value) -> Response<Bytes> {
        let path = format!("/v1/projects/{}/messages:send", self.project());
        self.call(HOST, Method::POST, &path, &self.access().await, body).await.unwrap()
    }

    pub(crate) async fn send(&self, message: &Value) -> (u16, Value) {
        read(self.post(&json!({ "message": message })).await)
    }

    /// A send that is accepted.
    async fn sent(&self, message: &Value) -> String {
        let (status, body) = self.send(message).await;
        assert_eq!(status, 200, "{body}");
        body["name"].as_str().unwrap().to_owned()
    }
}

fn read(response: Response<Bytes>) -> (u16, Value) {
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

/// A chat message.
pub(crate) fn chat(token: &str, title: &str) -> Value {
    json!({ "token": token, "notification": { "title": title, "body": "Hi" },
        "data": { "ext": "ext content", "payload": "payload content" },
        "android": { "priority": "HIGH", "ttl": "86400s", "notification": { "channel_id": "chat" } } })
}

/// The detail of a type.
fn detail<'a>(body: &'a Value, type_name: &str) -> &'a Value {
    let details = body["error"]["details"].as_array().into_iter().flatten();
    details.into_iter().find(|detail| detail["@type"] == type_name).unwrap_or(&Value::Null)
}

/// HTTP status, canonical status, and the `FcmError` code.
fn told(answer: &(u16, Value)) -> (u16, &str, Option<&str>) {
    let (status, body) = answer;
    (
        *status,
        body["error"]["status"].as_str().unwrap_or_default(),
        detail(body, FCM_ERROR)["errorCode"].as_str(),
    )
}
