//! HTTP/2 on the front, spoken with a client that sees its frames.

use bytes::Bytes;
use futures_util::future::join_all;
use h2::client::{self, SendRequest};
use http::{Method, Request, Response};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
};

use crate::house::House;

/// A connection, and how it ends.
struct Line {
    sender: SendRequest<Bytes>,
    ended: JoinHandle<Result<(), h2::Error>>,
}

impl Line {
    async fn to(house: &House) -> Self {
        let stream = TcpStream::connect(house.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (sender, connection) = client::handshake(stream).await.unwrap();
        Self { sender, ended: tokio::spawn(connection) }
    }

    async fn begin(
        &self,
        house: &House,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Response<h2::RecvStream> {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", house.address))
            .header("authorization", format!("Bearer {}", house.key))
            .body(())
            .unwrap();
        let mut sender = self.sender.clone().ready().await.unwrap();
        let (response, mut stream) = sender.send_request(request, body.is_empty()).unwrap();
        if !body.is_empty() {
            stream.send_data(body, true).unwrap();
        }
        response.await.unwrap()
    }

    async fn call(&self, house: &House, method: Method, path: &str, body: impl Into<Bytes>) -> (u16, String) {
        let mut response = self.begin(house, method, path, body.into()).await;
        let mut text = Vec::new();
        // A server that has answered before it read the whole request may end the stream with a reset (RFC 9113, 8.1).
        while let Some(Ok(piece)) = response.body_mut().data().await {
            response.body_mut().flow_control().release_capacity(piece.len()).unwrap();
            text.extend_from_slice(&piece);
        }
        (response.status().as_u16(), String::from_utf8(text).unwrap())
    }
}

#[tokio::test]
async fn every_answer_has_its_date() {
    let house = House::new().await;
    let line = Line::to(&house).await;
    let response = line.begin(&house, Method::GET, "/v1/users/nobody", Bytes::new()).await;
    let date = response.headers()["date"].to_str().unwrap();
    assert!(date.len() == 29 && date.ends_with(" GMT"), "{date}");
}

#[tokio::test]
async fn many_requests_on_one_connection_get_each_its_own_answer() {
    let house = House::new().await;
    let line = Line::to(&house).await;
    let one = |number: usize| {
        let (line, house) = (&line, &house);
        async move {
            let name = format!("user-{number}");
            let answer = line.call(house, Method::POST, "/v1/users", json!({ "id": name }).to_string()).await;
            let user: Value = serde_json::from_str(&answer.1).unwrap();
            assert_eq!((answer.0, user["id"].as_str()), (201, Some(name.as_str())));
            let path = format!("/v1/users/{name}");
            assert_eq!(line.call(house, Method::GET, &path, "").await.0, 200, "a path with a parameter");
        }
    };
    join_all((0..200).map(one)).await;
}

#[tokio::test]
async fn an_answer_larger_than_the_window_arrives_whole() {
    let house = House::new().await;
    let line = Line::to(&house).await;
    let plain = house.raw(Method::GET, "/v1/openapi.json", &[], "").await;
    assert!(plain.text.len() > 65_535);
    let (status, text) = line.call(&house, Method::GET, "/v1/openapi.json", "").await;
    assert_eq!((status, text == plain.text), (200, true));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_the_connection_goes_on() {
    let house = House::new().await;
    let line = Line::to(&house).await;
    for _ in 0..4 {
        let (status, _) = line.call(&house, Method::POST, "/v1/users", vec![b' '; 200_000]).await;
        assert_eq!(status, 413);
    }
    assert_eq!(line.call(&house, Method::GET, "/health", "").await.0, 200);
}

#[tokio::test]
async fn a_client_that_hears_no_more_of_a_stream_keeps_its_connection() {
    let house = House::new().await;
    let line = Line::to(&house).await;
    let mut events = line.begin(&house, Method::GET, "/v1/events", Bytes::new()).await;
    assert_eq!(events.status(), 200);
    assert_eq!(line.call(&house, Method::POST, "/v1/users", r#"{"id":"bo"}"#).await.0, 201);
    let group = r#"{"id":"club","name":"Club","owner":"bo"}"#;
    assert_eq!(line.call(&house, Method::POST, "/v1/groups", group).await.0, 201);
    loop {
        let piece = events.body_mut().data().await.unwrap().unwrap();
        if piece.starts_with(b"event:") {
            break;
        }
        assert!(piece.starts_with(b":"), "nothing but signs of life before: {piece:?}");
    }
    drop(events);
    assert_eq!(line.call(&house, Method::GET, "/v1/users/bo", "").await.0, 200);
}

#[tokio::test]
async fn a_server_that_goes_down_says_goodbye() {
    let house = House::new().await;
    let line = Line::to(&house).await;
    assert_eq!(line.call(&house, Method::GET, "/health", "").await.0, 200);
    house.shutdown().await;
    let Line { sender, ended } = line;
    assert!(sender.ready().await.is_err());
    assert!(ended.await.unwrap().is_ok());
}

#[tokio::test]
async fn a_preface_that_comes_in_pieces_is_understood() {
    let house = House::new().await;
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for piece in [&b"P"[..], b"RI * HTTP/2.0\r\n", b"\r\nSM\r\n\r\n", &[0, 0, 0, 4, 0, 0, 0, 0, 0]] {
        stream.write_all(piece).await.unwrap();
        stream.flush().await.unwrap();
    }
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(head[3], 4, "its settings come first");
}
