//! Apps and their policy.

use serde::{Deserialize, Serialize};

use crate::{AppId, Secret, Timestamp, limits::DEFAULT_PUSH_TITLE};

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
    /// Whether a message without push settings causes a push (rows B9, B10).
    pub push_without_settings: bool,
    /// What a connected app in the background gets on Android (rows B3, B4).
    pub background_android: BackgroundPolicy,
    /// What a connected app in the background gets on iOS.
    pub background_ios: BackgroundPolicy,
    /// How many devices of a user may be logged in.
    pub login: LoginPolicy,
    /// The title where the sender gave none (row E1).
    pub default_title: String,
}

impl Default for AppPolicy {
    fn default() -> Self {
        Self {
            push_without_settings: true,
            background_android: BackgroundPolicy::Push,
            background_ios: BackgroundPolicy::Push,
            login: LoginPolicy::OneDevice,
            default_title: DEFAULT_PUSH_TITLE.to_owned(),
        }
    }
}

/// What a connected app in the background gets. The numbers are stored: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum BackgroundPolicy {
    /// Frame and push leave together (row B3).
    Push = 0,
    /// The frame alone; a push follows a missed ack or a lost connection (row B4).
    WaitForLoss = 1,
}

/// How many devices of a user may be logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginPolicy {
    /// A login kicks the user's other devices (row B8).
    OneDevice,
    /// Any number.
    Many,
}
