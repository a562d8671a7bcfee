//! What the model's types look like in JSON, for the OpenAPI document alone. A test sends values of the model through
//! these and back, so that the two cannot drift apart.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a message says.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Body {
    /// Plain text.
    Text {
        /// The text, at most 12 KiB of UTF-8.
        #[schema(example = "晚饭吃什么？")]
        text: String,
    },
    /// The App's own content, opaque to Posthouse.
    Custom {
        /// The content, at most 12 KiB.
        content: String,
    },
}

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
    /// Whether it counts one up on the app's badge.
    #[serde(default)]
    #[schema(default = true, required = false)]
    counts_badge: bool,
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

/// What a message is about: decides category, channel and urgency at each vendor.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Class {
    #[default]
    Chat,
    Call,
    System,
    Marketing,
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

/// What a device tells of itself.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceReport {
    /// Brand in lower case.
    #[serde(default)]
    #[schema(required = false, example = "xiaomi")]
    brand: String,
    /// Model name, for people.
    #[serde(default)]
    #[schema(required = false)]
    model: String,
    /// Operating system family.
    #[schema(required = false)]
    platform: Platform,
    /// Operating system version, for people.
    #[serde(default)]
    #[schema(required = false)]
    os_version: String,
    /// Package name or bundle id of the app.
    #[serde(default)]
    #[schema(required = false)]
    package: String,
    /// Version of the client SDK.
    #[serde(default)]
    #[schema(required = false)]
    sdk_version: String,
    /// Language tag.
    #[serde(default)]
    #[schema(required = false, example = "zh-CN")]
    language: String,
    /// IANA time zone name.
    #[serde(default)]
    #[schema(required = false)]
    time_zone: String,
    /// Whether notifications are allowed.
    #[schema(required = false)]
    notifications: Permission,
    /// Android notification channels that exist on the device.
    #[serde(default)]
    #[schema(required = false)]
    channels: Vec<String>,
    /// Environment of the app build on iOS.
    apns_environment: Option<Environment>,
    /// What the vendor's registration said, empty where it succeeded or was not tried.
    #[serde(default)]
    #[schema(required = false)]
    registration_error: String,
}

/// The operating system family of a device.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Platform {
    Android,
    Ios,
    Harmony,
    Web,
    Other,
}

/// Whether the user lets the app show notifications.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Permission {
    Unknown,
    Allowed,
    Off,
}

/// The two worlds an Apple token may belong to.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Environment {
    Development,
    Production,
}

/// What an App's rules are set to.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppPolicy {
    /// Whether a message without push settings causes a push.
    push_without_settings: bool,
    /// What a connected app in the background gets on Android.
    background_android: BackgroundPolicy,
    /// What a connected app in the background gets on iOS.
    background_ios: BackgroundPolicy,
    /// How many devices of a user may be logged in.
    login: LoginPolicy,
    /// The title where the sender gave none.
    default_title: String,
}

/// What a connected app in the background gets: frame and push together, or the frame alone until it is lost.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BackgroundPolicy {
    Push,
    WaitForLoss,
}

/// How many devices of a user may be logged in.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LoginPolicy {
    OneDevice,
    Many,
}

/// What a vendor token is for.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BindingKind {
    Alert,
    Voip,
}

/// Where a delivery stands. All but `queued` are final.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DeliveryState {
    Queued,
    Skipped,
    Accepted,
    Rejected,
    Dropped,
}

/// What became known of an accepted push, in milliseconds since the epoch.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Marks {
    /// Reached the device.
    arrived_at: Option<i64>,
    /// Shown in the shade.
    shown_at: Option<i64>,
    /// Tapped.
    clicked_at: Option<i64>,
}

/// What a message is.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MessageKind {
    Message,
    System,
    Push,
}

/// Where one login of a user on a device stands.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SessionState {
    OnlineForeground,
    OnlineBackground,
    Disconnected,
    LoggedOut,
    Kicked,
}

/// What is wrong with one field of a form.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct FieldError {
    /// The field's name.
    field: String,
    /// What to do about it.
    en: String,
    /// The same in Chinese.
    zh: String,
}

#[cfg(test)]
mod tests {
    use serde::{Serialize, de::DeserializeOwned};

    /// Every value reads as the mirror and comes back the same.
    fn mirrors<M: Serialize + DeserializeOwned>(values: &[impl Serialize]) {
        for value in values {
            let json = serde_json::to_value(value).unwrap();
            let mirrored: M = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(mirrored).unwrap(), json);
        }
    }

    #[test]
    fn every_mirror_is_true_to_the_model() {
        mirrors::<super::Body>(&[model::Body::text("a"), model::Body::Custom { content: "{}".to_owned() }]);
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
                style: model::Style {
                    image: Some("https://a".to_owned()),
                    interruption: Some(model::Interruption::TimeSensitive),
                    template: Some(model::Template::default()),
                    ..model::Style::default()
                },
                ..model::PushSettings::default()
            },
        ]);
        mirrors::<super::ClickAction>(&[
            model::ClickAction::OpenApp,
            model::ClickAction::AppPage("p".into()),
        ]);
        mirrors::<super::AppPolicy>(&[model::AppPolicy::default()]);
        mirrors::<super::Marks>(&[model::Marks::default()]);
        mirrors::<super::FieldError>(&[model::FieldError::new("f", "en", "zh")]);
        mirrors::<super::DeviceReport>(&[
            model::DeviceReport::default(),
            model::DeviceReport {
                apns_environment: Some(model::Environment::Production),
                ..model::DeviceReport::default()
            },
        ]);
    }

    #[test]
    fn every_word_of_the_model_is_in_its_mirror() {
        use model::{BackgroundPolicy, BindingKind, Class, DeliveryState, LoginPolicy, MessageKind};
        use model::{Environment, Permission, Platform, SessionState};
        mirrors::<super::Class>(&[Class::Chat, Class::Call, Class::System, Class::Marketing]);
        mirrors::<super::Platform>(&[
            Platform::Android,
            Platform::Ios,
            Platform::Harmony,
            Platform::Web,
            Platform::Other,
        ]);
        mirrors::<super::Permission>(&[Permission::Unknown, Permission::Allowed, Permission::Off]);
        mirrors::<super::Environment>(&[Environment::Development, Environment::Production]);
        mirrors::<super::BackgroundPolicy>(&[BackgroundPolicy::Push, BackgroundPolicy::WaitForLoss]);
        mirrors::<super::LoginPolicy>(&[LoginPolicy::OneDevice, LoginPolicy::Many]);
        mirrors::<super::BindingKind>(&[BindingKind::Alert, BindingKind::Voip]);
        mirrors::<super::MessageKind>(&[MessageKind::Message, MessageKind::System, MessageKind::Push]);
        let states: Vec<DeliveryState> = (0..).map_while(DeliveryState::from_number).collect();
        mirrors::<super::DeliveryState>(&states);
        let states: Vec<SessionState> = (0..).map_while(SessionState::from_number).collect();
        mirrors::<super::SessionState>(&states);
    }
}
