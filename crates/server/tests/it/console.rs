//! The console: who may come in, what a form needs, and that nobody's words become markup.

use axum::{Json, Router, routing::get};
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use im::ImConfig;
use model::{AppPolicy, Secret};
use serde_json::{Value, json};
use server::SimulatorAddress;
use tokio::{net::TcpListener, time::timeout};

use crate::{
    browser::{Browser, cookie_of, csrf_of, location},
    house::{House, PATIENCE},
};

const HOSTILE: &str = "<script>alert('x')</script>";
const HARMLESS: &str = "&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;";
const PAGES: [&str; 9] = [
    "/console/overview",
    "/console/lanes",
    "/console/lab",
    "/console/explain",
    "/console/dead-letters",
    "/console/certificates",
    "/console/certificates/new/xiaomi",
    "/console/certificates/new/apns",
    "/console/resources",
];

/// A simulator with one handset, of which everything that somebody else chose is hostile.
async fn hostile_simulator() -> SimulatorAddress {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let handset = json!({
        "name": "mi-14", "brand": HOSTILE, "model": HOSTILE, "vendor": "xiaomi", "user": HOSTILE,
        "app": "foreground", "locked": false, "network": true, "notifications": true, "logged_in": true,
        "connection": "live", "certificate": null, "token_short": HOSTILE, "token_alive": true, "badge": 1,
        "shade": [{ "id": 1, "title": HOSTILE, "body": HOSTILE, "received_at": 0 }],
        "inbox": [{ "sender": HOSTILE, "text": HOSTILE }],
        "last_tap": { "getter": HOSTILE, "ext": HOSTILE, "payload": HOSTILE, "opened": { "action": "app" } },
    });
    let list = move || std::future::ready(Json(json!({ "handsets": [handset] })));
    let router = Router::new().route("/handsets", get(list));
    tokio::spawn(async move { axum::serve(listener, router).await });
    SimulatorAddress { url, key: Secret::new("key".to_owned()) }
}

#[tokio::test]
async fn without_a_sign_in_every_page_only_says_how_to_come_in() {
    let house = House::new().await;
    for path in PAGES.into_iter().chain(["/console/events?page=lab", "/console/nothing/here"]) {
        for cookie in ["", "posthouse_console=guessed", "posthouse_console="] {
            let headers = [("cookie", cookie), ("accept-language", "en")];
            let answer = house.raw(Method::GET, path, &headers, "").await;
            assert_eq!(answer.status, 401, "{path}");
            assert!(answer.text.contains("posthouse console"), "{path}");
        }
    }
    for path in ["/console/lab/send", "/console/signout", "/console/app", "/console/certificates/1/test"] {
        let answer = house.raw(Method::POST, path, &[], "").await;
        assert_eq!(answer.status, 401, "{path}");
    }
}

#[tokio::test]
async fn a_link_opens_once_with_a_strict_cookie() {
    let house = House::new().await;
    let link = house.console_link();
    let welcome = house.raw(Method::GET, &link, &[], "").await;
    let cookie = welcome.headers["set-cookie"].to_str().unwrap();
    for part in ["; Path=/console", "; HttpOnly", "; SameSite=Strict"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain http would lose it");
    let again = house.raw(Method::GET, &link, &[], "").await;
    assert_eq!(again.status, 401);
    assert!(!again.headers.contains_key("set-cookie"));
    let guessed = house.raw(Method::GET, "/console/signin?token=guessed", &[], "").await;
    assert_eq!(guessed.status, 401);
}

#[tokio::test]
async fn behind_https_the_cookie_travels_by_https_alone() {
    let https = |config: &mut server::ServerConfig| {
        config.public_url = Some("https://push.example.com".to_owned());
    };
    let house = House::set_to(ImConfig::default(), AppPolicy::default(), https).await;
    let link = house.console_link();
    let welcome = house.raw(Method::GET, &link, &[], "").await;
    assert!(welcome.headers["set-cookie"].to_str().unwrap().contains("; Secure"));
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before_and_signing_out_ends_this_one() {
    let house = House::new().await;
    let first = Browser::signed_in(&house).await;
    let link = house.console_link();
    let welcome = house.raw(Method::GET, &link, &[("cookie", &first.cookie)], "").await;
    assert_ne!(cookie_of(&welcome), first.cookie);
    assert_eq!(first.get("/console/lab").await.status, 401);

    let second = Browser::signed_in(&house).await;
    let farewell = second.post("/console/signout", &[]).await;
    assert_eq!(farewell.status, 200);
    assert!(farewell.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(second.get("/console/lab").await.status, 401);
}

#[tokio::test]
async fn a_form_that_was_not_made_in_this_sign_in_changes_nothing() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let other = Browser::signed_in(&house).await;
    let message = [("from", "ann"), ("to", "bo"), ("text", "hello")];
    let fields = [("name", "xiaomi"), ("package_name", "com.example.im"), ("app_secret", "the-secret")];
    for csrf in ["", "guessed", other.csrf.as_str()] {
        let mut forged = vec![("csrf", csrf)];
        forged.extend(message);
        assert_eq!(browser.post_bare("/console/lab/send", &forged).await.status, 403);
        assert_eq!(browser.post_bare("/console/signout", &[("csrf", csrf)]).await.status, 403);
        let saved = browser.save_with("/console/certificates/new/xiaomi", csrf, &fields).await;
        assert_eq!(saved.status, 403);
    }
    assert_eq!(browser.post_bare("/console/lab/send", &message).await.status, 403);
    assert!(house.store.recent_messages(house.app.id, 9).await.unwrap().is_empty());
    assert!(house.store.certificates(house.app.id).await.unwrap().is_empty());
    assert_eq!(browser.get("/console/lab").await.status, 200);
}

#[tokio::test]
async fn everything_leaves_with_a_policy_that_lets_in_nothing_foreign() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let script = browser.get("/console/assets/live.js").await;
    let missing = browser.get("/console/assets/nothing.js").await;
    let refused = house.raw(Method::GET, "/console/lab", &[], "").await;
    let mut answers = vec![script, missing, refused];
    for path in PAGES {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.headers["cache-control"], "no-store");
        for inline in ["<script>", "<style", " style=", " onclick=", "javascript:"] {
            assert!(!page.text.contains(inline), "{path}: {inline}");
        }
        answers.push(page);
    }
    for answer in answers {
        assert_eq!(
            answer.headers["content-security-policy"],
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
             form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        );
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    }
}

#[tokio::test]
async fn words_of_others_never_become_markup() {
    let simulator = hostile_simulator().await;
    let beside = |config: &mut server::ServerConfig| config.simulator = Some(simulator);
    let house = House::set_to(ImConfig::default(), AppPolicy::default(), beside).await;
    let browser = Browser::signed_in(&house).await;
    let hostile =
        [("from", HOSTILE), ("to", "<b>bo"), ("text", HOSTILE), ("title", HOSTILE), ("ext", HOSTILE)];
    assert_eq!(location(&browser.post("/console/lab/send", &hostile).await), "/console/lab");

    let lab = browser.get("/console/lab").await;
    assert!(lab.text.contains("data-test=\"notification-title\">&#60;script&#62;"), "{}", lab.text);
    let sent = house.store.recent_messages(house.app.id, 1).await.unwrap().remove(0);
    let user = "%3Cb%3Ebo";
    let explain = browser.get(&format!("/console/explain?message={}&user={user}", sent.id)).await;
    let searched = browser.get("/console/explain?message=%22%3E%3Cscript%3E&user=%22%3E%3Cscript%3E").await;
    let faulty = [("from", HOSTILE), ("to", HOSTILE), ("text", HOSTILE), ("title", "\"><script>")];
    let refused = browser.post("/console/lab/send", &faulty).await;
    assert_eq!(refused.status, 422);
    for page in [&lab, &explain, &searched, &refused] {
        assert!(!page.text.contains("<script>"), "{}", page.text);
        assert!(!page.text.contains("<b>bo"), "{}", page.text);
    }
    for page in [&lab, &explain, &refused] {
        assert!(page.text.contains(HARMLESS), "{}", page.text);
    }
}

#[tokio::test]
async fn a_certificate_form_keeps_what_was_typed_and_never_a_secret() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let new = "/console/certificates/new/xiaomi";
    let long = "名".repeat(33);
    let typed = [("name", long.as_str()), ("package_name", "\"><b>"), ("app_secret", "the-app-secret")];
    let refused = browser.save(new, &typed).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains(&long) && refused.text.contains("33/32"));
    assert!(refused.text.contains("data-test=\"error-name\""));
    assert!(refused.text.contains("data-test=\"error-package_name\""));
    assert!(refused.text.contains("value=\"&#34;&#62;&#60;b&#62;\""));
    assert!(!refused.text.contains("the-app-secret"));
    assert!(house.store.certificates(house.app.id).await.unwrap().is_empty());

    let good = [("name", "小米"), ("package_name", "com.example.im"), ("app_secret", "the-app-secret")];
    let saved = browser.save(new, &good).await;
    let page = browser.get(location(&saved)).await;
    let certificate = house.store.certificates(house.app.id).await.unwrap().remove(0);
    assert!(page.text.contains(&format!("data-test=\"certificate-id\">{}<", certificate.id)));
    assert!(page.text.contains("the vendor was not reached"), "{}", page.text);
    assert!(page.text.contains("saved; leave empty to keep it"));

    let path = format!("/console/certificates/{}", certificate.id);
    let edit = [("name", "小米 2"), ("package_name", "com.example.other"), ("app_secret", "")];
    assert_eq!(location(&browser.save(&path, &edit).await), format!("{path}?said=saved"));
    let edited = house.store.certificates(house.app.id).await.unwrap().remove(0);
    assert_eq!((edited.id, edited.name.as_str()), (certificate.id, "小米 2"));
    assert_eq!(edited.form.get("app_secret"), Some("the-app-secret"));
    assert_eq!(edited.form.get("package_name"), Some("com.example.other"));

    let double = browser.save(new, &[("name", "小米 2"), good[1], good[2]]).await;
    assert_eq!(double.status, 422);
    for page in [page, browser.get(&path).await, browser.get("/console/certificates").await, double] {
        assert!(!page.text.contains("the-app-secret"));
    }
}

#[tokio::test]
async fn a_file_over_the_limit_and_garbage_are_refused_with_a_page() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let huge = "x".repeat(600 * 1024);
    let answer = browser.save("/console/certificates/new/apns", &[("name", "a"), ("p12", &huge)]).await;
    assert_eq!(answer.status, 413);
    let headers =
        [("cookie", browser.cookie.as_str()), ("content-type", "multipart/form-data; boundary=edge")];
    let garbage = house.raw(Method::POST, "/console/certificates/new/apns", &headers, "\u{0}garbage").await;
    assert!(garbage.status.is_client_error());
    for path in
        ["/console/certificates/new/nobody", "/console/certificates/4000000000", "/console/certificates/x"]
    {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
    let unnamed = browser.post("/console/lab/send", &[("from", "ann"), ("to", "bo")]).await;
    assert_eq!(unnamed.status, 422);
}

#[tokio::test]
async fn each_app_shows_its_own_and_nothing_of_the_other() {
    let house = House::new().await;
    let id = house.certificate("mine").await;
    let browser = Browser::signed_in(&house).await;
    assert!(browser.get("/console/certificates").await.text.contains("mine"));
    assert_eq!(location(&browser.post("/console/app", &[("app", "2")]).await), "/console/overview");
    assert!(!browser.get("/console/certificates").await.text.contains("mine"));
    assert_eq!(browser.get(&format!("/console/certificates/{id}")).await.status, 404);
    assert_eq!(browser.post(&format!("/console/certificates/{id}/test"), &[]).await.status, 404);
    assert_eq!(browser.post("/console/app", &[("app", "3")]).await.status, 404);
}

#[tokio::test]
async fn a_link_made_by_an_apps_key_shows_that_app_alone() {
    let house = House::new().await;
    house.certificate("mine").await;
    let key = format!("Bearer {}", house.foreign_key);
    let made = house.raw(Method::POST, "/v1/console/links", &[("authorization", &key)], "").await.json();
    let (_, path) = made["url"].as_str().unwrap().split_once(&house.address.to_string()).unwrap();
    let welcome = house.raw(Method::GET, path, &[], "").await;
    let mut browser = Browser { house: &house, cookie: cookie_of(&welcome), csrf: String::new() };
    let lab = browser.get("/console/lab").await;
    assert!(lab.text.contains("app 2") && !lab.text.contains("app 1"), "{}", lab.text);
    browser.csrf = csrf_of(&lab);
    assert_eq!(browser.post("/console/app", &[("app", "1")]).await.status, 404);
    assert!(!browser.get("/console/certificates").await.text.contains("mine"));
}

#[tokio::test]
async fn the_language_follows_the_browser_until_it_is_chosen() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    assert!(browser.get_as("/console/lab", "zh-CN,zh").await.text.contains("设备实验室"));
    let chosen = browser.get("/console/language/zh?back=/console/certificates").await;
    assert_eq!(location(&chosen), "/console/certificates");
    browser.cookie = format!("{}; {}", browser.cookie, cookie_of(&chosen));
    assert!(browser.get("/console/lab").await.text.contains("设备实验室"));
    let astray = browser.get("/console/language/en?back=//evil.example/console/").await;
    assert_eq!(location(&astray), "/console/overview");
    assert_eq!(browser.get("/console/language/xx").await.status, 404);
}

#[tokio::test]
async fn an_open_page_hears_of_a_message_at_once() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let request = Request::get(format!("http://{}/console/events?page=explain", house.address))
        .header("cookie", &browser.cookie)
        .body(Empty::<Bytes>::new())
        .unwrap();
    let http = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let mut body = http.request(request).await.unwrap().into_body();
    let mut hear = async || {
        loop {
            let frame = body.frame().await.unwrap().unwrap();
            if frame.data_ref().is_some_and(|text| text.starts_with(b"event: changed\ndata: explain\n")) {
                return;
            }
        }
    };
    timeout(PATIENCE, hear()).await.expect("what changed before the page heard is told");
    house.send("ann", "bo", "hello").await;
    timeout(PATIENCE, hear()).await.expect("the page is told");
}

#[tokio::test]
async fn the_last_message_is_told_in_the_lab_with_its_way_to_explain() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let sent = house.send("ann", "bo", "晚饭吃什么?").await;
    let told: Vec<Value> = house.explained(&sent, "bo").await;
    assert_eq!(told.len(), 1);
    let lab = browser.get("/console/lab").await;
    assert!(lab.text.contains("No push: The user has never logged in on any device"), "{}", lab.text);
    assert!(lab.text.contains(&format!("/console/explain?message={sent}&#38;user=bo")), "{}", lab.text);
    let explain = browser.get(&format!("/console/explain?message={sent}&user=bo")).await;
    assert!(explain.text.contains("data-test=\"rule-decided\""), "{}", explain.text);
    assert!(explain.text.contains("never_logged_in"));
}

#[tokio::test]
async fn dead_letters_are_filtered_and_put_back_with_a_form_of_this_sign_in() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    for (language, words) in [("en", "No dead letters"), ("zh", "没有死信")] {
        let page = browser.get_as("/console/dead-letters?class=marketing&vendor=", language).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains(words), "{}", page.text);
    }
    let odd = browser.get("/console/dead-letters?reason=fetched&requeued=3&kept=%3Cb%3E").await;
    assert!(odd.text.contains("data-test=\"refusal\"") && !odd.text.contains("<b></b>"), "{}", odd.text);
    let done = browser.post("/console/dead-letters/requeue", &[("class", "chat"), ("lifetime", "")]).await;
    assert_eq!(location(&done), "/console/dead-letters?class=chat&requeued=0&kept=0&changed=0");
    let forged = browser.post_bare("/console/dead-letters/requeue", &[("csrf", "guessed")]).await;
    assert_eq!(forged.status, 403);
}
