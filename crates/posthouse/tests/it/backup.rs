//! A backup under load, and a server that goes on from it.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use crate::{
    kill::{receivers, settle},
    load::Load,
    stage::{LOOK_EVERY, Stage, Undone, command},
};

/// Messages that are acknowledged before the backup begins, and again after it has ended.
const MESSAGES: usize = 400;
/// Longer than a lifetime of a push that is to be over before the restored server starts.
const SHORT_LIFETIME: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_backup_under_load_comes_to_its_end_on_the_server_that_was_made_from_it() {
    let mut stage = Stage::new().await;
    let receivers = Arc::new(receivers(&stage).await);
    let load = Load::start(&receivers, &stage.watch_url());
    let before = acknowledged(&load, MESSAGES).await;
    let beside = tempfile::tempdir().unwrap();
    let backup = beside.path().join("backup.db");
    let (data, to) = (stage.data(), backup.clone());
    let report = tokio::task::spawn_blocking(move || {
        let words = ["backup", "--json", "--mib-per-second", "4", "--data"];
        command(&words, &[data.as_ref(), "--to".as_ref(), to.as_ref()])
    });
    let report = report.await.unwrap();
    let after = acknowledged(&load, load.so_far().len() + MESSAGES).await;
    load.end().await;
    assert!(after.len() >= before.len() + MESSAGES, "the load went on beside the backup");
    assert!(report["rows"]["messages"].as_u64().unwrap() >= before.len() as u64, "{report}");

    let restored = stage.restart_from(&backup);
    assert_eq!(restored["messages"], report["rows"]["messages"]);
    let left = settle(&stage.api(), &before).await;
    assert!(left.is_empty(), "{} of {} without an end, such as {:?}; {restored}", left.len(), before.len(), left.first());
    stage.kill();
    assert_eq!(stage.undone_at_death().await, Undone::default(), "{restored}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_whose_lifetime_was_over_when_the_backup_was_restored_is_dropped_with_its_reason() {
    let mut stage = Stage::new().await;
    let api = stage.api();
    let outage = json!({ "black_hole": true });
    stage.control().post::<Value>("/faults/api.xmpush.xiaomi.com", &outage).await.unwrap();
    let push = json!({ "body": "over soon", "lifetime_ms": SHORT_LIFETIME.as_millis() as u64 });
    let to = json!({ "certificate": stage.ground.xiaomi, "token": "regid-1" });
    let sent: Value = api.post("/v1/pushes", &json!({ "to": to, "push": push })).await.unwrap();
    let path = format!("/v1/deliveries?message={}", sent["message"].as_str().unwrap());
    stage.wait_for(&api, &path, |answer| answer["deliveries"][0]["state"] == "queued").await;
    let beside = tempfile::tempdir().unwrap();
    let backup = beside.path().join("backup.db");
    command(&["backup", "--json", "--data"], &[stage.data().as_ref(), "--to".as_ref(), backup.as_ref()]);
    let restored = stage.restart_from(&backup);
    assert_eq!(restored["queued"], 1);
    stage
        .wait_for(&stage.api(), &path, |answer| {
            let delivery = &answer["deliveries"][0];
            delivery["state"] == "dropped" && delivery["reason"]["name"] == "expired_in_queue"
        })
        .await;
}

/// Waits until so many messages were acknowledged.
async fn acknowledged(load: &Load, messages: usize) -> Vec<Uuid> {
    loop {
        let so_far = load.so_far();
        if so_far.len() >= messages {
            return so_far;
        }
        sleep(LOOK_EVERY).await;
    }
}
