//! What holds whatever the phone: pushes without the IM half, refusals, secrets that stay sealed.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail, ensure};
use http::Method;
use model::Vendor;
use serde_json::{Value, json};

use super::{
    Report,
    walk::{SOON, Walk},
};
use crate::{
    dev::Dev,
    sample::{APP, PHONES},
};

pub(super) async fn walk(report: &mut Report, dev: &Dev, folder: &Path) {
    let walk = Walk::new(dev, &PHONES[0]);
    report.check("rest", "a device without a user: Push ID", push_id(&walk)).await;
    report.check("rest", "a certificate and a vendor token", bare_token(&walk)).await;
    report.check("rest", "bad input: a code, no change", bad_input(&walk)).await;
    report.check("rest", "idempotent: stored once", idempotent(&walk)).await;
    report.check("store", "the sample secrets are sealed", sealed(dev, folder)).await;
}

async fn push_id(walk: &Walk<'_>) -> Result<String> {
    let device = uuid::Uuid::new_v4();
    let registered: Value =
        walk.api.post("/v1/devices", &json!({ "device": device, "report": { "brand": "xiaomi" } })).await?;
    let push_id = registered["push_id"].as_str().context("no Push ID")?.to_owned();
    let binding = json!({ "certificate": walk.dev.sample.certificate(Vendor::Xiaomi), "token": "bm9ib2R5J3MgdG9rZW4=" });
    let _: Value = walk.api.post(&format!("/v1/devices/{push_id}/binding"), &binding).await?;
    let push = json!({ "to": { "push_id": push_id }, "push": { "body": "to a Push ID" } });
    let accepted: Value = walk.api.post("/v1/pushes", &push).await?;
    let message = accepted["message"].as_str().context("no message id")?;
    let ended = ended(walk, message).await?;
    Ok(format!("{push_id}: {ended}"))
}

async fn bare_token(walk: &Walk<'_>) -> Result<String> {
    let token = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0";
    let to = json!({ "certificate": walk.dev.sample.certificate(Vendor::Apns), "token": token });
    let accepted: Value =
        walk.api.post("/v1/pushes", &json!({ "to": to, "push": { "body": "to a token" } })).await?;
    let message = accepted["message"].as_str().context("no message id")?;
    let ended = ended(walk, message).await?;
    Ok(format!("a token nobody registered: {ended}"))
}

/// Waits until a push's only target has ended; answers how.
async fn ended(walk: &Walk<'_>, message: &str) -> Result<String> {
    let path = format!("/v1/messages/{message}/explain");
    let asking = async {
        loop {
            let answer: Value = walk.api.get(&path).await?;
            let target = &answer["targets"][0];
            let state = target["state"].as_str().unwrap_or_default();
            if matches!(state, "accepted" | "rejected" | "dropped" | "skipped") {
                return Ok(format!("{state}({})", target["reason"]["name"].as_str().unwrap_or_default()));
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    match tokio::time::timeout(SOON * 3, asking).await {
        Ok(ended) => ended,
        Err(_) => bail!("the push did not end"),
    }
}

/// Each of these must be refused with a stable code and a sentence.
async fn bad_input(walk: &Walk<'_>) -> Result<String> {
    let text = json!({ "type": "text", "text": "x" });
    let message = |push: Value| json!({ "from": "zhou", "to": "bo", "body": text, "push": push });
    let certificate = |name: &str| json!({ "vendor": "xiaomi", "name": name, "fields": {} });
    let push_to = |to: Value| json!({ "to": to, "push": { "body": "x" } });
    let cases: Vec<(&str, &str, Value)> = vec![
        ("title over 256 characters", "/v1/messages", message(json!({ "title": "题".repeat(257) }))),
        ("ext over 3 KiB", "/v1/messages", message(json!({ "ext": "x".repeat(3073) }))),
        ("an unknown field", "/v1/messages", message(json!({ "titel": "x" }))),
        ("not an object", "/v1/messages", json!([1, 2, 3])),
        ("a name of 33 characters", "/v1/certificates", certificate(&"名".repeat(33))),
        ("a form without its secret", "/v1/certificates", certificate("short")),
        ("an unknown certificate", "/v1/pushes", push_to(json!({ "certificate": 999_999, "token": "t" }))),
        (
            "an empty token",
            "/v1/pushes",
            push_to(json!({ "certificate": walk.dev.sample.certificate(Vendor::Xiaomi), "token": "" })),
        ),
    ];
    let count = cases.len();
    for (what, path, body) in cases {
        let answer = walk.api.call(Method::POST, path, &body).await?;
        let code = answer.json["code"].as_str().unwrap_or_default();
        let sentence = answer.json["title"].as_str().unwrap_or_default();
        ensure!((400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.json);
        ensure!(!code.is_empty() && !sentence.is_empty(), "{what}: no code or sentence: {}", answer.json);
    }
    Ok(format!("{count} refusals, each with its code"))
}

async fn idempotent(walk: &Walk<'_>) -> Result<String> {
    let send = |text: &str| json!({ "from": "zhou", "to": "ann", "body": { "type": "text", "text": text }, "client_message_id": "once" });
    let first = walk.api.call(Method::POST, "/v1/messages", &send("one")).await?;
    let again = walk.api.call(Method::POST, "/v1/messages", &send("one")).await?;
    let other = walk.api.call(Method::POST, "/v1/messages", &send("another")).await?;
    ensure!(first.json["message"] == again.json["message"], "two messages: {} {}", first.json, again.json);
    ensure!(other.status == 409, "another body was answered {}", other.status);
    Ok("same id twice; another body is a conflict".to_owned())
}

/// Every file under the data folder, byte for byte.
async fn sealed(dev: &Dev, folder: &Path) -> Result<String> {
    let mut needles = vec![dev.sample.app.login_secret.expose().clone()];
    for certificate in dev.stack.store.certificates(APP).await? {
        needles.extend(certificate.form.secret.values().map(|secret| secret.expose().clone()));
        needles.push(certificate.receipt_secret.expose().clone());
    }
    needles.push(dev.address.api_key.clone());
    let (mut files, mut bytes) = (0, 0);
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let content = fs::read(&path)?;
            files += 1;
            bytes += content.len();
            for needle in &needles {
                let found = content.windows(needle.len()).any(|window| window == needle.as_bytes());
                ensure!(!found, "{} holds a secret", path.display());
            }
        }
    }
    Ok(format!("{} secrets, {files} files, {} KiB", needles.len(), bytes / 1024))
}
