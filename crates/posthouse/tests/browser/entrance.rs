//! The way in: by a link that works once, and at the very first by one that makes the owner.

use serde_json::Value;

use crate::{
    axe,
    child::Child,
    furnished::PASSWORD,
    places::Place,
    stage::{Browsers, Stage},
    walk::Eye,
};

#[tokio::test]
async fn a_link_opens_the_console_once() {
    let stage = Stage::open("entrance").await;
    let page = &stage.page;
    page.see_text("app-name", "Sample").await;
    page.click("sign-out").await;
    page.see("sign-in").await;

    page.open("/console/lab").await;
    page.see("sign-in").await;
    page.only_complains_of(401).await;

    page.open(&stage.link).await;
    page.see("sign-in-refused").await;
    page.only_complains_of(401).await;
    stage.close().await;
}

#[tokio::test]
async fn the_first_run_makes_an_owner_who_signs_in_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Child::start(env!("CARGO_BIN_EXE_posthouse"), |command| {
        command
            .args(["serve", "--json"])
            .env("POSTHOUSE__LISTEN", "127.0.0.1:0")
            .env("POSTHOUSE__DATA", folder.path().join("data"))
            .env("POSTHOUSE__SEAL_KEY_FILE", folder.path().join("seal.key"))
    });
    let ready = server.says("that it is ready", |line| serde_json::from_str::<Value>(line).ok()).await;
    let browsers = Browsers::start("first-run", folder.path()).await;
    let page = browsers.window(ready["url"].as_str().unwrap(), &folder.path().join("profile")).await;
    let link = ready["first_run"].as_str().unwrap();

    axe::bring(&page).await;
    for language in ["en", "zh"] {
        page.open(&format!("/console/language/{language}")).await;
        page.only_complains_of(401).await;
        page.open(link).await;
        let mut eye = Eye { language, faults: Vec::new() };
        eye.look_at(&page, &Place::new("first-run", link)).await;
        eye.tell();
    }
    page.click("welcome-button").await;
    page.see("error-name").await;
    page.only_complains_of(422).await;
    page.fill("name", "lin.yue").await;
    page.fill("display-name", "林悦").await;
    page.fill("password", PASSWORD).await;
    page.fill("again", PASSWORD).await;
    page.click("welcome-button").await;
    page.see_text("signed-name", "林悦").await;
    page.click("sign-out").await;
    page.fill("sign-in-name", "lin.yue").await;
    page.fill("sign-in-password", PASSWORD).await;
    page.click("sign-in-button").await;
    page.see_text("signed-name", "林悦").await;
    page.close().await;
}
