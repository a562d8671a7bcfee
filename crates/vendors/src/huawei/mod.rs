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

/// The adapter of Huawei Push Kit for Android, EMUI and `HarmonyOS` 2 to 4.
#[derive(Debug, Clone, Copy)]
pub struct Huawei;

impl Adapter for Huawei {
    fn vendor(&self) -> Vendor {
        Vendor::Huawei
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
        config::parse(form).map(|config| Box::new(HuaweiChannel(config)) as Box<dyn Channel>)
    }

    fn recalls(&self) -> bool {
        true
    }

    fn receipt_answer(&self) -> (&'static str, &'static str) {
        ("application/json", r#"{"code":"0","message":"success"}"#)
    }
}

/// One app's credentials, rights and choices.
#[derive(Debug)]
struct HuaweiChannel(config::Config);

impl Channel for HuaweiChannel {
    fn facts(&self) -> Vec<(&'static str, String)> {
        self.0.facts()
    }

    fn route(&self) -> Route {
        Route { origin: Origin::of(config::PUSH_HOST, Protocol::Http1), identity: None }
    }

    fn auth_plan(&self, _: Timestamp) -> AuthPlan {
        auth::plan(&self.0)
    }

    fn auth_reply(&self, reply: &WireReply, now: Timestamp) -> Result<Auth, TargetVerdict> {
        auth::read(reply, now)
    }

    fn batch_key(&self, content: &Content) -> Option<BatchKey> {
        Some(BatchKey::of_equal_content(content))
    }

    fn kind_of(&self, content: &Content) -> Option<usize> {
        let category = self.0.category(content);
        Some(match (self.0.test_messages, self.0.grants(category)) {
            (true, _) => limits::TEST,
            (_, true) => limits::SERVICE,
            _ => limits::MARKETING,
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
        receipt::parse(&self.0, callback)
    }

    fn lint(&self, content: &Content, now: Timestamp) -> Vec<Finding> {
        lint::findings(&self.0, content, now)
    }
}
