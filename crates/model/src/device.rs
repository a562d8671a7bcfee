//! Devices, sessions and bindings.

use serde::{Deserialize, Serialize};

use std::sync::Arc;

use crate::{AppId, CertificateId, DeviceId, Environment, PushId, Timestamp, UserId};

/// The operating system family of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// Android and its descendants.
    Android,
    /// iPhone and iPad.
    Ios,
    /// `HarmonyOS` NEXT.
    Harmony,
    /// A browser.
    Web,
    /// Windows, macOS or Linux.
    Desktop,
    /// Anything that has no push service of its own here.
    #[default]
    Other,
}

/// Kinds of device that a login policy and a multi-end strategy tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum PlatformClass {
    /// Phones and tablets.
    Mobile,
    /// Computers.
    Desktop,
    /// Browsers.
    Web,
    /// The rest.
    Other,
}

impl Platform {
    /// The kind of device it runs on.
    #[must_use]
    pub const fn class(self) -> PlatformClass {
        match self {
            Self::Android | Self::Ios | Self::Harmony => PlatformClass::Mobile,
            Self::Desktop => PlatformClass::Desktop,
            Self::Web => PlatformClass::Web,
            Self::Other => PlatformClass::Other,
        }
    }
}

/// Whether the user lets the app show notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Permission {
    /// The device did not say.
    #[default]
    Unknown = 0,
    /// Shown.
    Allowed = 1,
    /// Switched off in the system's settings.
    Off = 2,
}

/// What a device tells of itself at login.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct DeviceReport {
    /// Brand in lower case, such as `xiaomi`.
    pub brand: String,
    /// Model name, for people.
    pub model: String,
    /// Operating system family.
    pub platform: Platform,
    /// Operating system version, for people.
    pub os_version: String,
    /// Package name or bundle id of the app.
    pub package: String,
    /// Version of the client SDK.
    pub sdk_version: String,
    /// Language tag, such as `zh-CN`.
    pub language: String,
    /// IANA time zone name.
    pub time_zone: String,
    /// Whether notifications are allowed.
    pub notifications: Permission,
    /// Android notification channels that exist on the device.
    pub channels: Vec<String>,
    /// Environment of the app build on iOS.
    pub apns_environment: Option<Environment>,
    /// What the vendor's registration said, empty where it succeeded or was not tried.
    pub registration_error: String,
}

/// One installation of the app, with or without a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The App it belongs to.
    pub app: AppId,
    /// The installation's own id.
    pub id: DeviceId,
    /// Its public id for push.
    pub push_id: PushId,
    /// When the Push ID was unregistered.
    pub unregistered_at: Option<Timestamp>,
    /// When its pushes were switched off (row B11); `None`: they are on.
    pub push_off_at: Option<Timestamp>,
    /// What the app's badge shows as far as the server knows: the base reported at background, and one for each push
    /// since (row T1).
    pub badge: u32,
    /// What it last told of itself.
    pub report: DeviceReport,
    /// When it was last heard of.
    pub seen_at: Timestamp,
}

/// A login, counted up over the whole instance; a later login has a higher number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct SessionId(pub i64);

/// Where one login of a user on a device stands. The numbers are stored: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum SessionState {
    /// Connected, the app is on screen.
    OnlineForeground = 0,
    /// Connected, the app is not on screen.
    OnlineBackground = 1,
    /// The connection is gone, the login stands.
    Disconnected = 2,
    /// The user logged out.
    LoggedOut = 3,
    /// Taken offline by another login or by the server.
    Kicked = 4,
}

impl SessionState {
    /// Whether a connection is held.
    #[must_use]
    pub const fn is_online(self) -> bool {
        matches!(self, Self::OnlineForeground | Self::OnlineBackground)
    }

    /// Whether the login still stands.
    #[must_use]
    pub const fn is_logged_in(self) -> bool {
        !matches!(self, Self::LoggedOut | Self::Kicked)
    }

    /// The stored number's state.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::OnlineForeground,
            1 => Self::OnlineBackground,
            2 => Self::Disconnected,
            3 => Self::LoggedOut,
            4 => Self::Kicked,
            _ => return None,
        })
    }
}

/// What a vendor token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum BindingKind {
    /// Ordinary notifications.
    #[default]
    Alert = 0,
    /// `PushKit` calls.
    Voip = 1,
}

/// (Device, Certificate, kind) ↔ vendor token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The device that holds the token.
    pub device: DeviceId,
    /// The certificate whose vendor gave the token.
    pub certificate: CertificateId,
    /// What the token is for.
    pub kind: BindingKind,
    /// The vendor token; never empty.
    pub token: Arc<str>,
    /// The user it was reported for, where there is one.
    pub owner: Option<UserId>,
    /// When the device last reported this token: the dead-token guard compares it with the vendor's stated time.
    pub registered_at: Timestamp,
    /// Raised at every change of the token, so that a late verdict cannot clear a newer one.
    pub generation: i64,
    /// How many doubtful verdicts stand in a row.
    pub doubts: u8,
}

/// Why a device that had a binding has none. The numbers are stored: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum BindingLoss {
    /// It never had one.
    NeverBound = 0,
    /// The vendor said that the token is dead.
    TokenDead = 1,
    /// The user logged out.
    LoggedOut = 2,
    /// The device or the App's backend unbound it.
    Unbound = 3,
    /// Another device or user reported the same token.
    TakenOver = 4,
    /// The Push ID was unregistered.
    Unregistered = 5,
}

impl BindingLoss {
    /// The stored number's reason.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::NeverBound,
            1 => Self::TokenDead,
            2 => Self::LoggedOut,
            3 => Self::Unbound,
            4 => Self::TakenOver,
            5 => Self::Unregistered,
            _ => return None,
        })
    }
}

/// Whether a device can be reached through a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BindingState {
    /// It can.
    Bound(Binding),
    /// It cannot, because.
    Lost(BindingLoss),
}
