//! An App's backend: a small HTTP server that hears what webhooks tell and always answers the same.

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};

use crate::house::PATIENCE;

pub(crate) struct Backend {
    url: String,
    heard: mpsc::UnboundedReceiver<Told>,
}

/// What a webhook told.
#[derive(Debug)]
pub(crate) struct Told {
    head: String,
    pub(crate) json: Value,
}

impl Told {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }
}

impl Backend {
    pub(crate) async fn answering(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/told", listener.local_addr().unwrap());
        let (tell, heard) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answer, tell.clone()));
            }
        });
        Self { url, heard }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The next that was told.
    pub(crate) async fn told(&mut self) -> Told {
        timeout(PATIENCE, self.heard.recv()).await.expect("something is told").unwrap()
    }
}

/// One request after another, until the other end closes.
async fn serve(mut stream: TcpStream, answer: &'static str, tell: mpsc::UnboundedSender<Told>) {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((told, used)) = request(&read) {
            read.drain(..used);
            let _ = tell.send(told);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
            let reply = format!("{head}{}\r\n\r\n{answer}", answer.len());
            if stream.write_all(reply.as_bytes()).await.is_err() {
                return;
            }
            continue;
        }
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => read.extend_from_slice(&buffer[..count]),
            _ => return,
        }
    }
}

/// A whole request at the beginning of what was read, with how long it is.
fn request(read: &[u8]) -> Option<(Told, usize)> {
    let end = read.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let mut told = Told { head: String::from_utf8(read[..end].to_vec()).unwrap(), json: Value::Null };
    let length: usize = told.header("content-length").map_or(0, |length| length.parse().unwrap());
    let body = read.get(end..end + length)?;
    told.json = serde_json::from_slice(body).unwrap();
    Some((told, end + length))
}
