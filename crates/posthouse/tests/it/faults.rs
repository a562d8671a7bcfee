//! Every fault there is a promise about, with little load: the short form of `posthouse bench fault`.

use serde_json::Value;
use tokio::process::Command;

#[tokio::test]
async fn every_promise_is_kept_under_every_fault() {
    let made = Command::new(env!("CARGO_BIN_EXE_posthouse"))
        .args(["bench", "fault", "--short", "--json"])
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let table: Value = serde_json::from_slice(&made.stdout).unwrap_or_else(|_| {
        panic!("no table: {}", String::from_utf8_lossy(&made.stderr));
    });
    let rows = table["faults"].as_array().unwrap();
    assert!(rows.len() >= 19, "faults are missing");
    for row in rows {
        println!(
            "{:<16} {:<8} {:>5} acknowledged, {} lost, {} taken again of {} that may be, {} shown twice, {} refused {} {}",
            row["name"].as_str().unwrap(),
            row["outcome"].as_str().unwrap(),
            row["acknowledged"],
            row["lost"],
            row["duplicates"],
            row["duplicates_allowed"],
            row["shown_twice"],
            row["refused"],
            row["broken"],
            row["not_run"],
        );
        // What a machine cannot make for want of rights is told as such, and is no promise kept.
        assert!(["kept", "not run"].contains(&row["outcome"].as_str().unwrap()), "{row:#}");
    }
    assert!(made.status.success());
}
