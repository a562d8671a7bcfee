//! One object of a message, read leniently: what is null is absent, and numbers come in several guises.

use std::{borrow::Cow, ops::RangeInclusive};

use serde_json::{Map, Value};

use super::{Refusal, wrong};

/// One object of a message; an absent one has no members.
pub(super) struct Part<'a>(Option<&'a Map<String, Value>>);

impl<'a> Part<'a> {
    /// The object under a name.
    pub(super) fn of(members: &'a Map<String, Value>, name: &str) -> Result<Self, Refusal> {
        match members.get(name) {
            None | Some(Value::Null) => Ok(Self(None)),
            Some(Value::Object(members)) => Ok(Self(Some(members))),
            Some(_) => Err(wrong(name)),
        }
    }

    /// The object under a name in another one.
    pub(super) fn of_member(part: &Self, name: &str) -> Result<Self, Refusal> {
        part.0.map_or(Ok(Self(None)), |members| Self::of(members, name))
    }

    /// Members that are not null.
    pub(super) fn filled(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let members = self.0.into_iter().flatten();
        members.map(|(key, value)| (key.as_str(), value)).filter(|(_, value)| !value.is_null())
    }

    /// A member; blanks around its name do not matter, for the book prints one.
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.filled().find_map(|(key, value)| (key.trim() == name).then_some(value))
    }

    /// A whole number, which may come as a boolean or as text.
    pub(super) fn number(
        &self,
        name: &str,
        default: i64,
        range: RangeInclusive<i64>,
    ) -> Result<i64, Refusal> {
        let number = match self.get(name) {
            None => return Ok(default),
            Some(Value::Bool(flag)) => Some(i64::from(*flag)),
            Some(Value::String(text)) if text.trim().is_empty() => return Ok(default),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(Value::Number(number)) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Some(_) => None,
        };
        number.filter(|number| range.contains(number)).ok_or_else(|| wrong(name))
    }

    /// A text that is not empty, which may come as a number.
    pub(super) fn text(&self, name: &str) -> Result<Option<Cow<'a, str>>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok((!text.is_empty()).then_some(text.into())),
            Some(Value::Number(number)) => Ok(Some(number.to_string().into())),
            Some(_) => Err(wrong(name)),
        }
    }
}

/// Every range of the book fits far below this.
fn whole(number: f64) -> Option<i64> {
    const LARGEST: f64 = 1e6;
    (number.fract() == 0.0 && number.abs() <= LARGEST).then_some(number as i64)
}
