//! Webhooks, API keys and the App's policy in the console.

use http::Method;
use model::{BackgroundPolicy, ConsoleRole, LoginPolicy};
use store::Scope;

use crate::{
    backend::Backend,
    browser::{location, somebody},
    house::House,
};

/// What a page shows at this place.
fn at<'a>(page: &'a str, test: &str) -> &'a str {
    let (_, rest) =
        page.split_once(&format!("data-test=\"{test}\"")).unwrap_or_else(|| panic!("no {test}: {page}"));
    rest.split_once('>').unwrap().1.split('<').next().unwrap()
}

#[tokio::test]
async fn a_webhook_is_made_with_a_secret_that_is_shown_once_and_told() {
    let house = House::new().await;
    house.users(&["ann", "bo"]).await;
    let mut backend = Backend::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let browser = somebody(&house, ConsoleRole::Operator).await;
    assert!(browser.get("/console/webhooks").await.text.contains("data-test=\"no-webhooks\""));
    let fields = [("url", backend.url()), ("event", "message"), ("event", "recall")];
    let made = browser.post("/console/webhooks", &fields).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let secret = at(&made.text, "made-secret").to_owned();
    let kept = house.store.webhooks(house.app.id).await.unwrap().remove(0);
    assert_eq!(kept.secret.expose(), &secret);
    house.send("ann", "bo", "hello").await;
    backend.told().await;
    let mut list = browser.get("/console/webhooks").await.text;
    while !list.contains("HTTP 200") {
        tokio::task::yield_now().await;
        list = browser.get("/console/webhooks").await.text;
    }
    assert!(!list.contains(&secret), "it is shown once");
    assert!(list.contains(">Messages</span>") && list.contains(">Recalls</span>"), "{list}");
    assert!(browser.get_as("/console/webhooks", "zh").await.text.contains("最近应答"));
    let audit = browser.get("/console/audit?what=create_webhook").await.text;
    assert!(audit.contains("webhook 1") && !audit.contains(&secret));
}

#[tokio::test]
async fn a_webhook_is_changed_paused_and_deleted_and_what_is_wrong_stands_at_its_field() {
    let house = House::new().await;
    let browser = somebody(&house, ConsoleRole::Operator).await;
    let url = "https://example.com/told";
    assert_eq!(browser.post("/console/webhooks", &[("url", url), ("event", "token")]).await.status, 200);
    let wrong = browser.post("/console/webhooks", &[("url", "ftp://example.com")]).await;
    assert_eq!(wrong.status, 422);
    for part in ["data-test=\"error-url\"", "data-test=\"error-events\"", "value=\"ftp://example.com\""] {
        assert!(wrong.text.contains(part), "{part}: {}", wrong.text);
    }
    let all = async || house.store.webhooks(house.app.id).await.unwrap();
    assert_eq!(all().await.len(), 1);
    let before = all().await.remove(0);
    let paused = browser.post("/console/webhooks/pause", &[("id", "1"), ("paused", "yes")]).await;
    assert_eq!(location(&paused), "/console/webhooks?said=paused");
    let edited = [("id", "1"), ("url", "https://example.com/other"), ("event", "session")];
    let saved = browser.post("/console/webhooks/webhook", &edited).await;
    assert_eq!(location(&saved), "/console/webhooks?said=saved");
    let after = all().await.remove(0);
    assert_eq!((after.url.as_str(), after.disabled), ("https://example.com/other", true));
    assert_eq!(after.secret.expose(), before.secret.expose());
    let wrong = browser.post("/console/webhooks/webhook", &[("id", "1"), ("url", "x")]).await;
    assert_eq!((wrong.status.as_u16(), all().await[0].url.as_str()), (422, "https://example.com/other"));
    let gone = browser.post("/console/webhooks/delete", &[("id", "1")]).await;
    assert_eq!(location(&gone), "/console/webhooks?said=deleted");
    assert!(all().await.is_empty());
    assert_eq!(browser.post("/console/webhooks/delete", &[("id", "1")]).await.status, 404);
    let viewer = somebody(&house, ConsoleRole::Viewer).await;
    let list = viewer.get("/console/webhooks").await.text;
    assert!(list.contains("data-test=\"add\" disabled title=\"Your role"), "{list}");
    assert_eq!(viewer.post("/console/webhooks", &edited).await.status, 403);
}

#[tokio::test]
async fn an_owner_makes_a_key_that_is_shown_once_and_revokes_it() {
    let house = House::new().await;
    let owner = somebody(&house, ConsoleRole::Owner).await;
    let made =
        owner.post("/console/keys", &[("name", "订单服务"), ("scope", "send"), ("scope", "read")]).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let key = at(&made.text, "made-key-text").to_owned();
    let bearer = format!("Bearer {key}");
    let ask = async || house.raw(Method::GET, "/v1/users", &[("authorization", &bearer)], "").await.status;
    assert_eq!(ask().await, 200);
    let list = owner.get("/console/keys").await.text;
    assert!(list.contains("订单服务") && !list.contains(&key), "it is shown once");
    let kept = house.store.api_keys(house.app.id).await.unwrap();
    let record = kept.iter().find(|one| one.name == "订单服务").unwrap();
    assert_eq!(record.scopes, [Scope::Send, Scope::Read]);
    let id: String = record.hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    assert!(list.contains(&format!("data-test=\"key-{id}\"")));
    let wrong = owner.post("/console/keys", &[("name", " ")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("data-test=\"error-name\""));
    let wrong = owner.post("/console/keys", &[("name", "x"), ("scope", "instance")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("data-test=\"error-scopes\""));
    assert_eq!(house.store.api_keys(house.app.id).await.unwrap().len(), kept.len());
    for role in [ConsoleRole::Viewer, ConsoleRole::Operator] {
        let other = somebody(&house, role).await;
        let list = other.get("/console/keys").await.text;
        assert!(list.contains("data-test=\"for-owners\"") && !list.contains("revoke-"), "{list}");
        assert_eq!(other.post("/console/keys", &[("name", "x"), ("scope", "manage")]).await.status, 403);
    }
    let gone = owner.post("/console/keys/revoke", &[("id", &id)]).await;
    assert_eq!(location(&gone), "/console/keys?said=revoked");
    assert_eq!(ask().await, 401);
    assert_eq!(owner.post("/console/keys/revoke", &[("id", &id)]).await.status, 404);
    assert!(owner.get_as("/console/keys", "zh").await.text.contains("最近使用"));
}

#[tokio::test]
async fn the_policy_is_saved_with_what_was_before_in_the_audit_log() {
    let house = House::new().await;
    let browser = somebody(&house, ConsoleRole::Operator).await;
    let shown = browser.get("/console/policy").await.text;
    for part in
        ["4 no_push_settings", "24 stale_device", "setting-retention_days", "Default: One", "no limit"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let fields = [
        ("background_ios", "wait-for-loss"),
        ("login", "many"),
        ("stale_after_days", "30"),
        ("push_without_settings", "no"),
        ("template_kind", "call"),
        ("template_language", "zh"),
        ("template_text", "来电"),
        ("template_kind", ""),
        ("template_language", ""),
        ("template_text", ""),
    ];
    let saved = browser.post("/console/policy", &fields).await;
    assert_eq!(location(&saved), "/console/policy?said=saved");
    let policy = house.store.app(house.app.id).await.unwrap().unwrap().policy;
    assert_eq!((policy.background_ios, policy.login), (BackgroundPolicy::WaitForLoss, LoginPolicy::Many));
    assert_eq!((policy.stale_after_days, policy.push_without_settings), (Some(30), false));
    assert_eq!((policy.templates.len(), policy.background_web), (1, BackgroundPolicy::Push));
    let audit = browser.get("/console/audit?what=change_app").await.text;
    for part in ["login: one_device → many", "stale_after_days: none → 30", "templates: none → 1"] {
        assert!(audit.contains(part), "{part}: {audit}");
    }
    assert_eq!(location(&browser.post("/console/policy", &fields).await), "/console/policy?said=saved");
    let audit = browser.get("/console/audit?what=change_app").await.text;
    assert_eq!(audit.matches("data-test=\"entry\"").count(), 1, "saving the same again changes nothing");
    assert!(browser.get_as("/console/policy", "zh").await.text.contains("断连才推"));
}

#[tokio::test]
async fn a_policy_that_was_changed_meanwhile_is_not_overwritten_unseen() {
    let house = House::new().await;
    let browser = somebody(&house, ConsoleRole::Operator).await;
    let mark = |page: &str| {
        let (_, rest) = page.split_once("name=\"based_on\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let old = mark(&browser.get("/console/policy").await.text);
    let first = browser.post("/console/policy", &[("based_on", &old), ("login", "many")]).await;
    assert_eq!(location(&first), "/console/policy?said=saved");
    let late = [("based_on", old.as_str()), ("login", "many"), ("stale_after_days", "45")];
    let refused = browser.post("/console/policy", &late).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("data-test=\"outdated\"") && refused.text.contains("value=\"45\""));
    assert_eq!(house.store.app(house.app.id).await.unwrap().unwrap().policy.stale_after_days, None);
    let new = mark(&refused.text);
    let again = [("based_on", new.as_str()), ("login", "many"), ("stale_after_days", "45")];
    assert_eq!(location(&browser.post("/console/policy", &again).await), "/console/policy?said=saved");
}

#[tokio::test]
async fn a_policy_that_cannot_be_is_told_at_its_fields_and_changes_nothing() {
    let house = House::new().await;
    let before = house.store.app(house.app.id).await.unwrap().unwrap().policy;
    let browser = somebody(&house, ConsoleRole::Operator).await;
    let fields = [
        ("stale_after_days", "many"),
        ("retention_days", "0"),
        ("default_title", ""),
        ("login", "any"),
        ("template_kind", "call"),
        ("template_language", ""),
        ("template_text", "half a row"),
    ];
    let refused = browser.post("/console/policy", &fields).await;
    assert_eq!(refused.status, 422);
    for field in ["stale_after_days", "retention_days", "default_title", "login", "templates"] {
        assert!(refused.text.contains(&format!("data-test=\"error-{field}\"")), "{field}: {}", refused.text);
    }
    assert!(refused.text.contains("value=\"many\"") && refused.text.contains("half a row"));
    assert_eq!(house.store.app(house.app.id).await.unwrap().unwrap().policy, before);
    let viewer = somebody(&house, ConsoleRole::Viewer).await;
    assert_eq!(viewer.post("/console/policy", &[("login", "many")]).await.status, 403);
    assert!(viewer.get("/console/policy").await.text.contains("data-test=\"save\" disabled"));
}
