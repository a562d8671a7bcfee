//! What a tap does and hands over, from the click fields of a message.
//!
//! Types and limits: documented. There is no type 3.

use serde_json::{Map, Value};

use super::{
    fields::Fields,
    reply::{Code, Refusal},
};
use crate::phone::{Handover, Opens};

/// Longest action or class name, in characters. Documented.
const ACTIVITY_MAX_CHARS: usize = 500;
/// Longest URL, in characters. Documented; an older text says 500.
const URL_MAX_CHARS: usize = 2000;
/// Longest parameters, in characters of their JSON text. Documented.
const PARAMETERS_MAX_CHARS: usize = 4000;
/// How an app reads parameters of a page (row G7 of the seed documents: each pair is a string extra of the intent).
const EXTRA_GETTER: &str = r#"getIntent().getStringExtra("ext")"#;
/// How an app reads parameters that were appended to the URL which opened it. Assumed from the append rule.
const QUERY_GETTER: &str = r#"getIntent().getData().getQueryParameter("ext")"#;

/// A tap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tap {
    pub(super) opens: Opens,
    pub(super) handover: Handover,
}

/// Reads the click fields.
pub(super) fn read(fields: &Fields<'_>) -> Result<Tap, Refusal> {
    let parameters = parameters(fields)?;
    let activity = || fields.required_short("click_action_activity", ACTIVITY_MAX_CHARS);
    let url = || fields.required_short("click_action_url", URL_MAX_CHARS);
    match fields.integer("click_action_type")?.unwrap_or(0) {
        0 => Ok(in_app(Opens::App, parameters)),
        1 | 4 => Ok(in_app(Opens::Page(activity()?), parameters)),
        2 => web(&url()?, &parameters),
        5 => page_by_url(&url()?, &parameters),
        _ => Err(Code::INVALID.because("click_action_type must be 0, 1, 2, 4 or 5")),
    }
}

/// The pairs, each value as text: nested JSON arrives as text.
fn parameters(fields: &Fields<'_>) -> Result<Map<String, Value>, Refusal> {
    fields.short("action_parameters", PARAMETERS_MAX_CHARS)?;
    let pairs = fields.object("action_parameters")?.unwrap_or_default();
    Ok(pairs.texts().map(|(name, text)| (name.to_owned(), Value::from(text))).collect())
}

fn in_app(opens: Opens, extras: Map<String, Value>) -> Tap {
    let extra = |name: &str| extras.get(name).and_then(Value::as_str).map(str::to_owned);
    let (ext, payload) = (extra("ext"), extra("payload"));
    Tap { opens, handover: Handover { getter: EXTRA_GETTER, ext, payload, extras: extras.into() } }
}

fn web(url: &str, parameters: &Map<String, Value>) -> Result<Tap, Refusal> {
    let lower = url.to_ascii_lowercase();
    if !lower.starts_with("http://") && !lower.starts_with("https://") {
        return Err(Code::INVALID.because("click_action_url must begin with http:// or https://"));
    }
    let handover = Handover { getter: QUERY_GETTER, ext: None, payload: None, extras: Map::new().into() };
    Ok(Tap { opens: Opens::Web(with_query(url, parameters)), handover })
}

fn page_by_url(url: &str, parameters: &Map<String, Value>) -> Result<Tap, Refusal> {
    if !url.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme)) {
        return Err(Code::INVALID.because("click_action_url must begin with a scheme"));
    }
    let url = with_query(url, parameters);
    let before_fragment = url.split('#').next().unwrap_or_default();
    let query = before_fragment.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let find = |wanted: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find_map(|(name, value)| (name == wanted).then(|| value.into_owned()))
    };
    let (ext, payload) = (find("ext"), find("payload"));
    let extras = Map::from_iter([("data".to_owned(), Value::from(url.as_str()))]).into();
    Ok(Tap { opens: Opens::Page(url), handover: Handover { getter: QUERY_GETTER, ext, payload, extras } })
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|char| char.is_ascii_alphanumeric() || "+-.".contains(char))
}

/// A URL with parameters appended to its query, before the fragment.
fn with_query(url: &str, parameters: &Map<String, Value>) -> String {
    if parameters.is_empty() {
        return url.to_owned();
    }
    let pairs = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let (address, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{query}{fragment}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tap(message: &Value) -> Result<Tap, i32> {
        read(&Fields::of(message).unwrap()).map_err(|refusal| refusal.code.0)
    }

    #[test]
    fn pairs_become_extras_of_the_intent_and_nested_json_arrives_as_text() {
        let message = json!({"click_action_type": 4, "click_action_activity": "com.a.B",
            "action_parameters": "{\"ext\":{\"a\":1},\"payload\":\"p\",\"n\":3}"});
        let tap = tap(&message).unwrap();
        assert_eq!(tap.opens, Opens::Page("com.a.B".to_owned()));
        assert_eq!(tap.handover.ext.as_deref(), Some("{\"a\":1}"));
        assert_eq!(tap.handover.payload.as_deref(), Some("p"));
        assert_eq!(tap.handover.extras, json!({"ext": "{\"a\":1}", "payload": "p", "n": "3"}));
    }

    #[test]
    fn pairs_are_appended_to_urls_before_the_fragment() {
        let of = |kind: u8, url: &str| {
            let message = json!({"click_action_type": kind, "click_action_url": url,
                "action_parameters": {"ext": "a b&c"}});
            tap(&message).unwrap()
        };
        let web = of(2, "https://a.example/?x=1#top");
        assert_eq!(web.opens, Opens::Web("https://a.example/?x=1&ext=a+b%26c#top".to_owned()));
        assert_eq!((web.handover.ext, web.handover.extras), (None, json!({})));
        let page = of(5, "intent://chat#Intent;scheme=im;end");
        assert_eq!(page.opens, Opens::Page("intent://chat?ext=a+b%26c#Intent;scheme=im;end".to_owned()));
        assert_eq!(page.handover.ext.as_deref(), Some("a b&c"));
    }

    #[test]
    fn a_click_needs_its_target() {
        for (message, code) in [
            (json!({"click_action_type": 3}), 41),
            (json!({"click_action_type": 1}), 40),
            (json!({"click_action_type": 2}), 40),
            (json!({"click_action_type": 2, "click_action_url": "ftp://a"}), 41),
            (json!({"click_action_type": 5, "click_action_url": "no scheme"}), 41),
            (json!({"action_parameters": "no object"}), 41),
            (json!({"action_parameters": "[1]"}), 41),
        ] {
            assert_eq!(tap(&message), Err(code), "{message}");
        }
        assert_eq!(tap(&json!({})).unwrap().opens, Opens::App);
    }
}
