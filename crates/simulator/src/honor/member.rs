//! Members of a JSON body, read as leniently as the vendor's own decoder: null is absent, numbers may be texts and
//! texts numbers (assumed).

use serde_json::Value;

use super::reply::{Code, Refusal};

/// A member that holds text; an empty one is there.
pub(super) fn text(value: &Value, path: &str) -> Result<Option<String>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Number(_) | Value::Bool(_) => Ok(Some(value.to_string())),
        Value::Array(_) | Value::Object(_) => Err(wrong(path, "must be a string")),
    }
}

/// A member that holds text; a blank one counts as absent.
pub(super) fn filled(value: &Value, path: &str) -> Result<Option<String>, Refusal> {
    Ok(text(value, path)?.filter(|text| !text.trim().is_empty()))
}

/// A member that holds a whole number.
pub(super) fn integer(value: &Value, path: &str) -> Result<Option<i64>, Refusal> {
    let number = match value {
        Value::Null => return Ok(None),
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.map(Some).ok_or_else(|| wrong(path, "must be an integer"))
}

/// A member that holds an object; the returned value is null where it is absent.
pub(super) fn object<'a>(value: &'a Value, path: &str) -> Result<&'a Value, Refusal> {
    match value {
        Value::Null | Value::Object(_) => Ok(value),
        _ => Err(wrong(path, "must be an object")),
    }
}

/// A refusal that names the member.
pub(super) fn wrong(path: &str, why: &str) -> Refusal {
    Code::PARAMETER.because(format!("{path} {why}"))
}
