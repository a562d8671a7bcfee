//! The Device Lab with more than two phones: shelf, calls, group, faults. The simulator is a stand-in that writes down
//! what it is asked.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::{get, post},
};
use im::ImConfig;
use model::{AppPolicy, ConsoleGrants, ConsoleRole, Secret};
use serde_json::{Value, json};
use server::SimulatorAddress;
use tokio::net::TcpListener;

use crate::{
    browser::{Browser, location, operator},
    house::House,
};

type Asked = Arc<Mutex<Vec<(String, Value)>>>;

const LONG_NAME: &str = "a-phone-with-a-very-long-name-12";

fn handset(name: &str, vendor: &str, user: &str) -> Value {
    json!({
        "name": name, "brand": vendor, "model": "超长型号名称 Ultra 🎉", "vendor": vendor, "user": user,
        "app": "foreground", "locked": false, "network": true, "notifications": true, "logged_in": true,
        "connection": "live", "certificate": null, "token_short": "a…b", "token_alive": true, "badge": 2,
        "shade": [{ "id": 7, "title": "<i>hi</i>", "body": "there", "received_at": 0 }],
        "inbox": [{ "sender": "ann", "text": "<u>hello</u>", "received_at": 1 }],
        "last_tap": null, "push_on": true, "on_lock_screen": true,
    })
}

async fn list() -> Json<Value> {
    let handsets =
        [handset("x100", "vivo", "wei"), handset("mi-14", "xiaomi", "bo"), handset(LONG_NAME, "oppo", "ou")];
    Json(json!({ "handsets": handsets }))
}

async fn hosts() -> Json<Value> {
    Json(json!([
        { "name": "api.xmpush.xiaomi.com", "vendor": "xiaomi", "faults": { "throttle": true, "retry_after_s": 3 } },
        { "name": "api.push.oppomobile.com", "vendor": "oppo", "faults": {} },
    ]))
}

async fn write_down(
    State(asked): State<Asked>,
    Path((area, name)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Json<Value> {
    asked.lock().unwrap().push((format!("{area}/{name}"), body));
    Json(json!({}))
}

async fn house() -> (House, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Asked::default();
    let router = Router::new()
        .route("/handsets", get(list))
        .route("/hosts", get(hosts))
        .route("/{area}/{name}", post(write_down))
        .with_state(Arc::clone(&asked));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let simulator = SimulatorAddress { url, key: Secret::new("key".to_owned()) };
    let beside = |config: &mut server::ServerConfig| config.simulator = Some(simulator);
    (House::set_to(ImConfig::default(), AppPolicy::default(), beside).await, asked)
}

fn taken(asked: &Asked) -> Vec<(String, Value)> {
    std::mem::take(&mut *asked.lock().unwrap())
}

#[tokio::test]
async fn of_many_phones_one_is_large_and_the_others_stand_on_a_shelf() {
    let (house, _) = house().await;
    let browser = Browser::signed_in(&house).await;
    let first = browser.get("/console/lab").await.text;
    assert!(first.contains("id=\"handset-mi-14\""), "the vendors' order: {first}");
    assert!(!first.contains("id=\"handset-x100\"") && first.contains("data-test=\"shelf-x100\""), "{first}");
    let chosen = browser.get("/console/lab?phone=x100").await.text;
    assert!(chosen.contains("id=\"handset-x100\"") && !chosen.contains("id=\"handset-mi-14\""), "{chosen}");
    assert!(!chosen.contains("<i>hi</i>") && !chosen.contains("<u>hello</u>"), "{chosen}");
    let zh = browser.get_as("/console/lab", "zh").await.text;
    assert!(zh.contains("全部手机") && zh.contains("厂商故障模拟"), "{zh}");
}

#[tokio::test]
async fn what_is_done_to_a_phone_comes_back_to_the_same_phone() {
    let (house, asked) = house().await;
    let browser = Browser::signed_in(&house).await;
    let operate = async |fields: &[(&str, &str)]| {
        let mut form = vec![("phone", "x100")];
        form.extend(fields);
        location(&browser.post("/console/lab/handsets/x100", &form).await).to_owned()
    };
    assert_eq!(
        operate(&[("action", "say"), ("peer", "user:bo"), ("text", " hi ")]).await,
        "/console/lab?phone=x100"
    );
    let call = [("action", "call"), ("peer", "user:bo")];
    assert_eq!(operate(&call).await, "/console/lab?phone=x100");
    operate(&[("action", "lock-screen-off")]).await;
    operate(&[("action", "push-off")]).await;
    let done = taken(&asked);
    assert!(done.iter().all(|(path, _)| path == "handsets/x100"));
    assert_eq!(done[0].1, json!({ "operation": "send", "to": "bo", "text": "hi" }));
    let invite = &done[1].1;
    assert_eq!((&invite["operation"], &invite["action"]["users"]), (&json!("call"), &json!(["bo"])));
    assert_eq!(done[2].1, json!({ "operation": "display", "on_lock_screen": false }));
    assert_eq!(done[3].1, json!({ "operation": "push_switch", "on": false }));
    for (fields, refused) in [
        (vec![("action", "say"), ("peer", "user:bo"), ("text", "  ")], "no-text"),
        (vec![("action", "say"), ("peer", "nobody"), ("text", "x")], "nobody"),
        (vec![("action", "call"), ("peer", "user:wei")], "nobody"),
        (vec![("action", "accept-call")], "no-call"),
        (vec![("action", "fly")], "other"),
    ] {
        assert_eq!(operate(&fields).await, format!("/console/lab?phone=x100&refused={refused}"));
    }
    assert!(taken(&asked).is_empty());
}

#[tokio::test]
async fn a_call_rings_on_the_phone_it_is_for() {
    let (house, _) = house().await;
    house.users(&["bo", "wei", "ou"]).await;
    let call = uuid::Uuid::new_v4();
    let made = house.post("/v1/calls", json!({ "id": call, "caller": "bo", "users": ["wei"] })).await;
    assert!(made.status.is_success(), "{}", made.text);
    let browser = Browser::signed_in(&house).await;
    let callee = browser.get("/console/lab?phone=x100").await.text;
    assert!(callee.contains("data-test=\"accept-call-x100\""), "{callee}");
    assert!(callee.contains("bo is calling"), "{callee}");
    let caller = browser.get("/console/lab?phone=mi-14").await.text;
    assert!(caller.contains("data-test=\"cancel-call-mi-14\""), "{caller}");
}

#[tokio::test]
async fn all_phones_are_operated_at_once_and_made_into_a_group() {
    let (house, asked) = house().await;
    let browser = Browser::signed_in(&house).await;
    assert_eq!(location(&browser.post("/console/lab/all", &[("action", "kill")]).await), "/console/lab");
    let paths: Vec<String> = taken(&asked).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths.len(), 3, "{paths:?}");
    assert_eq!(browser.post("/console/lab/all", &[("action", "log-out")]).await.status, 404);

    house.users(&["bo", "wei", "ou"]).await;
    for _ in 0..2 {
        let made = browser.post("/console/lab/group", &[]).await;
        assert_eq!(location(&made), "/console/lab?group=lab");
    }
    let group = house.store.group(house.app.id, &"lab".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(group.members, 3);
    let page = browser.get("/console/lab?group=lab").await.text;
    assert!(page.contains("<option value=\"group\" selected>"), "{page}");
    let typed = [("from", "zhou"), ("whom", "group"), ("to", "lab"), ("text", "hello all")];
    assert_eq!(location(&browser.post("/console/lab/send", &typed).await), "/console/lab");
    let nowhere = [("from", "zhou"), ("whom", "group"), ("to", "nowhere"), ("text", "kept")];
    let refused = browser.post("/console/lab/send", &nowhere).await;
    assert!(refused.status == 422 && refused.text.contains("value=\"kept\""), "{}", refused.text);
}

#[tokio::test]
async fn a_switch_changes_its_own_fault_and_keeps_what_else_is_set() {
    let (house, asked) = house().await;
    let browser = Browser::signed_in(&house).await;
    let page = browser.get("/console/lab").await.text;
    assert!(page.contains("1 on") && page.contains("data-test=\"fault-xiaomi-quota\""), "{page}");
    let switch = async |vendor: &str, fault: &str| {
        browser.post("/console/lab/faults", &[("vendor", vendor), ("fault", fault)]).await
    };
    assert_eq!(location(&switch("xiaomi", "quota:on").await), "/console/lab");
    switch("xiaomi", "throttle:off").await;
    switch("", "reset").await;
    let done = taken(&asked);
    let on = json!({ "throttle": true, "retry_after_s": 3, "quota_used_up": true });
    assert_eq!(done[0], ("faults/xiaomi".to_owned(), on));
    assert_eq!(done[1], ("faults/xiaomi".to_owned(), json!({ "retry_after_s": 3 })));
    assert_eq!(done[2..], [("faults/xiaomi".to_owned(), json!({})), ("faults/oppo".to_owned(), json!({}))]);
    for (vendor, fault) in
        [("nobody", "quota:on"), ("vivo", "quota:on"), ("xiaomi", "fire:on"), ("xiaomi", "")]
    {
        assert_eq!(switch(vendor, fault).await.status, 404, "{vendor} {fault}");
    }
}

#[tokio::test]
async fn a_viewer_sees_phones_without_their_texts_and_switches_nothing() {
    let (house, asked) = house().await;
    operator(&house, "vera", ConsoleGrants::in_app(house.app.id, ConsoleRole::Viewer)).await;
    let viewer = Browser::with_password(&house, "vera").await;
    let page = viewer.get("/console/lab").await.text;
    assert!(!page.contains("there") && !page.contains("hello"), "{page}");
    for path in
        ["/console/lab/all", "/console/lab/group", "/console/lab/faults", "/console/lab/handsets/mi-14"]
    {
        let answer = viewer.post(path, &[("action", "kill"), ("fault", "reset")]).await;
        assert_eq!(answer.status, 403, "{path}");
    }
    assert!(taken(&asked).is_empty());
}
