//! What a gateway is set to: where vendors are, how much a lane may hold, how long it waits.

use std::{collections::HashMap, num::NonZeroU32, time::Duration};

use model::Vendor;
use rustls::pki_types::CertificateDer;
use vendors::Adapter;

/// What a gateway is set to.
#[derive(Debug, Clone, Default)]
pub struct GatewayConfig {
    /// Connects to this `host:port`, by address or by name, instead of looking the vendor's up; TLS still checks the
    /// vendor's name.
    pub connect_to: HashMap<String, String>,
    /// Root certificates that are trusted beside the usual ones.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// Where vendors reach this server, such as `https://push.example.com`; `None` asks for no receipts.
    pub receipt_base_url: Option<String>,
    /// How fast a lane may send.
    pub pacing: Pacing,
    /// How much a lane may hold.
    pub sizes: LaneSizes,
    /// How long a lane waits.
    pub times: LaneTimes,
    /// Which reading of each vendor's book is used.
    pub books: Books,
    /// How webhooks are told.
    pub webhooks: WebhookConfig,
}

/// What of a gateway's settings may change while it runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// As [`GatewayConfig::connect_to`].
    pub connect_to: HashMap<String, String>,
    /// As [`GatewayConfig::extra_roots`].
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// As [`WebhookConfig::may_reach_inside`].
    pub may_reach_inside: bool,
}

/// How webhooks are told.
#[derive(Debug, Clone, Copy)]
pub struct WebhookConfig {
    /// Webhooks may point to this machine and its neighbours, also without TLS: for development, and for a backend that
    /// stands beside Posthouse.
    pub may_reach_inside: bool,
    /// For an answer, connecting included.
    pub answer: Duration,
    /// Before an event that was not taken is told again; each further wait is twice as long, up to an hour.
    pub first_wait: Duration,
    /// Webhooks that are told at a time.
    pub at_once: usize,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            may_reach_inside: false,
            answer: Duration::from_secs(10),
            first_wait: Duration::from_secs(2),
            at_once: 64,
        }
    }
}

/// Which adapter is used for a vendor; those of the `vendors` crate, unless a test or a fork of a vendor's API brings
/// its own.
#[derive(Debug, Clone, Copy)]
pub struct Books(pub fn(Vendor) -> &'static dyn Adapter);

impl Default for Books {
    fn default() -> Self {
        Self(vendors::adapter)
    }
}

/// How fast a lane may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pacing {
    /// As the vendor's book allows a small app.
    #[default]
    AsBook,
    /// So many targets a second.
    PerSecond(NonZeroU32),
    /// As fast as it goes.
    Unlimited,
}

/// How much one lane may hold. Its backlog beyond that stays on disk.
#[derive(Debug, Clone, Copy)]
pub struct LaneSizes {
    /// Deliveries that are claimed and have not left.
    pub waiting: usize,
    /// Requests on the wire.
    pub requests_in_flight: usize,
    /// Targets of the requests on the wire.
    pub targets_in_flight: usize,
    /// Connections to a vendor that speaks HTTP/1.1.
    pub http1_connections: usize,
    /// Connections to a vendor that speaks HTTP/2.
    pub http2_connections: usize,
}

impl Default for LaneSizes {
    fn default() -> Self {
        Self {
            waiting: 2048,
            requests_in_flight: 1000,
            targets_in_flight: 8192,
            http1_connections: 8,
            http2_connections: 4,
        }
    }
}

/// How long one lane waits.
#[derive(Debug, Clone, Copy)]
pub struct LaneTimes {
    /// For a connection to open, TLS included.
    pub dial: Duration,
    /// For an answer; `None`: as the vendor's adapter says.
    pub answer: Option<Duration>,
    /// Between two pings on an HTTP/2 connection.
    pub ping_every: Duration,
    /// For the answer to a ping.
    pub ping_answer: Duration,
    /// Until a connection is replaced by a new one, so that the vendor's load spreads after changes on its side.
    pub connection_age: Duration,
    /// Until an HTTP/1.1 connection that nobody uses is closed.
    pub http1_idle: Duration,
    /// For what is on the wire when the gateway shuts down.
    pub drain: Duration,
}

impl Default for LaneTimes {
    fn default() -> Self {
        Self {
            dial: Duration::from_secs(10),
            answer: None,
            ping_every: Duration::from_secs(30),
            ping_answer: Duration::from_secs(10),
            connection_age: Duration::from_secs(6 * 3600),
            http1_idle: Duration::from_secs(50),
            drain: Duration::from_secs(5),
        }
    }
}
