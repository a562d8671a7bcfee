//! Senders that go on whatever happens to the server: each repeats a request, with its idempotency key, until it is
//! acknowledged.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Result, bail};
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use model::{Clock, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};
use uuid::Uuid;

use crate::clock::SystemClock;

/// Senders at once.
const SENDERS: u64 = 16;
/// Before a request that was refused or broke off is repeated: shorter than Retry-After says, to keep the pressure up.
const PAUSE: Duration = Duration::from_millis(20);
/// A request to a server that is being killed may never be answered.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// What is sent: path and body of the message with a number.
pub(super) type Letter = Arc<dyn Fn(u64) -> (&'static str, Value) + Send + Sync>;

/// Where requests go.
#[derive(Debug, Clone)]
pub(super) struct Door {
    /// Base URL of the server; it stays the same over restarts.
    pub(super) url: String,
    pub(super) api_key: String,
}

/// One message that the server acknowledged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    pub(super) message: Uuid,
    /// When it was due to be sent.
    pub(super) at: Timestamp,
}

/// What a load came to.
#[derive(Debug, Default)]
pub(super) struct Acknowledged {
    pub(super) sent: Vec<Sent>,
    /// How many of them the server had stored before, with the acknowledgement lost.
    pub(super) repeated: usize,
    /// Answers that refused with 429 or 503.
    pub(super) refused: u64,
    /// Those of them that did not say when to come again.
    pub(super) without_retry_after: u64,
}

impl Acknowledged {
    pub(super) fn add(&mut self, other: Self) {
        self.sent.extend(other.sent);
        self.repeated += other.repeated;
        self.refused += other.refused;
        self.without_retry_after += other.without_retry_after;
    }
}

/// Senders at work.
pub(super) struct Load {
    senders: JoinSet<Result<Acknowledged>>,
    shared: Arc<Shared>,
}

struct Shared {
    door: Door,
    letter: Letter,
    /// Stands in every idempotency key of this load.
    name: String,
    going: AtomicBool,
    /// Refusals so far.
    refused: AtomicU64,
    /// Between two messages of one sender; zero: the next as soon as one is acknowledged.
    every: Duration,
}

impl Load {
    /// So many messages a second, whether or not the server keeps up; `None`: as many as go.
    pub(super) fn start(door: &Door, letter: Letter, per_s: Option<f64>) -> Self {
        let every = per_s.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(SENDERS as f64 / rate));
        let shared = Arc::new(Shared {
            door: door.clone(),
            letter,
            name: Uuid::new_v4().simple().to_string(),
            going: AtomicBool::new(true),
            refused: AtomicU64::new(0),
            every,
        });
        let mut senders = JoinSet::new();
        for number in 0..SENDERS {
            senders.spawn(send_on(number, Arc::clone(&shared)));
        }
        Self { senders, shared }
    }

    /// How often the server has refused so far.
    pub(super) fn refused(&self) -> u64 {
        self.shared.refused.load(Ordering::SeqCst)
    }

    /// Lets every sender finish its request.
    pub(super) async fn end(mut self) -> Result<Acknowledged> {
        self.shared.going.store(false, Ordering::SeqCst);
        let mut all = Acknowledged::default();
        while let Some(sender) = self.senders.join_next().await {
            all.add(sender??);
        }
        Ok(all)
    }
}

type HttpClient = Client<HttpConnector, Full<Bytes>>;

async fn send_on(sender: u64, shared: Arc<Shared>) -> Result<Acknowledged> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let mut acknowledged = Acknowledged::default();
    let mut due = Instant::now() + shared.every.mul_f64(sender as f64 / SENDERS as f64);
    for turn in 0.. {
        sleep_until(due).await;
        if !shared.going.load(Ordering::SeqCst) {
            break;
        }
        let number = turn * SENDERS + sender;
        send(&client, &shared, number, due, &mut acknowledged).await?;
        due = if shared.every.is_zero() { Instant::now() } else { due + shared.every };
    }
    Ok(acknowledged)
}

async fn send(
    client: &HttpClient,
    shared: &Shared,
    number: u64,
    due: Instant,
    acknowledged: &mut Acknowledged,
) -> Result<()> {
    let (path, body) = (shared.letter)(number);
    let body = Bytes::from(body.to_string());
    // The wall clock at the moment it was due.
    let late = i64::try_from(due.elapsed().as_millis()).unwrap_or_default();
    let at = SystemClock.now().plus_ms(-late);
    loop {
        let request = Request::post(format!("{}{path}", shared.door.url))
            .header("authorization", format!("Bearer {}", shared.door.api_key))
            .header("content-type", "application/json")
            .header("idempotency-key", format!("{}-{number}", shared.name))
            .body(Full::new(body.clone()))?;
        let Some((head, answer)) = ask(client, request).await else {
            sleep(PAUSE).await;
            continue;
        };
        match head.status() {
            StatusCode::CREATED | StatusCode::OK => {
                let message = serde_json::from_slice::<Accepted>(&answer)?.message;
                acknowledged.sent.push(Sent { message, at });
                acknowledged.repeated += usize::from(head.status() == StatusCode::OK);
                return Ok(());
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                acknowledged.refused += 1;
                shared.refused.fetch_add(1, Ordering::SeqCst);
                let says_when = head.headers().contains_key(header::RETRY_AFTER);
                acknowledged.without_retry_after += u64::from(!says_when);
                sleep(PAUSE).await;
            }
            status => bail!("{path} was answered with {status}: {}", String::from_utf8_lossy(&answer)),
        }
    }
}

#[derive(Deserialize)]
struct Accepted {
    message: Uuid,
}

/// Head and body of the answer; `None` where none came whole.
async fn ask(client: &HttpClient, request: Request<Full<Bytes>>) -> Option<(Response<()>, Bytes)> {
    let asked = async {
        let (head, body) = client.request(request).await.ok()?.into_parts();
        let body: Incoming = body;
        Some((Response::from_parts(head, ()), body.collect().await.ok()?.to_bytes()))
    };
    timeout(ANSWER_WITHIN, asked).await.ok().flatten()
}
