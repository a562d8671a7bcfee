//! Finding out: the push test, the explanation that is handed on, and dead letters that go back.

use crate::{
    furnished::{PASSWORD, invite},
    lab::{Lab, MI},
    page::Page,
    stage::Stage,
};

use serde_json::json;

#[tokio::test]
async fn a_test_push_is_sent_found_again_and_shown_to_somebody_else() {
    let stage = Stage::open("tools-explain").await;
    let page = &stage.page;
    let lab = Lab::of(&stage, &MI);
    lab.kill().await;

    page.click("nav-test").await;
    page.fill("pick-user", MI.user).await;
    page.click("pick-button").await;
    page.see_text("device-user", MI.user).await;
    page.see("check-token").await;
    let push_id = page.text("push-id").await;
    page.see_text("rule-decided rule-name", "push_direct").await;
    page.click("test-send").await;
    page.see("error-body").await;
    page.only_complains_of(422).await;
    page.fill("test-title", "来自测试").await;
    page.fill("test-body", "does it ring?").await;
    page.fill("test-ext", "room 7").await;
    page.click("test-send").await;
    page.see_text("vendor-code", "HTTP 200 0").await;
    page.see_text("test-phone", "does it ring?").await;
    page.click("explain-test").await;
    page.see_text("target-place", "certificate 1").await;
    let message = page.text("message-id").await;

    found_again(page, &message, &push_id).await;
    shown_to_somebody_else(&stage, &message).await;
    stage.close().await;
}

/// By its id, and among what went to its device.
async fn found_again(page: &Page, message: &str, push_id: &str) {
    page.click("nav-explain").await;
    page.choose("find-by", "message").await;
    page.fill("find-value", message).await;
    page.click("find-button").await;
    page.see_text("message-id", message).await;
    page.see("step-accepted").await;
    page.see("attempt").await;
    page.choose("find-by", "device").await;
    page.fill("find-value", "no such device").await;
    page.click("find-button").await;
    page.see("none-found").await;
    page.fill("find-value", push_id).await;
    page.click("find-button").await;
    page.click("found").await;
    page.see_text("message-id", message).await;
}

/// The link opens where somebody else signs in first.
async fn shown_to_somebody_else(stage: &Stage, message: &str) {
    let page = &stage.page;
    page.open(&format!("/console/explain?message={message}")).await;
    let link = page.run("return document.getElementById('share-link').href;").await;
    let link = link.as_str().unwrap();
    let invitation = invite(page, "li.na", "李娜").await;

    let other = stage.another_window().await;
    other.open(&invitation).await;
    other.fill("password", "short").await;
    other.fill("again", "short").await;
    other.click("welcome-button").await;
    other.see("error-password").await;
    other.only_complains_of(422).await;
    other.fill("password", PASSWORD).await;
    other.fill("again", PASSWORD).await;
    other.click("welcome-button").await;
    other.see_text("signed-name", "李娜").await;
    other.click("sign-out").await;
    other.see("sign-in").await;

    other.open(link).await;
    other.fill("sign-in-name", "li.na").await;
    other.fill("sign-in-password", "not the password").await;
    other.click("sign-in-button").await;
    other.see("sign-in-wrong").await;
    other.only_complains_of(401).await;
    other.fill("sign-in-password", PASSWORD).await;
    other.click("sign-in-button").await;
    other.see_text("message-id", message).await;
    other.see("headline").await;
    other.close().await;
}

#[tokio::test]
async fn a_dead_letter_goes_back_once_the_vendor_is_mended() {
    let stage = Stage::open("tools-dead-letters").await;
    let page = &stage.page;
    let lab = Lab::of(&stage, &MI);
    lab.kill().await;
    stage.let_fail("xiaomi", &json!({ "fail": { "times": 1, "code": "21301" } })).await;
    lab.send("try it twice").await;
    page.see_text("last-message", "try it twice").await;
    page.see("last-target.tone-bad").await;
    stage.let_fail("xiaomi", &json!({})).await;

    page.click("nav-dead-letters").await;
    page.see_text("code", "21301").await;
    page.choose("filter-vendor", "oppo").await;
    page.click("filter-button").await;
    page.see("no-dead-letters").await;
    page.choose("filter-vendor", "xiaomi").await;
    page.click("filter-button").await;
    page.see_text("code", "21301").await;
    page.click("requeue").await;
    page.see("requeued").await;
    page.see("no-dead-letters").await;

    lab.back().await;
    lab.shows("try it twice").await;
    page.click("nav-deliveries").await;
    page.fill("filter-user", MI.user).await;
    page.click("filter-button").await;
    page.see("delivery-state.tone-ok").await;
    page.click("explain").await;
    page.see("attempt").await;
    let tries = page.texts("attempt").await;
    assert_eq!(tries.len(), 3, "the refusal, the way back and the second try are told: {tries:?}");
    stage.close().await;
}
