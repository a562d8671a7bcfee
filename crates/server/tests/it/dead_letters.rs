//! Dead letters by the API: listed, explained, put back as far as the rules would push them now.

use http::Method;
use model::{Attempt, DeliveryState, Timestamp};
use rules::Reason;
use serde_json::{Value, json};
use store::{Change, DeliveryFilter, DeliveryUpdate, Op, Scope};

use crate::house::{House, wait_for};

/// A device without a user, bound to the certificate; its Push ID.
pub(crate) async fn bound(house: &House, certificate: u64) -> String {
    let device = uuid::Uuid::new_v4();
    let made = house.post("/v1/devices", json!({ "device": device })).await.json();
    let push_id = made["push_id"].as_str().unwrap().to_owned();
    let binding = json!({ "certificate": certificate, "token": format!("regid-{device}") });
    let answer = house.post(&format!("/v1/devices/{push_id}/binding"), binding).await;
    assert!(answer.status.is_success(), "{}", answer.text);
    push_id
}

/// Waits until every target of the message is decided.
async fn settled(house: &House, message: &str) {
    let mut feed = house.store.feed().subscribe();
    let id = message.parse().unwrap();
    while house.store.fanout(house.app.id, id).await.unwrap().is_some() {
        wait_for(&mut feed, |change| matches!(change, Change::Settled(_, settled) if *settled == id)).await;
    }
}

/// A push to it that the vendor refused for the certificate's sake; the delivery's number.
pub(crate) async fn refused(house: &House, push_id: &str, class: &str) -> i64 {
    let push = json!({ "to": { "push_id": push_id }, "push": { "title": "hello", "class": class } });
    let answer = house.post("/v1/pushes", push).await;
    assert!(answer.status.is_success(), "{}", answer.text);
    let message: String = answer.json()["message"].as_str().unwrap().to_owned();
    settled(house, &message).await;
    let filter = DeliveryFilter { message: message.parse().ok(), ..DeliveryFilter::default() };
    let delivery = house.store.deliveries(house.app.id, &filter, 1).await.unwrap().remove(0);
    let at = Timestamp(delivery.decided_at.0 + 1);
    let update = DeliveryUpdate {
        id: delivery.id,
        state: DeliveryState::Rejected,
        reason: Reason::MISCONFIGURED,
        due_at: at,
        attempt: Some(Attempt {
            at,
            took_ms: 9,
            verdict: "misconfigured".to_owned(),
            http_status: 200,
            code: "21301".to_owned(),
            text: "auth failed".to_owned(),
        }),
        vendor_message_id: None,
        at,
    };
    house.store.commit(vec![Op::Update(update)]).await.unwrap();
    delivery.id.0
}

fn ids(answer: &Value) -> Vec<i64> {
    let letters = answer["dead_letters"].as_array().unwrap();
    letters.iter().map(|letter| letter["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn dead_letters_are_listed_with_what_the_vendor_said_and_what_to_do() {
    let house = House::new().await;
    let certificate = house.certificate("xiaomi").await;
    let push_id = bound(&house, certificate).await;
    let chat = refused(&house, &push_id, "chat").await;
    let advert = refused(&house, &push_id, "marketing").await;
    let all = house.get("/v1/dead-letters").await.json();
    assert_eq!(ids(&all), [advert, chat]);
    let letter = &all["dead_letters"][1];
    assert_eq!((letter["vendor"].as_str(), letter["class"].as_str()), (Some("xiaomi"), Some("chat")));
    assert_eq!(letter["reason"]["name"], "misconfigured");
    assert_eq!((&letter["last_try"]["code"], letter["tries"].as_u64()), (&json!("21301"), Some(1)));
    for words in ["/last_try/meaning/en", "/last_try/meaning/zh", "/last_try/todo/en", "/reason/hint_zh"] {
        assert!(
            letter.pointer(words).and_then(Value::as_str).is_some_and(|text| !text.is_empty()),
            "{words}"
        );
    }
    for (query, expected) in [
        ("class=marketing", vec![advert]),
        ("vendor=xiaomi&code=21301&limit=1", vec![advert]),
        ("vendor=oppo", vec![]),
        ("reason=quota_used_up", vec![]),
        ("reason=misconfigured&from=1", vec![advert, chat]),
        ("to=1", vec![]),
    ] {
        assert_eq!(ids(&house.get(&format!("/v1/dead-letters?{query}")).await.json()), expected, "{query}");
    }
    let next = house.get("/v1/dead-letters?limit=1").await.json()["next"].as_i64().unwrap();
    assert_eq!(ids(&house.get(&format!("/v1/dead-letters?before={next}")).await.json()), [chat]);
    assert_eq!(house.get("/v1/dead-letters?reason=fetched").await.refusal(), (422, "invalid".to_owned()));
    let foreign = house.foreign(Method::GET, "/v1/dead-letters", Value::Null).await;
    assert!(ids(&foreign.json()).is_empty());
}

#[tokio::test]
async fn what_is_put_back_is_queued_again_and_what_the_rules_keep_is_told() {
    let house = House::new().await;
    let certificate = house.certificate("xiaomi").await;
    let (stays, goes) = (bound(&house, certificate).await, bound(&house, certificate).await);
    let off = refused(&house, &stays, "chat").await;
    let on = refused(&house, &goes, "chat").await;
    house.put(&format!("/v1/devices/{stays}/push"), json!({ "on": false })).await;
    let dry = house.post("/v1/dead-letters/requeue", json!({ "dry_run": true })).await.json();
    assert_eq!((dry["matched"].as_u64(), dry["requeued"].as_u64()), (Some(2), Some(1)), "{dry}");
    assert_eq!(ids(&house.get("/v1/dead-letters").await.json()), [on, off], "a dry run changes nothing");
    let body = json!({ "filter": { "vendor": "xiaomi", "reason": "misconfigured" } });
    let report = house.post("/v1/dead-letters/requeue", body).await.json();
    assert_eq!((report["requeued"].as_u64(), report["changed"].as_u64()), (Some(1), Some(0)), "{report}");
    assert_eq!(report["kept"][0]["reason"]["name"], "push_switched_off");
    assert_eq!(report["kept"][0]["count"], 1);
    assert_eq!(ids(&house.get("/v1/dead-letters").await.json()), [off]);
    let again = house.store.delivery(model::DeliveryId(on)).await.unwrap().unwrap();
    assert_eq!(again.state, DeliveryState::Queued);
    assert_eq!(again.attempts.last().unwrap().verdict, "requeued");
    let none = house.post("/v1/dead-letters/requeue", json!({ "ids": [on, 99_999] })).await.json();
    assert_eq!(none["matched"], 0, "what is queued is no dead letter");
}

#[tokio::test]
async fn a_dead_letter_whose_lifetime_is_over_goes_back_only_with_a_new_one() {
    let house = House::new().await;
    let certificate = house.certificate("xiaomi").await;
    let push_id = bound(&house, certificate).await;
    let push = json!({ "to": { "push_id": push_id }, "push": { "title": "hello", "lifetime_ms": 1 } });
    let answer = house.post("/v1/pushes", push).await;
    let message: String = answer.json()["message"].as_str().unwrap().to_owned();
    settled(&house, &message).await;
    let filter = DeliveryFilter { message: message.parse().ok(), ..DeliveryFilter::default() };
    let delivery = house.store.deliveries(house.app.id, &filter, 1).await.unwrap().remove(0);
    if delivery.state == DeliveryState::Skipped {
        // It was over before it was decided, and so it is no dead letter.
        return;
    }
    let at = Timestamp(delivery.decided_at.0 + 1);
    let update = DeliveryUpdate {
        id: delivery.id,
        state: DeliveryState::Dropped,
        reason: Reason::EXPIRED_IN_QUEUE,
        due_at: at,
        attempt: None,
        vendor_message_id: None,
        at,
    };
    house.store.commit(vec![Op::Update(update)]).await.unwrap();
    let report = house.post("/v1/dead-letters/requeue", json!({})).await.json();
    assert_eq!(report["kept"][0]["reason"]["name"], "message_expired", "{report}");
    let report = house.post("/v1/dead-letters/requeue", json!({ "lifetime_ms": 60_000 })).await.json();
    assert_eq!(report["requeued"], 1, "{report}");
    for wrong in [0, 8 * 24 * 3_600_000_i64] {
        let answer = house.post("/v1/dead-letters/requeue", json!({ "lifetime_ms": wrong })).await;
        assert_eq!(answer.refusal(), (422, "invalid".to_owned()));
    }
}

#[tokio::test]
async fn putting_back_and_releasing_a_brake_need_the_right_to_manage() {
    let house = House::new().await;
    let certificate = house.certificate("xiaomi").await;
    let key = format!("Bearer {}", house.key_with(vec![Scope::Read]).await);
    let headers = [("authorization", key.as_str())];
    let requeue = house.raw(Method::POST, "/v1/dead-letters/requeue", &headers, "{}").await;
    assert_eq!(requeue.refusal(), (403, "forbidden".to_owned()));
    let brake = format!("/v1/lanes/{certificate}/brake");
    assert_eq!(
        house.raw(Method::DELETE, &brake, &headers, "").await.refusal(),
        (403, "forbidden".to_owned())
    );
    assert_eq!(house.raw(Method::GET, "/v1/dead-letters", &headers, "").await.status, 200);
    assert_eq!(house.delete(&brake).await.status, 204);
    let foreign = house.foreign(Method::DELETE, &brake, Value::Null).await;
    assert_eq!(foreign.refusal(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn a_lane_shows_rate_breaker_brake_backlog_and_amounts() {
    let house = House::new().await;
    let certificate = house.certificate("xiaomi").await;
    let push_id = bound(&house, certificate).await;
    let push = json!({ "to": { "push_id": push_id }, "push": { "title": "hello", "class": "marketing" } });
    assert!(house.post("/v1/pushes", push).await.status.is_success());
    let mut feed = house.store.feed().subscribe();
    let lane = loop {
        let answer = house.get("/v1/lanes").await.json();
        let lane = answer["lanes"][0].clone();
        if lane["amounts"].as_array().is_some_and(|amounts| !amounts.is_empty())
            && lane["backlog"]["by_class"]["marketing"] == 1
        {
            break lane;
        }
        let _ = tokio::time::timeout(std::time::Duration::from_millis(20), feed.recv()).await;
    };
    assert_eq!((lane["certificate"].as_u64(), lane["vendor"].as_str()), (Some(certificate), Some("xiaomi")));
    assert_eq!(lane["rate"], json!({ "per_second": 500, "counts": "targets" }));
    assert!(["closed", "open", "half_open"].contains(&lane["breaker"]["state"].as_str().unwrap()));
    assert_eq!(lane["brake"], json!({ "dead": 0, "seen": 0 }));
    let kinds: Vec<&str> =
        lane["amounts"].as_array().unwrap().iter().map(|amount| amount["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["default", "public", "private"]);
    assert_eq!(lane["amounts"][1]["at_least"], 10_000);
}
