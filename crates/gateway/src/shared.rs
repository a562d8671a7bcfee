//! What all lanes of a gateway share.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use model::{Certificate, Clock, Vendor};
use store::Store;
use tokio::sync::Notify;
use vendors::{Adapter, Channel};

use crate::{
    channels::{Channels, Unreadable},
    config::{GatewayConfig, Reach},
    meter::GatewayMeter,
    net::Dialer,
    probe::Tools,
};

pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) dialer: Dialer,
    pub(crate) config: GatewayConfig,
    /// Rung when there may be something to tell to webhooks.
    pub(crate) outbox: Notify,
    pub(crate) meter: GatewayMeter,
    /// Whether webhooks may name addresses of the own network.
    may_reach_inside: AtomicBool,
    channels: Channels,
}

impl Shared {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, config: GatewayConfig) -> Self {
        Self {
            dialer: Dialer::new(&config),
            outbox: Notify::new(),
            meter: GatewayMeter::default(),
            may_reach_inside: AtomicBool::new(config.webhooks.may_reach_inside),
            channels: Channels::default(),
            store,
            clock,
            config,
        }
    }

    pub(crate) fn may_reach_inside(&self) -> bool {
        self.may_reach_inside.load(Ordering::Relaxed)
    }

    /// Vendors and webhooks are reached like this from now on.
    pub(crate) fn set_reach(&self, reach: &Reach) {
        self.dialer.set(reach);
        self.may_reach_inside.store(reach.may_reach_inside, Ordering::Relaxed);
    }

    /// What it takes to ask a vendor something by itself.
    pub(crate) fn tools(&self) -> Tools<'_> {
        Tools { dialer: &self.dialer, config: &self.config, now: self.clock.now() }
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
