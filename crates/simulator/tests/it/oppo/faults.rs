//! Faults by special registration ids and by the control API.

use serde_json::json;
use simulator::{Failure, FaultPlan};

use super::{BATCH, HOST, Oppo, UNICAST, form, message};

#[tokio::test]
async fn special_ids_fail_alone_where_their_code_can_stand_beside_one_target() {
    let oppo = Oppo::start().await;
    for (id, code) in [
        ("FAULT_11_x", 11),
        ("FAULT/33/x", 33),
        ("FAULT_-2_x", -2),
        ("FAULT_10000_x", 10000),
        ("FAULT_10999_x", 10999),
        ("FAULT_dead_x", 10000),
        ("FAULT_unknown_x", 10000),
        ("FAULT_sink_x", 0),
    ] {
        assert_eq!(oppo.unicast(&message(id, json!({}))).await["code"], code, "{id}");
    }
    let batch =
        async |id: &str| oppo.batch(&[message("FAULT_sink_1", json!({})), message(id, json!({}))]).await;
    let answer = batch("FAULT_55_x").await;
    assert_eq!((&answer["code"], &answer["data"][1]["errorCode"]), (&json!(0), &json!(55)));
    assert_eq!(answer["data"][0]["errorCode"], json!(null));
    assert_eq!(batch("FAULT_29_x").await["code"], 29);
}

#[tokio::test]
async fn special_ids_bring_statuses_and_cut_connections() {
    let oppo = Oppo::start().await;
    let send = async |path: &str, name: &str, text: String| {
        let fields = [("auth_token", oppo.token.as_str()), (name, text.as_str())];
        oppo.world.http1(HOST, form(path, &fields)).await.map(|response| response.status().as_u16())
    };
    let one = |id: &str| message(id, json!({})).to_string();
    assert_eq!(send(UNICAST, "message", one("FAULT_http:503_x")).await, Some(503));
    assert_eq!(send(UNICAST, "message", one("FAULT_cut_x")).await, None);
    assert_eq!(send(BATCH, "messages", format!("[{}]", one("FAULT/cut/x"))).await, None);
    let (world, news) = (oppo.world.running.world(), oppo.world.running.world().news().clone());
    let (before, mut changes) = (world.snapshot().requests, news.subscribe());
    let silent = send(UNICAST, "message", one("FAULT_silent_x"));
    let logged = async {
        while world.snapshot().requests == before {
            changes.changed().await.unwrap();
        }
    };
    tokio::select! {
        biased;
        answer = silent => panic!("{answer:?}"),
        () = logged => (),
    }
}

#[tokio::test]
async fn faults_answer_with_codes_and_lose_answers() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    let set = |plan: FaultPlan| oppo.world.running.world().set_faults(HOST, plan).unwrap();
    let fail = |code: &str| Some(Failure { times: 1, code: code.to_owned() });
    let send = message(&token, json!({"app_message_id": "m-1"}));
    set(FaultPlan { fail: fail("-1"), ..FaultPlan::default() });
    assert_eq!(oppo.unicast(&send).await, json!({"code": -1, "message": "Service Currently Unavailable"}));
    set(FaultPlan { lose_answer: 1, ..FaultPlan::default() });
    let fields = [("auth_token", oppo.token.as_str()), ("message", &send.to_string())];
    assert!(oppo.world.http1(HOST, form(UNICAST, &fields)).await.is_none());
    assert_eq!(phone.shade().len(), 1, "done, but never answered");
    assert_eq!(oppo.unicast(&send).await["code"], 0);
    assert_eq!(phone.shade().len(), 1, "known again by its id");
    let unknown = FaultPlan { fail: fail("999"), ..FaultPlan::default() };
    assert!(oppo.world.running.world().set_faults(HOST, unknown).is_err());
}
