#![doc = include_str!("README.md")]

mod auth;
mod codes;
mod config;
mod limits;
mod lint;
mod receipt;
mod reply;
mod request;
mod setup;

use model::{FieldErrors, Form, Receipt, TargetVerdict, Timestamp, Vendor};

use crate::{
    contract::{
        Adapter, Auth, AuthPlan, BatchKey, Callback, Channel, CodeRow, Content, Field, Finding, Job, Limits,
        Origin, ProbeOutcome, ReceiptError, Route, Setup, Step, WireReply, WireRequest,
    },
    subscription::Subscription,
};

/// The adapter of Web Push.
#[derive(Debug, Clone, Copy)]
pub struct Webpush;

impl Adapter for Webpush {
    fn vendor(&self) -> Vendor {
        Vendor::Webpush
    }

    fn limits(&self) -> &'static Limits {
        &limits::LIMITS
    }

    fn fields(&self) -> &'static [Field] {
        &config::FIELDS
    }

    fn setup(&self) -> &'static Setup {
        &setup::SETUP
    }

    fn codes(&self) -> &'static [CodeRow] {
        &codes::CODES
    }

    fn open(&self, form: &Form, now: Timestamp) -> Result<Box<dyn Channel>, FieldErrors> {
        config::parse(form, now).map(|config| Box::new(WebpushChannel(config)) as Box<dyn Channel>)
    }
}

/// One sender's key and choices.
#[derive(Debug)]
struct WebpushChannel(config::Config);

impl Channel for WebpushChannel {
    fn facts(&self) -> Vec<(&'static str, String)> {
        self.0.facts()
    }

    /// Of the test at saving alone: every push names its own push service.
    fn route(&self) -> Route {
        Route { origin: request::PROBED, identity: None }
    }

    fn origin_of(&self, token: &str) -> Option<Origin> {
        Subscription::read(token).map(|subscription| subscription.origin)
    }

    fn auth_plan(&self, _: Timestamp) -> AuthPlan {
        auth::plan()
    }

    fn auth_reply(&self, reply: &WireReply, _: Timestamp) -> Result<Auth, TargetVerdict> {
        Err(auth::refuse_exchange(reply))
    }

    fn batch_key(&self, _: &Content) -> Option<BatchKey> {
        None
    }

    fn begin(&self, job: &Job<'_>, _: &Auth) -> Step {
        request::begin(&self.0, job)
    }

    fn resume(&self, job: &Job<'_>, sent: &WireRequest, reply: &WireReply, _: &Auth) -> Step {
        reply::resume(&self.0, job, sent, reply)
    }

    fn probe(&self, _: &Auth) -> WireRequest {
        request::probe(&self.0)
    }

    fn judge_probe(&self, reply: &WireReply) -> ProbeOutcome {
        reply::judge_probe(reply)
    }

    fn receipts(&self, callback: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError> {
        receipt::parse(callback)
    }

    fn lint(&self, content: &Content, _: Timestamp) -> Vec<Finding> {
        lint::findings(&self.0, content)
    }
}
