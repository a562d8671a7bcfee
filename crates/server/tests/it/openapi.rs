//! The OpenAPI document.

use http::Method;
use serde_json::Value;

use crate::house::House;

#[tokio::test]
async fn the_served_document_lists_every_endpoint_and_resolves_every_reference() {
    let house = House::new().await;
    let served = house.raw(Method::GET, "/v1/openapi.json", &[], "").await;
    assert_eq!(served.text, server::openapi_json());
    let document = served.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut operations = Vec::new();
    for endpoint in server::endpoints() {
        let verb = endpoint.method.as_str().to_lowercase();
        let operation = &document["paths"][&endpoint.path][&verb];
        assert!(operation.is_object(), "{verb} {}", endpoint.path);
        assert_eq!(operation["security"].as_array().unwrap().is_empty(), endpoint.scope.is_none());
        operations.push(operation["operationId"].as_str().unwrap().to_owned());
    }
    operations.sort_unstable();
    let count = operations.len();
    operations.dedup();
    assert_eq!(operations.len(), count, "operation ids are unique");
    references(&document, &document);
}

fn references(value: &Value, document: &Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                let pointer = reference.trim_start_matches('#');
                assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
            }
            fields.values().for_each(|field| references(field, document));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, document)),
        _ => {}
    }
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == server::openapi_json(), "docs/openapi.json is out of date: make it anew");
}
