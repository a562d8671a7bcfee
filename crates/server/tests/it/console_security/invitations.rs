//! Inviting operators, and links for a new password.

use model::ConsoleRole;

use super::everywhere;
use crate::{
    browser::{Browser, PASSWORD, location, operator},
    house::House,
};

/// The path of the link that a page shows.
fn link_of(page: &str) -> String {
    let (_, rest) = page.split_once("data-test=\"made-link-url\">").expect("the page shows a link");
    let link = rest.split('<').next().unwrap();
    link[link.find("/console").unwrap()..].to_owned()
}

async fn set(house: &House, link: &str, password: &str) -> u16 {
    let (path, token) = link.split_once("?token=").unwrap();
    let nobody = Browser { house, cookie: String::new(), csrf: String::new() };
    let fields = [("token", token), ("password", password), ("again", password)];
    nobody.post_bare(path, &fields).await.status.as_u16()
}

#[tokio::test]
async fn an_invited_operator_sets_a_password_once_and_has_the_role_that_was_given() {
    let house = House::new().await;
    let owner = Browser::signed_in(&house).await;
    let fields = [("name", "li"), ("display_name", "李娜"), ("place", "1"), ("role", "operator")];
    let invited = owner.post("/console/operators", &fields).await;
    let link = link_of(&invited.text);
    assert!(!owner.get("/console/operators").await.text.contains(&link), "it is shown once");
    let nobody = Browser { house: &house, cookie: String::new(), csrf: String::new() };
    assert!(nobody.get(&link).await.text.contains("data-test=\"invited-name\">li<"));
    assert_eq!(set(&house, &link, "short").await, 422);
    assert_eq!(set(&house, &link, PASSWORD).await, 303);
    assert_eq!(set(&house, &link, PASSWORD).await, 401);
    assert_eq!(nobody.get(&link).await.status, 401);
    assert_eq!(set(&house, "/console/invitation?token=guessed", PASSWORD).await, 401);
    let li = Browser::with_password(&house, "li").await;
    let account = li.get("/console/account").await;
    assert!(
        account.text.contains("李娜") && account.text.contains("<dt>app 1</dt><dd>Operator</dd>"),
        "{}",
        account.text
    );
    assert_eq!(li.get("/console/certificates/new/xiaomi").await.status, 200);
    assert_eq!(li.get("/console/operators").await.status, 403);
    let double = owner.post("/console/operators", &fields).await;
    assert!(double.status == 422 && double.text.contains("somebody has this name already"));
    for odd in [("name", "two words"), ("name", "")] {
        let refused = owner.post("/console/operators", &[odd, fields[1], fields[2], fields[3]]).await;
        assert_eq!(refused.status, 422);
    }
    let no_role = [("name", "om"), ("place", "1"), ("role", "emperor")];
    assert_eq!(owner.post("/console/operators", &no_role).await.status, 422);
}

#[tokio::test]
async fn a_link_for_a_new_password_replaces_the_one_before_and_ends_every_sign_in() {
    let house = House::new().await;
    let id = operator(&house, "li", everywhere(ConsoleRole::Viewer)).await;
    let li = Browser::with_password(&house, "li").await;
    let owner = Browser::signed_in(&house).await;
    let reset = async || link_of(&owner.post(&format!("/console/operators/{id}/link"), &[]).await.text);
    let (first, second) = (reset().await, reset().await);
    assert_eq!(li.get("/console/lab").await.status, 200);
    assert_eq!(set(&house, &first, "another password").await, 401);
    assert_eq!(set(&house, &second, "another password").await, 303);
    assert_eq!(li.get("/console/lab").await.status, 401);
    let tried = li.post_bare("/console/signin", &[("name", "li"), ("password", "another password")]).await;
    assert_eq!(location(&tried), "/console/overview");
}

#[tokio::test]
async fn whoever_is_switched_off_cannot_use_a_link_that_waits() {
    let house = House::new().await;
    let id = operator(&house, "li", everywhere(ConsoleRole::Viewer)).await;
    let owner = Browser::signed_in(&house).await;
    let path = format!("/console/operators/{id}");
    let link = link_of(&owner.post(&format!("{path}/link"), &[]).await.text);
    assert_eq!(owner.post(&path, &[("role-instance", "viewer"), ("disabled", "yes")]).await.status, 303);
    assert_eq!(set(&house, &link, PASSWORD).await, 401);
}
