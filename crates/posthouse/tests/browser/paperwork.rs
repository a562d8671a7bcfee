//! Certificates: filled in by hand, tested against the vendor, used by a phone.

use std::fs;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    lab::{IPHONE, Lab, MI},
    page::Page,
    stage::Stage,
};

/// The bundle id of the sample app.
const BUNDLE: &str = "com.example.im";

#[tokio::test]
async fn a_xiaomi_certificate_is_added_mended_and_used() {
    let stage = Stage::open("paperwork-xiaomi").await;
    let page = &stage.page;
    let apps: Value = stage.vendors.get("/credentials/xiaomi").await.unwrap();
    let value = |field: &str| apps[0][field].as_str().unwrap().to_owned();

    page.click("nav-certificates").await;
    page.click("add-xiaomi").await;
    page.click("save").await;
    page.see("error-name").await;
    page.see("error-app_secret").await;
    page.only_complains_of(422).await;

    page.fill("field-name", "xiaomi by hand").await;
    page.see_text("count-name", "14/32").await;
    page.fill("field-package_name", &value("package_name")).await;
    page.fill("field-app_id", &value("app_id")).await;
    page.fill("field-channel_id", &value("channel_id")).await;
    page.fill("field-app_secret", "c29tZWJvZHkgZWxzZQ").await;
    page.click("save").await;
    page.see_text("probe-headline", "the vendor refuses it").await;
    let id = certificate_id(page).await;

    page.see("kept-app_secret").await;
    page.fill("field-app_secret", &value("app_secret")).await;
    page.click("save").await;
    page.see_text("probe-headline", "the vendor takes it").await;
    assert_eq!(certificate_id(page).await, id, "the certificate has another number");
    let source = page.run("return document.documentElement.outerHTML;").await;
    assert!(!source.as_str().unwrap().contains(&value("app_secret")), "the page holds the AppSecret");
    page.click("nav-certificates").await;
    page.see_text(&format!("certificate-{id} certificate-probe"), "the vendor takes it").await;

    use_certificate(&Lab::of(&stage, &MI), id, "xiaomi by hand").await;
    stage.close().await;
}

#[tokio::test]
async fn a_p12_file_is_uploaded_and_used() {
    let stage = Stage::open("paperwork-apple").await;
    let page = &stage.page;
    let wanted = json!({ "bundle": BUNDLE, "environments": ["development"] });
    let issued: Value = stage.vendors.post("/credentials/apns-p12", &wanted).await.unwrap();
    let file = stage.folder.path().join("development.p12");
    fs::write(&file, STANDARD.decode(issued["p12"].as_str().unwrap()).unwrap()).unwrap();

    page.click("nav-certificates").await;
    page.click("add-apns").await;
    page.fill("field-name", "appleByHand").await;
    page.click("field-environment-development").await;
    page.upload("field-p12", &file.to_string_lossy()).await;
    page.fill("field-p12_password", "not the password").await;
    page.click("save").await;
    page.see("row-p12_password error-p12_password").await;
    page.only_complains_of(422).await;

    page.upload("field-p12", &file.to_string_lossy()).await;
    page.fill("field-p12_password", issued["password"].as_str().unwrap()).await;
    page.click("save").await;
    page.see_text("review-facts", BUNDLE).await;
    page.click("save-reviewed").await;
    page.see_text("probe-headline", "the vendor takes it").await;
    page.see_text("certificate-facts", BUNDLE).await;
    let id = certificate_id(page).await;

    use_certificate(&Lab::of(&stage, &IPHONE), id, "appleByHand").await;
    stage.close().await;
}

/// The number that the page of a saved certificate shows.
async fn certificate_id(page: &Page) -> u32 {
    page.text("certificate-id").await.parse().unwrap()
}

/// Switches the phone to a certificate, and sends it a message through that.
async fn use_certificate(lab: &Lab<'_>, id: u32, name: &str) {
    lab.back().await;
    lab.is("foreground").await;
    let choice = lab.own("certificate");
    lab.page.choose(&choice, &id.to_string()).await;
    lab.press("use-certificate").await;
    lab.page.see_chosen(&choice, &id.to_string()).await;
    lab.server_sees("online-foreground").await;
    lab.kill().await;
    let text = format!("through certificate {id}");
    lab.send(&text).await;
    lab.shows(&text).await;
    lab.explain(&text, "Accepted by").await;
    lab.page.see_text("target-place", &format!("certificate {id} {name}")).await;
}
