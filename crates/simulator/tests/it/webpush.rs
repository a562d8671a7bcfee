//! Web Push over real sockets: five services, sealed bodies, senders that sign, browsers that show.

mod refused;
mod sender;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use simulator::{Failure, FaultPlan, Opens};

use self::sender::{Sender, Subscription};
use crate::support::{PACKAGE, World};

const MOZILLA: &str = "updates.push.services.mozilla.com";
const GOOGLE: &str = "jmt17.google.com";
const APPLE: &str = "web.push.apple.com";
const WINDOWS: &str = "wns2-par02p.notify.windows.com";
const NTFY: &str = "ntfy.sh";
const BROWSERS: [(&str, &str); 5] =
    [("firefox", MOZILLA), ("chrome", GOOGLE), ("safari", APPLE), ("edge", WINDOWS), ("unifiedpush", NTFY)];

fn clear() -> Value {
    json!({
        "message": "m-1", "class": "chat", "title": "阿明", "body": "你好", "tag": "p:bo:wang",
        "click": { "action": "open_app" }, "ext": "ext content", "payload": "{\"conv\":\"c-1\"}",
    })
}

#[tokio::test]
async fn every_service_takes_a_sealed_push_and_its_browser_shows_what_is_inside() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    for (browser, host) in BROWSERS {
        let (phone, subscription) = sender.subscriber(browser, browser);
        assert_eq!(subscription.host(), host);
        assert!(phone.register_token().unwrap().len() <= 1024);
        let answer = sender.push(&subscription, &clear()).await;
        let expected = if host == NTFY { 200 } else { 201 };
        assert_eq!(answer.status(), expected, "{host}");
        assert_eq!(answer.headers().contains_key("location"), host != NTFY, "{host}");
        let shade = phone.shade();
        assert_eq!((shade[0].title.as_str(), shade[0].body.as_str()), ("阿明", "你好"));
        let tapped = phone.tap(0).unwrap();
        assert_eq!(tapped.opens, Opens::App);
        assert_eq!(tapped.getter, "event.notification.data.ext");
        assert_eq!(tapped.ext.as_deref(), Some("ext content"));
        assert_eq!(tapped.payload.as_deref(), Some("{\"conv\":\"c-1\"}"));
    }
}

#[tokio::test]
async fn the_same_push_goes_over_http2_where_the_service_speaks_it() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    let (phone, subscription) = sender.subscriber("firefox", "firefox");
    let mut connection = world.http2(MOZILLA, None).await;
    let request = sender.request(&subscription).header("content-encoding", "aes128gcm").body(()).unwrap();
    let answer = connection.send(request, &subscription.seal(&clear())).await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_eq!(answer.headers()["ttl"], "60");
    assert_eq!(phone.shade().len(), 1);
    assert!(world.try_connect(WINDOWS, &[b"h2"], None).await.is_err(), "WNS speaks HTTP/1.1 only");
}

#[tokio::test]
async fn each_click_opens_its_place_and_a_web_page_is_handed_nothing() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    let (phone, subscription) = sender.subscriber("firefox", "firefox");
    for (action, target, opens) in [
        ("app_page", "/chat/1", Opens::Page("/chat/1".to_owned())),
        ("web_page", "https://example.com/a", Opens::Web("https://example.com/a".to_owned())),
    ] {
        let mut message = clear();
        message["click"] = json!({ "action": action, "target": target });
        sender.push(&subscription, &message).await;
        let tapped = phone.tap(0).unwrap();
        assert_eq!(tapped.opens, opens);
        assert_eq!(tapped.ext.is_some(), action == "app_page");
    }
}

#[tokio::test]
async fn what_the_head_of_a_body_shows_is_refused_and_what_it_hides_is_shown_to_nobody() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    let (phone, subscription) = sender.subscriber("firefox", "firefox");
    let (_, stranger) = sender.subscriber("stranger", "firefox");
    let sealed = subscription.seal(&clear());
    let mut other_length = sealed.clone();
    other_length[20] = 64;
    for broken in [other_length, sealed[..102].to_vec()] {
        let answer = sender.push_bytes(&subscription, broken).await;
        assert_eq!(sender::code(MOZILLA, &answer), (400, "110".to_owned()));
    }
    let answer = sender.push_bytes(&subscription, stranger.seal(&clear())).await;
    assert_eq!(answer.status(), 201, "a service does not see for whom it was sealed");
    let unread = sender.push_bytes(&subscription, subscription.seal_text(b"no JSON")).await;
    assert_eq!(unread.status(), 201);
    assert!(phone.shade().is_empty());
    let reasons: Vec<_> = phone.view().not_shown.iter().map(|not_shown| not_shown.reason).collect();
    assert_eq!(reasons, ["the browser could not decrypt it", "the service worker could not read it"]);
}

#[tokio::test]
async fn data_wakes_the_service_worker_and_a_blocked_word_is_shown_to_nobody() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    let (phone, subscription) = sender.subscriber("firefox", "firefox");
    let data = json!({ "message": "m-2", "presentation": "data", "payload": "p", "badge": 7 });
    assert_eq!(sender.push(&subscription, &data).await.status(), 201);
    assert_eq!(sender.push_with(&subscription, &Value::Null, &[]).await.status(), 201, "an empty wake-up");
    assert!(phone.shade().is_empty() && phone.view().not_shown.is_empty());
    assert_eq!(phone.view().badge, 7);
    world.running.world().set_blocked_words(vec!["你好".to_owned()]);
    assert_eq!(sender.push(&subscription, &clear()).await.status(), 201);
    assert!(phone.shade().is_empty());
    assert_eq!(phone.view().not_shown[0].reason, "the text holds a blocked word");
}

#[tokio::test]
async fn a_topic_replaces_what_waits_and_a_tag_what_is_shown() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    let (phone, subscription) = sender.subscriber("firefox", "firefox");
    let message = |title: &str, tag: &str| json!({ "title": title, "tag": tag });
    let topic = [("topic", Some("unread"))];
    sender.push_with(&subscription, &message("shown", "a"), &topic).await;
    phone.set_network(false);
    sender.push_with(&subscription, &message("replaced", "b"), &topic).await;
    sender.push_with(&subscription, &message("newest", "c"), &topic).await;
    sender.push_with(&subscription, &message("other topic", "d"), &[("topic", Some("other"))]).await;
    sender.push_with(&subscription, &message("now or never", "e"), &[("ttl", Some("0"))]).await;
    assert_eq!(phone.view().waiting, 2);
    phone.set_network(true);
    let titles = || phone.shade().iter().map(|shown| shown.title.clone()).collect::<Vec<_>>();
    assert_eq!(titles(), ["other topic", "newest", "shown"]);
    sender.push(&subscription, &message("again", "a")).await;
    assert_eq!(titles(), ["again", "other topic", "newest"]);
}

#[tokio::test]
async fn a_waiting_push_can_be_taken_back_and_ends_with_its_lifetime() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    let (phone, subscription) = sender.subscriber("firefox", "firefox");
    phone.set_network(false);
    let answer = sender.push(&subscription, &clear()).await;
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let path = location.strip_prefix("https://updates.push.services.mozilla.com").unwrap();
    assert_eq!(phone.view().waiting, 1);
    assert_eq!(sender.bare(MOZILLA, Method::DELETE, path, &[]).await.status(), 204);
    assert_eq!(phone.view().waiting, 0);
    assert_eq!(sender.bare(MOZILLA, Method::DELETE, path, &[]).await.status(), 404);
    sender.push(&subscription, &clear()).await;
    world.running.world().advance_clock(60_000);
    phone.set_network(true);
    assert!(phone.shade().is_empty(), "its 60 seconds are over");
}

#[tokio::test]
async fn dead_and_unknown_subscriptions_are_told_apart_where_the_service_does() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    for (browser, host) in BROWSERS {
        let (phone, subscription) = sender.subscriber(browser, browser);
        phone.invalidate_token();
        let gone = sender.push(&subscription, &clear()).await;
        let expected = match host {
            MOZILLA => (410, "106"),
            APPLE => (410, "Unregistered"),
            NTFY => (507, "50701"),
            _ => (410, ""),
        };
        assert_eq!(sender::code(host, &gone), (expected.0, expected.1.to_owned()), "{host}");
        assert_eq!(gone.headers().contains_key("cache-control"), host == MOZILLA);
        world.running.world().remove_phone(browser);
        let unknown = sender.push(&subscription, &clear()).await.status();
        assert_eq!(unknown, if host == NTFY { 507 } else { 404 }, "{host}");
        let (phone, subscription) = sender.subscriber(browser, browser);
        assert!(sender.push(&subscription, &clear()).await.status().is_success());
        assert_eq!(phone.shade().len(), 1);
    }
}

#[tokio::test]
async fn too_many_pushes_a_second_are_refused_until_the_next() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    let (_, subscription) = sender.subscriber("firefox", "firefox");
    let (_, other) = sender.subscriber("other", "firefox");
    world.running.set_rights(model::Vendor::Webpush, PACKAGE, &json!({ "per_second": 2 })).unwrap();
    for expected in [201, 201, 429] {
        assert_eq!(sender.push(&subscription, &clear()).await.status(), expected);
    }
    assert_eq!(sender.push(&other, &clear()).await.status(), 201, "each subscription by itself");
    world.running.world().advance_clock(1000);
    assert_eq!(sender.push(&subscription, &clear()).await.status(), 201);
}

#[tokio::test]
async fn throttling_on_demand_names_a_pause_in_the_service_s_own_header() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    for (browser, host) in BROWSERS {
        let (_, subscription) = sender.subscriber(browser, browser);
        let header = if host == WINDOWS { "x-wns-continue-after" } else { "retry-after" };
        let status = if host == WINDOWS { 406 } else { 429 };
        let plan = FaultPlan { throttle: true, ..FaultPlan::default() };
        world.running.world().set_faults(host, plan).unwrap();
        let answer = sender.push(&subscription, &clear()).await;
        assert_eq!((answer.status().as_u16(), &answer.headers()[header]), (status, &"1".parse().unwrap()));
        let code = Some(Failure { times: 1, code: "unavailable".to_owned() });
        world.running.world().set_faults(host, FaultPlan { fail: code, ..FaultPlan::default() }).unwrap();
        let answer = sender.push(&subscription, &clear()).await;
        assert_eq!(answer.status(), 503, "{host}");
        assert_eq!(answer.headers()[header], "120");
    }
}

#[tokio::test]
async fn unknown_endpoints_are_taken_where_load_is_tested() {
    let world = World::with(|config| config.accept_unknown_tokens = true).await;
    let sender = Sender::enrolled(&world);
    let subscription = Subscription::somewhere(&format!("https://{MOZILLA}/wpush/v2/load-000001"));
    assert_eq!(sender.push(&subscription, &clear()).await.status(), 201);
    assert_eq!(world.running.world().tally()[&model::Vendor::Webpush].accepted, 1);
}

#[tokio::test]
async fn a_subscription_goes_after_as_many_pushes_as_it_was_given() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    let (phone, subscription) = sender.subscriber("firefox", "firefox");
    world.running.set_rights(model::Vendor::Webpush, PACKAGE, &json!({ "gone_after": 2 })).unwrap();
    for expected in [201, 201, 410, 410] {
        assert_eq!(sender.push(&subscription, &clear()).await.status(), expected);
    }
    assert!(!phone.view().token_alive);
}

#[tokio::test]
async fn a_push_sent_twice_counts_once_as_distinct_and_the_log_holds_no_secrets() {
    let world = World::start().await;
    let sender = Sender::enrolled(&world);
    let (_, subscription) = sender.subscriber("firefox", "firefox");
    sender.push(&subscription, &clear()).await;
    sender.push(&subscription, &clear()).await;
    let count = world.running.world().tally()[&model::Vendor::Webpush];
    assert_eq!((count.accepted, count.distinct), (2, 1));
    let log = serde_json::to_string(&world.running.world().log_after(0, 100)).unwrap();
    assert!(log.contains("POST /wpush") && log.contains("accepted"));
    for secret in [subscription.id(), "vapid", "阿明", "ext content"] {
        assert!(!log.contains(secret), "{log}");
    }
}
