//! As much of JSON Schema as the protocol's document uses.

use serde_json::Value;

/// Why a value does not fit a definition of the document; nothing where it fits.
pub(crate) fn fault(document: &Value, definition: &Value, value: &Value) -> Option<String> {
    let members = definition.as_object()?;
    for (keyword, rule) in members {
        let found = match keyword.as_str() {
            "$ref" => {
                let path = rule.as_str().unwrap().trim_start_matches('#');
                fault(document, document.pointer(path).expect("a reference leads somewhere"), value)
            }
            "const" => (rule != value).then(|| format!("{value} is not {rule}")),
            "enum" => {
                (!rule.as_array().unwrap().contains(value)).then(|| format!("{value} is none of {rule}"))
            }
            "type" => (!is_of_type(rule, value)).then(|| format!("{value} is no {rule}")),
            "required" => missing(rule, value),
            "properties" => of_properties(document, rule, value),
            "additionalProperties" if rule == &Value::Bool(false) => unknown(definition, value),
            "additionalProperties" => value
                .as_object()
                .and_then(|value| value.values().find_map(|member| fault(document, rule, member))),
            "items" => {
                value.as_array().and_then(|items| items.iter().find_map(|item| fault(document, rule, item)))
            }
            "oneOf" | "anyOf" => {
                let fits = |rule: &&Value| fault(document, rule, value).is_none();
                let fitting = rule.as_array().unwrap().iter().filter(fits).count();
                let is_fit = if keyword == "oneOf" { fitting == 1 } else { fitting > 0 };
                (!is_fit).then(|| format!("{value} fits {fitting} of {keyword}"))
            }
            "minimum" => value
                .as_i64()
                .filter(|value| *value < rule.as_i64().unwrap())
                .map(|value| format!("{value} is under {rule}")),
            "maximum" => value
                .as_i64()
                .filter(|value| *value > rule.as_i64().unwrap())
                .map(|value| format!("{value} is over {rule}")),
            "description" | "default" | "format" | "title" => None,
            other => panic!("the document uses {other}, which is not checked here"),
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn is_of_type(rule: &Value, value: &Value) -> bool {
    if let Some(one_of) = rule.as_array() {
        return one_of.iter().any(|rule| is_of_type(rule, value));
    }
    match rule.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        other => panic!("{other}"),
    }
}

fn missing(rule: &Value, value: &Value) -> Option<String> {
    let has = |name: &Value| value.get(name.as_str().unwrap()).is_some();
    let name = rule.as_array().unwrap().iter().find(|name| !has(name))?;
    Some(format!("{name} is missing"))
}

fn of_properties(document: &Value, rule: &Value, value: &Value) -> Option<String> {
    let value = value.as_object()?;
    rule.as_object()?.iter().find_map(|(name, rule)| fault(document, rule, value.get(name)?))
}

fn unknown(definition: &Value, value: &Value) -> Option<String> {
    let known = definition.get("properties").and_then(Value::as_object);
    let is_known = |name: &&String| known.is_some_and(|known| known.contains_key(*name));
    let name = value.as_object()?.keys().find(|name| !is_known(name))?;
    Some(format!("{name} is unknown"))
}
