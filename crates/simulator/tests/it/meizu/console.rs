//! Faults on demand, special targets, the request log, enrolment.

use simulator::{Failure, FaultPlan};

use super::*;

#[tokio::test]
async fn special_targets_bring_every_answer_without_its_cause() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    for (target, code) in [("FAULT519x1", "519"), ("FAULTdeadx1", "110002"), ("FAULT/110010/1", "110010")] {
        let answer = flyme.push(&format!("{token},{target}"), &chat(&json!({}))).await;
        assert_eq!(answer["value"], json!({ (code): [target] }), "{target}");
    }
    assert_eq!(phone.shade().len(), 3);
    assert_eq!(flyme.push("FAULTsinkx1", &chat(&json!({}))).await["value"], json!({}));
    for (target, code) in [("FAULT1003x1", "1003"), ("FAULTall110010x1", "110010")] {
        let answer = flyme.push(&format!("{token},{target}"), &chat(&json!({}))).await;
        assert_eq!((&answer["code"], &answer["value"]), (&json!(code), &json!("")), "{target}");
    }
    assert_eq!(phone.shade().len(), 3, "a refused request reaches nobody");
    let request = |target: &str| {
        let message = chat(&json!({})).to_string();
        form(HOST, "/push/varnished/pushByPushId", &signed(&[("pushIds", target), ("messageJson", &message)]))
    };
    let response = flyme.send(HOST, request("FAULThttp503x1")).await;
    assert_eq!((response.status().as_u16(), response.body().len()), (503, 0));
    assert!(flyme.0.http1(HOST, request("FAULTcutx1")).await.is_none());
}

#[tokio::test]
async fn faults_that_are_set_answer_with_codes_and_refuse() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    let world = Arc::clone(flyme.0.running.world());
    let set = |plan: FaultPlan| world.set_faults(HOST, plan);
    let fail = |code: &str| FaultPlan {
        fail: Some(Failure { times: 1, code: code.to_owned() }),
        ..FaultPlan::default()
    };
    assert!(set(fail("77")).is_err());
    set(fail("1001")).unwrap();
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["code"], "1001");
    set(fail("519")).unwrap();
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["value"], json!({"519": [token]}));
    set(fail("300")).unwrap();
    let moved = flyme.push(&token, &chat(&json!({}))).await;
    let url = "https://server-api-push.meizu.com/garcia/api/server/push/varnished/pushByPushId";
    assert_eq!((&moved["code"], &moved["redirect"]), (&json!("300"), &json!(url)));
    set(FaultPlan { throttle: true, ..FaultPlan::default() }).unwrap();
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["code"], "110010");
    set(FaultPlan { quota_used_up: true, ..FaultPlan::default() }).unwrap();
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["code"], "110019");
    assert!(phone.shade().is_empty());
    set(FaultPlan::default()).unwrap();
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["code"], "200");
}

#[tokio::test]
async fn the_log_tells_what_decided_and_holds_no_push_ids_texts_or_secrets() {
    let flyme = Flyme::start().await;
    let (_, token) = flyme.phone("meizu-21");
    flyme.push(&format!("{token},nobody"), &chat(&json!({}))).await;
    flyme.push(&token, &chat(&json!({"pushTimeInfo": {"validTime": 0}}))).await;
    let entries = flyme.0.running.world().log_after(0, 10);
    let told: Vec<_> = entries.iter().map(|entry| (entry.status, entry.code.as_ref(), entry.stage)).collect();
    assert_eq!(told, [(200, "110003", "targets refused"), (200, "1005", "refused")]);
    assert_eq!(entries[0].path, "POST /push/varnished/pushByPushId");
    assert_eq!((entries[0].targets, entries[0].host.as_ref()), (2, HOST));
    let log = serde_json::to_string(&entries).unwrap();
    for secret in [token.as_str(), SECRET, RECEIPT_TOKEN, "阿明", "ext content"] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn an_app_enrolled_on_demand_can_send_at_once() {
    let world = World::start().await;
    let fields = world.running.enrol(Vendor::Meizu, "com.example.new", None).unwrap();
    assert!(fields["app_id"].bytes().all(|byte| byte.is_ascii_digit()));
    for field in ["app_secret", "app_key", "receipt_token"] {
        assert_eq!(fields[field].len(), 32, "{field}");
    }
    let again = world.running.enrol(Vendor::Meizu, "com.example.new", Some(&fields)).unwrap();
    assert_eq!(again, fields);
    let listed = world.control(Method::GET, "/credentials/meizu", None).await.1;
    assert_eq!(listed, json!([fields]));
}
