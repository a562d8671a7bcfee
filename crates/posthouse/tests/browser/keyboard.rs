//! The keyboard alone: past the navigation, through forms, out of what was opened, and with a phone in the hand.

use crate::{
    lab::{Lab, MI},
    look::Look,
    page::{Key, Page},
    stage::Stage,
};

/// More than any way by the Tab key to what it leads to.
const STEPS_MAX: usize = 60;

#[tokio::test]
async fn everything_can_be_done_with_the_keyboard_alone() {
    let stage = Stage::open("keyboard").await;
    let page = &stage.page;
    page.open("/console/users").await;
    page.press(Key::Tab).await;
    let skip = page.run("return document.activeElement.className;").await;
    assert_eq!(skip, "skip", "the first stop leads past the navigation");
    page.press(Key::Enter).await;
    assert_eq!(page.focused().await, "main");
    page.press(Key::Tab).await;
    assert_eq!(page.focused().await, "users-q", "the form is the next stop");
    page.type_keys("bo").await;
    page.press(Key::Enter).await;
    page.see_text("user-id", "bo").await;
    page.see("show-all").await;

    a_phone_is_operated(&stage).await;
    what_was_opened_closes(page).await;
    stage.close().await;
}

/// The focus stays on the button though the page is drawn anew under it.
async fn a_phone_is_operated(stage: &Stage) {
    let page = &stage.page;
    let lab = Lab::of(stage, &MI);
    lab.back().await;
    lab.is("foreground").await;
    reach(page, &lab.own("kill")).await;
    page.press(Key::Space).await;
    lab.is("killed").await;
    lab.server_sees("disconnected").await;
    assert_eq!(page.focused().await, lab.own("kill"), "the focus is lost");
}

/// The menu of a narrow window and a question that is asked back, both closed by Escape.
async fn what_was_opened_closes(page: &Page) {
    Look::Hand.put_on(page).await;
    reach(page, "menu").await;
    page.press(Key::Enter).await;
    assert!(is_open(page, "menu").await, "the menu does not open");
    page.press(Key::Escape).await;
    assert!(!is_open(page, "menu").await, "the menu does not close");
    assert_eq!(page.focused().await, "menu");
    Look::Desk.put_on(page).await;

    page.click("nav-keys").await;
    let row = page.word_of("key-", "sample").await;
    let revoke = format!("revoke-{row}");
    reach(page, &revoke).await;
    page.press(Key::Enter).await;
    page.press(Key::Tab).await;
    assert_eq!(page.focused().await, format!("sure-{row}"));
    page.press(Key::Escape).await;
    assert!(!is_open(page, &revoke).await, "the question stays");
    assert_eq!(page.focused().await, revoke);
}

async fn is_open(page: &Page, summary: &str) -> bool {
    page.run(&format!("return document.getElementById('{summary}').parentElement.open;")).await == true
}

/// Goes on by the Tab key until the focus is there.
async fn reach(page: &Page, id: &str) {
    for _ in 0..STEPS_MAX {
        if page.focused().await == id {
            return;
        }
        page.press(Key::Tab).await;
    }
    page.fail(&format!("the Tab key does not lead to `{id}`")).await
}
