//! The JSON Schema of the protocol: one document, a definition per frame.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{ClientFrame, ServerFrame};

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
const ABOUT: &str = "One JSON object per WebSocket text message; `type` names the frame. \
    Definitions `client.…` are what a client sends, `server.…` what the server sends.";

/// JSON Schema (draft 2020-12) of every frame: `$defs` holds one definition for each, `client.<type>` or
/// `server.<type>`, beside the words they are made of.
#[must_use]
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let client = frames::<ClientFrame>(&mut generator, "client");
    let server = frames::<ServerFrame>(&mut generator, "server");
    let references = |frames: &Map<String, Value>| -> Vec<Value> {
        frames.keys().map(|name| json!({ "$ref": format!("#/$defs/{name}") })).collect()
    };
    let (of_client, of_server) = (references(&client), references(&server));
    let mut definitions = generator.take_definitions(true);
    definitions.insert("ClientFrame".to_owned(), json!({ "oneOf": of_client }));
    definitions.insert("ServerFrame".to_owned(), json!({ "oneOf": of_server }));
    definitions.extend(client);
    definitions.extend(server);
    json!({
        "$schema": DRAFT,
        "title": "Posthouse client protocol",
        "description": ABOUT,
        "anyOf": [{ "$ref": "#/$defs/ClientFrame" }, { "$ref": "#/$defs/ServerFrame" }],
        "$defs": definitions,
    })
}

/// Each frame of one side, by its name in the document.
fn frames<F: JsonSchema>(generator: &mut schemars::SchemaGenerator, side: &str) -> Map<String, Value> {
    let whole = F::json_schema(generator).to_value();
    let variants = whole.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    variants
        .into_iter()
        .filter_map(|frame| {
            let word = frame.pointer("/properties/type/const")?.as_str()?.to_owned();
            Some((format!("{side}.{word}"), frame))
        })
        .collect()
}
