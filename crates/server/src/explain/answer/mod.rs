//! The shape of an answer.

mod target;

use model::{CallEvent, CallId, Class, MessageId, MessageKind, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::schema;

pub use target::{
    ExplainedAttempt, ExplainedCertificate, ExplainedDevice, ExplainedFollowUp, ExplainedReason,
    ExplainedRule, ExplainedTarget, RuleResult, Shown, TargetState,
};

/// Why a message did or did not arrive, or what would happen to one sent now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// The message; absent where the question was what would happen now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub message: Option<ExplainedMessage>,
    /// When this answer was composed, or the moment that was asked about, in milliseconds since the epoch.
    #[schema(value_type = i64)]
    pub at: Timestamp,
    /// What the sender asked for and does not get.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub warnings: Vec<Warning>,
    /// Each target of the message, by user.
    pub targets: Vec<ExplainedTarget>,
}

/// The message in question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExplainedMessage {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub id: MessageId,
    /// What it is.
    #[schema(value_type = schema::MessageKind)]
    pub kind: MessageKind,
    /// Who sent it; absent for a push by the App's backend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub from: Option<String>,
    /// Whom it is for: a conversation, a user, a Push ID, or a certificate's token.
    pub to: String,
    /// Its place in the conversation; 0 where it is in none.
    pub seq: i64,
    /// What it is about.
    #[schema(value_type = schema::Class)]
    pub class: Class,
    /// Its text or content; absent where the asker may not read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub text: Option<String>,
    /// It went to connected devices alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub online_only: bool,
    /// When it was taken back; then its text is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    pub recalled_at: Option<Timestamp>,
    /// The call it signals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub call: Option<ExplainedCall>,
    /// When it was accepted.
    #[schema(value_type = i64)]
    pub sent_at: Timestamp,
    /// When it stops causing pushes.
    #[schema(value_type = i64)]
    pub expires_at: Timestamp,
}

/// The call that a message signals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExplainedCall {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub id: CallId,
    /// What the message says of it.
    #[schema(value_type = schema::CallEvent)]
    pub event: CallEvent,
    /// Until when it rings, as the message says.
    #[schema(value_type = i64)]
    pub rings_until: Timestamp,
    /// When it ended; absent while it has not, and where it is not kept any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    pub ended_at: Option<Timestamp>,
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Words {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl Words {
    pub(crate) fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }
}

/// Something that becomes of a push otherwise than its sender asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Warning {
    /// A stable word.
    #[schema(example = "unknown_resource")]
    pub code: String,
    /// `changed`, `reduced`, `hidden` or `refused`, worst last.
    pub severity: String,
    /// What becomes of it and what to do.
    #[serde(flatten)]
    pub words: Words,
}
