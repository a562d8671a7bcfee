//! Groups by REST.

use http::Method;
use serde_json::{Value, json};

use crate::{house::House, phone::Phone};

#[tokio::test]
async fn f2_a_group_is_made_changed_and_ended() {
    let house = House::new().await;
    house.group("team", &["ann", "bo"]).await;
    let shown = house.get("/v1/groups/team").await.json();
    assert_eq!(
        (&shown["owner"], &shown["members"], &shown["join"]),
        (&json!("ann"), &json!(2), &json!("open"))
    );
    let changed =
        house.patch("/v1/groups/team", json!({ "name": "新团队", "join": "invited", "muted": true })).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!((&changed.json()["name"], &changed.json()["muted"]), (&json!("新团队"), &json!(true)));
    let handed = house.patch("/v1/groups/team", json!({ "owner": "bo" })).await.json();
    assert_eq!(handed["owner"], "bo");
    assert_eq!(house.get("/v1/groups?limit=1").await.json()["groups"][0]["id"], "team");
    assert_eq!(house.delete("/v1/groups/team").await.status, 204);
    assert_eq!(house.delete("/v1/groups/team").await.refusal(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn members_come_go_and_are_muted() {
    let house = House::new().await;
    house.group("team", &["ann"]).await;
    let added = house.post("/v1/groups/team/members", json!({ "users": ["bo", "cy", "bo"] })).await;
    assert_eq!((added.status.as_u16(), &added.json()["members"]), (200, &json!(3)));
    let mut bo = Phone::online(&house, "bo").await;
    let muted = house.patch("/v1/groups/team/members/bo", json!({ "mute_for_ms": 60_000 })).await;
    assert!(muted.json()["muted_until"].is_i64(), "{}", muted.text);
    let write = json!({ "type": "send", "client_message_id": "m1", "to": { "group": "team" },
        "body": { "type": "text", "text": "hi" } });
    bo.send(&write).await;
    assert_eq!(bo.next_of("error").await["code"], "muted");
    let admin =
        house.patch("/v1/groups/team/members/bo", json!({ "role": "admin", "mute_for_ms": 0 })).await.json();
    assert_eq!((&admin["role"], admin.get("muted_until")), (&json!("admin"), None));
    bo.send(&write).await;
    bo.next_of("sent").await;
    let path = "/v1/groups/team/members";
    let left = house.call(Method::DELETE, path, Some(json!({ "users": ["bo"] }))).await;
    assert_eq!((left.status.as_u16(), &left.json()["members"]), (200, &json!(2)));
    let members = house.get("/v1/groups/team/members?after=ann").await.json();
    let names: Vec<&Value> = members["members"].as_array().unwrap().iter().map(|one| &one["user"]).collect();
    assert_eq!(names, [&json!("cy")]);
    let gone = house.patch("/v1/groups/team/members/bo", json!({ "role": "admin" })).await;
    assert_eq!(gone.refusal(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn what_breaks_a_groups_limits_changes_nothing() {
    let house = House::new().await;
    house.group("team", &["ann", "bo"]).await;
    let many: Vec<String> = (0..1001).map(|number| format!("user-{number}")).collect();
    let taken = house.post("/v1/groups", json!({ "id": "team", "name": "x", "owner": "cy" })).await;
    assert_eq!(taken.refusal(), (409, "conflict".to_owned()));
    for (method, path, body, code) in [
        (Method::POST, "/v1/groups", json!({ "id": "g", "name": "", "owner": "ann" }), 422),
        (Method::POST, "/v1/groups", json!({ "id": "g", "name": "字".repeat(65), "owner": "ann" }), 422),
        (Method::POST, "/v1/groups", json!({ "id": "g".repeat(65), "name": "g", "owner": "ann" }), 400),
        (Method::POST, "/v1/groups", json!({ "id": "g", "name": "g", "owner": "ann", "members": many }), 422),
        (Method::POST, "/v1/groups/team/members", json!({ "users": many }), 422),
        (Method::PATCH, "/v1/groups/team", json!({ "name": "字".repeat(65) }), 422),
        (Method::PATCH, "/v1/groups/team/members/bo", json!({ "role": "king" }), 400),
    ] {
        let answer = house.call(method.clone(), path, Some(body)).await;
        assert_eq!(answer.refusal().0, code, "{method} {path} {}", answer.text);
    }
    let owner =
        house.call(Method::DELETE, "/v1/groups/team/members", Some(json!({ "users": ["ann"] }))).await;
    assert!(owner.status.is_client_error(), "the owner hands the group over first: {}", owner.text);
    assert_eq!(house.get("/v1/groups/team").await.json()["members"], 2);
}
