//! Why did it not arrive? One answer for API, console and CLI.
//!
//! [`compose()`] and [`outlook`] are pure: rows and facts in, [`Explanation`] out. [`explain()`] and [`explain_user`] read
//! what they need.
//! [`render_text`] prints an answer for a terminal.

mod answer;
mod compose;
mod gather;
mod target;
mod text;

pub use answer::{
    ExplainedAttempt, ExplainedCertificate, ExplainedDevice, ExplainedMessage, ExplainedReason,
    ExplainedRule, ExplainedTarget, Explanation, RuleResult, TargetState, Words,
};
pub use compose::{Case, compose, outlook};
pub use gather::{Asked, explain, explain_user};
pub(crate) use target::{explained, tail};
pub use text::{Language, render_text};
