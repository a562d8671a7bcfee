//! HarmonyOS NEXT over real sockets: credentials, limits, rights, amounts, receipts, recall.

mod desk;
mod limits;
mod news;

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeyPair,
    signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding},
};
use axum::body::Bytes;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Request, Response};
use http_body_util::Full;
use model::Vendor;
use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::{Value, json};
use simulator::{Credential, Phone};

use crate::support::{PACKAGE, START, World};

const HOST: &str = "push-api.cloud.huawei.com";

/// A world with one enrolled app, and its service account.
struct Harmony {
    world: World,
    credential: Credential,
    file: Value,
    bearer: String,
}

impl Harmony {
    async fn start() -> Self {
        let world = World::start().await;
        let credential = world.running.enrol(Vendor::Harmony, PACKAGE, None).unwrap();
        let file: Value = serde_json::from_str(&credential["service_account"]).unwrap();
        let bearer = format!("Bearer {}", sign(&file, &claims(&file), &RSA_PSS_SHA256, "PS256"));
        Self { world, credential, file, bearer }
    }

    fn rights(&self, rights: Value) {
        self.world.running.set_rights(Vendor::Harmony, PACKAGE, &rights).unwrap();
    }

    fn phone(&self, name: &str) -> (std::sync::Arc<Phone>, String) {
        self.world.phone(name, "harmony")
    }

    fn send_path(&self) -> String {
        format!("/v3/{}/messages:send", self.file["project_id"].as_str().unwrap())
    }

    fn recall_path(&self) -> String {
        format!("/v1/{}/messages:revoke", self.credential["client_id"])
    }

    async fn call(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Response<Bytes>> {
        let mut request = Request::post(path).header("host", HOST);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.world.http1(HOST, request.body(Full::new(Bytes::from(body.to_owned()))).unwrap()).await
    }

    /// Sends; HTTP status and body.
    async fn send_as(&self, push_type: &str, body: &Value) -> (u16, Value) {
        let headers = [("authorization", self.bearer.as_str()), ("push-type", push_type)];
        read(&self.call(&self.send_path(), &headers, &body.to_string()).await.unwrap())
    }

    async fn send(&self, body: &Value) -> Value {
        self.send_as("0", body).await.1
    }

    async fn code(&self, body: &Value) -> String {
        self.send(body).await["code"].as_str().unwrap_or_default().to_owned()
    }

    async fn recall(&self, body: &Value) -> (u16, Value) {
        let headers = [("authorization", self.bearer.as_str()), ("push-type", "0")];
        read(&self.call(&self.recall_path(), &headers, &body.to_string()).await.unwrap())
    }

    /// The code that a request with this `Authorization` gets.
    async fn code_for(&self, bearer: &str, token: &str) -> (u16, String) {
        let headers = [("authorization", bearer), ("push-type", "0")];
        let body = chat(token).to_string();
        let (status, body) = read(&self.call(&self.send_path(), &headers, &body).await.unwrap());
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    }
}

fn read(response: &Response<Bytes>) -> (u16, Value) {
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
}

fn claims(file: &Value) -> Value {
    let now = START.secs();
    json!({"iss": file["sub_account"], "aud": file["token_uri"], "iat": now, "exp": now + 3600})
}

fn sign(file: &Value, claims: &Value, encoding: &'static dyn RsaEncoding, algorithm: &str) -> String {
    let pem = file["private_key"].as_str().unwrap();
    let pkcs8 = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).unwrap();
    let pair = KeyPair::from_pkcs8(pkcs8.secret_pkcs8_der()).unwrap();
    let head = json!({"kid": file["key_id"], "typ": "JWT", "alg": algorithm});
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let text = format!("{}.{}", encode(&head), encode(claims));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn ps256(file: &Value, claims: &Value) -> String {
    format!("Bearer {}", sign(file, claims, &RSA_PSS_SHA256, "PS256"))
}

fn rs256(file: &Value, claims: &Value) -> String {
    format!("Bearer {}", sign(file, claims, &RSA_PKCS1_SHA256, "RS256"))
}

/// A chat message as the book shows it.
fn chat(token: &str) -> Value {
    json!({
        "payload": {"notification": {
            "category": "IM", "title": "阿明", "body": "你好",
            "clickAction": {"actionType": 0, "data": {"ext": "ext content", "payload": "{\"conv\":\"c-1\"}"}},
            "notifyId": 100_231, "badge": {"addNum": 1},
        }},
        "target": {"token": [token]},
        "pushOptions": {"ttl": 86_400, "biTag": "m-42", "testMessage": false},
    })
}

/// The same with a member set at a JSON pointer.
fn with(mut body: Value, place: &str, value: Value) -> Value {
    let (parent, name) = place.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
    body
}
