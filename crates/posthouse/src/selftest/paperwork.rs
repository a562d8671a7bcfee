//! Certificates: one is added with what the vendor's console gives, tested against the vendor, and used.

use anyhow::{Context, Result, ensure};
use model::{CertificateId, Vendor};
use serde_json::{Value, json};
use simulator::{IssuedP12, Operation, WantedP12, XiaomiCredential};

use super::{
    Report,
    walk::{SOON, Walk},
};
use crate::{
    api::Api,
    dev::Dev,
    sample::{PACKAGE, SamplePhone},
};

/// A certificate of one vendor to add, with the values its form takes, and one that the vendor must refuse.
struct Paper {
    vendor: Vendor,
    name: &'static str,
    right: Value,
    wrong: Value,
}

pub(super) async fn walk(report: &mut Report, dev: &Dev, phone: &SamplePhone) {
    let walk = Walk::new(dev, phone);
    report.check(phone.name, "a certificate added, tested, used", add_and_use(&walk)).await;
}

async fn add_and_use(walk: &Walk<'_>) -> Result<String> {
    let paper = if walk.phone.environment.is_some() { apple(walk).await? } else { xiaomi(walk).await? };
    let wrong =
        json!({ "vendor": paper.vendor, "name": format!("{}-wrong", paper.name), "fields": paper.wrong });
    let refused: Value = walk.api.post("/v1/certificates", &wrong).await?;
    ensure!(refused["probe"]["accepted"] == false, "a wrong secret is not told: {}", refused["probe"]);
    let right = json!({ "vendor": paper.vendor, "name": paper.name, "fields": paper.right });
    let saved: Value = walk.api.post("/v1/certificates", &right).await?;
    ensure!(saved["probe"]["accepted"] == true, "the vendor does not take it: {}", saved["probe"]);
    let id = saved["certificate"]["id"].as_u64().context("no certificate ID")?;
    let certificate = CertificateId(u32::try_from(id)?);

    super::road::on_screen(walk).await?;
    walk.touch(Operation::UseCertificate { certificate }).await?;
    walk.wait("the phone uses it", SOON * 3, |state| state.certificate == Some(certificate)).await?;
    walk.kill().await?;
    let text = format!("through {certificate}");
    let message = walk.send_and_see(&text, SOON).await?;
    let target = walk.explained(&message, SOON, |target| target.finished_at.is_some()).await?;
    let used = target.certificate.map(|certificate| certificate.id);
    ensure!(used == Some(certificate.0), "the push went through {used:?}");
    Ok(format!("{} {certificate}: {}", paper.name, saved["probe"]["en"].as_str().unwrap_or_default()))
}

fn vendor_console(walk: &Walk<'_>) -> Result<Api> {
    let url = walk.dev.address.simulator_url.as_deref().context("no simulator")?;
    let key = walk.dev.address.simulator_key.as_deref().context("no simulator")?;
    Ok(Api::new(url, key))
}

async fn xiaomi(walk: &Walk<'_>) -> Result<Paper> {
    let apps: Vec<XiaomiCredential> = vendor_console(walk)?.get("/credentials/xiaomi").await?;
    let app = apps.into_iter().next().context("no Xiaomi app")?;
    let form = |secret: &str| {
        json!({
            "package_name": app.package_name,
            "app_id": app.app_id,
            "app_secret": secret,
            "channel_id": app.channels.first(),
        })
    };
    Ok(Paper {
        vendor: Vendor::Xiaomi,
        name: "xiaomi-second",
        right: form(&app.app_secret),
        wrong: form("c29tZWJvZHkgZWxzZQ"),
    })
}

/// A p12 for the phone's own environment; the wrong one is for an app the vendor was never told of.
async fn apple(walk: &Walk<'_>) -> Result<Paper> {
    let environment = walk.phone.environment.context("the phone has no environment")?;
    let wanted = WantedP12 { bundle: PACKAGE.to_owned(), environments: vec![environment] };
    let issued: IssuedP12 = vendor_console(walk)?.post("/credentials/apns-p12", &wanted).await?;
    let key =
        walk.dev.stack.store.certificate(walk.dev.sample.apns).await?.context("no sample certificate")?;
    let p8 = key.form.get("p8").context("the sample certificate has no p8")?.to_owned();
    Ok(Paper {
        vendor: Vendor::Apns,
        name: "apnsSecond",
        right: json!({
            "environment": environment.as_str(), "p12": issued.p12, "p12_password": issued.password,
        }),
        wrong: json!({
            "environment": environment.as_str(), "p8": p8, "key_id": "UNKNOWNKEY", "team_id": "SAMPLETEAM",
            "topic": PACKAGE,
        }),
    })
}
