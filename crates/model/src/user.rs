//! What users set for themselves: when and through what they may be disturbed.

use serde::{Deserialize, Serialize};

use crate::{PlatformClass, limits::MULTI_END_RULES_MAX};

/// What a user sets for all devices.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct UserSettings {
    /// The daily span in which the user wants peace (rows F6, T4); absent: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub do_not_disturb: Option<DoNotDisturb>,
    /// Pushes never show sender and text (row T24).
    pub hide_details: bool,
    /// Which ends silence which (rows F7, T5, T6); empty: none does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub multi_end: Vec<MultiEndRule>,
}

impl UserSettings {
    /// Whether every value is in its range.
    #[must_use]
    pub fn is_fit(&self) -> bool {
        self.do_not_disturb.as_ref().is_none_or(DoNotDisturb::is_fit)
            && self.multi_end.len() <= MULTI_END_RULES_MAX
    }
}

/// A daily span in the user's own time zone. One that ends before it begins goes over midnight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DoNotDisturb {
    /// First minute of the day, 0 to 1439.
    pub from_minute: u16,
    /// The minute it ends before, 0 to 1439; the same as the first: the whole day.
    pub to_minute: u16,
    /// IANA time zone name, such as `Asia/Shanghai`.
    pub time_zone: String,
    /// What happens in it.
    #[serde(default)]
    pub effect: Quiet,
}

impl DoNotDisturb {
    /// Whether the minutes are of a day and the time zone's name is short; whether it exists, `rules` says.
    #[must_use]
    pub fn is_fit(&self) -> bool {
        self.from_minute < 1440 && self.to_minute < 1440 && self.time_zone.len() <= 64
    }
}

/// What happens in a do-not-disturb span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Quiet {
    /// No push.
    #[default]
    Silent,
    /// A push without sender and text.
    HideDetails,
}

/// While an end of one kind has the message, ends of another are not pushed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MultiEndRule {
    /// An end of one of these kinds has acknowledged the message.
    pub online: Vec<PlatformClass>,
    /// Then no push goes to ends of these kinds.
    pub silence: Vec<PlatformClass>,
}

/// What a user set for one conversation. The numbers are stored: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Mute {
    /// Every message may push.
    #[default]
    None = 0,
    /// None may.
    All = 1,
    /// Only those that mention the user.
    ExceptMentions = 2,
}

impl Mute {
    /// The stored number's mute.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::None,
            1 => Self::All,
            2 => Self::ExceptMentions,
            _ => return None,
        })
    }
}
