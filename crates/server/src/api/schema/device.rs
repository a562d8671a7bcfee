//! Devices and sessions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    Desktop,
    Other,
}

/// Kinds of device that a login policy and a multi-end strategy tell apart.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PlatformClass {
    /// Phones and tablets.
    Mobile,
    /// Computers.
    Desktop,
    /// Browsers.
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

/// What a vendor token is for.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BindingKind {
    Alert,
    Voip,
}

#[cfg(test)]
mod tests {
    use model::{BindingKind, Environment, Permission, Platform, PlatformClass, SessionState};

    use super::super::mirrors;

    #[test]
    fn reports_and_words_of_devices_are_mirrored() {
        let apns_environment = Some(Environment::Production);
        mirrors::<super::DeviceReport>(&[
            model::DeviceReport::default(),
            model::DeviceReport { apns_environment, ..model::DeviceReport::default() },
        ]);
        mirrors::<super::Platform>(&[
            Platform::Android,
            Platform::Ios,
            Platform::Harmony,
            Platform::Web,
            Platform::Desktop,
            Platform::Other,
        ]);
        mirrors::<super::PlatformClass>(&[
            PlatformClass::Mobile,
            PlatformClass::Desktop,
            PlatformClass::Web,
            PlatformClass::Other,
        ]);
        mirrors::<super::Permission>(&[Permission::Unknown, Permission::Allowed, Permission::Off]);
        mirrors::<super::Environment>(&[Environment::Development, Environment::Production]);
        mirrors::<super::BindingKind>(&[BindingKind::Alert, BindingKind::Voip]);
        let states: Vec<SessionState> = (0..).map_while(SessionState::from_number).collect();
        mirrors::<super::SessionState>(&states);
    }
}
