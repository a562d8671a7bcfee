//! The five documents, walked by the program itself.

use std::process::Command;

use serde_json::Value;

/// Every check of `selftest --seeds`, by document and words.
fn walked() -> Vec<(String, String, bool, String)> {
    let output = Command::new(env!("CARGO_BIN_EXE_posthouse"))
        .args(["selftest", "--seeds", "--json"])
        .output()
        .expect("the program starts");
    let lines: Vec<Value> = serde_json::from_slice(&output.stdout).expect("it prints its checks");
    let word = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
    lines
        .iter()
        .map(|line| (word(line, "on"), word(line, "check"), line["passed"] == true, word(line, "detail")))
        .collect()
}

#[test]
fn b14_killed_by_hand_several_messages_are_shown_within_a_minute_and_so_are_the_five_documents() {
    let checks = walked();
    let failed: Vec<_> = checks.iter().filter(|(.., passed, _)| !passed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    let within =
        |(on, check, ..): &&(String, String, bool, String)| on == "S1" && check.contains("within a minute");
    assert!(checks.iter().any(|check| within(&check)), "the minute was not looked at");
    for document in ["S0", "S1", "S2", "S3", "S4"] {
        assert!(checks.iter().filter(|(on, ..)| on == document).count() >= 5, "{document} was not walked");
    }
}
