//! Deliveries in the console: filtered, page by page, and as a file.

use model::ConsoleRole;
use serde_json::{Value, json};

use crate::{
    browser::somebody,
    dead_letters::{bound, refused},
    house::House,
};

fn shown(text: &str) -> Vec<i64> {
    let rows = text.split("data-test=\"delivery-").skip(1);
    rows.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
}

#[tokio::test]
async fn deliveries_are_filtered_with_their_end_and_the_way_to_explain() {
    let house = House::new().await;
    let certificate = house.certificate("mine").await;
    let push_id = bound(&house, certificate).await;
    let chat = refused(&house, &push_id, "chat").await;
    let advert = refused(&house, &push_id, "marketing").await;
    let said = house.send("ann", "bo", "nobody reads this here").await;
    house.explained(&said, "bo").await;
    let viewer = somebody(&house, ConsoleRole::Viewer).await;
    let all = viewer.get("/console/deliveries").await.text;
    let skipped = shown(&all)[0];
    assert_eq!(shown(&all), [skipped, advert, chat]);
    for part in [
        "rejected",
        "21301",
        "not pushed",
        "The user has never logged in",
        "/console/users/user?id=bo",
        &format!("/console/explain?message={said}&#38;user=bo"),
    ] {
        assert!(all.contains(part), "{part}: {all}");
    }
    assert!(!all.contains("nobody reads this here"));
    for (query, expected) in [
        ("state=rejected", vec![advert, chat]),
        ("state=skipped", vec![skipped]),
        ("class=marketing", vec![advert]),
        ("vendor=xiaomi", vec![advert, chat]),
        ("vendor=oppo", vec![]),
        (&format!("certificate={certificate}&class=chat"), vec![chat]),
        ("reason=never_logged_in", vec![skipped]),
        ("user=bo", vec![skipped]),
        ("user=nobody", vec![]),
        ("from=2020-01-01T00:00", vec![skipped, advert, chat]),
        ("to=2020-01-01T00:00", vec![]),
        (&format!("before={advert}"), vec![chat]),
    ] {
        let found = viewer.get(&format!("/console/deliveries?{query}")).await;
        assert_eq!((found.status.as_u16(), shown(&found.text)), (200, expected), "{query}");
    }
    let zh = viewer.get_as("/console/deliveries?state=rejected", "zh").await.text;
    assert!(zh.contains("投递记录") && zh.contains("厂商拒绝") && zh.contains("导出"));
    let empty = viewer.get("/console/deliveries?user=nobody").await.text;
    assert!(empty.contains("data-test=\"no-match\""));
}

#[tokio::test]
async fn a_filter_that_cannot_be_is_told_at_its_field_and_kept() {
    let house = House::new().await;
    let viewer = somebody(&house, ConsoleRole::Viewer).await;
    let answer = viewer.get("/console/deliveries?from=yesterday&to=tomorrow").await;
    assert_eq!(answer.status, 422);
    for part in ["data-test=\"error-from\"", "data-test=\"error-to\"", "value=\"yesterday\""] {
        assert!(answer.text.contains(part), "{part}: {}", answer.text);
    }
    let backwards = viewer.get("/console/deliveries?from=2026-11-22T10:00&to=2026-11-22T09:00").await;
    assert!(backwards.text.contains("must be later than the beginning"));
    let none = viewer.get("/console/deliveries").await.text;
    assert!(none.contains("data-test=\"no-deliveries\""));
    assert_eq!(viewer.get("/console/deliveries/export?from=yesterday").await.status, 422);
}

#[tokio::test]
async fn a_file_has_what_the_filter_finds_and_no_cell_that_is_a_formula() {
    let house = House::new().await;
    let certificate = house.certificate("mine").await;
    let push_id = bound(&house, certificate).await;
    let chat = refused(&house, &push_id, "chat").await;
    let said = house.send("ann", "=1+1", "nobody reads this here").await;
    house.explained(&said, "=1+1").await;
    let viewer = somebody(&house, ConsoleRole::Viewer).await;
    let csv = viewer.get("/console/deliveries/export?format=csv").await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(csv.headers["content-disposition"], "attachment; filename=\"deliveries.csv\"");
    let lines: Vec<&str> = csv.text.split("\r\n").collect();
    assert!(lines[0].starts_with("id,decided_at,finished_at,message,user,"));
    assert_eq!(lines.len(), 4, "{}", csv.text);
    assert!(lines[1].contains(",\"'=1+1\","), "{}", lines[1]);
    assert!(lines[2].contains(",xiaomi,") && lines[2].contains(",misconfigured,21301,"), "{}", lines[2]);
    for secret in ["nobody reads", "regid-"] {
        assert!(!csv.text.contains(secret), "{}", csv.text);
    }
    let lines = viewer.get("/console/deliveries/export?format=ndjson&state=rejected").await;
    let rows: Vec<Value> = lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["id"], &rows[0]["class"]), (&json!(chat.to_string()), &json!("chat")));
    assert_eq!(rows[0].get("user"), None);
}
