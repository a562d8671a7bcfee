//! S4: Tencent's TUIOfflinePush plugin: three scenes, the entity of the listener, the self-test's two outcomes, and
//! what the server offers a plugin.

use anyhow::{Context, Result, ensure};
use http::Method;
use model::Vendor;
use serde_json::{Value, json};
use server::explain::TargetState;
use simulator::{HandsetState, Operation};

use super::{actor::Actor, tencent_xiaomi::tapped};
use crate::{dev::Dev, selftest::Report};

const ON: &str = "S4";
/// The vendors of the document.
const VENDORS: [Vendor; 6] =
    [Vendor::Huawei, Vendor::Xiaomi, Vendor::Oppo, Vendor::Vivo, Vendor::Meizu, Vendor::Apns];

pub(super) async fn walk(report: &mut Report, dev: &Dev) {
    report.check(ON, "background, locked, killed: pushed", scenes(dev)).await;
    report.check(ON, "the listener is given the entity", entity(dev)).await;
    report.check(ON, "self-test: device abnormal", abnormal(dev)).await;
    report.check(ON, "self-test: device normal", normal(dev)).await;
    report.check(ON, "OPPO's channel per message", oppo_channel(dev)).await;
    report.check(ON, "two certificates, two IDs", two_ids(dev)).await;
}

async fn scenes(dev: &Dev) -> Result<String> {
    let mut done = Vec::new();
    for vendor in VENDORS {
        let phone = Actor::enter(dev, vendor, |_| {}).await?;
        phone.touch(Operation::Background { unread: None }).await?;
        phone.session_is("online-background").await?;
        phone.written_plainly("退后台").await?;
        phone.shows("退后台").await.with_context(|| vendor.name())?;
        phone.touch(Operation::Foreground {}).await?;
        phone.session_is("online-foreground").await?;
        phone.touch(Operation::Lock {}).await?;
        phone.session_is("online-background").await?;
        phone.written_plainly("手机锁屏").await?;
        phone.shows("手机锁屏").await.with_context(|| vendor.name())?;
        phone.touch(Operation::Unlock {}).await?;
        phone.kill().await?;
        phone.written_plainly("进程被杀").await?;
        phone.shows("进程被杀").await.with_context(|| vendor.name())?;
        phone.leave().await;
        done.push(vendor.name());
    }
    Ok(done.join(" · "))
}

async fn entity(dev: &Dev) -> Result<String> {
    let mut done = Vec::new();
    for vendor in VENDORS {
        let phone = Actor::enter(dev, vendor, |_| {}).await?;
        phone.kill().await?;
        let extension = json!({ "entity": { "nick": "哈哈哈", "userID": "user1" } });
        let push = json!({ "title": "标题", "body": "内容", "ext": extension.to_string() });
        phone.written("with an entity", push).await?;
        let tap = tapped(&phone, "内容").await.with_context(|| vendor.name())?;
        let entity = tap.entity.with_context(|| format!("{vendor}: the listener was given no entity"))?;
        ensure!(entity["userID"] == "user1", "{vendor}: the entity is {entity}");
        phone.leave().await;
        done.push(vendor.name());
    }
    Ok(done.join(" · "))
}

/// The vendor's registration failed: the self-test must lay it to the device.
async fn abnormal(dev: &Dev) -> Result<String> {
    let phone = Actor::start(dev, Vendor::Xiaomi, |_| {}).await?;
    phone.logs("login ok").await?;
    phone.touch(Operation::Unregister {}).await?;
    phone.logs("unregistered").await?;
    phone.kill().await?;
    let (state, reason) = would_push(&phone).await?;
    ensure!(reason == "unregistered", "it says {state}({reason})");
    phone.leave().await;
    Ok(format!("{state}({reason})"))
}

async fn normal(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    phone.kill().await?;
    let (state, reason) = would_push(&phone).await?;
    ensure!(reason == "push_disconnected", "it says {state}({reason})");
    let test = phone.written("自测", json!({ "title": "离线测试工具" })).await?;
    phone.shows("自测").await?;
    let ended = phone.ends(&test, TargetState::Accepted, "accepted").await?;
    phone.leave().await;
    Ok(format!("{state}({reason}); the test push: {ended}"))
}

/// What the answer to "would it push now?" says of this phone.
async fn would_push(phone: &Actor<'_>) -> Result<(String, String)> {
    let answer: Value = phone.api.get(&crate::explain::path_of("now", &phone.user)).await?;
    let target = &answer["targets"][0];
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok((word(&target["state"]), word(&target["reason"]["name"])))
}

async fn oppo_channel(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Oppo, |_| {}).await?;
    phone.kill().await?;
    let push = json!({ "body": "by channel", "vendors": { "oppo": { "style": { "channel": "tuikit" } } } });
    phone.written("by channel", push).await?;
    let hides = |state: &HandsetState| state.not_shown.iter().any(|unseen| unseen.reason.contains("channel"));
    let state = phone.sees("the phone misses the channel", hides).await?;
    let reason = state.not_shown.last().map(|unseen| unseen.reason.clone()).unwrap_or_default();
    phone.leave().await;
    Ok(format!("a channel that the app has not made: {reason}"))
}

/// The same APNs certificate saved twice has two IDs.
async fn two_ids(dev: &Dev) -> Result<String> {
    let api = crate::api::Api::new(&dev.address.api_url, &dev.address.api_key);
    let answer = api.call(Method::GET, "/v1/certificates", &Value::Null).await?;
    let ids: Vec<u64> = answer.json["certificates"]
        .as_array()
        .context("no certificates")?
        .iter()
        .filter_map(|certificate| certificate["id"].as_u64())
        .collect();
    let mut unique = ids.clone();
    unique.dedup();
    ensure!(unique.len() == ids.len() && ids.len() >= 10, "the IDs are {ids:?}");
    Ok(format!("{ids:?}"))
}
