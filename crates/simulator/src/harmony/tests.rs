//! The desk from inside: any request gets an answer in the vendor's words.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Method, request::Parts};
use model::{ManualClock, Timestamp, Vendor};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::desk::Desk;
use crate::{
    counter::{Answer, Ask, Clerk, Credential},
    faults::Turn,
    shared::{Host, Shared},
};

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn open_desk() -> (Desk, mpsc::Receiver<crate::phone::Report>) {
    let (reports, inbox) = mpsc::channel(100);
    (Desk::new(&Shared::for_tests(Arc::new(ManualClock::at(NOW))), reports), inbox)
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let header = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
    };
    pairs.iter().map(header).collect()
}

fn answer(desk: &Desk, path: &str, headers: &HeaderMap, body: &[u8]) -> Answer {
    let host = Host::for_tests("push-api.cloud.huawei.com", Vendor::Harmony);
    let ask = Ask { host: &host, method: &Method::POST, path, query: "", headers, body, now: NOW };
    desk.answer(&ask, &Turn::default())
}

fn takes(desk: &Desk, path: &str, pairs: &[(&'static str, &str)]) -> bool {
    let mut request = http::Request::post(path).body(()).unwrap();
    *request.headers_mut() = headers(pairs);
    let head: Parts = request.into_parts().0;
    desk.takes(&head)
}

/// Signs as the service account of this credential.
fn authorization(credential: &Credential) -> String {
    use aws_lc_rs::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PSS_SHA256};
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
    let file: Value = serde_json::from_str(&credential["service_account"]).unwrap();
    let pem = PrivatePkcs8KeyDer::from_pem_slice(file["private_key"].as_str().unwrap().as_bytes()).unwrap();
    let pair = KeyPair::from_pkcs8(pem.secret_pkcs8_der()).unwrap();
    let head = json!({"kid": file["key_id"], "typ": "JWT", "alg": "PS256"}).to_string();
    let claims = json!({"iss": file["sub_account"], "aud": file["token_uri"],
        "iat": NOW.secs(), "exp": NOW.secs() + 3600});
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PSS_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    format!("Bearer {text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn project(credential: &Credential) -> String {
    let file: Value = serde_json::from_str(&credential["service_account"]).unwrap();
    file["project_id"].as_str().unwrap().to_owned()
}

#[test]
fn of_the_shared_path_it_takes_what_has_a_push_type() {
    let (desk, _inbox) = open_desk();
    assert!(takes(&desk, "/v3/1/messages:send", &[]));
    assert!(takes(&desk, "/v3/anything", &[]));
    assert!(takes(&desk, "/v1/1/messages:revoke", &[("push-type", "0")]));
    assert!(!takes(&desk, "/v1/1/messages:revoke", &[]));
    assert!(!takes(&desk, "/v1/1/messages:revoke", &[("authorization", "Bearer CF-invented")]));
    assert!(!takes(&desk, "/v1/1/messages:send", &[("push-type", "0")]));
    assert!(!takes(&desk, "/v2/1/messages:send", &[]));
}

#[test]
fn a_registration_can_be_held_again_and_is_made_anew_without_one() {
    let (desk, _inbox) = open_desk();
    let first = desk.enrol("com.example.im", None).unwrap();
    assert_eq!(first["right_chat"], "yes");
    assert_eq!(first["right_voip"], "no");
    let other = open_desk().0;
    assert_eq!(other.enrol("com.example.im", Some(&first)), Ok(first.clone()));
    assert_eq!(other.credentials(), std::slice::from_ref(&first));
    assert_ne!(other.enrol("com.example.im", None).unwrap()["service_account"], first["service_account"]);
    let broken = Credential::from([("service_account".to_owned(), "{}".to_owned())]);
    assert!(other.enrol("com.example.im", Some(&broken)).is_err());
}

/// JSON of any shape, with the book's names among its members.
fn any_json() -> impl Strategy<Value = Value> {
    let names = "payload|notification|target|token|pushOptions|clickAction|data|badge|addNum|ttl|title|body|\
        category|actionType|notifyId|extraData|image|[a-z]{0,4}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "IM|FAULT/[a-z0-9]{0,9}/x|https://a/FAULT/80100022/b|.{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(names, inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn is_in_the_envelope(answer: &Answer) -> bool {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |name: &str| body[name].as_str().is_some_and(|text| !text.is_empty());
    answer.status == 0
        || (text("code") && text("msg") && text("requestId"))
        || (answer.body.is_empty() && matches!(answer.status, 404 | 503))
}

#[test]
fn any_body_on_any_path_gets_an_answer_in_the_envelope() {
    let (desk, _inbox) = open_desk();
    let credential = desk.enrol("com.example.im", None).unwrap();
    let rights = json!({"voip": true, "play_voice": true, "live_view": true, "per_second": u64::MAX});
    desk.set_rights("com.example.im", &rights).unwrap();
    let bearer = authorization(&credential);
    let send = format!("/v3/{}/messages:send", project(&credential));
    let recall = format!("/v1/{}/messages:revoke", credential["client_id"]);
    let paths = prop_oneof![Just(send), Just(recall), "/[a-z0-9:/]{0,20}"];
    let bodies = prop_oneof![
        any_json().prop_map(|json| json.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..60),
    ];
    let push_types = "0|1|2|6|7|10|99|";
    proptest!(|(path in paths, body in bodies, push_type in push_types, signed in any::<bool>())| {
        let bearer = if signed { bearer.as_str() } else { "Bearer nonsense" };
        let headers = headers(&[("authorization", bearer), ("push-type", &push_type)]);
        let answer = answer(&desk, &path, &headers, &body);
        prop_assert!(is_in_the_envelope(&answer), "{path} {answer:?}");
    });
}
