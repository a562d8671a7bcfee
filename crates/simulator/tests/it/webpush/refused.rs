//! What a push service refuses, and in which words.

use http::Method;
use serde_json::{Value, json};

use super::{
    APPLE, BROWSERS, GOOGLE, MOZILLA, NTFY, WINDOWS, clear,
    sender::{self, Claims, Sender, Subscription},
};
use crate::support::{PACKAGE, START, World};

#[tokio::test]
async fn an_empty_probe_of_an_unknown_endpoint_is_answered_in_mozilla_s_json() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    for path in ["/wpush/v2/probe", "/wpush/v1/probe", "/wpush/v9/probe"] {
        let answer = sender.bare(MOZILLA, Method::POST, path, &[]).await;
        assert_eq!(answer.status(), 404);
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(
            (&body["code"], &body["errno"], &body["error"]),
            (&json!(404), &json!(102), &json!("Not Found"))
        );
        assert!(body["message"].is_string() && body["more_info"].is_string());
    }
    assert_eq!(sender.bare(MOZILLA, Method::GET, "/wpush/v2/x", &[]).await.status(), 405);
    let discovery = sender.bare(NTFY, Method::GET, "/upAbCdEfGhIjKl?up=1", &[]).await;
    assert_eq!(discovery.body().as_ref(), b"{\"unifiedpush\":{\"version\":1}}\n");
}

#[tokio::test]
async fn a_sender_is_refused_for_each_fault_of_its_token() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    let other = Sender::with_another_key(&world);
    let now_s = START.secs();
    let day = 24 * 3600;
    for (browser, host) in &BROWSERS[..4] {
        let (_, subscription) = sender.subscriber(browser, browser);
        let claims = subscription.claims(now_s);
        let refused = async |authorization: Option<String>| {
            let answer = sender.push_as(&subscription, authorization).await;
            sender::code(host, &answer)
        };
        let signed = |claims: &Claims| Some(sender.authorization(claims));
        let faulty = match *host {
            MOZILLA => (401, "109".to_owned()),
            GOOGLE => (403, String::new()),
            APPLE => (403, "BadJwtToken".to_owned()),
            _ => (401, String::new()),
        };
        let unreadable = if *host == APPLE { 403 } else { 401 };
        assert_eq!(refused(None).await.0, unreadable, "{host}");
        let (status, code) = refused(signed(&claims).map(|header| header.replace("vapid ", "Bearer "))).await;
        assert_eq!(status, unreadable, "{host}");
        assert!(*host != APPLE || code == "BadAuthorizationHeader");
        for wrong in [
            Claims { exp: json!(now_s), ..claims.clone() },
            Claims { exp: json!(now_s + day + 1), ..claims.clone() },
            Claims { exp: json!((now_s + 60).to_string()), ..claims.clone() },
            Claims { aud: format!("https://{host}/"), ..claims.clone() },
            Claims { sub: None, ..claims.clone() },
            Claims { sub: Some("ops@im.example".to_owned()), ..claims.clone() },
        ] {
            assert_eq!(refused(signed(&wrong)).await, faulty, "{host} {wrong:?}");
        }
        let (mine, theirs) = (sender.authorization(&claims), other.authorization(&claims));
        let forged =
            format!("{}, k={}", mine.split(", k=").next().unwrap(), theirs.split(", k=").nth(1).unwrap());
        assert_eq!(refused(Some(forged)).await, faulty, "{host}: signed by another key than it names");
        let mismatch = match *host {
            MOZILLA => (401, "109".to_owned()),
            APPLE => (400, "VapidPkHashMismatch".to_owned()),
            _ => (403, String::new()),
        };
        assert_eq!(refused(Some(theirs)).await, mismatch, "{host}");
        let edge = Claims { exp: json!(now_s + day), ..claims.clone() };
        assert_eq!(refused(signed(&edge)).await.0, 201, "{host}");
    }
}

#[tokio::test]
async fn a_token_expires_by_the_clock_and_on_demand() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    let (_, subscription) = sender.subscriber("firefox", "firefox");
    let header =
        sender.authorization(&Claims { exp: json!(START.secs() + 10), ..subscription.claims(START.secs()) });
    assert_eq!(sender.push_as(&subscription, Some(header.clone())).await.status(), 201);
    world.running.world().advance_clock(10_000);
    assert_eq!(sender.push_as(&subscription, Some(header)).await.status(), 401);
    let fresh = sender.authorization(&subscription.claims(START.secs() + 10));
    assert_eq!(sender.push_as(&subscription, Some(fresh.clone())).await.status(), 201);
    world.running.world().expire_auth(MOZILLA).unwrap();
    assert_eq!(sender.push_as(&subscription, Some(fresh)).await.status(), 401);
    assert_eq!(sender.push(&subscription, &clear()).await.status(), 201, "a new token is taken");
}

#[tokio::test]
async fn a_subscription_stays_bound_to_the_key_it_was_made_with() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    let (old_phone, old) = sender.subscriber("old", "firefox");
    let rotated = Sender::enrolled(&world);
    let (_, new) = rotated.subscriber("new", "firefox");
    assert_eq!(rotated.push(&old, &clear()).await.status(), 401);
    assert_eq!(sender.push(&old, &clear()).await.status(), 201);
    assert_eq!(rotated.push(&new, &clear()).await.status(), 201);
    assert_eq!(sender.push(&new, &clear()).await.status(), 401);
    assert_eq!(old_phone.shade().len(), 1);
}

#[tokio::test]
async fn endpoints_without_a_key_need_no_token_and_refuse_a_wrong_one() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    for (name, browser, taken) in [("a", "firefox_without_key", 201), ("b", "unifiedpush", 200)] {
        let (phone, subscription) = sender.subscriber(name, browser);
        assert_eq!(sender.push_as(&subscription, None).await.status(), taken);
        assert_eq!(phone.shade().len(), 1);
        let wrong =
            Claims { aud: "https://push.example.net".to_owned(), ..subscription.claims(START.secs()) };
        assert_eq!(sender.push_as(&subscription, Some(sender.authorization(&wrong))).await.status(), 401);
    }
}

#[tokio::test]
async fn headers_are_refused_one_step_over_their_limit() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    let (_, mozilla) = sender.subscriber("firefox", "firefox");
    let (_, apple) = sender.subscriber("safari", "safari");
    let topic = "t".repeat(32);
    let long = "t".repeat(33);
    for (header, value, errno, reason) in [
        ("ttl", None, "111", "BadTtl"),
        ("ttl", Some("soon"), "111", "BadTtl"),
        ("ttl", Some("-1"), "114", "BadTtl"),
        ("urgency", Some("urgent"), "bad_urgency", "BadUrgency"),
        ("urgency", Some("high,low"), "bad_urgency", "BadUrgency"),
        ("topic", Some(long.as_str()), "113", "BadWebPushTopic"),
        ("topic", Some("a.b"), "113", "BadWebPushTopic"),
        ("content-encoding", None, "110", "BadWebPushRequest"),
        ("content-encoding", Some("aesgcm"), "110", "BadWebPushRequest"),
    ] {
        for (subscription, host, code) in [(&mozilla, MOZILLA, errno), (&apple, APPLE, reason)] {
            let answer = sender.push_with(subscription, &clear(), &[(header, value)]).await;
            assert_eq!(answer.status(), 400, "{host} {header}: {value:?}");
            let found = sender::code(host, &answer).1;
            assert!(found == code || code == "bad_urgency" && found == "null", "{host} {header}: {found}");
        }
    }
    for (header, value) in [("topic", topic.as_str()), ("urgency", "very-low"), ("ttl", "0")] {
        let answer = sender.push_with(&mozilla, &clear(), &[(header, Some(value))]).await;
        assert_eq!(answer.status(), 201, "{header}");
    }
    let answer = sender.push_with(&mozilla, &clear(), &[("ttl", Some("99999999"))]).await;
    assert_eq!(answer.headers()["ttl"], (30 * 24 * 3600).to_string());
}

#[tokio::test]
async fn bodies_are_refused_one_byte_over_what_the_service_takes() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    for (browser, host) in BROWSERS {
        let (_, subscription) = sender.subscriber(browser, browser);
        let limit = if host == WINDOWS { 5000 } else { 4096 };
        let padded = |length| subscription.seal_padded(&clear(), length);
        let taken = sender.push_bytes(&subscription, padded(limit)).await;
        assert!(taken.status().is_success(), "{host}: {}", taken.status());
        let refused = sender.push_bytes(&subscription, padded(limit + 1)).await;
        assert_eq!(refused.status(), 413, "{host}");
    }
    let (_, subscription) = sender.subscriber("bridge", "firefox");
    let limit = json!({ "body_max_bytes": 300 });
    world.running.set_rights(model::Vendor::Webpush, PACKAGE, &limit).unwrap();
    let body = |length| subscription.seal_padded(&json!({}), length);
    assert_eq!(sender.push_bytes(&subscription, body(300)).await.status(), 201);
    assert_eq!(sender.push_bytes(&subscription, body(301)).await.status(), 413);
}

#[tokio::test]
async fn special_endpoints_do_as_they_are_named() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    for (url, status) in [
        (format!("https://{MOZILLA}/wpush/v2/FAULT/gone/1"), 410),
        (format!("https://{MOZILLA}/wpush/v2/FAULT/109/1"), 401),
        (format!("https://{APPLE}/FAULT/VapidPkHashMismatch/1"), 400),
        (format!("https://{WINDOWS}/w/?token=FAULT/too_many/1"), 406),
        (format!("https://{NTFY}/FAULT/50701/1?up=1"), 507),
        (format!("https://{GOOGLE}/fcm/send/FAULT/http:502/1"), 502),
        (format!("https://{GOOGLE}/wp/FAULT/html/1"), 502),
        (format!("https://{MOZILLA}/wpush/v2/FAULT/redirect/1"), 307),
        (format!("https://{MOZILLA}/wpush/v2/FAULT/sink/1"), 201),
        (format!("https://{NTFY}/FAULT/sink/1?up=1"), 200),
    ] {
        let subscription = Subscription::somewhere(&url);
        assert_eq!(sender.push(&subscription, &clear()).await.status(), status, "{url}");
    }
    let cut = Subscription::somewhere(&format!("https://{MOZILLA}/wpush/v2/FAULT/cut/1"));
    assert!(sender.try_push(&cut, &clear()).await.is_none());
    let sink = Subscription::somewhere(&format!("https://{MOZILLA}/wpush/v2/FAULT/sink/1"));
    assert_eq!(sender.push_as(&sink, None).await.status(), 401, "also what leads nowhere must be signed for");
}
