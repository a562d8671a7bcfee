//! A small JSON client for our own HTTP interfaces.

use anyhow::{Context, Result, bail};
use http::{Method, Request};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Largest answer that is read, in bytes.
const ANSWER_MAX_BYTES: usize = 16 * 1024 * 1024;

/// A JSON client with one base URL and one key.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
    key: String,
}

/// An answer that came, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: u16,
    /// The body, where it is JSON; else null.
    pub(crate) json: Value,
}

impl Api {
    pub(crate) fn new(base: &str, key: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Self { client, base: base.trim_end_matches('/').to_owned(), key: key.to_owned() }
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        read(self.call(Method::GET, path, &Value::Null).await?)
    }

    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T> {
        read(self.call(Method::POST, path, body).await?)
    }

    /// Calls and gives back whatever came.
    pub(crate) async fn call(&self, method: Method, path: &str, body: &impl Serialize) -> Result<Answer> {
        let body = if method == Method::GET { Vec::new() } else { serde_json::to_vec(body)? };
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))?;
        let response =
            self.client.request(request).await.with_context(|| format!("{} does not answer", self.base))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), ANSWER_MAX_BYTES)
            .collect()
            .await
            .map_err(|error| anyhow::anyhow!("the answer broke off: {error}"))?
            .to_bytes();
        Ok(Answer { status, json: serde_json::from_slice(&body).unwrap_or(Value::Null) })
    }
}

fn read<T: DeserializeOwned>(answer: Answer) -> Result<T> {
    if answer.status >= 400 {
        let said = |field: &str| answer.json[field].as_str().unwrap_or_default().to_owned();
        bail!("{} ({}): {} {}", said("code"), answer.status, said("title"), said("detail"));
    }
    serde_json::from_value(answer.json).context("the answer is not of the expected shape")
}
