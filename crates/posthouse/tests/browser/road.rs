//! The road of a message to each phone, in every state a phone can be in.

use crate::{
    lab::{IPHONE, Lab, MI, Phone},
    stage::Stage,
};

const DINNER: &str = "晚饭吃什么?🍜";

/// A phone and what is particular to its vendor.
struct Road {
    phone: &'static Phone,
    /// What people call its vendor.
    vendor: &'static str,
    /// A part of the call by which its app gets `ext`.
    getter: &'static str,
    /// The vendor's answer to a push it takes.
    answer: &'static str,
}

#[tokio::test]
async fn a_xiaomi_phone_gets_its_messages_in_every_state() {
    let road =
        Road { phone: &MI, vendor: "Xiaomi", getter: "PushMessageHelper.KEY_MESSAGE", answer: "HTTP 200 0" };
    walk("road-xiaomi", &road).await;
}

#[tokio::test]
async fn an_iphone_gets_its_messages_in_every_state() {
    let road = Road {
        phone: &IPHONE,
        vendor: "Apple (APNs)",
        getter: "content.userInfo[\"ext\"]",
        answer: "HTTP 200",
    };
    walk("road-apple", &road).await;
}

async fn walk(test: &'static str, road: &Road) {
    let stage = Stage::open(test).await;
    let lab = Lab::of(&stage, road.phone);
    lab.is("foreground").await;
    lab.server_sees("online-foreground").await;
    killed_and_tapped(&lab, road).await;
    explained(&lab, road).await;
    foreground(&lab).await;
    background(&lab).await;
    locked(&lab).await;
    no_network(&lab).await;
    logged_out(&lab).await;
    frozen(&lab).await;
    token_invalid(&lab).await;
    stage.close().await;
}

/// The page that the notification appears on is the one that was open before: nothing was loaded again.
async fn killed_and_tapped(lab: &Lab<'_>, road: &Road) {
    lab.page.run("window.neverLeft = true;").await;
    lab.kill().await;
    lab.send_with_ext(DINNER, "ext content").await;
    lab.shows(DINNER).await;

    lab.tap(DINNER).await;
    lab.is("foreground").await;
    lab.page.see_text(&format!("{} inbox-entry", lab.own("inbox")), DINNER).await;
    lab.page.see_text(&lab.own("ext"), "ext content").await;
    lab.page.see_text(&lab.own("getter"), road.getter).await;
    let never_left = lab.page.run("return window.neverLeft === true;").await;
    assert_eq!(never_left, true, "the page was loaded again");
}

async fn explained(lab: &Lab<'_>, road: &Road) {
    lab.kill().await;
    lab.send("explain me").await;
    lab.shows("explain me").await;
    lab.explain("explain me", &format!("Accepted by {}", road.vendor)).await;
    lab.decided_by("push_disconnected").await;
    lab.page.see_text("vendor-code", road.answer).await;
    let passed = lab.page.texts("rule-passed rule-name").await;
    assert!(passed.len() > 20, "only {passed:?} were looked at");
    lab.back().await;
}

async fn foreground(lab: &Lab<'_>) {
    lab.on_screen().await;
    lab.press("clear-shade").await;
    lab.page.see_gone(&lab.own("shade")).await;
    let text = "you are looking at it";
    lab.send(text).await;
    lab.page.see_text(&format!("{} inbox-entry", lab.own("inbox")), text).await;
    lab.explain(text, "Delivered over the connection; no push was needed").await;
    lab.back().await;
    lab.page.see_gone(&lab.own("shade")).await;
}

async fn background(lab: &Lab<'_>) {
    lab.press("background").await;
    lab.is("background").await;
    lab.server_sees("online-background").await;
    lab.send("in the background").await;
    lab.shows("in the background").await;
    lab.explain("in the background", "Accepted by").await;
    lab.decided_by("push_background").await;
    lab.back().await;
}

async fn locked(lab: &Lab<'_>) {
    lab.on_screen().await;
    lab.press("lock").await;
    lab.page.see(&lab.own("locked")).await;
    lab.server_sees("online-background").await;
    lab.send("on the lock screen").await;
    lab.shows("on the lock screen").await;
    lab.page.see(&lab.own("lock-face")).await;
    lab.press("unlock").await;
    lab.page.see_gone(&lab.own("locked")).await;
}

async fn no_network(lab: &Lab<'_>) {
    lab.kill().await;
    lab.press("network-off").await;
    lab.page.see(&lab.own("no-network")).await;
    lab.send("kept by the vendor").await;
    lab.page.see_text("last-message", "kept by the vendor").await;
    lab.page.see_text("last-headline", "Accepted by").await;
    assert!(!lab.is_showing("kept by the vendor").await, "it is shown without a network");
    lab.press("network-on").await;
    lab.shows("kept by the vendor").await;
}

async fn logged_out(lab: &Lab<'_>) {
    lab.on_screen().await;
    lab.press("log-out").await;
    lab.page.see_text(&lab.own("login"), "logged out").await;
    lab.page.see_text(&lab.own("connection"), "not connected").await;
    lab.send("to nobody").await;
    lab.explain("to nobody", "No push: The user logged out on this device").await;
    lab.decided_by("logged_out").await;
    lab.back().await;
    assert!(!lab.is_showing("to nobody").await, "the shade shows it");
    lab.press("log-in").await;
    lab.page.see_text(&lab.own("login"), "logged in").await;
    lab.server_sees("online-foreground").await;
}

/// Nobody answers, so the push comes after the deadline of the acknowledgement.
async fn frozen(lab: &Lab<'_>) {
    lab.press("freeze").await;
    lab.is("frozen").await;
    lab.send("nobody answers").await;
    lab.page.see_text("last-headline", "Being decided").await;
    lab.shows("nobody answers").await;
    lab.explain("nobody answers", "Accepted by").await;
    lab.decided_by("push_unacked").await;
    lab.back().await;
    lab.press("thaw").await;
    lab.is("background").await;
}

/// The push that finds the token dead ends as the vendor says: Apple refuses it, Xiaomi takes it and reports later.
async fn token_invalid(lab: &Lab<'_>) {
    lab.on_screen().await;
    lab.kill().await;
    lab.press("invalidate-token").await;
    lab.page.see_text(&lab.own("token"), "served no longer").await;
    lab.send("finds out").await;
    if lab.phone.name == MI.name {
        lab.explain("finds out", "Accepted by Xiaomi").await;
        lab.page.see_text("mark-receipt", "16").await;
    } else {
        lab.explain("finds out", "Refused by Apple").await;
        lab.page.see_text("vendor-code", "410 Unregistered").await;
    }
    lab.back().await;
    lab.send("goes nowhere").await;
    lab.explain("goes nowhere", "No push: The vendor called the device's token dead").await;
    lab.decided_by("token_cleared").await;
    lab.back().await;

    lab.on_screen().await;
    lab.kill().await;
    lab.send("back again").await;
    lab.shows("back again").await;
}
