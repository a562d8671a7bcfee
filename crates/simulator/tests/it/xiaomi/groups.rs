//! Aliases, accounts, topics, the whole app, many messages at once, and taking back.

use model::Vendor;
use serde_json::{Value, json};

use super::{FEEDBACK, HOST, fields, get, post, send};
use crate::support::{PACKAGE, START, World, receipt_receiver};

/// Fields of a good message without a target.
fn to<'a>(others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = fields("", others);
    fields.retain(|(name, _)| *name != "registration_id");
    fields
}

fn set(world: &World, names: Value) {
    world.running.set_rights(Vendor::Xiaomi, PACKAGE, &names).unwrap();
}

fn titles(phone: &simulator::Phone) -> Vec<String> {
    phone.shade().into_iter().map(|shown| shown.title).collect()
}

#[tokio::test]
async fn aliases_accounts_topics_and_the_whole_app_reach_their_phones() {
    let world = World::start().await;
    let (ann, first) = world.phone("mi-14", "xiaomi");
    let (bo, second) = world.phone("redmi-k70", "redmi");
    set(
        &world,
        json!({"aliases": {"ann": [first]}, "accounts": {"bo": [second]}, "topics": {"news": [first, second]}}),
    );
    let cases = [
        ("/v3/message/alias", ("alias", "ann,nobody"), 2, "ALIAS", [1, 0]),
        ("/v2/message/user_account", ("user_account", "bo"), 1, "USER_ACCOUNT", [0, 1]),
        ("/v2/message/topic", ("topic", "news"), 2, "TOPIC", [1, 1]),
        ("/v3/message/all", ("unused", ""), 2, "ALL", [1, 1]),
    ];
    for (path, target, count, word, shown) in cases {
        ann.clear();
        bo.clear();
        let answer = post(&world, path, &to(&[target])).await;
        assert_eq!(answer["info"], format!("Received push messages for {count} {word}"), "{path}");
        assert_eq!([ann.shade().len(), bo.shade().len()], shown, "{path}");
    }
    let feed = get(&world, FEEDBACK, "/v1/feedback/fetch_invalid_aliases").await;
    assert_eq!(feed["data"]["list"], json!(["nobody"]));
    assert_eq!(post(&world, "/v2/message/alias", &to(&[])).await["code"], 10016);
    assert_eq!(post(&world, "/v2/message/topic", &to(&[])).await["code"], 10016);
    assert_eq!(post(&world, "/v2/message/alias", &to(&[("alias", "FAULT/65006/x")])).await["code"], 65006);
}

#[tokio::test]
async fn a_receipt_names_the_alias_that_was_addressed() {
    let world = World::start().await;
    let (_, token) = world.phone("mi-14", "xiaomi");
    let (url, mut receipts) = receipt_receiver().await;
    set(&world, json!({"aliases": {"ann": [token]}}));
    let answer = post(&world, "/v2/message/alias", &to(&[("alias", "ann"), ("extra.callback", &url)])).await;
    assert_eq!(receipts.recv().await.unwrap()[answer["data"]["id"].as_str().unwrap()]["targets"], "ann");
}

#[tokio::test]
async fn topics_are_joined_met_and_taken_away() {
    let world = World::start().await;
    let (ann, first) = world.phone("mi-14", "xiaomi");
    let (bo, second) = world.phone("redmi-k70", "redmi");
    set(&world, json!({"topics": {"a": [first, second], "b": [second]}}));
    for (operation, shown) in [("UNION", [1, 1]), ("INTERSECTION", [0, 1]), ("EXCEPT", [1, 0])] {
        ann.clear();
        bo.clear();
        let wish = to(&[("topics", "a;$;b"), ("topic_op", operation)]);
        assert_eq!(post(&world, "/v3/message/multi_topic", &wish).await["code"], 0);
        assert_eq!([ann.shade().len(), bo.shade().len()], shown, "{operation}");
    }
    let ask = async |topics, operation| {
        post(&world, "/v2/message/multi_topic", &to(&[("topics", topics), ("topic_op", operation)])).await["code"].clone()
    };
    assert_eq!(ask("a;$;b;$;c;$;d;$;e", "UNION").await, 0);
    assert_eq!(ask("a;$;b;$;c;$;d;$;e;$;f", "UNION").await, 65035);
    assert_eq!(ask("a;$;b", "XOR").await, 10017);
}

#[tokio::test]
async fn a_server_subscribes_phones_to_topics_and_asks_for_their_names() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    set(&world, json!({"aliases": {"ann": [token]}, "accounts": {"bo": [token]}}));
    let ask = async |path: &str, fields: &[(&str, &str)]| {
        let fields = [&[("restricted_package_name", PACKAGE)], fields].concat();
        post(&world, path, &fields).await["code"].clone()
    };
    for number in 0..30 {
        let topic = format!("t{number}");
        let fields = [("registration_id", token.as_str()), ("topic", topic.as_str())];
        assert_eq!(ask("/v2/topic/subscribe", &fields).await, 0);
    }
    assert_eq!(ask("/v2/topic/subscribe/alias", &[("aliases", "ann"), ("topic", "t30")]).await, 65035);
    assert_eq!(ask("/v2/topic/unsubscribe/alias", &[("aliases", "ann"), ("topic", "t0")]).await, 0);
    assert_eq!(ask("/v2/topic/subscribe/alias", &[("aliases", "ann"), ("topic", "t30")]).await, 0);
    assert_eq!(ask("/v2/topic/subscribe", &[("registration_id", &token), ("topic", "")]).await, 65010);
    assert_eq!(
        ask("/v2/topic/subscribe", &[("registration_id", &token), ("topic", &"t".repeat(257))]).await,
        65010
    );
    post(&world, "/v2/message/topic", &to(&[("topic", "t30")])).await;
    assert_eq!(phone.shade().len(), 1);
    let escaped: String = form_urlencoded::byte_serialize(token.as_bytes()).collect();
    let of = async |kind: &str| {
        get(&world, HOST, &format!("/v1/{kind}/all?registration_id={escaped}")).await["data"]["list"].clone()
    };
    assert_eq!((of("alias").await, of("account").await), (json!(["ann"]), json!(["bo"])));
    assert_eq!(of("topic").await.as_array().unwrap().len(), 30);
    let found =
        get(&world, HOST, &format!("/v1/alias/get_regid_by_alias?packageName={PACKAGE}&aliasName=ann")).await;
    assert_eq!((&found["code"], &found["reason"]), (&json!(0), &json!(token)));
}

fn element(target: &str, title: &str, channel: &str) -> Value {
    json!({"target": target, "message": {
        "title": title, "description": "你好", "payload": null, "pass_through": 0, "notify_type": -1,
        "notify_id": 4711, "time_to_live": 86_400_000, "restricted_package_name": PACKAGE,
        "extra": {"notify_effect": "1", "channel_id": channel, "ext": "e"},
    }})
}

#[tokio::test]
async fn many_messages_each_reach_a_target_of_their_own() {
    let world = World::start().await;
    let (ann, first) = world.phone("mi-14", "xiaomi");
    let (bo, second) = world.phone("redmi-k70", "redmi");
    set(&world, json!({"aliases": {"bo": [second]}}));
    let ask =
        async |path: &str, messages: &Value| post(&world, path, &[("messages", &messages.to_string())]).await;
    let regids = json!([element(&first, "一", "130001"), element(&second, "二", "130001")]);
    let answer = ask("/v2/multi_messages/regids", &regids).await;
    assert_eq!(answer["code"], 0, "{answer}");
    assert!(answer["data"]["id"].is_string() && answer["data"].get("channel_exceed_quota").is_none());
    assert_eq!((titles(&ann), titles(&bo)), (vec!["一".to_owned()], vec!["二".to_owned()]));
    assert_eq!(ann.tap(0).unwrap().ext.as_deref(), Some("e"));
    ask("/v2/multi_messages/aliases", &json!([element("bo", "三", "130001")])).await;
    assert_eq!(titles(&bo), ["三"]);
    set(&world, json!({"day_quota": 1}));
    let over = json!([element(&first, "四", ""), element(&second, "五", ""), element(&second, "六", "")]);
    let answer = ask("/v2/multi_messages/regids", &over).await;
    assert_eq!(
        (&answer["code"], &answer["data"]["channel_exceed_quota"]),
        (&json!(0), &json!("no_channel:2"))
    );
    assert_eq!((titles(&ann), titles(&bo)), (vec!["四".to_owned()], vec!["三".to_owned()]));
}

#[tokio::test]
async fn many_messages_are_refused_as_a_whole_where_one_is_malformed() {
    let world = World::start().await;
    let ask = async |messages: Value| {
        post(&world, "/v2/multi_messages/regids", &[("messages", &messages.to_string())]).await["code"]
            .clone()
    };
    let good = element("FAULT/sink/1", "一", "130001");
    let count = |count: usize| Value::Array(vec![good.clone(); count]);
    assert_eq!(ask(count(1000)).await, 0);
    assert_eq!(ask(count(1001)).await, 10017);
    for wrong in
        [json!([]), json!({}), json!([7]), json!([{"target": "a"}]), json!([{"target": "", "message": {}}])]
    {
        assert_eq!(ask(wrong.clone()).await, 10017, "{wrong}");
    }
    assert_eq!(ask(json!([good, element("a", &"好".repeat(50), "130001")])).await, 22100);
    assert_eq!(ask(json!([good, element("a", "一", "999")])).await, 27001);
    assert_eq!(ask(json!([good, element("FAULT/10002/x", "一", "130001")])).await, 10002);
    assert_eq!(post(&world, "/v2/multi_messages/regids", &[]).await["code"], 10016);
}

#[tokio::test]
async fn a_notification_is_revoked_by_its_notify_id_and_by_its_message_id() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    let id = send(&world, &fields(&token, &[])).await["data"]["id"].as_str().unwrap().to_owned();
    let by_message = [("msg_id", id.as_str()), ("restricted_package_name", PACKAGE)];
    assert_eq!(post(&world, "/v2/message/revoke", &by_message).await["code"], 0);
    assert!(phone.shade().is_empty());
    send(&world, &fields(&token, &[])).await;
    let by_notify_id =
        [("registration_ids", token.as_str()), ("notify_id", "4711"), ("restricted_package_name", PACKAGE)];
    assert_eq!(post(&world, "/v1/message/regid/revoke", &by_notify_id).await["code"], 0);
    assert!(phone.shade().is_empty());
}

#[tokio::test]
async fn what_is_shown_to_a_group_is_taken_back_from_all_of_it() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    set(
        &world,
        json!({"aliases": {"ann": [token]}, "accounts": {"bo": [token]}, "topics": {"a": [token], "b": [token]}}),
    );
    let cases = [
        ("/v1/message/alias/revoke", ("aliases", "ann")),
        ("/v1/message/user_account/revoke", ("user_accounts", "bo")),
        ("/v1/message/topic/revoke", ("topic", "a")),
        ("/v1/message/multi_topic/revoke", ("topics", "a;$;b")),
    ];
    for (path, target) in cases {
        send(&world, &fields(&token, &[])).await;
        let of = |slot| [target, ("notify_id", slot), ("restricted_package_name", PACKAGE)];
        assert_eq!(post(&world, path, &of("1")).await["code"], 0, "{path}");
        assert_eq!(phone.shade().len(), 1, "{path}");
        assert_eq!(post(&world, path, &of("4711")).await["code"], 0, "{path}");
        assert!(phone.shade().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn what_has_not_been_delivered_is_stopped_and_what_is_shown_stays() {
    let world = World::start().await;
    let (ann, first) = world.phone("mi-14", "xiaomi");
    let (bo, second) = world.phone("redmi-k70", "redmi");
    bo.set_network(false);
    let both = format!("{first},{second}");
    let job = [("extra.jobkey", "j1")];
    let id = send(&world, &fields(&both, &job)).await["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(bo.view().waiting, 1);
    assert_eq!(post(&world, "/v1/message/switch/stop_by_id", &[("msg_ids", &id)]).await["code"], 0);
    assert_eq!((ann.shade().len(), bo.view().waiting), (1, 0));
    send(&world, &fields(&second, &[("extra.jobkey", "j2")])).await;
    assert_eq!(post(&world, "/v1/message/switch/stop_by_jobkey", &[("job_keys", "j2")]).await["code"], 0);
    assert_eq!(bo.view().waiting, 0);
}

#[tokio::test]
async fn a_scheduled_message_is_found_and_deleted_until_its_time_comes() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    let later = START.plus_ms(60_000).millis().to_string();
    let id = send(&world, &fields(&token, &[("time_to_send", &later)])).await["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let ask = async |path: &str| post(&world, path, &[("job_id", &id)]).await["code"].clone();
    assert_eq!(phone.view().waiting, 1);
    assert_eq!(ask("/v2/schedule_job/exist").await, 0);
    assert_eq!(ask("/v2/schedule_job/delete").await, 0);
    assert_eq!(phone.view().waiting, 0);
    world.clock.advance_ms(60_000);
    assert_eq!(ask("/v2/schedule_job/exist").await, 65028);
    assert_eq!(ask("/v3/schedule_job/delete").await, 65028);
}
