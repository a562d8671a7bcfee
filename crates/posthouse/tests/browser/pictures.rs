//! The pictures of the documents: each page on a desk and in a hand, in both languages; made anew by
//! `cargo xtask screenshots`. Apart from times and random ids they are the same every time.

use std::{fs, path::Path, process::Stdio};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use tokio::process::Command;

use crate::{
    furnished::furnish,
    lab::{IPHONE, Lab, MI},
    look::{Look, resize},
    page::Page,
    places::{Place, inside, outside},
    stage::Stage,
};

/// Longer pages are cut off below, in pixels.
const DESK_MAX_PX: u32 = 1240;
const HAND_MAX_PX: u32 = 1300;
const LANGUAGES: [&str; 2] = ["en", "zh"];
const SMALLER: &str = include_str!("smaller.js");

/// The pages that the documents show, beside the overview and a call.
const SHOWN: [&str; 26] = [
    "account",
    "audit",
    "certificate-oppo",
    "certificates",
    "dead-letters",
    "deliveries",
    "device",
    "explain",
    "explain-refused",
    "group",
    "groups",
    "invitation",
    "keys",
    "lab",
    "lanes",
    "new-certificate-apns",
    "new-certificate-xiaomi",
    "operators",
    "policy",
    "resource-oppo",
    "resources",
    "sign-in",
    "test",
    "user",
    "users",
    "webhooks",
];
/// Those that are shown by night as well.
const AT_NIGHT: [&str; 3] = ["explain", "lab", "overview"];

#[tokio::test]
#[ignore = "makes the documents' pictures anew: cargo xtask screenshots"]
async fn of_every_page() {
    let stage = Stage::with_all_phones("pictures").await;
    let there = furnish(&stage).await;
    take_all(&stage.page, &inside(&there)).await;
    let window = stage.another_window().await;
    take_all(&window, &outside(&there)).await;
    call(&stage).await;
    busy_month().await;
}

/// A month of traffic, as `posthouse bench seed` makes it, for what is drawn over time.
async fn busy_month() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut seeding = Command::new(env!("CARGO_BIN_EXE_posthouse"));
    seeding.args(["bench", "seed", "--users", "2000", "--deliveries", "30000", "--data"]).arg(&data);
    assert!(seeding.stdout(Stdio::null()).status().await.unwrap().success(), "nothing is seeded");
    let stage = Stage::over("pictures-month", &data).await;
    let overview = Place::new("overview", "/console/overview?range=30d");
    for language in LANGUAGES {
        speak(&stage.page, language).await;
        take(&stage.page, &overview, language).await;
    }
}

async fn take_all(page: &Page, places: &[Place]) {
    for language in LANGUAGES {
        speak(page, language).await;
        for place in places.iter().filter(|place| SHOWN.contains(&place.name.as_str())) {
            take(page, place, language).await;
        }
    }
}

/// One phone calls another, which is on screen.
async fn call(stage: &Stage) {
    let (mi, iphone) = (Lab::of(stage, &MI), Lab::of(stage, &IPHONE));
    stage.page.click("nav-lab").await;
    stage.page.click("all-foreground").await;
    mi.choose().await;
    mi.server_sees("online-foreground").await;
    iphone.server_sees("online-foreground").await;
    mi.page.choose(&mi.own("peer"), "user:ann").await;
    mi.press("call").await;
    mi.page.see(&mi.own("ring")).await;
    for language in LANGUAGES {
        speak(&stage.page, language).await;
        let place = Place::new("lab-call", "/console/lab?phone=iphone-16");
        stage.page.open(&place.address).await;
        stage.page.see(&iphone.own("ring")).await;
        save(&stage.page, &place, Look::Desk, language).await;
    }
}

/// The same picture with few colours, which is a third as large.
async fn smaller(page: &Page, png: &[u8]) -> Vec<u8> {
    let told = page.driver().run_until_told(SMALLER, &json!([STANDARD.encode(png)])).await.unwrap();
    STANDARD.decode(told.as_str().unwrap()).unwrap_or_else(|_| panic!("no smaller picture: {told}"))
}

async fn speak(page: &Page, language: &str) {
    page.open(&format!("/console/language/{language}")).await;
}

async fn take(page: &Page, place: &Place, language: &str) {
    page.open(&place.address).await;
    for look in Look::ALL {
        if look != Look::Night || AT_NIGHT.contains(&place.name.as_str()) {
            save(page, place, look, language).await;
        }
    }
    Look::Desk.put_on(page).await;
}

async fn save(page: &Page, place: &Place, look: Look, language: &str) {
    look.put_on(page).await;
    let (width, height) = look.size();
    let longest = if look == Look::Hand { HAND_MAX_PX } else { DESK_MAX_PX };
    let whole = page.run("return document.scrollingElement.scrollHeight;").await.as_u64().unwrap();
    resize(page, width, u32::try_from(whole).unwrap().clamp(height.min(longest), longest)).await;
    let png = smaller(page, &page.driver().picture().await.unwrap()).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/images");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{}-{}-{language}.png", place.name, look.name())), png).unwrap();
}
