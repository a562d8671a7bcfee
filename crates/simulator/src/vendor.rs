//! The simulated vendors: what the rest needs of each, and the only match over vendors in the simulator.

use std::{io, sync::Arc};

use futures_util::future::BoxFuture;
use http::{Request, Response, request::Parts};
use hyper::body::Incoming;
use model::Vendor;
use serde_json::Value;
use tokio::sync::Notify;

use crate::{
    apns,
    ca::Ca,
    counter::{AnswerBody, Credential},
    listener::Visit,
    phone::Service,
    shared::{Host, HostSpec, Shared},
    xiaomi,
};

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

    /// Registers an app; `known` is what an earlier registration gave, which then holds again.
    ///
    /// # Errors
    /// What is wrong with `known`, in words.
    fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String>;

    /// What the vendor's console shows of every registered app.
    fn credentials(&self) -> Vec<Credential>;

    /// Grants and withdraws rights of an app, and sets its amounts.
    ///
    /// # Errors
    /// What the vendor does not know, in words.
    fn set_rights(&self, package: &str, rights: &Value) -> Result<(), String>;

    /// Serves one connection to its end.
    fn serve(self: Arc<Self>, visit: Visit) -> BoxFuture<'static, ()>;

    /// Whether a request with this head is its own, at a host name that several vendors have.
    fn takes(&self, head: &Parts) -> bool {
        let _ = head;
        true
    }

    /// Answers one request on a connection that another vendor of the same host name serves. A vendor that serves
    /// nothing but whole connections cuts it.
    ///
    /// # Errors
    /// The connection is to be cut.
    fn attend<'a>(
        &'a self,
        host: &'a Arc<Host>,
        leaving: &'a Notify,
        request: Request<Incoming>,
    ) -> BoxFuture<'a, io::Result<Response<AnswerBody>>> {
        let _ = (host, leaving, request);
        Box::pin(std::future::ready(Err(io::Error::other("this vendor shares no host name"))))
    }

    /// What it does by itself, until it is dropped: calling receipts back.
    fn run(self: Arc<Self>) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Every simulated vendor.
pub(crate) struct Vendors {
    /// The apps registered with Xiaomi, which may also be registered ready-made.
    pub(crate) xiaomi: Arc<xiaomi::Apps>,
    pub(crate) apns: Arc<apns::Desk>,
    books: Vec<(Vendor, Arc<dyn Book>)>,
}

impl Vendors {
    pub(crate) fn new(shared: &Arc<Shared>, ca: &Ca) -> Self {
        let xiaomi = Arc::<xiaomi::Apps>::default();
        let apns = Arc::new(apns::Desk::new(Arc::clone(shared), ca));
        let open = |vendor| -> (Vendor, Arc<dyn Book>) {
            (
                vendor,
                match vendor {
                    Vendor::Xiaomi => xiaomi::open(shared, &xiaomi),
                    Vendor::Apns => Arc::clone(&apns) as Arc<dyn Book>,
                    Vendor::Huawei => crate::huawei::open(shared),
                    Vendor::Harmony => crate::harmony::open(shared),
                    Vendor::Honor => crate::honor::open(shared),
                    Vendor::Oppo => crate::oppo::open(shared),
                    Vendor::Vivo => crate::vivo::open(shared),
                    Vendor::Meizu => crate::meizu::open(shared),
                    Vendor::Fcm => crate::fcm::open(shared),
                    Vendor::Webpush => crate::webpush::open(shared),
                },
            )
        };
        let books = Vendor::ALL.into_iter().map(open).collect();
        Self { xiaomi, apns, books }
    }

    /// Every host name that some book lists, once, as the first of them describes it.
    pub(crate) fn host_names(&self) -> Vec<&'static HostSpec> {
        let mut specs: Vec<&'static HostSpec> = Vec::new();
        for spec in self.books.iter().flat_map(|(_, book)| book.hosts()) {
            if specs.iter().all(|listed| listed.name != spec.name) {
                specs.push(spec);
            }
        }
        specs
    }

    /// The vendors that list a host name, with their books, in the order of [`Vendor::ALL`].
    pub(crate) fn at(&self, name: &str) -> Vec<(Vendor, Arc<dyn Book>)> {
        let lists = |book: &Arc<dyn Book>| book.hosts().iter().any(|spec| spec.name == name);
        self.books.iter().filter(|(_, book)| lists(book)).cloned().collect()
    }

    /// A vendor's book.
    pub(crate) fn book(&self, vendor: Vendor) -> Arc<dyn Book> {
        let found = self.books.iter().find(|(own, _)| *own == vendor);
        found.map_or_else(|| Arc::clone(&self.apns) as Arc<dyn Book>, |(_, book)| Arc::clone(book))
    }
}
