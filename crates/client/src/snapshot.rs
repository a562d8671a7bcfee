//! What an app stores on its phone, so that a kill loses nothing.

use std::{collections::BTreeMap, fmt};

use model::{CallSignal, CertificateId, DeviceId, UserId, Vendor};
use serde::{Deserialize, Serialize};
use wire::ClientMemory;

use crate::{Badge, Reported};

/// What outlives the process. It holds the login token and unsent messages: the phone's storage protects it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Snapshot {
    /// This installation.
    pub device: DeviceId,
    /// The user's login token; `None`: logged out, kicked or refused.
    pub login_token: Option<String>,
    /// The user has asked to be logged out, and the server has not confirmed it.
    pub leaving: bool,
    /// Who logged in last.
    pub user: Option<UserId>,
    /// Heads of the conversations, and sends and requests without an answer.
    pub link: ClientMemory,
    /// The vendor token that the server has.
    pub reported: Option<Reported>,
    /// The token for calls that the server has.
    pub reported_voip: Option<Reported>,
    /// Certificates that the app named while it ran.
    pub chosen: BTreeMap<Vendor, CertificateId>,
    /// The Push ID was given up, and nothing is reported.
    pub unregistered: bool,
    /// What is unread.
    pub badge: Badge,
    /// Invitations that came with a sync and have not reached the app.
    pub ringing: Vec<CallSignal>,
}

impl Snapshot {
    /// That of an installation that was never started.
    #[must_use]
    pub fn new(device: DeviceId) -> Self {
        Self { device, ..Self::default() }
    }
}

impl Default for Snapshot {
    fn default() -> Self {
        Self {
            device: DeviceId(uuid::Uuid::nil()),
            login_token: None,
            leaving: false,
            user: None,
            link: ClientMemory::default(),
            reported: None,
            reported_voip: None,
            chosen: BTreeMap::new(),
            unregistered: false,
            badge: Badge::default(),
            ringing: Vec::new(),
        }
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot(device {}, logged in: {})", self.device, self.login_token.is_some())
    }
}
