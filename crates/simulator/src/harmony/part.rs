//! Lenient reading of a JSON object's members: null is absent, a number may be text and the other way round.

use std::{borrow::Cow, ops::RangeInclusive};

use serde_json::{Map, Value};

use super::reply::{Code, Refusal};

/// One object of a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    /// `payload`, `pushOptions` or `target`: what a refusal says to be illegal.
    area: &'static str,
    /// Where inside the area it is, with a blank at its end; empty: at its top.
    place: &'static str,
    members: &'a Map<String, Value>,
}

impl<'a> Part<'a> {
    /// An area of a body; `None` where it is absent.
    pub(super) fn of(body: &'a Value, area: &'static str) -> Result<Option<Self>, Refusal> {
        match body.get(area) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(members)) => Ok(Some(Self { area, place: "", members })),
            Some(_) => Err(Code::STRUCTURE.because(format!("Illegal {area}, it must be an object"))),
        }
    }

    /// A refusal of this part.
    pub(super) fn illegal(&self, what: &str) -> Refusal {
        Code::STRUCTURE.because(format!("Illegal {}, {}{what}", self.area, self.place))
    }

    /// A member that is there.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// An object inside; `place` is what refusals of it say.
    pub(super) fn part(&self, name: &str, place: &'static str) -> Result<Option<Self>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(Self { place, members, ..*self })),
            Some(_) => Err(self.illegal(&format!("{name} must be an object"))),
        }
    }

    /// An object inside, as it stands.
    pub(super) fn object(&self, name: &str) -> Result<Option<&'a Map<String, Value>>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(self.illegal(&format!("{name} must be an object"))),
        }
    }

    /// A text; a number counts as one.
    pub(super) fn text(&self, name: &str) -> Result<Option<Cow<'a, str>>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(Cow::Borrowed(text))),
            Some(Value::Number(number)) => Ok(Some(Cow::Owned(number.to_string()))),
            Some(_) => Err(self.illegal(&format!("{name} must be a string"))),
        }
    }

    /// A text that must be there and not be blank.
    pub(super) fn required_text(&self, name: &str) -> Result<Cow<'a, str>, Refusal> {
        self.text(name)?
            .filter(|text| !text.trim().is_empty())
            .ok_or_else(|| self.illegal(&format!("{name} can not be empty")))
    }

    /// A whole number in a range; digits in a text count as one.
    pub(super) fn number(&self, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>, Refusal> {
        let Some(number) = self.any_number(name)? else { return Ok(None) };
        if range.contains(&number) {
            return Ok(Some(number));
        }
        let (start, end) = range.into_inner();
        Err(self.illegal(&format!("{name} value ranges from {start} to {end}")))
    }

    /// A whole number of any size.
    pub(super) fn any_number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let number = match self.get(name) {
            None => return Ok(None),
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        };
        number.map(Some).ok_or_else(|| self.illegal(&format!("{name} must be an integer")))
    }

    /// A yes or no, also as text.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(self.illegal(&format!("{name} must be a boolean"))),
        }
    }

    /// Texts in a list.
    pub(super) fn texts(&self, name: &str) -> Result<Option<Vec<&'a str>>, Refusal> {
        let wrong = || self.illegal(&format!("{name} must be a list of strings"));
        match self.get(name) {
            None => Ok(None),
            Some(Value::Array(items)) => {
                items.iter().map(|item| item.as_str().ok_or_else(wrong)).collect::<Result<_, _>>().map(Some)
            }
            Some(_) => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text_of(refusal: Refusal) -> String {
        match refusal {
            Refusal::Coded(_, text) => text.into_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn numbers_and_texts_are_taken_for_each_other_and_null_for_nothing() {
        let body = json!({"payload": {"a": "7", "b": 7, "c": null, "d": "true", "e": [1]}});
        let part = Part::of(&body, "payload").unwrap().unwrap();
        assert_eq!(part.number("a", 0..=9), Ok(Some(7)));
        assert_eq!(part.text("b").unwrap().as_deref(), Some("7"));
        assert_eq!(part.number("c", 0..=9), Ok(None));
        assert_eq!(part.flag("d"), Ok(Some(true)));
        assert!(part.text("e").is_err());
        assert!(part.texts("e").is_err());
    }

    #[test]
    fn a_refusal_says_the_range_in_the_vendors_words() {
        let body = json!({"payload": {"badge": {"addNum": 100}}});
        let part = Part::of(&body, "payload").unwrap().unwrap();
        let badge = part.part("badge", "badge ").unwrap().unwrap();
        let refusal = badge.number("addNum", 1..=99).unwrap_err();
        assert_eq!(text_of(refusal), "Illegal payload, badge addNum value ranges from 1 to 99");
    }
}
