//! Forms of another site, frames, redirects.

use http::Method;
use model::ConsoleRole;
use server::console_pages;

use super::{code, everywhere};
use crate::{
    browser::{Browser, PASSWORD, location, operator},
    house::House,
};

#[tokio::test]
async fn no_form_of_another_site_is_taken_not_even_to_sign_in() {
    let house = House::new().await;
    operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
    let own = format!("http://{}", house.address);
    let body = format!("name=li&password={}", PASSWORD.replace(' ', "+"));
    let form = ("content-type", "application/x-www-form-urlencoded");
    for foreign in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        for page in console_pages().iter().filter(|page| page.method == Method::POST) {
            let answer = house.raw(Method::POST, page.path, &[form, foreign], body.clone()).await;
            assert_eq!((answer.status.as_u16(), code(&answer.text)), (403, "stale_form"), "{}", page.path);
            assert!(!answer.headers.contains_key("set-cookie"));
        }
    }
    for near in [("sec-fetch-site", "same-origin"), ("origin", own.as_str())] {
        let answer = house.raw(Method::POST, "/console/signin", &[form, near], body.clone()).await;
        assert_eq!(location(&answer), "/console/overview");
    }
}

#[tokio::test]
async fn every_answer_forbids_frames_and_foreign_scripts() {
    let house = House::new().await;
    operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
    let browser = Browser::with_password(&house, "li").await;
    for page in console_pages().iter().filter(|page| page.path != "/console/events") {
        let path = page.path.replace("{vendor}", "apns").replace("{id}", "1").replace("{tag}", "en");
        let answer = match page.method {
            Method::GET => browser.get(&path).await,
            _ => browser.post_bare(&path, &[]).await,
        };
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        for part in
            ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"]
        {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert_eq!(answer.headers["x-frame-options"], "DENY", "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        for inline in ["<script>", "<style", " style=", " onclick=", "javascript:"] {
            assert!(!answer.text.contains(inline) || path.contains("/assets/"), "{path}: {inline}");
        }
        if answer.status == 200 && !path.contains("/assets/") {
            assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        }
    }
    let wrong_verb = browser.get("/console/lab/send").await;
    assert_eq!(wrong_verb.headers["x-frame-options"], "DENY");
}

#[tokio::test]
async fn signing_in_leads_to_pages_of_the_console_alone() {
    let house = House::new().await;
    operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
    let nobody = Browser { house: &house, cookie: String::new(), csrf: String::new() };
    let sign_in = async |back: &str| {
        let fields = [("name", "li"), ("password", PASSWORD), ("back", back)];
        location(&nobody.post_bare("/console/signin", &fields).await).to_owned()
    };
    for elsewhere in
        ["https://evil.example/", "//evil.example/console/", "/console//evil", "/v1/users", "/console/\\evil"]
    {
        assert_eq!(sign_in(elsewhere).await, "/console/overview", "{elsewhere}");
    }
    assert_eq!(sign_in("/console/audit?who=li").await, "/console/audit?who=li");
    let asked = nobody.get("/console/explain?message=%22%3E%3Cb%3E").await;
    assert_eq!(asked.status, 401);
    let kept = "name=\"back\" value=\"/console/explain?message=%22%3E%3Cb%3E\"";
    assert!(asked.text.contains(kept), "{}", asked.text);
}
