//! HTTP as data: where requests go, what they hold, what comes back, and how they are authenticated.

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use model::{Secret, Timestamp};

/// An HTTP request as data.
#[derive(Clone, PartialEq, Eq)]
pub struct WireRequest {
    /// Which step of the job this is; free for the adapter to choose.
    pub stage: &'static str,
    /// Where it goes, where that is not the certificate's own [`Route`].
    pub to: Option<Arc<Origin>>,
    /// HTTP method.
    pub method: &'static str,
    /// Path and query.
    pub path: String,
    /// Header names in lower case. `host`, `content-length` and the authentication header are not among them.
    pub headers: Vec<(&'static str, String)>,
    /// The authentication header, kept apart so that nothing prints it.
    pub authorization: Option<Arc<Secret<String>>>,
    /// Body.
    pub body: Vec<u8>,
}

impl fmt::Debug for WireRequest {
    /// Neither body nor path: both may hold tokens and message text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WireRequest({} {}, {} bytes)", self.method, self.stage, self.body.len())
    }
}

/// An HTTP answer as data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WireReply {
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl WireReply {
    /// The first header of this name (lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|(key, value)| (key == name).then_some(value.as_str()))
    }

    /// How long the vendor asks to wait, where it says so in seconds; at most a day.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let secs: u64 = self.header("retry-after")?.trim().parse().ok()?;
        Some(Duration::from_secs(secs.min(86_400)))
    }
}

/// Where a certificate's requests go.
#[derive(Debug, Clone)]
pub struct Route {
    /// The vendor's host for pushes.
    pub origin: Origin,
    /// Client certificate to present in the handshake.
    pub identity: Option<Arc<TlsIdentity>>,
}

/// A host of a vendor's; always TLS.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Host name.
    pub host: Cow<'static, str>,
    /// TCP port.
    pub port: u16,
    /// What is spoken there.
    pub protocol: Protocol,
}

impl Origin {
    /// A host at the usual port.
    #[must_use]
    pub const fn of(host: &'static str, protocol: Protocol) -> Self {
        Self { host: Cow::Borrowed(host), port: 443, protocol }
    }
}

/// HTTP version a vendor is spoken to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// HTTP/1.1 over a few kept connections.
    Http1,
    /// HTTP/2 with many streams on few connections.
    Http2,
}

/// A client certificate with its key, in DER.
pub struct TlsIdentity {
    /// Leaf first.
    pub chain: Vec<Vec<u8>>,
    /// PKCS#8.
    pub key: Secret<Vec<u8>>,
}

impl fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TlsIdentity({} certificates)", self.chain.len())
    }
}

/// How a certificate's requests are authenticated.
#[derive(Debug)]
pub enum AuthPlan {
    /// Ready to use as it is.
    Ready(Auth),
    /// Send this first; the answer goes to [`Channel::auth_reply`](super::Channel::auth_reply).
    Exchange(WireRequest),
}

/// What is put into requests to authenticate them.
#[derive(Debug, Clone)]
pub struct Auth {
    /// The whole value of the `authorization` header; `None` where the TLS handshake authenticates.
    pub header: Option<Arc<Secret<String>>>,
    /// When to make a new one; [`Timestamp::NEVER`] for what does not age.
    pub renew_at: Timestamp,
    /// Not before this may a new one be made, even when the vendor refuses this one.
    pub keep_until: Timestamp,
}
