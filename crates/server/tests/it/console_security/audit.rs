//! The audit log.

use http::Method;
use model::{AppId, ConsoleGrants, ConsoleRole};
use serde_json::json;
use server::endpoints;
use store::{AuditChannel, AuditEntry, AuditFilter, Scope};

use super::everywhere;
use crate::{
    browser::{Browser, PASSWORD, operator},
    house::House,
};

async fn entries(house: &House, app: Option<AppId>) -> Vec<AuditEntry> {
    house.store.audit(app, &AuditFilter::default(), 1000).await.unwrap()
}

fn told(entries: &[AuditEntry]) -> Vec<String> {
    let line =
        |entry: &AuditEntry| format!("{} {} {}", entry.actor, entry.action, entry.object).trim().to_owned();
    entries.iter().rev().map(line).collect()
}

#[tokio::test]
async fn every_change_of_the_console_is_recorded_with_who_and_from_where() {
    let house = House::new().await;
    let by_link = Browser::signed_in(&house).await;
    let fields = [("name", "li"), ("place", "instance"), ("role", "owner")];
    by_link.post("/console/operators", &fields).await;
    let id = operator(&house, "bo", ConsoleGrants::in_app(AppId(1), ConsoleRole::Operator)).await;
    by_link.post(&format!("/console/operators/{id}/link"), &[]).await;
    let bo = Browser::with_password(&house, "bo").await;
    let fields = [("name", "mi"), ("package_name", "com.example.im"), ("app_secret", "the-app-secret")];
    assert_eq!(bo.save("/console/certificates/new/xiaomi", &fields).await.status, 303);
    assert_eq!(bo.post("/console/certificates/1/test", &[]).await.status, 303);
    bo.post("/console/lab/send", &[("from", "ann"), ("to", "bo"), ("text", "nobody reads this here")]).await;
    bo.post("/console/account/name", &[("display_name", "Bo")]).await;
    bo.post("/console/signout", &[]).await;
    let (app, instance) = (entries(&house, Some(AppId(1))).await, entries(&house, None).await);
    assert_eq!(
        told(&instance),
        [
            "one-time link sign_in",
            "one-time link invite_operator operator 1",
            "bo sign_in",
            "bo change_display_name operator 2",
            "bo sign_out",
        ]
    );
    assert_eq!(
        told(&app),
        [
            "one-time link reset_password operator 2",
            "bo create_certificate certificate 1",
            "bo probe_certificate id 1",
            "bo send_message",
        ]
    );
    for entry in app.iter().chain(&instance) {
        let channel = if entry.actor == "bo" { AuditChannel::Console } else { AuditChannel::Link };
        assert_eq!((entry.address.as_str(), entry.channel), ("127.0.0.1", channel), "{entry:?}");
        let text = format!("{entry:?}");
        for secret in ["the-app-secret", "nobody reads", PASSWORD, "argon2"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test]
async fn what_was_refused_is_not_recorded() {
    let house = House::new().await;
    operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
    let li = Browser::with_password(&house, "li").await;
    li.save("/console/certificates/new/xiaomi", &[("name", "")]).await;
    li.post("/console/lab/send", &[("from", "ann"), ("to", "bo"), ("text", "")]).await;
    li.post("/console/operators/99", &[]).await;
    li.post("/console/operators", &[("name", "li"), ("place", "instance"), ("role", "viewer")]).await;
    li.post(
        "/console/account/password",
        &[("old", "wrong password"), ("password", PASSWORD), ("again", PASSWORD)],
    )
    .await;
    li.post("/console/lab/handsets/mi-14", &[("action", "kill")]).await;
    house.call(Method::PATCH, "/v1/app", Some(json!({ "policy": { "stale_after_days": 0 } }))).await;
    assert_eq!(told(&entries(&house, None).await), ["li sign_in"]);
    assert!(entries(&house, Some(AppId(1))).await.is_empty());
}

#[tokio::test]
async fn a_wrong_password_is_recorded_for_those_there_are() {
    let house = House::new().await;
    operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
    let nobody = Browser { house: &house, cookie: String::new(), csrf: String::new() };
    for name in ["li", "a-password-in-the-wrong-field"] {
        nobody.post_bare("/console/signin", &[("name", name), ("password", "wrong password")]).await;
    }
    // Recorded behind the answer's back; what is committed later stands behind it.
    let li = Browser::with_password(&house, "li").await;
    let mut recorded = entries(&house, None).await;
    while recorded.len() < 2 {
        tokio::task::yield_now().await;
        recorded = entries(&house, None).await;
    }
    assert_eq!(recorded.iter().filter(|entry| entry.action == "sign_in_refused").count(), 1);
    assert!(recorded.iter().all(|entry| entry.actor == "li"), "{recorded:?}");
    assert_eq!(
        li.get("/console/audit?what=sign_in_refused").await.text.matches("data-test=\"entry\"").count(),
        1
    );
}

#[tokio::test]
async fn a_change_by_a_key_is_recorded_under_the_keys_name() {
    let house = House::new().await;
    let id = house.certificate("mine").await;
    house.users(&["bo"]).await;
    let patch = json!({ "policy": { "stale_after_days": 30 } });
    assert_eq!(house.patch("/v1/app", patch).await.status, 200);
    assert!(house.post("/v1/users/bo/kick", json!({})).await.status.is_success());
    assert!(house.post("/v1/users/bo/token", json!({})).await.status.is_success());
    assert!(house.post("/v1/console/links", json!({})).await.status.is_success());
    assert_eq!(house.get("/v1/app").await.status, 200);
    house.send("ann", "bo", "hello").await;
    let bearer = format!("Bearer {}", house.instance_key);
    let body = json!({ "name": "third" }).to_string();
    assert_eq!(house.raw(Method::POST, "/v1/apps", &[("authorization", &bearer)], body).await.status, 201);
    let app = entries(&house, Some(AppId(1))).await;
    assert_eq!(
        told(&app),
        [
            format!("test create_certificate certificate {id}"),
            "test change_app".to_owned(),
            "test kick_user user bo".to_owned(),
            "test create_console_link".to_owned(),
        ]
    );
    assert!(app.iter().all(|entry| entry.channel == AuditChannel::Api && entry.address == "127.0.0.1"));
    assert_eq!(told(&entries(&house, None).await), ["instance create_app app 3"]);
    assert!(entries(&house, Some(AppId(2))).await.is_empty());
}

#[test]
fn every_endpoint_that_administers_is_recorded() {
    for endpoint in endpoints() {
        let administers =
            matches!(endpoint.scope, Some(Scope::Manage | Scope::Instance)) && endpoint.method != Method::GET;
        assert!(administers || endpoint.action.is_none(), "{} {}", endpoint.method, endpoint.path);
        let is_traffic = ["/users", "/groups", "/devices"].iter().any(|word| endpoint.path.contains(word));
        assert!(
            !administers || endpoint.action.is_some() || is_traffic,
            "{} {}",
            endpoint.method,
            endpoint.path
        );
    }
}

#[tokio::test]
async fn the_page_filters_pages_and_shows_an_app_its_own() {
    let house = House::new().await;
    operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
    operator(&house, "bo", ConsoleGrants::in_app(AppId(1), ConsoleRole::Viewer)).await;
    house.users(&["ann"]).await;
    for _ in 0..60 {
        assert!(house.post("/v1/users/ann/kick", json!({})).await.status.is_success());
    }
    assert!(house.foreign(Method::POST, "/v1/console/links", json!({})).await.status.is_success());
    let li = Browser::with_password(&house, "li").await;
    let count = |text: &str| text.matches("data-test=\"entry\"").count();
    let first = li.get("/console/audit").await.text;
    assert_eq!(count(&first), 50);
    let (_, rest) = first
        .split_once("data-test=\"older\"")
        .map(|(before, _)| before.rsplit_once("href=\"").unwrap())
        .unwrap();
    let older = rest.split('"').next().unwrap().replace("&#38;", "&");
    let second = li.get(&older).await.text;
    assert_eq!(count(&second), 11, "sixty kicks and a sign-in");
    assert!(second.contains("data-test=\"newest\"") && !second.contains("data-test=\"older\""));
    assert_eq!(count(&li.get("/console/audit?who=LI").await.text), 1);
    assert_eq!(count(&li.get("/console/audit?through=console").await.text), 1);
    assert_eq!(count(&li.get("/console/audit?what=kick_user&from=2020-01-01").await.text), 50);
    let none = li.get("/console/audit?until=2020-01-01&who=%3Cb%3E").await.text;
    assert!(count(&none) == 0 && none.contains("No entry matches"), "{none}");
    assert!(!first.contains("entry-what\">created a link") && first.contains("<code>127.0.0.1</code>"));

    let bo = Browser::with_password(&house, "bo").await;
    let seen = bo.get("/console/audit").await.text;
    assert!(count(&seen) == 50 && !seen.contains("127.0.0.1"), "addresses are for owners");
    assert_eq!(
        count(&bo.get("/console/audit?what=sign_in").await.text),
        0,
        "the instance's are not an App's"
    );
}
