//! What an operator sees and sets: metrics, API keys, limits.

use std::num::NonZeroU32;

use http::Method;
use im::ImConfig;
use meter::{Kind, Metric};
use model::{AppPolicy, Secret};
use serde_json::{Value, json};
use server::{Limits, MetricsConfig, ServerConfig};
use store::Scope;

use crate::{
    house::{Answer, House},
    phone::Phone,
};

async fn set_to(set: impl FnOnce(&mut ServerConfig)) -> House {
    House::set_to(ImConfig::default(), AppPolicy::default(), set).await
}

async fn with_key(house: &House, key: &str, method: Method, path: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {key}");
    let body = if body.is_null() { String::new() } else { body.to_string() };
    house.raw(method, path, &[("authorization", &bearer)], body).await
}

async fn metrics(house: &House, key: &str) -> Answer {
    with_key(house, key, Method::GET, "/metrics", &Value::Null).await
}

#[tokio::test]
async fn metrics_are_for_the_instance_key_and_the_configured_token_alone() {
    let house = set_to(|config| {
        config.metrics.token = Some(Secret::new("scraper's".to_owned()));
    })
    .await;
    for key in [house.instance_key.as_str(), "scraper's"] {
        let answer = metrics(&house, key).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    }
    assert_eq!(metrics(&house, &house.key).await.refusal(), (403, "forbidden".to_owned()));
    assert_eq!(metrics(&house, "scraper").await.refusal(), (401, "unauthenticated".to_owned()));
    assert_eq!(house.raw(Method::GET, "/metrics", &[], "").await.status, 401);
}

#[tokio::test]
async fn every_metric_of_the_catalogue_is_on_the_page_and_nothing_else() {
    let house = House::new().await;
    let certificate = house.certificate("mi").await;
    let push = json!({
        "to": { "certificate": certificate, "token": "a token that must not be seen" },
        "push": { "title": "a title", "body": "a text" },
    });
    assert_eq!(house.post("/v1/pushes", push).await.status, 201);
    house.send("ann", "bo", "words").await;
    assert_eq!(house.get("/v1/users/nobody").await.status, 404);
    let mut phone = Phone::connect(&house).await;
    let login = phone.login(&house.token("bo"));
    phone.send(&login).await;
    assert_eq!(phone.next().await["type"], "welcome");

    let page = metrics(&house, &house.instance_key).await.text;
    let families: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let named: std::collections::BTreeSet<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
    assert_eq!(families.iter().copied().collect::<std::collections::BTreeSet<_>>(), named);
    assert_eq!(families.len(), named.len(), "a metric stands there twice");
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let (sample, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
        let name = sample.split('{').next().unwrap();
        let belongs = |metric: &&Metric| match metric.kind() {
            Kind::Histogram => name.strip_prefix(metric.name()).is_some_and(|rest| rest.starts_with('_')),
            Kind::Counter | Kind::Gauge => name == metric.name(),
        };
        assert!(Metric::ALL.iter().any(|metric| belongs(&metric)), "{line}");
    }
    for expected in [
        "posthouse_messages_accepted_total{kind=\"message\"} 1",
        "posthouse_messages_accepted_total{kind=\"push\"} 1",
        "posthouse_refused_total{surface=\"rest\",code=\"not_found\"} 1",
        "posthouse_sessions_online 1",
        "posthouse_build_info{version=\"",
        "posthouse_lane_queued{vendor=\"xiaomi\",certificate=\"1\"}",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
    assert!(!page.contains("must not be seen") && !page.contains("a text"));
}

#[tokio::test]
async fn metrics_have_a_port_of_their_own_which_is_open_to_this_machine_alone_without_a_token() {
    let (with, without) = (Some(Secret::new("scraper's".to_owned())), None);
    for token in [with, without] {
        let needs_token = token.is_some();
        let listen = Some("127.0.0.1:0".parse().unwrap());
        let house = set_to(|config| config.metrics = MetricsConfig { token, listen }).await;
        let at = house.metrics_addr();
        let bare = house.elsewhere(at, "/metrics", &[]).await;
        assert_eq!(bare.status, if needs_token { 401 } else { 200 });
        let bearer = [("authorization", "Bearer scraper's")];
        assert_eq!(house.elsewhere(at, "/metrics", &bearer).await.status, 200);
        assert_eq!(house.elsewhere(at, "/v1/apps", &bearer).await.status, 404);
    }
    let open = House::try_set_to(|config| config.metrics.listen = Some("0.0.0.0:0".parse().unwrap())).await;
    assert!(open.err().unwrap().to_string().contains("metrics.token"));
}

#[tokio::test]
async fn a_key_is_made_listed_and_refused_from_the_moment_it_is_revoked() {
    let house = House::new().await;
    let made = house.post("/v1/keys", json!({ "name": "backend", "scopes": ["send", "read"] })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    let key = made["key"].as_str().unwrap().to_owned();
    assert_eq!(with_key(&house, &key, Method::GET, "/v1/app", &Value::Null).await.status, 200);
    assert_eq!(with_key(&house, &key, Method::GET, "/v1/keys", &Value::Null).await.status, 403);
    let listed = house.get("/v1/keys").await;
    assert!(!listed.text.contains(&key));
    let listed = listed.json();
    let mine = listed["keys"].as_array().unwrap().iter().find(|one| one["id"] == made["id"]).unwrap();
    assert_eq!((&mine["name"], &mine["scopes"]), (&json!("backend"), &json!(["send", "read"])));
    assert!(mine["used_at"].as_i64().unwrap() >= mine["created_at"].as_i64().unwrap());

    let path = format!("/v1/keys/{}", made["id"].as_str().unwrap());
    assert_eq!(house.foreign(Method::DELETE, &path, Value::Null).await.refusal().0, 404);
    assert_eq!(house.delete(&path).await.status, 204);
    let refused = with_key(&house, &key, Method::GET, "/v1/app", &Value::Null).await;
    assert_eq!(refused.refusal(), (401, "unauthenticated".to_owned()));
    assert_eq!(house.delete(&path).await.status, 404);
}

#[tokio::test]
async fn a_key_gives_away_only_what_it_has_and_cannot_revoke_itself() {
    let house = House::new().await;
    let wide = json!({ "name": "wide", "scopes": ["instance"] });
    assert_eq!(house.post("/v1/keys", wide).await.refusal(), (403, "forbidden".to_owned()));
    let none = json!({ "name": "none", "scopes": [] });
    assert_eq!(house.post("/v1/keys", none).await.refusal(), (422, "invalid".to_owned()));
    let keys = house.get("/v1/keys").await.json();
    let own = keys["keys"].as_array().unwrap().iter().find(|key| key["name"] == "test").unwrap();
    let path = format!("/v1/keys/{}", own["id"].as_str().unwrap());
    assert_eq!(house.delete(&path).await.refusal(), (422, "invalid".to_owned()));
}

#[tokio::test]
async fn the_instance_makes_and_revokes_keys_of_any_app() {
    let house = House::new().await;
    let body = json!({ "name": "lost the other", "scopes": ["manage", "read"] });
    let made = with_key(&house, &house.instance_key, Method::POST, "/v1/apps/2/keys", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    let key = made["key"].as_str().unwrap();
    let app = with_key(&house, key, Method::GET, "/v1/app", &Value::Null).await.json();
    assert_eq!(app["id"], 2);
    let path = format!("/v1/apps/2/keys/{}", made["id"].as_str().unwrap());
    assert_eq!(with_key(&house, &house.key, Method::DELETE, &path, &Value::Null).await.status, 403);
    assert_eq!(with_key(&house, &house.instance_key, Method::DELETE, &path, &Value::Null).await.status, 204);
    assert_eq!(with_key(&house, key, Method::GET, "/v1/app", &Value::Null).await.status, 401);
    let nowhere = with_key(&house, &house.instance_key, Method::POST, "/v1/apps/99/keys", &body).await;
    assert_eq!(nowhere.refusal(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn requests_over_a_keys_rate_are_told_when_to_come_again_and_other_keys_go_on() {
    let house = set_to(|config| config.limits.per_key = NonZeroU32::new(3)).await;
    let mut statuses = Vec::new();
    for _ in 0..20 {
        statuses.push(house.get("/v1/app").await.status.as_u16());
    }
    assert!(statuses.starts_with(&[200, 200, 200]) && statuses.contains(&429), "{statuses:?}");
    let refused = loop {
        let answer = house.get("/v1/app").await;
        if answer.status == 429 {
            break answer;
        }
    };
    assert_eq!(refused.refusal(), (429, "rate_limited".to_owned()));
    assert_eq!(refused.headers["retry-after"], "1");
    let other = house.key_with(vec![Scope::Read]).await;
    assert_eq!(with_key(&house, &other, Method::GET, "/v1/app", &Value::Null).await.status, 200);
    let page = metrics(&house, &house.instance_key).await.text;
    assert!(!page.contains("posthouse_rate_limited_total{by=\"key\"} 0"), "{page}");
}

#[tokio::test]
async fn guesses_at_keys_are_bounded_by_their_address_and_a_good_key_from_there_is_not() {
    let house = set_to(|config| config.limits.per_address = NonZeroU32::new(2)).await;
    let guess = |number: u32| {
        let house = &house;
        async move { with_key(house, &format!("ph_{number}"), Method::GET, "/v1/app", &Value::Null).await }
    };
    let mut statuses = Vec::new();
    for number in 0..20 {
        statuses.push(guess(number).await.status.as_u16());
    }
    assert!(statuses.starts_with(&[401, 401]) && statuses.contains(&429), "{statuses:?}");
    assert_eq!(house.get("/v1/app").await.status, 200);
    house.set_limits(&Limits::default());
    assert_eq!(guess(0).await.status, 401);
}
