//! How a page is looked at: on a desk by day and by night, and in a hand.

use serde_json::json;

use crate::page::Page;

/// A window's width and the light it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Desk,
    Night,
    Hand,
}

impl Look {
    pub(crate) const ALL: [Self; 3] = [Self::Desk, Self::Night, Self::Hand];

    /// The window's width and height, in pixels.
    pub(crate) const fn size(self) -> (u32, u32) {
        match self {
            Self::Desk | Self::Night => (1280, 1000),
            Self::Hand => (390, 844),
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Night => "night",
            Self::Hand => "hand",
        }
    }

    const fn scheme(self) -> &'static str {
        if matches!(self, Self::Night) { "dark" } else { "light" }
    }

    /// Puts the page into it, with everything that moves at rest.
    pub(crate) async fn put_on(self, page: &Page) {
        let media = json!({ "features": [
            { "name": "prefers-color-scheme", "value": self.scheme() },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        page.driver().devtools("Emulation.setEmulatedMedia", &media).await.unwrap();
        let (width, height) = self.size();
        resize(page, width, height).await;
        page.driver().run_until_told(AT_REST, &json!([])).await.unwrap();
    }
}

/// Tells when nothing moves that has an end.
const AT_REST: &str = "
const ends = (moving) => Number.isFinite(moving.effect.getComputedTiming().endTime);
const moving = document.getAnimations().filter(ends).map((one) => one.finished);
Promise.allSettled(moving).then(() => requestAnimationFrame(() => arguments[0](true)));
";

/// Names what stands out to the right.
const WIDE: &str = "
if (document.scrollingElement.scrollWidth <= innerWidth) return '';
const out = [...document.querySelectorAll('body *')].filter((item) => item.getBoundingClientRect().right > innerWidth + 1);
return `${document.scrollingElement.scrollWidth} px: `
    + out.map((item) => `${item.tagName}.${item.className}`).slice(0, 8).join(', ');";

/// What stands out to the right of the window; empty where nothing does.
pub(crate) async fn too_wide(page: &Page) -> String {
    page.run(WIDE).await.as_str().unwrap_or_default().to_owned()
}

pub(crate) async fn resize(page: &Page, width: u32, height: u32) {
    let wanted = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    page.driver().devtools("Emulation.setDeviceMetricsOverride", &wanted).await.unwrap();
}
