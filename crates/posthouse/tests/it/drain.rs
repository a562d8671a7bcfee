//! SIGTERM under load: the server ends by itself, nothing that was acknowledged is lost, nothing is sent twice, and
//! phones come back to the next one.

use std::{collections::HashMap, sync::Arc, time::Duration};

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{
    load::Load,
    server::PATIENCE,
    settled::{receivers, settle},
    stage::{LOOK_EVERY, Stage},
};

const RESTARTS: u32 = 3;
/// Load between two restarts.
const LOADED: Duration = Duration::from_millis(400);

#[derive(Deserialize)]
struct Count {
    accepted: u64,
    distinct: u64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_asked_to_end_loses_nothing_sends_nothing_twice_and_its_phones_come_back() {
    let mut stage = Stage::new().await;
    let receivers = Arc::new(receivers(&stage).await);
    stage.online_phone("apple", "cleo").await;
    let place = stage.url();
    let load = Load::start(&receivers, &stage.watch_url());
    for _ in 0..RESTARTS {
        sleep(LOADED).await;
        let ended = stage.terminate().await;
        assert!(ended.success(), "the server ended with {ended}");
        stage.restart_in_place(&place).await;
    }
    let acknowledged = load.end().await;
    assert!(!acknowledged.messages.is_empty(), "nothing was sent");
    let left = settle(&stage.api(), &acknowledged.messages).await;
    assert!(left.is_empty(), "{} of {} have no end", left.len(), acknowledged.messages.len());
    let tally: HashMap<String, Count> = stage.control().get("/tally").await.unwrap();
    let again: u64 = tally.values().map(|count| count.accepted - count.distinct).sum();
    assert_eq!(again, 0, "pushes that a vendor got twice, of {}", acknowledged.messages.len());

    // The phone was told to come back, does so by itself, and gets what is sent.
    let message = json!({ "from": "zhou", "to": "cleo", "body": { "type": "text", "text": "back?" } });
    stage.api().post::<Value>("/v1/messages", &message).await.unwrap();
    let came_back =
        |phone: &Value| phone["connection"] == "live" && phone["inbox"].to_string().contains("back?");
    stage.wait_for(&stage.control(), "/handsets/cleo", came_back).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_signal_ends_the_server_at_once_though_a_request_hangs() {
    let mut stage = Stage::new().await;
    let address = stage.url().replace("http://", "");
    let mut hanging = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-length: 10\r\n\r\n",
        stage.ground.api_key
    );
    hanging.write_all(head.as_bytes()).await.unwrap();
    // An answer to a later request means that the hanging one was read.
    stage.api().get::<Value>("/v1/app").await.unwrap();
    stage.server().ask_to_end();
    let closed = async {
        while TcpStream::connect(&address).await.is_ok() {
            sleep(LOOK_EVERY).await;
        }
    };
    timeout(PATIENCE, closed).await.expect("no more is taken in");
    stage.server().ask_to_end();
    let ended = stage.server().ended().await;
    drop(hanging);
    assert!(ended.success(), "the server ended with {ended}");
}
