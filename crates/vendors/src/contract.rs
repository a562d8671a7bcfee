//! The adapter contract: what a vendor's folder offers, and the shapes that pass through it.
//!
//! An [`Adapter`] is the vendor; a [`Channel`] is one certificate of it, read once and kept. A [`Job`] is begun
//! and resumed until it is done, so that a vendor may need one request or several: vivo saves a body first and
//! then sends it to a list, which is `begin → Send(stage "save")`, `resume → Send(stage "list")`,
//! `resume → Done`. A job holds no state of its own: the stage travels with the request.

use std::{fmt, sync::Arc, time::Duration};

use model::{
    Class, ClickAction, Environment, FieldErrors, Form, MessageId, Receipt, Secret, TargetVerdict, Timestamp,
    Vendor, Verdict,
};

/// One vendor's book, read by us.
pub trait Adapter: Send + Sync {
    /// Whose book it is.
    fn vendor(&self) -> Vendor;

    /// The vendor's limits.
    fn limits(&self) -> &'static Limits;

    /// The fields of a certificate's form, in the order a console shows them.
    fn fields(&self) -> &'static [Field];

    /// Every code in the book.
    fn codes(&self) -> &'static [CodeRow];

    /// Reads a certificate's form.
    ///
    /// # Errors
    /// Every fault of the form, each with its remedy.
    fn open(&self, form: &Form, now: Timestamp) -> Result<Box<dyn Channel>, FieldErrors>;

    /// Reads a receipt that the vendor called back with.
    ///
    /// # Errors
    /// [`ReceiptError`] where the vendor has no receipts or the body is not in its shape.
    fn receipts(&self, callback: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError>;
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

    /// How its requests are authenticated from now on.
    fn auth_plan(&self, now: Timestamp) -> AuthPlan;

    /// Reads the answer to an [`AuthPlan::Exchange`].
    ///
    /// # Errors
    /// The verdict that holds for everything that waits for this authentication.
    fn auth_reply(&self, reply: &WireReply, now: Timestamp) -> Result<Auth, TargetVerdict>;

    /// Which targets may share a job: those with the same key. `None`: each target needs a job of its own.
    fn batch_key(&self, content: &Content) -> Option<BatchKey>;

    /// The first step of a job. Total: a content the vendor cannot carry gives verdicts, not an error.
    fn begin(&self, job: &Job<'_>, auth: &Auth) -> Step;

    /// The next step, after an answer. Total: any bytes give a verdict for every target.
    fn resume(&self, job: &Job<'_>, sent: &WireRequest, reply: &WireReply, auth: &Auth) -> Step;

    /// A request that shows whether the vendor takes this certificate, and changes nothing at the vendor.
    fn probe(&self, auth: &Auth) -> WireRequest;

    /// What the answer to a probe means.
    fn judge_probe(&self, reply: &WireReply) -> ProbeOutcome;
}

/// What a job asks of the vendor.
#[derive(Debug, Clone, Copy)]
pub enum Job<'a> {
    /// Show a notification to targets, at most [`Limits::batch`] of them and all with one batch key.
    Notify {
        /// What to show.
        content: &'a Content,
        /// To whom.
        targets: &'a [Target],
        /// The present moment, for times that are relative to it.
        now: Timestamp,
    },
}

/// One vendor token of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The vendor token.
    pub token: Arc<str>,
    /// The absolute badge to show, where the vendor sets it absolutely.
    pub badge: Option<u32>,
}

/// What to show, after the rules have chosen the text and before the vendor's limits have cut it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Content {
    /// Our message: the stable dedupe id, the same for all its targets.
    pub message: MessageId,
    /// Title; never blank.
    pub title: String,
    /// Text; may be empty.
    pub body: String,
    /// Pass-through for the `ext` getter.
    pub ext: Option<String>,
    /// Pass-through for the `payload` getter.
    pub payload: Option<String>,
    /// What it is about.
    pub class: Class,
    /// What a tap does; `None`: as the certificate says.
    pub click: Option<ClickAction>,
    /// Notifications with the same key replace one another.
    pub collapse_key: String,
    /// Groups notifications of one conversation, where the vendor can.
    pub thread: Option<String>,
    /// After this it must not be shown.
    pub expires_at: Timestamp,
    /// Where the vendor is to report to; `None`: no receipts wanted.
    pub receipt_url: Option<Arc<str>>,
}

/// Targets whose contents have the same key may share a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BatchKey(pub u64);

impl BatchKey {
    /// The key of vendors whose lists take one body for all: equal contents, equal keys.
    #[must_use]
    pub fn of_equal_content(content: &Content) -> Self {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// What to do next with a job.
#[derive(Debug)]
pub enum Step {
    /// Send this, then resume with the answer.
    Send(WireRequest),
    /// Nothing more to do: one verdict per target, in the targets' order.
    Done(Vec<TargetVerdict>),
}

impl Step {
    /// The same verdict for every target.
    #[must_use]
    pub fn done_all(targets: usize, verdict: &TargetVerdict) -> Self {
        Self::Done(vec![verdict.clone(); targets])
    }
}

/// An HTTP request as data.
#[derive(Clone, PartialEq, Eq)]
pub struct WireRequest {
    /// Which step of the job this is; free for the adapter to choose.
    pub stage: &'static str,
    /// HTTP method.
    pub method: &'static str,
    /// Path and query.
    pub path: String,
    /// Header names in lower case. `host`, `content-length` and the authentication header are not among them.
    pub headers: Vec<(&'static str, String)>,
    /// The authentication header, kept apart so that nothing prints it.
    pub authorization: Option<Arc<Secret<String>>>,
    /// Body.
    pub body: Vec<u8>,
}

impl fmt::Debug for WireRequest {
    /// Neither body nor path: both may hold tokens and message text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WireRequest({} {}, {} bytes)", self.method, self.stage, self.body.len())
    }
}

/// An HTTP answer as data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WireReply {
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl WireReply {
    /// The first header of this name (lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|(key, value)| (key == name).then_some(value.as_str()))
    }

    /// How long the vendor asks to wait, where it says so in seconds; at most a day.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let secs: u64 = self.header("retry-after")?.trim().parse().ok()?;
        Some(Duration::from_secs(secs.min(86_400)))
    }
}

/// Where a certificate's requests go.
#[derive(Debug, Clone)]
pub struct Route {
    /// Host name.
    pub host: String,
    /// TCP port; always TLS.
    pub port: u16,
    /// What is spoken there.
    pub protocol: Protocol,
    /// Client certificate to present in the handshake.
    pub identity: Option<Arc<TlsIdentity>>,
}

/// HTTP version a vendor is spoken to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1 over a few kept connections.
    Http1,
    /// HTTP/2 with many streams on few connections.
    Http2,
}

/// A client certificate with its key, in DER.
pub struct TlsIdentity {
    /// Leaf first.
    pub chain: Vec<Vec<u8>>,
    /// PKCS#8.
    pub key: Secret<Vec<u8>>,
}

impl fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TlsIdentity({} certificates)", self.chain.len())
    }
}

/// How a certificate's requests are authenticated.
#[derive(Debug)]
pub enum AuthPlan {
    /// Ready to use as it is.
    Ready(Auth),
    /// Send this first; the answer goes to [`Channel::auth_reply`].
    Exchange(WireRequest),
}

/// What is put into requests to authenticate them.
#[derive(Debug, Clone)]
pub struct Auth {
    /// The whole value of the `authorization` header; `None` where the TLS handshake authenticates.
    pub header: Option<Arc<Secret<String>>>,
    /// When to make a new one; [`Timestamp::NEVER`] for what does not age.
    pub renew_at: Timestamp,
    /// Not before this may a new one be made, even when the vendor refuses this one.
    pub keep_until: Timestamp,
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
}

/// A vendor's limits, each in the vendor's own unit.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most targets in one job.
    pub batch: usize,
    /// Title.
    pub title: Length,
    /// Text.
    pub body: Length,
    /// The whole notification as rendered.
    pub payload: Length,
    /// `ext` (and `payload`) as the vendor counts them.
    pub ext: Length,
    /// Longest storage for an offline phone.
    pub lifetime: Duration,
    /// Targets a second that a small app may send; the lane's token bucket.
    pub targets_per_second: u32,
    /// Fewest milliseconds before the whole request is given up on.
    pub answer_timeout: Duration,
}

/// A largest length with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// The largest that is accepted.
    pub max: usize,
    /// What is counted.
    pub unit: Unit,
}

/// What a vendor counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Unicode scalar values.
    Chars,
    /// Bytes of UTF-8.
    Bytes,
    /// Code units of UTF-16.
    Utf16,
}

/// One field of a certificate's form. The console, the API's documentation and the operator's page come from it.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Name in API and store.
    pub name: &'static str,
    /// Label in English.
    pub en: &'static str,
    /// Label in Chinese, as the vendor's console or the seed documents name it.
    pub zh: &'static str,
    /// A hint in English; may be empty.
    pub hint_en: &'static str,
    /// The same in Chinese.
    pub hint_zh: &'static str,
    /// What it takes.
    pub kind: FieldKind,
    /// Whether it must be filled.
    pub required: bool,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    Text,
    /// One line that is sealed and never echoed.
    Secret,
    /// A file, as base64, that is sealed and never echoed.
    SecretFile,
    /// One of these words.
    Choice(&'static [&'static str]),
}

impl FieldKind {
    /// Whether the value is sealed at rest and never echoed.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::SecretFile)
    }
}

/// One code of a vendor's book.
#[derive(Debug, Clone, Copy)]
pub struct CodeRow {
    /// HTTP status it comes with; 0 for any.
    pub http_status: u16,
    /// The vendor's own code or reason.
    pub code: &'static str,
    /// The verdict's name (see [`model::Verdict::name`]).
    pub verdict: &'static str,
    /// The verdict itself, as far as the code alone decides it; an answer may add times to it.
    pub judgement: &'static Verdict,
    /// What it means, in English.
    pub en: &'static str,
    /// The same in Chinese.
    pub zh: &'static str,
    /// What the operator should do, in English; empty: nothing.
    pub todo_en: &'static str,
    /// The same in Chinese.
    pub todo_zh: &'static str,
    /// Where it is written, and how certain it is.
    pub source: Source,
}

impl CodeRow {
    /// Meaning and remedy as one English text.
    #[must_use]
    pub fn explained_en(&self) -> String {
        if self.todo_en.is_empty() { self.en.to_owned() } else { format!("{}; {}", self.en, self.todo_en) }
    }

    /// Meaning and remedy as one Chinese text.
    #[must_use]
    pub fn explained_zh(&self) -> String {
        if self.todo_zh.is_empty() { self.zh.to_owned() } else { format!("{};{}", self.zh, self.todo_zh) }
    }
}

/// Where a vendor fact comes from, and how certain it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The page or observation.
    pub page: &'static str,
    /// How certain.
    pub certainty: Certainty,
}

/// How certain a vendor fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// In the vendor's own documentation.
    Documented,
    /// Seen on the wire or in working clients.
    Observed,
    /// Our best reading where sources are silent or differ.
    Assumed,
}

/// Cuts a text to a limit on whole characters, with `…` as the last where anything was cut.
#[must_use]
pub fn truncate(text: &str, limit: Length) -> String {
    if measure(text, limit.unit) <= limit.max {
        return text.to_owned();
    }
    let ellipsis = '…';
    let room = limit.max.saturating_sub(measure_char(ellipsis, limit.unit));
    let mut used = 0;
    let kept: String = text
        .chars()
        .take_while(|&char| {
            used += measure_char(char, limit.unit);
            used <= room
        })
        .collect();
    if limit.max < measure_char(ellipsis, limit.unit) { kept } else { kept + "…" }
}

/// A text's length in a vendor's unit.
#[must_use]
pub fn measure(text: &str, unit: Unit) -> usize {
    match unit {
        Unit::Chars => text.chars().count(),
        Unit::Bytes => text.len(),
        Unit::Utf16 => text.encode_utf16().count(),
    }
}

const fn measure_char(char: char, unit: Unit) -> usize {
    match unit {
        Unit::Chars => 1,
        Unit::Bytes => char.len_utf8(),
        Unit::Utf16 => char.len_utf16(),
    }
}
