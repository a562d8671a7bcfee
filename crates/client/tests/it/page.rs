//! The page about the core names all of it.

/// The variants of an enum of the core's mouth, from its source.
fn variants(name: &str) -> Vec<&'static str> {
    let source = include_str!("../../src/events.rs");
    let (_, rest) = source.split_once(&format!("pub enum {name}")).unwrap();
    let body = rest.split("\n}\n").next().unwrap();
    let starts = |line: &&'static str| line.starts_with("    ") && line[4..].starts_with(char::is_uppercase);
    let word = |line: &'static str| line.trim().split(|letter: char| !letter.is_alphanumeric()).next();
    body.lines().filter(starts).filter_map(word).collect()
}

#[test]
fn every_input_effect_and_event_stands_on_the_clients_page() {
    let page = include_str!("../../../../docs/client.md");
    for (name, at_least) in [("Input", 27), ("Effect", 9), ("AppEvent", 20)] {
        let variants = variants(name);
        assert!(variants.len() >= at_least, "{variants:?}");
        for variant in variants {
            assert!(page.contains(&format!("`{variant}`")), "{name}::{variant} is not on the page");
        }
    }
}

#[test]
fn i1_the_pages_list_of_vendors_is_one_that_is_read() {
    let page = include_str!("../../../../docs/client.md");
    let list = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let certificates: Vec<client::ShippedCertificate> = serde_json::from_str(list).unwrap();
    assert_eq!(certificates.len(), 5);
    let settings = page.split("```json\n").nth(2).and_then(|rest| rest.split("```").next()).unwrap();
    let settings: model::PushSettings = serde_json::from_str(settings).unwrap();
    assert!(settings.check().is_ok());
}
