//! SIGHUP: what can change changes while the server runs, and a configuration that does not read changes nothing.

use std::fs;

use http::Method;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use crate::{
    server::PATIENCE,
    stage::{LOOK_EVERY, Stage},
};

/// Whether one of a few requests in a row is refused for its rate.
async fn is_limited(stage: &Stage) -> bool {
    for _ in 0..5 {
        if stage.api().call(Method::GET, "/v1/app", &Value::Null).await.unwrap().status == 429 {
            return true;
        }
    }
    false
}

async fn wait_until_limited(stage: &Stage, wanted: bool) {
    let looking = async {
        while is_limited(stage).await != wanted {
            sleep(LOOK_EVERY).await;
        }
    };
    timeout(PATIENCE, looking).await.expect("the limits are as configured");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_hold_from_the_reload_on_and_a_broken_file_leaves_the_old_ones() {
    let mut stage = Stage::new().await;
    let file = stage.folder().join("posthouse.toml");
    let written = fs::read_to_string(&file).unwrap();
    assert!(!is_limited(&stage).await);

    let limited = written.replace("requests_per_second_per_key = 0", "requests_per_second_per_key = 1");
    assert_ne!(limited, written);
    fs::write(&file, &limited).unwrap();
    stage.server().ask_to_reload();
    wait_until_limited(&stage, true).await;

    fs::write(&file, format!("no_such_setting = 1\n{written}")).unwrap();
    stage.server().ask_to_reload();
    // Signals of one kind may fall together, so the next comes only after this one was seen: the limit still holds.
    wait_until_limited(&stage, true).await;
    fs::write(&file, &written).unwrap();
    stage.server().ask_to_reload();
    wait_until_limited(&stage, false).await;
}
