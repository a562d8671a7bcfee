//! What every part of the simulator shares: clock, news, request log, settings.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use model::{Clock, Vendor};

use crate::{faults::Faults, log::RequestLog, news::News, tally::Tally};

/// What every part shares.
pub(crate) struct Shared {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) news: News,
    pub(crate) log: RequestLog,
    pub(crate) tally: Tally,
    pub(crate) settings: Settings,
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

/// One vendor host on this machine.
#[derive(Debug)]
pub(crate) struct Host {
    /// The vendor's real host name.
    pub(crate) name: &'static str,
    /// Whose it is.
    pub(crate) vendor: Vendor,
    /// Where it listens.
    pub(crate) address: SocketAddr,
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
