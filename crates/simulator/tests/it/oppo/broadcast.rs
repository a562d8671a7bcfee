//! One text for many.

use serde_json::{Value, json};

use super::{DEVICE, Oppo, SAVE, message};

#[tokio::test]
async fn a_saved_text_goes_to_a_list_and_failed_targets_stand_by_code() {
    let oppo = Oppo::start().await;
    let (one, first) = oppo.phone("find-x7");
    let (other, second) = oppo.phone("find-x6");
    let id = oppo.save("IM", &[("click_action_type", "0")]).await;
    let list = format!("{first};{second};{second};CN_bad;FAULT_55_x;");
    let answer = oppo.broadcast(&id, "2", &list).await;
    assert_eq!((&answer["code"], &answer["data"]["message_id"]), (&json!(0), &json!(id)));
    assert_eq!(answer["data"]["task_id"].as_str().unwrap().len(), 24);
    assert_eq!(
        (&answer["data"]["10000"], &answer["data"]["55"]),
        (&json!(["CN_bad"]), &json!(["FAULT_55_x"]))
    );
    assert_eq!((one.shade().len(), other.shade().len()), (1, 1));
    assert_eq!(one.shade()[0].title, "阿明");
}

#[tokio::test]
async fn a_broadcast_needs_a_saved_text_and_at_most_a_thousand_targets() {
    let oppo = Oppo::with(|config| config.accept_unknown_tokens = true).await;
    let id = oppo.save("IM", &[]).await;
    let targets =
        |count: usize| (0..count).map(|number| format!("CN_{number:032x}")).collect::<Vec<_>>().join(";");
    for (message_id, target_type, target_value, code) in [
        (id.as_str(), "2", targets(1000), 0),
        (&id, "2", targets(1001), 41),
        (&id, "2", ";".to_owned(), 40),
        (&id, "3", targets(1), 41),
        (&id, "", targets(1), 40),
        (&id, "6", "{}".to_owned(), 40),
        (&id, "6", "no object".to_owned(), 41),
        ("", "2", targets(1), 40),
        ("65f0a1b2c3d4e5f600000002", "2", targets(1), 31),
        (&id, "2", format!("{};FAULT_13_x", targets(1)), 13),
    ] {
        let answer = oppo.broadcast(message_id, target_type, &target_value).await;
        assert_eq!(answer["code"], code, "{message_id} {target_type}");
    }
    assert_eq!(oppo.post(SAVE, &[("title", "阿明")]).await["code"], 40);
    let once = [("app_message_id", "m-1")];
    assert_eq!(oppo.save("IM", &once).await, oppo.save("IM", &once).await);
}

#[tokio::test]
async fn a_broadcast_finds_all_aliases_and_tags() {
    let oppo = Oppo::start().await;
    let (red, first) = oppo.phone("find-x7");
    let (blue, second) = oppo.phone("find-x6");
    let device = async |path: &str, body: Value| {
        oppo.call(DEVICE, &format!("/server/v1/device/{path}"), Some(body)).await["code"].clone()
    };
    device("set_alias", json!({"registration_id": first, "alias": "ming"})).await;
    device("subscribe_tags", json!({"registration_id": first, "tags": "red;big"})).await;
    device("subscribe_tags", json!({"registration_id": second, "tags": "blue;big"})).await;
    let id = oppo.save("IM", &[]).await;
    oppo.broadcast(&id, "1", "").await;
    oppo.broadcast(&id, "6", r#"{"and":["big"],"not":["blue"]}"#).await;
    let answer = oppo.broadcast(&id, "5", "ming;nobody").await;
    assert_eq!(answer["data"]["31"], json!(["nobody"]));
    assert_eq!((red.shade().len(), blue.shade().len()), (3, 1));
    let mut to_alias = message("ming", json!({}));
    to_alias["target_type"] = json!(5);
    assert_eq!(oppo.unicast(&to_alias).await["code"], 0);
    assert_eq!(red.shade().len(), 4);
    to_alias["target_value"] = json!("nobody");
    assert_eq!(oppo.unicast(&to_alias).await["code"], 31);
}

#[tokio::test]
async fn a_broadcast_to_all_can_be_sent_later() {
    let oppo = Oppo::start().await;
    let (phone, _) = oppo.phone("find-x7");
    let at = (oppo.now_ms() + 3_600_000).to_string();
    let id = oppo.save("IM", &[("push_time_type", "1"), ("push_start_time", &at)]).await;
    oppo.broadcast(&id, "1", "").await;
    assert_eq!((phone.shade().len(), phone.view().waiting), (0, 1));
    oppo.world.clock.advance_ms(3_600_000);
    phone.set_network(true);
    assert_eq!(phone.shade().len(), 1);
}

#[tokio::test]
async fn content_is_counted_by_target_and_all_or_none_of_them_go() {
    let oppo = Oppo::start().await;
    oppo.set_rights(&json!({"day_quota": 2}));
    let id = oppo.save("NEWS", &[]).await;
    let targets = "FAULT_sink_1;FAULT_sink_2;FAULT_sink_3";
    assert_eq!(oppo.broadcast(&id, "2", targets).await["code"], 33);
    assert_eq!(oppo.broadcast(&id, "2", "FAULT_sink_1;FAULT_sink_2").await["code"], 0);
    assert_eq!(oppo.broadcast(&id, "2", "FAULT_sink_3").await["code"], 33);
}
