//! Garbage never panics anything and never is the server's fault.

use http::Method;
use serde_json::json;

use crate::{house::House, phone::Phone};

const TEXTS: &[&str] = &[
    "",
    "{",
    "null",
    "[]",
    "0",
    "\"\"",
    "{}",
    r#"{"type":null}"#,
    r#"{"type":"unheard"}"#,
    r#"{"type":"login"}"#,
    r#"{"type":"login","token":1,"device":"x","report":{},"foreground":true}"#,
    r#"{"type":"send"}"#,
    r#"{"type":"send","client_message_id":"","to":"","body":{}}"#,
    r#"{"type":"ack","cursors":[{"conversation":"x","seq":9223372036854775807}]}"#,
    r#"{"type":"ack","cursors":[{"conversation":"p:a:b","seq":-9223372036854775808}]}"#,
    r#"{"type":"sync","heads":[{"conversation":"s:bo","seq":9223372036854775807}]}"#,
    r#"{"type":"presence","request":-1,"foreground":"yes"}"#,
    r#"{"type":"bind","request":1,"certificate":4294967295,"token":"\u0000"}"#,
    r#"{"type":"unbind","request":4294967295,"certificate":0}"#,
    r#"{"type":"presence","request":1,"foreground":false,"unread":-1}"#,
    r#"{"type":"report","request":1,"report":{"surprise":1}}"#,
    r#"{"type":"push_switch","request":1,"on":"maybe"}"#,
    r#"{"type":"unregister"}"#,
    r#"{"type":"read","request":1,"cursors":[{"conversation":"p:bo:x","seq":9223372036854775807}]}"#,
    r#"{"type":"recall","request":1,"message":"018f0000-0000-7000-8000-000000000000","push":{"title":1}}"#,
    r#"{"type":"recall","request":1,"message":"018f0000-0000-7000-8000-000000000000"}"#,
    r#"{"type":"group","request":1,"group":"","action":{"do":"show"}}"#,
    r#"{"type":"group","request":1,"group":"g","action":{"do":"reign"}}"#,
    r#"{"type":"group","request":1,"group":"nowhere","action":{"do":"mute_member","user":"x","for_ms":-9223372036854775808}}"#,
    r#"{"type":"call","request":1,"call":"x","action":{"do":"accept"}}"#,
    r#"{"type":"call","request":1,"call":"018f0000-0000-7000-8000-000000000000","action":{"do":"invite","users":[],"rings_ms":9223372036854775807}}"#,
    r#"{"type":"settings","request":1,"settings":{"do_not_disturb":{"from_minute":65535,"to_minute":0,"time_zone":""}}}"#,
    r#"{"type":"mute","request":1,"conversation":"g:nowhere","mute":"all"}"#,
    r#"{"type":"history","request":1,"conversation":"p:bo:x","before":-9223372036854775808,"limit":4294967295}"#,
    r#"{"type":"conversations","request":-1}"#,
];

#[tokio::test]
async fn garbage_in_every_state_of_a_connection_ends_in_an_error_frame_or_a_close() {
    let house = House::new().await;
    for text in TEXTS {
        let mut stranger = Phone::connect(&house).await;
        stranger.send_text(text).await;
        let frame = stranger.next().await;
        assert_eq!(frame["type"], "error", "{text}: {frame}");
        assert_ne!(frame["code"], "internal", "{text}");

        let mut logging_in = Phone::connect(&house).await;
        let login = logging_in.login(&house.token("cy"));
        logging_in.send(&login).await;
        logging_in.send_text(text).await;
        assert_ne!(logging_in.next().await["code"], "internal", "{text}");

        let mut bo = Phone::online(&house, "bo").await;
        bo.send_text(text).await;
        bo.send_binary().await;
        bo.send(&json!({ "type": "ping" })).await;
        loop {
            let frame = bo.next().await;
            assert_ne!(frame["code"], "internal", "{text}");
            if frame["type"] == "pong" {
                break;
            }
        }
    }
    let mut alive = Phone::online(&house, "bo").await;
    alive.message("m1", "ann", "still here").await;
    alive.next_of("sent").await;
}

#[tokio::test]
async fn too_much_garbage_ends_the_connection() {
    let house = House::new().await;
    let mut bo = Phone::online(&house, "bo").await;
    for _ in 0..10 {
        bo.send_text("{").await;
    }
    assert_eq!(bo.closed().await, "garbage");
}

#[tokio::test]
async fn garbage_to_every_endpoint_is_never_the_servers_fault() {
    let house = House::new().await;
    let key = format!("Bearer {}", house.key);
    let instance = format!("Bearer {}", house.instance_key);
    let fills = [
        "x",
        "0",
        "-1",
        "99999999999999999999",
        "%00",
        "%ff%fe",
        "a%2Fb",
        "018f0000-0000-7000-8000-000000000000",
    ];
    let bodies = [
        "",
        "{",
        "null",
        "[]",
        "{}",
        r#"{"surprise":1}"#,
        "\u{0}",
        r#"{"fields":{"":""},"name":"","vendor":"xiaomi"}"#,
        r#"{"users":["","\u0000"],"caller":"x","rings_ms":-9223372036854775808}"#,
        r#"{"users":["x"],"user":"x","caller":"y","rings_ms":9223372036854775807,"seq":9223372036854775807}"#,
        r#"{"users":["x"]}"#,
        r#"{"user":"x"}"#,
        r#"{"seq":-9223372036854775808}"#,
        r#"{"role":"owner","mute_for_ms":9223372036854775807}"#,
        r#"{"mute_for_ms":-9223372036854775808}"#,
    ];
    for endpoint in server::endpoints() {
        if endpoint.path == "/v1/events" {
            continue;
        }
        let authorization = if endpoint.path == "/v1/apps" { &instance } else { &key };
        for fill in fills {
            let path = filled(&endpoint.path, fill);
            for (nth, body) in bodies.iter().enumerate() {
                let path =
                    if nth % 2 == 0 { path.clone() } else { format!("{path}?limit=x&user=&surprise=%00") };
                let headers = [("authorization", authorization.as_str()), ("idempotency-key", " \t ")];
                let answer = house.raw(endpoint.method.clone(), &path, &headers, *body).await;
                assert!(answer.status.as_u16() < 500, "{} {path} {body}: {}", endpoint.method, answer.text);
            }
        }
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let house = House::new().await;
    let body = json!({ "id": "x".repeat(70 * 1024) });
    assert_eq!(house.post("/v1/users", body).await.refusal(), (413, "too_large".to_owned()));
}

#[tokio::test]
async fn an_unknown_path_and_a_wrong_verb_have_their_codes() {
    let house = House::new().await;
    assert_eq!(house.get("/v2/anything").await.refusal(), (404, "not_found".to_owned()));
    let wrong = house.call(Method::DELETE, "/v1/messages", None).await;
    assert_eq!(wrong.refusal(), (405, "method_not_allowed".to_owned()));
}

pub(crate) fn filled(path: &str, fill: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { fill } else { part }).collect::<Vec<_>>().join("/")
}
