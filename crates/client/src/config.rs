//! What an app is built with.

use model::{CertificateId, DeviceId, DeviceReport, Vendor};
use serde::{Deserialize, Serialize};

/// What an app is built with, and what the phone it runs on is.
#[derive(Debug, Clone)]
pub struct Config {
    /// WebSocket address of the server.
    pub server_url: String,
    /// This installation, made at its first start.
    pub device: DeviceId,
    /// What the device tells of itself.
    pub report: DeviceReport,
    /// Certificates that the app names itself; may be empty.
    pub certificates: Vec<ShippedCertificate>,
    /// Timers of the connection. The jitter seed is taken from the device id.
    pub link: wire::ClientConfig,
}

/// A certificate that the app names itself: by id, as it reports the token, or by name, as it logs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippedCertificate {
    /// Whose vendor it is for.
    pub vendor: Vendor,
    /// Its id; takes the place of the recommended certificate of the same vendor.
    #[serde(default)]
    pub id: Option<CertificateId>,
    /// Its name, which the server checks at login (row C2). Any text: a wrong one is the server's to refuse.
    #[serde(default)]
    pub name: Option<String>,
}
