//! Apps and their policy.

use serde::{Deserialize, Serialize};

use crate::{
    AppId, Platform, Secret, Timestamp,
    limits::{DEFAULT_PUSH_TITLE, DEFAULT_RETENTION_DAYS},
};

const DAY_MS: i64 = 24 * 3_600_000;

/// A tenant: its users, certificates, keys and policy.
#[derive(Debug, Clone)]
pub struct App {
    /// Its number.
    pub id: AppId,
    /// Its name, for people.
    pub name: String,
    /// Key of its login tokens (JWT HS256).
    pub login_secret: Secret<String>,
    /// What its rules are set to.
    pub policy: AppPolicy,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What an App's rules are set to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AppPolicy {
    /// Whether the App's devices log in here (`tracked`), or only push tokens are known (`none`).
    pub presence: PresencePolicy,
    /// Whether a message without push settings causes a push (rows B9, B10).
    pub push_without_settings: bool,
    /// What a connected app in the background gets on Android (rows B3, B4).
    pub background_android: BackgroundPolicy,
    /// What a connected app in the background gets on iOS.
    pub background_ios: BackgroundPolicy,
    /// What a connected app in the background gets on `HarmonyOS`.
    pub background_harmony: BackgroundPolicy,
    /// What a connected app in the background gets in a browser or on a computer.
    pub background_web: BackgroundPolicy,
    /// How many devices of a user may be logged in.
    pub login: LoginPolicy,
    /// Where FCM stands among the certificates of a device that has a maker's service too (rows D10, D11).
    pub fcm: FcmRank,
    /// A device that was not heard of for so many days is not pushed to (row T16); absent: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_after_days: Option<u16>,
    /// The title where the sender gave none (row E1).
    pub default_title: String,
    /// Texts for messages that have none of their own, by message type and language; what is not here has a built-in
    /// one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<TextTemplate>,
    /// Pushes show templates only, never a sender's text.
    pub content_free: bool,
    /// For so many days messages, deliveries and what explains them are kept: 1 to 365.
    pub retention_days: u16,
}

impl Default for AppPolicy {
    fn default() -> Self {
        Self {
            presence: PresencePolicy::Tracked,
            push_without_settings: true,
            background_android: BackgroundPolicy::Push,
            background_ios: BackgroundPolicy::Push,
            background_harmony: BackgroundPolicy::Push,
            background_web: BackgroundPolicy::Push,
            login: LoginPolicy::OneDevice,
            fcm: FcmRank::Last,
            stale_after_days: None,
            default_title: DEFAULT_PUSH_TITLE.to_owned(),
            templates: Vec::new(),
            content_free: false,
            retention_days: DEFAULT_RETENTION_DAYS,
        }
    }
}

impl AppPolicy {
    /// What is from before this moment is kept no longer.
    #[must_use]
    pub const fn kept_from(&self, now: Timestamp) -> Timestamp {
        now.plus_ms(-(self.retention_days as i64) * DAY_MS)
    }

    /// What a connected app in the background gets on this platform.
    #[must_use]
    pub const fn background(&self, platform: Platform) -> BackgroundPolicy {
        match platform {
            Platform::Ios => self.background_ios,
            Platform::Harmony => self.background_harmony,
            Platform::Web | Platform::Desktop => self.background_web,
            Platform::Android | Platform::Other => self.background_android,
        }
    }
}

/// Whether the App uses the IM half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PresencePolicy {
    /// Devices log in here; whether and where they are logged in decides.
    Tracked,
    /// The App has an IM server of its own: a push to a user goes to every device bound to it, logged in or not.
    None,
}

/// A text that stands for a message without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextTemplate {
    /// For which messages: `message`, `system`, `push`, `call`, `recall`, `hidden` (a text without details), or the
    /// `kind` of a custom body, such as `image`.
    pub kind: String,
    /// For which devices: a language tag, compared by its first part, such as `zh`.
    pub language: String,
    /// The text.
    pub text: String,
}

/// Where FCM stands among the certificates of a device that has a maker's service too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FcmRank {
    /// Behind the maker's service (row D10).
    Last,
    /// Before it.
    First,
    /// Nothing else is used (row D11).
    Exclusive,
}

/// What a connected app in the background gets. The numbers are stored: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum BackgroundPolicy {
    /// Frame and push leave together (row B3).
    Push = 0,
    /// The frame alone, for which the client raises a notification by itself; a push follows a missed ack or a lost
    /// connection (row B4).
    WaitForLoss = 1,
}

/// How many devices of a user may be logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginPolicy {
    /// A login kicks the user's other devices (row B8).
    OneDevice,
    /// A login kicks the user's other devices of its platform class: one phone, one computer, one browser.
    OnePerPlatformClass,
    /// Any number.
    Many,
}
