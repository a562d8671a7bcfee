//! Certificates: one is added with what the vendor's console gives, tested against the vendor, and used.

use anyhow::{Context, Result, ensure};
use model::{CertificateId, Vendor};
use serde_json::{Value, json};
use simulator::{Credential, Operation};
use vendors::FieldKind;

use super::{
    Report,
    walk::{SOON, Walk},
};
use crate::{
    api::Api,
    dev::Dev,
    sample::{PACKAGE, SamplePhone},
};

pub(super) async fn walk(report: &mut Report, dev: &Dev, phone: &SamplePhone) {
    let walk = Walk::new(dev, phone);
    report.check(phone.name, "a certificate added, tested, used", add_and_use(&walk)).await;
}

async fn add_and_use(walk: &Walk<'_>) -> Result<String> {
    let vendor = walk.phone.vendor;
    let console = vendor_console(walk)?;
    let wanted = json!({ "package": PACKAGE });
    let right: Credential = console.post(&format!("/credentials/{vendor}"), &wanted).await?;
    let name = format!("{vendor}Second");
    if let Some(wrong) = spoiled(vendor, &right) {
        let wrong = json!({ "vendor": vendor, "name": format!("{vendor}Wrong"), "fields": wrong });
        let refused: Value = walk.api.post("/v1/certificates", &wrong).await?;
        ensure!(refused["probe"]["accepted"] == false, "a wrong secret is not told: {}", refused["probe"]);
    }
    let right = json!({ "vendor": vendor, "name": name, "fields": right });
    let saved: Value = walk.api.post("/v1/certificates", &right).await?;
    ensure!(saved["probe"]["accepted"] != false, "the vendor does not take it: {}", saved["probe"]);
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
    Ok(format!("{name} {certificate}: {}", saved["probe"]["en"].as_str().unwrap_or_default()))
}

fn vendor_console(walk: &Walk<'_>) -> Result<Api> {
    let url = walk.dev.address.simulator_url.as_deref().context("no simulator")?;
    let key = walk.dev.address.simulator_key.as_deref().context("no simulator")?;
    Ok(Api::new(url, key))
}

/// The same credential with a digit of its key, or its secret, changed, so that it still reads and is not taken; `None`
/// where it holds nothing of the kind.
fn spoiled(vendor: Vendor, right: &Credential) -> Option<Credential> {
    let mut wrong = right.clone();
    let field = vendors::adapter(vendor).fields().iter().find(|field| {
        right.contains_key(field.name) && (field.kind == FieldKind::Secret || field.name == "key_id")
    })?;
    let secret = wrong.get_mut(field.name)?;
    let other = if secret.ends_with('A') { 'B' } else { 'A' };
    secret.pop();
    secret.push(other);
    Some(wrong)
}
