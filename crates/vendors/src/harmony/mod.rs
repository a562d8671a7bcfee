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

/// The adapter of HarmonyOS NEXT.
#[derive(Debug, Clone, Copy)]
pub struct Harmony;

impl Adapter for Harmony {
    fn vendor(&self) -> Vendor {
        Vendor::Harmony
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
        config::parse(form, now).map(|config| Box::new(HarmonyChannel(config)) as Box<dyn Channel>)
    }

    fn recalls(&self) -> bool {
        true
    }

    fn receipt_answer(&self) -> (&'static str, &'static str) {
        ("application/json", r#"{"code":"0","message":"success"}"#)
    }
}

/// One project's service account, and what was granted to its app.
#[derive(Debug)]
struct HarmonyChannel(config::Config);

impl Channel for HarmonyChannel {
    fn facts(&self) -> Vec<(&'static str, String)> {
        self.0.facts()
    }

    fn route(&self) -> Route {
        Route { origin: Origin::of(config::HOST, Protocol::Http1), identity: None }
    }

    fn auth_plan(&self, now: Timestamp) -> AuthPlan {
        auth::plan(&self.0, now)
    }

    fn auth_reply(&self, reply: &WireReply, _: Timestamp) -> Result<Auth, TargetVerdict> {
        Err(auth::refuse_exchange(reply))
    }

    fn batch_key(&self, content: &Content) -> Option<BatchKey> {
        // A test message takes ten tokens at most: too few to be worth a list.
        (!self.0.test_messages).then(|| BatchKey::of_equal_content(content))
    }

    fn kind_of(&self, content: &Content) -> Option<usize> {
        let category = self.0.category(content);
        Some(match (self.0.test_messages, category.granted && category.name != config::MARKETING) {
            (true, _) => limits::TEST,
            (_, true) => limits::SERVICE,
            _ => limits::MARKETING,
        })
    }

    fn begin(&self, job: &Job<'_>, auth: &Auth) -> Step {
        request::begin(&self.0, job, auth)
    }

    fn resume(&self, job: &Job<'_>, sent: &WireRequest, reply: &WireReply, auth: &Auth) -> Step {
        reply::resume(&self.0, job, sent.stage, reply, auth)
    }

    fn probe(&self, auth: &Auth) -> WireRequest {
        request::probe(&self.0, auth)
    }

    fn judge_probe(&self, reply: &WireReply) -> ProbeOutcome {
        reply::judge_probe(reply)
    }

    fn receipts(&self, callback: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError> {
        receipt::parse(self.0.receipt_signer.as_ref(), callback)
    }

    fn lint(&self, content: &Content, now: Timestamp) -> Vec<Finding> {
        lint::findings(&self.0, content, now)
    }
}
