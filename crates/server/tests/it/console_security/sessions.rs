//! Sign-ins: their cookies, their beginning and their end.

use http::Method;
use im::ImConfig;
use model::{AppPolicy, ConsoleRole};

use super::everywhere;
use crate::{
    browser::{Browser, PASSWORD, cookie_of, location, operator},
    house::House,
};

const OTHER: &str = "another good password";

#[tokio::test]
async fn the_cookie_is_strict_and_kept_from_scripts_and_travels_by_https_where_there_is_https() {
    for (url, is_secure) in [(None, false), (Some("https://push.example.com"), true)] {
        let set = |config: &mut server::ServerConfig| config.public_url = url.map(str::to_owned);
        let house = House::set_to(ImConfig::default(), AppPolicy::default(), set).await;
        operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
        let nobody = Browser { house: &house, cookie: String::new(), csrf: String::new() };
        let answer = nobody.post_bare("/console/signin", &[("name", "li"), ("password", PASSWORD)]).await;
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        for part in ["posthouse_console=", "; Path=/console", "; HttpOnly", "; SameSite=Strict"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert_eq!(cookie.contains("; Secure"), is_secure, "{cookie}");
        assert!(cookie_of(&answer).len() > 40, "{cookie}");
    }
}

#[tokio::test]
async fn a_cookie_from_before_the_sign_in_is_worth_nothing_after_it() {
    let house = House::new().await;
    operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
    let planted = "posthouse_console=planted-by-somebody-else";
    let headers = [("cookie", planted), ("content-type", "application/x-www-form-urlencoded")];
    let body = format!("name=li&password={}", PASSWORD.replace(' ', "+"));
    let answer = house.raw(Method::POST, "/console/signin", &headers, body.clone()).await;
    assert_eq!(location(&answer), "/console/overview");
    assert_ne!(cookie_of(&answer), planted);
    assert_eq!(house.raw(Method::GET, "/console/lab", &[("cookie", planted)], "").await.status, 401);

    let first = Browser::with_password(&house, "li").await;
    let headers = [("cookie", first.cookie.as_str()), headers[1]];
    let again = house.raw(Method::POST, "/console/signin", &headers, body).await;
    assert_ne!(cookie_of(&again), first.cookie);
    assert_eq!(first.get("/console/lab").await.status, 401, "the one before is over");
}

#[tokio::test]
async fn a_sign_in_survives_a_restart_and_ends_with_the_sign_out() {
    let house = House::new().await;
    operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
    let (cookie, csrf) = {
        let browser = Browser::with_password(&house, "li").await;
        (browser.cookie.clone(), browser.csrf.clone())
    };
    let house = house.start_again().await;
    let browser = Browser { house: &house, cookie, csrf };
    assert_eq!(browser.get("/console/lab").await.status, 200);
    let farewell = browser.post("/console/signout", &[]).await;
    assert!(farewell.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(browser.get("/console/lab").await.status, 401);
}

#[tokio::test]
async fn another_role_and_being_switched_off_hold_at_once_in_open_sign_ins() {
    let house = House::new().await;
    operator(&house, "boss", everywhere(ConsoleRole::Owner)).await;
    let li = operator(&house, "li", everywhere(ConsoleRole::Operator)).await;
    let boss = Browser::with_password(&house, "boss").await;
    let browser = Browser::with_password(&house, "li").await;
    let change = format!("/console/operators/{li}");
    let new = "/console/certificates/new/xiaomi";
    assert_eq!(browser.get(new).await.status, 200);
    assert_eq!(boss.post(&change, &[("role-instance", "viewer")]).await.status, 303);
    assert_eq!(browser.get(new).await.status, 403);
    assert_eq!(boss.post(&change, &[("role-instance", "")]).await.status, 303);
    assert_eq!(browser.get("/console/lab").await.status, 404, "there is no App to see any more");
    assert_eq!(boss.post(&change, &[("role-instance", "owner")]).await.status, 303);
    assert_eq!(browser.get("/console/operators").await.status, 200);
    assert_eq!(boss.post(&change, &[("disabled", "yes")]).await.status, 303);
    assert_eq!(browser.get("/console/lab").await.status, 401);
    assert_eq!(boss.post(&change, &[]).await.status, 303);
    assert_eq!(browser.get("/console/lab").await.status, 401, "what was ended does not rise again");
}

#[tokio::test]
async fn a_password_is_changed_with_the_old_one_and_ends_the_other_sign_ins() {
    let house = House::new().await;
    operator(&house, "li", everywhere(ConsoleRole::Viewer)).await;
    let (here, there) =
        (Browser::with_password(&house, "li").await, Browser::with_password(&house, "li").await);
    let change = async |old: &str, new: &str, again: &str| {
        let fields = [("old", old), ("password", new), ("again", again)];
        here.post("/console/account/password", &fields).await
    };
    let wrong = change("not the old one", OTHER, OTHER).await;
    assert!(wrong.status == 422 && wrong.text.contains("this is not your password"), "{}", wrong.text);
    assert_eq!(change(PASSWORD, "too short", "too short").await.status, 422);
    assert_eq!(change(PASSWORD, OTHER, "something else").await.status, 422);
    assert_eq!(there.get("/console/lab").await.status, 200);
    let changed = change(PASSWORD, OTHER, OTHER).await;
    assert_eq!(location(&changed), "/console/account?said=password");
    assert_eq!(there.get("/console/lab").await.status, 401);
    assert_eq!(here.get("/console/lab").await.status, 200);
    for (password, status) in [(PASSWORD, 401), (OTHER, 303)] {
        let tried = here.post_bare("/console/signin", &[("name", "li"), ("password", password)]).await;
        assert_eq!(tried.status, status);
    }
}

#[tokio::test]
async fn one_ends_ones_own_sign_ins_and_nobody_elses() {
    let house = House::new().await;
    for name in ["li", "bo"] {
        operator(&house, name, everywhere(ConsoleRole::Viewer)).await;
    }
    let (here, there) =
        (Browser::with_password(&house, "li").await, Browser::with_password(&house, "li").await);
    let bo = Browser::with_password(&house, "bo").await;
    let short = |page: &str| {
        let (_, rest) = page.split_once("name=\"session\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let id = short(&here.get("/console/account").await.text);
    assert_eq!(bo.post("/console/account/sessions", &[("session", &id)]).await.status, 404);
    assert_eq!(here.post("/console/account/sessions", &[("session", &id)]).await.status, 303);
    assert_eq!(there.get("/console/lab").await.status, 401);
    let third = Browser::with_password(&house, "li").await;
    assert_eq!(here.post("/console/account/sessions", &[]).await.status, 303);
    assert_eq!(
        (here.get("/console/lab").await.status, third.get("/console/lab").await.status),
        (200.try_into().unwrap(), 401.try_into().unwrap())
    );
    assert_eq!(bo.get("/console/lab").await.status, 200);
}
