//! The access token: how it is had, and when it is taken.

use http::Request;
use http_body_util::Full;
use model::Vendor;
use serde_json::{Value, json};
use simulator::Credential;

use super::{FEEDBACK, HOST, Oppo, UNICAST, form, message, sign};
use crate::support::{PACKAGE, START, World};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const SECRET: &str = "fedcba9876543210fedcba9876543210";
const PERMIT: &str = "/server/v1/feedback/fetch_push_permit";

fn known() -> Credential {
    [("app_key", KEY), ("app_id", "30412345"), ("master_secret", SECRET), ("channel_id", "im_chat")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

#[tokio::test]
async fn the_book_s_own_example_gets_a_token_in_the_book_s_shape() {
    let world = World::start().await;
    assert_eq!(world.running.enrol(Vendor::Oppo, PACKAGE, Some(&known())).unwrap(), known());
    let fields = [
        ("app_key", KEY),
        ("timestamp", "1790000000000"),
        ("sign", "010016841a71ef4c15a49c2cd884c552f9ba675b2ae369ed5a14d6b6d841d21c"),
    ];
    let response = world.http1(HOST, form("/server/v1/auth", &fields)).await.unwrap();
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    let start = r#"{"code":0,"message":"success","data":{"auth_token":""#;
    assert!(body.starts_with(start) && body.ends_with(r#","create_time":1790000000000}}"#), "{body}");
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("application/json"));
}

#[tokio::test]
async fn every_missing_or_wrong_field_has_its_code() {
    let world = World::start().await;
    world.running.enrol(Vendor::Oppo, PACKAGE, Some(&known())).unwrap();
    let at = |ms: i64| (START.millis() + ms).to_string();
    let signed = |timestamp: &str| {
        let sign = sign(KEY, timestamp, SECRET);
        [("app_key", KEY.to_owned()), ("timestamp", timestamp.to_owned()), ("sign", sign)].to_vec()
    };
    let without = |name: &str| {
        let mut fields = signed(&at(0));
        fields.retain(|(own, _)| *own != name);
        fields
    };
    let with = |name: &'static str, value: &str| {
        let mut fields = without(name);
        fields.push((name, value.to_owned()));
        fields
    };
    let wrong_order = "2395071fcc8be6920adf90adc84617788557d02e80733dcf45a55293710754d3";
    let cases = [
        (signed(&at(0)), 0),
        (signed(&at(600_000)), 0),
        (signed(&at(-600_000)), 0),
        (signed(&at(600_001)), 19),
        (signed(&at(-600_001)), 19),
        (signed("1790000000"), 19),
        (without("app_key"), 15),
        (without("sign"), 17),
        (without("timestamp"), 18),
        (with("app_key", "another"), 14),
        (with("sign", wrong_order), 16),
        (with("sign", &sign(KEY, &at(0), "the-app-secret")), 16),
        (with("sign", &sign(KEY, &at(0), SECRET).to_uppercase()), 16),
    ];
    for (fields, code) in cases {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let response = world.http1(HOST, form("/server/v1/auth", &fields)).await.unwrap();
        let answer: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!((response.status().as_u16(), &answer["code"]), (200, &json!(code)), "{fields:?}");
    }
}

#[tokio::test]
async fn a_token_is_taken_from_field_header_and_query() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    let text = message(&token, json!({})).to_string();
    assert_eq!(oppo.post(UNICAST, &[("message", &text)]).await["code"], 0);
    let mut request = form(UNICAST, &[("message", &text)]);
    request.headers_mut().insert("auth_token", oppo.token.parse().unwrap());
    request.headers_mut().remove("content-type");
    assert_eq!(oppo.ask(request).await["code"], 0);
    assert_eq!(phone.shade().len(), 2);
    let query = format!("{PERMIT}?auth_token={}", oppo.token);
    let request = Request::get(query).header("host", FEEDBACK).body(Full::default()).unwrap();
    assert_eq!(oppo.ask_at(FEEDBACK, request).await["code"], 0);
    assert_eq!(oppo.call(FEEDBACK, PERMIT, None).await["code"], 0);
}

#[tokio::test]
async fn a_token_holds_a_day_and_an_app_may_be_stopped() {
    let mut oppo = Oppo::start().await;
    let (_, token) = oppo.phone("find-x7");
    let send = message(&token, json!({}));
    assert_eq!(oppo.ask(form(UNICAST, &[("message", &send.to_string())])).await["code"], 29);
    let first = oppo.token.clone();
    oppo.token = "unknown".to_owned();
    assert_eq!(oppo.unicast(&send).await, json!({"code": 11, "message": "Invalid AuthToken"}));
    oppo.token = first;
    oppo.set_rights(&json!({"push": false}));
    assert_eq!(oppo.unicast(&send).await["code"], 30);
    assert_eq!(oppo.call(FEEDBACK, PERMIT, None).await["code"], 0);
    oppo.set_rights(&json!({"enabled": false}));
    assert_eq!(oppo.unicast(&send).await["code"], 28);
    assert_eq!(oppo.authenticate().await["code"], 28);
    oppo.set_rights(&json!({"enabled": true, "push": true}));
    oppo.world.clock.advance_ms(24 * 3_600_000 - 1);
    assert_eq!(oppo.unicast(&send).await["code"], 0);
    oppo.world.clock.advance_ms(1);
    assert_eq!(oppo.unicast(&send).await["code"], 11);
    oppo.token = oppo.authenticate().await["data"]["auth_token"].as_str().unwrap().to_owned();
    assert_eq!(oppo.unicast(&send).await["code"], 0);
    oppo.world.running.world().expire_auth("oppo").unwrap();
    assert_eq!(oppo.unicast(&send).await["code"], 11);
    assert_eq!(oppo.call(FEEDBACK, PERMIT, None).await["code"], 11);
}
