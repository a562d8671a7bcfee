//! Certificates of all ten vendors: filled in by hand, refused for a wrong secret, mended, and used by a phone.

use std::fs;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::{
    lab::{BROWSER, FIND, IPHONE, Lab, MAGIC, MATE, MATE_NEXT, MEIZU, MI, PIXEL, Phone, X100},
    page::Page,
    stage::Stage,
};

/// The bundle id of the sample app.
const BUNDLE: &str = "com.example.im";
/// A file of Firebase that people take for the service account.
const ANOTHER_FILE: &str = r#"{ "project_info": { "project_number": "7" }, "client": [] }"#;

/// The papers of one vendor.
struct Paper {
    vendor: &'static str,
    phone: &'static Phone,
    secret: Secret,
}

/// Which field is filled in wrongly at first.
enum Secret {
    /// One that only the vendor can tell to be wrong.
    Typed(&'static str),
    /// A key of which one sees that it is none; only its use shows whether it is the right one.
    Key(&'static str),
    /// A file that can be read before the vendor is asked.
    File(&'static str),
}

const fn paper(vendor: &'static str, phone: &'static Phone, secret: Secret) -> Paper {
    Paper { vendor, phone, secret }
}

#[tokio::test]
async fn certificates_of_five_phone_makers_are_mended_and_used() {
    let papers = [
        paper("xiaomi", &MI, Secret::Typed("app_secret")),
        paper("huawei", &MATE, Secret::Typed("client_secret")),
        paper("honor", &MAGIC, Secret::Typed("client_secret")),
        paper("oppo", &FIND, Secret::Typed("master_secret")),
        paper("vivo", &X100, Secret::Typed("app_secret")),
    ];
    add_all("paperwork-makers", &papers).await;
}

#[tokio::test]
async fn certificates_of_the_other_vendors_are_mended_and_used() {
    let papers = [
        paper("meizu", &MEIZU, Secret::Typed("app_secret")),
        paper("webpush", &BROWSER, Secret::Key("private_key")),
        paper("harmony", &MATE_NEXT, Secret::File("service_account")),
        paper("fcm", &PIXEL, Secret::File("service_account")),
    ];
    add_all("paperwork-others", &papers).await;
}

async fn add_all(test: &'static str, papers: &[Paper]) {
    let phones: Vec<&str> = papers.iter().map(|paper| paper.phone.name).collect();
    let stage = Stage::with_phones(test, &phones).await;
    for paper in papers {
        let id = add(&stage, paper).await;
        let lab = Lab::of(&stage, paper.phone);
        if matches!(paper.secret, Secret::Key(_)) {
            subscribe_again(&lab).await;
        }
        use_certificate(&lab, id, &name_of(paper)).await;
    }
    stage.close().await;
}

fn name_of(paper: &Paper) -> String {
    format!("{}ByHand", paper.vendor)
}

/// Adds a certificate with a fault, mends it, and answers its number.
async fn add(stage: &Stage, paper: &Paper) -> u32 {
    let page = &stage.page;
    let credential = stage.credential(paper.vendor).await;
    let credential = credential.as_object().unwrap();
    page.click("nav-certificates").await;
    page.click(&format!("add-{}", paper.vendor)).await;
    page.click("save").await;
    page.see("form-faulty").await;
    page.see("error-name").await;
    page.only_complains_of(422).await;

    page.fill("field-name", &name_of(paper)).await;
    page.see_text("count-name", &format!("{}/32", name_of(paper).len())).await;
    unfold(page).await;
    fill_in(stage, credential).await;
    match paper.secret {
        Secret::Typed(field) => mend_secret(page, credential, field).await,
        Secret::Key(field) => mend_key(page, credential, field).await,
        Secret::File(field) => mend_file(stage, credential, field).await,
    }
    let tone = if matches!(paper.secret, Secret::Key(_)) { "warn" } else { "ok" };
    page.see(&format!("probe-headline.tone-{tone}")).await;
    let id = certificate_id(page).await;
    page.click("nav-certificates").await;
    page.see(&format!("certificate-{id} certificate-probe.tone-{tone}")).await;
    id
}

/// What the vendor refuses stands beside the form, which is still the same certificate once it is mended.
async fn mend_secret(page: &Page, credential: &Map<String, Value>, field: &str) {
    let right = credential[field].as_str().unwrap();
    page.fill(&format!("field-{field}"), &spoiled(right)).await;
    page.click("save").await;
    page.see("probe-headline.tone-bad").await;
    let id = certificate_id(page).await;
    page.see(&format!("kept-{field}")).await;
    page.fill(&format!("field-{field}"), right).await;
    page.click("save").await;
    page.see("probe-headline.tone-ok").await;
    assert_eq!(certificate_id(page).await, id, "the certificate has another number");
    let source = page.run("return document.documentElement.outerHTML;").await;
    assert!(!source.as_str().unwrap().contains(right), "the page holds {field}");
}

/// What cannot be a key stands refused at its field.
async fn mend_key(page: &Page, credential: &Map<String, Value>, field: &str) {
    let words = format!("field-{field}");
    page.fill(&words, "not a key").await;
    page.click("save").await;
    page.see(&format!("row-{field} error-{field}")).await;
    page.only_complains_of(422).await;
    page.fill(&words, credential[field].as_str().unwrap()).await;
    page.click("save").await;
}

/// A wrong file stands refused at its field; of the right one is shown what was read, before anything is saved.
async fn mend_file(stage: &Stage, credential: &Map<String, Value>, field: &str) {
    let page = &stage.page;
    let words = format!("field-{field}");
    page.upload(&words, &file(stage, "another.json", ANOTHER_FILE.as_bytes())).await;
    page.click("save").await;
    page.see(&format!("row-{field} error-{field}")).await;
    page.only_complains_of(422).await;
    let right = credential[field].as_str().unwrap();
    page.upload(&words, &file(stage, "right.json", right.as_bytes())).await;
    page.click("save").await;
    page.see("review-facts").await;
    page.click("save-reviewed").await;
}

#[tokio::test]
async fn an_apple_certificate_is_uploaded_with_its_password_and_used() {
    let stage = Stage::open("paperwork-apple").await;
    let page = &stage.page;
    let wanted = json!({ "bundle": BUNDLE, "environments": ["development"] });
    let issued: Value = stage.vendors.post("/credentials/apns-p12", &wanted).await.unwrap();
    let p12 = STANDARD.decode(issued["p12"].as_str().unwrap()).unwrap();
    let p12 = file(&stage, "development.p12", &p12);

    page.click("nav-certificates").await;
    page.click("add-apns").await;
    page.fill("field-name", "appleByHand").await;
    page.click("field-environment-development").await;
    page.upload("field-p12", &p12).await;
    page.fill("field-p12_password", "not the password").await;
    page.click("save").await;
    page.see("row-p12_password error-p12_password").await;
    page.only_complains_of(422).await;

    page.upload("field-p12", &p12).await;
    page.fill("field-p12_password", issued["password"].as_str().unwrap()).await;
    page.click("save").await;
    page.see_text("review-facts", BUNDLE).await;
    page.click("save-reviewed").await;
    page.see("probe-headline.tone-ok").await;
    page.see_text("certificate-facts", BUNDLE).await;
    let id = certificate_id(page).await;

    use_certificate(&Lab::of(&stage, &IPHONE), id, "appleByHand").await;
    stage.close().await;
}

/// Opens the sections that are folded away.
async fn unfold(page: &Page) {
    while page.run("return document.querySelector('details.folded:not([open])') !== null;").await == true {
        let section =
            page.run("return document.querySelector('details.folded:not([open])').dataset.test;").await;
        page.click(section.as_str().unwrap()).await;
    }
}

/// Types, chooses or ticks each value into its field.
async fn fill_in(stage: &Stage, credential: &Map<String, Value>) {
    let page = &stage.page;
    for (field, value) in credential {
        let value = value.as_str().unwrap();
        let words = format!("field-{field}");
        let kind = page.kind_of(&words).await;
        match kind.as_str() {
            "file" => {}
            "select-one" => page.choose(&words, value).await,
            "checkbox" if page.is_chosen(&words).await != (value == "yes") => page.click(&words).await,
            "checkbox" => {}
            _ => page.fill(&words, value).await,
        }
    }
}

/// The same secret with another last character, so that it still reads.
fn spoiled(right: &str) -> String {
    let other = if right.ends_with('A') { 'B' } else { 'A' };
    let mut wrong = right.to_owned();
    wrong.pop();
    wrong.push(other);
    wrong
}

fn file(stage: &Stage, name: &str, content: &[u8]) -> String {
    let path = stage.folder.path().join(name);
    fs::write(&path, content).unwrap();
    path.to_string_lossy().into_owned()
}

/// The number that the page of a saved certificate shows.
async fn certificate_id(page: &Page) -> u32 {
    page.text("certificate-id").await.parse().unwrap()
}

/// A browser's subscription stays bound to the key it was made with; a new one takes the new key.
async fn subscribe_again(lab: &Lab<'_>) {
    lab.back().await;
    lab.kill().await;
    lab.press("invalidate-token").await;
    lab.on_screen().await;
}

/// Switches the phone to a certificate, and sends it a message through that.
async fn use_certificate(lab: &Lab<'_>, id: u32, name: &str) {
    lab.back().await;
    lab.is("foreground").await;
    // OPPO installs apps with notifications off, and a phone can only ask its owner.
    let is_off = format!("return document.getElementById('{}') !== null;", lab.own("notifications-on"));
    if lab.page.run(&is_off).await == true {
        lab.press("notifications-on").await;
    }
    let choice = lab.own("certificate");
    lab.page.choose(&choice, &id.to_string()).await;
    lab.press("use-certificate").await;
    lab.page.see_chosen(&choice, &id.to_string()).await;
    lab.stage.server_binds(lab.phone.user, id).await;
    lab.kill().await;
    let text = format!("through certificate {id}");
    lab.send(&text).await;
    lab.shows(&text).await;
    lab.explain(&text, "Accepted by").await;
    lab.page.see_text("target-place", &format!("certificate {id} {name}")).await;
}
