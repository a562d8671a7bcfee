//! What all lanes of a gateway share.

use std::sync::Arc;

use model::{Certificate, Clock, Vendor};
use store::Store;
use tokio::sync::Notify;
use vendors::{Adapter, Channel};

use crate::{
    channels::{Channels, Unreadable},
    config::GatewayConfig,
    meter::GatewayMeter,
    net::Dialer,
};

pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) dialer: Dialer,
    pub(crate) config: GatewayConfig,
    /// Rung when there may be something to tell to webhooks.
    pub(crate) outbox: Notify,
    pub(crate) meter: GatewayMeter,
    channels: Channels,
}

impl Shared {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, config: GatewayConfig) -> Self {
        let dialer = Dialer::new(&config);
        Self {
            store,
            clock,
            dialer,
            config,
            outbox: Notify::new(),
            meter: GatewayMeter::default(),
            channels: Channels::default(),
        }
    }

    /// The reading of a vendor's book that this gateway uses.
    pub(crate) fn adapter(&self, vendor: Vendor) -> &'static dyn Adapter {
        (self.config.books.0)(vendor)
    }

    /// A certificate as its vendor's book reads it.
    pub(crate) async fn channel(&self, certificate: &Certificate) -> Result<Arc<dyn Channel>, Unreadable> {
        self.channels.of(certificate, self.adapter(certificate.vendor), self.clock.now()).await
    }
}
