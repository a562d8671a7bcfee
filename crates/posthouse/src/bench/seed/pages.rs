//! How soon the console shows its pages.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use http::{Method, Request, header};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::Serialize;
use serde_json::{Value, json};
use server::{Need, console_pages};

use crate::{
    api::Api,
    bench::push::{percentile, rounded},
};

/// How often each page is asked for.
const TIMES: usize = 20;

/// The times of one page.
#[derive(Debug, Serialize)]
pub(super) struct PageFigures {
    pub(super) path: String,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    /// Its size.
    pub(super) kib: f64,
}

/// Somebody who is signed in.
struct Reader {
    client: Client<HttpConnector, Empty<Bytes>>,
    base: String,
    cookie: String,
}

/// Signs in with a link and times every page that stands by itself.
pub(super) async fn measure(url: &str, key: &str) -> Result<Vec<PageFigures>> {
    let link: Value = Api::new(url, key).post("/v1/console/links", &json!({})).await?;
    let link = link["url"].as_str().context("the answer holds no link")?;
    let reader = Reader::sign_in(url, link).await?;
    let mut figures = Vec::new();
    for path in paths() {
        eprintln!("timing {path} …");
        figures.push(reader.time(&path).await?);
    }
    Ok(figures)
}

fn paths() -> Vec<String> {
    let of_list = console_pages().into_iter().filter(|page| {
        page.method == Method::GET
            && page.need != Need::Open
            && !page.path.contains('{')
            && !page.path.ends_with("/events")
    });
    let mut paths: Vec<String> = of_list.map(|page| page.path.to_owned()).collect();
    paths.extend(["7d", "30d"].map(|range| format!("/console/overview?range={range}")));
    paths
}

impl Reader {
    async fn sign_in(base: &str, link: &str) -> Result<Self> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let mut reader = Self { client, base: base.to_owned(), cookie: String::new() };
        // The link names the server as others reach it.
        let path = link.find("/console/").map(|at| &link[at..]).context("the link leads to no console")?;
        let request = Request::get(format!("{base}{path}")).body(Empty::new())?;
        let response = reader.client.request(request).await?;
        let cookie = response.headers().get(header::SET_COOKIE).context("the link does not sign in")?;
        reader.cookie = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
        Ok(reader)
    }

    /// Asks for it again and again, once before anything is counted.
    async fn time(&self, path: &str) -> Result<PageFigures> {
        let bytes = self.get(path).await?;
        let mut took_ms = Vec::with_capacity(TIMES);
        for _ in 0..TIMES {
            let began = Instant::now();
            self.get(path).await?;
            took_ms.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(PageFigures {
            path: path.to_owned(),
            p50_ms: rounded(percentile(took_ms.clone(), 50)),
            p99_ms: rounded(percentile(took_ms, 99)),
            kib: rounded(bytes as f64 / 1024.0),
        })
    }

    async fn get(&self, path: &str) -> Result<usize> {
        let request = Request::get(format!("{}{path}", self.base))
            .header(header::COOKIE, &self.cookie)
            .body(Empty::new())?;
        let response = self.client.request(request).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        ensure!(status.is_success(), "{path} answers {status}");
        Ok(bytes.len())
    }
}
