//! An App's backend: a small HTTP server that hears webhooks, writes them down, and answers as it is told.

use std::{
    collections::VecDeque,
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpListener, sync::watch, time::timeout};

/// Long enough for the slowest machine; only a test that fails waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// What it was told.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) headers: HeaderMap,
    pub(crate) raw: Bytes,
    pub(crate) body: Value,
}

impl Told {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(crate) fn id(&self) -> i64 {
        self.header("posthouse-event-id").parse().unwrap()
    }
}

/// How it answers one request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Say(u16, String),
    Never,
}

/// The server.
pub(crate) struct Backend {
    pub(crate) url: String,
    /// What it answers, in order; then 200.
    answers: Arc<Mutex<VecDeque<Answer>>>,
    told: watch::Receiver<Vec<Told>>,
}

impl Backend {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let (tell, told) = watch::channel(Vec::new());
        let (tell, answers) = (Arc::new(tell), Arc::<Mutex<VecDeque<Answer>>>::default());
        let next = Arc::clone(&answers);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let (tell, next) = (Arc::clone(&tell), Arc::clone(&next));
                let service = service_fn(move |request| hear(request, Arc::clone(&tell), Arc::clone(&next)));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { url: format!("http://{address}/hook?app=1"), answers, told }
    }

    pub(crate) fn will(&self, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// Waits until it was told so many times.
    pub(crate) async fn told(&self, count: usize) -> Vec<Told> {
        let mut told = self.told.clone();
        let waiting = told.wait_for(|told| told.len() >= count);
        match timeout(PATIENCE, waiting).await {
            Ok(told) => told.unwrap().clone(),
            Err(_) => panic!("told {} times, not {count}", self.so_far().len()),
        }
    }

    pub(crate) fn so_far(&self) -> Vec<Told> {
        self.told.borrow().clone()
    }
}

async fn hear(
    request: Request<Incoming>,
    tell: Arc<watch::Sender<Vec<Told>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    assert_eq!((head.method.as_str(), head.uri.path(), head.uri.query()), ("POST", "/hook", Some("app=1")));
    let raw = body.collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&raw).unwrap();
    let answer = answers.lock().unwrap().pop_front();
    tell.send_modify(|told| told.push(Told { headers: head.headers, raw, body }));
    Ok(match answer {
        None => Response::new(Full::default()),
        Some(Answer::Say(status, body)) => {
            Response::builder().status(status).body(Full::new(Bytes::from(body))).unwrap()
        }
        Some(Answer::Never) => std::future::pending().await,
    })
}
