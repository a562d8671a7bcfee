//! Form bodies and queries as Xiaomi reads them: decoded once, unknown fields ignored.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// The fields of a form in the order they came.
#[derive(Debug, Default)]
pub(super) struct Form<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Form<'a> {
    /// Reads a form body or a query. Total: what is not a field is an empty field.
    pub(super) fn parse(bytes: &'a [u8]) -> Self {
        Self(form_urlencoded::parse(bytes).collect())
    }

    /// Reads a message in JSON as if it were a form: members of `extra` are its `extra.*` fields (observed).
    pub(super) fn of_json(message: &'a Map<String, Value>) -> Self {
        let extras = message.get("extra").and_then(Value::as_object).into_iter().flatten();
        let own = message.iter().filter(|(name, _)| *name != "extra");
        let fields = own.filter_map(|(name, value)| Some((Cow::Borrowed(name.as_str()), written(value)?)));
        let extras =
            extras.filter_map(|(name, value)| Some((Cow::Owned(format!("extra.{name}")), written(value)?)));
        Self(fields.chain(extras).collect())
    }

    /// The same with one more field, where it is there.
    #[must_use]
    pub(super) fn with(mut self, name: &'a str, value: Option<&'a str>) -> Self {
        self.0.extend(value.map(|value| (name.into(), value.into())));
        self
    }

    /// The first value of a field; `None` where absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find_map(|(key, value)| (key == name).then_some(&**value))
    }

    /// The first value of a field that is not blank.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.trim().is_empty())
    }

    /// Every value of a list field: repeated fields and commas alike, a trailing comma adding nothing.
    pub(super) fn list<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|item| !item.is_empty())
    }

    /// The `extra.*` fields, without the prefix.
    pub(super) fn extras(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(key, value)| Some((key.strip_prefix("extra.")?, &**value)))
    }
}

/// A JSON value as a form would write it; `None` for null.
fn written(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        other => Some(Cow::Owned(other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Form;

    #[test]
    fn a_list_may_be_repeated_or_joined_by_commas() {
        let form = Form::parse(b"r=a%2Bb%3D&r=c,d,&x=1&r=");
        assert_eq!(form.list("r").collect::<Vec<_>>(), ["a+b=", "c", "d"]);
        assert_eq!(form.get("r"), Some("a+b="));
        assert_eq!(form.filled("nothing"), None);
    }

    #[test]
    fn a_form_is_decoded_once() {
        let form = Form::parse(b"payload=%257B%257D&extra.ext=%E9%98%BF+%26");
        assert_eq!(form.get("payload"), Some("%7B%7D"));
        assert_eq!(form.extras().collect::<Vec<_>>(), [("ext", "阿 &")]);
    }

    #[test]
    fn a_message_in_json_is_read_as_a_form() {
        let message = json!({"title": "t", "notify_id": 7, "payload": null, "extra": {"notify_effect": 1, "a": {"b": 2}}});
        let form = Form::of_json(message.as_object().unwrap()).with("time_to_send", Some("9"));
        assert_eq!((form.get("notify_id"), form.get("payload")), (Some("7"), None));
        assert_eq!(form.get("time_to_send"), Some("9"));
        assert_eq!(form.extras().collect::<Vec<_>>(), [("a", r#"{"b":2}"#), ("notify_effect", "1")]);
    }
}
