//! Names and passwords.

use http::Method;
use model::ConsoleRole;

use super::everywhere;
use crate::{
    browser::{Browser, PASSWORD, operator},
    house::{Answer, House},
};

async fn try_in(house: &House, name: &str, password: &str) -> Answer {
    let nobody = Browser { house, cookie: String::new(), csrf: String::new() };
    nobody.post_bare("/console/signin", &[("name", name), ("password", password)]).await
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_told_in_the_same_words() {
    let house = House::new().await;
    operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
    let (wrong, unknown) =
        (try_in(&house, "li", "wrong password").await, try_in(&house, "om", "wrong password").await);
    assert_eq!((wrong.status.as_u16(), unknown.status.as_u16()), (401, 401));
    assert_eq!(wrong.text.replace("value=\"li\"", ""), unknown.text.replace("value=\"om\"", ""));
    assert!(wrong.text.contains("Name or password is wrong."), "{}", wrong.text);
    assert!(!wrong.text.contains("wrong password"));
    assert_eq!(try_in(&house, "LI", PASSWORD).await.status, 303);
    for (name, password) in
        [("", ""), ("li", ""), (&"x".repeat(65), "x"), ("li", &"x".repeat(5000)), ("li\u{7}", "x")]
    {
        assert_eq!(try_in(&house, name, password).await.status, 401);
    }
}

#[tokio::test]
async fn whoever_is_switched_off_or_was_only_invited_does_not_come_in() {
    let house = House::new().await;
    let id = operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
    operator(&house, "bo", everywhere(ConsoleRole::Owner)).await;
    let bo = Browser::with_password(&house, "bo").await;
    assert_eq!(bo.post(&format!("/console/operators/{id}"), &[("disabled", "yes")]).await.status, 303);
    assert_eq!(try_in(&house, "li", PASSWORD).await.status, 401);
    let fields = [("name", "new"), ("place", "instance"), ("role", "viewer")];
    assert_eq!(bo.post("/console/operators", &fields).await.status, 200);
    assert_eq!(try_in(&house, "new", "").await.status, 401);
    assert_eq!(try_in(&house, "new", PASSWORD).await.status, 401);
}

#[tokio::test]
async fn too_many_tries_of_a_name_wait_even_for_the_right_password() {
    let house = House::new().await;
    for name in ["li", "bo"] {
        operator(&house, name, everywhere(ConsoleRole::Owner)).await;
    }
    for _ in 0..10 {
        assert_eq!(try_in(&house, "li", "wrong password").await.status, 401);
    }
    for name in ["li", "Li"] {
        let later = try_in(&house, name, PASSWORD).await;
        assert_eq!(later.status, 429);
        let seconds: u32 = later.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=900).contains(&seconds), "{seconds}");
        assert!(
            later.text.contains("Too many tries") && later.text.contains("<time datetime="),
            "{}",
            later.text
        );
        assert!(!later.headers.contains_key("set-cookie"));
    }
    assert_eq!(try_in(&house, "bo", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn too_many_tries_from_an_address_wait_whatever_the_name() {
    let house = House::new().await;
    operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
    for index in 0..30 {
        assert_eq!(try_in(&house, &format!("name-{index}"), "wrong password").await.status, 401);
    }
    assert_eq!(try_in(&house, "li", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn the_first_run_makes_one_owner_by_one_link() {
    let house = House::new().await;
    let closed = house.raw(Method::GET, "/console/signin", &[("accept-language", "en")], "").await;
    assert!(closed.text.contains("Nobody has an account here yet"), "{}", closed.text);
    let link = house.first_run_link();
    let (_, token) = link.split_once("token=").unwrap();
    let nobody = Browser { house: &house, cookie: String::new(), csrf: String::new() };
    // A preview of the link does not use it up.
    for _ in 0..2 {
        assert_eq!(nobody.get(&link).await.status, 200);
    }
    let make = async |token: &str, name: &str, password: &str, again: &str| {
        let fields = [("token", token), ("name", name), ("password", password), ("again", again)];
        nobody.post_bare("/console/first-run", &fields).await
    };
    assert_eq!(make("guessed", "li", PASSWORD, PASSWORD).await.status, 401);
    let eleven = "elevenchars";
    for (name, password, again) in [
        ("", PASSWORD, PASSWORD),
        ("li na", PASSWORD, PASSWORD),
        ("li", eleven, eleven),
        ("li", PASSWORD, "other"),
    ] {
        let refused = make(token, name, password, again).await;
        assert_eq!(refused.status, 422, "{name} {password}");
        assert!(!refused.text.contains(password), "a password is never shown again");
    }
    let made = make(token, "li", PASSWORD, PASSWORD).await;
    assert_eq!(made.status, 303, "{}", made.text);
    assert!(made.headers.contains_key("set-cookie"));
    assert_eq!(make(token, "second", PASSWORD, PASSWORD).await.status, 401);
    let again = house.first_run_link();
    let (_, token) = again.split_once("token=").unwrap();
    assert_eq!(make(token, "second", PASSWORD, PASSWORD).await.status, 401, "there is an owner already");
    let owner = house.store.operators().await.unwrap();
    assert!(owner.len() == 1 && owner[0].grants.owns_all());
    assert!(!format!("{owner:?}").contains("argon2"), "hashes are not printed");
    assert_eq!(try_in(&house, "li", PASSWORD).await.status, 303);
}
