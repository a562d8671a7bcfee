//! Meizu's limits, whatever the content: lengths, hours, keys, and a signature over what is really sent.

use std::{collections::BTreeMap, sync::Arc};

use md5::{Digest, Md5};
use model::{Class, ClickAction, Form, MessageId, Presentation, Secret, Style, Timestamp, Vendor};
use proptest::prelude::*;
use serde_json::Value;
use vendors::{Auth, Callback, Channel, Content, Job, ReceiptError, Step, Target};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const HOUR_MS: i64 = 3_600_000;
const SECRET: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const RECEIPT_TOKEN: &str = "rcpt-5f1d0c9a";

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
        lifetime_ms in 1..=80 * HOUR_MS,
        receipt_url in prop::option::of(text(100)),
    ) -> Content {
        Content {
            message: MessageId(uuid::Uuid::from_u128(7)),
            title,
            body,
            ext,
            payload,
            class: if marketing { Class::Marketing } else { Class::Chat },
            presentation: Presentation::Alert,
            style: Style::default(),
            counts_badge: true,
            click,
            collapse_key,
            thread: None,
            expires_at: NOW.plus_ms(lifetime_ms),
            receipt_url: receipt_url.map(Arc::from),
        }
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
    let auth = Auth { header: None, renew_at: Timestamp::NEVER, keep_until: Timestamp::NEVER };
    let targets = ["RA501", "RA502"].map(|token| Target { token: token.into(), badge: None });
    match channel().begin(&Job::Notify { content, targets: &targets, now: NOW }, &auth) {
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
        let base: String = form.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let expected = u128::from_be_bytes(Md5::digest(base + SECRET).0);
        prop_assert_eq!(signature, format!("{expected:032x}"));
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
