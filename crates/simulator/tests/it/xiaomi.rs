//! Xiaomi over real sockets: send, shade, receipts, faults.

mod groups;
mod rights;

use axum::body::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use model::Timestamp;
use serde_json::{Value, json};
use simulator::{Failure, FaultPlan, LoneDead, Opens};

use crate::support::{PACKAGE, SECRET, START, World, receipt_receiver};

pub(crate) const HOST: &str = "api.xmpush.xiaomi.com";
const FEEDBACK: &str = "feedback.xmpush.xiaomi.com";

/// Fields of a good message, to which others are added or which they override.
pub(crate) fn fields<'a>(token: &'a str, others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let good = [
        ("restricted_package_name", PACKAGE),
        ("title", "阿明"),
        ("description", "你好 & hi"),
        ("notify_id", "4711"),
        ("extra.notify_effect", "1"),
        ("extra.channel_id", "130001"),
        ("registration_id", token),
    ];
    let mut fields: Vec<_> =
        good.into_iter().filter(|(name, _)| !others.iter().any(|(other, _)| other == name)).collect();
    fields.extend_from_slice(others);
    fields
}

fn form(path: &str, fields: &[(&str, &str)]) -> Request<Full<Bytes>> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Request::post(path)
        .header("host", HOST)
        .header("authorization", format!("key={SECRET}"))
        .header("content-type", "application/x-www-form-urlencoded;charset=UTF-8")
        .header("x-push-sdk-version", "JAVA_SDK_V1.0.14")
        .body(Full::new(Bytes::from(body)))
        .unwrap()
}

async fn post(world: &World, path: &str, fields: &[(&str, &str)]) -> Value {
    let response = world.http1(HOST, form(path, fields)).await.unwrap();
    assert_eq!(response.status(), 200);
    serde_json::from_slice(response.body()).unwrap()
}

pub(crate) async fn send(world: &World, fields: &[(&str, &str)]) -> Value {
    post(world, "/v3/message/regid", fields).await
}

async fn get(world: &World, host: &str, path: &str) -> Value {
    let request = Request::get(path)
        .header("host", host)
        .header("authorization", format!("key={SECRET}"))
        .body(Full::default())
        .unwrap();
    serde_json::from_slice(world.http1(host, request).await.unwrap().body()).unwrap()
}

#[tokio::test]
async fn a_message_is_shown_and_a_tap_hands_ext_and_payload_through_the_message_object() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    phone.set_locked(true);
    let answer = send(
        &world,
        &fields(
            &token,
            &[("extra.ext", "ext content"), ("extra.payload", "{}"), ("payload", "{\"conv\":\"c-1\"}")],
        ),
    )
    .await;
    assert_eq!(answer["result"], "ok");
    assert_eq!(answer["code"], 0);
    assert_eq!(answer["info"], "Received push messages for 1 REGID");
    let shade = phone.shade();
    assert_eq!(shade.len(), 1);
    assert_eq!((shade[0].title.as_str(), shade[0].body.as_str()), ("阿明", "你好 & hi"));
    assert!(shade[0].on_lock_screen);
    let tapped = phone.tap(0).unwrap();
    assert_eq!(tapped.ext.as_deref(), Some("ext content"));
    assert_eq!(tapped.payload.as_deref(), Some("{}"));
    assert!(tapped.getter.contains("KEY_MESSAGE"));
    assert_eq!(tapped.notification.handover.extras["content"], "{\"conv\":\"c-1\"}");
    assert_eq!(tapped.opens, Opens::App);
    assert!(phone.shade().is_empty());
    assert!(!phone.switches().locked);
}

#[tokio::test]
async fn receipts_come_for_the_kinds_that_were_asked_for() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    let (url, mut receipts) = receipt_receiver().await;
    let wish =
        [("extra.callback", url.as_str()), ("extra.callback.param", "m-42"), ("extra.callback.type", "19")];
    let targets = format!("{token},FAULT/dead/1");
    let mut wanted = fields(&targets, &wish);
    let id = send(&world, &wanted).await["data"]["id"].as_str().unwrap().to_owned();
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let receipt = receipts.recv().await.unwrap();
        assert_eq!(receipt[&id]["param"], "m-42");
        kinds.push((receipt[&id]["type"].clone(), receipt[&id]["targets"].clone()));
    }
    kinds.sort_by_key(|(kind, _)| kind.as_i64());
    assert_eq!(kinds, [(json!(1), json!(token)), (json!(16), json!("FAULT/dead/1"))]);
    phone.tap(0).unwrap();
    let receipt = receipts.recv().await.unwrap();
    assert_eq!(receipt[&id]["type"], 2);
    assert_eq!(receipt[&id]["barStatus"], "Enable");
    // A sum with an undefined bit yields none at all: the next that comes is of the message after it.
    wanted.retain(|(name, _)| *name != "extra.callback.type");
    let undefined = [&wanted[..], &[("extra.callback.type", "246")]].concat();
    send(&world, &undefined).await;
    let id = send(&world, &wanted).await["data"]["id"].as_str().unwrap().to_owned();
    assert!(receipts.recv().await.unwrap().get(&id).is_some());
}

#[tokio::test]
async fn a_callback_to_another_machine_is_not_made_and_the_log_says_so() {
    let world = World::start().await;
    let (_, token) = world.phone("mi-14", "xiaomi");
    let mut news = world.running.world().news().subscribe();
    send(&world, &fields(&token, &[("extra.callback", "http://push.example.com/cb")])).await;
    let refused = loop {
        let entries = world.running.world().log_after(0, 10);
        if let Some(entry) = entries.into_iter().find(|entry| entry.stage == "called back") {
            break entry;
        }
        news.changed().await.unwrap();
    };
    assert_eq!((refused.status, refused.code.as_ref()), (0, "not a loopback address"));
}

#[tokio::test]
async fn lists_come_by_commas_and_by_repeated_fields_on_every_version_of_the_path() {
    let world = World::start().await;
    let (one, first) = world.phone("mi-14", "xiaomi");
    let (other, second) = world.phone("redmi-k70", "redmi");
    for path in ["/v2/message/regid", "/v3/message/regid", "/v4/message/regid"] {
        let joined = format!("{first},");
        let list = fields(&joined, &[("registration_id", &joined), ("registration_id", &second)]);
        let answer = post(&world, path, &list).await;
        assert_eq!(answer["info"], "Received push messages for 2 REGID", "{path}");
    }
    // The same notify id replaces.
    assert_eq!((one.shade().len(), other.shade().len()), (1, 1));
}

#[tokio::test]
async fn a_thousand_targets_are_taken_and_one_more_is_not() {
    let world = World::with(|config| config.accept_unknown_tokens = true).await;
    let targets = |count: usize| vec!["Zm9vYmFyK3Rlc3QvdG9rZW4rMDE="; count].join(",");
    assert_eq!(send(&world, &fields(&targets(1000), &[])).await["code"], 0);
    assert_eq!(send(&world, &fields(&targets(1001), &[])).await["code"], 10017);
}

#[tokio::test]
async fn every_limit_holds_at_its_edge() {
    let world = World::start().await;
    let (_, token) = world.phone("mi-14", "xiaomi");
    let long = |count: usize| "好".repeat(count);
    let (pairs_full, pairs_over) = ("v".repeat(1021), "v".repeat(1022));
    let cases: &[(&[(&str, &str)], i64)] = &[
        (&[("title", &long(49))], 0),
        (&[("title", &long(50))], 22100),
        (&[("title", "  ")], 22100),
        (&[("description", &long(127))], 0),
        (&[("description", &long(128))], 22100),
        (&[("payload", &"x".repeat(4095))], 0),
        (&[("payload", &"x".repeat(4096))], 65009),
        (&[("notify_id", "2147483647")], 0),
        (&[("notify_id", "2147483648")], 22103),
        (&[("notify_id", "-1")], 22103),
        (&[("notify_type", "-1")], 0),
        (&[("notify_type", "8")], 10017),
        (&[("time_to_live", "1209600000")], 0),
        (&[("time_to_live", "1209600001")], 10017),
        (&[("time_to_live", "0")], 10017),
        (&[("pass_through", "1")], 10036),
        (&[("extra.ext", &pairs_full)], 0),
        (&[("extra.ext", &pairs_over)], 65015),
        (&[("extra.jobkey", "abcdefghij0123456789")], 0),
        (&[("extra.jobkey", "abcdefghij01234567890")], 10017),
        (&[("extra.jobkey", "_a")], 10017),
        (&[("extra.channel_id", "130001")], 0),
        (&[("extra.channel_id", "999")], 27001),
        (&[("extra.channel_id", "130002")], 27001),
        (&[("extra.channel_id", "130002"), ("extra.template_id", "T1")], 0),
        (&[("extra.notify_effect", "2")], 10017),
        (&[("extra.notify_effect", "3"), ("extra.web_uri", "ftp://a")], 10017),
        (&[("extra.notify_effect", "3"), ("extra.web_uri", "https://a.example")], 0),
        (&[("extra.callback", &format!("http://127.0.0.1/{}", "x".repeat(112)))], 65037),
        (&[("extra.callback.param", &"x".repeat(257))], 65036),
        (&[("restricted_package_name", "com.other")], 22022),
        (&[("restricted_package_name", "")], 10016),
        (&[("registration_id", ",")], 10016),
        (&[("unknown_field", "x")], 0),
    ];
    for (others, code) in cases {
        let answer = send(&world, &fields(&token, others)).await;
        assert_eq!(answer["code"], *code, "{others:?}: {answer}");
    }
    let eleven: Vec<String> = (0..11).map(|n| format!("extra.k{n}")).collect();
    let pairs: Vec<(&str, &str)> = eleven.iter().map(|key| (key.as_str(), "v")).collect();
    assert_eq!(send(&world, &fields(&token, &pairs[..10])).await["code"], 0);
    assert_eq!(send(&world, &fields(&token, &pairs)).await["code"], 65014);
}

#[tokio::test]
async fn authorisation_is_checked_before_parameters_and_after_the_path() {
    let world = World::start().await;
    let ask = |path: &str, authorization: Option<&str>| {
        let mut request = Request::post(path).header("host", HOST);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        request.body(Full::default()).unwrap()
    };
    let cases = [
        ("/v3/message/regid", None, 21301),
        ("/v3/message/regid", Some("key=wrong"), 21301),
        ("/v3/message/regid", Some("Bearer dGVzdFNlY3JldDAx"), 21301),
        ("/v3/message/regid", Some("key="), 22008),
        ("/v3/message/regid", Some("key=dGVzdFNlY3JldDAx"), 10016),
        ("/v9/message/regid", None, 10020),
        ("/v1/trace/quota/get", None, 10021),
    ];
    for (path, authorization, code) in cases {
        let response = world.http1(HOST, ask(path, authorization)).await.unwrap();
        assert_eq!(response.status(), 200);
        let answer: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(answer["code"], code, "{path} {authorization:?}");
        assert_eq!(answer["result"], "error");
    }
}

#[tokio::test]
async fn a_lone_dead_target_is_answered_as_it_is_set() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    phone.invalidate_token();
    for (mode, code) in
        [(LoneDead::Accept, 0), (LoneDead::NoValidTarget, 20301), (LoneDead::IllegalDevice, 10029)]
    {
        let plan = FaultPlan { lone_dead: mode, ..FaultPlan::default() };
        world.running.world().set_faults(HOST, plan).unwrap();
        assert_eq!(send(&world, &fields(&token, &[])).await["code"], code);
    }
    assert!(phone.shade().is_empty());
    let feed = get(&world, FEEDBACK, "/v1/feedback/fetch_invalid_regids").await;
    assert_eq!(feed["data"]["list"], json!([token]));
    let new = phone.register_token().unwrap();
    assert_ne!(new, token);
    assert_eq!(send(&world, &fields(&new, &[])).await["code"], 0);
    assert_eq!(phone.shade().len(), 1);
}

#[tokio::test]
async fn a_dead_target_that_was_replaced_is_told_with_its_replacement() {
    let world = World::start().await;
    let (phone, old) = world.phone("mi-14", "xiaomi");
    let new = phone.renew_token().unwrap();
    let (url, mut receipts) = receipt_receiver().await;
    let wish = [("extra.callback", url.as_str()), ("extra.callback.type", "16")];
    let id = send(&world, &fields(&old, &wish)).await["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(receipts.recv().await.unwrap()[&id]["replaceTarget"], json!({old: new}));
}

#[tokio::test]
async fn a_phone_without_network_gets_its_messages_later_unless_their_time_is_over() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    let (url, mut receipts) = receipt_receiver().await;
    phone.set_network(false);
    let short = [
        ("time_to_live", "1000"),
        ("notify_id", "1"),
        ("extra.callback", &url),
        ("extra.callback.type", "1024"),
    ];
    let id = send(&world, &fields(&token, &short)).await["data"]["id"].as_str().unwrap().to_owned();
    send(&world, &fields(&token, &[("notify_id", "2")])).await;
    send(&world, &fields(&token, &[("notify_id", "3"), ("extra.only_send_once", "1")])).await;
    assert_eq!(phone.view().waiting, 2);
    world.clock.advance_ms(1000);
    phone.set_network(true);
    let shown: Vec<_> = phone.shade().into_iter().map(|shown| shown.replace_key).collect();
    assert_eq!(shown, [Some("2".to_owned())]);
    assert_eq!(receipts.recv().await.unwrap()[&id]["type"], 1024);
}

#[tokio::test]
async fn a_phone_with_notifications_off_shows_nothing_and_says_so() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    let (url, mut receipts) = receipt_receiver().await;
    phone.set_notifications(false);
    let wish = [("extra.callback", url.as_str()), ("extra.callback.type", "33")];
    let id = send(&world, &fields(&token, &wish)).await["data"]["id"].as_str().unwrap().to_owned();
    let receipt = receipts.recv().await.unwrap();
    assert_eq!((&receipt[&id]["type"], &receipt[&id]["barStatus"]), (&json!(32), &json!("Disable")));
    assert!(phone.shade().is_empty());
}

#[tokio::test]
async fn the_foreground_shows_it_unless_the_sender_says_no() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    phone.set_foreground(true);
    send(&world, &fields(&token, &[("extra.notify_foreground", "0")])).await;
    assert!(phone.shade().is_empty());
    send(&world, &fields(&token, &[])).await;
    assert_eq!(phone.shade().len(), 1);
}

#[tokio::test]
async fn the_users_display_switches_are_kept() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    phone.set_display(false, true, false);
    phone.set_locked(true);
    send(&world, &fields(&token, &[])).await;
    let [shown] = phone.shade().try_into().unwrap();
    assert!(!shown.on_lock_screen && shown.quiet);
}

#[tokio::test]
async fn a_repeated_jobkey_is_dropped_and_another_notify_id_is_another_notification() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    send(&world, &fields(&token, &[("extra.jobkey", "j1"), ("notify_id", "1")])).await;
    send(&world, &fields(&token, &[("extra.jobkey", "j1"), ("notify_id", "2")])).await;
    send(&world, &fields(&token, &[("extra.jobkey", "j2"), ("notify_id", "3")])).await;
    assert_eq!(phone.shade().len(), 2);
}

#[tokio::test]
async fn queries_tell_what_became_of_a_message_and_which_tokens_are_valid() {
    let world = World::start().await;
    let (_, token) = world.phone("mi-14", "xiaomi");
    let id = send(&world, &fields(&token, &[("extra.channel_id", "")])).await["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let status = get(&world, HOST, &format!("/v1/trace/message/status?msg_id={id}")).await;
    assert_eq!((&status["data"]["data"]["id"], &status["data"]["data"]["resolved"]), (&json!(id), &json!(1)));
    assert_eq!(get(&world, HOST, "/v1/trace/message/status?msg_id=none").await["code"], 65028);
    assert_eq!(get(&world, HOST, "/v1/trace/quota/get").await["data"]["day_acked"], "1");
    assert_eq!(get(&world, HOST, "/v1/trace/quota/get").await["code"], 10024, "once a second");
    let list = format!("{token},unknown");
    let valid = post(&world, "/v1/validation/regids", &[("registration_ids", &list)]).await;
    assert_eq!(valid["data"], json!({"valid_regids": [token], "invalid_regids": ["unknown"]}));
}

#[tokio::test]
async fn faults_answer_with_codes_statuses_and_cut_connections() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    let set = |plan: FaultPlan| world.running.world().set_faults(HOST, plan).unwrap();
    let fail = |code: &str| Some(Failure { times: 1, code: code.to_owned() });
    set(FaultPlan { fail: fail("10002"), ..FaultPlan::default() });
    assert_eq!(send(&world, &fields(&token, &[])).await["code"], 10002);
    set(FaultPlan { fail: fail("http:503"), ..FaultPlan::default() });
    let response = world.http1(HOST, form("/v3/message/regid", &fields(&token, &[]))).await.unwrap();
    assert_eq!((response.status().as_u16(), response.body().len()), (503, 0));
    set(FaultPlan { throttle: true, ..FaultPlan::default() });
    assert_eq!(send(&world, &fields(&token, &[])).await["code"], 200_002);
    set(FaultPlan { quota_used_up: true, ..FaultPlan::default() });
    assert_eq!(send(&world, &fields(&token, &[])).await["code"], 200_001);
    assert_eq!(send(&world, &fields("FAULT/27001/x", &[])).await["code"], 27001);
    assert!(phone.shade().is_empty());
    set(FaultPlan { lose_answer: 1, ..FaultPlan::default() });
    assert!(world.http1(HOST, form("/v3/message/regid", &fields(&token, &[]))).await.is_none());
    assert_eq!(phone.shade().len(), 1, "done, but never answered");
    set(FaultPlan { reset: 1, ..FaultPlan::default() });
    assert!(
        world.http1(HOST, form("/v3/message/regid", &fields(&token, &[("notify_id", "9")]))).await.is_none()
    );
    assert_eq!(phone.shade().len(), 1, "not even looked at");
    assert_eq!(send(&world, &fields(&token, &[])).await["code"], 0);
}

#[tokio::test]
async fn the_log_shows_requests_without_tokens() {
    let world = World::start().await;
    let (_, token) = world.phone("mi-14", "xiaomi");
    send(&world, &fields(&token, &[])).await;
    let entries = world.running.world().log_after(0, 10);
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].path.as_ref(), entries[0].targets), ("POST /v3/message/regid", 1));
    assert_eq!((entries[0].status, entries[0].code.as_ref(), entries[0].stage), (200, "0", "accepted"));
    assert_eq!(entries[0].at, Timestamp(START.millis()));
    assert!(!serde_json::to_string(&entries).unwrap().contains(&token));
    assert!(token.starts_with(entries[0].token.split('…').next().unwrap()));
    assert_eq!(Method::POST, "POST");
}
