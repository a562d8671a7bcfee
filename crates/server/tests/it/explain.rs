//! Explain: from rows to an answer, and from an answer to a terminal.

use serde_json::json;
use server::explain::{Explanation, Language, render_text};

use crate::{house::House, phone::Phone};

#[tokio::test]
async fn a_skipped_target_names_the_rule_that_decided_and_what_each_saw() {
    let house = House::new().await;
    let message = house.send("ann", "bo", "晚饭吃什么?").await;
    let targets = house.explained(&message, "bo").await;
    assert_eq!(targets.len(), 1);
    let target = &targets[0];
    assert_eq!(target["state"], "skipped");
    assert_eq!(target["reason"]["name"], "never_logged_in");
    assert!(!target["reason"]["hint_zh"].as_str().unwrap().is_empty());
    let rules = target["rules"].as_array().unwrap();
    let decided: Vec<_> = rules.iter().filter(|rule| rule["result"] == "decided").collect();
    assert_eq!(decided.len(), 1);
    assert_eq!(decided[0]["rule"], "never_logged_in");
    assert!(rules.iter().all(|rule| !rule["saw_en"].as_str().unwrap().is_empty()));
}

#[tokio::test]
async fn a_logged_out_and_a_kicked_phone_have_their_reasons() {
    let house = House::new().await;
    let mut bo = Phone::online(&house, "bo").await;
    bo.send(&json!({ "type": "logout", "request": 1 })).await;
    bo.next_of("ok").await;
    let message = house.send("ann", "bo", "one").await;
    assert_eq!(house.explained(&message, "bo").await[0]["reason"]["name"], "logged_out");
    let _cy = Phone::online(&house, "cy").await;
    house.post("/v1/users/cy/kick", json!({})).await;
    let message = house.send("ann", "cy", "two").await;
    assert_eq!(house.explained(&message, "cy").await[0]["reason"]["name"], "kicked");
}

#[tokio::test]
async fn a_message_that_waits_for_an_acknowledgement_is_deciding() {
    let house = House::new().await;
    let mut bo = Phone::online(&house, "bo").await;
    let message = house.send("ann", "bo", "hello").await;
    bo.next_of("messages").await;
    let answer = house.get(&format!("/v1/messages/{message}/explain?user=bo")).await.json();
    let target = &answer["targets"][0];
    assert_eq!(
        (&target["state"], &target["reason"]["name"]),
        (&json!("deciding"), &json!("foreground_waiting"))
    );
    assert!(target["next_at"].is_i64());
    assert_eq!(answer["message"]["text"], "hello");
    let device = bo.device;
    let one = house.get(&format!("/v1/messages/{message}/explain?device={device}")).await.json();
    assert_eq!(one["targets"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn who_is_no_target_is_not_found() {
    let house = House::new().await;
    let message = house.send("ann", "bo", "hello").await;
    let answer = house.get(&format!("/v1/messages/{message}/explain?user=cy")).await;
    assert_eq!(answer.refusal(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn what_would_happen_now_follows_the_phone() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    let state = async || {
        let answer = house.get("/v1/users/bo/explain").await.json();
        let target = &answer["targets"][0];
        (target["state"].as_str().unwrap().to_owned(), target["reason"]["name"].as_str().unwrap().to_owned())
    };
    let is = |state: &str, reason: &str| (state.to_owned(), reason.to_owned());
    assert_eq!(state().await, is("would_skip", "never_logged_in"));
    let mut bo = Phone::online(&house, "bo").await;
    assert_eq!(state().await, is("would_wait", "foreground_waiting"));
    bo.send(&json!({ "type": "presence", "request": 1, "foreground": false })).await;
    bo.next_of("ok").await;
    assert_eq!(state().await, is("would_skip", "no_binding"));
    bo.send(&json!({ "type": "bind", "request": 2, "certificate": certificate, "token": "token-of-bo" }))
        .await;
    bo.next_of("ok").await;
    assert_eq!(state().await, is("would_push", "push_background"));
}

#[tokio::test]
async fn an_answer_reads_well_on_a_terminal_in_both_languages() {
    let house = House::new().await;
    let message = house.send("ann", "bo", "晚饭吃什么?").await;
    house.explained(&message, "bo").await;
    let answer = house.get(&format!("/v1/messages/{message}/explain?user=bo")).await;
    let explanation: Explanation = serde_json::from_str(&answer.text).unwrap();
    let english = render_text(&explanation, Language::En);
    assert!(english.contains("ann → p:ann:bo · chat"), "{english}");
    assert!(english.contains("  state       skipped\n"), "{english}");
    assert!(english.contains("▶ never_logged_in"), "{english}");
    let chinese = render_text(&explanation, Language::Zh);
    assert!(chinese.contains("  状态      未推送\n"), "{chinese}");
    assert!(chinese.contains("“晚饭吃什么?”"), "{chinese}");
}
