//! What a vendor's answer means for one target. Adapters judge; `rules` decides what follows.

use std::time::Duration;

use crate::Timestamp;

/// What a vendor's answer means for one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The vendor took it. It is not known to be shown.
    Accepted,
    /// A passing fault: the same request may succeed later.
    Retry {
        /// How long the vendor asked to wait, where it did.
        after: Option<Duration>,
    },
    /// The access token or provider token must be renewed, then once more.
    RenewAuth,
    /// The token is dead.
    TokenDead {
        /// The moment from which the vendor knows; a token registered later is kept.
        since: Option<Timestamp>,
    },
    /// The token may be dead; what makes it certain differs.
    TokenDoubtful(Doubt),
    /// Too much at once, or too much today.
    Limited {
        /// What has to pause.
        pause: Pause,
        /// How long, where the vendor says so or its book does.
        after: Option<Duration>,
    },
    /// The operator must mend the certificate or the account. Tokens stay.
    Misconfigured,
    /// This message is bad and never becomes good.
    Drop,
    /// A code that is not in the book: counted and shown, never guessed.
    Unrecognised,
}

impl Verdict {
    /// A stable word for logs, explanations and golden vectors.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Retry { .. } => "retry",
            Self::RenewAuth => "renew_auth",
            Self::TokenDead { .. } => "token_dead",
            Self::TokenDoubtful(_) => "token_doubtful",
            Self::Limited { .. } => "limited",
            Self::Misconfigured => "misconfigured",
            Self::Drop => "drop",
            Self::Unrecognised => "unrecognised",
        }
    }
}

/// What turns a doubt about a token into certainty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The device reported the environment the certificate is for, so the token is not merely in the other world.
    SameEnvironment,
    /// The same answer a second time in a row.
    SecondInRow,
}

/// What has to pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// Only this target.
    Target,
    /// The whole lane.
    Lane,
    /// What counts against the same daily amount, until the vendor's next day.
    DailyAmount,
}

/// A verdict with the vendor's own words, for explain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetVerdict {
    /// What it means.
    pub verdict: Verdict,
    /// HTTP status of the answer; 0 where none came.
    pub http_status: u16,
    /// The vendor's own code or reason; empty where it gave none.
    pub code: String,
    /// The vendor's own text; empty where it gave none.
    pub text: String,
    /// The vendor's id of the push, where it gave one.
    pub vendor_message_id: Option<String>,
    /// The connection this came on must not be used again.
    pub reconnect: bool,
}

impl TargetVerdict {
    /// A verdict with status and code and nothing else.
    #[must_use]
    pub fn new(verdict: Verdict, http_status: u16, code: impl Into<String>) -> Self {
        Self {
            verdict,
            http_status,
            code: code.into(),
            text: String::new(),
            vendor_message_id: None,
            reconnect: false,
        }
    }
}
