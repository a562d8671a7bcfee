//! Access tokens, and what they let their holder do.

use http::{Method, header};
use model::Vendor;
use serde_json::{Value, json};

use super::{HOST, OAUTH, Sender, chat, read, told};
use crate::support::{PACKAGE, START};

#[tokio::test]
async fn a_signed_assertion_is_exchanged_for_an_access_token() {
    let sender = Sender::start().await;
    let (status, granted) = sender.exchange(&sender.sign(&sender.head(), &sender.claims())).await;
    assert_eq!(status, 200);
    assert!(granted["access_token"].as_str().unwrap().starts_with("ya29."));
    assert_eq!((&granted["expires_in"], &granted["token_type"]), (&json!(3599), &json!("Bearer")));
    // The key id may be left out, and the wider scope and the older audiences hold as well.
    let mut claims = sender.claims();
    claims["scope"] = json!("openid https://www.googleapis.com/auth/cloud-platform");
    claims["aud"] = json!("https://www.googleapis.com/oauth2/v4/token");
    assert_eq!(sender.exchange(&sender.sign(&json!({ "alg": "RS256" }), &claims)).await.0, 200);
}

#[tokio::test]
async fn an_assertion_that_is_wrong_in_any_part_is_refused_in_the_words_of_oauth() {
    let sender = Sender::start().await;
    let now = START.secs();
    let wrong = [
        ("iss", json!("nobody@x.iam.gserviceaccount.com"), "invalid_grant", "account not found"),
        ("aud", json!("https://example.com/token"), "invalid_grant", "audience"),
        ("exp", json!(now + 3601), "invalid_grant", "short-lived"),
        ("exp", json!(now - 400), "invalid_grant", "short-lived"),
        ("iat", json!(now + 400), "invalid_grant", "short-lived"),
        ("iat", Value::Null, "invalid_grant", "short-lived"),
        ("scope", json!(""), "invalid_scope", "scope"),
        ("scope", json!("push"), "invalid_scope", "scope"),
    ];
    for (claim, value, error, word) in wrong {
        let mut claims = sender.claims();
        claims[claim] = value;
        let (status, body) = sender.exchange(&sender.sign(&sender.head(), &claims)).await;
        assert_eq!((status, body["error"].as_str()), (400, Some(error)), "{claim}: {body}");
        assert!(body["error_description"].as_str().unwrap().contains(word), "{claim}: {body}");
    }
    let good = sender.sign(&sender.head(), &sender.claims());
    let (signed, _) = good.rsplit_once('.').unwrap();
    for assertion in [format!("{signed}.AAAA"), format!("{signed}."), good.replacen("ey", "eyx", 1)] {
        assert_eq!(sender.exchange(&assertion).await.1["error"], "invalid_grant");
    }
    let none = sender.sign(&json!({ "alg": "none" }), &sender.claims());
    assert_eq!(sender.exchange(&none).await.1["error_description"], "Invalid JWT Signature.");
    let other = sender.sign(&json!({ "alg": "RS256", "kid": "0123" }), &sender.claims());
    assert_eq!(sender.exchange(&other).await.1["error_description"], "Invalid JWT Signature.");
    let refused = sender.token_request(&[("grant_type", "password")]).await;
    assert_eq!((refused.0, &refused.1["error"]), (400, &json!("unsupported_grant_type")));
    assert_eq!(sender.token_request(&[]).await.1["error"], "invalid_request");
}

#[tokio::test]
async fn a_removed_key_and_a_removed_account_get_no_access_token() {
    let sender = Sender::start().await;
    let assertion = sender.sign(&sender.head(), &sender.claims());
    sender.rights(&json!({ "key_exists": false }));
    assert_eq!(sender.exchange(&assertion).await.1["error_description"], "Invalid JWT Signature.");
    sender.rights(&json!({ "account_exists": false }));
    assert_eq!(sender.exchange(&assertion).await.1["error_description"], "Invalid grant: account not found");
}

#[tokio::test]
async fn a_send_without_a_living_access_token_is_unauthenticated_without_an_fcm_error() {
    let sender = Sender::start().await;
    let path = format!("/v1/projects/{}/messages:send", sender.project());
    let body = json!({ "message": chat("FAULT:sink:1", "Ann") });
    let access = sender.access().await;
    let call = |access: String| {
        let (sender, path, body) = (&sender, &path, &body);
        async move { sender.call(HOST, Method::POST, path, &access, body).await.unwrap() }
    };
    let refused = call("ya29.nonsense".to_owned()).await;
    assert!(refused.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer "));
    assert_eq!(told(&read(refused)), (401, "UNAUTHENTICATED", None));
    assert_eq!(call(access.clone()).await.status(), 200);
    sender.world.running.world().expire_auth("fcm").unwrap();
    let (_, ended) = read(call(access).await);
    assert_eq!(ended["error"]["details"][0]["reason"], "ACCESS_TOKEN_EXPIRED");
    let renewed = sender.access().await;
    sender.world.clock.advance_ms(3_598_000);
    assert_eq!(call(renewed.clone()).await.status(), 200);
    sender.world.clock.advance_ms(1000);
    assert_eq!(call(renewed).await.status(), 401);
}

#[tokio::test]
async fn projects_are_told_apart_and_a_number_stands_for_an_id() {
    let sender = Sender::start().await;
    let other = sender.world.running.enrol(Vendor::Fcm, "com.example.other", None).unwrap();
    let file: Value = serde_json::from_str(&other["service_account"]).unwrap();
    let body = json!({ "message": chat("FAULT:sink:1", "Ann") });
    let access = sender.access().await;
    let post = |project: String| {
        let (sender, access, body) = (&sender, &access, &body);
        async move {
            let path = format!("/v1/projects/{project}/messages%3Asend");
            read(sender.call(HOST, Method::POST, &path, access, body).await.unwrap())
        }
    };
    assert_eq!(told(&post("no-such-project".to_owned()).await), (404, "NOT_FOUND", None));
    let foreign = post(file["project_id"].as_str().unwrap().to_owned()).await;
    assert_eq!(told(&foreign), (403, "PERMISSION_DENIED", None));
    let (phone, token) = sender.world.phone("pixel-8", "google");
    sender.sent(&chat(&token, "Ann")).await;
    let number = phone.shade()[0].handover.extras["from"].as_str().unwrap().to_owned();
    assert_eq!(post(number).await.0, 200);
}

#[tokio::test]
async fn a_small_scope_a_missing_permission_and_a_switched_off_api_are_denied_without_an_fcm_error() {
    let sender = Sender::start().await;
    let mut claims = sender.claims();
    claims["scope"] = json!("https://www.googleapis.com/auth/devstorage.read_only");
    let (_, granted) = sender.exchange(&sender.sign(&sender.head(), &claims)).await;
    let path = format!("/v1/projects/{}/messages:send", sender.project());
    let narrow = granted["access_token"].as_str().unwrap();
    let body = json!({ "message": chat("FAULT:sink:1", "Ann") });
    let refused = read(sender.call(HOST, Method::POST, &path, narrow, &body).await.unwrap());
    assert_eq!(told(&refused), (403, "PERMISSION_DENIED", None));
    for (right, reason) in [("api_enabled", "SERVICE_DISABLED"), ("may_send", "IAM_PERMISSION_DENIED")] {
        sender.rights(&json!({ right: false }));
        let answer = sender.send(&chat("FAULT:sink:1", "Ann")).await;
        assert_eq!(told(&answer), (403, "PERMISSION_DENIED", None));
        assert_eq!(answer.1["error"]["details"][0]["reason"], reason);
        sender.rights(&json!({ right: true }));
    }
}

#[tokio::test]
async fn a_known_key_file_holds_again_in_another_world() {
    let sender = Sender::start().await;
    let again = Sender::start().await;
    let restored = again.world.running.enrol(Vendor::Fcm, PACKAGE, Some(&sender.credential)).unwrap();
    assert_eq!(restored, sender.credential);
    let (status, _) = again.exchange(&sender.sign(&sender.head(), &sender.claims())).await;
    assert_eq!(status, 200);
    let mut broken = sender.credential.clone();
    broken.insert("service_account".to_owned(), "{}".to_owned());
    assert!(again.world.running.enrol(Vendor::Fcm, PACKAGE, Some(&broken)).is_err());
}

#[tokio::test]
async fn other_paths_of_the_token_host_are_a_page_that_says_404() {
    let sender = Sender::start().await;
    let answer = sender.call(OAUTH, Method::GET, "/token", "x", &json!({})).await.unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/html; charset=UTF-8");
}
