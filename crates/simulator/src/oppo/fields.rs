//! Named values as senders write them: numbers as text and back, objects as JSON text and back, null for absent.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::reply::{Code, Refusal};

/// A field whose repetitions make one list.
const LIST_FIELD: &str = "target_value";
/// What separates the list's members.
pub(super) const SEPARATOR: char = ';';

/// The members of a form or of a JSON object.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields<'a>(Cow<'a, Map<String, Value>>);

impl<'a> Fields<'a> {
    /// The members of an object, or of a text that holds one.
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Object(members) => Some(Self(Cow::Borrowed(members))),
            Value::String(text) => serde_json::from_str(text).ok().map(|members| Self(Cow::Owned(members))),
            _ => None,
        }
    }

    /// The value of a member; null and the empty text stand for none.
    fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null() && value.as_str() != Some(""))
    }

    /// A member as text; what is no text is written as JSON.
    pub(super) fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.value(name).map(|value| match value {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            other => Cow::Owned(other.to_string()),
        })
    }

    /// A member that must be there.
    pub(super) fn required(&self, name: &str) -> Result<Cow<'_, str>, Refusal> {
        self.text(name).ok_or_else(|| Code::MISSING.because(format!("{name} is missing")))
    }

    /// A member as text of bounded length.
    pub(super) fn short(&self, name: &str, max_chars: usize) -> Result<Option<String>, Refusal> {
        self.text(name).map(|text| bounded(name, &text, max_chars)).transpose()
    }

    /// A member that must be there, as text of bounded length.
    pub(super) fn required_short(&self, name: &str, max_chars: usize) -> Result<String, Refusal> {
        bounded(name, &self.required(name)?, max_chars)
    }

    /// A member as a whole number.
    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let number = match value {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_i64(),
        };
        number.map(Some).ok_or_else(|| Code::INVALID.because(format!("{name} must be a whole number")))
    }

    /// A member as a whole number within bounds.
    pub(super) fn within(
        &self,
        name: &str,
        bounds: std::ops::RangeInclusive<i64>,
    ) -> Result<Option<i64>, Refusal> {
        match self.integer(name)? {
            Some(number) if !bounds.contains(&number) => {
                Err(Code::INVALID.because(format!("{name} must be {} to {}", bounds.start(), bounds.end())))
            }
            number => Ok(number),
        }
    }

    /// A member as yes or no.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.text(name).as_deref().map(str::trim) {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(Code::INVALID.because(format!("{name} must be true or false"))),
        }
    }

    /// A member that is an object, or a text that holds one.
    pub(super) fn object(&self, name: &str) -> Result<Option<Fields<'_>>, Refusal> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let object = Fields::of(value);
        object.map(Some).ok_or_else(|| Code::INVALID.because(format!("{name} must be a JSON object")))
    }

    /// A member that is an array, or a text that holds one.
    pub(super) fn list(&self, name: &str) -> Result<Option<Cow<'_, [Value]>>, Refusal> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let list = match value {
            Value::Array(items) => Some(Cow::Borrowed(items.as_slice())),
            Value::String(text) => serde_json::from_str(text).ok().map(Cow::Owned),
            _ => None,
        };
        list.map(Some).ok_or_else(|| Code::INVALID.because(format!("{name} must be a JSON array")))
    }

    /// Every member, each value as text.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.0.iter().map(|(name, value)| {
            let text = match value {
                Value::String(text) => Cow::Borrowed(text.as_str()),
                other => Cow::Owned(other.to_string()),
            };
            (name.as_str(), text)
        })
    }
}

fn bounded(name: &str, text: &str, max_chars: usize) -> Result<String, Refusal> {
    if text.chars().count() > max_chars {
        return Err(Code::INVALID.because(format!("{name} must have at most {max_chars} characters")));
    }
    Ok(text.to_owned())
}

impl Fields<'static> {
    /// The fields of a form; of a repeated one the first counts.
    pub(super) fn of_pairs<N: AsRef<str>, T: AsRef<str>>(pairs: impl IntoIterator<Item = (N, T)>) -> Self {
        let mut members = Map::new();
        for (name, text) in pairs {
            let (name, text) = (name.as_ref(), text.as_ref());
            match members.get_mut(name) {
                None => {
                    members.insert(name.to_owned(), Value::from(text));
                }
                Some(Value::String(list)) if name == LIST_FIELD => {
                    list.push(SEPARATOR);
                    list.push_str(text);
                }
                Some(_) => (),
            }
        }
        Self(Cow::Owned(members))
    }

    /// These, and of others those that are not among them.
    pub(super) fn or(mut self, others: Map<String, Value>) -> Self {
        let members = self.0.to_mut();
        for (name, value) in others {
            members.entry(name).or_insert(value);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_read_however_it_is_written() {
        let value = json!({"a": "7", "b": 7, "c": "true", "d": 0, "e": null, "f": "", "g": {"x": 1}, "h": "{\"x\":\"1\"}"});
        let fields = Fields::of(&value).unwrap();
        assert_eq!((fields.integer("a"), fields.integer("b")), (Ok(Some(7)), Ok(Some(7))));
        assert_eq!((fields.flag("c"), fields.flag("d")), (Ok(Some(true)), Ok(Some(false))));
        assert_eq!((fields.text("e"), fields.text("f"), fields.text("z")), (None, None, None));
        for name in ["g", "h"] {
            assert_eq!(fields.object(name).unwrap().unwrap().integer("x"), Ok(Some(1)), "{name}");
        }
        assert_eq!(fields.integer("c").unwrap_err().code, Code::INVALID);
        assert_eq!(fields.object("a").unwrap_err().code, Code::INVALID);
    }

    #[test]
    fn a_repeated_list_field_is_one_list_and_of_others_the_first_counts() {
        let fields =
            Fields::of_pairs([("target_value", "a"), ("style", "1"), ("target_value", "b"), ("style", "2")]);
        assert_eq!(fields.text("target_value").as_deref(), Some("a;b"));
        assert_eq!(fields.integer("style"), Ok(Some(1)));
    }
}
