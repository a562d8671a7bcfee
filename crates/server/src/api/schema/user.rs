//! What users set for themselves.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PlatformClass;

/// What a user sets for all devices.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserSettings {
    /// The daily span in which the user wants peace; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    do_not_disturb: Option<DoNotDisturb>,
    /// Pushes never show sender and text.
    #[serde(default)]
    #[schema(required = false)]
    hide_details: bool,
    /// Which ends silence which, at most 8 rules; empty: none does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    multi_end: Vec<MultiEndRule>,
}

/// A daily span in the user's own time zone. One that ends before it begins goes over midnight.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DoNotDisturb {
    /// First minute of the day, 0 to 1439.
    #[schema(example = 1380)]
    from_minute: u16,
    /// The minute it ends before, 0 to 1439; the same as the first: the whole day.
    #[schema(example = 420)]
    to_minute: u16,
    /// IANA time zone name.
    #[schema(example = "Asia/Shanghai")]
    time_zone: String,
    /// What happens in it.
    #[serde(default)]
    #[schema(required = false)]
    effect: Quiet,
}

/// What happens in a do-not-disturb span: no push, or a push without sender and text.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Quiet {
    #[default]
    Silent,
    HideDetails,
}

/// While an end of one kind has the message, ends of another are not pushed to.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MultiEndRule {
    /// An end of one of these kinds has acknowledged the message.
    online: Vec<PlatformClass>,
    /// Then no push goes to ends of these kinds.
    silence: Vec<PlatformClass>,
}

/// What a user set for one conversation: every message may push, none may, or only those that mention the user.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mute {
    None,
    All,
    ExceptMentions,
}

#[cfg(test)]
mod tests {
    use model::{DoNotDisturb, MultiEndRule, Mute, PlatformClass, Quiet, UserSettings};

    use super::super::mirrors;

    #[test]
    fn settings_are_mirrored() {
        let span = |effect| DoNotDisturb {
            from_minute: 1380,
            to_minute: 420,
            time_zone: "Asia/Shanghai".to_owned(),
            effect,
        };
        let rule =
            MultiEndRule { online: vec![PlatformClass::Desktop], silence: vec![PlatformClass::Mobile] };
        mirrors::<super::UserSettings>(&[
            UserSettings::default(),
            UserSettings {
                do_not_disturb: Some(span(Quiet::HideDetails)),
                hide_details: true,
                multi_end: vec![rule],
            },
        ]);
        mirrors::<super::DoNotDisturb>(&[span(Quiet::Silent)]);
        let mutes: Vec<Mute> = (0..).map_while(Mute::from_number).collect();
        mirrors::<super::Mute>(&mutes);
    }
}
