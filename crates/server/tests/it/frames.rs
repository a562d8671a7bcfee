//! What a connected client asks for: each request with its answer and its refusals.

use serde_json::json;

use crate::{house::House, phone::Phone};

#[tokio::test]
async fn c2_a_client_names_its_certificate_and_a_name_nobody_knows_is_told_at_login() {
    let house = House::new().await;
    house.certificate("小米").await;
    let mut phone = Phone::connect(&house).await;
    let mut login = phone.login(&house.token("bo"));
    login["certificate_names"] = json!(["小米"]);
    phone.send(&login).await;
    let welcome = phone.next().await;
    assert_eq!((&welcome["type"], &welcome["certificates"][0]["name"]), (&json!("welcome"), &json!("小米")));
    let mut other = Phone::connect(&house).await;
    login["certificate_names"] = json!(["大米"]);
    other.send(&login).await;
    assert_eq!(other.next().await["code"], "unknown_certificate");
}

#[tokio::test]
async fn j8_a_login_tells_push_type_former_pushes_and_the_last_device() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    let first = Phone::away(&house, "bo", certificate).await;
    let welcome = Phone::connect(&house).await.log_in(&house, "bo").await;
    assert_eq!((&welcome["push_type"], &welcome["has_pushed"]), (&json!(5), &json!(false)));
    assert_eq!(welcome["last_device_id"], json!(first));
    assert_eq!(welcome["push_on"], true);
}

#[tokio::test]
async fn b11_b12_a_client_switches_its_pushes_off_and_ends_its_push_id() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    let mut bo = Phone::online(&house, "bo").await;
    bo.bind(certificate, "token-of-bo").await;
    bo.ask(json!({ "type": "push_switch", "request": 2, "on": false })).await;
    let devices = house.get("/v1/users/bo/devices").await.json();
    let before = devices["devices"][0]["push_id"].clone();
    assert_eq!(devices["devices"][0]["push_on"], false);
    bo.ask(json!({ "type": "push_switch", "request": 3, "on": true })).await;
    bo.ask(json!({ "type": "unregister", "request": 4 })).await;
    let gone = house.get("/v1/users/bo/devices").await.json();
    assert_eq!(gone["devices"][0]["bindings"][0], json!({ "state": "lost", "why": "unregistered" }));
    bo.bind(certificate, "token-of-bo").await;
    let again = house.get("/v1/users/bo/devices").await.json();
    assert_eq!(again["devices"][0]["bindings"][0]["state"], "bound");
    assert_ne!(again["devices"][0]["push_id"], before);
}

#[tokio::test]
async fn t1_the_badge_a_client_leaves_with_is_the_base() {
    let house = House::new().await;
    let mut bo = Phone::online(&house, "bo").await;
    bo.ask(json!({ "type": "presence", "request": 1, "foreground": false, "unread": 7 })).await;
    assert_eq!(house.get("/v1/users/bo/devices").await.json()["devices"][0]["badge"], 7);
}

#[tokio::test]
async fn a_report_of_the_device_is_renewed() {
    let house = House::new().await;
    let mut bo = Phone::online(&house, "bo").await;
    let report = json!({ "brand": "xiaomi", "platform": "android", "notifications": "off" });
    bo.ask(json!({ "type": "report", "request": 1, "report": report })).await;
    let shown = house.get("/v1/users/bo/devices").await.json();
    assert_eq!(shown["devices"][0]["report"]["notifications"], "off");
}

#[tokio::test]
async fn conversations_history_reads_and_mutes_answer_the_user_alone() {
    let house = House::new().await;
    house.send("ann", "bo", "one").await;
    house.send("ann", "bo", "two").await;
    let (mut ann, mut bo) = (Phone::online(&house, "ann").await, Phone::online(&house, "bo").await);
    let list = bo.ask(json!({ "type": "conversations", "request": 1 })).await;
    let first = &list["conversations"][0];
    assert_eq!((&first["conversation"], &first["unread"]), (&json!("p:ann:bo"), &json!(2)));
    assert_eq!(first["last"]["body"]["text"], "two");
    let history =
        json!({ "type": "history", "request": 2, "conversation": "p:ann:bo", "before": 2, "limit": 10 });
    let older = bo.ask(history).await;
    assert_eq!((older["messages"].as_array().unwrap().len(), &older["messages"][0]["seq"]), (1, &json!(1)));
    let cursor = json!({ "conversation": "p:ann:bo", "seq": 2 });
    bo.ask(json!({ "type": "read", "request": 3, "cursors": [cursor] })).await;
    let told = ann.next_of("read").await;
    assert_eq!((&told["user"], &told["seq"]), (&json!("bo"), &json!(2)));
    bo.ask(json!({ "type": "mute", "request": 4, "conversation": "p:ann:bo", "mute": "all" })).await;
    let after = bo.ask(json!({ "type": "conversations", "request": 5 })).await;
    assert_eq!(
        (&after["conversations"][0]["unread"], &after["conversations"][0]["mute"]),
        (&json!(0), &json!("all"))
    );
    let mut dee = Phone::online(&house, "dee").await;
    let theirs = json!({ "type": "history", "request": 6, "conversation": "p:ann:bo", "limit": 10 });
    assert_eq!(dee.refused(theirs).await, "not_a_member");
    let cursor = json!({ "conversation": "p:ann:bo", "seq": 1 });
    assert_eq!(
        dee.refused(json!({ "type": "read", "request": 7, "cursors": [cursor] })).await,
        "not_a_member"
    );
}

#[tokio::test]
async fn settings_of_a_client_are_checked_and_kept() {
    let house = House::new().await;
    let mut bo = Phone::online(&house, "bo").await;
    bo.ask(json!({ "type": "settings", "request": 1, "settings": { "hide_details": true } })).await;
    assert_eq!(house.get("/v1/users/bo/settings").await.json()["hide_details"], true);
    let span = json!({ "from_minute": 0, "to_minute": 1, "time_zone": "Mars/Olympus" });
    let wrong = json!({ "type": "settings", "request": 2, "settings": { "do_not_disturb": span } });
    assert_eq!(bo.refused(wrong).await, "invalid");
}

#[tokio::test]
async fn a_client_makes_a_group_shows_it_and_leaves_it_to_who_may() {
    let house = House::new().await;
    let (mut ann, mut bo) = (Phone::online(&house, "ann").await, Phone::online(&house, "bo").await);
    let make = json!({ "do": "create", "name": "团队", "members": ["bo"] });
    let made = ann.ask(json!({ "type": "group", "request": 1, "group": "team", "action": make })).await;
    assert_eq!((&made["type"], &made["group"]["role"]), (&json!("group"), &json!("owner")));
    let dismiss = json!({ "type": "group", "request": 1, "group": "team", "action": { "do": "dismiss" } });
    assert_eq!(bo.refused(dismiss).await, "not_allowed");
    let leave = json!({ "type": "group", "request": 2, "group": "team", "action": { "do": "leave" } });
    assert_eq!(bo.ask(leave).await["type"], "ok");
    let show = json!({ "type": "group", "request": 3, "group": "team", "action": { "do": "show" } });
    assert_eq!(ann.ask(show.clone()).await["group"]["members"], 1);
    let hidden = bo.refused(show).await;
    assert!(["not_a_member", "not_found"].contains(&hidden.as_str()), "{hidden}");
}

#[tokio::test]
async fn t13_a_message_is_taken_back_by_its_sender_alone() {
    let house = House::new().await;
    let (mut ann, mut bo) = (Phone::online(&house, "ann").await, Phone::online(&house, "bo").await);
    ann.message("m1", "bo", "秘密").await;
    let message = ann.next_of("sent").await["message"].clone();
    let recall = json!({ "type": "recall", "request": 1, "message": message });
    assert_eq!(bo.refused(recall.clone()).await, "not_allowed");
    ann.ask(recall).await;
    let shown = house.get(&format!("/v1/messages/{}", message.as_str().unwrap())).await.json();
    assert_eq!(shown["body"]["type"], "gone");
}

#[tokio::test]
async fn f3_a_call_rings_at_the_invitee_and_its_answer_at_the_caller() {
    let house = House::new().await;
    let (mut ann, mut bo) = (Phone::online(&house, "ann").await, Phone::online(&house, "bo").await);
    let call = uuid::Uuid::new_v4();
    let invite = json!({ "do": "invite", "users": ["bo"] });
    ann.ask(json!({ "type": "call", "request": 1, "call": call, "action": invite })).await;
    let event = async |phone: &mut Phone, wanted: &str| loop {
        let heard = phone.next_of("messages").await;
        if heard["messages"].as_array().unwrap().iter().any(|one| one["body"]["event"] == wanted) {
            return;
        }
    };
    event(&mut bo, "invited").await;
    bo.ask(json!({ "type": "call", "request": 1, "call": call, "action": { "do": "accept" } })).await;
    event(&mut ann, "accepted").await;
    assert_eq!(house.get(&format!("/v1/calls/{call}")).await.json()["invitees"][0]["state"], "accepted");
    let unknown =
        json!({ "type": "call", "request": 2, "call": uuid::Uuid::new_v4(), "action": { "do": "end" } });
    assert_eq!(ann.refused(unknown).await, "not_found");
}

#[tokio::test]
async fn a3_d1_a_token_is_bound_to_the_device_with_its_push_id_and_to_the_user_who_logged_in() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    let mut bo = Phone::connect(&house).await;
    let welcome = bo.log_in(&house, "bo").await;
    bo.bind(certificate, "token-of-bo").await;
    let device = house.get(&format!("/v1/devices/{}", welcome["push_id"].as_str().unwrap())).await.json();
    assert_eq!(device["id"], json!(bo.device));
    let binding = &device["bindings"][0];
    assert_eq!((&binding["certificate"], &binding["owner"]), (&json!(certificate), &json!("bo")));
}

#[tokio::test]
async fn a1_a_message_goes_by_the_connection_and_without_one_by_the_makers_service() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    Phone::away(&house, "cy", certificate).await;
    let mut bo = Phone::online(&house, "bo").await;
    bo.bind(certificate, "token-of-bo").await;
    let by_connection = house.send("ann", "bo", "hello").await;
    let heard = bo.next_of("messages").await;
    bo.ack(&heard["messages"][0]).await;
    assert_eq!(house.explained(&by_connection, "bo").await[0]["state"], "delivered");
    let by_push = house.send("ann", "cy", "hello").await;
    let target = &house.explained(&by_push, "cy").await[0];
    assert_eq!(
        (&target["certificate"]["id"], &target["token_tail"]),
        (&json!(certificate), &json!("…-of-cy"))
    );
}
