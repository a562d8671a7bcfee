//! What comes in with a request: body, path and query, bounded, each refusal a problem with a stable code.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
};
use bytes::Bytes;
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use model::{ClientMessageId, ErrorCode};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use tokio::time::timeout;

use crate::problem::Problem;

/// A client has this long to send a whole body.
const BODY_WITHIN: Duration = Duration::from_secs(30);

/// A request body of JSON. Types refuse unknown fields, so that a misspelled one is heard of.
pub(crate) trait Intake: DeserializeOwned {
    /// Largest body, in bytes.
    const MAX_BYTES: usize = 64 * 1024;
}

/// The body, read and parsed whatever its content type says. An empty body stands for `{}`.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Intake, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let bytes = read_body(request.into_body(), T::MAX_BYTES).await?;
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        serde_json::from_slice(text)
            .map(Self)
            .map_err(|error| Problem::new(ErrorCode::Malformed, error.to_string()))
    }
}

/// Reads a body of at most so many bytes.
pub(crate) async fn read_body(body: Body, max_bytes: usize) -> Result<Bytes, Problem> {
    let collected = timeout(BODY_WITHIN, Limited::new(body, max_bytes).collect()).await;
    match collected {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(Problem::new(ErrorCode::TooLarge, format!("the limit is {max_bytes} bytes")))
        }
        Ok(Err(_)) => Err(Problem::new(ErrorCode::Malformed, "the body broke off")),
        Err(_) => Err(Problem::new(ErrorCode::Malformed, "the body took over 30 seconds")),
    }
}

/// Reads a field whose null means something: a null that was sent is told from a field that was not.
pub(crate) fn given<'de, T, D>(value: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(value).map(Some)
}

/// Path parameters. One that is not of its form names nothing, so it is `not_found`.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|_| Problem::not_found("the path names no id of the expected form"))
    }
}

/// Query parameters.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|rejection| Problem::new(ErrorCode::Malformed, rejection.body_text()))
    }
}

/// The `Idempotency-Key` header, where it was sent.
#[derive(Debug)]
pub(crate) struct IdempotencyKey(pub(crate) Option<ClientMessageId>);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else {
            return Ok(Self(None));
        };
        let key = value.to_str().ok().and_then(|text| ClientMessageId::new(text).ok());
        key.map(|key| Self(Some(key)))
            .ok_or_else(|| Problem::new(ErrorCode::Invalid, "Idempotency-Key must be 1 to 64 visible bytes"))
    }
}
