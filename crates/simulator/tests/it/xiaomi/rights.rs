//! What an app may do at Xiaomi, and how much: channels, kinds, amounts, templates, filters.

use model::Vendor;
use serde_json::{Value, json};

use super::{HOST, fields, get, post, send};
use crate::support::{PACKAGE, World, receipt_receiver};

const DAY_MS: i64 = 24 * 3_600_000;
const NO_CHANNEL: (&str, &str) = ("extra.channel_id", "");
const PUBLIC: (&str, &str) = ("extra.channel_id", "130101");

async fn world(rights: Value) -> World {
    let world = World::start().await;
    let channels = json!({"130001": "private", "130101": "public"});
    set(&world, json!({ "channels": channels }));
    set(&world, rights);
    world
}

fn set(world: &World, rights: Value) {
    world.running.set_rights(Vendor::Xiaomi, PACKAGE, &rights).unwrap();
}

#[tokio::test]
async fn a_private_channel_of_a_kind_that_was_not_granted_counts_as_public_and_is_quiet() {
    let world = world(json!({"private_kinds": ["finance"]})).await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    assert_eq!(send(&world, &fields(&token, &[("notify_id", "1")])).await["data"]["day_acked"], "1");
    assert!(phone.shade()[0].quiet);
    let amounts = get(&world, HOST, "/v1/trace/quota/get").await;
    assert_eq!(
        amounts["data"]["channels"][1],
        json!({"channel": "public", "day_quota": "500000", "day_acked": "1"})
    );
    set(&world, json!({"channel_kinds": {"130001": "finance"}}));
    assert_eq!(send(&world, &fields(&token, &[("notify_id", "2")])).await["data"]["day_acked"], "0");
    assert!(!phone.shade()[0].quiet);
}

#[tokio::test]
async fn a_device_shows_one_a_day_without_a_channel_five_of_public_ones_and_any_of_private_ones() {
    let world = world(json!({})).await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    let (url, mut receipts) = receipt_receiver().await;
    for (channel, shown) in [(NO_CHANNEL, 1), (PUBLIC, 5), (("extra.channel_id", "130001"), 7)] {
        phone.clear();
        for number in 0..7 {
            let number = number.to_string();
            let wish =
                [channel, ("notify_id", &number), ("extra.callback", &url), ("extra.callback.type", "128")];
            assert_eq!(send(&world, &fields(&token, &wish)).await["code"], 0);
        }
        assert_eq!(phone.shade().len(), shown, "{channel:?}");
    }
    let told = receipts.recv().await.unwrap();
    let first = told.as_object().unwrap().values().next().unwrap();
    assert_eq!((&first["type"], &first["extra"]), (&json!(128), &json!({"ack": "1", "quota": "1"})));
    phone.clear();
    world.clock.advance_ms(DAY_MS);
    send(&world, &fields(&token, &[NO_CHANNEL])).await;
    assert_eq!(phone.shade().len(), 1);
}

#[tokio::test]
async fn a_day_amount_is_refused_when_it_is_used_up_and_refilled_the_next_day() {
    let world = world(json!({"day_quota": 2, "public_day_quota": 3})).await;
    let list = |count: usize| vec!["FAULT/sink/1"; count].join(",");
    let ask = async |count: usize, channel| send(&world, &fields(&list(count), &[channel])).await;
    assert_eq!(ask(2, NO_CHANNEL).await["data"]["day_acked"], "2");
    let refused = ask(1, NO_CHANNEL).await;
    assert_eq!(
        (&refused["code"], &refused["reason"]),
        (&json!(200_001), &json!("exceed quota, quota: 2, have acked: 2"))
    );
    assert_eq!(ask(4, PUBLIC).await["code"], 200_001);
    assert_eq!(ask(3, PUBLIC).await["code"], 0);
    assert_eq!(ask(1000, ("extra.channel_id", "130001")).await["code"], 0);
    world.clock.advance_ms(DAY_MS);
    assert_eq!(ask(2, NO_CHANNEL).await["code"], 0);
}

#[tokio::test]
async fn targets_a_second_are_counted_where_the_app_has_such_an_amount() {
    let world = world(json!({"targets_per_second": 2})).await;
    let ask = async |targets| send(&world, &fields(targets, &[])).await["code"].clone();
    assert_eq!(ask("FAULT/sink/1,FAULT/sink/2").await, 0);
    assert_eq!(ask("FAULT/sink/3").await, 200_002);
    world.clock.advance_ms(1000);
    assert_eq!(ask("FAULT/sink/3").await, 0);
}

#[tokio::test]
async fn templates_are_checked_against_their_wording() {
    let wording = json!({"T1": {"title": "来自{$name$}", "text": "{$text$}"}, "T2": {"title": "新消息", "text": "请查看"}});
    let world = world(json!({"templates_required": true, "templates": wording})).await;
    let (_, token) = world.phone("mi-14", "xiaomi");
    let (full, over) = ("字".repeat(128), "字".repeat(129));
    let cases = [
        ("", "", 27001),
        ("T9", "{}", 27001),
        ("T2", "", 0),
        ("T2", r#"{"name":"a"}"#, 27001),
        ("T1", r#"{"name":"a"}"#, 27001),
        ("T1", r#"{"name":"a","text":"b","more":"c"}"#, 27001),
        ("T1", r#"{"name":"a","text":" "}"#, 27001),
        ("T1", r#"{"name":"a","text":"😀"}"#, 27001),
        ("T1", r#"{"name":"a","text":7}"#, 27001),
        ("T1", &format!(r#"{{"name":"a","text":"{over}"}}"#), 27001),
        ("T1", &format!(r#"{{"name":"a","text":"{full}"}}"#), 0),
    ];
    for (template, parameters, code) in cases {
        let parameters = if parameters.is_empty() { "{}" } else { parameters };
        let extras = [("extra.template_id", template), ("extra.template_param", parameters)];
        assert_eq!(send(&world, &fields(&token, &extras)).await["code"], code, "{template} {parameters}");
    }
    assert_eq!(send(&world, &fields(&token, &[PUBLIC])).await["code"], 0, "public channels need none");
}

#[tokio::test]
async fn a_blocked_word_is_taken_and_shown_to_nobody() {
    let world = world(json!({})).await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    world.running.world().set_blocked_words(vec!["你好".to_owned()]);
    assert_eq!(send(&world, &fields(&token, &[])).await["code"], 0);
    assert!(phone.shade().is_empty());
    assert_eq!(phone.view().not_shown[0].reason, "the text holds a blocked word");
    send(&world, &fields(&token, &[("description", "再见")])).await;
    assert_eq!(phone.shade().len(), 1);
}

#[tokio::test]
async fn a_phone_that_does_not_meet_the_filters_is_told_in_a_receipt() {
    let world = world(json!({})).await;
    let (mi, first) = world.phone("mi-14", "xiaomi");
    let (redmi, second) = world.phone("redmi-k70", "redmi");
    let (url, mut receipts) = receipt_receiver().await;
    let both = format!("{first},{second}");
    let wish = [("extra.model", "Xiaomi, other"), ("extra.callback", &url), ("extra.callback.type", "64")];
    let id = send(&world, &fields(&both, &wish)).await["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!((mi.shade().len(), redmi.shade().len()), (1, 0));
    let told = receipts.recv().await.unwrap();
    assert_eq!((&told[&id]["type"], &told[&id]["targets"]), (&json!(64), &json!(second)));
    send(&world, &fields(&both, &[("extra.locale_not_in", "zh_CN"), ("notify_id", "2")])).await;
    assert_eq!((mi.shade().len(), redmi.shade().len()), (1, 0));
}

#[tokio::test]
async fn a_public_message_is_kept_for_a_day_and_a_private_one_for_ten() {
    let world = world(json!({})).await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    phone.set_network(false);
    let ten_days = ("time_to_live", "864000000");
    send(&world, &fields(&token, &[PUBLIC, ten_days, ("notify_id", "1")])).await;
    send(&world, &fields(&token, &[ten_days, ("notify_id", "2")])).await;
    world.clock.advance_ms(DAY_MS);
    phone.set_network(true);
    let shown: Vec<_> = phone.shade().into_iter().map(|shown| shown.replace_key).collect();
    assert_eq!(shown, [Some("2".to_owned())]);
}

#[tokio::test]
async fn a_server_makes_and_ends_channels() {
    let world = world(json!({})).await;
    let (_, token) = world.phone("mi-14", "xiaomi");
    let ask = async |path: &str| get(&world, HOST, path).await;
    assert_eq!(ask("/v1/channel/add?channel_id=77&channel_name=a").await["code"], 0);
    assert_eq!(ask("/v1/channel/list").await["data"]["list"], json!(["130001", "130101", "77"]));
    assert_eq!(send(&world, &fields(&token, &[("extra.channel_id", "77")])).await["data"]["day_acked"], "1");
    assert_eq!(ask("/v1/channel/discard?channel_id=77").await["code"], 0);
    assert_eq!(send(&world, &fields(&token, &[("extra.channel_id", "77")])).await["code"], 27001);
    assert_eq!(ask("/v1/channel/discard?channel_id=77").await["code"], 27001);
    assert_eq!(post(&world, "/media/upload/image", &[]).await["code"], 10007, "an upload is no form");
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_in_the_envelope() {
    let world = World::start().await;
    let (_, token) = world.phone("mi-14", "xiaomi");
    let long = "x".repeat(1024 * 1024);
    assert_eq!(send(&world, &fields(&token, &[("payload", &long)])).await["code"], 10018);
}
