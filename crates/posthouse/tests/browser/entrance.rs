//! The way in: by a link that works once.

use crate::stage::Stage;

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
