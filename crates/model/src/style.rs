//! How a notification looks and sounds, where a message or a push resource says so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::limits::{STYLE_TEXT_MAX_BYTES, TEMPLATE_PARAMETERS_MAX};

/// How a notification looks and sounds. What is left out is as the certificate says, or as the vendor does by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Style {
    /// The Android notification channel on the device, or the vendor's own channel (row E6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The vendor's message category, such as `IM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// A sound file in the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sound: Option<String>,
    /// An https address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// How much it may disturb, where the vendor asks (APNs).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interruption: Option<Interruption>,
    /// An approved template of the vendor's (row T21).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<Template>,
}

impl Style {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether every text is short enough, and the picture an https address.
    #[must_use]
    pub fn is_fit(&self) -> bool {
        let texts = [&self.channel, &self.category, &self.sound, &self.image];
        let short = |text: &String| text.len() <= STYLE_TEXT_MAX_BYTES;
        let parameters = |template: &Template| {
            let all = [&template.title, &template.body];
            short(&template.id)
                && all.iter().all(|texts| texts.len() <= TEMPLATE_PARAMETERS_MAX)
                && all.iter().all(|texts| texts.iter().all(|(name, value)| short(name) && short(value)))
        };
        texts.into_iter().flatten().all(short)
            && self.image.as_ref().is_none_or(|image| image.starts_with("https://"))
            && self.template.as_ref().is_none_or(parameters)
    }
}

/// An approved template of a vendor's with what fills it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Template {
    /// The vendor's id of it.
    pub id: String,
    /// What fills its title.
    pub title: BTreeMap<String, String>,
    /// What fills its text.
    pub body: BTreeMap<String, String>,
}

/// How much a notification may disturb, in Apple's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Interruption {
    /// Into the list without light or sound.
    Passive,
    /// As usual.
    Active,
    /// Breaks through Focus.
    TimeSensitive,
    /// Breaks through everything; needs Apple's permission.
    Critical,
}

impl Interruption {
    /// The word Apple uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passive => "passive",
            Self::Active => "active",
            Self::TimeSensitive => "time-sensitive",
            Self::Critical => "critical",
        }
    }
}

/// What a push is for the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Presentation {
    /// A notification that the system shows.
    #[default]
    Alert,
    /// Data for the app, which shows nothing by itself (透传; APNs background push).
    Data,
    /// A call for `PushKit`'s VoIP token.
    Voip,
}
