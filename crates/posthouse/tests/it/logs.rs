//! The log at its most talkative: every line is a JSON object, and none holds a token, a text or a key.

use serde_json::{Value, json};

use crate::stage::Stage;

const TITLE: &str = "a title for nobody's log";
const TEXT: &str = "words that only bo may read";
const EXT: &str = "ext that only the app reads";
const REGISTRATION: &str = "a-registration-id-of-xiaomi";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_line_of_the_log_holds_a_token_a_text_or_a_key_and_every_line_is_json() {
    let mut stage = Stage::with(&[("POSTHOUSE__LOG__LEVEL", "trace")]).await;
    let apns_token = format!("{:064x}", 0xfeed_beef_u32);
    stage.register_device(&apns_token).await;
    stage.killed_phone("xiaomi", "bo").await;
    let push = json!({ "title": TITLE, "body": TEXT, "ext": EXT });
    for to in [
        json!({ "certificate": stage.ground.xiaomi, "token": REGISTRATION }),
        json!({ "certificate": stage.ground.apns, "token": apns_token }),
    ] {
        stage.api().post::<Value>("/v1/pushes", &json!({ "to": to, "push": push })).await.unwrap();
    }
    let body = json!({ "type": "text", "text": TEXT });
    let message = json!({ "from": "zhou", "to": "bo", "body": body, "push": push });
    stage.api().post::<Value>("/v1/messages", &message).await.unwrap();
    let all_ended = |answer: &Value| {
        let rows = answer["deliveries"].as_array().unwrap();
        rows.iter().filter(|row| row["state"] == "accepted").count() == 3
    };
    stage.wait_for(&stage.api(), "/v1/deliveries", all_ended).await;
    assert!(stage.terminate().await.success());

    let log = stage.server().log();
    assert!(log.contains("posthouse::road"), "the road was not logged, so nothing was tested");
    for line in log.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object()), "{line}");
    }
    for secret in [TITLE, TEXT, EXT, REGISTRATION, &apns_token, &stage.ground.api_key] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}
