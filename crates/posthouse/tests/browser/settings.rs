//! What an App is set to: policy, API keys, webhooks, push resources.

use crate::{backend::Backend, page::Page, stage::Stage};

#[tokio::test]
async fn settings_are_kept_and_secrets_shown_once() {
    let stage = Stage::open("settings").await;
    policy(&stage.page).await;
    key(&stage.page).await;
    webhook(&stage.page).await;
    resource(&stage.page).await;
    stage.close().await;
}

async fn policy(page: &Page) {
    page.click("nav-policy").await;
    page.fill("retention_days", "0").await;
    page.click("content_free-yes").await;
    page.click("save").await;
    page.see("error-retention_days").await;
    page.only_complains_of(422).await;
    assert!(page.is_chosen("content_free-yes").await, "what was chosen is lost");
    page.fill("retention_days", "30").await;
    page.fill("default_title", "你有新消息").await;
    page.click("save").await;
    page.see("said").await;
    page.click("nav-policy").await;
    assert!(page.is_chosen("content_free-yes").await, "the setting is not kept");
    assert_eq!(page.value_of("default_title").await, "你有新消息");
    page.click("nav-audit").await;
    page.see_text("audit", "你有新消息").await;
}

async fn key(page: &Page) {
    page.click("nav-keys").await;
    page.click("make-button").await;
    page.see("error-name").await;
    page.only_complains_of(422).await;
    page.fill("key-name-field", "by hand").await;
    page.click("scope-read").await;
    page.click("make-button").await;
    let key = page.text("made-key-text").await;
    page.click("nav-keys").await;
    page.see_text("key-name", "by hand").await;
    let source = page.run("return document.documentElement.outerHTML;").await;
    assert!(!source.as_str().unwrap().contains(&key), "the key is shown twice");
    let row = page.word_of("key-", "by hand").await;
    page.click(&format!("revoke-{row}")).await;
    page.click(&format!("sure-{row}")).await;
    page.see("said").await;
    page.see_gone(&format!("key-{row}")).await;
}

async fn webhook(page: &Page) {
    let backend = Backend::open().await;
    page.click("nav-webhooks").await;
    page.fill("webhook-url", "ftp://example.com").await;
    page.click("add").await;
    page.see("error-url").await;
    page.see("error-events").await;
    page.only_complains_of(422).await;
    page.fill("webhook-url", backend.url()).await;
    page.click("event-message").await;
    page.click("add").await;
    page.see("made-secret").await;
    page.click("nav-webhooks").await;
    page.see_gone("made-secret").await;
    page.click("edit-1").await;
    page.click("event-recall").await;
    page.click("save").await;
    page.see("said").await;
    page.click("pause-1").await;
    page.see("said").await;
    page.see("webhook-1 webhook-state.tone-plain").await;
    page.click("pause-1").await;
    page.see("webhook-1 webhook-state.tone-ok").await;
    page.click("delete-1").await;
    page.click("sure-1").await;
    page.see("no-webhooks").await;
}

async fn resource(page: &Page) {
    page.click("nav-resources").await;
    page.fill("resource-id", "calls").await;
    page.click("make-resource").await;
    page.click("tab-oppo").await;
    page.fill("style-channel", "calls").await;
    page.click("save").await;
    page.see("said").await;
    page.click("nav-resources").await;
    page.see_text("resource-calls", "OPPO").await;
    page.click("edit-calls").await;
    page.click("delete-resource").await;
    page.click("delete-yes").await;
    page.see("no-resources").await;
}
