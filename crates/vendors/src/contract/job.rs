//! What is asked of a vendor, and the steps it takes.

use std::sync::Arc;

use model::{
    Class, ClickAction, MessageId, Presentation, Purpose, PushSettings, Style, TargetVerdict, Timestamp,
    VendorSettings,
};

use super::wire::WireRequest;

/// What a job asks of the vendor.
#[derive(Debug, Clone, Copy)]
pub enum Job<'a> {
    /// Show a notification to targets, at most [`Limits::batch`](super::Limits::batch) of them and all with one batch
    /// key.
    Notify {
        /// What to show.
        content: &'a Content,
        /// To whom.
        targets: &'a [Target],
        /// The present moment, for times that are relative to it.
        now: Timestamp,
    },
    /// Take back what [`Job::Notify`] has shown, at most [`Limits::batch`](super::Limits::batch) of them.
    Recall {
        /// The message it was shown for.
        message: MessageId,
        /// The collapse key it was shown under.
        collapse_key: &'a str,
        /// What was sent.
        sent: &'a [Sent],
        /// The present moment.
        now: Timestamp,
    },
}

impl Job<'_> {
    /// How many verdicts this job comes to.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Notify { targets, .. } => targets.len(),
            Self::Recall { sent, .. } => sent.len(),
        }
    }

    /// Whether it is for nobody.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One vendor token of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The vendor token.
    pub token: Arc<str>,
    /// The absolute badge to show, where the vendor sets it absolutely.
    pub badge: Option<u32>,
}

/// A push that was sent, for taking it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The vendor token.
    pub token: Arc<str>,
    /// The vendor's id of the push, where it gave one.
    pub vendor_message_id: Option<Arc<str>>,
}

/// What to show, after the rules have chosen the text and before the vendor's limits have cut it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Content {
    /// Our message, the same for all its targets.
    pub message: MessageId,
    /// To tell of it, or to take the place of what told of it; with the message it makes the stable dedupe id.
    pub purpose: Purpose,
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
    /// What it is for the phone.
    pub presentation: Presentation,
    /// How it looks and sounds.
    pub style: Style,
    /// Whether it counts one up on the app's badge.
    pub counts_badge: bool,
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

impl Content {
    /// What a message shows at one vendor: these words, what the sender asked of every vendor, and what holds at this
    /// one alone (style, click and presentation, in their order of force). In no thread, and without receipts.
    #[must_use]
    pub fn of(
        message: MessageId,
        (title, body): (String, String),
        push: &PushSettings,
        at_vendor: VendorSettings,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            message,
            purpose: Purpose::Notify,
            title,
            body,
            ext: push.ext.clone(),
            payload: push.payload.clone(),
            class: push.class,
            presentation: at_vendor.presentation.unwrap_or_default(),
            style: at_vendor.style,
            counts_badge: push.counts_badge,
            click: at_vendor.click,
            collapse_key: push.collapse_key.clone().unwrap_or_else(|| message.to_string()),
            thread: None,
            expires_at,
            receipt_url: None,
        }
    }
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
