//! Who may send, to whom, and what a phone does with it.

use http::Request;
use serde_json::{Value, json};
use simulator::{Failure, FaultPlan, Opens};

use super::{HOST, Harmony, chat, claims, ps256, rs256, with};

#[tokio::test]
async fn a_message_is_shown_and_a_tap_hands_its_data_through_the_wants_parameters() {
    let harmony = Harmony::start().await;
    let (phone, token) = harmony.phone("mate-70");
    let (status, answer) = harmony.send_as("0", &chat(&token)).await;
    assert_eq!((status, &answer["code"], &answer["msg"]), (200, &json!("80000000"), &json!("Success")));
    assert_eq!(answer["requestId"].as_str().unwrap().len(), 21);
    let shade = phone.shade();
    assert_eq!((shade[0].title.as_str(), shade[0].body.as_str()), ("阿明", "你好"));
    assert!(!shade[0].quiet);
    assert_eq!(phone.view().badge, 1);
    let tapped = phone.tap(0).unwrap();
    assert_eq!(tapped.opens, Opens::App);
    assert_eq!(tapped.ext.as_deref(), Some("ext content"));
    assert_eq!(tapped.payload.as_deref(), Some("{\"conv\":\"c-1\"}"));
    assert!(tapped.getter.contains("want.parameters"));
    assert_eq!(tapped.notification.handover.extras["parameters"]["ext"], "ext content");
}

#[tokio::test]
async fn a_click_opens_the_app_a_page_or_a_web_page() {
    let harmony = Harmony::start().await;
    let (phone, token) = harmony.phone("mate-70");
    let cases = [
        (json!({"actionType": 0}), Opens::App),
        (
            json!({"actionType": 1, "action": "com.example.im.CHAT"}),
            Opens::Page("com.example.im.CHAT".to_owned()),
        ),
        (json!({"actionType": 1, "uri": "im://chat"}), Opens::Page("im://chat".to_owned())),
        (json!({"actionType": 1, "uri": "im://chat", "action": "CHAT"}), Opens::Page("CHAT".to_owned())),
        (
            json!({"actionType": 0, "data": {"url": "https://example.com/a"}}),
            Opens::Web("https://example.com/a".to_owned()),
        ),
        (json!({"actionType": 0, "data": {"url": "https://example.com/a", "ext": "e"}}), Opens::App),
    ];
    for (click, opens) in cases {
        let body = with(chat(&token), "/payload/notification/clickAction", click);
        assert_eq!(harmony.code(&body).await, "80000000");
        let tapped = phone.tap(0).unwrap();
        assert_eq!(tapped.opens, opens);
    }
}

#[tokio::test]
async fn a_jwt_is_verified_with_the_enrolled_key_and_each_wrong_one_has_its_code() {
    let harmony = Harmony::start().await;
    let (_, token) = harmony.phone("mate-70");
    let file = &harmony.file;
    let good = claims(file);
    let now = good["iat"].as_i64().unwrap();
    let stranger = Harmony::start().await;
    let mut forged = stranger.file.clone();
    forged["key_id"] = file["key_id"].clone();
    forged["sub_account"] = file["sub_account"].clone();
    let refused = |code: &str| (401, code.to_owned());
    let at =
        |iat: i64, exp: i64| ps256(file, &with(with(good.clone(), "/iat", iat.into()), "/exp", exp.into()));
    let cases = [
        (ps256(file, &good), (200, "80000000".to_owned())),
        (ps256(file, &good).replace("Bearer", "bearer"), (200, "80000000".to_owned())),
        (ps256(&forged, &good), refused("80200001")),
        (ps256(&stranger.file, &claims(&stranger.file)), refused("80200001")),
        (rs256(file, &good), refused("80200001")),
        ("Bearer CF-invented/abc+def==".to_owned(), refused("80200001")),
        (String::new(), refused("80200001")),
        (ps256(file, &with(good.clone(), "/iss", json!("1"))), refused("80200001")),
        (ps256(file, &with(good.clone(), "/aud", json!("https://example.com"))), refused("80200001")),
        (at(now - 3600, now), refused("80200005")),
        (at(now - 3600, now + 1), (200, "80000000".to_owned())),
        (at(now, now + 86_400), (200, "80000000".to_owned())),
        (at(now, now + 86_401), (400, "80300036".to_owned())),
        (at(now + 301, now + 600), refused("80200001")),
    ];
    for (number, (bearer, expected)) in cases.into_iter().enumerate() {
        assert_eq!(harmony.code_for(&bearer, &token).await, expected, "case {number}");
    }
    // Two of one claim set: the signatures differ, and both are good.
    assert_ne!(ps256(file, &good), ps256(file, &good));
}

#[tokio::test]
async fn the_jwts_that_were_accepted_end_at_once_on_demand_and_a_new_one_is_taken() {
    let harmony = Harmony::start().await;
    let (_, token) = harmony.phone("mate-70");
    assert_eq!(harmony.code(&chat(&token)).await, "80000000");
    harmony.world.running.world().expire_auth("harmony").unwrap();
    assert_eq!(harmony.code(&chat(&token)).await, "80200005");
    let renewed = ps256(&harmony.file, &claims(&harmony.file));
    assert_eq!(harmony.code_for(&renewed, &token).await, (200, "80000000".to_owned()));
}

#[tokio::test]
async fn a_project_that_is_not_the_accounts_or_may_not_push_is_refused() {
    let harmony = Harmony::start().await;
    let (_, token) = harmony.phone("mate-70");
    let headers = [("authorization", harmony.bearer.as_str()), ("push-type", "0")];
    let body = chat(&token).to_string();
    let other = harmony.call("/v3/1/messages:send", &headers, &body).await.unwrap();
    assert_eq!(super::read(&other).1["code"], "80200001");
    for (rights, code) in [
        (json!({"key_enabled": false}), "80200006"),
        (json!({"key_enabled": true, "push_enabled": false}), "80300002"),
        (json!({"push_enabled": true, "penalty": true}), "80300037"),
        (json!({"penalty": false}), "80000000"),
    ] {
        harmony.rights(rights);
        assert_eq!(harmony.code(&chat(&token)).await, code);
    }
}

#[tokio::test]
async fn paths_and_methods_that_the_book_does_not_have_get_a_bare_status() {
    let harmony = Harmony::start().await;
    let headers = [("authorization", harmony.bearer.as_str()), ("push-type", "0")];
    let response = harmony.call("/v3/1/messages:nothing", &headers, "{}").await.unwrap();
    assert_eq!((response.status().as_u16(), response.body().len()), (404, 0));
    let get = Request::get(harmony.send_path()).header("host", HOST).body(Default::default()).unwrap();
    assert_eq!(harmony.world.http1(HOST, get).await.unwrap().status().as_u16(), 405);
}

#[tokio::test]
async fn of_a_list_the_bad_tokens_come_back_by_reason_and_the_others_are_served() {
    let harmony = Harmony::start().await;
    let (good, token) = harmony.phone("mate-70");
    let (gone, dead) = harmony.phone("mate-60");
    gone.invalidate_token();
    let body = with(chat(""), "/target/token", json!([token, "not a token", dead, "never-given-out-0001"]));
    let (status, answer) = harmony.send_as("0", &body).await;
    assert_eq!((status, &answer["code"]), (200, &json!("80100000")));
    let told: Value = serde_json::from_str(answer["msg"].as_str().unwrap()).unwrap();
    assert_eq!(
        told,
        json!({"success": 1, "failure": 3, "illegalTokens": {
            "tokenFormatError": ["not a token", "never-given-out-0001"], "noRight": [dead]}})
    );
    assert_eq!(good.shade().len(), 1);
    let (status, answer) = harmony.send_as("0", &chat(&dead)).await;
    assert_eq!((status, &answer["code"]), (400, &json!("80300007")));
    let told: Value = serde_json::from_str(answer["msg"].as_str().unwrap()).unwrap();
    assert_eq!(told, json!({"failure": 1, "illegalTokens": {"noRight": [dead]}}));
}

#[tokio::test]
async fn a_token_of_another_project_has_no_right() {
    let harmony = Harmony::start().await;
    let other = simulator::NewPhone {
        name: "other".to_owned(),
        brand: "harmony".to_owned(),
        app: Some("com.example.other".to_owned()),
        environment: None,
    };
    harmony.world.running.enrol(model::Vendor::Harmony, "com.example.other", None).unwrap();
    let token = harmony.world.running.world().create_phone(other).unwrap().register_token().unwrap();
    let answer = harmony.send(&chat(&token)).await;
    assert_eq!(answer["code"], "80300007");
    assert!(answer["msg"].as_str().unwrap().contains("noRight"));
}

#[tokio::test]
async fn special_tokens_ask_for_codes_reasons_silence_and_nothing() {
    let harmony = Harmony::start().await;
    for (token, code) in [
        ("FAULT/81000001/a", "81000001"),
        ("FAULT/80300002/a", "80300002"),
        ("FAULT/sink/a", "80000000"),
        ("FAULT/receipt-6/a", "80000000"),
        ("FAULT/countryNotSupport/a", "80300007"),
    ] {
        assert_eq!(harmony.code(&chat(token)).await, code, "{token}");
    }
    assert_eq!(harmony.send_as("0", &chat("FAULT/http:503/a")).await, (503, Value::Null));
    let headers = [("authorization", harmony.bearer.as_str()), ("push-type", "0")];
    let body = chat("FAULT/cut/a").to_string();
    assert!(harmony.call(&harmony.send_path(), &headers, &body).await.is_none());
}

#[tokio::test]
async fn faults_on_demand_answer_in_the_vendors_shape() {
    let harmony = Harmony::start().await;
    let (phone, token) = harmony.phone("mate-70");
    let world = harmony.world.running.world();
    let fail = |code: &str| FaultPlan {
        fail: Some(Failure { times: 1, code: code.to_owned() }),
        ..FaultPlan::default()
    };
    world.set_faults("harmony", fail("81000001")).unwrap();
    let (status, answer) = harmony.send_as("0", &chat(&token)).await;
    assert_eq!((status, &answer["code"]), (500, &json!("81000001")));
    world.set_faults("harmony", fail("80300007")).unwrap();
    assert!(harmony.send(&chat(&token)).await["msg"].as_str().unwrap().contains(&token));
    assert!(world.set_faults("harmony", fail("123")).is_err());
    world.set_faults("harmony", FaultPlan { throttle: true, ..FaultPlan::default() }).unwrap();
    assert_eq!(harmony.send_as("0", &chat(&token)).await, (503, Value::Null));
    let test = with(chat(&token), "/pushOptions/testMessage", json!(true));
    assert_eq!(harmony.code(&test).await, "80300029");
    assert!(phone.shade().is_empty());
}

#[tokio::test]
async fn the_log_tells_paths_counts_and_codes_and_no_token() {
    let harmony = Harmony::start().await;
    let (_, token) = harmony.phone("mate-70");
    harmony.send(&chat(&token)).await;
    harmony.recall(&json!({"notifyId": 100_231, "token": [token, "bad"]})).await;
    let log = harmony.world.running.world().log_after(0, 10);
    let paths: Vec<_> =
        log.iter().map(|entry| (entry.path.as_ref(), entry.targets, entry.code.as_ref())).collect();
    assert_eq!(
        paths,
        [
            ("POST /v3/{projectId}/messages:send", 1, ""),
            ("POST /v1/{clientId}/messages:revoke", 2, "80100020"),
        ]
    );
    let text = serde_json::to_string(&log).unwrap();
    assert!(!text.contains(&token) && !text.contains(harmony.file["project_id"].as_str().unwrap()));
    assert!(!text.contains("阿明") && !text.contains("eyJ"));
}
