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

use super::people;
use crate::{
    api::Api,
    bench::{
        populace::{self, Member},
        push::{percentile, rounded},
    },
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

/// Signs in with a link and times every page of what so many users left: those that stand by themselves, those of one
/// user, device, group and message, and lists that are narrowed down or read from the middle.
pub(super) async fn measure(url: &str, key: &str, users: u64) -> Result<Vec<PageFigures>> {
    let link: Value = Api::new(url, key).post("/v1/console/links", &json!({})).await?;
    let link = link["url"].as_str().context("the answer holds no link")?;
    let reader = Reader::sign_in(url, link).await?;
    let mut figures = Vec::new();
    let mut paths = alone();
    paths.extend(of_one(users)?);
    paths.extend(NARROWED.map(str::to_owned));
    paths.push(reader.explained(users).await?);
    for path in paths {
        eprintln!("timing {path} …");
        figures.push(reader.time(&path).await?);
    }
    Ok(figures)
}

/// Pages that say nothing where they are not asked for one thing.
const OF_ONE: [&str; 4] =
    ["/console/users/user", "/console/users/device", "/console/groups/group", "/console/webhooks/webhook"];
/// Lists that are asked for a part.
const NARROWED: [&str; 8] = [
    "/console/overview?range=7d",
    "/console/overview?range=30d",
    "/console/deliveries?vendor=vivo&state=rejected",
    "/console/deliveries?class=marketing&vendor=oppo",
    "/console/deliveries?reason=read_before_send",
    "/console/dead-letters?vendor=huawei",
    "/console/users?q=member-9",
    "/console/groups?by=name&q=a",
];

fn alone() -> Vec<String> {
    let of_list = console_pages().into_iter().filter(|page| {
        page.method == Method::GET
            && page.need != Need::Open
            && !page.path.contains('{')
            && !page.path.ends_with("/events")
            && !OF_ONE.contains(&page.path)
    });
    of_list.map(|page| page.path.to_owned()).collect()
}

/// A member of a group is somebody who has been written to.
fn somebody(users: u64) -> Result<Member> {
    populace::member(people::group_member(0, 1, users))
}

fn of_one(users: u64) -> Result<[String; 6]> {
    let Member { user, device, .. } = somebody(users)?;
    let group = people::group_id(0)?;
    Ok([
        format!("/console/explain?by=user&q={user}"),
        format!("/console/users/user?id={user}"),
        format!("/console/users/device?id={}", device.0),
        format!("/console/users?after={user}"),
        format!("/console/groups/group?id={group}"),
        format!("/console/deliveries?user={user}"),
    ])
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

    /// The page that explains one of somebody's pushes.
    async fn explained(&self, users: u64) -> Result<String> {
        let list = self.get(&format!("/console/explain?by=user&q={}", somebody(users)?.user)).await?;
        let list = String::from_utf8(list.to_vec())?;
        let (before, _) = list.split_once("\" data-test=\"found\"").context("somebody has no push")?;
        let (_, link) = before.rsplit_once("href=\"").context("a push has no page")?;
        Ok(link.replace("&#38;", "&"))
    }

    /// Asks for it again and again, once before anything is counted.
    async fn time(&self, path: &str) -> Result<PageFigures> {
        let bytes = self.get(path).await?.len();
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

    async fn get(&self, path: &str) -> Result<Bytes> {
        let request = Request::get(format!("{}{path}", self.base))
            .header(header::COOKIE, &self.cookie)
            .body(Empty::new())?;
        let response = self.client.request(request).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        ensure!(status.is_success(), "{path} answers {status}");
        Ok(bytes)
    }
}
