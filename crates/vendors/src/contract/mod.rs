//! The adapter contract: what a vendor's folder offers, and the shapes that pass through it.
//!
//! An [`Adapter`] is the vendor; a [`Channel`] is one certificate of it, read once and kept. A [`Job`] is begun
//! and resumed until it is done, so that a vendor may need one request or several: vivo saves a body first and
//! then sends it to a list, which is `begin → Send(stage "save")`, `resume → Send(stage "list")`,
//! `resume → Done`. A job holds no state of its own: the stage travels with the request.

mod amounts;
mod code;
mod form;
mod job;
mod limits;
mod lint;
mod setup;
mod wire;

use std::fmt;

use model::{Environment, FieldErrors, Form, Receipt, TargetVerdict, Timestamp, Vendor};

pub use self::{
    amounts::{DailyAmount, DailyAmounts, PerApp, Whose},
    code::{Certainty, CodeRow, Source},
    form::{Field, FieldKind, Group},
    job::{BatchKey, Content, Job, Sent, Step, Target},
    limits::{Counts, Length, Limits, Rate, Unit, measure, truncate},
    lint::{Finding, Severity},
    setup::{Need, NeedWeight, PageNotation, Setup, StyleField, StylePart},
    wire::{Auth, AuthPlan, Origin, Protocol, Route, TlsIdentity, WireReply, WireRequest},
};

/// One vendor's book, read by us.
pub trait Adapter: Send + Sync {
    /// Whose book it is.
    fn vendor(&self) -> Vendor;

    /// The vendor's limits.
    fn limits(&self) -> &'static Limits;

    /// How much an app may push a day.
    fn daily(&self) -> &'static DailyAmounts {
        &DailyAmounts::NONE
    }

    /// The fields of a certificate's form, in the order a console shows them.
    fn fields(&self) -> &'static [Field];

    /// What has to be done beside the form, and what a push resource may set.
    fn setup(&self) -> &'static Setup {
        &Setup::NONE
    }

    /// Every code in the book.
    fn codes(&self) -> &'static [CodeRow];

    /// Reads a certificate's form.
    ///
    /// # Errors
    /// Every fault of the form, each with its remedy.
    fn open(&self, form: &Form, now: Timestamp) -> Result<Box<dyn Channel>, FieldErrors>;

    /// Whether the vendor can take back what it has shown: then [`Job::Recall`] sends something.
    fn recalls(&self) -> bool {
        false
    }

    /// Whether a later push with the same collapse key takes the place of a notification that is shown.
    fn replaces(&self) -> bool {
        true
    }

    /// What a receipt is answered with: media type and body.
    fn receipt_answer(&self) -> (&'static str, &'static str) {
        ("application/json", "{}")
    }
}

/// One certificate, read: everything that is needed to talk to the vendor with it.
pub trait Channel: Send + Sync + fmt::Debug {
    /// What was read from the form, for people: label and value, never a secret.
    fn facts(&self) -> Vec<(&'static str, String)>;

    /// The environment it is for, where the vendor has environments.
    fn environment(&self) -> Option<Environment> {
        None
    }

    /// When the vendor stops taking it, where the form says so.
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }

    /// Where its requests go.
    fn route(&self) -> Route;

    /// Where pushes to a token go, where that is not the certificate's own [`Route`]: a Web Push token names its host.
    fn origin_of(&self, token: &str) -> Option<Origin> {
        let _ = token;
        None
    }

    /// How its requests are authenticated from now on.
    fn auth_plan(&self, now: Timestamp) -> AuthPlan;

    /// Reads the answer to an [`AuthPlan::Exchange`].
    ///
    /// # Errors
    /// The verdict that holds for everything that waits for this authentication.
    fn auth_reply(&self, reply: &WireReply, now: Timestamp) -> Result<Auth, TargetVerdict>;

    /// Which targets may share a job: those with the same key. `None`: each target needs a job of its own.
    fn batch_key(&self, content: &Content) -> Option<BatchKey>;

    /// Against which of [`Adapter::daily`]'s kinds a content counts, as the certificate's rights are; `None`: against
    /// none.
    fn kind_of(&self, content: &Content) -> Option<usize> {
        let _ = content;
        None
    }

    /// The first step of a job. Total: a content the vendor cannot carry gives verdicts, not an error.
    fn begin(&self, job: &Job<'_>, auth: &Auth) -> Step;

    /// The next step, after an answer. Total: any bytes give a verdict for every target.
    fn resume(&self, job: &Job<'_>, sent: &WireRequest, reply: &WireReply, auth: &Auth) -> Step;

    /// A request that shows whether the vendor takes this certificate, and changes nothing at the vendor.
    fn probe(&self, auth: &Auth) -> WireRequest;

    /// What the answer to a probe means.
    fn judge_probe(&self, reply: &WireReply) -> ProbeOutcome;

    /// Reads a receipt that the vendor called back with.
    ///
    /// # Errors
    /// [`ReceiptError`] where the vendor has no receipts, the body is not in its shape, or its signature is not the
    /// vendor's.
    fn receipts(&self, callback: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError>;

    /// What the vendor would do with this content through this certificate that the operator may not expect. What holds
    /// for every vendor alike (texts over their limits) is not among it.
    fn lint(&self, content: &Content, now: Timestamp) -> Vec<Finding>;
}

/// What a probe showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeOutcome {
    /// The vendor takes the certificate; `None` where the answer does not tell.
    pub accepted: Option<bool>,
    /// HTTP status.
    pub http_status: u16,
    /// The vendor's own code or reason.
    pub code: String,
    /// What it means and what to do, in English.
    pub en: String,
    /// The same in Chinese.
    pub zh: String,
}

/// A receipt request as it came in.
#[derive(Debug, Clone, Copy)]
pub struct Callback<'a> {
    /// Header names in lower case.
    pub headers: &'a [(String, String)],
    /// Body.
    pub body: &'a [u8],
    /// When it came.
    pub received_at: Timestamp,
}

/// Why a receipt was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// The vendor has no receipts.
    #[error("this vendor sends no receipts")]
    Unsupported,
    /// The body is not in the documented shape.
    #[error("the receipt is not of the documented shape")]
    Malformed,
    /// The signature is missing or not the vendor's.
    #[error("the receipt is not signed by the vendor")]
    Forged,
}
