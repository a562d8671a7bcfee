//! What all lanes of a gateway share.

use std::sync::Arc;

use model::{Clock, Vendor};
use store::Store;
use vendors::Adapter;

use crate::{config::GatewayConfig, net::Dialer};

pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) dialer: Dialer,
    pub(crate) config: GatewayConfig,
}

impl Shared {
    /// The reading of a vendor's book that this gateway uses.
    pub(crate) fn adapter(&self, vendor: Vendor) -> &'static dyn Adapter {
        (self.config.books.0)(vendor)
    }
}
