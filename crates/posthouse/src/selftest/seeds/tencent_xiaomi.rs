//! S1: Tencent Cloud IM on Xiaomi: the default title, several messages within a minute, `ext` by the vendor's getter,
//! logout and kick.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use model::Vendor;
use serde_json::json;
use server::explain::TargetState;
use simulator::{Opened, Operation};

use super::actor::Actor;
use crate::{dev::Dev, selftest::Report};

const ON: &str = "S1";
const INTENT: &str = "intent://com.example.im/detail#Intent;scheme=pushscheme;launchFlags=0x4000000;component=com.example.im/com.example.im.ChatActivity;end";

pub(super) async fn walk(report: &mut Report, dev: &Dev) {
    report.check(ON, "reported after login, by its ID", reported(dev)).await;
    report.check(ON, "default title `a new message`", default_title(dev)).await;
    report.check(ON, "killed by hand: within a minute", within_a_minute(dev)).await;
    report.check(ON, "open app: ext by its getter", open_app(dev)).await;
    report.check(ON, "web page: no ext", web_page(dev)).await;
    report.check(ON, "page in app: ext by its getter", page(dev)).await;
    report.check(ON, "kicked by another end: never", kicked(dev)).await;
}

async fn reported(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    let state = phone.state()?;
    let order: Vec<&str> = state.log.iter().map(|line| line.text.as_str()).collect();
    let place = |begins: &str| order.iter().position(|line| line.starts_with(begins));
    let (login, commit) = (place("login ok"), place("commit token ok"));
    ensure!(login.is_some() && login < commit, "the log's order is {order:?}");
    let certificate = state.certificate.context("no certificate")?;
    phone.leave().await;
    Ok(format!("certificate {certificate} after login"))
}

async fn default_title(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    phone.kill().await?;
    phone.written_plainly("no title was given").await?;
    let place = phone.shows("no title was given").await?;
    let title = phone.state()?.shade[place].title.clone();
    ensure!(title == "a new message", "the title is `{title}`");
    phone.leave().await;
    Ok(format!("“{title}”"))
}

async fn within_a_minute(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    phone.kill().await?;
    let began = Instant::now();
    for number in 1..=5 {
        phone.written_plainly(&format!("message {number}")).await?;
    }
    for number in 1..=5 {
        phone.shows(&format!("message {number}")).await?;
    }
    let took = began.elapsed();
    ensure!(took < Duration::from_secs(60), "it took {} s", took.as_secs());
    phone.leave().await;
    Ok(format!("five of five after {} ms", took.as_millis()))
}

async fn open_app(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    phone.kill().await?;
    phone.written("tap me", json!({ "ext": "ext content", "click": { "action": "open_app" } })).await?;
    let tap = tapped(&phone, "tap me").await?;
    ensure!(tap.ext.as_deref() == Some("ext content"), "ext is {:?}", tap.ext);
    ensure!(tap.opened == Opened::App, "it opened {:?}", tap.opened);
    phone.leave().await;
    Ok(format!("{} gave ext", tap.getter))
}

async fn web_page(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    phone.kill().await?;
    let click = json!({ "action": "web_page", "target": "https://example.com/offer" });
    phone.written("to the web", json!({ "ext": "ext content", "click": click })).await?;
    let place = phone.shows("to the web").await?;
    phone.touch(Operation::Tap { index: place }).await?;
    let tap = phone.sees("the tap", |state| state.last_tap.is_some()).await?.last_tap.context("no tap")?;
    ensure!(tap.opened == Opened::Web("https://example.com/offer".to_owned()), "it opened {:?}", tap.opened);
    ensure!(tap.ext.is_none() && !tap.handed_over, "the web page was handed ext");
    phone.leave().await;
    Ok("the browser opened it, without ext".to_owned())
}

async fn page(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    phone.kill().await?;
    let click = json!({ "action": "app_page", "target": INTENT });
    phone.written("to a page", json!({ "ext": "ext content", "click": click })).await?;
    let tap = tapped(&phone, "to a page").await?;
    ensure!(tap.ext.as_deref() == Some("ext content"), "ext is {:?}", tap.ext);
    ensure!(tap.opened == Opened::Page(INTENT.to_owned()), "it opened {:?}", tap.opened);
    phone.leave().await;
    Ok(format!("{} gave ext", tap.getter))
}

/// Taps the notification with this text, and waits until the app was handed what it carries.
pub(super) async fn tapped(phone: &Actor<'_>, text: &str) -> Result<simulator::TapRecord> {
    let index = phone.shows(text).await?;
    phone.touch(Operation::Tap { index }).await?;
    let handed = |state: &simulator::HandsetState| state.last_tap.as_ref().is_some_and(|tap| tap.handed_over);
    phone.sees("the app is handed the texts", handed).await?.last_tap.context("no tap")
}

async fn kicked(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    let other = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    other.touch(Operation::LogIn { token: other.token_of(&phone.user)? }).await?;
    phone.logs("kicked").await?;
    let message = phone.written_plainly("to the other end").await?;
    let ended = phone.ends(&message, TargetState::Skipped, "kicked").await?;
    phone.leave().await;
    other.leave().await;
    Ok(ended)
}
