//! The push test tool: what it finds, what it says of a device, and what it sends.

use model::{Addressee, ConsoleGrants, ConsoleRole, PushId};
use serde_json::{Value, json};
use store::AuditFilter;
use uuid::Uuid;

use crate::{
    browser::{Browser, location, operator},
    house::House,
    phone::Phone,
};

/// A device without a user; its Push ID.
async fn device(house: &House, report: Value) -> String {
    let made = house.post("/v1/devices", json!({ "device": Uuid::new_v4(), "report": report })).await.json();
    made["push_id"].as_str().unwrap().to_owned()
}

async fn bind(house: &House, push_id: &str, certificate: u64) {
    let binding = json!({ "certificate": certificate, "token": format!("regid-{push_id}") });
    let answer = house.post(&format!("/v1/devices/{push_id}/binding"), binding).await;
    assert!(answer.status.is_success(), "{}", answer.text);
}

fn xiaomi() -> Value {
    json!({ "brand": "xiaomi", "model": "Xiaomi 14", "platform": "android", "package": "com.example.im",
        "notifications": "allowed" })
}

/// What the page says of one look.
fn outcome(page: &str, check: &str) -> String {
    let (_, rest) = page.split_once(&format!("data-test=\"check-{check}\"")).expect("the look is there");
    let (_, rest) = rest.split_once("data-test=\"outcome\">").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn j1_a_device_is_found_by_user_device_or_push_id_and_its_state_is_told() {
    let house = House::new().await;
    let certificate = house.certificate("xiaomi").await;
    let push_id = device(&house, xiaomi()).await;
    bind(&house, &push_id, certificate).await;
    let browser = Browser::signed_in(&house).await;
    let by_push_id = format!("/console/test?push_id={push_id}");
    let page = browser.get(&by_push_id).await;
    assert_eq!(page.status, 200);
    for words in ["Device state normal", "Xiaomi 14", &push_id, "A push would go out"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert_eq!(outcome(&page.text, "token"), "good");
    assert_eq!(outcome(&page.text, "last_push"), "not known");
    let zh = browser.get_as(&by_push_id, "zh").await;
    assert!(zh.text.contains("设备状态正常") && zh.text.contains("通知权限"), "{}", zh.text);

    let record = house.store.device_by_push_id(house.app.id, PushId(push_id.parse().unwrap())).await;
    let id = record.unwrap().unwrap().device.id;
    assert!(browser.get(&format!("/console/test?device={id}")).await.text.contains(&push_id));
    for (asked, test) in [
        ("", "pick-one"),
        ("?user=nobody", "unknown-device"),
        ("?push_id=no-uuid", "no-id"),
        ("?push_id=0b0b0b0b-0b0b-0b0b-0b0b-0b0b0b0b0b0b", "unknown-device"),
    ] {
        let page = browser.get(&format!("/console/test{asked}")).await;
        assert!(page.text.contains(&format!("data-test=\"{test}\"")), "{asked}: {}", page.text);
    }
}

#[tokio::test]
async fn j1_j3_a_device_without_a_token_is_abnormal_and_says_what_to_mend() {
    let house = House::new().await;
    let report = json!({ "brand": "oppo", "platform": "android", "notifications": "off",
        "registration_error": "-1 <b>no</b>" });
    let push_id = device(&house, report).await;
    let browser = Browser::signed_in(&house).await;
    let page = browser.get(&format!("/console/test?push_id={push_id}")).await.text;
    assert!(page.contains("Device state abnormal"), "{page}");
    for check in ["certificate", "registration", "token", "notifications"] {
        assert_eq!(outcome(&page, check), "to mend", "{check}");
    }
    let told = house.get(&format!("/v1/devices/{push_id}/checkup")).await.json();
    assert_eq!(told["device_state"], "abnormal");
    assert_eq!(
        (&told["checks"][0]["name"], &told["checks"][0]["outcome"]),
        (&json!("certificate"), &json!("fail"))
    );
    assert!(!told["checks"][0]["fix"]["zh"].as_str().unwrap().is_empty());
    assert!(page.contains("OPPO installs apps with notifications off"), "{page}");
    assert!(!page.contains("<b>no</b>"), "{page}");
}

#[tokio::test]
async fn j1_a_users_newest_device_is_shown_and_a_user_without_one_is_told_so() {
    let house = House::new().await;
    house.users(&["bo"]).await;
    let browser = Browser::signed_in(&house).await;
    let none = browser.get("/console/test?user=bo").await.text;
    assert!(none.contains("This user has no device"), "{none}");
    let phone = Phone::online(&house, "ann").await;
    let page = browser.get("/console/test?user=ann&kind=message&class=chat").await.text;
    assert!(page.contains("data-test=\"device-user\">ann<"), "{page}");
    assert_eq!(outcome(&page, "login"), "good");
    assert!(page.contains("Close the app, wait a minute"), "{page}");
    drop(phone);
}

#[tokio::test]
async fn j2_a_test_push_goes_to_the_device_alone_and_is_recorded() {
    let house = House::new().await;
    let certificate = house.certificate("xiaomi").await;
    let push_id = device(&house, xiaomi()).await;
    bind(&house, &push_id, certificate).await;
    let browser = Browser::signed_in(&house).await;
    let typed =
        [("push_id", push_id.as_str()), ("class", "system"), ("title", "试"), ("body", "晚饭"), ("ext", "e")];
    let sent = browser.post("/console/test", &typed).await;
    let to = location(&sent).to_owned();
    assert!(to.starts_with(&format!("/console/test?push_id={push_id}&class=system&message=")), "{to}");
    let message = house.store.recent_messages(house.app.id, 1).await.unwrap().remove(0);
    assert_eq!(message.addressee, Addressee::PushId(PushId(push_id.parse().unwrap())));
    let push = message.push.unwrap();
    assert_eq!((push.title.as_deref(), push.body.as_deref()), (Some("试"), Some("晚饭")));
    let page = browser.get(&to).await.text;
    assert!(page.contains("data-test=\"sent-headline\"") && page.contains("data-test=\"road\""), "{page}");
    let audit = house.store.audit(Some(house.app.id), &AuditFilter::default(), 9).await.unwrap();
    let entry = audit.iter().find(|entry| entry.action == "test_push").expect("it is recorded");
    assert!(entry.object.contains(&push_id) && !entry.detail.contains("晚饭"), "{entry:?}");
}

#[tokio::test]
async fn j2_what_is_wrong_with_a_test_push_stands_at_its_field_and_sends_nothing() {
    let house = House::new().await;
    let push_id = device(&house, xiaomi()).await;
    let browser = Browser::signed_in(&house).await;
    let long = "题".repeat(257);
    let typed = [("push_id", push_id.as_str()), ("title", &long), ("body", " "), ("ext", "kept \"ext\"")];
    let refused = browser.post("/console/test", &typed).await;
    assert_eq!(refused.status, 422);
    for words in
        ["data-test=\"error-title\">at most 256", "data-test=\"error-body\">must not", "kept &#34;ext&#34;"]
    {
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }
    assert!(refused.text.contains(&long), "what was typed is kept");
    let unknown = [("push_id", "0b0b0b0b-0b0b-0b0b-0b0b-0b0b0b0b0b0b"), ("body", "x")];
    assert_eq!(browser.post("/console/test", &unknown).await.status, 404);
    assert!(house.store.recent_messages(house.app.id, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_viewer_looks_at_a_device_and_sends_nothing_to_it() {
    let house = House::new().await;
    let push_id = device(&house, xiaomi()).await;
    operator(&house, "vera", ConsoleGrants::in_app(house.app.id, ConsoleRole::Viewer)).await;
    let viewer = Browser::with_password(&house, "vera").await;
    let page = viewer.get(&format!("/console/test?push_id={push_id}")).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("id=\"test-send\" data-test=\"test-send\" disabled"), "{}", page.text);
    let sent = viewer.post("/console/test", &[("push_id", push_id.as_str()), ("body", "x")]).await;
    assert_eq!(sent.status, 403);
    assert!(house.store.recent_messages(house.app.id, 9).await.unwrap().is_empty());
}
