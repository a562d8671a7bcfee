//! S3: Tencent Cloud IM on OPPO: the channel, `ext` as JSON, the getter of the opened page.

use anyhow::{Context, Result, ensure};
use http::Method;
use model::Vendor;
use serde_json::{Value, json};
use server::explain::TargetState;
use simulator::Opened;

use super::{actor::Actor, tencent_xiaomi::tapped};
use crate::{dev::Dev, selftest::Report};

const ON: &str = "S3";
const ACTIVITY: &str = "com.example.im.SplashActivity";

pub(super) async fn walk(report: &mut Report, dev: &Dev) {
    report.check(ON, "killed: pushed", killed(dev)).await;
    report.check(ON, "ext JSON: each key an extra", members(dev)).await;
    report.check(ON, "plain ext travels as JSON", plain(dev)).await;
    report.check(ON, "page in app: an Activity", activity(dev)).await;
    report.check(ON, "no channel: the lint says so", channel(dev)).await;
}

async fn killed(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Oppo, |_| {}).await?;
    phone.kill().await?;
    let message = phone.written_plainly("to an OPPO phone").await?;
    phone.shows("to an OPPO phone").await?;
    let ended = phone.ends(&message, TargetState::Accepted, "accepted").await?;
    phone.leave().await;
    Ok(ended)
}

async fn members(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Oppo, |_| {}).await?;
    phone.kill().await?;
    phone.written("with members", json!({ "ext": r#"{"extKey":"ext content"}"# })).await?;
    let tap = tapped(&phone, "with members").await?;
    let value = tap.members.get("extKey").map(String::as_str);
    ensure!(value == Some("ext content"), "the extras are {:?}", tap.members);
    phone.leave().await;
    Ok(format!("extKey = ext content by {}", tap.getter))
}

async fn plain(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Oppo, |_| {}).await?;
    phone.kill().await?;
    phone.written("plain ext", json!({ "ext": "not JSON" })).await?;
    let tap = tapped(&phone, "plain ext").await?;
    ensure!(
        tap.members.get("ext").map(String::as_str) == Some("not JSON"),
        "the extras are {:?}",
        tap.members
    );
    phone.leave().await;
    Ok("{\"ext\": \"not JSON\"}".to_owned())
}

async fn activity(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Oppo, |_| {}).await?;
    phone.kill().await?;
    let click = json!({ "action": "app_page", "target": ACTIVITY });
    phone.written("to an Activity", json!({ "ext": r#"{"extKey":"v"}"#, "click": click })).await?;
    let tap = tapped(&phone, "to an Activity").await?;
    let Opened::Page(page) = &tap.opened else { anyhow::bail!("it opened {:?}", tap.opened) };
    ensure!(page.contains(ACTIVITY), "it opened {page}");
    ensure!(tap.members.contains_key("extKey"), "the extras are {:?}", tap.members);
    phone.leave().await;
    Ok(page.clone())
}

/// A certificate without ChannelID: the lint must warn of what Android 8 and later do with it.
async fn channel(dev: &Dev) -> Result<String> {
    let api = crate::api::Api::new(&dev.address.api_url, &dev.address.api_key);
    let sample = dev.sample.certificate(Vendor::Oppo);
    let form = dev.stack.store.certificate(sample).await?.context("no sample certificate")?.form;
    let secrets = form.secret.iter().map(|(name, value)| (name.clone(), value.expose().clone()));
    let fields: std::collections::BTreeMap<String, String> = form
        .public
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .chain(secrets)
        .filter(|(name, _)| name != "channel_id")
        .collect();
    let new = json!({ "vendor": "oppo", "name": "without a channel", "fields": fields });
    let saved: Value = api.post("/v1/certificates", &new).await?;
    let id =
        saved["certificate"]["id"].as_u64().or_else(|| saved["id"].as_u64()).context("no certificate ID")?;
    let answer = api.call(Method::POST, &format!("/v1/certificates/{id}/lint"), &json!({})).await?;
    // Else the OPPO phones of the checks that follow would take it: it is the newest.
    let off = json!({ "name": "without a channel", "disabled": true, "fields": fields });
    let switched_off = api.call(Method::PUT, &format!("/v1/certificates/{id}"), &off).await?;
    ensure!(switched_off.status == 200, "it was not switched off: {}", switched_off.json);
    let findings = answer.json["findings"].as_array().context("no findings")?;
    let about = |finding: &&Value| finding.to_string().to_lowercase().contains("channel");
    let found = findings.iter().find(about).context("nothing is said of the channel")?;
    Ok(format!(
        "{}: {}",
        found["code"].as_str().unwrap_or_default(),
        found["en"].as_str().unwrap_or_default()
    ))
}
