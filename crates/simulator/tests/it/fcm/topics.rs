//! Topics by both of their interfaces, conditions, device groups.

use http::{Method, Request, header};
use http_body_util::Full;
use serde_json::{Value, json};

use super::{HOST, IID, Sender, chat, read, told};

impl Sender {
    async fn batch(&self, path: &str, to: &str, tokens: &[&str]) -> (u16, Value) {
        let body = json!({ "to": to, "registration_tokens": tokens });
        read(self.call(IID, Method::POST, path, &self.access().await, &body).await.unwrap())
    }

    async fn subscription(&self, method: Method, of: &str, rest: &str) -> (u16, Value) {
        let path = format!("/v1/projects/{}/registrations/{of}/topicSubscriptions{rest}", self.project());
        read(self.call(HOST, method, &path, &self.access().await, &json!({})).await.unwrap())
    }
}

fn news(topic: &str) -> Value {
    json!({ "topic": topic, "notification": { "title": topic } })
}

#[tokio::test]
async fn many_tokens_are_subscribed_at_once_each_with_its_own_result() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("pixel-8", "google");
    let dead = "gone:APA91bGone";
    let (status, body) = sender
        .batch("/iid/v1:batchAdd", "/topics/news", &[&token, dead, "x y", "FAULT:TOO_MANY_TOPICS:1"])
        .await;
    assert_eq!(status, 200);
    let expected = json!([{}, { "error": "NOT_FOUND" }, { "error": "INVALID_ARGUMENT" }, { "error": "TOO_MANY_TOPICS" }]);
    assert_eq!(body["results"], expected);
    let name = sender.sent(&news("news")).await;
    assert!(name.rsplit('/').next().unwrap().bytes().all(|byte| byte.is_ascii_digit()));
    assert_eq!(phone.shade()[0].handover.extras["from"], "/topics/news");
    sender.batch("/iid/v1:batchRemove", "/topics/news", &[&token]).await;
    sender.sent(&news("news")).await;
    assert_eq!(phone.shade().len(), 1);
}

#[tokio::test]
async fn a_batch_must_be_well_formed_small_enough_and_of_the_new_kind_of_credential() {
    let sender = Sender::start().await;
    let many = vec!["gone:APA91bGone"; 1001];
    assert_eq!(sender.batch("/iid/v1:batchAdd", "/topics/news", &many).await.1["error"], "INVALID_ARGUMENT");
    assert_eq!(sender.batch("/iid/v1:batchAdd", "/topics/news", &many[..1000]).await.0, 200);
    assert_eq!(sender.batch("/iid/v1:batchAdd", "news", &many[..1]).await.0, 400);
    assert_eq!(sender.batch("/iid/v1:batchAdd", "/topics/news", &[]).await.0, 400);
    let request = Request::post("/iid/v1:batchAdd")
        .header(header::HOST, IID)
        .header(header::AUTHORIZATION, format!("Bearer {}", sender.access().await))
        .body(Full::default())
        .unwrap();
    assert_eq!(sender.world.http1(IID, request).await.unwrap().status(), 401);
    sender.rights(&json!({ "topics_per_second": 0 }));
    let full = sender.batch("/iid/v1:batchAdd", "/topics/news", &many[..1]).await;
    assert_eq!((full.0, &full.1["error"]), (429, &json!("RESOURCE_EXHAUSTED")));
}

#[tokio::test]
async fn subscriptions_are_a_resource_of_a_token_or_an_installation_id() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("pixel-8", "google");
    let (fid, _) = token.split_once(':').unwrap();
    let made = sender.subscription(Method::POST, fid, "?topicName=news").await;
    assert_eq!((made.0, &made.1["topic_name"]), (200, &json!("news")));
    let again = sender.subscription(Method::POST, &token, "?topic_name=news").await;
    assert_eq!(told(&again), (409, "ALREADY_EXISTS", None));
    assert_eq!(sender.subscription(Method::GET, &token, "/news").await.0, 200);
    assert_eq!(sender.subscription(Method::GET, &token, "/other").await.0, 404);
    assert_eq!(sender.subscription(Method::PATCH, &token, "/other").await.0, 404);
    assert_eq!(sender.subscription(Method::PATCH, &token, "/other?allowMissing=true").await.0, 200);
    let (_, first) = sender.subscription(Method::GET, &token, "?pageSize=1").await;
    assert_eq!(first["topic_subscriptions"][0]["topic_name"], "news");
    let next = format!("?pageToken={}", first["next_page_token"].as_str().unwrap());
    let (_, second) = sender.subscription(Method::GET, &token, &next).await;
    assert_eq!(second["topic_subscriptions"][0]["topic_name"], "other");
    assert!(second.get("next_page_token").is_none());
    sender.sent(&news("news")).await;
    assert_eq!(phone.shade().len(), 1);
    assert_eq!(sender.subscription(Method::DELETE, &token, "/news").await, (200, json!({})));
    assert_eq!(sender.subscription(Method::DELETE, &token, "/news").await.0, 404);
    phone.invalidate_token();
    let dead = sender.subscription(Method::GET, &token, "").await;
    assert_eq!(told(&dead), (404, "NOT_FOUND", Some("UNREGISTERED")));
}

#[tokio::test]
async fn a_condition_reaches_those_whose_topics_fulfil_it() {
    let sender = Sender::start().await;
    let (both, one) = (sender.world.phone("pixel-8", "google"), sender.world.phone("pixel-9", "google"));
    sender.batch("/iid/v1:batchAdd", "/topics/a", &[&both.1, &one.1]).await;
    sender.batch("/iid/v1:batchAdd", "/topics/b", &[&both.1]).await;
    let message =
        json!({ "condition": "'a' in topics && 'b' in topics", "notification": { "title": "both" } });
    sender.sent(&message).await;
    assert_eq!((both.0.shade().len(), one.0.shade().len()), (1, 0));
    let log = sender.world.running.world().log_after(0, 100);
    assert_eq!(log.last().unwrap().targets, 1);
}

#[tokio::test]
async fn a_device_group_is_sent_to_by_its_key() {
    let sender = Sender::start().await;
    let (one, two) = (sender.world.phone("pixel-8", "google"), sender.world.phone("pixel-9", "google"));
    sender.sent(&chat(&one.1, "Ann")).await;
    let number = one.0.shade()[0].handover.extras["from"].as_str().unwrap().to_owned();
    let ask = |method: Method, path: &'static str, body: Value| {
        let (sender, number) = (&sender, &number);
        async move {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header(header::HOST, HOST)
                .header(header::AUTHORIZATION, format!("Bearer {}", sender.access().await))
                .header("access_token_auth", "true")
                .header("project_id", number)
                .body(Full::new(body.to_string().into()))
                .unwrap();
            read(sender.world.http1(HOST, request).await.unwrap())
        }
    };
    let path = "/fcm/notification";
    let create =
        json!({ "operation": "create", "notification_key_name": "user-1", "registration_ids": [one.1] });
    let (status, made) = ask(Method::POST, path, create.clone()).await;
    assert_eq!(status, 200);
    let key = made["notification_key"].as_str().unwrap();
    assert_eq!(ask(Method::POST, path, create).await.1["error"], "notification_key already exists");
    let add = json!({ "operation": "add", "notification_key": key, "registration_ids": [two.1] });
    assert_eq!(ask(Method::POST, path, add).await.0, 200);
    assert_eq!(ask(Method::GET, "/fcm/notification?notification_key_name=user-1", json!({})).await.1, made);
    sender.sent(&chat(key, "to all")).await;
    assert_eq!((one.0.shade().len(), two.0.shade().len()), (2, 1));
    let remove =
        json!({ "operation": "remove", "notification_key": key, "registration_ids": [one.1, two.1] });
    assert_eq!(ask(Method::POST, path, remove).await.0, 200);
    assert_eq!(told(&sender.send(&chat(key, "to nobody")).await).2, Some("UNREGISTERED"));
}
