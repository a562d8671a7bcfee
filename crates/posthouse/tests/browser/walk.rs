//! Every page in both languages, on a desk by day and by night and in a hand: nothing stands out to the right, nothing
//! is left untranslated, the browser has nothing to complain of, and axe finds nothing serious.

use serde_json::{Value, json};

use crate::{
    axe,
    furnished::furnish,
    look::{Look, too_wide},
    page::Page,
    places::{Place, extreme, forgotten, inside, outside},
    stage::Stage,
};

#[tokio::test]
async fn every_page_is_right_in_english() {
    walk("walk-en", "en").await;
}

#[tokio::test]
async fn every_page_is_right_in_chinese() {
    walk("walk-zh", "zh").await;
}

async fn walk(test: &'static str, language: &'static str) {
    let stage = Stage::with_all_phones(test).await;
    let there = furnish(&stage).await;
    let mut inside = inside(&there);
    inside.extend(extreme(&stage).await);
    let outside = outside(&there);
    let forgotten = forgotten(inside.iter().chain(&outside));
    assert!(forgotten.is_empty(), "nobody looks at {forgotten:?}: give them a place");
    let mut eye = Eye { language, faults: Vec::new() };
    eye.walk_through(&stage.page, &inside).await;
    let window = stage.another_window().await;
    eye.walk_through(&window, &outside).await;
    window.close().await;
    stage.close().await;
    eye.tell();
}

/// Whoever looks at pages, and what was found.
pub(crate) struct Eye {
    pub(crate) language: &'static str,
    pub(crate) faults: Vec<String>,
}

impl Eye {
    async fn walk_through(&mut self, page: &Page, places: &[Place]) {
        axe::bring(page).await;
        page.open(&format!("/console/language/{}", self.language)).await;
        for place in places {
            page.open(&place.address).await;
            self.look_at(page, place).await;
        }
    }

    /// Looks at the page that is open in every light and width.
    pub(crate) async fn look_at(&mut self, page: &Page, place: &Place) {
        let mut found = untranslated(page, self.language).await;
        for look in Look::ALL {
            look.put_on(page).await;
            let wide = too_wide(page).await;
            found.extend((!wide.is_empty()).then(|| format!("{} is too wide: {wide}", look.name())));
            if self.is_measured_in(look) {
                let violations = axe::violations(page, look).await.into_iter();
                found.extend(violations.map(|one| format!("{}: {one}", look.name())));
            }
        }
        let complaints = page.complaints().await.into_iter();
        found.extend(
            complaints.filter(|one| !place.is_expected(one)).map(|one| format!("the browser says {one}")),
        );
        Look::Desk.put_on(page).await;
        self.faults.extend(found.into_iter().map(|one| format!("{} ({}): {one}", place.name, self.language)));
    }

    /// The rules of accessibility do not depend on the language, and take a while: each look is measured in one.
    fn is_measured_in(&self, look: Look) -> bool {
        (look == Look::Desk) == (self.language == "en")
    }

    pub(crate) fn tell(self) {
        assert!(self.faults.is_empty(), "{} faults:\n{}", self.faults.len(), self.faults.join("\n"));
    }
}

/// What is not in the page's language: where the page's own words stand, English has no Chinese letter, and Chinese has
/// some in every sentence. Names that people gave are left out.
async fn untranslated(page: &Page, language: &str) -> Vec<String> {
    let told: Value = page.driver().run(UNTRANSLATED, &json!([language])).await.unwrap();
    serde_json::from_value(told).unwrap()
}

const UNTRANSLATED: &str = r"
const [language] = arguments;
const faults = [];
if (!document.documentElement.lang.startsWith(language)) faults.push(`the page says it is ${document.documentElement.lang}`);
const own = (item) => {
    const copy = item.cloneNode(true);
    for (const inner of copy.querySelectorAll('select, output, code, b, time, .notification, [data-test=language-zh]')) inner.remove();
    return copy.textContent.trim();
};
const is_chinese = (text) => /\p{Script=Han}/u.test(text);
const words = language === 'zh'
    ? 'h1:not([data-test]), .lead:not(.heading-line), .empty p, .nav-label, legend'
    : 'h1:not([data-test]), .lead:not(.heading-line), .empty p, .nav-label, legend, th, label, button:not(.notification), summary';
const app = document.getElementById('app-name')?.textContent;
for (const item of document.querySelectorAll(words)) {
    const text = own(item);
    const is_name = text === app || (language === 'zh' && text.split(' ').length < 3);
    if (!is_name && is_chinese(text) !== (language === 'zh')) faults.push(`untranslated: ${text.slice(0, 80)}`);
}
return faults;
";
