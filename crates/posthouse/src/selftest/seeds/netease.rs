//! S0: NetEase NIM on Android: which channel, who gets a push, switching it off, a name that is too long.

use anyhow::{Context, Result, ensure};
use model::Vendor;
use serde_json::{Value, json};
use server::explain::TargetState;
use simulator::{Operation, ShippedCertificate};

use super::actor::{Actor, message_of, reset_policy, set_policy};
use crate::{dev::Dev, sample::SENDER, selftest::Report};

const ON: &str = "S0";

pub(super) async fn walk(report: &mut Report, dev: &Dev) {
    report.check(ON, "auto off: the recommended channel", recommended(dev)).await;
    report.check(ON, "FCM first wins; alone it serves all", fcm_first(dev)).await;
    report.check(ON, "auto on: the best token that came", best_that_came(dev)).await;
    report.check(ON, "a name of 33 characters: 500", long_name(dev)).await;
    report.check(ON, "killed: pushed by default", killed(dev)).await;
    report.check(ON, "background alone: a reminder", background(dev)).await;
    report.check(ON, "foreground, logged out: never", never(dev)).await;
    report.check(ON, "enable(false), enable(true)", switched(dev)).await;
    report.check(ON, "system notification: the same", notification(dev)).await;
    report.check(ON, "force push, do-not-disturb", quiet(dev)).await;
}

async fn recommended(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |order| order.google = true).await?;
    let line = phone.logs("login ok").await?;
    let certificate = phone.state()?.certificate.context("no certificate")?;
    ensure!(certificate == dev.sample.certificate(Vendor::Xiaomi), "it took certificate {certificate}");
    ensure!(line.contains("pushType=5"), "the login said {line}");
    phone.leave().await;
    Ok(line)
}

async fn fcm_first(dev: &Dev) -> Result<String> {
    set_policy(dev, json!({ "fcm": "first" })).await?;
    let phone = Actor::enter(dev, Vendor::Xiaomi, |order| order.google = true).await?;
    let certificate = phone.state()?.certificate.context("no certificate")?;
    ensure!(certificate == dev.sample.certificate(Vendor::Fcm), "it took certificate {certificate}");
    phone.kill().await?;
    let message = phone.written_plainly("by Google's service").await?;
    phone.shows("by Google's service").await?;
    let ended = phone.ends(&message, TargetState::Accepted, "accepted").await?;
    phone.leave().await;
    reset_policy(dev).await?;
    Ok(format!("certificate {certificate}: {ended}"))
}

/// The phone has no Google services: with `auto` the next vendor's token is taken, without it there is none.
async fn best_that_came(dev: &Dev) -> Result<String> {
    set_policy(dev, json!({ "fcm": "first" })).await?;
    let exact = Actor::start(dev, Vendor::Xiaomi, |_| {}).await?;
    exact.logs("register failed vendor=fcm").await?;
    ensure!(exact.state()?.certificate.is_none(), "without auto it took another channel");
    let choosing = Actor::enter(dev, Vendor::Xiaomi, |order| order.auto = true).await?;
    let certificate = choosing.state()?.certificate.context("no certificate")?;
    ensure!(certificate == dev.sample.certificate(Vendor::Xiaomi), "it took certificate {certificate}");
    exact.leave().await;
    choosing.leave().await;
    reset_policy(dev).await?;
    Ok(format!("auto off: none; auto on: certificate {certificate}"))
}

async fn long_name(dev: &Dev) -> Result<String> {
    let phone = Actor::start(dev, Vendor::Xiaomi, |order| {
        order.certificates =
            vec![ShippedCertificate { name: Some("x".repeat(33)), ..ShippedCertificate::of(Vendor::Xiaomi) }];
    })
    .await?;
    let line = phone.logs("login refused").await?;
    ensure!(line.contains("code=500"), "the login said {line}");
    phone.leave().await;
    Ok(line)
}

async fn killed(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    phone.kill().await?;
    let message = phone.written_plainly("this is an example").await?;
    phone.shows("this is an example").await?;
    let ended = phone.ends(&message, TargetState::Accepted, "accepted").await?;
    let back = phone.come_back().await?;
    ensure!(back.logged_in, "the login did not stand");
    phone
        .sees("the message came with the next connection", |state| {
            state.inbox.iter().any(|entry| entry.text == "this is an example")
        })
        .await?;
    phone.leave().await;
    Ok(ended)
}

/// With `wait-for-loss` an app that still runs gets the frame alone and raises the notification by itself.
async fn background(dev: &Dev) -> Result<String> {
    set_policy(dev, json!({ "background_android": "wait-for-loss" })).await?;
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    phone.touch(Operation::Background { unread: Some(0) }).await?;
    phone.session_is("online-background").await?;
    let message = phone.written_plainly("still running").await?;
    let place = phone.shows("still running").await?;
    ensure!(phone.state()?.shade[place].raised_by_app, "a push came");
    let ended = phone.ends(&message, TargetState::Delivered, "acked").await?;
    phone.leave().await;
    reset_policy(dev).await?;
    Ok(format!("raised by the app; {ended}"))
}

async fn never(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    let seen = phone.written_plainly("on screen").await?;
    phone.ends(&seen, TargetState::Delivered, "acked").await?;
    phone.touch(Operation::LogOut {}).await?;
    phone.session_is("logged-out").await?;
    let unseen = phone.written_plainly("logged out").await?;
    let ended = phone.ends(&unseen, TargetState::Skipped, "logged_out").await?;
    ensure!(phone.state()?.shade.is_empty(), "the shade shows something");
    phone.leave().await;
    Ok(ended)
}

async fn switched(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    phone.touch(Operation::PushSwitch { on: false }).await?;
    phone.logs("push switched off").await?;
    phone.kill().await?;
    let silent = phone.written_plainly("switched off").await?;
    let ended = phone.ends(&silent, TargetState::Skipped, "push_switched_off").await?;
    phone.come_back().await?;
    phone.touch(Operation::PushSwitch { on: true }).await?;
    phone.logs("push switched on").await?;
    phone.kill().await?;
    phone.written_plainly("switched on").await?;
    phone.shows("switched on").await?;
    phone.leave().await;
    Ok(format!("off: {ended}; on: shown"))
}

async fn notification(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    phone.kill().await?;
    let message = json!({
        "from": SENDER, "to": phone.user, "system": true,
        "body": { "type": "text", "text": "your order is on its way" },
    });
    let id = message_of(&phone.api.post::<Value>("/v1/messages", &message).await?)?;
    phone.shows("your order is on its way").await?;
    let ended = phone.ends(&id, TargetState::Accepted, "accepted").await?;
    phone.leave().await;
    Ok(ended)
}

/// The whole day is quiet; a forced push goes through it with its own text.
async fn quiet(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    let span = json!({ "from_minute": 0, "to_minute": 0, "time_zone": "Asia/Shanghai" });
    let settings = serde_json::from_value(json!({ "do_not_disturb": span }))?;
    phone.touch(Operation::Settings { settings }).await?;
    phone.logs("settings ok").await?;
    phone.kill().await?;
    let silent = phone.written_plainly("at night").await?;
    let ended = phone.ends(&silent, TargetState::Skipped, "do_not_disturb").await?;
    let force = json!({ "force": { "users": [phone.user], "body": "wake up" } });
    phone.written("at night, and it matters", force).await?;
    phone.shows("wake up").await?;
    phone.leave().await;
    Ok(format!("{ended}; forced: shown with its own text"))
}
