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

use crate::contract::{
    Adapter, Auth, AuthPlan, BatchKey, Callback, Channel, CodeRow, Content, Field, Finding, Job, Limits,
    Origin, ProbeOutcome, Protocol, ReceiptError, Route, Setup, Step, WireReply, WireRequest,
};

/// The adapter of Firebase Cloud Messaging, HTTP v1.
#[derive(Debug, Clone, Copy)]
pub struct Fcm;

impl Adapter for Fcm {
    fn vendor(&self) -> Vendor {
        Vendor::Fcm
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
        config::parse(form, now).map(|config| Box::new(FcmChannel(config)) as Box<dyn Channel>)
    }
}

/// One Firebase project's service account and choices.
#[derive(Debug)]
struct FcmChannel(config::Config);

impl Channel for FcmChannel {
    fn facts(&self) -> Vec<(&'static str, String)> {
        self.0.facts()
    }

    fn route(&self) -> Route {
        Route { origin: Origin::of(config::HOST, Protocol::Http2), identity: None }
    }

    fn auth_plan(&self, now: Timestamp) -> AuthPlan {
        auth::plan(&self.0.account, now)
    }

    fn auth_reply(&self, reply: &WireReply, now: Timestamp) -> Result<Auth, TargetVerdict> {
        auth::read_answer(reply, now)
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
