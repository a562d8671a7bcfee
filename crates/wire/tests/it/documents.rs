//! The protocol's documents say what the code does.

use std::{fs, path::PathBuf};

use model::ErrorCode;
use wire::{decode_client, decode_server};

use crate::golden::defined;

fn document(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_published_schema_is_the_one_the_code_makes() {
    let made = format!("{:#}\n", wire::schema());
    assert!(document("protocol.schema.json") == made, "run `cargo xtask generate`");
}

/// The section of the protocol's page under this heading.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).expect(heading);
    rest.split("\n## ").next().unwrap()
}

#[test]
fn the_protocols_page_names_every_frame_with_an_example_that_is_read() {
    let page = document("protocol.md");
    let schema = wire::schema();
    for (side, heading) in [("client", "What a client sends"), ("server", "What the server sends")] {
        let rows: Vec<&str> =
            section(&page, heading).lines().filter(|line| line.starts_with("| `")).collect();
        let named: Vec<&str> = rows.iter().filter_map(|row| row.split('`').nth(1)).collect();
        for word in defined(&schema, side) {
            assert!(named.contains(&word.as_str()), "{side} frame {word} is not in its table");
        }
        assert_eq!(named.len(), defined(&schema, side).len(), "{heading}: {named:?}");
        for row in rows {
            let word = row.split('`').nth(1).unwrap();
            let example = row.split('`').find(|piece| piece.starts_with('{')).unwrap();
            let read = match side {
                "client" => decode_client(example).map(|frame| frame.name().to_owned()),
                _ => decode_server(example)
                    .map(|frame| serde_json::to_value(&frame).unwrap()["type"].as_str().unwrap().to_owned()),
            };
            assert_eq!(read.as_deref(), Ok(word), "{example}");
        }
    }
}

#[test]
fn every_exchange_on_the_protocols_page_is_one_of_frames() {
    let page = document("protocol.md");
    let mut seen = 0;
    for line in page.lines() {
        if let Some(text) = line.strip_prefix("→ ") {
            assert!(decode_client(text).is_ok(), "{line}");
        } else if let Some(text) = line.strip_prefix("← ") {
            assert!(decode_server(text).is_ok(), "{line}");
        } else {
            continue;
        }
        seen += 1;
    }
    assert!(seen > 10, "the page shows {seen} frames in exchanges");
}

#[test]
fn every_error_code_that_the_protocols_page_names_exists() {
    let page = document("protocol.md");
    let rows = section(&page, "Errors").lines().filter(|line| line.starts_with("| `"));
    for row in rows {
        let code = row.split('`').nth(1).unwrap();
        let known = ErrorCode::ALL.iter().find(|known| known.as_str() == code);
        let number = known.unwrap_or_else(|| panic!("{code}")).status();
        assert!(row.contains(&number.to_string()), "{row}");
    }
}
