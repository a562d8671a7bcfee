//! What every part of the simulator shares: clock, news, request log, settings.

use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use model::{Clock, Vendor};

use crate::{faults::Faults, log::RequestLog, news::News, tally::Tally};

/// What every part shares.
pub(crate) struct Shared {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) news: News,
    pub(crate) log: RequestLog,
    pub(crate) tally: Tally,
    pub(crate) settings: Settings,
    /// Texts with one of these words are taken and shown to nobody (row E11).
    pub(crate) blocked_words: RwLock<Vec<String>>,
}

impl Shared {
    /// Whether a text holds a word that vendors let nobody see.
    pub(crate) fn is_blocked(&self, texts: &[&str]) -> bool {
        let words = self.blocked_words.read().unwrap_or_else(PoisonError::into_inner);
        words.iter().any(|word| texts.iter().any(|text| text.contains(word.as_str())))
    }
}

/// What is set for the whole run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// How long receipts are collected before they are posted.
    pub(crate) receipt_collect: Duration,
    /// Tokens that nobody registered are accepted and lead nowhere.
    pub(crate) accept_unknown_tokens: bool,
    /// Stream limits move as the vendor moves them.
    pub(crate) moving_stream_limit: bool,
}

/// One vendor host on this machine. A host name that several vendors list is one of these for each: same addresses,
/// faults and access tokens apart.
#[derive(Debug)]
pub(crate) struct Host {
    /// The vendor's real host name.
    pub(crate) name: &'static str,
    /// Whose it is.
    pub(crate) vendor: Vendor,
    /// Where it listens with TLS.
    pub(crate) address: SocketAddr,
    /// Where it listens without.
    pub(crate) plain_address: SocketAddr,
    /// What it does wrong.
    pub(crate) faults: Faults,
}

/// What is true of a vendor host.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HostSpec {
    /// The vendor's real host name.
    pub(crate) name: &'static str,
    /// Protocols offered in the handshake.
    pub(crate) alpn: &'static [&'static [u8]],
    /// Whether a client certificate is asked for.
    pub(crate) asks_client_certificate: bool,
}

impl HostSpec {
    /// An ordinary host: both HTTP versions, no client certificate.
    pub(crate) const fn of(name: &'static str) -> Self {
        Self { name, alpn: &[b"h2", b"http/1.1"], asks_client_certificate: false }
    }
}

impl Shared {
    /// Nothing but defaults, for tests of one vendor's file.
    #[cfg(test)]
    pub(crate) fn for_tests(clock: Arc<dyn Clock>) -> Arc<Self> {
        let settings = Settings {
            receipt_collect: Duration::ZERO,
            accept_unknown_tokens: false,
            moving_stream_limit: true,
        };
        Arc::new(Self {
            clock,
            news: News::default(),
            log: RequestLog::new(10),
            tally: Tally::default(),
            settings,
            blocked_words: RwLock::default(),
        })
    }
}

impl Host {
    /// A host without faults, for tests of one vendor's file.
    #[cfg(test)]
    pub(crate) fn for_tests(name: &'static str, vendor: Vendor) -> Arc<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        Arc::new(Self { name, vendor, address, plain_address: address, faults: Faults::default() })
    }
}

/// Fresh random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system's random source does not fail after start");
    bytes
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
