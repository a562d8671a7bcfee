//! What is asked of a push.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Class;

/// What the sender asks of the push (离线推送信息).
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PushSettings {
    /// `false`: this message causes no push.
    #[serde(default)]
    #[schema(default = true, required = false)]
    enabled: bool,
    /// Title, at most 256 characters; absent: the App's default title.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    title: Option<String>,
    /// Text, at most 2048 characters; absent: the message's own text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    body: Option<String>,
    /// Pass-through text, at most 3 KiB; reaches the app where the vendor's getter reads `ext`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ext: Option<String>,
    /// Pass-through text, at most 3 KiB; reaches the app where the vendor's getter reads `payload`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    payload: Option<String>,
    /// What the message is about.
    #[serde(default)]
    #[schema(required = false)]
    class: Class,
    /// What it is for the phone.
    #[serde(default)]
    #[schema(required = false)]
    presentation: Presentation,
    /// How it looks and sounds; what is left out is as the certificate says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    style: Option<Style>,
    /// What differs at one vendor, by the vendor's name; goes before `style` and `click`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    vendors: BTreeMap<String, VendorSettings>,
    /// The push resource to use, at most 32 bytes; an unknown one means a plain alert, which explain warns of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    resource: Option<String>,
    /// Whether it counts one up on the app's badge.
    #[serde(default)]
    #[schema(default = true, required = false)]
    counts_badge: bool,
    /// Whether the text begins with the sender's name; absent: it does for messages, not for notifications.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sender_prefix: Option<bool>,
    /// Whom it reaches through mute and do-not-disturb.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    force: Option<ForcePush>,
    /// What a tap does; absent: as the certificate says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    click: Option<ClickAction>,
    /// Replaces an earlier notification with the same key, 1 to 64 bytes; absent: each message has its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    collapse_key: Option<String>,
    /// For how long the push is worth sending, in milliseconds, at most 7 days; absent: 7 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    lifetime_ms: Option<i64>,
}

/// What a message, or a push resource, sets for one vendor. What is left out is as said elsewhere.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VendorSettings {
    /// How it looks and sounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    style: Option<Style>,
    /// What a tap does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    click: Option<ClickAction>,
    /// What it is for the phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    presentation: Option<Presentation>,
}

/// Whom a message reaches through mute and do-not-disturb.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForcePush {
    /// Everybody; goes before the list.
    #[serde(default)]
    #[schema(required = false)]
    all: bool,
    /// These; at most 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    users: Vec<String>,
    /// The text they are shown, at most 2048 characters; absent: as everybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    body: Option<String>,
}

/// What a push is for the phone.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Presentation {
    /// A notification that the system shows.
    #[default]
    Alert,
    /// Data for the app, which shows nothing by itself.
    Data,
    /// A call for PushKit's VoIP token.
    Voip,
}

/// How a notification looks and sounds; texts have at most 512 bytes.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Style {
    /// The Android notification channel, or the vendor's own channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    channel: Option<String>,
    /// The vendor's message category, such as `IM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    category: Option<String>,
    /// A sound file in the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sound: Option<String>,
    /// An https address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    image: Option<String>,
    /// How much it may disturb (APNs).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    interruption: Option<Interruption>,
    /// An approved template of the vendor's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    template: Option<Template>,
}

/// How much a notification may disturb, in Apple's words.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Interruption {
    Passive,
    Active,
    TimeSensitive,
    Critical,
}

/// An approved template of a vendor's with what fills it; at most 32 parameters each.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Template {
    /// The vendor's id of it.
    #[serde(default)]
    id: String,
    /// What fills its title.
    #[serde(default)]
    #[schema(required = false)]
    title: BTreeMap<String, String>,
    /// What fills its text.
    #[serde(default)]
    #[schema(required = false)]
    body: BTreeMap<String, String>,
}

/// What a tap on the notification does.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(tag = "action", content = "target", rename_all = "snake_case")]
pub(crate) enum ClickAction {
    /// Starts the app at its first page.
    OpenApp,
    /// Opens a web page (http or https); `ext` does not travel with it.
    WebPage(String),
    /// Opens a page inside the app, in the vendor's own notation.
    AppPage(String),
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::mirrors;

    fn style() -> model::Style {
        model::Style {
            image: Some("https://a".to_owned()),
            interruption: Some(model::Interruption::TimeSensitive),
            template: Some(model::Template::default()),
            ..model::Style::default()
        }
    }

    #[test]
    fn push_settings_are_mirrored() {
        let vendor = model::VendorSettings {
            style: style(),
            click: Some(model::ClickAction::AppPage("p".to_owned())),
            presentation: Some(model::Presentation::Voip),
        };
        let vendors = BTreeMap::from([
            (model::Vendor::Oppo, vendor),
            (model::Vendor::Apns, model::VendorSettings::default()),
        ]);
        mirrors::<super::PushSettings>(&[
            model::PushSettings::default(),
            model::PushSettings {
                title: Some("t".to_owned()),
                body: Some("b".to_owned()),
                ext: Some("e".to_owned()),
                payload: Some("p".to_owned()),
                click: Some(model::ClickAction::WebPage("https://a".to_owned())),
                collapse_key: Some("k".to_owned()),
                lifetime_ms: Some(1),
                style: style(),
                vendors,
                resource: "r".parse().ok(),
                sender_prefix: Some(false),
                force: Some(model::ForcePush {
                    all: true,
                    users: vec!["bo".parse().unwrap()],
                    body: Some("now".to_owned()),
                }),
                ..model::PushSettings::default()
            },
        ]);
    }

    #[test]
    fn taps_and_presentations_are_mirrored() {
        mirrors::<super::ClickAction>(&[
            model::ClickAction::OpenApp,
            model::ClickAction::AppPage("p".into()),
        ]);
        use model::{Interruption, Presentation};
        mirrors::<super::Presentation>(&[Presentation::Alert, Presentation::Data, Presentation::Voip]);
        mirrors::<super::Interruption>(&[
            Interruption::Passive,
            Interruption::Active,
            Interruption::Critical,
        ]);
    }
}
