//! Taps: whatever the brand, the app hears the same shape (rows E5, G5 to G9).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::AppEvent;

/// What the app hears of a tap.
pub(crate) fn read(
    getter: &str,
    ext: Option<&str>,
    payload: Option<&str>,
    members: &BTreeMap<String, String>,
) -> AppEvent {
    let ext = ext.map(str::to_owned).or_else(|| put_together(members));
    let payload = payload.or_else(|| members.get("payload").map(String::as_str)).map(str::to_owned);
    AppEvent::Tapped { getter: getter.to_owned(), entity: ext.as_deref().and_then(entity), ext, payload }
}

/// `ext` as the sender wrote it, where the vendor hands it over as the extras of a page: each member a text, and what
/// was an object or a list the text of its JSON. `payload` is no member of it.
fn put_together(members: &BTreeMap<String, String>) -> Option<String> {
    let object: Map<String, Value> = members
        .iter()
        .filter(|(name, _)| *name != "payload")
        .map(|(name, text)| (name.clone(), nested(text).unwrap_or_else(|| Value::from(text.as_str()))))
        .collect();
    (!object.is_empty()).then(|| Value::from(object).to_string())
}

fn nested(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|value: &Value| value.is_object() || value.is_array())
}

fn entity(ext: &str) -> Option<Value> {
    let Ok(Value::Object(mut members)) = serde_json::from_str(ext) else { return None };
    members.remove("entity")
}
