//! Meizu's limits, whatever the content: lengths, hours, keys, and a signature over what is really sent.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use md5::{Digest, Md5};
use model::{
    Class, ClickAction, Form, MessageId, Pause, Presentation, Secret, Style, Timestamp, Vendor, Verdict,
};
use proptest::prelude::*;
use serde_json::Value;
use vendors::{Auth, Callback, Channel, Content, Job, ReceiptError, Step, Target, WireReply};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const HOUR_MS: i64 = 3_600_000;
const SECRET: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const RECEIPT_TOKEN: &str = "rcpt-5f1d0c9a";
const AUTH: Auth = Auth { header: None, renew_at: Timestamp::NEVER, keep_until: Timestamp::NEVER };

fn text(max_chars: usize) -> impl Strategy<Value = String> {
    let char = prop_oneof![
        any::<char>(),
        prop::sample::select(vec!['a', '字', '😀', '"', '\\', '\n', '\u{1}', '&', '+', '%', ',', '=']),
    ];
    prop::collection::vec(char, 0..=max_chars).prop_map(String::from_iter)
}

prop_compose! {
    fn content()(
        title in text(80),
        body in text(240),
        ext in prop::option::of(text(1500)),
        payload in prop::option::of(text(1500)),
        marketing in any::<bool>(),
        click in prop_oneof![
            Just(None),
            text(40).prop_map(|page| Some(ClickAction::AppPage(page))),
            text(40).prop_map(|page| Some(ClickAction::WebPage(format!("https://{page}")))),
        ],
        collapse_key in text(64),
        lifetime_ms in prop_oneof![1..=3 * HOUR_MS, 1..=80 * HOUR_MS],
        receipt_url in prop::option::of(text(100)),
    ) -> Content {
        Content {
            title,
            body,
            ext,
            payload,
            class: if marketing { Class::Marketing } else { Class::Chat },
            click,
            collapse_key,
            expires_at: NOW.plus_ms(lifetime_ms),
            receipt_url: receipt_url.map(Arc::from),
            ..plain()
        }
    }
}

fn plain() -> Content {
    Content {
        purpose: model::Purpose::Notify,
        message: MessageId(uuid::Uuid::from_u128(7)),
        title: "Ann".to_owned(),
        body: "hello".to_owned(),
        ext: None,
        payload: None,
        class: Class::Marketing,
        presentation: Presentation::Alert,
        style: Style::default(),
        counts_badge: true,
        click: None,
        collapse_key: "k".to_owned(),
        thread: None,
        expires_at: NOW.plus_ms(HOUR_MS),
        receipt_url: None,
    }
}

fn channel() -> Box<dyn Channel> {
    let mut form = Form::default();
    form.public.insert("app_id".to_owned(), "199001".to_owned());
    for (field, value) in [("app_secret", SECRET), ("receipt_token", RECEIPT_TOKEN)] {
        form.secret.insert(field.to_owned(), Secret::new(value.to_owned()));
    }
    vendors::adapter(Vendor::Meizu).open(&form, NOW).unwrap()
}

/// The fields of the form that a content is sent as; `None` where it is not sent.
fn sent(content: &Content) -> Option<BTreeMap<String, String>> {
    let targets = ["RA501", "RA502"].map(|token| Target { token: token.into(), badge: None });
    match channel().begin(&Job::Notify { content, targets: &targets, now: NOW }, &AUTH) {
        Step::Send(request) => Some(form_urlencoded::parse(&request.body).into_owned().collect()),
        Step::Done(verdicts) => {
            assert!(verdicts.iter().all(|verdict| verdict.code == "ext_too_long"));
            None
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_meizu_message_keeps_every_limit(content in content()) {
        let Some(form) = sent(&content) else { return Ok(()) };
        let json = &form["messageJson"];
        prop_assert!(json.len() <= 8192);
        let message: Value = serde_json::from_str(json).unwrap();
        let units = |pointer: &str| message.pointer(pointer).unwrap().as_str().unwrap().encode_utf16().count();
        prop_assert!((1..=32).contains(&units("/noticeBarInfo/title")));
        prop_assert!((1..=100).contains(&units("/noticeBarInfo/content")));
        let key = message["advanceInfo"]["notifyKey"].as_str().unwrap();
        prop_assert!(key.len() <= 8 && key.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let callback = message["extra"]["callback"].as_str();
        prop_assert!(callback.is_none_or(|url| url.len() <= 128));
        prop_assert_eq!(&form["pushIds"], "RA501,RA502");
    }

    #[test]
    fn a_meizu_message_is_never_kept_past_its_time(content in content()) {
        let Some(form) = sent(&content) else { return Ok(()) };
        let message: Value = serde_json::from_str(&form["messageJson"]).unwrap();
        let time = &message["pushTimeInfo"];
        let lifetime_ms = content.expires_at.since_ms(NOW);
        match time["offLine"].as_i64() {
            Some(0) => prop_assert!(lifetime_ms < HOUR_MS && time.get("validTime").is_none()),
            _ => {
                let hours = time["validTime"].as_i64().unwrap();
                prop_assert!((1..=72).contains(&hours) && hours * HOUR_MS <= lifetime_ms);
            }
        }
    }

    #[test]
    fn ext_and_payload_reach_a_meizu_app_whole_or_not_at_all(content in content()) {
        let Some(form) = sent(&content) else { return Ok(()) };
        let message: Value = serde_json::from_str(&form["messageJson"]).unwrap();
        let parameters = &message["clickTypeInfo"]["parameters"];
        if matches!(content.click, Some(ClickAction::WebPage(_))) {
            prop_assert!(parameters.is_null());
        } else {
            prop_assert_eq!(parameters["ext"].as_str(), content.ext.as_deref());
            prop_assert_eq!(parameters["payload"].as_str(), content.payload.as_deref());
        }
    }

    #[test]
    fn a_meizu_signature_is_over_the_fields_as_they_are_sent(content in content()) {
        let Some(mut form) = sent(&content) else { return Ok(()) };
        let signature = form.remove("sign").unwrap();
        prop_assert_eq!(signature, sign(form));
    }
}

/// The documented rule: every field by name, nothing between them, the secret last.
fn sign(fields: BTreeMap<String, String>) -> String {
    let base: String = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{:032x}", u128::from_be_bytes(Md5::digest(base + SECRET).0))
}

/// Digests that were made elsewhere, so that the rule above is not only ours.
#[test]
fn meizus_rule_of_signing_gives_the_digests_made_elsewhere() {
    let plain = r#"{"noticeBarInfo":{"noticeMsgType":1,"title":"Alice","content":"hello"},"pushTimeInfo":{"offLine":1,"validTime":1}}"#;
    let wide = r#"{"noticeBarInfo":{"noticeMsgType":1,"title":"王小明","content":"晚上一起吃饭吗？😀"},"clickTypeInfo":{"clickType":0,"parameters":{"conv":"c-1001"}},"pushTimeInfo":{"offLine":1,"validTime":24},"extra":{"callback":"https://push.example.com/cb/meizu","callback.param":"m-42","callback.type":3}}"#;
    let one = "RA5000000000000000000000000000000000000000001";
    let two = "RA5000000000000000000000000000000000000000001,RA5000000000000000000000000000000000000000002";
    let vectors: [(&[(&str, &str)], &str); 5] = [
        (&[("messageJson", plain), ("pushIds", one)], "682084757c775ad7a23b3db15d56dd68"),
        (&[("alias", "u_1001,u_1002"), ("messageJson", plain)], "661453a5b5d7bab0b3107893daf59596"),
        (&[("pushType", "0"), ("messageJson", plain)], "c31e522a3ab083831e2f46a65f7f3207"),
        (&[("taskId", "20457"), ("pushIds", one)], "df44975d5cf349166f464c8758e8366f"),
        (&[("messageJson", wide), ("pushIds", two)], "4bd9acde8ee2cd084a65d64ad6edf880"),
    ];
    for (fields, signature) in vectors {
        let fields = fields.iter().chain(&[("appId", "199001")]);
        assert_eq!(
            sign(fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()),
            signature
        );
    }
}

/// A body of one receipt address with so many targets of one character.
fn receipt_of(targets: usize) -> Vec<u8> {
    let cb = serde_json::json!({ "m-1": { "type": 1, "targets": vec!["x"; targets] } }).to_string();
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("access_token", RECEIPT_TOKEN).append_pair("cb", &cb);
    form.finish().into_bytes()
}

#[test]
fn meizu_receipts_are_bounded_in_number_and_size() {
    let read = |body: &[u8]| channel().receipts(&Callback { headers: &[], body, received_at: NOW });
    assert_eq!(read(&receipt_of(20_000)).unwrap().len(), 20_000);
    assert_eq!(read(&receipt_of(20_001)), Err(ReceiptError::Malformed));
    let mut body = receipt_of(1);
    body.extend_from_slice(b"&pad=");
    body.resize(4 << 20, b'x');
    assert_eq!(read(&body).unwrap().len(), 1);
    body.push(b'x');
    assert_eq!(read(&body), Err(ReceiptError::Malformed));
}

/// Beijing's midnight is 6400 seconds after [`NOW`].
#[test]
fn a_device_that_had_its_public_meizu_messages_waits_for_beijings_next_day() {
    for (now_ms, wait_ms) in [(0, 6_400_000), (6_399_999, 1), (6_400_000, 86_400_000)] {
        let now = NOW.plus_ms(now_ms);
        let content = Content { expires_at: now.plus_ms(HOUR_MS), ..plain() };
        let targets = [Target { token: "RA501".into(), badge: None }];
        let job = Job::Notify { content: &content, targets: &targets, now };
        let Step::Send(request) = channel().begin(&job, &AUTH) else { panic!("is sent") };
        let body = br#"{"code":"200","value":{"110011":["RA501"]}}"#.to_vec();
        let reply = WireReply { status: 200, headers: Vec::new(), body };
        let Step::Done(verdicts) = channel().resume(&job, &request, &reply, &AUTH) else { panic!("is done") };
        let after = Some(Duration::from_millis(wait_ms));
        assert_eq!(verdicts[0].verdict, Verdict::Limited { pause: Pause::Target, after });
    }
}
