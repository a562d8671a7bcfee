//! A vendor's counter: what all simulated vendors have in common between a socket and their own reading of the book.
//!
//! A vendor's file is a [`Clerk`]: it reads a request and says the answer, without a socket. The counter brings
//! connections, faults on demand, the request log, and receipts called back.

mod answer;
mod ask;
mod body;
mod ledger;
mod passing;
mod receipts;
mod serve;
#[cfg(test)]
mod tests;
mod tokens;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

use futures_util::future::BoxFuture;
use http::{Request, Response, request::Parts};
use hyper::body::Incoming;
use model::{Timestamp, Vendor};
use serde_json::Value;
use tokio::sync::{Notify, mpsc};

pub(crate) use self::{
    answer::{Answer, Ending},
    ask::Ask,
    body::AnswerBody,
    ledger::{DayLedger, RateGate},
    passing::Passing,
    receipts::Post,
    tokens::{AccessTokens, TokenFault},
};
use crate::{
    faults::Turn,
    listener::Visit,
    lock::lock,
    phone::{Report, Service},
    shared::{Host, HostSpec, Shared},
    vendor::Book,
};

/// Reports from phones that may wait.
const REPORTS_MAX: usize = 65_536;

/// What a vendor's console shows of an app: a certificate's fields by name.
pub type Credential = BTreeMap<String, String>;

/// One vendor's book, read from the vendor's side: requests in, answers out.
pub(crate) trait Clerk: Send + Sync + 'static {
    /// Whose book it is.
    fn vendor(&self) -> Vendor;

    /// The hosts it answers at. Where another vendor lists the same name, both answer there: see [`Clerk::takes`].
    fn hosts(&self) -> &'static [HostSpec];

    /// Whether a request with this head is its own, at a host name that several vendors list. Asked in the order of
    /// [`Vendor::ALL`]; what nobody takes goes to the first.
    fn takes(&self, head: &Parts) -> bool {
        let _ = head;
        true
    }

    /// Registers an app; `known` is what an earlier registration gave, which then holds again.
    ///
    /// # Errors
    /// What is wrong with `known`, in words.
    fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String>;

    /// What the vendor's console shows of every registered app.
    fn credentials(&self) -> Vec<Credential>;

    /// Grants and withdraws rights of an app, and sets its amounts, as the vendor's own file describes.
    ///
    /// # Errors
    /// What the vendor does not know, in words.
    fn set_rights(&self, package: &str, rights: &Value) -> Result<(), String>;

    /// What a phone of this vendor needs.
    fn service(&self) -> Service;

    /// An app that is registered, for a phone that names none.
    fn any_app(&self) -> Option<String>;

    /// Whether the vendor has an answer with this code.
    fn knows_code(&self, code: &str) -> bool;

    /// The answer with this code, in the shape that the asked path has.
    fn refuse(&self, code: &str, ask: &Ask<'_>) -> Answer;

    /// The answer to a body that is longer than any the vendor takes.
    fn too_long(&self) -> Answer {
        Answer::bare(413).at("body")
    }

    /// Answers a request. Total: any request gets the answer the vendor would give.
    fn answer(&self, ask: &Ask<'_>, turn: &Turn) -> Answer;

    /// Receipts for what phones reported, as the vendor posts them.
    fn posts(&self, reports: &[Report], now: Timestamp) -> Vec<Post> {
        let _ = (reports, now);
        Vec::new()
    }
}

/// A clerk behind a counter.
pub(crate) struct Counter<C> {
    clerk: C,
    shared: Arc<Shared>,
    inbox: Mutex<Option<mpsc::Receiver<Report>>>,
}

/// Opens a counter. The clerk is given the end by which phones, and it itself, tell what became of a push.
pub(crate) fn open<C: Clerk>(
    shared: &Arc<Shared>,
    hire: impl FnOnce(mpsc::Sender<Report>) -> C,
) -> Arc<dyn Book> {
    let (reports, inbox) = mpsc::channel(REPORTS_MAX);
    let (clerk, shared) = (hire(reports), Arc::clone(shared));
    Arc::new(Counter { clerk, shared, inbox: Mutex::new(Some(inbox)) })
}

impl<C: Clerk> Book for Counter<C> {
    fn hosts(&self) -> &'static [HostSpec] {
        self.clerk.hosts()
    }

    fn service(&self) -> Service {
        self.clerk.service()
    }

    fn any_app(&self) -> Option<String> {
        self.clerk.any_app()
    }

    fn knows_code(&self, code: &str) -> bool {
        self.clerk.knows_code(code)
    }

    fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        self.clerk.enrol(package, known)
    }

    fn credentials(&self) -> Vec<Credential> {
        self.clerk.credentials()
    }

    fn set_rights(&self, package: &str, rights: &Value) -> Result<(), String> {
        self.clerk.set_rights(package, rights)
    }

    fn serve(self: Arc<Self>, visit: Visit) -> BoxFuture<'static, ()> {
        Box::pin(serve::serve(self, visit))
    }

    fn takes(&self, head: &Parts) -> bool {
        self.clerk.takes(head)
    }

    fn attend<'a>(
        &'a self,
        host: &'a Arc<Host>,
        leaving: &'a Notify,
        request: Request<Incoming>,
    ) -> BoxFuture<'a, io::Result<Response<AnswerBody>>> {
        Box::pin(serve::answer(self, host, leaving, request))
    }

    fn run(self: Arc<Self>) -> BoxFuture<'static, ()> {
        let inbox = lock(&self.inbox).take();
        Box::pin(async move {
            if let Some(inbox) = inbox {
                receipts::run(self, inbox).await;
            }
        })
    }
}
