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

use model::{Environment, FieldErrors, Form, Receipt, TargetVerdict, Timestamp, Vendor};

use crate::contract::{
    Adapter, Auth, AuthPlan, BatchKey, Callback, Channel, CodeRow, Content, Field, Finding, Job, Limits,
    ProbeOutcome, ReceiptError, Route, Setup, Step, WireReply, WireRequest,
};

/// The adapter of Apple's push service.
#[derive(Debug, Clone, Copy)]
pub struct Apns;

impl Adapter for Apns {
    fn vendor(&self) -> Vendor {
        Vendor::Apns
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
        config::parse(form, now).map(|config| Box::new(ApnsChannel(config)) as Box<dyn Channel>)
    }
}

/// One app's credential for one environment.
#[derive(Debug)]
struct ApnsChannel(config::Config);

impl Channel for ApnsChannel {
    fn facts(&self) -> Vec<(&'static str, String)> {
        self.0.facts()
    }

    fn environment(&self) -> Option<Environment> {
        Some(self.0.environment)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.0.expires_at()
    }

    fn route(&self) -> Route {
        self.0.route()
    }

    fn auth_plan(&self, now: Timestamp) -> AuthPlan {
        auth::plan(&self.0, now)
    }

    fn auth_reply(&self, reply: &WireReply, _: Timestamp) -> Result<Auth, TargetVerdict> {
        Err(auth::refuse_exchange(reply))
    }

    fn batch_key(&self, _: &Content) -> Option<BatchKey> {
        None
    }

    fn begin(&self, job: &Job<'_>, auth: &Auth) -> Step {
        request::begin(&self.0, job, auth)
    }

    fn resume(&self, job: &Job<'_>, _: &WireRequest, reply: &WireReply, _: &Auth) -> Step {
        reply::resume(job, reply)
    }

    fn probe(&self, auth: &Auth) -> WireRequest {
        request::probe(&self.0, auth)
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
