//! Golden frames: what is written on the wire stays as it is.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::Value;
use wire::{decode_client, decode_server, encode};

use crate::validator::fault;

/// Every golden frame of one side: its file's name without `.json`, and its text.
pub(crate) fn golden(side: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/frames").join(side);
    let mut frames: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    frames.sort();
    frames
}

/// The frames of one side that the schema defines.
pub(crate) fn defined(schema: &Value, side: &str) -> BTreeSet<String> {
    let definitions = schema["$defs"].as_object().unwrap().keys();
    definitions.filter_map(|name| name.strip_prefix(side)?.strip_prefix('.')).map(str::to_owned).collect()
}

fn read_again(side: &str, text: &str) -> String {
    match side {
        "client" => encode(&decode_client(text).unwrap()),
        _ => encode(&decode_server(text).unwrap()),
    }
}

#[test]
fn every_golden_frame_is_read_and_written_again_as_it_stands_and_fits_its_definition() {
    let schema = wire::schema();
    for side in ["client", "server"] {
        for (name, text) in golden(side) {
            let frame: Value = serde_json::from_str(&text).unwrap();
            let again: Value = serde_json::from_str(&read_again(side, &text)).unwrap();
            assert_eq!(again, frame, "{side}/{name}");
            let word = frame["type"].as_str().unwrap();
            assert_eq!(name.split('-').next(), Some(word), "a file is named after its frame");
            let definition = &schema["$defs"][format!("{side}.{word}")];
            assert!(definition.is_object(), "{side}.{word} is not defined");
            assert_eq!(fault(&schema, definition, &frame), None, "{side}/{name}");
        }
    }
}

#[test]
fn every_frame_has_a_golden_one() {
    let schema = wire::schema();
    for side in ["client", "server"] {
        let words: BTreeSet<String> =
            golden(side).iter().filter_map(|(name, _)| name.split('-').next().map(str::to_owned)).collect();
        assert_eq!(words, defined(&schema, side), "{side}");
    }
}

#[test]
fn what_a_client_may_not_send_fits_no_definition() {
    let schema = wire::schema();
    let whole = &schema["$defs"]["ClientFrame"];
    for text in [
        r#"{"type":"ping","more":1}"#,
        r#"{"type":"nothing"}"#,
        r#"{"type":"presence","request":-1,"foreground":true}"#,
        r#"{"type":"mute","request":1,"conversation":"p:an:bo","mute":"some"}"#,
        r#"{"type":"send","client_message_id":"c","to":{"group":"g","more":1},"body":{"type":"text","text":"t"}}"#,
    ] {
        assert!(decode_client(text).is_err(), "{text}");
        let frame = serde_json::from_str(text).unwrap();
        assert!(fault(&schema, whole, &frame).is_some(), "{text}");
    }
}
