//! Refusals.

use model::{ClientMessageId, ErrorCode, Fault};
use serde::{Deserialize, Serialize};

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorFrame {
    /// The request it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<u32>,
    /// The send it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<ClientMessageId>,
    /// Stable code.
    pub code: String,
    /// The code's number: its HTTP status (row C3 wants 500 for a certificate name over 32 characters).
    pub number: u16,
    /// What is wrong and what to do.
    pub text: String,
}

impl ErrorFrame {
    /// A refusal that answers nothing in particular.
    #[must_use]
    pub fn of(fault: &Fault) -> Self {
        Self {
            request: None,
            client_message_id: None,
            code: fault.code.as_str().to_owned(),
            number: fault.code.status(),
            text: fault.detail.clone(),
        }
    }

    /// A refusal of a numbered request.
    #[must_use]
    pub fn of_request(fault: &Fault, request: u32) -> Self {
        Self { request: Some(request), ..Self::of(fault) }
    }

    /// Whether the same may be done a little later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        [ErrorCode::Busy, ErrorCode::Internal].iter().any(|code| self.code == code.as_str())
    }
}
