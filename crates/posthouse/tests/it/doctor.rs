//! `doctor` on installations that are well and on such that are not.

use std::{fs, path::Path, process::Command};

use serde_json::Value;
use tokio::net::TcpSocket;

use crate::stage::Stage;

struct Report {
    succeeded: bool,
    said: Value,
}

impl Report {
    fn of(config: &Path, more: &[&str]) -> Self {
        let output = Command::new(env!("CARGO_BIN_EXE_posthouse"))
            .args(["doctor", "--json", "--config"])
            .arg(config)
            .args(more)
            .output()
            .expect("the program starts");
        let said = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
            panic!("no report: {}", String::from_utf8_lossy(&output.stderr));
        });
        Self { succeeded: output.status.success(), said }
    }

    /// Sentences of the findings of this severity about this.
    fn about(&self, severity: &str, subject: &str) -> Vec<&str> {
        let all = self.said["findings"].as_array().unwrap().iter();
        let such = all.filter(|one| one["severity"] == severity && one["subject"] == subject);
        such.map(|one| one["en"].as_str().unwrap()).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_a_running_server_it_asks_every_vendor_and_finds_all_well() {
    let stage = Stage::new().await;
    let report = Report::of(&stage.folder().join("posthouse.toml"), &[]);
    assert_eq!(report.said["errors"], 0, "{:#}", report.said);
    assert!(report.succeeded);
    for (vendor, id) in [("apns", stage.ground.apns), ("xiaomi", stage.ground.xiaomi)] {
        let well = report.about("well", &format!("{vendor} {id}"));
        assert!(well.iter().any(|sentence| sentence.ends_with("answers")), "{:#}", report.said);
        assert!(well.len() >= 2, "the vendor was asked about the certificate: {:#}", report.said);
    }
    assert_eq!(report.about("well", "database"), ["it is whole"]);
    assert_eq!(report.about("warning", "seal key").len(), 1, "it lies in the data folder");
    let quiet = Report::of(&stage.folder().join("posthouse.toml"), &["--offline", "--quiet"]);
    assert!(quiet.about("well", "database").is_empty());
}

#[test]
fn a_misspelled_setting_is_named_and_the_exit_is_not_zero() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("posthouse.toml");
    fs::write(&config, "lisen = \"127.0.0.1:0\"\n").unwrap();
    let report = Report::of(&config, &["--offline"]);
    assert!(!report.succeeded);
    assert!(report.about("error", "configuration")[0].contains("lisen"), "{:#}", report.said);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_server_it_tells_of_a_lost_key_and_a_vendor_that_cannot_be_reached() {
    let mut stage = Stage::new().await;
    stage.terminate().await;
    let config = stage.folder().join("posthouse.toml");
    let written = fs::read_to_string(&config).unwrap();
    let taken = TcpSocket::new_v4().unwrap();
    taken.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let nobody_listens = taken.local_addr().unwrap();
    let lines = written.lines().map(|line| match line.split_once(" = ") {
        Some((host, _)) if host.contains(":443") => format!("{host} = \"{nobody_listens}\""),
        _ => line.to_owned(),
    });
    fs::write(&config, lines.collect::<Vec<_>>().join("\n")).unwrap();
    let report = Report::of(&config, &[]);
    assert!(!report.succeeded);
    let unreached = report.about("error", &format!("xiaomi {}", stage.ground.xiaomi));
    assert!(unreached[0].contains("connect_failed"), "{:#}", report.said);

    fs::remove_file(stage.folder().join("data/seal.key")).unwrap();
    let report = Report::of(&config, &["--offline"]);
    assert!(report.about("error", "seal key")[0].contains("is not there"), "{:#}", report.said);
    assert!(!stage.folder().join("data/seal.key").exists(), "looking makes no key");
}
