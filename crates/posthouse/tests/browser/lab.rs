//! One phone of the Device Lab: its buttons, its shade, its app; and the way from a message to its explanation.

use crate::{page::Page, stage::Stage};

/// A phone of the sample.
pub(crate) struct Phone {
    pub(crate) name: &'static str,
    pub(crate) user: &'static str,
}

pub(crate) const MI: Phone = Phone { name: "mi-14", user: "bo" };
pub(crate) const IPHONE: Phone = Phone { name: "iphone-16", user: "ann" };
pub(crate) const MATE: Phone = Phone { name: "mate-60", user: "chen" };
pub(crate) const MATE_NEXT: Phone = Phone { name: "mate-70", user: "lin" };
pub(crate) const MAGIC: Phone = Phone { name: "magic-6", user: "he" };
pub(crate) const FIND: Phone = Phone { name: "find-x7", user: "ou" };
pub(crate) const X100: Phone = Phone { name: "x100", user: "wei" };
pub(crate) const MEIZU: Phone = Phone { name: "meizu-21", user: "mei" };
pub(crate) const PIXEL: Phone = Phone { name: "pixel-8", user: "gu" };
pub(crate) const BROWSER: Phone = Phone { name: "browser", user: "wang" };

/// A phone on the page of the Device Lab, which must be open.
pub(crate) struct Lab<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) page: &'a Page,
    pub(crate) phone: &'static Phone,
}

impl<'a> Lab<'a> {
    pub(crate) const fn of(stage: &'a Stage, phone: &'static Phone) -> Self {
        Self { stage, page: &stage.page, phone }
    }

    /// The word of something that the page shows of this phone.
    pub(crate) fn own(&self, what: &str) -> String {
        format!("{what}-{}", self.phone.name)
    }

    pub(crate) async fn press(&self, button: &str) {
        self.page.click(&self.own(button)).await;
    }

    /// Waits until the phone shows its app's process so.
    pub(crate) async fn is(&self, process: &str) {
        self.page.see_text(&self.own("process"), process).await;
    }

    /// Ends the app's process, and waits until the server has noticed.
    pub(crate) async fn kill(&self) {
        self.press("kill").await;
        self.is("killed").await;
        self.server_sees("disconnected").await;
    }

    /// Brings the app on screen, and waits until it is connected and its token is reported.
    pub(crate) async fn on_screen(&self) {
        self.press("foreground").await;
        self.page.see(&self.own("app")).await;
        self.server_sees("online-foreground").await;
    }

    pub(crate) async fn server_sees(&self, session: &str) {
        self.stage.server_sees(self.phone.user, session).await;
    }

    /// Sends a text to the phone's user by the form; without a title, so that the App's own is shown.
    pub(crate) async fn send(&self, text: &str) {
        self.page.fill("send-to", self.phone.user).await;
        self.page.fill("send-text", text).await;
        self.page.click("send-button").await;
    }

    pub(crate) async fn send_with_ext(&self, text: &str, ext: &str) {
        self.page.fill("send-ext", ext).await;
        self.send(text).await;
    }

    /// Waits until the phone shows the text as a notification with the title that messages without one get.
    pub(crate) async fn shows(&self, text: &str) {
        let shade = self.own("shade");
        self.page.see_text(&format!("{shade} notification-text"), text).await;
        self.page.see_text(&format!("{shade} notification-title"), "a new message").await;
    }

    /// Whether the phone shows the text as a notification now.
    pub(crate) async fn is_showing(&self, text: &str) -> bool {
        let shown = self.page.texts(&format!("{} notification-text", self.own("shade"))).await;
        shown.iter().any(|line| line == text)
    }

    pub(crate) async fn tap(&self, text: &str) {
        let notification = self.page.id_of(&format!("{} notification", self.own("shade")), text).await;
        self.page.click_id(&notification).await;
    }

    /// Waits until the last message's end is told so, and opens its explanation.
    pub(crate) async fn explain(&self, text: &str, headline: &str) {
        self.page.see_text("last-message", text).await;
        self.page.see_text("last-headline", headline).await;
        self.page.click("explain-last").await;
        self.page.see_text("message-text", text).await;
        self.page.see_text("headline", headline).await;
    }

    /// Waits until the explanation that is open names this rule as the one that decided.
    pub(crate) async fn decided_by(&self, rule: &str) {
        self.page.see_text("rule-decided rule-name", rule).await;
    }

    /// Goes back to the Device Lab, to this phone.
    pub(crate) async fn back(&self) {
        self.page.click("nav-lab").await;
        self.page.see("handsets").await;
        self.choose().await;
    }

    /// Takes this phone from the shelf, where there is one.
    pub(crate) async fn choose(&self) {
        let is_large = format!("return document.getElementById('handset-{}') !== null;", self.phone.name);
        if self.page.run(&is_large).await == false {
            self.page.click(&format!("shelf-{}", self.phone.name)).await;
            self.page.see(&self.own("handset")).await;
        }
    }
}
