//! A request, as a vendor's file reads it.

use std::{borrow::Cow, sync::Arc};

use http::{HeaderMap, Method, header, request::Parts};
use model::Timestamp;
use serde_json::Value;

use crate::shared::Host;

/// A request.
pub(crate) struct Ask<'a> {
    pub(crate) host: &'a Arc<Host>,
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
    /// When it came.
    pub(crate) now: Timestamp,
}

impl<'a> Ask<'a> {
    pub(super) fn new(host: &'a Arc<Host>, head: &'a Parts, body: &'a [u8], now: Timestamp) -> Self {
        Self {
            host,
            method: &head.method,
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            headers: &head.headers,
            body,
            now,
        }
    }

    /// A header's text; `None` where it is absent or no text.
    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The token of an `Authorization: Bearer` header; the scheme in any case.
    pub(crate) fn bearer(&self) -> Option<&'a str> {
        let (scheme, token) = self.header(header::AUTHORIZATION.as_str())?.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body).ok()
    }

    /// The fields of query and form body, the query's first. A body of another media type has none.
    pub(crate) fn fields(&self) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
        let media = self.header(header::CONTENT_TYPE.as_str()).unwrap_or_default().to_ascii_lowercase();
        let is_form = media.is_empty() || media.trim_start().starts_with("application/x-www-form-urlencoded");
        let body = if is_form { self.body } else { &[] };
        form_urlencoded::parse(self.query.as_bytes()).chain(form_urlencoded::parse(body)).collect()
    }

    /// The first field of this name in query or form body.
    pub(crate) fn field(&self, name: &str) -> Option<Cow<'a, str>> {
        self.fields().into_iter().find_map(|(key, value)| (key == name).then_some(value))
    }
}
