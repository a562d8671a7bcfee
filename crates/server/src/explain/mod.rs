//! Why did it not arrive? One answer for API, console and CLI.
//!
//! [`compose()`] and [`outlook`] are pure: rows and facts in, [`Explanation`] out. [`explain()`] and [`explain_user`]
//! read what they need; an [`Imagined`] message is what [`explain_user`] is asked about. [`render_text`] prints an
//! answer for a terminal.

mod answer;
mod compose;
mod gather;
mod imagined;
mod shown;
mod target;
mod text;

pub use answer::{
    ExplainedAttempt, ExplainedCall, ExplainedCertificate, ExplainedDevice, ExplainedFollowUp,
    ExplainedMessage, ExplainedReason, ExplainedRule, ExplainedTarget, Explanation, RuleResult, Shown,
    TargetState, Warning, Words,
};
pub use compose::{Case, compose, outlook};
pub(crate) use gather::explain_push_id;
pub use gather::{AskError, Asked, explain, explain_user};
pub use imagined::{AskedPush, Imagined, Unimaginable};
pub(crate) use target::{device_name, explained, explained_attempt, meaning, tail};
pub(crate) use text::call_words;
pub use text::{Language, render_text};
