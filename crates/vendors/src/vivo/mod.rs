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

/// The adapter of vivo Push, which iQOO phones use too.
#[derive(Debug, Clone, Copy)]
pub struct Vivo;

impl Adapter for Vivo {
    fn vendor(&self) -> Vendor {
        Vendor::Vivo
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

    fn open(&self, form: &Form, _: Timestamp) -> Result<Box<dyn Channel>, FieldErrors> {
        config::parse(form).map(|config| Box::new(VivoChannel(config)) as Box<dyn Channel>)
    }

    fn recalls(&self) -> bool {
        true
    }
}

/// One app's credentials and choices.
#[derive(Debug)]
struct VivoChannel(config::Config);

impl Channel for VivoChannel {
    fn facts(&self) -> Vec<(&'static str, String)> {
        self.0.facts()
    }

    fn route(&self) -> Route {
        Route { origin: Origin::of(config::HOST, Protocol::Http1), identity: None }
    }

    fn auth_plan(&self, now: Timestamp) -> AuthPlan {
        auth::plan(&self.0, now)
    }

    fn auth_reply(&self, reply: &WireReply, now: Timestamp) -> Result<Auth, TargetVerdict> {
        auth::read(reply, now)
    }

    fn batch_key(&self, content: &Content) -> Option<BatchKey> {
        self.0.lists.then(|| BatchKey::of_equal_content(content))
    }

    fn kind_of(&self, content: &Content) -> Option<usize> {
        // Test messages do not count (documented).
        let kind = if self.0.is_operational(content) { limits::OPERATIONAL } else { limits::SYSTEM };
        Some(kind).filter(|_| !self.0.is_test)
    }

    fn begin(&self, job: &Job<'_>, auth: &Auth) -> Step {
        request::begin(&self.0, job, auth)
    }

    fn resume(&self, job: &Job<'_>, sent: &WireRequest, reply: &WireReply, auth: &Auth) -> Step {
        reply::resume(&self.0, job, sent, reply, auth)
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
