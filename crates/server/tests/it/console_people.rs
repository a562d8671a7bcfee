//! Users, devices and groups in the console: found, shown, and what an operator does to them.

use model::{ConsoleRole, SessionState, UserId};
use serde_json::json;

use crate::{
    browser::{location, somebody},
    house::House,
    phone::Phone,
};

fn count(text: &str, test: &str) -> usize {
    text.matches(&format!("data-test=\"{test}\"")).count()
}

/// A device without a user, bound to the certificate; its Push ID.
async fn bound(house: &House, certificate: u64, report: serde_json::Value) -> String {
    let device = uuid::Uuid::new_v4();
    let made = house.post("/v1/devices", json!({ "device": device, "report": report })).await.json();
    let push_id = made["push_id"].as_str().unwrap().to_owned();
    let binding = json!({ "certificate": certificate, "token": format!("regid-{device}-tail42") });
    let answer = house.post(&format!("/v1/devices/{push_id}/binding"), binding).await;
    assert!(answer.status.is_success(), "{}", answer.text);
    push_id
}

#[tokio::test]
async fn users_are_found_by_the_beginning_of_their_id_page_by_page() {
    let house = House::new().await;
    let names: Vec<String> = (0..70).map(|number| format!("bo-{number:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).chain(["ann", "bo", "BO-00"]).collect();
    house.users(&names).await;
    let browser = somebody(&house, ConsoleRole::Viewer).await;
    let first = browser.get("/console/users?q=bo").await.text;
    assert_eq!(count(&first, "user"), 50);
    assert!(first.contains(">bo</a>") && !first.contains(">ann</a>") && !first.contains("BO-00"));
    assert!(first.contains("never logged in"));
    let second = browser.get("/console/users?q=bo&after=bo-48").await.text;
    assert_eq!(count(&second, "user"), 21);
    assert!(second.contains("data-test=\"newest\"") && !second.contains("data-test=\"older\""));
    assert!(first.contains("/console/users?q=bo&#38;after=bo-48"), "{first}");
    let none = browser.get("/console/users?q=nobody").await.text;
    assert!(none.contains("data-test=\"no-match\""));
    let zh = browser.get_as("/console/users", "zh").await.text;
    assert!(zh.contains("用户与设备") && zh.contains("从未登录"));
    assert_eq!(browser.get("/console/users/user?id=nobody").await.status, 404);
}

#[tokio::test]
async fn a_users_page_shows_what_decides_about_pushes() {
    let house = House::new().await;
    let certificate = house.certificate("mine").await;
    let mut phone = Phone::online(&house, "bo").await;
    phone.bind(certificate, "token-of-bo").await;
    let settings = json!({
        "do_not_disturb": { "from_minute": 1320, "to_minute": 420, "time_zone": "Asia/Shanghai" },
        "multi_end": [{ "online": ["desktop"], "silence": ["mobile"] }],
    });
    assert!(house.put("/v1/users/bo/settings", settings).await.status.is_success());
    house.send("ann", "bo", "nobody reads this here").await;
    let mute = house.put("/v1/users/bo/conversations/p:ann:bo/mute", json!({ "mute": "all" })).await;
    assert!(mute.status.is_success(), "{}", mute.text);
    let browser = somebody(&house, ConsoleRole::Viewer).await;
    let shown = browser.get("/console/users/user?id=bo").await.text;
    for part in [
        "on screen",
        "22:00 – 07:00 · Asia/Shanghai · no push",
        "Once on computer, no push to phone",
        "p:ann:bo · no push",
        "/console/test?user=bo",
        "/console/deliveries?user=bo",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("nobody reads this here"));
    assert!(shown.contains("data-test=\"kick\" disabled title=\"Your role"), "a viewer changes nothing");
    let zh = browser.get_as("/console/users/user?id=bo", "zh").await.text;
    assert!(zh.contains("前台在线") && zh.contains("免打扰时段") && zh.contains("不推送"));
}

#[tokio::test]
async fn a_push_id_leads_to_its_device_and_shows_only_the_tail_of_its_token() {
    let house = House::new().await;
    let certificate = house.certificate("mine").await;
    let report = json!({ "brand": "xiaomi", "model": "14", "os_version": "15", "notifications": "off",
        "registration_error": "ERR_70000001", "package": "com.example.im", "sdk_version": "1.2" });
    let push_id = bound(&house, certificate, report).await;
    let browser = somebody(&house, ConsoleRole::Operator).await;
    let found = browser.get(&format!("/console/users?q={push_id}")).await;
    let page = format!("/console/users/device?id={push_id}");
    assert_eq!(location(&found), page);
    let shown = browser.get(&page).await.text;
    for part in ["xiaomi 14", "notifications off", "ERR_70000001", "com.example.im", "mine", "tail42"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("regid-"), "a token is never shown whole");

    let off = browser.post("/console/users/switch-device", &[("device", &push_id), ("on", "no")]).await;
    assert_eq!(location(&off), format!("{page}&said=push-off"));
    assert_eq!(house.get(&format!("/v1/devices/{push_id}")).await.json()["push_on"], false);
    let shown = browser.get(&page).await.text;
    assert!(shown.contains("data-test=\"push-is-off\"") && shown.contains("Switch pushes on"));
    let id = certificate.to_string();
    let unbound = browser.post("/console/users/unbind", &[("device", &push_id), ("certificate", &id)]).await;
    assert_eq!(location(&unbound), format!("{page}&said=unbound"));
    let device = house.get(&format!("/v1/devices/{push_id}")).await.json();
    assert_eq!(device["bindings"][0]["why"], "unbound");
    assert!(browser.get(&page).await.text.contains("Unbound by the device"));
    let again = browser.post("/console/users/unbind", &[("device", &push_id), ("certificate", &id)]).await;
    assert_eq!(again.status, 404);
}

#[tokio::test]
async fn an_operator_kicks_logs_out_and_switches_pushes() {
    let house = House::new().await;
    let certificate = house.certificate("mine").await;
    let mut phone = Phone::online(&house, "bo").await;
    phone.bind(certificate, "token-of-bo").await;
    let bo = UserId::new("bo").unwrap();
    let device = house.store.sessions(house.app.id, &bo).await.unwrap()[0].device;
    let state = async || house.store.sessions(house.app.id, &bo).await.unwrap()[0].state;
    let push_id = house.store.device(house.app.id, device).await.unwrap().unwrap().device.push_id.to_string();
    let browser = somebody(&house, ConsoleRole::Operator).await;
    let off = browser.post("/console/users/switch", &[("user", "bo"), ("on", "no")]).await;
    assert_eq!(location(&off), "/console/users/user?id=bo&said=push-off");
    assert!(house.store.device(house.app.id, device).await.unwrap().unwrap().device.push_off_at.is_some());
    let kicked = browser.post("/console/users/kick-device", &[("user", "bo"), ("device", &push_id)]).await;
    assert_eq!(location(&kicked), "/console/users/user?id=bo&said=device-kicked");
    assert_eq!(state().await, SessionState::Kicked);
    let mut again = Phone { device, ..Phone::connect(&house).await };
    again.log_in(&house, "bo").await;
    again.bind(certificate, "token-of-bo").await;
    let out = browser.post("/console/users/logout", &[("user", "bo")]).await;
    assert_eq!(location(&out), "/console/users/user?id=bo&said=logged-out");
    assert_eq!(state().await, SessionState::LoggedOut);
    let shown = browser.get("/console/users/user?id=bo&said=logged-out").await.text;
    assert!(shown.contains("logged out everywhere") && shown.contains("Cleared with the logout"), "{shown}");
    for path in ["kick", "logout", "switch", "delete"] {
        let answer = browser.post(&format!("/console/users/{path}"), &[("user", "nobody")]).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    let audit = browser.get("/console/audit?what=kick_device").await.text;
    assert!(audit.contains(&format!("user bo, device {device}")), "{audit}");
}

#[tokio::test]
async fn a_user_is_deleted_only_by_whoever_types_the_id() {
    let house = House::new().await;
    house.users(&["bo"]).await;
    let viewer = somebody(&house, ConsoleRole::Viewer).await;
    let browser = somebody(&house, ConsoleRole::Operator).await;
    let refused = viewer.post("/console/users/delete", &[("user", "bo"), ("confirm", "bo")]).await;
    assert_eq!(refused.status, 403);
    let wrong = browser.post("/console/users/delete", &[("user", "bo"), ("confirm", "Bo")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("data-test=\"error-confirm\"") && wrong.text.contains("value=\"Bo\""));
    assert_eq!(house.get("/v1/users/bo").await.status, 200);
    let gone = browser.post("/console/users/delete", &[("user", "bo"), ("confirm", "bo")]).await;
    assert_eq!(location(&gone), "/console/users?said=deleted");
    assert_eq!(house.get("/v1/users/bo").await.status, 404);
}

#[tokio::test]
async fn a_group_is_found_shown_muted_and_dismissed() {
    let house = House::new().await;
    let members: Vec<String> = (0..60).map(|number| format!("m-{number:02}")).collect();
    let everybody: Vec<&str> = ["ann"].into_iter().chain(members.iter().map(String::as_str)).collect();
    house.users(&everybody).await;
    house.group("team", &everybody).await;
    house.group("other", &["ann"]).await;
    let body =
        json!({ "from": "ann", "to": { "group": "team" }, "body": { "type": "text", "text": "the plan" } });
    let sent = house.post("/v1/messages", body).await;
    assert!(sent.status.is_success(), "{}", sent.text);
    let browser = somebody(&house, ConsoleRole::Operator).await;
    let by_id = browser.get("/console/groups?q=te").await.text;
    assert!(count(&by_id, "group") == 1 && by_id.contains("team") && !by_id.contains("other"));
    let by_name = browser.get("/console/groups?by=name&q=%E5%9B%A2").await.text;
    assert_eq!(count(&by_name, "group"), 2, "{by_name}");
    let shown = browser.get("/console/groups/group?id=team").await.text;
    assert_eq!(count(&shown, "member"), 50);
    assert!(shown.contains("the plan") && shown.contains("anybody may join"));
    assert!(shown.contains("/console/groups/group?id=team&#38;after=m-48"), "{shown}");
    let rest = browser.get("/console/groups/group?id=team&after=m-48").await.text;
    assert_eq!(count(&rest, "member"), 11);
    let viewer = somebody(&house, ConsoleRole::Viewer).await;
    let hidden = viewer.get("/console/groups/group?id=team").await.text;
    assert!(!hidden.contains("the plan") && hidden.contains("Text hidden from your role"));
    assert!(browser.get_as("/console/groups/group?id=team", "zh").await.text.contains("任何人可加入"));

    let muted = browser.post("/console/groups/mute", &[("group", "team"), ("muted", "yes")]).await;
    assert_eq!(location(&muted), "/console/groups/group?id=team&said=muted");
    assert_eq!(house.get("/v1/groups/team").await.json()["muted"], true);
    let wrong = browser.post("/console/groups/dismiss", &[("group", "team"), ("confirm", "")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("data-test=\"error-confirm\""));
    let gone = browser.post("/console/groups/dismiss", &[("group", "team"), ("confirm", "team")]).await;
    assert_eq!(location(&gone), "/console/groups?said=dismissed");
    assert_eq!(house.get("/v1/groups/team").await.status, 404);
}
