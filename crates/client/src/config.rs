//! What an app is built with.

use std::{collections::BTreeMap, fmt};

use model::{CertificateId, DeviceId, DeviceReport, Vendor};
use serde::{Deserialize, Serialize};

/// What an app is built with, and what the phone it runs on is.
#[derive(Debug, Clone)]
pub struct Config {
    /// WebSocket address of the server.
    pub server_url: String,
    /// This installation, made at its first start.
    pub device: DeviceId,
    /// What the device tells of itself. Its brand decides which vendors are possible.
    pub report: DeviceReport,
    /// The vendors the app is built with, with what each needs (rows C9, I1). Empty: it leaves the choice to the
    /// server, and every vendor's registration needs no keys.
    pub certificates: Vec<ShippedCertificate>,
    /// How the vendor is chosen. Off: exactly the server's first recommendation (row D8). On: every recommended vendor
    /// that this brand of phone has is asked for a token, and the best-ranked that comes is used (row D9).
    pub auto: bool,
    /// Timers of the connection. The jitter seed is taken from the device id.
    pub link: wire::ClientConfig,
}

/// A vendor the app is built with: the certificate, by id as the app reports the token or by name as it logs in, and
/// what the vendor's SDK needs on the phone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippedCertificate {
    /// Whose vendor it is for.
    pub vendor: Vendor,
    /// Its id; takes the place of the recommended certificate of the same vendor.
    #[serde(default)]
    pub id: Option<CertificateId>,
    /// Its name, which the server checks at login (row C2). Any text: a wrong one is the server's to refuse.
    #[serde(default)]
    pub name: Option<String>,
    /// What the vendor's SDK is initialised with on the phone, such as `app_id` and `app_key`: handed to the
    /// registration as it is. None of it is the secret that a server sends with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<String, String>,
    /// Brands on which this vendor's service is there, in lower case; empty: those whose own service it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub brands: Vec<String>,
    /// Whether the app takes calls through a token of its own (`PushKit`, row T19).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub voip: bool,
    /// The certificate of that token; absent: the same as for notifications.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voip_id: Option<CertificateId>,
}

impl ShippedCertificate {
    /// A vendor of which nothing more is said.
    #[must_use]
    pub const fn of(vendor: Vendor) -> Self {
        Self {
            vendor,
            id: None,
            name: None,
            keys: BTreeMap::new(),
            brands: Vec::new(),
            voip: false,
            voip_id: None,
        }
    }
}

impl fmt::Debug for ShippedCertificate {
    /// Without the keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShippedCertificate({}, id {:?}, name {:?})", self.vendor, self.id, self.name)
    }
}
