//! What all lanes of a gateway share.

use std::sync::Arc;

use model::Clock;
use store::Store;

use crate::{config::GatewayConfig, net::Dialer};

pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) dialer: Dialer,
    pub(crate) config: GatewayConfig,
}
