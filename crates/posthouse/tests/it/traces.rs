//! Traces reach a collector: the stages of a message's road under its own id, without token or text.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::stage::Stage;

const TEXT: &str = "words that only bo may read";
const REGISTRATION: &str = "a-registration-id-of-xiaomi";

/// What came to a collector on a free port, and the port's base URL.
async fn collector() -> (Arc<Mutex<Vec<u8>>>, &'static str) {
    let came = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&came);
    let take = move |body: Bytes| {
        keep.lock().unwrap().extend_from_slice(&body);
        std::future::ready(())
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).leak();
    let router = Router::new().route("/v1/traces", post(take));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (came, url)
}

fn holds(came: &[u8], needle: &[u8]) -> bool {
    came.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stages_of_a_push_come_to_a_collector_under_its_messages_id() {
    let (came, url) = collector().await;
    let mut stage = Stage::with(vec![("POSTHOUSE__TRACING__OTLP_ENDPOINT", url)].leak()).await;
    let to = json!({ "certificate": stage.ground.xiaomi, "token": REGISTRATION });
    let push = json!({ "to": to, "push": { "body": TEXT } });
    let sent: Value = stage.api().post("/v1/pushes", &push).await.unwrap();
    let accepted = |answer: &Value| answer["deliveries"][0]["state"] == "accepted";
    stage.wait_for(&stage.api(), "/v1/deliveries", accepted).await;
    assert!(stage.terminate().await.success());

    let came = came.lock().unwrap();
    let message: Uuid = sent["message"].as_str().unwrap().parse().unwrap();
    assert!(holds(&came, message.as_bytes()), "the message's id is the trace's");
    for stage in ["accept", "decide", "send", "xiaomi", "posthouse"] {
        assert!(holds(&came, stage.as_bytes()), "{stage} did not come");
    }
    for secret in [TEXT, REGISTRATION] {
        assert!(!holds(&came, secret.as_bytes()), "{secret} came");
    }
}
