//! Tasks and statistics.

use super::{
    receipts::{asking, receiver},
    *,
};

async fn task(flyme: &Flyme, path: &str, message: &Value, others: &[(&str, &str)]) -> String {
    let message = message.to_string();
    let fields = [&[("pushType", "0"), ("messageJson", &message)], others].concat();
    let answer = flyme.post(path, &fields).await;
    assert_eq!(answer["code"], "200", "{answer}");
    assert!(answer.get("msgId").is_none());
    assert_eq!((&answer["value"]["pushType"], &answer["value"]["appId"]), (&json!(0), &json!(199_001)));
    answer["value"]["taskId"].as_u64().unwrap().to_string()
}

#[tokio::test]
async fn a_task_s_content_goes_to_lists_and_is_counted() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    let message = chat(&json!({"extra": {"callback": "http://127.0.0.1:1/cb"}}));
    let id = task(&flyme, "/push/pushTask/getTaskId", &message, &[]).await;
    let list = format!("{token},nobody");
    let sent = flyme.post("/push/task/varnished/pushByPushId", &[("taskId", &id), ("pushIds", &list)]).await;
    assert_eq!(sent["value"], json!({"110003": ["nobody"]}));
    let extras = phone.tap(0).unwrap().notification.handover.extras;
    assert_eq!(extras["platform_extra"], json!({ "task_id": id }).to_string());
    let wanted = json!({
        "taskId": id.parse::<u64>().unwrap(),
        "targetNo": 2, "validNo": 1, "pushedNo": 1, "acceptNo": 1, "displayNo": 1, "clickNo": 1,
    });
    // Phones' reports come in their order: with this receipt, those of the task have been counted.
    let (url, mut receipts) = receiver().await;
    flyme.push(&token, &asking(&url, &json!(1))).await;
    receipts.recv().await.unwrap();
    let counted = flyme.post("/push/statistics/getTaskStatistics", &[("taskId", &id)]).await;
    assert_eq!(counted["value"], wanted);
    for (path, fields) in [
        ("/push/task/varnished/pushByPushId", vec![("taskId", "1"), ("pushIds", "a")]),
        ("/push/task/varnished/pushByAlias", vec![("taskId", "x"), ("alias", "a")]),
        ("/push/statistics/getTaskStatistics", vec![("taskId", "1")]),
        ("/push/pushTask/cancel", vec![("taskId", "1"), ("pushType", "0")]),
    ] {
        assert_eq!(flyme.post(path, &fields).await["code"], "110032", "{path}");
    }
    let data = [("pushType", "1"), ("messageJson", "{}")];
    assert_eq!(flyme.post("/push/pushTask/getTaskId", &data).await["code"], "110053");
}

#[tokio::test]
async fn a_task_for_many_goes_to_all_or_to_those_with_tags() {
    let flyme = Flyme::start().await;
    let (one, first) = flyme.phone("meizu-21");
    let (two, second) = flyme.phone("meizu-20");
    task(&flyme, "/push/pushTask/pushToApp", &public(), &[]).await;
    assert_eq!((one.shade().len(), two.shade().len()), (1, 1));
    flyme.post("/message/subscribeTags", &[("pushId", &first), ("tags", "a,b")]).await;
    flyme.post("/message/subscribeTags", &[("pushId", &second), ("tags", "b")]).await;
    let both = [("tagNames", "a,b"), ("scope", "1")];
    task(&flyme, "/push/pushTask/pushToTag", &public(), &both).await;
    assert_eq!((one.shade().len(), two.shade().len()), (2, 1));
    let any = [("tagNames", "a,b"), ("scope", "0")];
    task(&flyme, "/push/pushTask/pushToTag", &public(), &any).await;
    assert_eq!((one.shade().len(), two.shade().len()), (3, 2));
}

#[tokio::test]
async fn a_scheduled_task_can_be_cancelled_until_it_begins() {
    let flyme = Flyme::start().await;
    let (phone, _) = flyme.phone("meizu-21");
    let later = json!({"pushTimeInfo": {"pushTimeType": 1, "startTime": "2026-09-21 22:14:20"}});
    let id = task(&flyme, "/push/pushTask/pushToApp", &chat(&later), &[]).await;
    assert_eq!((phone.shade().len(), phone.view().waiting), (0, 1));
    let cancel = [("taskId", id.as_str()), ("pushType", "0")];
    assert_eq!(flyme.post("/push/pushTask/cancel", &cancel).await["value"], json!({"result": true}));
    assert_eq!(phone.view().waiting, 0);
    assert_eq!(flyme.post("/push/pushTask/cancel", &cancel).await["code"], "500");
    let begun = task(&flyme, "/push/pushTask/pushToApp", &chat(&json!({})), &[]).await;
    let cancel = [("taskId", begun.as_str()), ("pushType", "0")];
    assert_eq!(flyme.post("/push/pushTask/cancel", &cancel).await["code"], "500");
}

#[tokio::test]
async fn the_days_of_an_app_are_told_newest_first_for_thirty_days() {
    let flyme = Flyme::start().await;
    let (_, token) = flyme.phone("meizu-21");
    flyme.push(&token, &chat(&json!({}))).await;
    flyme.0.clock.advance_ms(24 * 3_600_000);
    flyme.push(&format!("{token},nobody"), &chat(&json!({}))).await;
    let span = |start, end| [("startTime", start), ("endTime", end)];
    let path = "/push/statistics/dailyPushStatics";
    let answer = flyme.post(path, &span("20260901", "20261001")).await;
    assert_eq!(answer["code"], "200");
    let days = answer["value"].as_array().unwrap();
    let told: Vec<_> = days.iter().map(|day| (&day["date"], &day["targetNo"], &day["pushedNo"])).collect();
    let (newer, older) = (json!("2026-09-22"), json!("2026-09-21"));
    assert_eq!(told, [(&newer, &json!(2), &json!(1)), (&older, &json!(1), &json!(1))]);
    for (start, end, code) in [
        ("20260901", "20261002", "500"),
        ("20260902", "20260901", "500"),
        ("2026-09-01", "20260901", "500"),
        ("", "20260901", "110004"),
        ("20260101", "20260101", "200"),
    ] {
        let answer = flyme.post(path, &span(start, end)).await;
        assert_eq!(answer["code"], code, "{start} {end}");
        assert_eq!(answer["value"], if code == "200" { json!([]) } else { json!("") });
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(signed(&span("20260921", "20260921")))
        .finish();
    let request = Request::get(format!("/garcia/api/server{path}?{query}"))
        .header("host", HOST)
        .body(Full::default())
        .unwrap();
    let answer: Value = serde_json::from_slice(flyme.send(HOST, request).await.body()).unwrap();
    assert_eq!(answer["value"][0]["date"], "2026-09-21");
}

#[tokio::test]
async fn an_image_gets_an_address_of_the_vendor_s() {
    let flyme = Flyme::start().await;
    let image = |kind| [("imgUrl", "https://a.example/a.png"), ("imgType", kind)];
    let answer = flyme.post("/push/uploadImg", &image("1")).await;
    assert!(answer["value"]["imgUrl"].as_str().unwrap().contains("meizu.com"));
    assert_eq!(flyme.post("/push/uploadImg", &image("2")).await["code"], "1005");
}
