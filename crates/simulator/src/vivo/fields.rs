//! The members of a JSON body, read leniently: numbers as text and the other way round, null as absent (observed).

use serde_json::{Map, Value};

use super::code::{Code, Refusal};

/// The members of an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A member's text; `None` where it is absent, blank or neither text nor number.
    pub(super) fn text(self, name: &str) -> Option<String> {
        self.get(name).and_then(text).filter(|text| !text.trim().is_empty())
    }

    /// A member's whole number; a blank text counts as absent.
    pub(super) fn int(self, name: &'static str) -> Result<Option<i64>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Number(number)) => number.as_i64().map(Some).ok_or_else(|| unfit(name)),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => text.trim().parse().map(Some).map_err(|_| unfit(name)),
            Some(_) => Err(unfit(name)),
        }
    }

    /// A whole number in one of the book's codes: what is no number at all gets that code too.
    pub(super) fn int_or(self, name: &'static str, code: Code) -> Result<Option<i64>, Refusal> {
        self.int(name).map_err(|_| code.into())
    }

    /// A member's truth.
    pub(super) fn flag(self, name: &'static str) -> Result<Option<bool>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(value) => match text(value).unwrap_or_default().trim() {
                "" => Ok(None),
                "true" | "1" => Ok(Some(true)),
                "false" | "0" => Ok(Some(false)),
                _ => Err(unfit(name)),
            },
        }
    }

    /// A member that is an object.
    pub(super) fn object(self, name: &'static str) -> Result<Option<Self>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(Self(members))),
            Some(_) => Err(unfit(name)),
        }
    }

    /// A member's texts: an array, or one text with commas.
    pub(super) fn list(self, name: &str) -> Vec<String> {
        let items = match self.get(name) {
            Some(Value::Array(items)) => items.iter().filter_map(text).collect(),
            Some(value) => text(value)
                .map(|text| text.split(',').map(|part| part.trim().to_owned()).collect())
                .unwrap_or_default(),
            None => Vec::new(),
        };
        items.into_iter().filter(|item: &String| !item.is_empty()).collect()
    }

    /// Every member that has a text.
    pub(super) fn pairs(self) -> impl Iterator<Item = (&'a String, String)> {
        self.0.iter().filter_map(|(name, value)| Some((name, text(value)?)))
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The refusal of a member that the book has limits but no code for.
pub(super) fn unfit(name: &'static str) -> Refusal {
    Code::BAD_REQUEST.about(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_come_as_text_and_text_as_numbers() {
        let body =
            json!({"a": "4", "b": 4, "c": null, "d": " ", "e": true, "f": "x", "g": "p,q,", "h": ["p", 1]});
        let fields = Fields(body.as_object().unwrap());
        assert_eq!((fields.int("a"), fields.int("b")), (Ok(Some(4)), Ok(Some(4))));
        assert_eq!((fields.int("c"), fields.int("d"), fields.int("z")), (Ok(None), Ok(None), Ok(None)));
        assert_eq!(fields.int("f"), Err(unfit("f")));
        assert_eq!(fields.text("b").as_deref(), Some("4"));
        assert_eq!((fields.flag("e"), fields.flag("b")), (Ok(Some(true)), Err(unfit("b"))));
        assert_eq!(fields.list("g"), ["p", "q"]);
        assert_eq!(fields.list("h"), ["p", "1"]);
    }
}
