//! A user is deleted by the App's backend.

use http::Method;
use serde_json::json;

use crate::{house::House, phone::Phone};

#[tokio::test]
async fn a_deleted_user_is_not_found_and_explain_says_so() {
    let house = House::new().await;
    let _bo = Phone::online(&house, "bo").await;
    let message = house.send("bo", "ann", "晚饭吃什么?").await;
    house.explained(&message, "ann").await;
    assert_eq!(house.delete("/v1/users/bo").await.status, 204);
    assert_eq!(house.get("/v1/users/bo").await.status, 404);
    assert_eq!(house.delete("/v1/users/bo").await.status, 404);
    house.im.keep_house().await.unwrap();

    let later = house.send("ann", "bo", "are you there?").await;
    house.explained(&later, "bo").await;
    for path in [
        format!("/v1/messages/{later}/explain?user=bo"),
        format!("/v1/messages/{message}/explain"),
        "/v1/users/bo/explain".to_owned(),
    ] {
        let answer = house.get(&path).await.json();
        assert_eq!(answer["warnings"][0]["code"], "user_deleted", "{path}: {answer}");
        assert!(answer["warnings"][0]["zh"].as_str().unwrap().contains("已于"), "{path}: {answer}");
    }
    let emptied = house.get(&format!("/v1/messages/{message}")).await.json();
    assert_eq!(emptied["body"]["type"], "gone");
}

#[tokio::test]
async fn a_foreign_app_deletes_nobody_and_an_id_is_given_again_once_nothing_is_left() {
    let house = House::new().await;
    house.users(&["bo"]).await;
    assert_eq!(house.foreign(Method::DELETE, "/v1/users/bo", json!(null)).await.status, 404);
    assert_eq!(house.delete("/v1/users/nobody").await.status, 404);
    assert_eq!(house.delete("/v1/users/bo").await.status, 204);
    house.im.keep_house().await.unwrap();
    assert_eq!(house.post("/v1/users", json!({ "id": "bo" })).await.status, 201);
    assert_eq!(house.get("/v1/users/bo").await.status, 200);
}
