//! A console with something on every page: people with names, a group, settings of every kind, pushes through every
//! vendor, and some that went wrong.

use http::Method;
use serde_json::{Value, json};

use crate::{backend::Backend, page::Page, stage::Stage};

/// Who carries which phone, and what they are called.
const PEOPLE: [(&str, &str); 11] = [
    ("ann", "Ann Carter"),
    ("bo", "王波"),
    ("chen", "陈晨"),
    ("gu", "顾一凡"),
    ("he", "何小满"),
    ("lin", "林岚"),
    ("mei", "梅雪"),
    ("ou", "欧阳静"),
    ("wang", "汪洋"),
    ("wei", "魏子谦"),
    ("zhou", "周明"),
];
/// A password long enough for anybody.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// What there is to look at.
pub(crate) struct Furnished {
    /// A message to the group, pushed through every vendor.
    pub(crate) message: String,
    /// A message that a vendor refused.
    pub(crate) refused: String,
    /// The Push ID of bo's phone.
    pub(crate) push_id: String,
    /// The link of somebody who is invited and has not come.
    pub(crate) invitation: String,
    /// Hears what the webhook tells.
    _backend: Backend,
}

/// Furnishes a stage with all phones. The page is at the Device Lab before and after.
pub(crate) async fn furnish(stage: &Stage) -> Furnished {
    for (user, name) in PEOPLE {
        change(stage, Method::PATCH, &format!("/v1/users/{user}"), &json!({ "name": name })).await;
    }
    let backend = Backend::open().await;
    settings(stage, &backend).await;
    let invitation = invite(&stage.page, "li.na", "李娜").await;
    everybody_away(stage).await;
    let message = pushes(stage).await;
    let refused = refused(stage).await;
    let devices: Value = stage.api.get("/v1/users/bo/devices").await.unwrap();
    let push_id = devices["devices"][0]["push_id"].as_str().unwrap().to_owned();
    Furnished { message, refused, push_id, invitation, _backend: backend }
}

/// A group, a resource, a webhook, a key, a do-not-disturb.
async fn settings(stage: &Stage, backend: &Backend) {
    let members: Vec<&str> = PEOPLE.iter().map(|(user, _)| *user).filter(|user| *user != "zhou").collect();
    let group = json!({ "id": "weekend-hike", "name": "周末爬山 🏔", "owner": "zhou", "members": members });
    let _: Value = stage.api.post("/v1/groups", &group).await.unwrap();
    let vendors = json!({
        "xiaomi": { "style": { "channel": "calls", "sound": "ringing" } },
        "oppo": { "style": { "channel": "calls" } },
        "apns": { "style": { "sound": "ringing.caf" } },
    });
    change(stage, Method::PUT, "/v1/resources/calls", &json!({ "vendors": vendors })).await;
    let webhook = json!({ "url": backend.url(), "events": ["message", "delivery", "token"] });
    let _: Value = stage.api.post("/v1/webhooks", &webhook).await.unwrap();
    let key = json!({ "name": "order service", "scopes": ["send"] });
    let _: Value = stage.api.post("/v1/keys", &key).await.unwrap();
    let quiet = json!({ "from_minute": 1320, "to_minute": 420, "time_zone": "Asia/Shanghai", "effect": "hide_details" });
    let own =
        json!({ "do_not_disturb": quiet, "multi_end": [{ "online": ["desktop"], "silence": ["mobile"] }] });
    change(stage, Method::PUT, "/v1/users/lin/settings", &own).await;
}

/// Invites somebody as an operator of the instance, and answers the link.
pub(crate) async fn invite(page: &Page, name: &str, display_name: &str) -> String {
    page.click("nav-operators").await;
    page.fill("invite-name", name).await;
    page.fill("invite-display-name", display_name).await;
    page.click("invite-role-operator").await;
    page.click("invite-button").await;
    page.see("made-link").await;
    let link = page.text("made-link-url").await;
    page.click("nav-lab").await;
    page.see("handsets").await;
    link
}

/// Every app is swiped away, and the server has noticed.
async fn everybody_away(stage: &Stage) {
    for (user, _) in PEOPLE.iter().filter(|(user, _)| *user != "zhou") {
        stage.server_sees(user, "online-foreground").await;
    }
    stage.page.click("all-kill").await;
    for (user, _) in PEOPLE.iter().filter(|(user, _)| *user != "zhou") {
        stage.server_sees(user, "disconnected").await;
    }
}

/// A message to everybody, and some to one; answers the first.
async fn pushes(stage: &Stage) -> String {
    let text = |text: &str| json!({ "type": "text", "text": text });
    let body = text("周六早上七点,北门集合。记得带水和外套 🧥");
    let group = json!({ "from": "zhou", "to": { "group": "weekend-hike" }, "body": body });
    let message = stage.send(&group).await;
    stage.see_ended(&message).await;
    for (from, to, words, class) in [
        ("ann", "bo", "See you at the station at six", "chat"),
        ("bo", "ann", "晚饭吃什么?🍜", "chat"),
        ("chen", "ou", "合同已签好,明天寄出", "system"),
        // By FCM: vivo takes marketing from 7:00 to 23:00 only.
        ("zhou", "gu", "Tickets for Saturday are half price until noon", "marketing"),
    ] {
        let push = json!({ "class": class, "ext": "{\"room\":7}" });
        let sent = stage.send(&json!({ "from": from, "to": to, "body": text(words), "push": push })).await;
        stage.see_ended(&sent).await;
    }
    message
}

/// A push that the vendor refuses for the certificate's sake, and one whose token is dead.
async fn refused(stage: &Stage) -> String {
    stage.let_fail("xiaomi", &json!({ "fail": { "times": 1, "code": "21301" } })).await;
    let body = json!({ "type": "text", "text": "你的快递已放在前台" });
    let sent = stage.send(&json!({ "from": "mei", "to": "bo", "body": body })).await;
    stage.see_ended(&sent).await;
    stage.let_fail("xiaomi", &json!({})).await;
    let _: Value = stage.vendors.post("/phones/iphone-16/invalidate-token", &json!({})).await.unwrap();
    let body = json!({ "type": "text", "text": "Are you still coming?" });
    let dead = stage.send(&json!({ "from": "gu", "to": "ann", "body": body })).await;
    stage.see_ended(&dead).await;
    sent
}

async fn change(stage: &Stage, method: Method, path: &str, body: &Value) {
    let answer = stage.api.call(method, path, body).await.unwrap();
    assert!(answer.status < 300, "{path}: {} {}", answer.status, answer.json);
}
