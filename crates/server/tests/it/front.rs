//! What is true of every endpoint.

use bytes::Bytes;
use http::{Method, StatusCode, Version};
use http_body_util::Empty;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::json;
use store::Scope;

use crate::{garbage::filled, house::House};

const ID: &str = "018f0000-0000-7000-8000-000000000000";

#[tokio::test]
async fn every_endpoint_but_health_openapi_and_receipts_asks_for_a_key() {
    let house = House::new().await;
    for endpoint in server::endpoints() {
        let path = filled(&endpoint.path, ID);
        let Some(scope) = endpoint.scope else {
            let open = ["/health", "/v1/openapi.json", "/v1/receipts/{vendor}/{certificate}/{secret}"];
            assert!(open.contains(&endpoint.path.as_str()), "{path} asks for no key");
            continue;
        };
        let others: Vec<Scope> = [Scope::Send, Scope::Read, Scope::Manage, Scope::Instance]
            .into_iter()
            .filter(|other| *other != scope)
            .collect();
        let without_scope = format!("Bearer {}", house.key_with(others).await);
        let basic = format!("Basic {}", house.key);
        let cases: [(&[(&str, &str)], u16); 6] = [
            (&[], 401),
            (&[("authorization", "")], 401),
            (&[("authorization", "Bearer ")], 401),
            (&[("authorization", "Bearer ph_nobody-knows-this-key")], 401),
            (&[("authorization", &basic)], 401),
            (&[("authorization", &without_scope)], 403),
        ];
        for (headers, status) in cases {
            let answer = house.raw(endpoint.method.clone(), &path, headers, "{}").await;
            assert_eq!(answer.refusal().0, status, "{} {path} {headers:?}", endpoint.method);
        }
    }
}

#[tokio::test]
async fn another_apps_objects_are_not_there() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    let message = house.send("ann", "bo", "secret").await;
    house.post("/v1/users", json!({ "id": "bo" })).await;
    house.group("team", &["ann", "bo"]).await;
    house.put("/v1/resources/r", json!({ "vendors": {} })).await;
    house.post("/v1/webhooks", json!({ "url": "https://a.example/", "events": ["message"] })).await;
    let device = house.post("/v1/devices", json!({})).await.json();
    let push_id = device["push_id"].as_str().unwrap();
    let key = format!("Bearer {}", house.foreign_key);
    let foreign = [("authorization", key.as_str())];
    let binding = json!({ "certificate": certificate, "token": "t" }).to_string();
    let edit = json!({ "name": "x", "fields": {} }).to_string();
    let cases = [
        (Method::GET, format!("/v1/certificates/{certificate}"), ""),
        (Method::PUT, format!("/v1/certificates/{certificate}"), edit.as_str()),
        (Method::POST, format!("/v1/certificates/{certificate}/probe"), ""),
        (Method::GET, format!("/v1/messages/{message}"), ""),
        (Method::GET, format!("/v1/messages/{message}/explain"), ""),
        (Method::POST, format!("/v1/messages/{message}/recall"), ""),
        (Method::GET, "/v1/groups/team".to_owned(), ""),
        (Method::PATCH, "/v1/groups/team".to_owned(), r#"{"name":"x"}"#),
        (Method::DELETE, "/v1/groups/team".to_owned(), ""),
        (Method::GET, "/v1/groups/team/members".to_owned(), ""),
        (Method::POST, "/v1/groups/team/members".to_owned(), r#"{"users":["x"]}"#),
        (Method::DELETE, "/v1/groups/team/members".to_owned(), r#"{"users":["ann"]}"#),
        (Method::PATCH, "/v1/groups/team/members/ann".to_owned(), r#"{"role":"admin"}"#),
        (Method::PATCH, "/v1/users/bo".to_owned(), r#"{"name":"x"}"#),
        (Method::GET, "/v1/users/bo/settings".to_owned(), ""),
        (Method::GET, "/v1/users/bo/sessions".to_owned(), ""),
        (Method::GET, "/v1/users/bo/conversations".to_owned(), ""),
        (Method::GET, "/v1/users/bo/conversations/p:ann:bo/messages".to_owned(), ""),
        (Method::PUT, "/v1/users/bo/conversations/p:ann:bo/mute".to_owned(), r#"{"mute":"all"}"#),
        (Method::POST, "/v1/users/bo/conversations/p:ann:bo/read".to_owned(), r#"{"seq":1}"#),
        (Method::GET, "/v1/users/bo".to_owned(), ""),
        (Method::GET, "/v1/users/bo/devices".to_owned(), ""),
        (Method::POST, "/v1/users/bo/kick".to_owned(), ""),
        (Method::POST, "/v1/users/bo/logout".to_owned(), ""),
        (Method::GET, format!("/v1/devices/{push_id}"), ""),
        (Method::DELETE, format!("/v1/devices/{push_id}"), ""),
        (Method::POST, format!("/v1/devices/{push_id}/binding"), binding.as_str()),
        (Method::DELETE, format!("/v1/devices/{push_id}/binding"), ""),
    ];
    for (method, path, body) in cases {
        let answer = house.raw(method.clone(), &path, &foreign, body.to_owned()).await;
        assert_eq!(answer.refusal(), (404, "not_found".to_owned()), "{method} {path}");
    }
    let lists = ["certificates", "users", "groups", "resources", "webhooks", "deliveries", "lanes"]
        .map(|list| format!("/v1/{list}"));
    for path in &lists {
        let lists = house.raw(Method::GET, path, &foreign, "").await.json();
        let empty = lists.as_object().unwrap().values().all(|list| list.as_array().unwrap().is_empty());
        assert!(empty, "{path}: {lists}");
    }
}

#[tokio::test]
async fn answers_carry_a_request_id_and_are_not_kept_by_caches() {
    let house = House::new().await;
    let answer = house.raw(Method::GET, "/health", &[], "").await;
    assert_eq!(answer.json()["status"], "ok");
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert!(!answer.headers["x-request-id"].is_empty());
}

#[tokio::test]
async fn http2_without_tls_is_spoken_too() {
    let house = House::new().await;
    let client: Client<HttpConnector, Empty<Bytes>> =
        Client::builder(TokioExecutor::new()).http2_only(true).build_http();
    let uri = format!("http://{}/health", house.address).parse().unwrap();
    let answer = client.get(uri).await.unwrap();
    assert_eq!((answer.version(), answer.status()), (Version::HTTP_2, StatusCode::OK));
}

#[tokio::test]
async fn the_socket_road_tells_a_plain_request_what_it_wants() {
    let house = House::new().await;
    let answer = house.raw(Method::GET, "/v1/ws", &[], "").await;
    assert_eq!(answer.refusal(), (400, "malformed".to_owned()));
}
