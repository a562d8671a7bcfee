//! Login, its answer, and the end from the server's side.

use std::fmt;

use model::{CertificateId, DeviceId, DeviceReport, PushId, SessionId, Timestamp, UserId, Vendor};
use serde::{Deserialize, Serialize};

/// The first frame of a connection.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// JWT from the App's backend.
    pub token: String,
    /// This installation.
    pub device: DeviceId,
    /// What the device tells of itself.
    pub report: DeviceReport,
    /// Certificate names the SDK was configured with (row C2). Checked, so that a wrong one is heard of at login;
    /// empty where certificates are given by id.
    #[serde(default)]
    pub certificate_names: Vec<String>,
    /// The app is on screen.
    pub foreground: bool,
}

impl fmt::Debug for Login {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login(device {}, foreground {})", self.device, self.foreground)
    }
}

/// Login succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Welcome {
    /// This login.
    pub session: SessionId,
    /// Who logged in.
    pub user: UserId,
    /// The server's time.
    pub server_time: Timestamp,
    /// Send a `ping` this often, in milliseconds.
    pub heartbeat_ms: u32,
    /// Acknowledge messages within this time, in milliseconds, or the connection is closed and a push is sent.
    pub ack_within_ms: u32,
    /// The device's public id for push (row D6); absent after `unregister`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push_id: Option<PushId>,
    /// Whether this device's pushes are switched on (row B11).
    pub push_on: bool,
    /// Certificates for this device, best first (row D8). The SDK registers with the first one's vendor.
    pub certificates: Vec<Recommended>,
    /// Push type code of the first certificate (row D7); 0 where there is none.
    pub push_type: u8,
    /// Whether this user was ever sent a push (row J8).
    pub has_pushed: bool,
    /// The device this user used before (row J8).
    pub last_device_id: Option<DeviceId>,
}

/// A certificate a device should register with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recommended {
    /// To name in `bind`.
    pub certificate: CertificateId,
    /// Its name.
    pub name: String,
    /// Whose service to register with.
    pub vendor: Vendor,
}

/// Why a session was ended from the server's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KickReason {
    /// The user logged in on another device, and the App allows one at a time.
    AnotherLogin,
    /// Another user logged in on this device.
    AnotherUser,
    /// The App's backend ended it.
    ByServer,
}
