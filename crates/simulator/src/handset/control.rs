//! Handsets in the control API.
//!
//! | call | body | answer |
//! |---|---|---|
//! | `POST /handsets` | [`NewHandset`] | 201 [`HandsetState`] |
//! | `GET /handsets` | | [`HandsetList`] |
//! | `GET /handsets/{name}` | | [`HandsetState`] |
//! | `POST /handsets/{name}` | [`Operation`] | [`HandsetState`] after it |
//! | `DELETE /handsets/{name}` | | 204 |
//!
//! A refusal is a [`Problem`]: 400 where the body is of another shape, 404 where there is no such handset, 409
//! where the handset's state stands in the way, 422 where a value is wrong.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State, rejection::JsonRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use model::ErrorCode;
use serde::{Deserialize, Serialize};

use super::{HandsetState, Handsets, MakeError, NewHandset, Operation, OperationError};
use crate::world::NewPhoneError;

/// Every handset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandsetList {
    /// By name.
    pub handsets: Vec<HandsetState>,
}

/// A refusal, as a problem document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Always `about:blank`: the code tells the kind.
    pub r#type: String,
    /// What to do about errors of this code.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: String,
    /// What is wrong in this case.
    pub detail: String,
}

impl Problem {
    fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            r#type: "about:blank".to_owned(),
            title: code.en().to_owned(),
            status: code.status(),
            code: code.as_str().to_owned(),
            detail: detail.into(),
        }
    }
}

impl From<MakeError> for Problem {
    fn from(error: MakeError) -> Self {
        let code = match error {
            MakeError::Phone(NewPhoneError::Taken) => ErrorCode::Conflict,
            MakeError::Server | MakeError::Phone(_) => ErrorCode::Invalid,
        };
        Self::new(code, error.to_string())
    }
}

impl From<OperationError> for Problem {
    fn from(error: OperationError) -> Self {
        let code = match error {
            OperationError::NoNotification(_) => ErrorCode::NotFound,
            OperationError::Busy => ErrorCode::Busy,
            OperationError::NotRunning | OperationError::Frozen | OperationError::Locked => {
                ErrorCode::Conflict
            }
        };
        Self::new(code, error.to_string())
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let code = match rejection {
            JsonRejection::BytesRejection(_) => ErrorCode::TooLarge,
            _ => ErrorCode::Malformed,
        };
        Self::new(code, rejection.body_text())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = (header::CONTENT_TYPE, "application/problem+json");
        (status, [kind], Json(self)).into_response()
    }
}

/// The routes of this module.
pub(crate) fn routes(handsets: Arc<Handsets>) -> Router {
    Router::new()
        .route("/handsets", get(list).post(make))
        .route("/handsets/{name}", get(show).post(operate).delete(remove))
        .with_state(handsets)
}

async fn list(State(handsets): State<Arc<Handsets>>) -> Json<HandsetList> {
    Json(HandsetList { handsets: handsets.all().iter().map(|handset| handset.state()).collect() })
}

async fn make(
    State(handsets): State<Arc<Handsets>>,
    new: Result<Json<NewHandset>, JsonRejection>,
) -> Result<(StatusCode, Json<HandsetState>), Problem> {
    let Json(new) = new?;
    Ok((StatusCode::CREATED, Json(handsets.make(new)?.state())))
}

async fn show(
    State(handsets): State<Arc<Handsets>>,
    Path(name): Path<String>,
) -> Result<Json<HandsetState>, Problem> {
    let handset = handsets.find(&name).ok_or_else(|| no_handset(&name))?;
    Ok(Json(handset.state()))
}

async fn operate(
    State(handsets): State<Arc<Handsets>>,
    Path(name): Path<String>,
    operation: Result<Json<Operation>, JsonRejection>,
) -> Result<Json<HandsetState>, Problem> {
    let Json(operation) = operation?;
    let handset = handsets.find(&name).ok_or_else(|| no_handset(&name))?;
    handset.operate(operation).await?;
    Ok(Json(handset.state()))
}

async fn remove(
    State(handsets): State<Arc<Handsets>>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    if handsets.remove(&name).await { Ok(StatusCode::NO_CONTENT) } else { Err(no_handset(&name)) }
}

fn no_handset(name: &str) -> Problem {
    Problem::new(ErrorCode::NotFound, format!("there is no handset {name}"))
}
