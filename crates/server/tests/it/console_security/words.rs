//! Words of others on the pages of accounts and of the audit log.

use http::Method;
use model::ConsoleRole;
use serde_json::json;
use server::create_api_key;
use store::{Op, Scope};

use super::everywhere;
use crate::{
    browser::{Browser, PASSWORD, operator},
    house::House,
};

/// A sign-in name, for it has no blanks.
const HOSTILE: &str = "<script>alert('x')</script>";
const HARMLESS: &str = "&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;";

#[tokio::test]
async fn the_name_of_an_operator_never_becomes_markup() {
    let house = House::new().await;
    let id = operator(&house, HOSTILE, everywhere(ConsoleRole::Owner)).await;
    let browser = Browser::with_password(&house, HOSTILE).await;
    let wanted = format!("/console/audit?who={}", "%22%3E%3Cscript%3E");
    let pages = ["/console/operators", "/console/account", "/console/audit", "/console/lab"];
    let mut answers =
        vec![browser.get(&format!("/console/operators/{id}")).await, browser.get(&wanted).await];
    for path in pages {
        answers.push(browser.get(path).await);
    }
    let fields =
        [("name", "\"><script>"), ("place", "instance"), ("role", "viewer"), ("display_name", HOSTILE)];
    let invited = browser.post("/console/operators", &fields).await;
    assert_eq!(invited.status, 200, "{}", invited.text);
    answers.push(invited);
    answers.push(browser.post("/console/operators", &fields).await);
    answers.push(
        browser.post_bare("/console/signin", &[("name", HOSTILE), ("password", "wrong password")]).await,
    );
    for answer in answers {
        assert!(!answer.text.contains("<script>") && !answer.text.contains("\"><script"), "{}", answer.text);
        assert!(answer.text.contains(HARMLESS), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_browsers_a_keys_and_a_certificates_name_never_become_markup() {
    let house = House::new().await;
    operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
    let body = format!("name=li&password={}", PASSWORD.replace(' ', "+"));
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("user-agent", HOSTILE)];
    assert_eq!(house.raw(Method::POST, "/console/signin", &headers, body).await.status, 303);
    let li = Browser::with_password(&house, "li").await;
    assert!(li.get("/console/account").await.text.contains(HARMLESS));

    let (key, record) = create_api_key(house.app.id, vec![Scope::Manage], HOSTILE, house.now());
    house.store.commit(vec![Op::PutApiKey(record)]).await.unwrap();
    house.users(&[HOSTILE]).await;
    let bearer = format!("Bearer {key}");
    let path = "/v1/users/%3Cscript%3Ealert('x')%3C%2Fscript%3E/kick";
    let kicked = house.raw(Method::POST, path, &[("authorization", &bearer)], "").await;
    assert!(kicked.status.is_success(), "{}", kicked.text);
    let name = "<i>'\"&";
    let fields = [("name", name), ("package_name", "com.example.im"), ("app_secret", "the-app-secret")];
    assert_eq!(li.save("/console/certificates/new/xiaomi", &fields).await.status, 303);
    let audit = li.get("/console/audit").await;
    assert!(audit.text.matches(HARMLESS).count() >= 2, "the key's name and the user's: {}", audit.text);
    for page in [audit, li.get("/console/account").await, li.get("/console/certificates").await] {
        assert!(!page.text.contains("<script>") && !page.text.contains("<i>'"), "{}", page.text);
    }
}

#[tokio::test]
async fn users_devices_groups_webhooks_and_templates_never_become_markup() {
    let house = House::new().await;
    operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
    let li = Browser::with_password(&house, "li").await;
    house.users(&[HOSTILE]).await;
    let named = house.post("/v1/users", json!({ "id": HOSTILE, "name": HOSTILE })).await;
    assert_eq!(named.status, 201, "{}", named.text);
    let group = json!({ "id": HOSTILE, "name": HOSTILE, "owner": HOSTILE });
    assert_eq!(house.post("/v1/groups", group).await.status, 201);
    let device = uuid::Uuid::new_v4();
    let report =
        json!({ "brand": HOSTILE, "model": HOSTILE, "registration_error": HOSTILE, "channels": [HOSTILE] });
    let made = house.post("/v1/devices", json!({ "device": device, "report": report })).await.json();
    let push_id = made["push_id"].as_str().unwrap().to_owned();
    let text =
        json!({ "from": HOSTILE, "to": { "group": HOSTILE }, "body": { "type": "text", "text": HOSTILE } });
    assert_eq!(house.post("/v1/messages", text).await.status, 201);
    let template = json!({ "kind": HOSTILE, "language": "en", "text": HOSTILE });
    let policy = json!({ "policy": { "default_title": HOSTILE, "templates": [template] } });
    assert_eq!(house.patch("/v1/app", policy).await.status, 200);
    let (_, record) = create_api_key(house.app.id, vec![Scope::Read], HOSTILE, house.now());
    house.store.commit(vec![Op::PutApiKey(record)]).await.unwrap();
    house.send("ann", HOSTILE, "hello").await;
    let asked = "%3Cscript%3Ealert('x')%3C/script%3E";
    let mut answers = Vec::new();
    for path in [
        format!("/console/users?q={asked}"),
        format!("/console/users/user?id={asked}"),
        format!("/console/users/device?id={push_id}"),
        format!("/console/groups?q={asked}"),
        format!("/console/groups/group?id={asked}"),
        format!("/console/deliveries?user={asked}"),
        "/console/keys".to_owned(),
        "/console/policy".to_owned(),
    ] {
        answers.push(li.get(&path).await);
    }
    let url = format!("https://example.com/{HOSTILE}");
    answers.push(li.post("/console/webhooks", &[("url", &url)]).await);
    answers.push(li.post("/console/keys", &[("name", HOSTILE)]).await);
    answers.push(li.post("/console/users/delete", &[("user", HOSTILE), ("confirm", "\"><script>")]).await);
    for answer in answers {
        assert!(!answer.text.contains("<script>") && !answer.text.contains("\"><script"), "{}", answer.text);
        assert!(answer.text.contains(HARMLESS), "{}", answer.text);
    }
}
