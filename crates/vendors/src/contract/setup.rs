//! What an operator and an app's developer have to know of a vendor beside the form of a certificate.

use model::Presentation;

/// What has to be done outside, and what a push resource may set. Facts for people: nothing is decided by them.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// What the vendor wants before pushes arrive: store release, account, rights (row C12).
    pub needs: &'static [Need],
    /// What the app must hold, as it stands in its sources; `{field}` stands for a value of the certificate's form, and
    /// `{certificate_id}` for its number.
    pub snippet: &'static str,
    /// How a page in the app is named.
    pub page: PageNotation,
    /// The link under which a client plugin listens (row G9), with `{package}` where the app's package stands; empty
    /// where the vendor opens none.
    pub plugin_link: &'static str,
    /// What a push resource or a message may set of a notification's style, and what the vendor makes of it.
    pub style: &'static [StyleField],
    /// What it carries beside notifications.
    pub presentations: &'static [Presentation],
}

impl Setup {
    /// Of a vendor of which nothing is told.
    pub const NONE: Self = Self {
        needs: &[],
        snippet: "",
        page: PageNotation::Free,
        plugin_link: "",
        style: &[],
        presentations: &[],
    };
}

/// Something to be done with the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// In English.
    pub en: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// How much depends on it.
    pub weight: NeedWeight,
}

/// How much depends on a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeedWeight {
    /// Without it no push is shown.
    Must,
    /// Without it fewer are shown, or later.
    Better,
    /// Nothing; it is good to know.
    Note,
}

impl Need {
    /// What no push is shown without.
    pub(crate) const fn must(en: &'static str, zh: &'static str) -> Self {
        Self { en, zh, weight: NeedWeight::Must }
    }

    /// What is better had.
    pub(crate) const fn should(en: &'static str, zh: &'static str) -> Self {
        Self { en, zh, weight: NeedWeight::Better }
    }

    /// What is only to be known.
    pub(crate) const fn note(en: &'static str, zh: &'static str) -> Self {
        Self { en, zh, weight: NeedWeight::Note }
    }
}

/// How a page in the app is named in a click action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageNotation {
    /// An intent URI, `intent:…#Intent;…;end`.
    Intent,
    /// An intent URI, or the action of an Activity's intent filter.
    IntentOrAction,
    /// The full class name of an Activity, the action of its intent filter, or an intent URI.
    ActivityOrAction,
    /// The full class name of an Activity, or a URI.
    ActivityOrUri,
    /// The action of an Activity's intent filter.
    Action,
    /// As the app likes it.
    Free,
}

impl PageNotation {
    /// Whether an intent URI names a page.
    #[must_use]
    pub const fn takes_intents(self) -> bool {
        matches!(self, Self::Intent | Self::IntentOrAction | Self::ActivityOrAction)
    }
}

/// A member of a notification's style that a vendor carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StyleField {
    /// Which one.
    pub part: StylePart,
    /// What the vendor makes of it, in English.
    pub en: &'static str,
    /// The same in Chinese.
    pub zh: &'static str,
    /// The words it takes; empty where any text fits.
    pub words: &'static [&'static str],
}

/// A member of a notification's style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StylePart {
    /// `channel`.
    Channel,
    /// `category`.
    Category,
    /// `sound`.
    Sound,
    /// `image`.
    Image,
    /// `interruption`.
    Interruption,
    /// `template`.
    Template,
}

impl StylePart {
    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Category => "category",
            Self::Sound => "sound",
            Self::Image => "image",
            Self::Interruption => "interruption",
            Self::Template => "template",
        }
    }

    /// With what the vendor makes of it, in English and Chinese.
    pub(crate) const fn means(self, en: &'static str, zh: &'static str) -> StyleField {
        StyleField { part: self, en, zh, words: &[] }
    }

    /// The same, where only some words fit.
    pub(crate) const fn one_of(
        self,
        words: &'static [&'static str],
        en: &'static str,
        zh: &'static str,
    ) -> StyleField {
        StyleField { part: self, en, zh, words }
    }
}
