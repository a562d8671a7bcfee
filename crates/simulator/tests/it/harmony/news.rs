//! What becomes of messages: rights and amounts, receipts, the offline cache, data, recall.

use std::sync::Arc;

use aws_lc_rs::hmac;
use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use simulator::{AppSide, FaultPlan, SdkCall, Tapped};
use tokio::sync::mpsc;

use super::{Harmony, chat, with};
use crate::support::{PACKAGE, START};

const DAY_MS: u32 = 24 * 3_600_000;

/// Receives receipts as JSON, each with its signature header.
async fn receiver() -> (String, mpsc::UnboundedReceiver<(String, Value)>) {
    type Sender = mpsc::UnboundedSender<(String, Value)>;
    async fn take(State(sender): State<Sender>, headers: HeaderMap, body: Bytes) -> &'static str {
        let signature = headers["x-huawei-callback-id"].to_str().unwrap().to_owned();
        sender.send((signature, serde_json::from_slice(&body).unwrap())).unwrap();
        r#"{"code":"0","message":"success"}"#
    }
    let (sender, receiver) = mpsc::unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/receipts", listener.local_addr().unwrap());
    let router = Router::new().route("/receipts", post(take)).with_state(sender);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, receiver)
}

/// The next `count` entries, by token and status.
async fn statuses(
    receipts: &mut mpsc::UnboundedReceiver<(String, Value)>,
    count: usize,
) -> Vec<(String, i64)> {
    let mut told = Vec::new();
    while told.len() < count {
        let (_, body) = receipts.recv().await.unwrap();
        told.extend(body["statuses"].as_array().unwrap().iter().map(|entry| {
            let token = entry["token"].as_str().unwrap().to_owned();
            (token, entry["deliveryStatus"]["result"].as_i64().unwrap())
        }));
    }
    told.sort();
    told
}

#[tokio::test]
async fn without_a_categorys_right_a_message_is_marketing_quiet_and_two_a_day() {
    let harmony = Harmony::start().await;
    let (phone, token) = harmony.phone("mate-70");
    harmony.rights(json!({"chat": false}));
    let message = with(chat(&token), "/payload/notification/notifyId", Value::Null);
    for _ in 0..3 {
        assert_eq!(harmony.code(&message).await, "80000000");
    }
    assert_eq!(phone.shade().len(), 2);
    assert!(phone.shade().iter().all(|shown| shown.quiet));
    assert_eq!(phone.view().not_shown[0].reason, "the day's amount of its category is used up");
    let call = with(message.clone(), "/payload/notification/category", json!("MISS_CALL"));
    assert_eq!(harmony.code(&call).await, "80000000");
    assert!(!phone.shade()[0].quiet);
}

#[tokio::test]
async fn the_days_amount_is_refilled_at_midnight() {
    let harmony = Harmony::start().await;
    let (phone, token) = harmony.phone("mate-70");
    let ad = with(chat(&token), "/payload/notification/category", json!("MARKETING"));
    let ad = with(ad, "/payload/notification/notifyId", Value::Null);
    for _ in 0..4 {
        harmony.send(&ad).await;
    }
    assert_eq!((phone.shade().len(), phone.view().not_shown.len()), (2, 2));
    harmony.world.running.world().advance_clock(DAY_MS);
    let tomorrow = START.secs() + i64::from(DAY_MS / 1000);
    let mut claims = super::claims(&harmony.file);
    claims["iat"] = tomorrow.into();
    claims["exp"] = (tomorrow + 3600).into();
    let bearer = super::ps256(&harmony.file, &claims);
    let headers = [("authorization", bearer.as_str()), ("push-type", "0")];
    for _ in 0..3 {
        harmony.call(&harmony.send_path(), &headers, &ad.to_string()).await.unwrap();
    }
    assert_eq!((phone.shade().len(), phone.view().not_shown.len()), (4, 3));
}

#[tokio::test]
async fn a_phone_gets_so_many_a_day_and_a_project_so_many_tests() {
    let harmony = Harmony::start().await;
    let (phone, token) = harmony.phone("mate-70");
    harmony.rights(json!({"per_day": 2, "test_per_day": 1}));
    let message = with(chat(&token), "/payload/notification/notifyId", Value::Null);
    for _ in 0..3 {
        assert_eq!(harmony.code(&message).await, "80000000");
    }
    assert_eq!(phone.shade().len(), 2);
    assert_eq!(phone.view().not_shown[0].reason, "the day's amount of this phone is used up");
    let test = with(message, "/pushOptions/testMessage", json!(true));
    for _ in 0..2 {
        assert_eq!(harmony.code(&test).await, "80000000");
    }
    assert_eq!(phone.shade().len(), 3);
}

#[tokio::test]
async fn a_push_type_without_its_right_is_refused_for_every_token() {
    let harmony = Harmony::start().await;
    let (_, token) = harmony.phone("mate-70");
    let data = |payload: Value| json!({"payload": payload, "target": {"token": [token]}});
    let voice = with(
        with(chat(&token), "/payload/notification/category", json!("PLAY_VOICE")),
        "/payload/extraData",
        json!("x"),
    );
    let live = json!({"activityId": 1, "operation": 0, "event": "TAXI", "activityData": {}});
    let background = with(data(json!({"extraData": "x"})), "/pushOptions", json!({"backgroundMode": 1}));
    let cases = [
        ("10", data(json!({"extraData": "x"})), "voip", "noPushTypeRight"),
        ("2", voice.clone(), "play_voice", "noPushTypeRight"),
        ("6", background, "background_im", "noPushTypeRight"),
        ("7", data(live), "live_view", "noRightToSendThisLiveNotificationEvent"),
    ];
    for (push_type, body, right, reason) in cases {
        let (_, answer) = harmony.send_as(push_type, &body).await;
        assert_eq!(answer["code"], "80300007", "{push_type}");
        assert!(answer["msg"].as_str().unwrap().contains(reason), "{push_type}: {answer}");
        let mut rights = json!({});
        rights[right] = true.into();
        harmony.rights(rights);
        assert_eq!(harmony.send_as(push_type, &body).await.1["code"], "80000000", "{push_type}");
    }
    let answer = harmony.send(&voice).await;
    assert!(answer["msg"].as_str().unwrap().contains("notSupportPlayVoice"));
}

#[tokio::test]
async fn an_image_of_a_host_that_is_not_verified_is_refused() {
    let harmony = Harmony::start().await;
    let (_, token) = harmony.phone("mate-70");
    harmony.rights(json!({"image_hosts": ["img.example.com"]}));
    let image = |url: &str| with(chat(&token), "/payload/notification/image", json!(url));
    assert_eq!(harmony.code(&image("https://img.example.com/a.png")).await, "80000000");
    assert_eq!(harmony.code(&image("https://other.example.com/a.png")).await, "80100022");
}

#[tokio::test]
async fn a_text_with_a_blocked_word_is_taken_and_shown_to_nobody() {
    let harmony = Harmony::start().await;
    let (phone, token) = harmony.phone("mate-70");
    let (url, mut receipts) = receiver().await;
    harmony.rights(json!({"receipt_url": url}));
    harmony.world.running.world().set_blocked_words(vec!["你好".to_owned()]);
    assert_eq!(harmony.code(&chat(&token)).await, "80000000");
    assert!(phone.shade().is_empty());
    assert_eq!(phone.view().not_shown[0].reason, "the text holds a blocked word");
    assert_eq!(statuses(&mut receipts, 1).await, [(token, 259)]);
}

#[tokio::test]
async fn a_receipt_is_signed_and_tells_the_message_by_its_tag() {
    let harmony = Harmony::start().await;
    let (phone, token) = harmony.phone("mate-70");
    let (url, mut receipts) = receiver().await;
    harmony.rights(json!({"receipt_url": url}));
    let answer = harmony.send(&chat(&token)).await;
    let (signature, body) = receipts.recv().await.unwrap();
    let entry = &body["statuses"][0];
    assert_eq!(
        *entry,
        json!({
            "biTag": "m-42", "pushType": 0, "appPackageName": PACKAGE, "token": token,
            "requestId": answer["requestId"],
            "deliveryStatus": {"result": 0, "timestamp": 1_790_000_000_000_i64},
        })
    );
    let part = |name: &str| {
        let found = signature.split(';').map(str::trim).find_map(|part| part.strip_prefix(name));
        found.unwrap().to_owned()
    };
    let key = STANDARD.decode(&harmony.credential["receipt_secret"]).unwrap();
    let signed = format!("{}{}{}", part("timestamp="), part("nonce="), harmony.credential["receipt_user"]);
    let value = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
    assert_eq!(part("value="), STANDARD.encode(value));
    // Neither what is shown nor a tap is told: what comes next is of the next message.
    phone.tap(0).unwrap();
    phone.set_notifications(false);
    harmony.send(&chat(&token)).await;
    assert_eq!(statuses(&mut receipts, 1).await, [(token, 6)]);
}

#[tokio::test]
async fn receipts_tell_renewed_tokens_amounts_and_what_special_tokens_ask_for() {
    let harmony = Harmony::start().await;
    let (phone, old) = harmony.phone("mate-70");
    let token = phone.renew_token().unwrap();
    let (url, mut receipts) = receiver().await;
    harmony.rights(json!({"receipt_url": url}));
    let many = with(chat(""), "/target/token", json!([old, "FAULT/receipt-2/x", "FAULT/receipt-31/x"]));
    assert_eq!(harmony.code(&many).await, "80000000");
    let told = statuses(&mut receipts, 3).await;
    assert_eq!(told, [("FAULT/receipt-2/x".to_owned(), 2), ("FAULT/receipt-31/x".to_owned(), 31), (old, 5)]);
    let world = harmony.world.running.world();
    world.set_faults("harmony", FaultPlan { quota_used_up: true, ..FaultPlan::default() }).unwrap();
    assert_eq!(harmony.code(&chat(&token)).await, "80000000");
    assert_eq!(statuses(&mut receipts, 1).await, [(token.clone(), 256)]);
    world.set_faults("harmony", FaultPlan::default()).unwrap();
    // A configuration that is not there has no receipts; the app's own has.
    harmony.send(&with(chat(&token), "/pushOptions/receiptId", json!("another"))).await;
    let own = with(chat(&token), "/pushOptions/receiptId", json!(harmony.credential["receipt_id"]));
    harmony.send(&with(own, "/pushOptions/biTag", json!("last"))).await;
    assert_eq!(receipts.recv().await.unwrap().1["statuses"][0]["biTag"], "last");
}

#[tokio::test]
async fn a_cards_receipt_names_its_form() {
    let harmony = Harmony::start().await;
    let (_, token) = harmony.phone("mate-70");
    let (url, mut receipts) = receiver().await;
    harmony.rights(json!({"receipt_url": url}));
    let card = json!({
        "payload": {"formId": "7", "moduleName": "m", "formName": "f", "abilityName": "a"},
        "target": {"token": [token]},
    });
    assert_eq!(harmony.send_as("1", &card).await.1["code"], "80000000");
    let (_, body) = receipts.recv().await.unwrap();
    assert_eq!(body["statuses"][0]["formStatus"]["formId"], "7");
    assert_eq!(body["statuses"][0]["pushType"], 1);
    assert!(body["statuses"][0].get("biTag").is_none());
}

#[tokio::test]
async fn of_one_collapse_key_the_newest_waits_and_the_others_are_overwritten() {
    let harmony = Harmony::start().await;
    let (phone, token) = harmony.phone("mate-70");
    let (url, mut receipts) = receiver().await;
    harmony.rights(json!({"receipt_url": url}));
    let message = |title: &str, key: i64| {
        let body = with(chat(&token), "/payload/notification/notifyId", Value::Null);
        let body = with(body, "/payload/notification/title", json!(title));
        with(body, "/pushOptions/collapseKey", json!(key))
    };
    phone.set_network(false);
    for (title, key) in [("first", 0), ("second", 0), ("other", 1), ("free", -1), ("free", -1)] {
        harmony.send(&message(title, key)).await;
    }
    assert_eq!(phone.view().waiting, 4);
    assert_eq!(statuses(&mut receipts, 1).await, [(token.clone(), 15)]);
    phone.set_network(true);
    let titles: Vec<_> = phone.shade().into_iter().map(|shown| shown.title).collect();
    assert_eq!(titles, ["free", "free", "other", "second"]);
    assert_eq!(statuses(&mut receipts, 4).await, vec![(token.clone(), 0); 4]);
}

#[tokio::test]
async fn a_lifetime_that_passes_ends_a_message_that_waits() {
    let harmony = Harmony::start().await;
    let (phone, token) = harmony.phone("mate-70");
    phone.set_network(false);
    harmony.send(&with(chat(&token), "/pushOptions/ttl", json!(60))).await;
    harmony.world.running.world().advance_clock(60_000);
    phone.set_network(true);
    assert!(phone.shade().is_empty());
}

#[tokio::test]
async fn the_same_app_message_id_and_the_same_notify_id_are_seen_once() {
    let harmony = Harmony::start().await;
    let (phone, token) = harmony.phone("mate-70");
    let named = |id: &str, title: &str| {
        let body = with(chat(&token), "/payload/notification/appMessageId", json!(id));
        with(body, "/payload/notification/title", json!(title))
    };
    harmony.send(&named("m-1", "first")).await;
    harmony.send(&named("m-1", "again")).await;
    assert_eq!(phone.shade()[0].title, "first");
    harmony.send(&named("m-2", "second")).await;
    assert_eq!(phone.shade().iter().map(|shown| shown.title.as_str()).collect::<Vec<_>>(), ["second"]);
}

/// An app that notes what it is told.
struct App(mpsc::UnboundedSender<SdkCall>);

impl AppSide for App {
    fn status(&self) -> Value {
        Value::Null
    }

    fn called_back(&self, call: &SdkCall) {
        let _ = self.0.send(call.clone());
    }

    fn opened(&self, _: &Tapped) {}
}

#[tokio::test]
async fn data_and_what_the_foreground_does_not_show_go_to_the_app() {
    let harmony = Harmony::start().await;
    let (phone, token) = harmony.phone("mate-70");
    harmony.rights(json!({"voip": true}));
    let (sender, mut told) = mpsc::unbounded_channel();
    let app: Arc<dyn AppSide> = Arc::new(App(sender));
    phone.attach(Arc::downgrade(&app));
    let extra = json!({"message": "m-1", "ext": "rings", "payload": "p", "title": "阿明", "body": "来电"});
    let call = json!({"payload": {"extraData": extra.to_string()}, "target": {"token": [token]},
        "pushOptions": {"ttl": 30}});
    assert_eq!(harmony.send_as("10", &call).await.1["code"], "80000000");
    let heard = told.recv().await.unwrap();
    assert_eq!((heard.text.as_str(), heard.starts_app), ("rings", true));
    phone.set_foreground(true);
    harmony.send(&with(chat(&token), "/payload/notification/foregroundShow", json!(false))).await;
    assert_eq!(told.recv().await.unwrap().text, "ext content");
    assert!(phone.shade().is_empty());
    harmony.send(&chat(&token)).await;
    assert_eq!(phone.shade().len(), 1);
}

#[tokio::test]
async fn a_recall_takes_back_what_is_shown_and_what_waits() {
    let harmony = Harmony::start().await;
    let (shown, one) = harmony.phone("mate-70");
    let (waiting, other) = harmony.phone("mate-60");
    waiting.set_network(false);
    harmony.send(&with(chat(""), "/target/token", json!([one, other]))).await;
    assert_eq!((shown.shade().len(), waiting.view().waiting), (1, 1));
    let (status, answer) = harmony.recall(&json!({"notifyId": 100_231, "token": [one, other]})).await;
    assert_eq!((status, &answer["code"]), (200, &json!("80000000")));
    assert_eq!((shown.shade().len(), waiting.view().waiting), (0, 0));
}

#[tokio::test]
async fn a_recall_that_is_wrong_is_refused_with_its_code() {
    let harmony = Harmony::start().await;
    let (_, token) = harmony.phone("mate-70");
    let recall = |id: Value, tokens: Value| json!({"notifyId": id, "token": tokens});
    let cases = [
        (recall(Value::Null, json!([token])), "80300032"),
        (recall(json!(1), Value::Null), "80300032"),
        (recall(json!(1), json!([])), "80300010"),
        (recall(json!(1), json!(vec!["FAULT/sink/x"; 1001])), "80300010"),
        (recall(json!(-1), json!([token])), "80100001"),
        (recall(json!("1"), json!([token])), "80000000"),
        (recall(json!(1), json!([token, "bad"])), "80100020"),
        (recall(json!(1), json!(["bad"])), "80300007"),
        (recall(json!(1), json!(["FAULT/80000001/x"])), "80000001"),
        (json!([]), "80100003"),
    ];
    for (body, code) in cases {
        assert_eq!(harmony.recall(&body).await.1["code"], code, "{code}");
    }
    let body = recall(json!(1), json!([token])).to_string();
    for push_type in ["", "1", "6"] {
        let headers = [("authorization", harmony.bearer.as_str()), ("push-type", push_type)];
        let answer = harmony.call(&harmony.recall_path(), &headers, &body).await.unwrap();
        assert_eq!(super::read(&answer).1["code"], "80100001", "{push_type}");
    }
    let headers = [("authorization", harmony.bearer.as_str()), ("push-type", "0")];
    let answer = harmony.call("/v1/1/messages:revoke", &headers, &body).await.unwrap();
    assert_eq!(super::read(&answer).1["code"], "80200001");
}

#[tokio::test]
async fn a_recall_reaches_only_the_app_of_its_client_id() {
    let harmony = Harmony::start().await;
    let (_, token) = harmony.phone("mate-70");
    // A second app of the same project: the same key file, another client id.
    let mut known = harmony.credential.clone();
    known.insert("client_id".to_owned(), "200000002".to_owned());
    harmony.world.running.enrol(model::Vendor::Harmony, "com.example.other", Some(&known)).unwrap();
    let other = simulator::NewPhone {
        name: "other".to_owned(),
        brand: "harmony".to_owned(),
        app: Some("com.example.other".to_owned()),
        environment: None,
    };
    let foreign = harmony.world.running.world().create_phone(other).unwrap().register_token().unwrap();
    let recall = |tokens: Value| json!({"notifyId": 1, "token": tokens});
    assert_eq!(harmony.recall(&recall(json!([token]))).await.1["code"], "80000000");
    assert_eq!(harmony.recall(&recall(json!([foreign]))).await.1["code"], "80300028");
    assert_eq!(harmony.recall(&recall(json!([token, foreign]))).await.1["code"], "80300017");
}
