//! Lists, messages to everybody, tags, recall, statistics.

use serde_json::json;

use super::{HOUR_MS, Vivo, message};

#[tokio::test]
async fn a_saved_message_goes_to_a_list_and_dead_targets_are_named() {
    let vivo = Vivo::start().await;
    let (one, first) = vivo.phone("x100");
    let (other, second) = vivo.phone("x200");
    let task = vivo.save(json!({"regId": null})).await;
    let answer = vivo.push_to_list(&task, &[&first, &second]).await;
    let expected = json!({"result": 0, "desc": "请求成功", "requestId": "list-0001", "invalidUsers": []});
    assert_eq!(answer, expected);
    other.invalidate_token();
    let answer = vivo.push_to_list(&task, &["v2-nobody", &first, &second]).await;
    let invalid = json!([{"status": 1, "userid": "v2-nobody"}, {"status": 2, "userid": second}]);
    assert_eq!((&answer["result"], &answer["invalidUsers"]), (&json!(0), &invalid));
    assert_eq!((one.shade().len(), other.shade().len()), (2, 1));
    assert_eq!(vivo.push_to_list(&task, &["FAULT/10072/", &first]).await["result"], 10072);
    vivo.rights(json!({"aliases": {"u-1": first, "u-2": second}}));
    let by_alias = json!({"taskId": task, "aliases": ["u-1", "u-2"], "regIds": [], "requestId": 7});
    assert_eq!(vivo.post("/message/pushToList", by_alias).await["invalidUsers"][0]["userid"], "u-2");
}

#[tokio::test]
async fn a_list_has_two_to_a_thousand_targets() {
    let vivo = Vivo::with(|config| config.accept_unknown_tokens = true).await;
    let task = vivo.save(json!({})).await;
    let ids = |count: usize| (0..count).map(|n| format!("{n:023}")).collect::<Vec<_>>();
    for (count, result) in [(1, 10153), (2, 0), (1000, 0), (1001, 10153), (0, 10150)] {
        let ids = ids(count);
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        assert_eq!(vivo.push_to_list(&task, &ids).await["result"], result, "{count}");
    }
    let ids = ids(2);
    for (body, result) in [
        (json!({"regIds": ids, "requestId": "r"}), 10151),
        (json!({"regIds": ids, "requestId": "r", "taskId": "920000000000000001"}), 10151),
        (json!({"regIds": ids, "taskId": task}), 10352),
        (json!({"aliases": ["a"], "taskId": task, "requestId": "r"}), 10154),
        (json!({"regIds": ids, "taskId": task, "requestId": "r", "appId": 1}), 10094),
    ] {
        assert_eq!(vivo.post("/message/pushToList", body.clone()).await["result"], result, "{body}");
    }
    assert_eq!(vivo.send(&"1".repeat(22), json!({})).await["result"], 10302, "not a shape of the vendor's");
    let counts = vivo.world.running.world().tally()[&super::Vendor::Vivo];
    assert_eq!((counts.accepted, counts.distinct), (1002, 1000));
}

#[tokio::test]
async fn saved_messages_and_messages_to_everybody_have_amounts_of_their_own() {
    let mut vivo = Vivo::start().await;
    vivo.rights(json!({"saves_per_day": 1}));
    vivo.save(json!({})).await;
    let body = message("", &json!({}));
    assert_eq!(vivo.post("/message/saveListPayload", body.clone()).await["result"], 10252);
    let (phone, _) = vivo.phone("x100");
    assert_eq!(vivo.post("/message/all", body.clone()).await["result"], 0);
    assert_eq!(vivo.post("/message/all", body.clone()).await["result"], 10254);
    assert_eq!(phone.shade().len(), 1);
    vivo.advance(3 * HOUR_MS);
    vivo.authenticate().await;
    assert_eq!(vivo.post("/message/all", body.clone()).await["result"], 0);
    assert_eq!(vivo.post("/message/saveListPayload", body).await["result"], 0);
}

#[tokio::test]
async fn tags_gather_devices() {
    let vivo = Vivo::start().await;
    let (one, first) = vivo.phone("x100");
    let (other, second) = vivo.phone("x200");
    let post = |path: &'static str, body| vivo.post(path, body);
    assert_eq!(post("/tag/add", json!({"name": "a", "desc": "d", "group": "g"})).await["result"], 0);
    assert_eq!(post("/tag/add", json!({"name": "a"})).await["result"], 10614);
    assert_eq!(post("/tag/add", json!({})).await["result"], 10601);
    assert_eq!(post("/tag/add", json!({"name": "c"})).await["result"], 0);
    assert_eq!(post("/tag/update", json!({"oldName": "c", "newName": "b"})).await["result"], 0);
    let members = |name: &str, ids: &[&str]| json!({"name": name, "type": 1, "ids": ids});
    let answer = post("/tag/addMembers", members("a", &[&first, &second, "v2-nobody"])).await;
    assert_eq!(answer["invalidUsers"], json!([{"status": 1, "userid": "v2-nobody"}]));
    assert_eq!(post("/tag/addMembers", members("b", &[&first, &second])).await["result"], 0);
    assert_eq!(post("/tag/removeMembers", members("b", &[&second])).await["result"], 0);
    assert_eq!(post("/tag/addMembers", members("z", &[&first])).await["result"], 10609);
    assert_eq!(post("/tag/addMembers", members("a", &[])).await["result"], 10616);
    let push = |expression| post("/message/tagPush", message("", &json!({"tagExpression": expression})));
    let shades = || (one.shade().len(), other.shade().len());
    assert!(push(json!({"orTags": ["a"]})).await["taskId"].is_string());
    assert_eq!(shades(), (1, 1));
    push(json!({"andTags": ["a", "b"]})).await;
    assert_eq!(shades(), (2, 1));
    push(json!({"orTags": ["a"], "notTags": ["b"]})).await;
    assert_eq!(shades(), (2, 2));
    assert_eq!(push(json!({"orTags": ["z"]})).await["result"], 10609);
    assert_eq!(push(json!({})).await["result"], 10616);
    // A member that died can still be removed.
    one.invalidate_token();
    let ids = members("b", &[&first]);
    assert_eq!(post("/tag/removeMembers", ids).await, json!({"result": 0, "desc": "请求成功"}));
}

#[tokio::test]
async fn a_task_is_taken_back_from_some_or_from_all() {
    let vivo = Vivo::start().await;
    let (one, first) = vivo.phone("x100");
    let (other, second) = vivo.phone("x200");
    other.set_network(false);
    let task = vivo.save(json!({})).await;
    vivo.push_to_list(&task, &[&first, &second]).await;
    let recycle = |ids: Vec<&str>| {
        let body = json!({"appId": vivo.app["app_id"], "taskId": task, "userType": 1, "userIds": ids});
        vivo.post("/message/recycle", body)
    };
    assert_eq!(recycle(vec![&first]).await, json!({"result": 0, "desc": "请求成功"}));
    assert_eq!((one.shade().len(), other.view().waiting), (0, 1));
    assert_eq!(recycle(vec![]).await["result"], 0);
    assert_eq!(other.view().waiting, 0);
    assert_eq!(vivo.post("/message/recycle", json!({"taskId": "1"})).await["result"], 10151);
    let third = json!({"taskId": task, "userType": 3});
    assert_eq!(vivo.post("/message/recycle", third).await["result"], 400);
}

#[tokio::test]
async fn statistics_name_the_apps_own_tasks() {
    let vivo = Vivo::start().await;
    let (_, token) = vivo.phone("x100");
    let (_, off) = vivo.phone("x200");
    vivo.world.running.phones().iter().find(|phone| phone.name() == "x200").unwrap().set_network(false);
    let task = vivo.save(json!({})).await;
    vivo.push_to_list(&task, &[&token, &off, "v2-nobody", "FAULT/dead/1", "FAULT/inactive/1"]).await;
    let answer = vivo.get(&format!("/report/getStatistics?taskIds={task},1")).await;
    let counts = answer["statistics"].as_array().unwrap();
    assert_eq!((counts.len(), &counts[0]["taskId"]), (1, &json!(task)));
    for (name, count) in [
        ("target", 5),
        ("valid", 2),
        ("send", 2),
        ("targetInvalid", 1),
        ("targetUnSub", 1),
        ("targetInActive", 1),
        ("targetOffline", 1),
        ("covered", 0),
    ] {
        assert_eq!(counts[0][name], count, "{name}");
    }
    let many = |count: usize| format!("/report/getStatistics?taskIds={}", vec!["1"; count].join(","));
    assert_eq!(vivo.get(&many(100)).await["statistics"], json!([]));
    assert_eq!(vivo.get(&many(101)).await["result"], 10473);
    assert_eq!(vivo.get("/report/getStatistics").await["result"], 10471);
}
