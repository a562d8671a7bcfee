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
    Adapter, Auth, AuthPlan, BatchKey, Callback, Channel, CodeRow, Content, DailyAmounts, Field, Finding,
    Job, Limits, Origin, ProbeOutcome, Protocol, ReceiptError, Route, Setup, Step, WireReply, WireRequest,
};

/// The adapter of Xiaomi `MiPush`.
#[derive(Debug, Clone, Copy)]
pub struct Xiaomi;

impl Adapter for Xiaomi {
    fn vendor(&self) -> Vendor {
        Vendor::Xiaomi
    }

    fn limits(&self) -> &'static Limits {
        &limits::LIMITS
    }

    fn daily(&self) -> &'static DailyAmounts {
        &limits::DAILY
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
        config::parse(form, now).map(|config| Box::new(XiaomiChannel(config)) as Box<dyn Channel>)
    }

    fn recalls(&self) -> bool {
        true
    }
}

/// One app's credentials, rights and choices.
#[derive(Debug)]
struct XiaomiChannel(config::Config);

impl Channel for XiaomiChannel {
    fn facts(&self) -> Vec<(&'static str, String)> {
        self.0.facts()
    }

    fn route(&self) -> Route {
        Route { origin: Origin::of(config::HOST, Protocol::Http1), identity: None }
    }

    fn auth_plan(&self, _: Timestamp) -> AuthPlan {
        auth::plan(&self.0)
    }

    fn auth_reply(&self, reply: &WireReply, _: Timestamp) -> Result<Auth, TargetVerdict> {
        Err(auth::refuse_exchange(reply))
    }

    fn batch_key(&self, content: &Content) -> Option<BatchKey> {
        Some(BatchKey::of_equal_content(content))
    }

    fn kind_of(&self, content: &Content) -> Option<usize> {
        Some(match request::channel(&self.0, content) {
            None => limits::DEFAULT,
            Some(_) if request::is_private(&self.0, content) => limits::PRIVATE,
            Some(_) => limits::PUBLIC,
        })
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

    fn lint(&self, content: &Content, now: Timestamp) -> Vec<Finding> {
        lint::findings(&self.0, content, now)
    }
}
