//! The simulated vendors: what the rest needs of each, and the only match over vendors in the simulator.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use model::Vendor;

use crate::{apns, listener::Visit, phone::Service, shared::HostSpec, xiaomi};

/// One vendor's book, read from the vendor's side.
pub(crate) trait Book: Send + Sync {
    /// The hosts it listens on.
    fn hosts(&self) -> &'static [HostSpec];

    /// What a phone of this vendor needs of it.
    fn service(&self) -> Service;

    /// An app that is registered with the vendor, for a phone that names none.
    fn any_app(&self) -> Option<String>;

    /// Whether the vendor has an answer with this code.
    fn knows_code(&self, code: &str) -> bool;

    /// Serves one connection to its end.
    fn serve(self: Arc<Self>, visit: Visit) -> BoxFuture<'static, ()>;
}

/// Every simulated vendor.
pub(crate) struct Vendors {
    pub(crate) xiaomi: Arc<xiaomi::Desk>,
    pub(crate) apns: Arc<apns::Desk>,
}

impl Vendors {
    /// A vendor's book.
    pub(crate) fn book(&self, vendor: Vendor) -> Arc<dyn Book> {
        match vendor {
            Vendor::Xiaomi => Arc::clone(&self.xiaomi) as Arc<dyn Book>,
            Vendor::Apns => Arc::clone(&self.apns) as Arc<dyn Book>,
        }
    }
}
