//! Credentials: access tokens, service accounts, whose app and project it is.

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use model::Vendor;
use serde_json::json;

use super::{Counter, OAUTH, PUSH, chat};
use crate::support::{PACKAGE, START};

#[tokio::test]
async fn a_token_is_given_for_the_right_secret_alone_on_both_versions_of_the_path() {
    let counter = Counter::open().await;
    for path in ["/oauth2/v2/token", "/oauth2/v3/token"] {
        let (status, granted) = counter.exchange(path, &[]).await;
        assert_eq!(
            (status, &granted["expires_in"], &granted["token_type"]),
            (200, &json!(3600), &json!("Bearer"))
        );
        assert!(granted["access_token"].as_str().unwrap().contains('/'));
    }
    for (field, value, sub_error) in [
        ("grant_type", "password", 20_001),
        ("client_id", "12x", 20_002),
        ("client_id", "1", 20_003),
        ("client_secret", "", 20_171),
        ("client_secret", "wrong", 12_304),
    ] {
        let (status, refused) = counter.exchange("/oauth2/v3/token", &[(field, value)]).await;
        assert_eq!((status, &refused["error"]), (400, &json!(1101)), "{field}");
        assert_eq!(refused["sub_error"], sub_error, "{field}");
    }
    assert_eq!(counter.exchange("/oauth2/v1/token", &[]).await.0, 404);
}

#[tokio::test]
async fn a_thousand_tokens_in_five_minutes_and_then_none_until_they_are_over() {
    let counter = Counter::open().await;
    let mut connection = counter.world.http2(OAUTH, None).await;
    let body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        counter.app["client_id"], counter.app["client_secret"]
    );
    for _ in 1..1000 {
        let request = http::Request::post(format!("https://{OAUTH}/oauth2/v3/token")).body(()).unwrap();
        assert_eq!(connection.send(request, body.as_bytes()).await.unwrap().status(), 200);
    }
    assert_eq!(counter.exchange("/oauth2/v3/token", &[]).await.0, 503);
    counter.world.clock.advance_ms(300_000);
    assert_eq!(counter.exchange("/oauth2/v3/token", &[]).await.0, 200);
}

#[tokio::test]
async fn an_access_token_ends_after_an_hour_and_on_demand() {
    let mut counter = Counter::open().await;
    let (_, token) = counter.phone("mate-60");
    let expired = (401, "80200003".to_owned());
    assert_eq!(counter.code(&chat(&[&token])).await.0, 200);
    counter.world.clock.advance_ms(3_599_999);
    assert_eq!(counter.code(&chat(&[&token])).await.0, 200);
    counter.world.clock.advance_ms(1);
    assert_eq!(counter.code(&chat(&[&token])).await, expired);
    counter.log_in().await;
    assert_eq!(counter.code(&chat(&[&token])).await.0, 200);
    counter.world.running.world().expire_auth("huawei").unwrap();
    assert_eq!(counter.code(&chat(&[&token])).await, expired);
    counter.log_in().await;
    assert_eq!(counter.code(&chat(&[&token])).await.0, 200);
}

#[tokio::test]
async fn the_path_must_name_the_app_or_the_project_of_the_token() {
    let counter = Counter::open().await;
    let other = counter.world.running.enrol(Vendor::Huawei, "com.example.other", None).unwrap();
    let (_, token) = counter.phone("mate-60");
    let body = chat(&[&token]);
    let v2 = |project: &str| format!("/v2/{project}/messages:send");
    let v1 = |client: &str| format!("/v1/{client}/messages:send");
    let colon = format!("/v1/{}/messages%3Asend", counter.app["client_id"]);
    for (path, bearer, status, code) in [
        (v1(&counter.app["client_id"]), counter.bearer.as_str(), 200, "80000000"),
        (v2(&counter.app["project_id"]), counter.bearer.as_str(), 200, "80000000"),
        (colon, counter.bearer.as_str(), 200, "80000000"),
        (v1(&other["client_id"]), counter.bearer.as_str(), 401, "80200001"),
        (v2(&other["project_id"]), counter.bearer.as_str(), 400, "80300002"),
        (v1(&counter.app["client_id"]), "mutilated", 401, "80200003"),
        (v1(&counter.app["client_id"]), "", 401, "80200001"),
        (v1(&counter.app["client_id"]), "a.b.c", 401, "80200001"),
    ] {
        let (answered, answer) = counter.try_post(&path, bearer, &body).await.unwrap();
        assert_eq!((answered, answer["code"].as_str().unwrap()), (status, code), "{path} {bearer}");
    }
    assert_eq!(counter.try_post("/v1/1/messages:recall", &counter.bearer, &body).await.unwrap().0, 404);
    let get = http::Request::get(counter.path("messages:send")).header("host", PUSH);
    let answer = counter.world.http1(PUSH, get.body(http_body_util::Full::default()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 405);
    counter.rights(json!({"push_enabled": false}));
    assert_eq!(counter.code(&body).await, (400, "80300002".to_owned()));
}

#[tokio::test]
async fn a_projects_credential_serves_every_app_of_the_project_on_v2_and_its_own_on_v1() {
    let counter = Counter::open().await;
    let mut sister = counter.app.clone();
    sister.insert("client_id".to_owned(), "100000777".to_owned());
    counter.world.running.enrol(Vendor::Huawei, "com.example.sister", Some(&sister)).unwrap();
    let phone = simulator::NewPhone {
        name: "nova".to_owned(),
        brand: "huawei".to_owned(),
        app: Some("com.example.sister".to_owned()),
        environment: None,
    };
    let phone = counter.world.running.world().create_phone(phone).unwrap();
    let token = phone.register_token().unwrap();
    assert_eq!(counter.code(&chat(&[&token])).await.1, "80300007");
    let path = format!("/v2/{}/messages:send", counter.app["project_id"]);
    let (_, answer) = counter.try_post(&path, &counter.bearer, &chat(&[&token])).await.unwrap();
    assert_eq!((answer["code"].as_str().unwrap(), phone.shade().len()), ("80000000", 1));
}

#[tokio::test]
async fn a_service_accounts_jwt_is_taken_where_the_app_has_one_and_is_signed_with_pss() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let jwt = |alg: &str, padding: &'static dyn RsaEncoding, life_secs: i64| {
        let header = json!({"kid": "k1", "typ": "JWT", "alg": alg});
        let claims = json!({
            "iss": "acc-1", "aud": "https://oauth-login.cloud.huawei.com/oauth2/v3/token",
            "iat": START.secs(), "exp": START.secs() + life_secs
        });
        let encode = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(padding, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    let good = jwt("PS256", &RSA_PSS_SHA256, 3600);
    let refused = async |bearer: &str| {
        let path = counter.path("messages:send");
        let (status, answer) = counter.try_post(&path, bearer, &chat(&[&token])).await.unwrap();
        (status, answer["code"].as_str().unwrap().to_owned())
    };
    assert_eq!(refused(&good).await, (401, "80200001".to_owned()));
    let der: aws_lc_rs::encoding::PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
    let pem =
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der.as_ref()));
    counter.rights(json!({"service_account": {"key_id": "k1", "sub_account": "acc-1", "public_key": pem}}));
    assert_eq!(refused(&good).await, (200, "80000000".to_owned()));
    assert_eq!(refused(&jwt("PS256", &RSA_PSS_SHA256, 86_400)).await.0, 200);
    assert_eq!(refused(&jwt("PS256", &RSA_PSS_SHA256, 86_401)).await.1, "80300036");
    assert_eq!(refused(&jwt("RS256", &RSA_PKCS1_SHA256, 3600)).await.1, "80200001");
    assert_eq!(phone.shade().len(), 1);
    counter.world.running.world().expire_auth("huawei").unwrap();
    assert_eq!(refused(&good).await, (401, "80200005".to_owned()));
    let fresh = jwt("PS256", &RSA_PSS_SHA256, 3600);
    assert_eq!(refused(&fresh).await.0, 200);
    counter.world.clock.advance_ms(3_600_000);
    assert_eq!(refused(&fresh).await, (401, "80200005".to_owned()));
    counter.rights(json!({"service_account": null}));
    assert_eq!(refused(&fresh).await.1, "80200001");
}

#[tokio::test]
async fn an_app_enrolled_again_in_another_run_has_the_credential_it_had() {
    let counter = Counter::open().await;
    let next = Counter::open().await;
    let again = next.world.running.enrol(Vendor::Huawei, PACKAGE, Some(&counter.app)).unwrap();
    assert_eq!(again, counter.app);
    assert_eq!(counter.exchange("/oauth2/v3/token", &[]).await.0, 200);
    assert_eq!(
        next.exchange(
            "/oauth2/v3/token",
            &[("client_id", &again["client_id"]), ("client_secret", &again["client_secret"])]
        )
        .await
        .0,
        200
    );
}
