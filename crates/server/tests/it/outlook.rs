//! Would a push go out? For any user, kind of message and moment.

use http::Method;
use model::AppPolicy;
use serde_json::{Value, json};

use crate::{
    house::{House, wait_for},
    phone::Phone,
};

/// Half past eleven at night in Shanghai, and noon of the same day.
const NIGHT_MS: i64 = 1_795_361_400_000;
const NOON_MS: i64 = NIGHT_MS - 41_400_000;

async fn house() -> House {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    Phone::away(&house, "bo", certificate).await;
    house
}

async fn asked(house: &House, query: &str) -> Value {
    let answer = house.get(&format!("/v1/users/bo/explain?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["targets"][0].clone()
}

async fn reason(house: &House, query: &str) -> String {
    asked(house, query).await["reason"]["name"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn t4_f6_a_span_silences_by_the_users_own_clock_and_force_breaks_through() {
    let house = house().await;
    let span = |effect: &str| {
        json!({ "do_not_disturb":
            { "from_minute": 1380, "to_minute": 420, "time_zone": "Asia/Shanghai", "effect": effect } })
    };
    house.put("/v1/users/bo/settings", span("silent")).await;
    assert_eq!(reason(&house, &format!("at={NIGHT_MS}")).await, "do_not_disturb");
    assert_eq!(reason(&house, &format!("at={NOON_MS}")).await, "push_disconnected");
    assert_eq!(reason(&house, &format!("at={NIGHT_MS}&force=true")).await, "push_disconnected");
    house.put("/v1/users/bo/settings", span("hide_details")).await;
    let night = asked(&house, &format!("at={NIGHT_MS}")).await;
    assert_eq!((&night["state"], &night["shown"]["text"]), (&json!("would_push"), &json!("hidden")));
    assert_eq!(asked(&house, &format!("at={NOON_MS}")).await["shown"]["text"], "full");
}

#[tokio::test]
async fn a_muted_conversation_pushes_nothing_or_mentions_alone() {
    let house = house().await;
    house.group("team", &["ann", "bo"]).await;
    let path = "/v1/users/bo/conversations/g:team/mute";
    house.put(path, json!({ "mute": "except_mentions" })).await;
    assert_eq!(reason(&house, "kind=message&group=team").await, "not_mentioned");
    assert_eq!(reason(&house, "kind=message&group=team&mentions_me=true").await, "push_disconnected");
    house.put(path, json!({ "mute": "all" })).await;
    assert_eq!(reason(&house, "kind=message&conversation=g:team&mentions_me=true").await, "muted");
    assert_eq!(reason(&house, "kind=message&group=team&force=true").await, "push_disconnected");
    assert_eq!(reason(&house, "kind=message&from=ann").await, "push_disconnected");
}

#[tokio::test]
async fn calls_pushes_and_push_settings_can_be_asked_about() {
    let house = house().await;
    let call = asked(&house, "kind=call&from=ann").await;
    assert_eq!((&call["state"], &call["invitation"]), (&json!("would_push"), &json!("inviting")), "{call}");
    assert_eq!(reason(&house, "kind=push").await, "push_disconnected");
    assert_eq!(reason(&house, "push=off").await, "push_off");
    house.patch("/v1/app", json!({ "policy": { "push_without_settings": false } })).await;
    assert_eq!(reason(&house, "push=none").await, "no_push_settings");
    assert_eq!(reason(&house, "class=marketing").await, "push_disconnected");
}

#[tokio::test]
async fn what_cannot_be_imagined_is_refused() {
    let house = house().await;
    house.group("team", &["ann"]).await;
    for (query, status) in [
        ("conversation=g:team", 404),
        ("group=nowhere", 404),
        ("conversation=p:ann:cy", 404),
        ("conversation=g:team&group=team", 422),
        ("kind=notice", 422),
        ("kind=call&group=team", 422),
        ("push=none&class=chat", 422),
        ("at=-1", 422),
        ("at=9223372036854775807", 422),
        ("kind=telegram", 400),
        ("unheard=1", 400),
    ] {
        let answer = house.get(&format!("/v1/users/bo/explain?{query}")).await;
        assert_eq!(answer.refusal().0, status, "{query} {}", answer.text);
    }
}

#[tokio::test]
async fn j1_the_self_test_tells_a_device_at_fault_from_one_that_is_well() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    let mut bo = Phone::online(&house, "bo").await;
    let report = json!({ "brand": "xiaomi", "platform": "android", "notifications": "allowed",
        "registration_error": "22022: package name does not match" });
    bo.ask(json!({ "type": "report", "request": 2, "report": report })).await;
    bo.ask(json!({ "type": "presence", "request": 3, "foreground": false })).await;
    let abnormal = asked(&house, "").await;
    assert_eq!(
        (&abnormal["state"], &abnormal["reason"]["name"]),
        (&json!("would_skip"), &json!("no_binding"))
    );
    assert!(abnormal["reason"]["hint_zh"].as_str().unwrap().contains("厂商 SDK 注册"), "{abnormal}");
    bo.bind(certificate, "token-of-bo").await;
    let normal = asked(&house, "").await;
    assert_eq!(normal["state"], "would_push", "the device is well");
    assert!(normal["warnings"].is_array(), "what is left to check is the channel: {normal}");
}

#[tokio::test]
async fn j3_the_answer_goes_down_the_check_list() {
    let house = house().await;
    let message = house.send("ann", "bo", "hello").await;
    house.explained(&message, "bo").await;
    let target =
        house.get(&format!("/v1/messages/{message}/explain?user=bo")).await.json()["targets"][0].clone();
    assert_eq!(
        (&target["certificate"]["name"], &target["certificate"]["vendor"]),
        (&json!("小米"), &json!("xiaomi"))
    );
    assert_eq!(target["token_tail"], "…-of-bo");
    assert_eq!(target["device"]["session"], "disconnected");
    let looked_at = |rule: &str| target["rules"].as_array().unwrap().iter().any(|one| one["rule"] == rule);
    for rule in ["logged_out", "notifications_off", "no_binding", "certificate_disabled", "push_disconnected"]
    {
        assert!(looked_at(rule), "{rule}");
    }
}

#[tokio::test]
async fn t5_a_desktop_that_has_the_message_keeps_the_phone_quiet_where_the_user_wants_it() {
    let policy = AppPolicy { login: model::LoginPolicy::Many, ..AppPolicy::default() };
    let house = House::with(im::ImConfig::default(), policy).await;
    let certificate = house.certificate("小米").await;
    let phone = Phone::away(&house, "bo", certificate).await;
    let rules = json!({ "multi_end": [{ "online": ["desktop"], "silence": ["mobile"] }] });
    house.put("/v1/users/bo/settings", rules).await;
    let mut desktop = Phone::connect(&house).await;
    let mut login = desktop.login(&house.token("bo"));
    login["report"] = json!({ "platform": "desktop" });
    desktop.send(&login).await;
    desktop.next_of("welcome").await;
    desktop.sync().await;
    let message = house.send("ann", "bo", "hello").await;
    let heard = desktop.next_of("messages").await;
    let mut feed = house.store.feed().subscribe();
    desktop.ack(&heard["messages"][0]).await;
    wait_for(&mut feed, |change| matches!(change, store::Change::Acked(..))).await;
    let targets = house.explained(&message, "bo").await;
    let of = |state: &str| targets.iter().find(|target| target["state"] == state);
    let skipped = of("skipped").unwrap_or_else(|| panic!("{targets:?}"));
    assert_eq!(
        (&skipped["device"]["id"], &skipped["reason"]["name"]),
        (&json!(phone), &json!("other_end_acked"))
    );
    assert!(of("delivered").is_some());
}

#[tokio::test]
async fn another_app_knows_nothing_of_the_user() {
    let house = house().await;
    let foreign = house.foreign(Method::GET, "/v1/users/bo/explain", json!({})).await.json();
    assert_eq!(foreign["targets"][0]["reason"]["name"], "never_logged_in");
}
