//! The load: pushes over HTTP/2 on a few connections, from one thread with a runtime of its own.
//!
//! It does as little as it can for each push, because it shares the machine with what it measures.

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    rc::Rc,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use h2::client::SendRequest;
use http::{Method, Request};
use hyper::body::Bytes;
use model::{Clock, Timestamp, Vendor};
use serde::Deserialize;
use tokio::{
    net::TcpStream,
    task::{JoinHandle, LocalSet},
    time::{Instant, sleep, sleep_until},
};
use uuid::Uuid;

use super::brands;
use crate::clock::SystemClock;

/// Connections to the server; each allows 256 streams.
const CONNECTIONS: usize = 4;
/// Room for small frames that wait to be read. The usual room is for 100 of them, and a commit's events come at once.
const SMALL_FRAMES_BYTES: usize = 4 * 1024 * 1024;
/// How long a push that was refused for a full lane waits before it is tried again.
const REFUSED_PAUSE: Duration = Duration::from_millis(2);

/// Where pushes go, and what they look like.
#[derive(Debug, Clone)]
pub(super) struct Aim {
    /// The server.
    pub(super) server: SocketAddr,
    /// A key of the App.
    pub(super) api_key: String,
    /// Whom the push with this number is for.
    pub(super) to: To,
    /// What is shown.
    pub(super) title: &'static str,
    pub(super) text: &'static str,
    pub(super) ext: &'static str,
}

/// Whom pushes are for.
#[derive(Debug, Clone, Copy)]
pub(super) enum To {
    /// The holder of a token in the vendor's own shape.
    Token(u32, Vendor),
    /// A user by name.
    User(fn(u64) -> String),
}

impl To {
    fn render(self, number: u64) -> serde_json::Value {
        match self {
            Self::Token(certificate, vendor) => {
                serde_json::json!({ "certificate": certificate, "token": brands::token(vendor, number) })
            }
            Self::User(name) => serde_json::json!({ "user": name(number) }),
        }
    }
}

/// How pushes follow one another.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rhythm {
    /// So many at a time, each next one when one is accepted.
    AtOnce(usize),
    /// So many a second, whether or not earlier ones are accepted yet.
    PerSecond(f64),
}

/// One push that the server accepted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    /// The message's id.
    pub(super) message: Uuid,
    /// When it was due to be sent.
    pub(super) at: Timestamp,
    /// From then until it was accepted.
    pub(super) accepted_after: Duration,
}

/// What a salvo of pushes came to.
#[derive(Debug, Default)]
pub(super) struct Salvo {
    /// The accepted ones.
    pub(super) sent: Vec<Sent>,
    /// How often the server said that the lane is full; each of those was repeated.
    pub(super) refused: u64,
}

#[derive(Deserialize)]
struct Accepted {
    message: Uuid,
}

/// Sends pushes number `first` up to `first + count`, and returns when all are accepted. Blocks its thread.
pub(super) fn fire(aim: &Aim, first: u64, count: u64, rhythm: Rhythm) -> Result<Salvo> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = LocalSet::new();
    local.block_on(&runtime, async {
        let mut lines = Vec::new();
        for _ in 0..CONNECTIONS {
            lines.push(Line::open(aim.clone()).await?);
        }
        let magazine =
            Rc::new(Magazine { next: Cell::new(first), end: first + count, ..Magazine::default() });
        let shots = match rhythm {
            Rhythm::AtOnce(most) => at_once(&lines, &magazine, most),
            Rhythm::PerSecond(rate) => per_second(&lines, &magazine, rate).await,
        };
        for shot in shots {
            shot.await??;
        }
        Ok(magazine.salvo.take())
    })
}

/// Which push is next, and what became of the others.
#[derive(Default)]
struct Magazine {
    next: Cell<u64>,
    end: u64,
    salvo: RefCell<Salvo>,
}

impl Magazine {
    fn take(&self) -> Option<u64> {
        let number = self.next.get();
        self.next.set(number + 1);
        (number < self.end).then_some(number)
    }
}

type Shot = JoinHandle<Result<()>>;

fn at_once(lines: &[Line], magazine: &Rc<Magazine>, most: usize) -> Vec<Shot> {
    let worker = |line: &Line| {
        let (line, magazine) = (line.clone(), Rc::clone(magazine));
        tokio::task::spawn_local(async move {
            while let Some(number) = magazine.take() {
                line.push(number, Instant::now(), &magazine.salvo).await?;
            }
            Ok(())
        })
    };
    lines.iter().cycle().take(most).map(worker).collect()
}

/// A push's time runs from when it was due, so that a server that falls behind does not look faster than it is.
async fn per_second(lines: &[Line], magazine: &Rc<Magazine>, rate: f64) -> Vec<Shot> {
    let (start, mut shots) = (Instant::now(), Vec::new());
    let mut lines = lines.iter().cycle();
    while let (Some(number), Some(line)) = (magazine.take(), lines.next()) {
        let due = start + Duration::from_secs_f64(shots.len() as f64 / rate);
        if due > Instant::now() {
            sleep_until(due).await;
        }
        let (line, magazine) = (line.clone(), Rc::clone(magazine));
        shots.push(tokio::task::spawn_local(async move { line.push(number, due, &magazine.salvo).await }));
    }
    shots
}

/// An HTTP/2 connection to the server.
#[derive(Clone)]
pub(super) struct Line {
    sender: SendRequest<Bytes>,
    aim: Rc<Aim>,
    authorization: Rc<str>,
}

impl Line {
    pub(super) async fn open(aim: Aim) -> Result<Self> {
        let stream = TcpStream::connect(aim.server).await.context("the server does not listen")?;
        stream.set_nodelay(true)?;
        let (sender, connection) =
            h2::client::Builder::new().data_frame_budget(SMALL_FRAMES_BYTES).handshake(stream).await?;
        tokio::task::spawn_local(async move {
            // Its end shows in the requests on it.
            let _ = connection.await;
        });
        let authorization = format!("Bearer {}", aim.api_key).into();
        Ok(Self { sender, aim: Rc::new(aim), authorization })
    }

    /// Sends one push until it is accepted.
    async fn push(&self, number: u64, due: Instant, salvo: &RefCell<Salvo>) -> Result<()> {
        // The wall clock at the moment it was due: results carry the server's.
        let late = i64::try_from(due.elapsed().as_millis()).unwrap_or_default();
        let at = SystemClock.now().plus_ms(-late);
        let body = Bytes::from(self.render(number));
        loop {
            match self.post(body.clone()).await? {
                Some(message) => {
                    let accepted_after = due.elapsed();
                    salvo.borrow_mut().sent.push(Sent { message, at, accepted_after });
                    return Ok(());
                }
                None => salvo.borrow_mut().refused += 1,
            }
            sleep(REFUSED_PAUSE).await;
        }
    }

    /// Sends one push and gives its message's id; `None` where its lane is full.
    pub(super) async fn post(&self, body: Bytes) -> Result<Option<Uuid>> {
        let mut answer = self.request(Method::POST, "/v1/pushes", Some(body)).await?;
        let status = answer.status();
        let mut text = Vec::new();
        while let Some(piece) = answer.body_mut().data().await {
            let piece = piece?;
            let _ = answer.body_mut().flow_control().release_capacity(piece.len());
            text.extend_from_slice(&piece);
        }
        match status.as_u16() {
            201 => Ok(Some(serde_json::from_slice::<Accepted>(&text)?.message)),
            503 => Ok(None),
            status => bail!("a push was answered with {status}: {}", String::from_utf8_lossy(&text)),
        }
    }

    pub(super) async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<Bytes>,
    ) -> Result<http::Response<h2::RecvStream>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.aim.server))
            .header("authorization", &*self.authorization)
            .header("content-type", "application/json")
            .body(())?;
        let mut sender = self.sender.clone().ready().await?;
        let (response, mut stream) = sender.send_request(request, body.is_none())?;
        if let Some(body) = body {
            stream.send_data(body, true)?;
        }
        response.await.map_err(|error| anyhow!("the server gave no answer: {error}"))
    }

    /// The body of the push with this number.
    pub(super) fn render(&self, number: u64) -> Vec<u8> {
        let Aim { to, title, text, ext, .. } = &*self.aim;
        serde_json::json!({
            "to": to.render(number),
            "push": { "title": title, "body": text, "ext": ext },
        })
        .to_string()
        .into_bytes()
    }
}
