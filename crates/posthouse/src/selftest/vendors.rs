//! The ten vendors, each through the same nine checks: what a push must survive at every one of them.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use model::{ClickAction, Vendor};
use serde_json::{Value, json};
use server::explain::{ExplainedTarget, TargetState};
use simulator::{FaultPlan, Opened, Operation};

use super::{
    Report,
    road::on_screen,
    trio,
    walk::{Walk, describe},
};
use crate::{
    dev::Dev,
    sample::{SENDER, SamplePhone},
};

/// How long anything may take here. Ten vendors are walked at once.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long a receipt may take: vendors gather them.
const RECEIPT_PATIENCE: Duration = Duration::from_secs(10);

/// Vendors whose books know no page inside an app.
const WITHOUT_PAGES: &[Vendor] = &[Vendor::Webpush];
/// Vendors that report nothing back.
const WITHOUT_RECEIPTS: &[Vendor] = &[Vendor::Apns, Vendor::Fcm, Vendor::Webpush];
/// Vendors without a daily amount.
const WITHOUT_QUOTA: &[Vendor] = &[Vendor::Apns, Vendor::Fcm, Vendor::Webpush];
/// Pages in each vendor's own notation; the others take an intent URI.
const PAGES: &[(Vendor, &str)] = &[
    (Vendor::Oppo, "com.example.im.ChatActivity"),
    (Vendor::Meizu, "com.example.im.ChatActivity"),
    (Vendor::Fcm, "com.example.im.CHAT"),
    (Vendor::Harmony, "com.example.im.CHAT"),
];
const INTENT: &str = "intent://com.example.im/chat#Intent;scheme=posthouse;launchFlags=0x4000000;end";

fn page_of(vendor: Vendor) -> &'static str {
    PAGES.iter().find_map(|(own, page)| (*own == vendor).then_some(*page)).unwrap_or(INTENT)
}

/// What a push must reach: the shade, the app, and back to us.
pub(super) async fn walk(dev: &Dev, phone: &SamplePhone) -> Report {
    let (walk, on) = (Walk::new(dev, phone), phone.vendor.name());
    let mut report = Report::quiet();
    report.check(on, "shown", shown(&walk)).await;
    report.check(on, "tap with payload", tapped(&walk)).await;
    report.check(on, "each click action", clicks(&walk)).await;
    report.check(on, "receipt arrives", receipt(&walk)).await;
    report.check(on, "batch with a partial failure", trio::walk(&walk, PATIENCE)).await;
    report.check(on, "bad token cleared", bad_token(&walk)).await;
    report
}

/// What a vendor refuses for a while.
pub(super) async fn walk_refusals(dev: &Dev, phone: &SamplePhone) -> Report {
    let (walk, on) = (Walk::new(dev, phone), phone.vendor.name());
    let mut report = Report::quiet();
    report.check(on, "expired auth renewed once", expired_auth(&walk)).await;
    report.check(on, "throttled, then delivered", throttled(&walk)).await;
    report.check(on, "quota stops and says so", quota(&walk)).await;
    report
}

/// Every phone is killed first, so that nothing but a push can reach it.
async fn shown(walk: &Walk<'_>) -> Result<String> {
    // The app reports at its next start whether it may notify: a new OPPO phone says no.
    walk.touch(Operation::Notifications { on: true }).await?;
    walk.kill().await?;
    on_screen(walk).await?;
    walk.kill().await?;
    let message = send(walk, "shown to a killed app", &json!({ "ext": "ext content" })).await?;
    appears(walk, "shown to a killed app").await?;
    let target = walk.ends_as(&message, PATIENCE, TargetState::Accepted, "accepted").await?;
    Ok(describe(&target))
}

async fn tapped(walk: &Walk<'_>) -> Result<String> {
    walk.touch(Operation::ClearShade {}).await?;
    let push = json!({ "ext": "ext content", "payload": "payload content" });
    send(walk, "tap me", &push).await?;
    appears(walk, "tap me").await?;
    walk.touch(Operation::Tap { index: 0 }).await?;
    let state = walk
        .wait("the app is handed the texts", PATIENCE, |state| {
            state.last_tap.as_ref().is_some_and(|tap| tap.handed_over)
        })
        .await?;
    let tap = state.last_tap.context("no tap was recorded")?;
    ensure!(tap.ext.as_deref() == Some("ext content"), "ext is {:?} by {}", tap.ext, tap.getter);
    ensure!(tap.payload.as_deref() == Some("payload content"), "payload is {:?}", tap.payload);
    walk.kill().await?;
    Ok(format!("by {}", tap.getter))
}

async fn clicks(walk: &Walk<'_>) -> Result<String> {
    let page = page_of(walk.phone.vendor);
    let actions = [
        (ClickAction::OpenApp, Opened::App),
        (ClickAction::WebPage("https://example.com/a".to_owned()), web("https://example.com/a")),
        (ClickAction::AppPage(page.to_owned()), Opened::Page(page.to_owned())),
    ];
    let mut seen = Vec::new();
    for (number, (click, opens)) in actions.into_iter().enumerate() {
        if WITHOUT_PAGES.contains(&walk.phone.vendor) && matches!(opens, Opened::Page(_)) {
            continue;
        }
        walk.touch(Operation::ClearShade {}).await?;
        let text = format!("click {number}");
        send(walk, &text, &json!({ "ext": "e", "click": click })).await?;
        appears(walk, &text).await?;
        let shade = walk.state()?.shade;
        let found = shade.first().map(|shown| shown.opens.clone());
        let same_kind = found
            .as_ref()
            .is_some_and(|found| std::mem::discriminant(found) == std::mem::discriminant(&opens));
        ensure!(same_kind, "{click:?} opens {found:?}");
        seen.push(match opens {
            Opened::App => "app",
            Opened::Web(_) => "web page",
            Opened::Page(_) => "page in app",
        });
    }
    Ok(seen.join(", "))
}

fn web(url: &str) -> Opened {
    Opened::Web(url.to_owned())
}

async fn receipt(walk: &Walk<'_>) -> Result<String> {
    if WITHOUT_RECEIPTS.contains(&walk.phone.vendor) {
        return Ok("this vendor reports nothing back".to_owned());
    }
    let message = send(walk, "tell me when it arrived", &json!({})).await?;
    let target = walk
        .explained(&message, RECEIPT_PATIENCE, |target| {
            let marks = &target.marks;
            marks.arrived_at.or(marks.shown_at).or(marks.clicked_at).is_some()
        })
        .await?;
    Ok(format!("arrived {:?}, shown {:?}", target.marks.arrived_at, target.marks.shown_at))
}

async fn bad_token(walk: &Walk<'_>) -> Result<String> {
    on_screen(walk).await?;
    walk.kill().await?;
    walk.touch(Operation::InvalidateToken {}).await?;
    let found_out = send(walk, "finds out", &json!({})).await?;
    walk.explained(&found_out, PATIENCE, |target| target.finished_at.is_some()).await?;
    // Some vendors tell at a second push only, and some by a receipt.
    let cleared = async {
        loop {
            let next = send(walk, "goes nowhere", &json!({})).await?;
            let target = walk.explained(&next, PATIENCE, |target| target.finished_at.is_some()).await?;
            if target.reason.name == "token_cleared" {
                return Ok::<ExplainedTarget, anyhow::Error>(target);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let target = tokio::time::timeout(PATIENCE, cleared).await.context("the token is never cleared")??;
    on_screen(walk).await?;
    walk.kill().await?;
    send(walk, "a new token", &json!({})).await?;
    appears(walk, "a new token").await?;
    Ok(format!("{}, and a new one works", describe(&target)))
}

async fn expired_auth(walk: &Walk<'_>) -> Result<String> {
    let vendor = walk.phone.vendor;
    let world = walk.dev.simulator.world();
    let before = world.log_after(0, usize::MAX).last().map_or(0, |entry| entry.number);
    world.expire_auth(vendor.name())?;
    let message = send(walk, "after the token expired", &json!({})).await?;
    appears(walk, "after the token expired").await?;
    let target = walk.ends_as(&message, PATIENCE, TargetState::Accepted, "accepted").await?;
    let log = world.log_after(before, usize::MAX);
    let requests = log.iter().filter(|entry| entry.vendor == vendor && entry.stage != "called back").count();
    Ok(format!("{} tries, {requests} requests", target.attempts.len()))
}

async fn throttled(walk: &Walk<'_>) -> Result<String> {
    let vendor = walk.phone.vendor.name();
    let world = walk.dev.simulator.world();
    world.set_faults(vendor, FaultPlan { throttle: true, ..FaultPlan::default() })?;
    let message = send(walk, "too fast", &json!({})).await?;
    let held = walk.explained(&message, PATIENCE, |target| !target.attempts.is_empty()).await;
    world.set_faults(vendor, FaultPlan::default())?;
    let held = held?;
    appears(walk, "too fast").await?;
    Ok(format!("first {}, then shown", describe(&held)))
}

/// The last check of a vendor: its lane may rest until tomorrow.
async fn quota(walk: &Walk<'_>) -> Result<String> {
    let vendor = walk.phone.vendor.name();
    if WITHOUT_QUOTA.contains(&walk.phone.vendor) {
        return Ok("this vendor has no daily amount".to_owned());
    }
    let world = walk.dev.simulator.world();
    world.set_faults(vendor, FaultPlan { quota_used_up: true, ..FaultPlan::default() })?;
    let message = send(walk, "one too many", &json!({ "class": "marketing" })).await?;
    let told = walk
        .explained(&message, RECEIPT_PATIENCE, |target| {
            limited(target) || held(target) || !target.receipt_note.is_empty()
        })
        .await;
    world.set_faults(vendor, FaultPlan::default())?;
    let target = told?;
    let (code, meaning) = match target.attempts.iter().find(|attempt| attempt.verdict == "limited") {
        Some(attempt) => (attempt.code.clone(), attempt.meaning.clone()),
        None if held(&target) => return Ok(format!("not sent: {}", describe(&target))),
        None => (format!("receipt {}", target.receipt_note), target.receipt_meaning.clone()),
    };
    Ok(format!("{code}: {}", meaning.map_or_else(String::new, |meaning| meaning.en)))
}

/// Some vendors refuse, others take the push and tell by a receipt that it went to nobody.
fn limited(target: &ExplainedTarget) -> bool {
    target.attempts.iter().any(|attempt| attempt.verdict == "limited")
}

/// The ledger keeps back what the vendor's book says it would show to nobody: of Huawei's marketing a phone gets two a
/// day, and the checks before this one had them.
fn held(target: &ExplainedTarget) -> bool {
    target.state == TargetState::Queued && target.reason.name == "quota_device"
}

/// Waits until the shade shows a text. Vendors cut texts, but not these.
async fn appears(walk: &Walk<'_>, text: &str) -> Result<()> {
    walk.wait(&format!("the shade shows “{text}”"), PATIENCE, |state| {
        state.shade.iter().any(|shown| shown.body == text || shown.title == text)
    })
    .await
    .map(drop)
}

pub(super) async fn send(walk: &Walk<'_>, text: &str, push: &Value) -> Result<String> {
    let message = json!({
        "from": SENDER,
        "to": walk.phone.user,
        "body": { "type": "text", "text": text },
        "push": push,
    });
    let accepted: Value = walk.api.post("/v1/messages", &message).await?;
    accepted["message"].as_str().map(str::to_owned).context("no message id")
}
