//! Certificates: read by the adapter, saved, sealed, shown to the vendor.

use http::Method;
use serde_json::{Value, json};

use crate::house::House;

fn xiaomi(name: &str) -> Value {
    json!({
        "vendor": "xiaomi",
        "name": name,
        "fields": { "package_name": "com.example.im", "app_id": "288230", "app_secret": "the-app-secret" },
    })
}

#[tokio::test]
async fn c1_a_saved_certificate_has_an_id_and_says_what_the_vendor_said() {
    let house = House::new().await;
    let answer = house.post("/v1/certificates", xiaomi("小米")).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert!(!answer.text.contains("the-app-secret"));
    let saved = answer.json();
    assert_eq!(saved["certificate"]["secrets"], json!(["app_secret"]));
    assert_eq!(saved["certificate"]["fields"]["package_name"], "com.example.im");
    assert_eq!(saved["certificate"]["state"], "active");
    assert_eq!(saved["probe"]["accepted"], Value::Null, "nobody listens there");
    assert_eq!(saved["probe"]["code"], "connect_failed");
    let id = saved["certificate"]["id"].as_u64().unwrap();
    let again = house.get(&format!("/v1/certificates/{id}")).await;
    assert!(!again.text.contains("the-app-secret"));
    assert_eq!(again.json()["name"], "小米");
}

#[tokio::test]
async fn every_fault_of_a_form_is_told_at_once_in_both_languages() {
    let house = House::new().await;
    let body = json!({
        "vendor": "xiaomi",
        "name": "一".repeat(33),
        "fields": { "package_name": "", "surprise": "x" },
    });
    let answer = house.post("/v1/certificates", body).await;
    assert_eq!(answer.refusal(), (422, "invalid_form".to_owned()));
    let json = answer.json();
    let mut fields: Vec<&str> =
        json["fields"].as_array().unwrap().iter().map(|fault| fault["field"].as_str().unwrap()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["app_secret", "name", "package_name", "surprise"]);
    assert!(house.get("/v1/certificates").await.json()["certificates"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn an_apple_certificate_is_named_in_english_letters() {
    let house = House::new().await;
    let body = json!({ "vendor": "apns", "name": "证书(1)", "fields": { "environment": "production" } });
    let answer = house.post("/v1/certificates", body).await;
    assert_eq!(answer.refusal(), (422, "invalid_form".to_owned()));
    let faults = answer.json()["fields"].to_string();
    assert!(faults.contains("English letters"), "{faults}");
}

#[tokio::test]
async fn two_certificates_of_an_app_cannot_share_a_name() {
    let house = House::new().await;
    house.certificate("小米").await;
    let answer = house.post("/v1/certificates", xiaomi("小米")).await;
    assert_eq!(answer.refusal(), (422, "invalid_form".to_owned()));
}

#[tokio::test]
async fn c4_c5_an_edit_keeps_the_id_and_the_secret_and_is_effective_at_once() {
    let house = House::new().await;
    let id = house.certificate("old").await;
    let edit = json!({ "name": "new", "disabled": true, "fields": { "package_name": "com.example.other" } });
    let answer = house.call(Method::PUT, &format!("/v1/certificates/{id}"), Some(edit)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let edited = answer.json()["certificate"].clone();
    assert_eq!(edited["id"], id);
    assert_eq!(edited["version"], 2);
    assert_eq!(edited["state"], "disabled");
    assert_eq!(edited["secrets"], json!(["app_secret"]));
    assert_eq!(edited["fields"], json!({ "package_name": "com.example.other" }));
    let kept = house.store.certificate(model::CertificateId(id as u32)).await.unwrap().unwrap();
    assert_eq!(kept.form.get("app_secret"), Some("the-app-secret"));
}

#[tokio::test]
async fn a_secret_that_is_sent_empty_is_missed() {
    let house = House::new().await;
    let id = house.certificate("old").await;
    let edit = json!({ "name": "old", "fields": { "package_name": "com.example.im", "app_secret": "" } });
    let answer = house.call(Method::PUT, &format!("/v1/certificates/{id}"), Some(edit)).await;
    assert_eq!(answer.refusal(), (422, "invalid_form".to_owned()));
}

#[tokio::test]
async fn a_certificate_is_probed_on_demand() {
    let house = House::new().await;
    let id = house.certificate("小米").await;
    let answer = house.post(&format!("/v1/certificates/{id}/probe"), json!({})).await.json();
    assert_eq!(answer["code"], "connect_failed");
    assert!(answer["facts"].is_array());
}

#[tokio::test]
async fn vendors_tell_their_forms_limits_and_codes() {
    let house = House::new().await;
    let vendors = house.get("/v1/vendors").await.json();
    let xiaomi = vendors["vendors"].as_array().unwrap().iter().find(|v| v["vendor"] == "xiaomi").unwrap();
    let fields = xiaomi["fields"].as_array().unwrap();
    let secret = fields.iter().find(|field| field["name"] == "app_secret").unwrap();
    assert_eq!((&secret["kind"], &secret["required"]), (&json!("secret"), &json!(true)));
    assert_eq!(xiaomi["limits"]["batch"], 1000);
    assert!(!xiaomi["codes"].as_array().unwrap().is_empty());
}
