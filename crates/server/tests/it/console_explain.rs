//! Explain's search, and the road and steps of what it finds.

use model::{Attempt, DeliveryState};
use rules::Reason;
use serde_json::json;
use store::{Change, DeliveryFilter, DeliveryUpdate, Op};
use uuid::Uuid;

use crate::{
    browser::Browser,
    house::{House, wait_for},
};

/// A push to a device that the vendor took under this id; its message and Push ID.
async fn accepted(house: &House, vendor_id: &str) -> (String, String) {
    let certificate = house.certificate(&format!("xiaomi {vendor_id}")).await;
    let made = house.post("/v1/devices", json!({ "device": Uuid::new_v4() })).await.json();
    let push_id = made["push_id"].as_str().unwrap().to_owned();
    let binding = json!({ "certificate": certificate, "token": format!("regid-{push_id}") });
    assert!(house.post(&format!("/v1/devices/{push_id}/binding"), binding).await.status.is_success());
    let push = json!({ "to": { "push_id": push_id }, "push": { "title": "hello" } });
    let message = house.post("/v1/pushes", push).await.json()["message"].as_str().unwrap().to_owned();
    let (mut feed, id) = (house.store.feed().subscribe(), message.parse().unwrap());
    while house.store.fanout(house.app.id, id).await.unwrap().is_some() {
        wait_for(&mut feed, |change| matches!(change, Change::Settled(_, settled) if *settled == id)).await;
    }
    let filter = DeliveryFilter { message: message.parse().ok(), ..DeliveryFilter::default() };
    let delivery = house.store.deliveries(house.app.id, &filter, 1).await.unwrap().remove(0);
    let at = delivery.decided_at.plus_ms(40);
    let update = DeliveryUpdate {
        id: delivery.id,
        state: DeliveryState::Accepted,
        reason: Reason::PUSH_DISCONNECTED,
        due_at: at,
        attempt: Some(Attempt {
            at,
            took_ms: 30,
            verdict: "accepted".to_owned(),
            http_status: 200,
            code: "0".to_owned(),
            text: "<b>taken</b>".to_owned(),
        }),
        vendor_message_id: Some(vendor_id.to_owned()),
        at,
    };
    house.store.commit(vec![Op::Update(update)]).await.unwrap();
    (message, push_id)
}

#[tokio::test]
async fn a_delivery_is_found_by_device_push_id_vendors_id_and_user() {
    let house = House::new().await;
    let (message, push_id) = accepted(&house, "Xm-1").await;
    let (other, _) = accepted(&house, "Xm-2").await;
    let browser = Browser::signed_in(&house).await;
    let found = async |by: &str, sought: &str| {
        browser.get(&format!("/console/explain?by={by}&q={sought}")).await.text
    };
    for (by, sought) in [("device", push_id.as_str()), ("vendor-id", "Xm-1")] {
        let page = found(by, sought).await;
        assert!(page.contains(&format!("message={message}")), "{by}: {page}");
        assert!(!page.contains(&other), "{by}: {page}");
    }
    let by_message = found("message", &message).await;
    assert!(by_message.contains("data-test=\"headline\""), "{by_message}");
    for (by, sought) in [("vendor-id", "Xm-3"), ("user", "nobody"), ("device", "no-uuid"), ("user", "%20")] {
        assert!(!found(by, sought).await.contains("data-test=\"found\""), "{by} {sought}");
    }
    house.users(&["bo"]).await;
    let to_bo = house.send("ann", "bo", "hello").await;
    house.explained(&to_bo, "bo").await;
    let of_user = found("user", "bo").await;
    assert!(
        of_user.contains(&format!("message={to_bo}&amp;user=bo")) || of_user.contains(&to_bo),
        "{of_user}"
    );
    let zh = browser.get_as("/console/explain?by=vendor-id&q=Xm-3", "zh").await.text;
    assert!(zh.contains("厂商消息 ID"), "{zh}");
}

#[tokio::test]
async fn an_explanation_has_one_axis_of_time_and_an_address_to_share() {
    let house = House::new().await;
    let (message, push_id) = accepted(&house, "Xm-1").await;
    let browser = Browser::signed_in(&house).await;
    let list = browser.get(&format!("/console/explain?by=device&q={push_id}")).await.text;
    let (_, rest) = list.split_once("<li><a href=\"").expect("something was found");
    let (_, rest) = rest.split_once("/console/explain?by=device").unwrap();
    let href = rest.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
    let page = browser.get(&format!("/console/explain?by=device{href}")).await.text;
    let order: Vec<usize> = ["step-accepted", "ruling", "attempt", "mark-"]
        .iter()
        .filter_map(|name| page.find(&format!("data-test=\"{name}")))
        .collect();
    assert!(order.len() >= 3 && order.is_sorted(), "{page}");
    assert!(page.contains("data-test=\"stop-vendor\"") && page.contains("+"), "{page}");
    assert!(page.contains(&format!("href=\"/console/explain?message={message}&#38;device=")), "{page}");
    assert!(!page.contains("<b>taken</b>"), "{page}");

    let link = format!("/console/explain?message={message}");
    let headers = [("accept-language", "en")];
    let closed = house.raw(http::Method::GET, &link, &headers, "").await;
    assert_eq!(closed.status, 401);
}
