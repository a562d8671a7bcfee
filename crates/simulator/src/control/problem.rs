//! Errors of the control API: problem documents with the project's stable codes.

use axum::{
    Json,
    extract::{FromRequest, Request, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use model::{ErrorCode, Fault};
use serde::de::DeserializeOwned;
use serde_json::json;

/// An error on its way out.
#[derive(Debug)]
pub(super) struct Problem(Fault);

impl Problem {
    pub(super) fn invalid(detail: impl ToString) -> Self {
        Self(Fault::new(ErrorCode::Invalid, detail.to_string()))
    }

    pub(super) fn no_phone() -> Self {
        Self(Fault::new(ErrorCode::NotFound, "no phone has this name"))
    }
}

impl From<ErrorCode> for Problem {
    fn from(code: ErrorCode) -> Self {
        Self(code.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Fault { code, detail } = self.0;
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = json!({
            "type": "about:blank",
            "title": code.en(),
            "status": code.status(),
            "code": code.as_str(),
            "detail": detail,
        });
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        (status, [kind], body.to_string()).into_response()
    }
}

/// The answer where no route is.
pub(super) async fn not_found() -> Problem {
    Problem(Fault::new(ErrorCode::NotFound, "no such path"))
}

/// A JSON body whose faults are told as problems.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection @ JsonRejection::BytesRejection(_)) => {
                Err(Problem(Fault::new(ErrorCode::TooLarge, rejection.body_text())))
            }
            Err(rejection) => Err(Problem(Fault::new(ErrorCode::Malformed, rejection.body_text()))),
        }
    }
}
