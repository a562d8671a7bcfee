//! The list of pages, walked by everybody.

use http::Method;
use model::{AppId, ConsoleGrants, ConsoleRole};
use serde_json::json;
use server::{ConsolePage, Need, console_pages};

use super::{code, everywhere};
use crate::{
    browser::{Browser, location, operator},
    house::{Answer, House},
};

/// A page's address with something there is in the place of each parameter.
fn address(page: &ConsolePage, certificate: u64, other: u32) -> String {
    let id = if page.path.contains("/operators/") { u64::from(other) } else { certificate };
    let path = page.path.replace("{id}", &id.to_string());
    let path = path.replace("{vendor}", "xiaomi").replace("{tag}", "en").replace("{name}", "console.css");
    let asked = match path.as_str() {
        // The one that never ends, asked for what it does not have.
        "/console/events" => "?page=nothing",
        "/console/users/user" => "?id=here",
        "/console/users/device" => "?id=00000000-0000-0000-0000-000000000007",
        "/console/groups/group" => "?id=team",
        "/console/webhooks/webhook" => "?id=1",
        _ => "",
    };
    format!("{path}{asked}")
}

/// Asks for a page, or sends its form with this secret and nothing else.
async fn knock(browser: &Browser<'_>, page: &ConsolePage, path: &str, csrf: &str) -> Answer {
    if page.method == Method::GET {
        return browser.get(path).await;
    }
    if page.path.contains("certificates") && !page.path.ends_with("/test") {
        return browser.save_with(path, csrf, &[]).await;
    }
    browser.post_bare(path, &[("csrf", csrf)]).await
}

/// What pages of one thing are asked for.
async fn furnish(house: &House) {
    house.users(&["here"]).await;
    house.group("team", &["here"]).await;
    let device = json!({ "device": "00000000-0000-0000-0000-000000000007" });
    assert!(house.post("/v1/devices", device).await.status.is_success());
    let webhook = json!({ "url": "https://example.com/told", "events": ["token"] });
    assert!(house.post("/v1/webhooks", webhook).await.status.is_success());
}

/// Asks for everything that needs a sign-in, as a role.
async fn walk(house: &House, certificate: u64, other: u32, role: ConsoleRole) {
    let name = format!("walking-{role}");
    operator(house, &name, ConsoleGrants::in_app(AppId(1), role)).await;
    let browser = Browser::with_password(house, &name).await;
    let mut pages = console_pages();
    pages.retain(|page| page.need != Need::Open);
    pages.sort_by_key(|page| page.path.ends_with("/signout"));
    for page in &pages {
        let path = address(page, certificate, other);
        let whom = format!("{role} at {} {path}", page.method);
        let answer = knock(&browser, page, &path, &browser.csrf).await;
        if page.need.role() > Some(role) {
            assert_eq!((answer.status.as_u16(), code(&answer.text)), (403, "forbidden"), "{whom}");
            continue;
        }
        assert_ne!(code(&answer.text), "stale_form", "{whom}");
        if page.method == Method::GET && !page.path.ends_with("/events") {
            assert_eq!(answer.status, 200, "{whom}");
        } else {
            assert!(![401, 403].contains(&answer.status.as_u16()), "{whom}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn every_page_lets_in_whom_the_list_says_and_nobody_else() {
    let house = House::new().await;
    let certificate = house.certificate("mine").await;
    let other = operator(&house, "other", ConsoleGrants::in_app(AppId(1), ConsoleRole::Viewer)).await;
    furnish(&house).await;
    let nobody = Browser { house: &house, cookie: String::new(), csrf: String::new() };
    for page in console_pages() {
        let path = address(&page, certificate, other.0);
        let answer = knock(&nobody, &page, &path, "").await;
        if page.need == Need::Open {
            assert_ne!(answer.status, 403, "{path}");
        } else {
            assert_eq!(answer.status, 401, "{path}");
        }
    }
    for role in ConsoleRole::ALL {
        walk(&house, certificate, other.0, role).await;
    }
}

#[tokio::test]
async fn every_form_is_refused_without_the_secret_of_its_sign_in() {
    let house = House::new().await;
    let certificate = house.certificate("mine").await;
    let other = operator(&house, "other", everywhere(ConsoleRole::Viewer)).await;
    operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
    let (browser, elsewhere) =
        (Browser::with_password(&house, "li").await, Browser::with_password(&house, "li").await);
    let forms = console_pages().into_iter().filter(|page| page.method == Method::POST);
    for page in forms.filter(|page| page.need != Need::Open) {
        let path = address(&page, certificate, other.0);
        for csrf in ["", "guessed", elsewhere.csrf.as_str(), browser.cookie.as_str()] {
            let answer = knock(&browser, &page, &path, csrf).await;
            assert_eq!((answer.status.as_u16(), code(&answer.text)), (403, "stale_form"), "{path}");
        }
    }
    assert_eq!(browser.get("/console/account").await.status, 200);
}

#[tokio::test]
async fn a_viewer_sees_how_a_message_went_and_not_what_it_says() {
    let house = House::new().await;
    operator(&house, "viewer", everywhere(ConsoleRole::Viewer)).await;
    operator(&house, "operator", everywhere(ConsoleRole::Operator)).await;
    let sent = house.send("ann", "bo", "nobody else may read this").await;
    house.explained(&sent, "bo").await;
    let paths = [
        "/console/lab".to_owned(),
        "/console/explain".to_owned(),
        format!("/console/explain?message={sent}"),
    ];
    let viewer = Browser::with_password(&house, "viewer").await;
    let reader = Browser::with_password(&house, "operator").await;
    for path in paths {
        let (hidden, read) = (viewer.get(&path).await, reader.get(&path).await);
        assert!(!hidden.text.contains("nobody else"), "{path}: {}", hidden.text);
        assert!(hidden.text.contains("Text hidden from your role"), "{path}");
        assert!(read.text.contains("nobody else may read this"), "{path}");
    }
    let explain = viewer.get(&format!("/console/explain?message={sent}")).await;
    assert!(explain.text.contains("never_logged_in"), "{}", explain.text);
}

#[tokio::test]
async fn what_a_role_may_not_do_is_not_offered() {
    let house = House::new().await;
    let id = house.certificate("mine").await;
    operator(&house, "viewer", everywhere(ConsoleRole::Viewer)).await;
    let viewer = Browser::with_password(&house, "viewer").await;
    let list = viewer.get("/console/certificates").await.text;
    assert!(!list.contains("/console/certificates/new/") && list.contains("Your role may look here"));
    let form = viewer.get(&format!("/console/certificates/{id}")).await.text;
    assert!(form.contains("data-test=\"save\" disabled title=\"Your role"), "{form}");
    assert!(!list.contains("nav-operators") && list.contains("nav-audit"), "{list}");
}

#[tokio::test]
async fn a_role_in_one_app_reaches_no_other() {
    let house = House::new().await;
    let mine = house.certificate("mine").await;
    operator(&house, "li", ConsoleGrants::in_app(AppId(2), ConsoleRole::Owner)).await;
    let li = Browser::with_password(&house, "li").await;
    assert!(!li.get("/console/certificates").await.text.contains("mine"));
    assert_eq!(li.get(&format!("/console/certificates/{mine}")).await.status, 404);
    assert_eq!(li.post("/console/app", &[("app", "1")]).await.status, 404);
    for place in ["1", "instance"] {
        let fields = [("name", "friend"), ("place", place), ("role", "viewer")];
        assert_eq!(li.post("/console/operators", &fields).await.status, 404, "{place}");
    }
    let boss = operator(&house, "boss", everywhere(ConsoleRole::Owner)).await;
    let both = ConsoleGrants {
        apps: [(AppId(1), ConsoleRole::Viewer), (AppId(2), ConsoleRole::Viewer)].into(),
        ..ConsoleGrants::default()
    };
    let shared = operator(&house, "shared", both).await;
    let foreign = operator(&house, "foreign", ConsoleGrants::in_app(AppId(1), ConsoleRole::Viewer)).await;
    for other in [boss, shared] {
        let taken = li.post(&format!("/console/operators/{other}"), &[("role-2", "")]).await;
        assert_eq!(taken.status, 403, "{other}");
        assert_eq!(li.post(&format!("/console/operators/{other}/link"), &[]).await.status, 403, "{other}");
    }
    assert_eq!(li.get(&format!("/console/operators/{foreign}")).await.status, 404);
    let own = operator(&house, "own", ConsoleGrants::in_app(AppId(2), ConsoleRole::Viewer)).await;
    for grab in [("role-instance", "viewer"), ("role-1", "viewer")] {
        assert_eq!(li.post(&format!("/console/operators/{own}"), &[grab]).await.status, 404, "{grab:?}");
    }
    let raised = li.post(&format!("/console/operators/{own}"), &[("role-2", "operator")]).await;
    assert_eq!(location(&raised), format!("/console/operators/{own}?said=saved"));
}

#[tokio::test]
async fn nobody_raises_the_own_role_and_the_last_owner_stays() {
    let house = House::new().await;
    let li = operator(&house, "li", everywhere(ConsoleRole::Owner)).await;
    let bo = operator(&house, "bo", everywhere(ConsoleRole::Owner)).await;
    let browser = Browser::with_password(&house, "li").await;
    let own = browser.post(&format!("/console/operators/{li}"), &[("role-instance", "viewer")]).await;
    assert_eq!(own.status, 403);
    let path = format!("/console/operators/{bo}");
    assert_eq!(browser.post(&path, &[("role-instance", "viewer")]).await.status, 303);
    let by_link = Browser::signed_in(&house).await;
    let path = format!("/console/operators/{li}");
    for fields in [[("role-instance", "operator")], [("disabled", "yes")]] {
        let refused = by_link.post(&path, &fields).await;
        assert_eq!(refused.status, 409);
        assert!(refused.text.contains("without anybody who owns it"), "{}", refused.text);
    }
}
