//! The road of one phone: killed, tapped, explained; then every other state it can be in.

use anyhow::{Result, ensure};
use im::issue_token;
use model::{Clock, UserId};
use server::explain::TargetState;
use simulator::{AppState, Operation};
use wire::LinkState;

use super::{
    Report,
    walk::{AFTER_DEADLINE, SOON, Walk, deciding, describe},
};
use crate::{clock::SystemClock, dev::Dev, sample::SamplePhone};

/// Text of the first message, with what breaks careless encoders.
const DINNER: &str = "晚饭吃什么?🍜";

pub(super) async fn walk(report: &mut Report, dev: &Dev, phone: &SamplePhone) {
    let walk = Walk::new(dev, phone);
    let on = phone.name;
    report.check(on, "killed: shown within a second", killed(&walk)).await;
    report.check(on, "tapped: getter and sync", tapped(&walk)).await;
    report.check(on, "explained: accepted, every rule", explained(&walk)).await;
    report.check(on, "foreground: delivered, no push", foreground(&walk)).await;
    report.check(on, "background: frame and push", background(&walk)).await;
    report.check(on, "frozen: deadline, then push", frozen(&walk)).await;
    report.check(on, "locked: on the lock screen", locked(&walk)).await;
    report.check(on, "no network: shown when back", no_network(&walk)).await;
    report.check(on, "logged out: skipped", logged_out(&walk)).await;
    report.check(on, "token invalid: cleared", token_invalid(&walk)).await;
    report.check(on, "started again: new token works", recovered(&walk)).await;
    report.check(on, "second login: kicked, skipped", kicked(&walk)).await;
}

async fn killed(walk: &Walk<'_>) -> Result<String> {
    walk.kill().await?;
    let message = walk.send_and_see(DINNER, SOON).await?;
    let state = walk.state()?;
    let shown = state.shade.first().map(|shown| shown.title.clone()).unwrap_or_default();
    ensure!(shown == "a new message", "the title is `{shown}`");
    Ok(format!("“{shown}” · {message}"))
}

async fn tapped(walk: &Walk<'_>) -> Result<String> {
    walk.touch(Operation::Tap { index: 0 }).await?;
    let state = walk
        .wait("the app starts and syncs", SOON * 3, |state| {
            state.app == AppState::Foreground && state.inbox.iter().any(|entry| entry.text == DINNER)
        })
        .await?;
    let entry = state.inbox.iter().find(|entry| entry.text == DINNER);
    ensure!(entry.is_some_and(|entry| entry.how == wire::Arrival::Sync), "the message did not come by sync");
    let tap = state.last_tap.ok_or_else(|| anyhow::anyhow!("no tap was recorded"))?;
    ensure!(tap.ext.as_deref() == Some("ext content"), "ext is {:?}", tap.ext);
    ensure!(tap.handed_over, "the app was not handed the texts");
    Ok(format!("ext = ext content by {}", tap.getter))
}

async fn explained(walk: &Walk<'_>) -> Result<String> {
    walk.kill().await?;
    let message = walk.send_and_see("explain me", SOON).await?;
    let target = walk.ends_as(&message, SOON, TargetState::Accepted, "accepted").await?;
    ensure!(deciding(&target) == "push_disconnected", "decided by {}", deciding(&target));
    ensure!(target.rules.len() > 20, "only {} rules are shown", target.rules.len());
    let answered = target.attempts.first().is_some_and(|attempt| attempt.http_status == 200);
    ensure!(answered, "the vendor's answer is not shown");
    Ok(format!("{} rules, {}", target.rules.len(), describe(&target)))
}

async fn foreground(walk: &Walk<'_>) -> Result<String> {
    on_screen(walk).await?;
    walk.touch(Operation::ClearShade {}).await?;
    let message = walk.send("you are looking at it", "").await?;
    walk.wait("the app has it", SOON, |state| {
        state.inbox.iter().any(|entry| entry.text == "you are looking at it")
    })
    .await?;
    let target = walk.ends_as(&message, AFTER_DEADLINE, TargetState::Delivered, "acked").await?;
    ensure!(walk.state()?.shade.is_empty(), "the shade shows something");
    Ok(describe(&target))
}

async fn background(walk: &Walk<'_>) -> Result<String> {
    on_screen(walk).await?;
    walk.touch(Operation::Background { unread: None }).await?;
    walk.server_sees("online-background").await?;
    let message = walk.send_and_see("in the background", SOON).await?;
    walk.wait("the app has it too", SOON, |state| {
        state.inbox.iter().any(|entry| entry.text == "in the background")
    })
    .await?;
    let target = walk.ends_as(&message, SOON, TargetState::Accepted, "accepted").await?;
    ensure!(deciding(&target) == "push_background", "decided by {}", deciding(&target));
    Ok(describe(&target))
}

async fn frozen(walk: &Walk<'_>) -> Result<String> {
    on_screen(walk).await?;
    walk.touch(Operation::Freeze {}).await?;
    let message = walk.send_and_see("nobody answers", AFTER_DEADLINE).await?;
    let target = walk.ends_as(&message, SOON, TargetState::Accepted, "accepted").await?;
    ensure!(deciding(&target) == "push_unacked", "decided by {}", deciding(&target));
    walk.touch(Operation::Thaw {}).await?;
    Ok(format!("decided by {}", deciding(&target)))
}

async fn locked(walk: &Walk<'_>) -> Result<String> {
    on_screen(walk).await?;
    walk.touch(Operation::Lock {}).await?;
    walk.server_sees("online-background").await?;
    walk.send_and_see("on the lock screen", SOON).await?;
    let state = walk.state()?;
    let place = state.shade.iter().find(|shown| shown.body == "on the lock screen");
    ensure!(place.is_some_and(|shown| shown.on_lock_screen), "it is not on the lock screen");
    walk.touch(Operation::Unlock {}).await?;
    Ok("shown there".to_owned())
}

async fn no_network(walk: &Walk<'_>) -> Result<String> {
    walk.kill().await?;
    walk.touch(Operation::Network { on: false }).await?;
    let message = walk.send("kept by the vendor", "").await?;
    let target = walk.ends_as(&message, SOON, TargetState::Accepted, "accepted").await?;
    let early = walk.state()?.shade.iter().any(|shown| shown.body == "kept by the vendor");
    ensure!(!early, "it was shown without a network");
    walk.touch(Operation::Network { on: true }).await?;
    walk.wait("the shade shows it", SOON, |state| {
        state.shade.iter().any(|shown| shown.body == "kept by the vendor")
    })
    .await?;
    Ok(format!("{} before it was shown", describe(&target)))
}

async fn logged_out(walk: &Walk<'_>) -> Result<String> {
    on_screen(walk).await?;
    walk.touch(Operation::LogOut {}).await?;
    walk.wait("logged out", SOON * 3, |state| !state.logged_in && state.connection == LinkState::Idle)
        .await?;
    let shown = walk.state()?.shade.len();
    let message = walk.send("to nobody", "").await?;
    let target = walk.ends_as(&message, SOON, TargetState::Skipped, "logged_out").await?;
    ensure!(walk.state()?.shade.len() == shown, "the shade shows something new");
    log_in(walk).await?;
    Ok(describe(&target))
}

/// The token dies at the vendor: the push that finds out ends as the vendor says, the binding goes, and the next
/// message is skipped with that reason.
async fn token_invalid(walk: &Walk<'_>) -> Result<String> {
    on_screen(walk).await?;
    walk.kill().await?;
    walk.touch(Operation::InvalidateToken {}).await?;
    let found_out = walk.send("finds out", "").await?;
    let first = walk
        .explained(&found_out, SOON * 3, |target| {
            target.reason.name == "token_dead"
                || target.state == TargetState::Accepted && !target.receipt_note.is_empty()
        })
        .await?;
    let next = walk.send("goes nowhere", "").await?;
    let second = walk.ends_as(&next, SOON, TargetState::Skipped, "token_cleared").await?;
    let receipt = if first.receipt_note.is_empty() {
        String::new()
    } else {
        format!(", receipt {}", first.receipt_note)
    };
    Ok(format!("{}{receipt}; then {}", describe(&first), describe(&second)))
}

async fn recovered(walk: &Walk<'_>) -> Result<String> {
    on_screen(walk).await?;
    walk.kill().await?;
    walk.send_and_see("back again", SOON).await?;
    Ok("shown again".to_owned())
}

async fn kicked(walk: &Walk<'_>) -> Result<String> {
    on_screen(walk).await?;
    let mut order = walk.phone.order(&walk.dev.sample.app, &walk.dev.client_url(), SystemClock.now())?;
    order.name = format!("{}-second", walk.phone.name);
    order.device = None;
    let second = walk.dev.simulator.handsets().make(order)?;
    second.operate(Operation::Start {}).await?;
    walk.wait("the first phone is kicked", SOON * 3, |state| !state.logged_in).await?;
    let message = walk.send("only to the second", "").await?;
    let target = walk.ends_as(&message, SOON, TargetState::Skipped, "kicked").await?;
    walk.dev.simulator.handsets().remove(&second.state().name).await;
    log_in(walk).await?;
    Ok(describe(&target))
}

/// Brings the app on screen and waits until it is connected and its token is reported.
pub(super) async fn on_screen(walk: &Walk<'_>) -> Result<()> {
    walk.touch(Operation::Foreground {}).await?;
    walk.wait("on screen and connected", SOON * 5, |state| {
        state.app == AppState::Foreground
            && state.connection == LinkState::Live
            && state.certificate.is_some()
    })
    .await?;
    walk.server_sees("online-foreground").await
}

async fn log_in(walk: &Walk<'_>) -> Result<()> {
    let user = UserId::new(walk.phone.user)?;
    let token = issue_token(&walk.dev.sample.app, &user, SystemClock.now(), 3600)?;
    walk.touch(Operation::LogIn { token }).await?;
    walk.wait("logged in", SOON * 3, |state| state.logged_in && state.certificate.is_some()).await?;
    walk.server_sees("online-foreground").await
}
