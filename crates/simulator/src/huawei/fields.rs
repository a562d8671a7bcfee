//! Members of a JSON object, read as leniently as the vendor reads them: null is absence, a number may come as text and
//! a text as a number.

use std::ops::RangeInclusive;

use serde_json::Value;

use super::reply::{Code, Refusal};

/// The structure is wrong, and the text names the field. Documented.
pub(super) fn illegal(field: &str, rule: &str) -> Refusal {
    Code::STRUCTURE.because(format!("Illegal payload, {field} {rule}"))
}

/// A text.
pub(super) fn text<'a>(of: &'a Value, name: &str) -> Result<Option<std::borrow::Cow<'a, str>>, Refusal> {
    match &of[name] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.as_str().into())),
        Value::Number(number) => Ok(Some(number.to_string().into())),
        _ => Err(illegal(name, "must be a string")),
    }
}

/// A text that is not empty; an empty one counts as absent.
pub(super) fn filled(of: &Value, name: &str) -> Result<Option<String>, Refusal> {
    Ok(text(of, name)?.filter(|text| !text.is_empty()).map(std::borrow::Cow::into_owned))
}

/// A text of at most so many characters.
pub(super) fn short(of: &Value, name: &str, max_chars: usize) -> Result<Option<String>, Refusal> {
    let text = filled(of, name)?;
    match text.as_ref().is_some_and(|text| text.chars().count() > max_chars) {
        true => Err(illegal(name, "is too long")),
        false => Ok(text),
    }
}

/// One of some words; an empty text counts as absent.
pub(super) fn word(of: &Value, name: &str, words: &[&'static str]) -> Result<Option<&'static str>, Refusal> {
    let Some(text) = filled(of, name)? else { return Ok(None) };
    let known = words.iter().find(|word| **word == text);
    known.copied().map(Some).ok_or_else(|| illegal(name, "is none of the book's words"))
}

/// A whole number.
pub(super) fn number(of: &Value, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>, Refusal> {
    let number = match &of[name] {
        Value::Null => return Ok(None),
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number
        .filter(|number| range.contains(number))
        .map(Some)
        .ok_or_else(|| illegal(name, &format!("value ranges from {} to {}", range.start(), range.end())))
}

/// A truth value.
pub(super) fn flag(of: &Value, name: &str) -> Result<Option<bool>, Refusal> {
    match &of[name] {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(*flag)),
        Value::String(text) => text.parse().map(Some).map_err(|_| illegal(name, "must be true or false")),
        _ => Err(illegal(name, "must be true or false")),
    }
}

/// An object.
pub(super) fn object<'a>(of: &'a Value, name: &str) -> Result<Option<&'a Value>, Refusal> {
    match &of[name] {
        Value::Null => Ok(None),
        object @ Value::Object(_) => Ok(Some(object)),
        _ => Err(illegal(name, "must be an object")),
    }
}

/// An array; `None` where it is absent.
pub(super) fn array<'a>(of: &'a Value, name: &str) -> Result<Option<&'a [Value]>, Refusal> {
    match &of[name] {
        Value::Null => Ok(None),
        Value::Array(items) => Ok(Some(items)),
        _ => Err(illegal(name, "must be an array")),
    }
}

/// An array of texts.
pub(super) fn texts(of: &Value, name: &str) -> Result<Option<Vec<String>>, Refusal> {
    let Some(items) = array(of, name)? else { return Ok(None) };
    let texts: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
    texts.map(Some).ok_or_else(|| illegal(name, "must hold strings only"))
}

/// Milliseconds of a text such as `3.5s`: digits, an optional fraction, an optional `s`. Documented.
pub(super) fn seconds_ms(text: &str) -> Option<i64> {
    let number = text.strip_suffix('s').unwrap_or(text);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let thousandths: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    whole.checked_mul(1000)?.checked_add(thousandths)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_come_as_text_and_texts_as_numbers() {
        let value = json!({"a": "7", "b": 7, "c": null, "d": 7.5, "e": "true", "f": ["x", 1]});
        assert_eq!(number(&value, "a", 0..=9), Ok(Some(7)));
        assert_eq!(text(&value, "b").unwrap().as_deref(), Some("7"));
        assert_eq!(number(&value, "c", 0..=9), Ok(None));
        assert!(number(&value, "d", 0..=9).is_err());
        assert!(number(&value, "a", 0..=6).is_err());
        assert_eq!(flag(&value, "e"), Ok(Some(true)));
        assert!(texts(&value, "f").is_err());
        assert_eq!(text(&Value::Null, "a"), Ok(None));
    }

    #[test]
    fn a_span_of_time_is_digits_with_a_fraction_and_an_s() {
        for (text, ms) in [("86400s", 86_400_000), ("86400", 86_400_000), ("3.5s", 3500), ("0s", 0)] {
            assert_eq!(seconds_ms(text), Some(ms), "{text}");
        }
        for text in ["", "s", "-1s", "1m", ".5s", "1.s", "99999999999999999999s", "1 s"] {
            assert_eq!(seconds_ms(text), None, "{text}");
        }
    }
}
