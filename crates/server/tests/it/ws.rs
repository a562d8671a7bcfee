//! The client road.

use im::ImConfig;
use model::{AppPolicy, LoginPolicy};
use serde_json::{Value, json};

use store::Change;

use crate::{
    house::{House, wait_for},
    phone::Phone,
};

fn code(frame: &Value) -> &str {
    assert_eq!(frame["type"], "error", "{frame}");
    frame["code"].as_str().unwrap()
}

#[tokio::test]
async fn a_login_is_welcomed_with_the_certificate_to_register_with() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    let mut phone = Phone::connect(&house).await;
    let welcome = phone.log_in(&house, "bo").await;
    assert_eq!(welcome["user"], "bo");
    assert_eq!(welcome["push_type"], 5);
    assert_eq!(welcome["certificates"][0]["certificate"], certificate);
    assert_eq!(welcome["certificates"][0]["name"], "小米");
}

#[tokio::test]
async fn a_message_is_durable_before_it_is_answered_and_reaches_the_other_phone() {
    let house = House::new().await;
    let (mut ann, mut bo) = (Phone::online(&house, "ann").await, Phone::online(&house, "bo").await);
    ann.message("m1", "bo", "晚饭吃什么?").await;
    let sent = ann.next_of("sent").await;
    let stored = house.get(&format!("/v1/messages/{}", sent["message"].as_str().unwrap())).await;
    assert_eq!(stored.json()["body"]["text"], "晚饭吃什么?");
    let delivered = bo.next_of("messages").await;
    assert_eq!(delivered["messages"][0]["id"], sent["message"]);
    assert_eq!(delivered["messages"][0]["seq"], 1);
}

#[tokio::test]
async fn the_same_send_is_stored_once_and_another_content_under_its_id_is_a_conflict() {
    let house = House::new().await;
    let mut ann = Phone::online(&house, "ann").await;
    ann.message("m1", "bo", "one").await;
    let first = ann.next_of("sent").await;
    ann.message("m1", "bo", "one").await;
    assert_eq!(ann.next_of("sent").await, first);
    ann.message("m1", "bo", "two").await;
    let refused = ann.next_of("error").await;
    assert_eq!(code(&refused), "conflict");
    assert_eq!(refused["client_message_id"], "m1");
}

#[tokio::test]
async fn many_sends_in_flight_keep_their_order_and_their_answers() {
    let house = House::new().await;
    let mut ann = Phone::online(&house, "ann").await;
    for number in 1..=200 {
        ann.message(&format!("m{number}"), "bo", "text").await;
    }
    let mut seqs = Vec::new();
    for _ in 1..=200 {
        let sent = ann.next_of("sent").await;
        let number: i64 = sent["client_message_id"].as_str().unwrap()[1..].parse().unwrap();
        seqs.push((sent["seq"].as_i64().unwrap(), number));
    }
    seqs.sort_unstable();
    assert!(seqs.iter().zip(1..).all(|((seq, number), nth)| *seq == nth && *number == nth), "{seqs:?}");
}

#[tokio::test]
async fn an_acknowledged_message_is_delivered_and_needs_no_row() {
    let house = House::new().await;
    let mut bo = Phone::online(&house, "bo").await;
    let message = house.send("ann", "bo", "hello").await;
    let frame = bo.next_of("messages").await;
    let mut feed = house.store.feed().subscribe();
    bo.ack(&frame["messages"][0]).await;
    wait_for(&mut feed, |change| matches!(change, Change::Acked(..))).await;
    let answer = house.get(&format!("/v1/messages/{message}/explain?user=bo")).await.json();
    let targets = &answer["targets"];
    assert_eq!(targets[0]["state"], "delivered");
    assert_eq!(targets[0]["reason"]["name"], "acked");
    assert_eq!(targets[0]["acked"], true);
}

#[tokio::test]
async fn a_phone_that_does_not_acknowledge_is_closed_and_decided_for_a_push() {
    let times = ImConfig { ack_within_ms: 100, ..ImConfig::default() };
    let house = House::with(times, AppPolicy::default()).await;
    let mut bo = Phone::online(&house, "bo").await;
    let message = house.send("ann", "bo", "hello").await;
    bo.next_of("messages").await;
    assert_eq!(bo.closed().await, "ack_missed");
    let targets = house.explained(&message, "bo").await;
    assert_eq!(targets[0]["reason"]["name"], "no_binding");
    let ack_rule =
        targets[0]["rules"].as_array().unwrap().iter().find(|rule| rule["rule"] == "acked").unwrap();
    assert_eq!(ack_rule["saw_en"], "the frame was not acknowledged");
}

#[tokio::test]
async fn messages_sent_while_offline_come_by_sync_in_order() {
    let house = House::new().await;
    for number in 0..250 {
        house.send("ann", "bo", &number.to_string()).await;
    }
    let mut bo = Phone::connect(&house).await;
    bo.log_in(&house, "bo").await;
    let messages = bo.sync().await;
    let seqs: Vec<i64> = messages.iter().map(|message| message["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, (1..=250).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_second_login_takes_the_first_offline() {
    let house = House::new().await;
    let mut first = Phone::online(&house, "bo").await;
    let _second = Phone::online(&house, "bo").await;
    assert_eq!(first.next_of("kicked").await["reason"], "another_login");
    assert_eq!(first.closed().await, "kicked");
    let devices = house.get("/v1/users/bo/devices").await.json();
    let mut states: Vec<&str> = devices["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| device["session"]["state"].as_str().unwrap())
        .collect();
    states.sort_unstable();
    assert_eq!(states, ["kicked", "online-foreground"]);
}

#[tokio::test]
async fn where_the_policy_allows_many_devices_both_get_the_message() {
    let policy = AppPolicy { login: LoginPolicy::Many, ..AppPolicy::default() };
    let house = House::with(ImConfig::default(), policy).await;
    let (mut one, mut other) = (Phone::online(&house, "bo").await, Phone::online(&house, "bo").await);
    let message = house.send("ann", "bo", "hello").await;
    for phone in [&mut one, &mut other] {
        assert_eq!(phone.next_of("messages").await["messages"][0]["id"], message.as_str());
    }
}

#[tokio::test]
async fn a_backend_takes_a_user_offline_and_the_old_token_is_refused() {
    let house = House::new().await;
    let mut bo = Phone::online(&house, "bo").await;
    let token = house.token("bo");
    assert_eq!(house.post("/v1/users/bo/kick", json!({})).await.json()["logins"], 1);
    assert_eq!(bo.next_of("kicked").await["reason"], "by_server");
    let mut again = Phone::connect(&house).await;
    let login = again.login(&token);
    again.send(&login).await;
    assert_eq!(code(&again.next().await), "token_expired");
}

#[tokio::test]
async fn a_logout_removes_the_binding_before_it_is_answered() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    let mut bo = Phone::online(&house, "bo").await;
    bo.send(&json!({ "type": "bind", "request": 1, "certificate": certificate, "token": "token-of-bo" }))
        .await;
    assert_eq!(bo.next_of("ok").await["request"], 1);
    let bound = house.get("/v1/users/bo/devices").await.json();
    assert_eq!(bound["devices"][0]["bindings"][0]["state"], "bound");
    bo.send(&json!({ "type": "logout", "request": 2 })).await;
    assert_eq!(bo.next_of("ok").await["request"], 2);
    let lost = house.get("/v1/users/bo/devices").await.json();
    assert_eq!(lost["devices"][0]["bindings"][0], json!({ "state": "lost", "why": "logged_out" }));
    assert_eq!(lost["devices"][0]["session"]["state"], "logged-out");
    assert_eq!(bo.closed().await, "logged_out");
}

#[tokio::test]
async fn an_empty_token_and_an_unknown_certificate_are_refused() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    let mut bo = Phone::online(&house, "bo").await;
    bo.send(&json!({ "type": "bind", "request": 1, "certificate": certificate, "token": "" })).await;
    let refused = bo.next_of("error").await;
    assert_eq!((code(&refused), &refused["request"]), ("empty_token", &json!(1)));
    bo.send(&json!({ "type": "bind", "request": 2, "certificate": 999_999, "token": "t" })).await;
    assert_eq!(code(&bo.next_of("error").await), "unknown_certificate");
}

#[tokio::test]
async fn a_wrong_token_is_refused_and_the_connection_ends() {
    let house = House::new().await;
    let good = house.token("bo");
    let (head, _) = good.rsplit_once('.').unwrap();
    for token in ["", "x", "a.b.c", &format!("{head}.AAAA"), "eyJhbGciOiJub25lIiwia2lkIjoiMSJ9.e30."] {
        let mut phone = Phone::connect(&house).await;
        let login = phone.login(token);
        phone.send(&login).await;
        assert_eq!(code(&phone.next().await), "bad_token", "{token}");
        assert_eq!(phone.closed().await, "login_refused");
    }
}

#[tokio::test]
async fn c3_a_certificate_name_over_32_characters_fails_the_login_with_500() {
    let house = House::new().await;
    let mut phone = Phone::connect(&house).await;
    let mut login = phone.login(&house.token("bo"));
    login["certificate_names"] =
        json!(["一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三"]);
    phone.send(&login).await;
    let refused = phone.next().await;
    assert_eq!((code(&refused), &refused["number"]), ("certificate_name_too_long", &json!(500)));
}

#[tokio::test]
async fn a_frame_over_32_kib_is_refused_with_its_code() {
    let house = House::new().await;
    let mut bo = Phone::online(&house, "bo").await;
    bo.message("m1", "ann", &"x".repeat(33 * 1024)).await;
    assert_eq!(code(&bo.next_of("error").await), "frame_too_large");
    assert_eq!(bo.closed().await, "frame_too_large");
}

#[tokio::test]
async fn a_server_that_goes_down_says_so() {
    let house = House::new().await;
    let mut bo = Phone::online(&house, "bo").await;
    let mut stranger = Phone::connect(&house).await;
    tokio::join!(house.shutdown(), async {
        assert_eq!(bo.closed().await, "shutdown");
        assert_eq!(stranger.closed().await, "shutdown");
    });
}

#[tokio::test]
async fn the_heads_of_a_sync_acknowledge_what_an_earlier_connection_delivered() {
    let house = House::new().await;
    let mut bo = Phone::online(&house, "bo").await;
    let message = house.send("ann", "bo", "hello").await;
    let frame = bo.next_of("messages").await;
    let head = json!({ "conversation": frame["messages"][0]["conversation"], "seq": 1 });
    let device = bo.device;
    drop(bo);
    let mut again = Phone::connect(&house).await;
    again.device = device;
    again.log_in(&house, "bo").await;
    again.send(&json!({ "type": "sync", "heads": [head] })).await;
    assert_eq!(again.next().await["type"], "synced");
    let answer = house.get(&format!("/v1/messages/{message}/explain?user=bo")).await.json();
    assert_eq!(answer["targets"][0]["acked"], true);
}
