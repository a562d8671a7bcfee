//! Errors as `application/problem+json`, each with a stable code and a sentence in both languages.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use im::fault_of;
use model::{ErrorCode, Fault, FieldError, FieldErrors};
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

use crate::api::schema;

/// When to repeat a call that came at a busy moment, in seconds.
const RETRY_AFTER_S: &str = "1";

/// An error answer.
#[derive(Debug)]
pub(crate) struct Problem {
    fault: Fault,
    fields: Vec<FieldError>,
    /// When to repeat the call, where that is known.
    retry_after: Option<Duration>,
}

/// What a refused request was refused with, for whoever counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RefusedWith(pub(crate) ErrorCode);

impl Problem {
    pub(crate) fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Fault::new(code, detail).into()
    }

    /// The same, to be repeated after so long.
    pub(crate) fn after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// What went wrong.
    pub(crate) const fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Each faulty field of a form.
    pub(crate) fn fields(&self) -> &[FieldError] {
        &self.fields
    }

    pub(crate) fn not_found(detail: &str) -> Self {
        Self::new(ErrorCode::NotFound, detail)
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self { fault, fields: Vec::new(), retry_after: None }
    }
}

impl From<ErrorCode> for Problem {
    fn from(code: ErrorCode) -> Self {
        Fault::from(code).into()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        fault_of(&error).into()
    }
}

impl From<FieldErrors> for Problem {
    fn from(errors: FieldErrors) -> Self {
        let fault = Fault::new(ErrorCode::InvalidForm, errors.to_string());
        Self { fault, fields: errors.0, retry_after: None }
    }
}

/// An error, as RFC 9457 has it.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// `urn:posthouse:error:` and the code.
    r#type: String,
    /// The stable code: branch on this.
    #[schema(example = "not_found")]
    code: &'static str,
    /// What to do, in English.
    title: &'static str,
    /// What to do, in Chinese.
    title_zh: &'static str,
    /// What is particular to this case.
    detail: &'a str,
    /// The HTTP status.
    status: u16,
    /// Each faulty field of a form.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(value_type = Vec<schema::FieldError>, required = false)]
    fields: &'a [FieldError],
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let code = self.fault.code;
        let body = ProblemBody {
            r#type: format!("urn:posthouse:error:{code}"),
            code: code.as_str(),
            title: code.en(),
            title_zh: code.zh(),
            detail: &self.fault.detail,
            status: code.status(),
            fields: &self.fields,
        };
        let json = serde_json::to_vec(&body).unwrap_or_default();
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, json).into_response();
        response.extensions_mut().insert(RefusedWith(code));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
        }
        if let Some(wait) = self.retry_after {
            // Whole seconds, and never too early.
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
