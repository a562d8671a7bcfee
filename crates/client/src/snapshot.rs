//! What an app stores on its phone, so that a kill loses nothing.

use std::fmt;

use model::DeviceId;
use serde::{Deserialize, Serialize};
use wire::ClientMemory;

use crate::{Reported, ShippedCertificate};

/// What outlives the process. It holds the login token and unsent messages: the phone's storage protects it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// This installation.
    pub device: DeviceId,
    /// The user's login token; `None`: logged out, kicked or refused.
    pub login_token: Option<String>,
    /// The user has asked to be logged out, and the server has not confirmed it.
    pub leaving: bool,
    /// Heads of the conversations and sends without an answer.
    pub link: ClientMemory,
    /// The vendor token that the server has.
    pub reported: Option<Reported>,
    /// Certificates that the app names itself, as they were last set.
    pub certificates: Vec<ShippedCertificate>,
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot(device {}, logged in: {})", self.device, self.login_token.is_some())
    }
}
