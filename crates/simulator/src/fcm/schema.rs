//! Reads JSON as Google's services read it: by a table of names and types.
//!
//! Both spellings of a name hold, `null` stands for absent, numbers may come as text, and a name that is not in the
//! table is an error. The result has snake_case names and canonical values.

use serde_json::{Map, Number, Value};

use super::reply::Violation;

/// Violations that one answer lists at most.
const VIOLATIONS_MAX: usize = 50;
/// How much of a foreign value an answer repeats, in characters.
const ECHO_MAX_CHARS: usize = 200;

/// A member of a message.
#[derive(Debug)]
pub(super) struct Field {
    /// Its snake_case name.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// The type of a member.
#[derive(Debug)]
pub(super) enum Kind {
    Text,
    Bool,
    Int32,
    Float,
    /// Seconds with up to nine decimals and an `s`.
    Duration,
    /// A moment as RFC 3339 writes it.
    Time,
    /// Type name, and the names by number.
    Enum(&'static str, &'static [&'static str]),
    /// From text to text.
    TextMap,
    /// Any JSON object.
    Struct,
    List(&'static Kind),
    /// Type name and members.
    Message(&'static str, &'static [Field]),
}

/// Reads an object by its table.
///
/// # Errors
/// Everything that does not fit.
pub(super) fn read(fields: &[Field], body: &Value) -> Result<Map<String, Value>, Vec<Violation>> {
    let mut reader = Reader { violations: Vec::new() };
    let read = match body {
        Value::Object(members) => reader.message(fields, members, ""),
        _ => {
            reader.note("", "Invalid JSON payload received. The body is not an object.".to_owned());
            Map::new()
        }
    };
    if reader.violations.is_empty() { Ok(read) } else { Err(reader.violations) }
}

/// A text that holds a duration, in nanoseconds.
pub(super) fn nanoseconds(text: &str) -> Option<i128> {
    let number = text.strip_suffix('s')?;
    let (negative, number) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let (whole, decimals) =
        number.split_once('.').map_or((number, None), |(whole, rest)| (whole, Some(rest)));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || whole.len() > 12 {
        return None;
    }
    let nanos = match decimals {
        None => 0,
        Some(decimals) if all_digits(decimals) && decimals.len() <= 9 => {
            format!("{decimals:0<9}").parse::<i128>().ok()?
        }
        Some(_) => return None,
    };
    let total = whole.parse::<i128>().ok()? * 1_000_000_000 + nanos;
    Some(if negative { -total } else { total })
}

struct Reader {
    violations: Vec<Violation>,
}

impl Reader {
    fn note(&mut self, field: &str, description: String) {
        if self.violations.len() < VIOLATIONS_MAX {
            self.violations.push(Violation { field: field.to_owned(), description });
        }
    }

    fn wrong(&mut self, path: &str, type_name: &str, value: &Value) -> Option<Value> {
        let echo = echo(&value.to_string());
        self.note(path, format!("Invalid value at '{path}' ({type_name}), {echo}"));
        None
    }

    fn message(&mut self, fields: &[Field], members: &Map<String, Value>, path: &str) -> Map<String, Value> {
        let mut read = Map::new();
        for (name, value) in members {
            let Some(field) = fields.iter().find(|field| is_name(field.name, name)) else {
                let place = if path.is_empty() { String::new() } else { format!(" at '{path}'") };
                let name = echo(name);
                self.note(
                    path,
                    format!(
                        "Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field."
                    ),
                );
                continue;
            };
            if value.is_null() {
                continue;
            }
            let place =
                if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
            if let Some(value) = self.value(&field.kind, value, &place) {
                read.insert(field.name.to_owned(), value);
            }
        }
        read
    }

    fn value(&mut self, kind: &Kind, value: &Value, path: &str) -> Option<Value> {
        match (kind, value) {
            (Kind::Text, Value::String(_))
            | (Kind::Bool, Value::Bool(_))
            | (Kind::Struct, Value::Object(_)) => Some(value.clone()),
            (Kind::Text, _) => self.wrong(path, "TYPE_STRING", value),
            (Kind::Bool, Value::String(text)) if text == "true" || text == "false" => {
                Some((text == "true").into())
            }
            (Kind::Bool, _) => self.wrong(path, "TYPE_BOOL", value),
            (Kind::Int32, _) => {
                let whole = number(value).filter(|number| number.fract() == 0.0);
                // The range is checked, so the cast keeps the value.
                let fits =
                    whole.filter(|number| (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(number));
                fits.map(|number| Value::from(number as i64))
                    .or_else(|| self.wrong(path, "TYPE_INT32", value))
            }
            (Kind::Float, _) => number(value)
                .and_then(Number::from_f64)
                .map(Value::Number)
                .or_else(|| self.wrong(path, "TYPE_FLOAT", value)),
            (Kind::Duration, Value::String(text)) if nanoseconds(text).is_some() => Some(value.clone()),
            (Kind::Duration, _) => self.wrong(path, "type.googleapis.com/google.protobuf.Duration", value),
            (Kind::Time, Value::String(text)) if is_time(text) => Some(value.clone()),
            (Kind::Time, _) => self.wrong(path, "type.googleapis.com/google.protobuf.Timestamp", value),
            (Kind::Enum(type_name, names), _) => match enum_name(names, value) {
                Some(name) => Some(name.into()),
                None => self.wrong(path, &full_name(type_name), value),
            },
            (Kind::TextMap, Value::Object(members)) => Some(self.text_map(members, path)),
            (Kind::TextMap, _) => self.wrong(path, "TYPE_MESSAGE", value),
            (Kind::Struct, _) => self.wrong(path, "type.googleapis.com/google.protobuf.Struct", value),
            (Kind::List(kind), Value::Array(items)) => Some(self.list(kind, items, path)),
            (Kind::List(_), _) => self.wrong(path, "TYPE_LIST", value),
            (Kind::Message(_, fields), Value::Object(members)) => {
                Some(self.message(fields, members, path).into())
            }
            (Kind::Message(type_name, _), _) => self.wrong(path, &full_name(type_name), value),
        }
    }

    fn list(&mut self, kind: &Kind, items: &[Value], path: &str) -> Value {
        let items = items.iter().enumerate();
        items.filter_map(|(index, item)| self.value(kind, item, &format!("{path}[{index}]"))).collect()
    }

    fn text_map(&mut self, members: &Map<String, Value>, path: &str) -> Value {
        let mut read = Map::new();
        for (index, (name, value)) in members.iter().enumerate().filter(|(_, (_, value))| !value.is_null()) {
            if let Some(value) = self.value(&Kind::Text, value, &format!("{path}[{index}].value")) {
                read.insert(name.clone(), value);
            }
        }
        read.into()
    }
}

fn full_name(type_name: &str) -> String {
    format!("type.googleapis.com/google.firebase.fcm.v1.{type_name}")
}

fn echo(text: &str) -> String {
    text.chars().take(ECHO_MAX_CHARS).collect()
}

/// Whether a name is a snake_case name in either spelling.
fn is_name(snake: &str, name: &str) -> bool {
    if name == snake {
        return true;
    }
    let mut camel = String::with_capacity(snake.len());
    let mut raised = false;
    for char in snake.chars() {
        match char {
            '_' => raised = true,
            _ if raised => {
                camel.push(char.to_ascii_uppercase());
                raised = false;
            }
            _ => camel.push(char),
        }
    }
    camel == name
}

fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// A name in any case (observed), or its number.
fn enum_name(names: &[&'static str], value: &Value) -> Option<&'static str> {
    match value {
        Value::String(text) => names.iter().find(|name| name.eq_ignore_ascii_case(text)).copied(),
        Value::Number(number) => usize::try_from(number.as_u64()?).ok().and_then(|at| names.get(at)).copied(),
        _ => None,
    }
}

fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = b"0000-00-00T00:00:00";
    bytes.len() > shape.len()
        && bytes.iter().zip(shape).all(|(byte, place)| match place {
            b'0' => byte.is_ascii_digit(),
            b'T' => byte.eq_ignore_ascii_case(&b'T'),
            _ => byte == place,
        })
        && matches!(bytes[shape.len()], b'Z' | b'z' | b'.' | b'+' | b'-')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::fields::REQUEST, *};

    #[test]
    fn both_spellings_lower_case_enums_and_numbers_as_text_are_read() {
        let body = json!({ "validateOnly": "true", "message": { "token": null, "android": {
            "collapseKey": "k", "priority": "high", "notification": { "notification_count": "3" } } } });
        let read = Value::from(read(REQUEST, &body).unwrap());
        assert_eq!(read["validate_only"], true);
        assert_eq!(read["message"]["android"]["collapse_key"], "k");
        assert_eq!(read["message"]["android"]["priority"], "HIGH");
        assert_eq!(read["message"]["android"]["notification"]["notification_count"], 3);
        assert!(read["message"].get("token").is_none());
    }

    #[test]
    fn every_name_and_type_that_does_not_fit_is_told_with_its_place() {
        let body =
            json!({ "extra": 1, "message": { "data": { "a": 12 }, "android": { "ttl": "1", "x": 1 } } });
        let violations = read(REQUEST, &body).unwrap_err();
        let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["", "message.android.ttl", "message.android", "message.data[0].value"]);
        assert_eq!(violations[3].description, "Invalid value at 'message.data[0].value' (TYPE_STRING), 12");
    }

    #[test]
    fn durations_have_an_s_and_at_most_nine_decimals() {
        assert_eq!(nanoseconds("3.5s"), Some(3_500_000_000));
        assert_eq!(nanoseconds("-1s"), Some(-1_000_000_000));
        for wrong in ["", "s", "3", "3.s", ".5s", "1.0000000001s", "+3s", "3 s", "99999999999999s"] {
            assert_eq!(nanoseconds(wrong), None, "{wrong}");
        }
    }
}
