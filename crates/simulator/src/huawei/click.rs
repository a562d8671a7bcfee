//! What a tap opens, and what the app is handed by it.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Value, json};

use super::{
    fields::{filled, illegal, number, object},
    reply::Refusal,
};
use crate::phone::{Handover, Opens};

/// How an app reads what came as an extra of the intent that started it. `data` of a notification arrives there on HMS
/// push 9.1.1 and newer. Documented.
const EXTRA_GETTER: &str = r#"getIntent().getStringExtra("payload")"#;
/// How an app reads what came in the query of an intent URI. Documented.
const QUERY_GETTER: &str = r#"getIntent().getData().getQueryParameter("payload")"#;
/// How an app reads a data message. Row G8.
const DATA_GETTER: &str = r#"RemoteMessage.getDataOfMap().get("payload")"#;

/// What a tap does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Click {
    pub(super) opens: Opens,
}

/// Reads `click_action`, which every notification needs.
pub(super) fn read(notification: &Value) -> Result<Click, Refusal> {
    let action = object(notification, "click_action")?
        .ok_or_else(|| illegal("click_action", "must not be missing"))?;
    let kind = number(action, "type", 1..=4)?.ok_or_else(|| illegal("type", "must not be missing"))?;
    let opens = match kind {
        1 => {
            let page = filled(action, "intent")?.or(filled(action, "action")?);
            Opens::Page(page.ok_or_else(|| illegal("click_action", "needs intent or action when type is 1"))?)
        }
        2 => {
            let url = filled(action, "url")?.filter(|url| url.starts_with("https://"));
            Opens::Web(url.ok_or_else(|| illegal("url", "must begin with https:// when type is 2"))?)
        }
        3 => Opens::App,
        _ => {
            let rich = filled(action, "rich_resource")?;
            Opens::Page(rich.ok_or_else(|| illegal("rich_resource", "must not be missing when type is 4"))?)
        }
    };
    Ok(Click { opens })
}

/// What a tap on a notification hands to the app.
pub(super) fn of_notification(opens: &Opens, data: Option<&str>) -> Handover {
    let (mut extras, mut query) = (map_of(data), BTreeMap::new());
    match opens {
        Opens::Web(_) => extras.clear(),
        Opens::App => (),
        Opens::Page(intent) => {
            extras.extend(intent_extras(intent));
            query = intent_query(intent);
        }
    }
    let has = |map: &BTreeMap<String, String>| map.contains_key("ext") || map.contains_key("payload");
    let by_query = !has(&extras) && has(&query);
    let (getter, read) = if by_query { (QUERY_GETTER, &query) } else { (EXTRA_GETTER, &extras) };
    Handover {
        getter,
        ext: read.get("ext").cloned(),
        payload: read.get("payload").cloned(),
        extras: json!({ "extras": extras, "query": query }),
    }
}

/// What a data message hands to the app.
pub(super) fn of_data(data: &str) -> Handover {
    let map = map_of(Some(data));
    Handover {
        getter: DATA_GETTER,
        ext: map.get("ext").cloned(),
        payload: map.get("payload").cloned(),
        extras: json!({ "data": data }),
    }
}

/// The members of data that is a JSON object, each as text; other data has none.
fn map_of(data: Option<&str>) -> BTreeMap<String, String> {
    let members = match data.map(serde_json::from_str) {
        Some(Ok(Value::Object(members))) => members,
        _ => return BTreeMap::new(),
    };
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    members.into_iter().map(|(key, value)| (key, text(value))).collect()
}

/// The typed extras in the text of Android's intent URI form, such as `S.mid=m-42;i.n=3`.
fn intent_extras(intent: &str) -> BTreeMap<String, String> {
    let Some((_, parts)) = intent.split_once("#Intent;") else { return BTreeMap::new() };
    let extra = |part: &str| {
        let (name, value) = part.split_once('=')?;
        let name = ["S.", "i.", "l.", "B."].iter().find_map(|kind| name.strip_prefix(kind))?;
        Some((decode(name), decode(value)))
    };
    parts.split(';').take_while(|part| *part != "end").filter_map(extra).collect()
}

/// The query of an intent URI.
fn intent_query(intent: &str) -> BTreeMap<String, String> {
    let address = intent.split_once('#').map_or(intent, |(address, _)| address);
    let query = address.split_once('?').map(|(_, query)| query).unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// Undoes percent encoding alone: a plus sign stands for itself here.
fn decode(text: &str) -> String {
    let text = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    let decoded = form_urlencoded::parse(text.as_bytes()).next();
    decoded.map_or_else(String::new, |(text, _): (Cow<'_, str>, _)| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intent_hands_over_its_extras_and_wins_over_data() {
        let intent = "intent://com.example.im/chat?conv=c-1001#Intent;scheme=imscheme;launchFlags=0x4000000;\
                      S.ext=a%3Bb%26c+d;i.n=3;end;S.payload=late";
        let handed =
            of_notification(&Opens::Page(intent.to_owned()), Some(r#"{"ext":"old","payload":{"a":1}}"#));
        assert_eq!(handed.ext.as_deref(), Some("a;b&c+d"));
        assert_eq!(handed.payload.as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(handed.extras["extras"]["n"], "3");
        assert_eq!(handed.extras["query"]["conv"], "c-1001");
        assert_eq!(handed.getter, EXTRA_GETTER);
    }

    #[test]
    fn what_stands_in_the_query_alone_is_read_from_there() {
        let intent = "imscheme://com.example.im/chat?ext=a%20b&payload=p+q";
        let handed = of_notification(&Opens::Page(intent.to_owned()), None);
        assert_eq!((handed.ext.as_deref(), handed.payload.as_deref()), (Some("a b"), Some("p q")));
        assert_eq!(handed.getter, QUERY_GETTER);
    }

    #[test]
    fn a_web_page_is_handed_nothing_and_plain_data_has_no_keys() {
        let data = Some(r#"{"ext":"e"}"#);
        assert_eq!(of_notification(&Opens::Web("https://a.example".to_owned()), data).ext, None);
        assert_eq!(of_notification(&Opens::App, data).ext.as_deref(), Some("e"));
        assert_eq!(of_data("plain").ext, None);
        assert_eq!(of_data(r#"{"payload":"p"}"#).payload.as_deref(), Some("p"));
    }
}
