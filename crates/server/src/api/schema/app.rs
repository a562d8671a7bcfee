//! Apps and their policy.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an App's rules are set to.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppPolicy {
    /// Whether the App's devices log in here, or only push tokens are known.
    presence: PresencePolicy,
    /// Whether a message without push settings causes a push.
    push_without_settings: bool,
    /// What a connected app in the background gets on Android.
    background_android: BackgroundPolicy,
    /// What a connected app in the background gets on iOS.
    background_ios: BackgroundPolicy,
    /// What a connected app in the background gets on HarmonyOS.
    background_harmony: BackgroundPolicy,
    /// What a connected app in the background gets in a browser or on a computer.
    background_web: BackgroundPolicy,
    /// How many devices of a user may be logged in.
    login: LoginPolicy,
    /// Where FCM stands among the certificates of a device that has a maker's service too.
    fcm: FcmRank,
    /// A device that was not heard of for so many days is not pushed to; absent: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    stale_after_days: Option<u16>,
    /// The title where the sender gave none.
    default_title: String,
    /// Texts for messages that have none of their own, by message type and language; what is not here has a built-in
    /// one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    templates: Vec<TextTemplate>,
    /// Pushes show templates only, never a sender's text.
    content_free: bool,
    /// For so many days messages, deliveries and what explains them are kept.
    #[schema(minimum = 1, maximum = 365)]
    retention_days: u16,
}

/// Whether the App's devices log in here (`tracked`), or the App has an IM server of its own and only push tokens are
/// known (`none`): then a push to a user goes to every device bound to the user.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PresencePolicy {
    Tracked,
    None,
}

/// A text that stands for a message without one.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TextTemplate {
    /// For which messages: `message`, `system`, `push`, `call`, `video_call`, `call_over`, `recall`, `hidden` (a text
    /// without details), or the `kind` of a custom body, such as `image`. At most 64 bytes.
    kind: String,
    /// For which devices: a language tag, compared by its first part. At most 35 bytes.
    #[schema(example = "zh")]
    language: String,
    /// The text, at most 2048 characters.
    text: String,
}

/// Where FCM stands: behind the maker's service, before it, or nothing else is used.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FcmRank {
    Last,
    First,
    Exclusive,
}

/// What a connected app in the background gets: frame and push together, or the frame alone until it is lost.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BackgroundPolicy {
    Push,
    WaitForLoss,
}

/// How many devices of a user may be logged in: one, one phone and one computer and one browser, or any number.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LoginPolicy {
    OneDevice,
    OnePerPlatformClass,
    Many,
}

#[cfg(test)]
mod tests {
    use model::{AppPolicy, BackgroundPolicy, FcmRank, LoginPolicy, PresencePolicy, TextTemplate};

    use super::super::mirrors;

    #[test]
    fn policies_are_mirrored() {
        let template =
            TextTemplate { kind: "image".to_owned(), language: "zh".to_owned(), text: "[图片]".to_owned() };
        mirrors::<super::AppPolicy>(&[
            AppPolicy::default(),
            AppPolicy {
                presence: PresencePolicy::None,
                fcm: FcmRank::Exclusive,
                stale_after_days: Some(30),
                templates: vec![template],
                content_free: true,
                retention_days: 30,
                ..AppPolicy::default()
            },
        ]);
        mirrors::<super::BackgroundPolicy>(&[BackgroundPolicy::Push, BackgroundPolicy::WaitForLoss]);
        mirrors::<super::LoginPolicy>(&[
            LoginPolicy::OneDevice,
            LoginPolicy::OnePerPlatformClass,
            LoginPolicy::Many,
        ]);
        mirrors::<super::FcmRank>(&[FcmRank::Last, FcmRank::First, FcmRank::Exclusive]);
        mirrors::<super::PresencePolicy>(&[PresencePolicy::Tracked, PresencePolicy::None]);
    }
}
