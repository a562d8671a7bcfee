//! Webhooks: what happened is told once and in order, signed, again where it was not taken, and never inside.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::hmac;
use gateway::BeforeSend;
use model::{
    DeliveryState, Event, EventKind, MessageId, PushSettings, Secret, SessionState, Vendor, Webhook,
    WebhookId,
};
use serde_json::{Value, json};
use store::{Op, Outcome, Store};

use crate::{
    backend::{Answer, Backend, Told},
    people::WHOLE,
    support::{APP, Stage, regids},
};

const KEY: &str = "webhook-secret";

async fn webhook(stage: &Stage, url: &str, events: &[EventKind]) -> Webhook {
    let webhook = Webhook {
        id: WebhookId(0),
        app: APP,
        url: url.to_owned(),
        secret: Secret::new(KEY.to_owned()),
        events: events.to_vec(),
        disabled: false,
        created_at: stage.now(),
    };
    let Outcome::Webhook(id) = stage.commit(Op::PutWebhook(webhook.clone())).await else {
        panic!("a webhook")
    };
    Webhook { id, ..webhook }
}

/// Somebody's login moves, as often as asked.
async fn announce(stage: &Stage, times: u128) {
    let user = model::UserId::new("bo").unwrap();
    let event = |number| Event::Session {
        user: user.clone(),
        device: model::DeviceId(uuid::Uuid::from_u128(number)),
        state: SessionState::OnlineBackground,
    };
    let at = stage.now();
    let ops = (0..times).map(|number| Op::Announce { app: APP, event: event(number), at });
    stage.store.commit(ops.collect()).await.unwrap();
}

async fn waits_no_more(stage: &Stage) {
    let mut feed = stage.store.feed().subscribe();
    while !stage.store.due_events(model::Timestamp::NEVER, 100).await.unwrap().is_empty() {
        let _ = tokio::time::timeout(Duration::from_millis(20), feed.recv()).await;
    }
}

fn devices(told: &[Told]) -> Vec<u128> {
    let device = |told: &Told| told.body["data"]["device"].as_str().unwrap().parse::<uuid::Uuid>().unwrap();
    told.iter().map(|told| device(told).as_u128()).collect()
}

#[tokio::test]
async fn t15_an_online_state_is_told_signed_with_an_id_of_its_own() {
    let stage = Stage::new().await;
    let backend = Backend::start().await;
    webhook(&stage, &backend.url, &[EventKind::Session]).await;
    let _gateway = stage.gateway();
    announce(&stage, 1).await;
    let [told] = backend.told(1).await.try_into().unwrap();
    assert_eq!(told.header("content-type"), "application/json");
    assert_eq!(told.body["event"], "session");
    assert_eq!(told.body["id"], told.id());
    assert_eq!(told.body["app"], 1);
    assert_eq!(told.body["data"]["user"], "bo");
    assert_eq!(told.body["data"]["state"], "online-background");
    let signature = told.header("posthouse-signature");
    let (time, signed) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, KEY.as_bytes());
    let text = [time.as_bytes(), b".", &told.raw].concat();
    let expected: String =
        hmac::sign(&key, &text).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(signed, expected);
}

#[tokio::test]
async fn t15_what_is_not_taken_is_told_again_in_its_order_and_under_its_id() {
    let stage = Stage::new().await;
    let backend = Backend::start().await;
    webhook(&stage, &backend.url, &[EventKind::Session]).await;
    let no = |status| Answer::Say(status, String::new());
    backend.will([no(500), no(302), no(404), no(204)]);
    let _gateway = stage.gateway();
    announce(&stage, 3).await;
    let told = backend.told(6).await;
    assert_eq!(devices(&told), [0, 0, 0, 0, 1, 2], "what comes later waits");
    assert!(told[..4].iter().all(|again| again.id() == told[0].id()));
    assert!(told[3].id() < told[4].id() && told[4].id() < told[5].id());
    waits_no_more(&stage).await;
    assert_eq!(backend.so_far().len(), 6, "what was taken is not told again");
}

#[tokio::test]
async fn t15_a_webhook_that_never_answers_holds_no_other_up() {
    let mut stage = Stage::new().await;
    stage.config.webhooks.at_once = 2;
    let (mute, quick) = (Backend::start().await, Backend::start().await);
    mute.will([Answer::Never]);
    webhook(&stage, &mute.url, &[EventKind::Session]).await;
    webhook(&stage, &quick.url, &[EventKind::Session]).await;
    let _gateway = stage.gateway();
    announce(&stage, 100).await;
    assert_eq!(devices(&quick.told(100).await), (0..100).collect::<Vec<_>>());
    assert_eq!(mute.told(1).await.len(), 1);
}

#[tokio::test]
async fn t15_what_a_gateway_had_not_told_the_next_one_tells() {
    let stage = Stage::new().await;
    let backend = Backend::start().await;
    webhook(&stage, &backend.url, &[EventKind::Session]).await;
    announce(&stage, 40).await;
    let first = stage.gateway();
    backend.told(1).await;
    first.shutdown().await;
    let _second = stage.gateway();
    waits_no_more(&stage).await;
    let mut heard: Vec<i64> = backend.so_far().iter().map(Told::id).collect();
    heard.sort_unstable();
    heard.dedup();
    assert_eq!(heard.len(), 40, "an event told twice has one id");
}

#[tokio::test]
async fn t15_a_webhook_that_is_switched_off_or_gone_hears_nothing_more() {
    let stage = Stage::new().await;
    let backend = Backend::start().await;
    let hook = webhook(&stage, &backend.url, &[EventKind::Session]).await;
    announce(&stage, 2).await;
    stage.commit(Op::PutWebhook(Webhook { disabled: true, ..hook.clone() })).await;
    let _gateway = stage.gateway();
    waits_no_more(&stage).await;
    stage.commit(Op::PutWebhook(hook.clone())).await;
    announce(&stage, 1).await;
    backend.told(1).await;
    stage.commit(Op::DeleteWebhook { app: APP, id: hook.id }).await;
    announce(&stage, 1).await;
    waits_no_more(&stage).await;
    assert_eq!(backend.so_far().len(), 1);
}

#[tokio::test]
async fn t15_webhooks_do_not_reach_inside() {
    let mut stage = Stage::new().await;
    stage.config.webhooks.may_reach_inside = false;
    let backend = Backend::start().await;
    let port = backend.url.split([':', '/']).nth(4).unwrap().to_owned();
    webhook(&stage, &backend.url, &[EventKind::Session]).await;
    let named =
        webhook(&stage, &format!("https://localhost.:{port}/hook?app=1"), &[EventKind::BeforeSend]).await;
    let gateway = stage.gateway();
    announce(&stage, 1).await;
    assert_eq!(gateway.ask_before_send(&named, &json!({})).await, BeforeSend::Allowed);
    assert!(gateway.check_webhook_address(&backend.url).is_err());
    assert!(gateway.check_webhook_address("https://chat.example.com/hook").is_ok());
    let mut feed = stage.store.feed().subscribe();
    // A try that failed is stored; only then it is certain that it was made.
    let tried = async {
        loop {
            let waiting = stage.store.due_events(model::Timestamp::NEVER, 1).await.unwrap();
            if waiting[0].attempts > 0 {
                return;
            }
            let _ = tokio::time::timeout(Duration::from_millis(20), feed.recv()).await;
        }
    };
    tried.await;
    assert!(backend.so_far().is_empty());
}

async fn pushed(kinds: &[EventKind]) -> (Stage, Backend, MessageId, Arc<gateway::Gateway>) {
    let stage = Stage::new().await;
    let backend = Backend::start().await;
    webhook(&stage, &backend.url, kinds).await;
    let certificate = stage.enrolled(Vendor::Xiaomi).await;
    let ann = stage.person("ann", Vendor::Xiaomi, certificate).await;
    let bo = stage.person("bo", Vendor::Xiaomi, certificate).await;
    let gateway = stage.gateway();
    let push = PushSettings { ext: Some("secret ext".to_owned()), ..PushSettings::default() };
    let message = stage.send(stage.letter(&ann, &bo, Some(push)), &[(&bo, WHOLE)]).await;
    stage.ended(message).await;
    (stage, backend, message, gateway)
}

#[tokio::test]
async fn t14_how_a_push_ended_is_told_with_the_vendors_code_and_without_the_token() {
    let (stage, backend, message, gateway) = pushed(&[EventKind::Delivery]).await;
    let [told] = backend.told(1).await.try_into().unwrap();
    let data = &told.body["data"];
    assert_eq!(told.body["event"], "delivery");
    assert_eq!(data["message"], message.to_string());
    assert_eq!((&data["state"], &data["reason"]), (&json!("accepted"), &json!("accepted")));
    assert_eq!(
        (&data["vendor"], &data["code"], &data["user"]),
        (&json!("xiaomi"), &json!("0"), &json!("bo"))
    );
    assert_eq!(data["purpose"], "notify");
    let [delivery] = stage.deliveries(message).await.try_into().unwrap();
    let text = String::from_utf8(told.raw.to_vec()).unwrap();
    assert!(!text.contains(&*delivery.token) && !text.contains("dinner?"), "{text}");

    let certificate = delivery.certificate.unwrap();
    let receipt = format!(
        r#"{{"scm1":{{"param":"{message}","type":1,"targets":"{}","timestamp":1790000001234}}}}"#,
        delivery.token
    );
    let body: String = receipt.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let body = format!("data={body}").into_bytes();
    gateway.receipt(Vendor::Xiaomi, certificate, "receipt-secret", &[], &body).await.unwrap();
    let told = backend.told(2).await;
    assert!(told[1].body["data"]["marks"]["arrived_at"].is_number(), "{}", told[1].body);
}

#[tokio::test]
async fn t14_a_rejected_push_and_its_cleared_token_are_told() {
    let stage = Stage::new().await;
    let backend = Backend::start().await;
    webhook(&stage, &backend.url, &[EventKind::Delivery, EventKind::Token]).await;
    let certificate = stage.enrolled(Vendor::Apns).await;
    let ann = stage.person("ann", Vendor::Apns, certificate).await;
    let bo = stage.person("bo", Vendor::Apns, certificate).await;
    // A token that dies in the millisecond it is registered in stays bound: nobody knows which came first.
    stage.clock.advance_ms(1);
    bo.phone.invalidate_token();
    let _gateway = stage.gateway();
    let message = stage.send(stage.letter(&ann, &bo, None), &[(&bo, WHOLE)]).await;
    let [delivery] = stage.ended(message).await.try_into().unwrap();
    assert_eq!(delivery.state, DeliveryState::Rejected);
    let told = backend.told(2).await;
    let of = |event: &str| told.iter().find(|told| told.body["event"] == event).unwrap().body["data"].clone();
    assert_eq!(of("delivery")["reason"], "token_dead");
    let token = of("token");
    assert_eq!((&token["bound"], &token["vendor"]), (&json!(false), &json!("apns")));
    assert_eq!(token["device"], bo.device.0.to_string());
}

#[tokio::test]
async fn t14_nobody_is_told_what_no_webhook_wants_to_hear() {
    let (stage, backend, ..) = pushed(&[EventKind::Session]).await;
    assert!(stage.store.due_events(model::Timestamp::NEVER, 10).await.unwrap().is_empty());
    assert!(backend.so_far().is_empty());
}

#[tokio::test]
async fn t14_a_message_is_told_with_its_text_unless_the_app_shows_none() {
    let (stage, backend, message, _gateway) = pushed(&[EventKind::Message]).await;
    let tell = async || {
        let event = Event::Message { message };
        stage.commit(Op::Announce { app: APP, event, at: stage.now() }).await;
    };
    tell().await;
    let told = backend.told(1).await.remove(0).body;
    let data = &told["data"];
    assert_eq!((&data["message"], &data["kind"]), (&json!(message.to_string()), &json!("message")));
    assert_eq!((&data["sender"], &data["class"]), (&json!("ann"), &json!("chat")));
    assert_eq!((&data["conversation"], &data["seq"]), (&json!("p:ann:bo"), &json!(1)));
    assert_eq!(data["body"], json!({ "type": "text", "text": "dinner?" }));
    let mut app = stage.store.app(APP).await.unwrap().unwrap();
    app.policy.content_free = true;
    stage.commit(Op::PutApp(app)).await;
    tell().await;
    let told = backend.told(2).await.remove(1);
    assert_eq!(told.body["data"]["body"], Value::Null);
    let text = String::from_utf8(told.raw.to_vec()).unwrap();
    assert!(!text.contains("dinner?") && !text.contains("secret ext"), "{text}");
}

#[tokio::test]
async fn t23_the_backend_allows_refuses_or_drops_before_a_message_is_stored() {
    let stage = Stage::new().await;
    let backend = Backend::start().await;
    let hook = webhook(&stage, &backend.url, &[EventKind::BeforeSend]).await;
    let gateway = stage.gateway();
    let say = |body: &str| Answer::Say(200, body.to_owned());
    backend.will([
        say(r#"{"allow":true}"#),
        say(r#"{"allow":false,"reason":"no advertisements"}"#),
        say(r#"{"allow":false,"drop":true}"#),
        Answer::Say(500, String::new()),
        Answer::Never,
    ]);
    let data = gateway::before_send_data(&stage.message());
    let mut said = Vec::new();
    for _ in 0..5 {
        said.push(gateway.ask_before_send(&hook, &data).await);
    }
    let reason = "no advertisements".to_owned();
    let refused = BeforeSend::Refused { reason };
    let allowed = BeforeSend::Allowed;
    assert_eq!(said, [allowed.clone(), refused, BeforeSend::Dropped, allowed.clone(), allowed]);
    let told = backend.so_far().remove(0).body;
    assert_eq!((&told["event"], &told["id"]), (&json!("before_send"), &Value::Null));
    assert_eq!(told["data"]["body"]["text"], "dinner?");
}

#[tokio::test]
async fn t14_many_ends_share_commits_with_their_words() {
    let stage = Stage::new().await;
    let backend = Backend::start().await;
    webhook(&stage, &backend.url, &[EventKind::Delivery]).await;
    let certificate = stage.xiaomi().await;
    let _gateway = stage.gateway();
    let message = stage.queue(certificate, &regids(300)).await;
    stage.ended(message).await;
    let mut told: Vec<i64> =
        backend.told(300).await.iter().map(|told| told.body["data"]["delivery"].as_i64().unwrap()).collect();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), 300);
}
