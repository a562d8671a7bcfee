//! What an operator does to a user: found, switched off and on, unbound, logged out, kicked.

use crate::{
    lab::{IPHONE, Lab},
    page::Page,
    stage::Stage,
};

#[tokio::test]
async fn a_user_is_switched_off_unbound_logged_out_and_kicked() {
    let stage = Stage::open("people").await;
    let page = &stage.page;
    let lab = Lab::of(&stage, &IPHONE);
    lab.server_sees("online-foreground").await;

    look_up(page).await;
    page.click("push-all-off").await;
    page.see("said").await;
    page.see("push-is-off").await;
    page.click("switch-device").await;
    page.see_gone("push-is-off").await;
    page.click("unbind").await;
    page.see("lost").await;
    page.see_gone("unbind").await;
    page.click("log-out").await;
    page.see("presence.tone-warn").await;
    page.see("binding lost").await;

    lab.back().await;
    page.see(&lab.own("log-in")).await;
    lab.press("log-in").await;
    lab.server_sees("online-foreground").await;
    look_up(page).await;
    page.see("token-tail").await;
    page.click("kick").await;
    page.see("said").await;
    page.see_gone("kick-device").await;

    lab.back().await;
    page.fill("send-to", IPHONE.user).await;
    lab.send("to somebody who was kicked").await;
    lab.explain("to somebody who was kicked", "No push").await;
    lab.decided_by("kicked").await;
    delete(page).await;
    stage.close().await;
}

/// By the beginning of the id.
async fn look_up(page: &Page) {
    page.click("nav-users").await;
    page.fill("users-q", "an").await;
    page.click("users-find").await;
    page.click_text("user-id", IPHONE.user).await;
    page.see_text("user-heading", IPHONE.user).await;
    page.see("device").await;
}

/// Only with the id typed once more.
async fn delete(page: &Page) {
    look_up(page).await;
    page.click("delete-user").await;
    page.fill("confirm", "Ann").await;
    page.click("delete").await;
    page.see("error-confirm").await;
    page.only_complains_of(422).await;
    page.fill("confirm", IPHONE.user).await;
    page.click("delete").await;
    page.see("said").await;
    page.fill("users-q", IPHONE.user).await;
    page.click("users-find").await;
    page.see("no-match").await;
}
