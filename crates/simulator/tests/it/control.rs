//! The control API: phones, faults, state, news, and who may call it.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};

use crate::support::{World, tls};

/// Long enough for a host of this machine to prove itself.
const STRANGERS_TURN: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_phone_is_made_switched_and_taken_away() {
    let world = World::start().await;
    let new = json!({"name": "mi-14", "brand": "xiaomi"});
    let (status, phone) = world.control(Method::POST, "/phones", Some(new.clone())).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&phone["vendor"], &phone["app"], &phone["token"]),
        (&json!("xiaomi"), &json!("com.example.im"), &Value::Null)
    );
    assert_eq!(world.control(Method::POST, "/phones", Some(new)).await.0, 422);
    for (action, field, value) in [
        ("lock", "locked", json!(true)),
        ("unlock", "locked", json!(false)),
        ("network-off", "network", json!(false)),
        ("network-on", "network", json!(true)),
        ("notifications-off", "notifications", json!(false)),
        ("notifications-on", "notifications", json!(true)),
        ("new-token", "token_alive", json!(true)),
        ("invalidate-token", "token_alive", json!(false)),
    ] {
        let (status, phone) = world.control(Method::POST, &format!("/phones/mi-14/{action}"), None).await;
        assert_eq!((status, &phone[field]), (200, &value), "{action}");
    }
    assert_eq!(world.control(Method::POST, "/phones/mi-14/explode", None).await.0, 422);
    assert_eq!(world.control(Method::POST, "/phones/mi-14/tap", None).await.0, 422);
    assert_eq!(world.control(Method::DELETE, "/phones/mi-14", None).await.0, 204);
    assert_eq!(world.control(Method::GET, "/phones/mi-14", None).await.0, 404);
}

#[tokio::test]
async fn nothing_is_answered_without_the_key() {
    let world = World::start().await;
    for key in ["", "wrong", &"0".repeat(64)] {
        for path in ["/state", "/phones", "/nothing", "/ca.pem"] {
            let (status, problem) = world.control_with(Method::GET, path, None, key).await;
            assert_eq!((status, &problem["code"]), (401, &json!("unauthenticated")), "{path}");
        }
    }
}

#[tokio::test]
async fn faults_are_set_shown_and_ended() {
    let world = World::start().await;
    let path = "/faults/api.push.apple.com";
    let plan = json!({"fail": {"times": 3, "code": "TooManyRequests"}, "latency_ms": 5});
    assert_eq!(world.control(Method::POST, path, Some(plan)).await.0, 200);
    let (_, state) = world.control(Method::GET, "/state", None).await;
    let host =
        state["hosts"].as_array().unwrap().iter().find(|host| host["name"] == "api.push.apple.com").unwrap();
    assert_eq!((&host["faults"]["fail"]["times"], &host["faults"]["latency_ms"]), (&json!(3), &json!(5)));
    for wrong in [
        json!({"fail": {"times": 1, "code": "200002"}}),
        json!({"latency_ms": 600_001}),
        json!({"no_such_fault": true}),
        json!("text"),
    ] {
        let (status, _) = world.control(Method::POST, path, Some(wrong.clone())).await;
        assert!(status == 422 || status == 400, "{wrong}");
    }
    assert_eq!(world.control(Method::POST, "/faults/nowhere", Some(json!({}))).await.0, 422);
    assert_eq!(world.control(Method::POST, "/reset", None).await.0, 204);
    let (_, hosts) = world.control(Method::GET, "/hosts", None).await;
    assert!(hosts.as_array().unwrap().iter().all(|host| host["faults"]["fail"].is_null()));
}

#[tokio::test]
async fn garbage_is_told_as_a_problem_and_changes_nothing() {
    let world = World::start().await;
    let bodies = [
        json!({"name": "Mi 14", "brand": "xiaomi"}),
        json!({"name": "", "brand": "xiaomi"}),
        json!({"name": "a".repeat(33), "brand": "xiaomi"}),
        json!({"name": "n", "brand": "nokia"}),
        json!({"name": "n", "brand": "xiaomi", "more": 1}),
        json!([]),
        json!({"name": "x".repeat(70_000), "brand": "xiaomi"}),
    ];
    for body in bodies {
        let (status, problem) = world.control(Method::POST, "/phones", Some(body)).await;
        assert!([400, 413, 422].contains(&status), "{status}");
        assert!(problem["code"].is_string());
    }
    assert_eq!(world.control(Method::GET, "/phones", None).await.1, json!([]));
}

#[tokio::test]
async fn the_event_stream_says_when_something_changed() {
    let world = World::start().await;
    let mut events = world.events().await;
    assert!(events.next_text().await.contains("event: changed"));
    world.phone("mi-14", "xiaomi");
    assert!(events.next_text().await.contains("event: changed"));
}

#[tokio::test]
async fn after_a_shutdown_its_ports_are_closed() {
    let world = World::start().await;
    let (hosts, ca_pem) = (world.running.hosts(), world.running.ca_pem().to_owned());
    assert!(hosts.len() >= model::Vendor::ALL.len());
    world.running.shutdown().await;
    for (host, address) in hosts {
        let Ok(stream) = TcpStream::connect(address).await else { continue };
        // A port that is free again may be somebody else's by now, who may not even answer.
        let proven = timeout(STRANGERS_TURN, tls(stream, &ca_pem, &host, &[b"h2", b"http/1.1"], None)).await;
        assert!(!matches!(proven, Ok(Ok(_))), "{host} is still served");
    }
}
