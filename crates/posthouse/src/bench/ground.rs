//! One certificate for each vendor on a fresh server, made over REST as an operator would.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{
    api::Api,
    processes::{ServerReady, SigningKey, SimulatorReady},
};

/// Package and bundle id of the App.
pub(crate) const BUNDLE: &str = "com.example.im";
/// The App as Xiaomi knows it: package, AppID, AppSecret.
pub(crate) const XIAOMI_APP: &str = "com.example.im:2882303761517000001:only-for-the-simulator";

/// Makes certificates of APNs and Xiaomi for the first App and gives the ID of the first. The vendors must have taken
/// them, or nothing that is measured later would mean anything.
pub(crate) async fn prepare(server: &ServerReady, simulator: &SimulatorReady) -> Result<u32> {
    let api_key = server.instance_key.clone().context("the data folder is not fresh")?;
    let api = Api::new(&server.url, &api_key);
    let signing = simulator.apns_keys.first().context("the simulator made no signing key")?;
    let apns = certificate(&api, "apns", &apns_fields(signing)).await?;
    certificate(&api, "xiaomi", &xiaomi_fields()?).await?;
    Ok(apns)
}

/// The form of the APNs certificate.
pub(crate) fn apns_fields(key: &SigningKey) -> Value {
    json!({
        "environment": "development",
        "p8": key.p8,
        "key_id": key.key_id,
        "team_id": key.team_id,
        "topic": key.bundle,
    })
}

fn xiaomi_fields() -> Result<Value> {
    let mut parts = XIAOMI_APP.splitn(3, ':');
    let mut part = || parts.next().context("three parts");
    Ok(json!({
        "package_name": part()?,
        "app_id": part()?,
        "app_secret": part()?,
        "channel_id": "130001",
    }))
}

async fn certificate(api: &Api, vendor: &str, fields: &Value) -> Result<u32> {
    let new = json!({ "vendor": vendor, "name": vendor, "fields": fields });
    let saved: Value = api.post("/v1/certificates", &new).await?;
    anyhow::ensure!(saved["probe"]["accepted"] == true, "{vendor} did not take the certificate: {saved}");
    let id = saved["certificate"]["id"].as_u64().and_then(|id| u32::try_from(id).ok());
    id.with_context(|| format!("the certificate has no id: {saved}"))
}
