//! What is secret stays out of files and logs, at the log's most talkative.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::api::Api;

/// Between two looks at something that has no event.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(20);
/// A message's text, which no log may hold.
const TEXT: &str = "nobody but bo may read this";

/// `posthouse dev` with everything it knows written to a log; ended when dropped.
struct Dev(Child);

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn no_file_and_no_log_holds_a_secret_or_a_messages_text() {
    let folder = tempfile::tempdir().unwrap();
    let (data, address_file, log) =
        (folder.path().join("data"), folder.path().join("address.json"), folder.path().join("log"));
    let child = Command::new(env!("CARGO_BIN_EXE_posthouse"))
        .args(["dev", "--listen", "127.0.0.1:0", "--log", "trace", "--data"])
        .arg(&data)
        .env("POSTHOUSE_ADDRESS", &address_file)
        .stdout(Stdio::null())
        .stderr(File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let dev = Dev(child);
    let address = wait_for_address(&address_file).await;
    let text = |field: &str| address[field].as_str().unwrap().to_owned();
    let (server, simulator) = (
        Api::new(&text("api_url"), &text("api_key")),
        Api::new(&text("simulator_url"), &text("simulator_key")),
    );

    let apps: Value = simulator.get("/credentials/xiaomi").await.unwrap();
    let app_secret = apps[0]["app_secret"].as_str().unwrap().to_owned();
    let wanted = json!({ "bundle": "com.example.im", "environments": ["development"] });
    let issued: Value = simulator.post("/credentials/apns-p12", &wanted).await.unwrap();
    let (p12, password) = (issued["p12"].as_str().unwrap(), issued["password"].as_str().unwrap());
    let fields = json!({ "environment": "development", "p12": p12, "p12_password": password });
    let certificate = json!({ "vendor": "apns", "name": "another", "fields": fields });
    server.post::<Value>("/v1/certificates", &certificate).await.unwrap();
    let issued: Value = server.post("/v1/users/bo/token", &json!({})).await.unwrap();
    let login_token = issued["token"].as_str().unwrap().to_owned();
    let log_in = json!({ "operation": "log_in", "token": login_token });
    simulator.post::<Value>("/handsets/mi-14", &log_in).await.unwrap();
    simulator.post::<Value>("/handsets/mi-14", &json!({ "operation": "kill" })).await.unwrap();
    let message = json!({ "from": "zhou", "to": "bo", "body": { "type": "text", "text": TEXT } });
    server.post::<Value>("/v1/messages", &message).await.unwrap();
    wait_for_shade(&simulator).await;
    drop(dev);

    let password_is_long_enough_to_be_looked_for = password.len() > 8;
    assert!(password_is_long_enough_to_be_looked_for);
    let api_key = text("api_key");
    let secrets = [app_secret.as_str(), p12, password, api_key.as_str()];
    assert_absent(&secrets, &data);
    let told = fs::read_to_string(&log).unwrap();
    assert!(!told.is_empty(), "nothing was logged, so nothing was tested");
    for secret in secrets.into_iter().chain([TEXT, login_token.as_str()]) {
        assert!(!told.contains(secret), "the log holds {secret}");
    }
}

async fn wait_for_address(file: &Path) -> Value {
    let waiting = async {
        loop {
            if let Ok(text) = fs::read_to_string(file) {
                return serde_json::from_str(&text).unwrap();
            }
            sleep(LOOK_EVERY).await;
        }
    };
    timeout(PATIENCE, waiting).await.expect("dev is ready")
}

async fn wait_for_shade(simulator: &Api) {
    let waiting = async {
        loop {
            let state: Value = simulator.get("/handsets/mi-14").await.unwrap();
            if state["shade"].as_array().unwrap().iter().any(|shown| shown["body"] == TEXT) {
                return;
            }
            sleep(LOOK_EVERY).await;
        }
    };
    timeout(PATIENCE, waiting).await.expect("the shade shows it");
}

/// Looks through every byte of every file.
fn assert_absent(secrets: &[&str], folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_absent(secrets, &path);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        for secret in secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds a secret", path.display());
        }
    }
}
