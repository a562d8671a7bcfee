//! How the pages look: in both languages, in daylight and at night, on a desk and in a hand.

use std::{env, fs, path::Path};

use serde_json::json;

use crate::{
    lab::{IPHONE, Lab, MI},
    page::{Page, screenshot_path},
    stage::Stage,
};

/// The size of the README's picture.
const PICTURE: (u32, u32) = (1280, 920);
const DESK_PX: u32 = 1280;
const HAND_PX: u32 = 390;
/// Largest picture that is committed, in bytes.
const PICTURE_MAX_BYTES: usize = 400 * 1024;

#[tokio::test]
async fn every_page_speaks_both_languages_and_fits_a_hand() {
    let stage = Stage::open("look").await;
    let page = &stage.page;
    arrange(&stage).await;
    draw_picture(page).await;
    let explained = page.run("return document.getElementById('explain-last').getAttribute('href');").await;
    let explained = explained.as_str().unwrap().to_owned();
    let pages = [
        ("lab", "/console/lab", "Device Lab", "设备实验室"),
        ("explain", explained.as_str(), "Explain", "推送排查"),
        ("explain-empty", "/console/explain", "Choose a message", "请选择一条消息"),
        ("certificates", "/console/certificates", "Valid until", "有效期至"),
        ("certificate", "/console/certificates/1", "What was read", "读取到的信息"),
        ("certificate-xiaomi", "/console/certificates/new/xiaomi", "After a tap", "点击通知后"),
        ("certificate-apns", "/console/certificates/new/apns", "p12 password", "p12 证书密码"),
    ];
    for (name, address, en, zh) in pages {
        page.open(address).await;
        speak(page, "en", en).await;
        shoot(page, &format!("{name}-en")).await;
        speak(page, "zh", zh).await;
        shoot(page, &format!("{name}-zh")).await;
    }
    page.open("/console/lab").await;
    speak(page, "en", "Device Lab").await;
    stage.close().await;
}

/// A killed phone with a notification, and one that shows another on its lock screen.
async fn arrange(stage: &Stage) {
    let iphone = Lab::of(stage, &IPHONE);
    iphone.press("lock").await;
    iphone.page.see(&iphone.own("locked")).await;
    iphone.server_sees("online-background").await;
    iphone.send("See you at the station at six").await;
    iphone.shows("See you at the station at six").await;
    let mi = Lab::of(stage, &MI);
    mi.kill().await;
    mi.send_with_ext("晚饭吃什么?🍜", "ext content").await;
    mi.shows("晚饭吃什么?🍜").await;
    mi.page.see_text("last-message", "晚饭吃什么?🍜").await;
    mi.page.see_text("last-headline", "arrival confirmed").await;
}

async fn speak(page: &Page, language: &str, words: &str) {
    page.click(&format!("language-{language}")).await;
    let find = "return document.documentElement.lang;";
    let spoken = page.run(find).await;
    assert!(spoken.as_str().unwrap().starts_with(language), "the page is in {spoken}");
    let shown = page.run("return document.body.textContent;").await;
    if !shown.as_str().unwrap().contains(words) {
        page.fail(&format!("the page does not say “{words}”")).await;
    }
}

/// Pictures of a whole page by day and by night on a desk, and by day in a hand, where nothing may stand out.
async fn shoot(page: &Page, name: &str) {
    for (width, scheme, kind) in
        [(DESK_PX, "light", "desk"), (DESK_PX, "dark", "night"), (HAND_PX, "light", "hand")]
    {
        paint(page, scheme).await;
        resize(page, width, 1000).await;
        let sizes = "return [document.scrollingElement.scrollWidth, innerWidth, document.scrollingElement.scrollHeight];";
        let sizes: [u32; 3] = serde_json::from_value(page.run(sizes).await).unwrap();
        if sizes[0] > sizes[1] {
            let wide = page.run(WIDE).await;
            page.fail(&format!("at {width} px {name} is {} px wide: {wide}", sizes[0])).await;
        }
        resize(page, width, sizes[2].max(600)).await;
        fs::write(screenshot_path(&format!("{name}-{kind}")), picture(page).await).unwrap();
    }
    paint(page, "light").await;
    resize(page, DESK_PX, 1000).await;
}

/// Names what stands out to the right.
const WIDE: &str = "return [...document.querySelectorAll('body *')]
    .filter((item) => item.getBoundingClientRect().right > innerWidth + 1)
    .map((item) => `${item.tagName}.${item.className}`).slice(0, 8).join(', ');";

/// The picture in the README, drawn again where that is asked for.
async fn draw_picture(page: &Page) {
    paint(page, "light").await;
    resize(page, PICTURE.0, PICTURE.1).await;
    let settled = "Promise.all(document.getAnimations().map((moving) => moving.finished))
        .then(() => arguments[0](), () => arguments[0]());";
    page.driver().run_until_told(settled, &json!([])).await.unwrap();
    let png = picture(page).await;
    assert!(png.len() < PICTURE_MAX_BYTES, "the picture has {} bytes", png.len());
    if env::var_os("UPDATE_SCREENSHOTS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/images/device-lab.png");
        fs::write(path, png).unwrap();
    }
}

async fn picture(page: &Page) -> Vec<u8> {
    page.driver().picture().await.unwrap()
}

async fn paint(page: &Page, scheme: &str) {
    let wanted = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
    page.driver().devtools("Emulation.setEmulatedMedia", &wanted).await.unwrap();
}

async fn resize(page: &Page, width: u32, height: u32) {
    let wanted = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    page.driver().devtools("Emulation.setDeviceMetricsOverride", &wanted).await.unwrap();
}
