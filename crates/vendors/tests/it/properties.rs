//! What holds for any input: limits are kept, characters stay whole, nothing panics.

use std::sync::Arc;

use model::{Class, ClickAction, Form, MessageId, Presentation, Secret, Style, Timestamp, Vendor};
use proptest::prelude::*;
use serde_json::Value;
use vendors::{
    Auth, AuthPlan, Callback, Channel, Content, Job, Length, Step, Target, Unit, WireReply, WireRequest,
    measure, truncate,
};

use crate::{cases, given::Http};

const NOW: Timestamp = Timestamp(1_790_000_000_000);

/// Texts with what breaks counting: wide characters, characters beyond the BMP, quotes, controls.
fn text(max_chars: usize) -> impl Strategy<Value = String> {
    let char = prop_oneof![
        5 => any::<char>(),
        3 => prop::sample::select(vec!['a', '字', '😀', '"', '\\', '\n', '\u{1}', '&', '+', '%', ',', '\u{7f}']),
    ];
    prop::collection::vec(char, 0..=max_chars).prop_map(String::from_iter)
}

fn click() -> impl Strategy<Value = Option<ClickAction>> {
    prop_oneof![
        Just(None),
        Just(Some(ClickAction::OpenApp)),
        text(40).prop_map(|page| Some(ClickAction::AppPage(page))),
        text(40).prop_map(|page| Some(ClickAction::WebPage(format!("https://{page}")))),
    ]
}

prop_compose! {
    pub(crate) fn content()(
        message in any::<u128>(),
        title in text(256),
        body in text(2048),
        ext in prop::option::of(text(1100)),
        payload in prop::option::of(text(1100)),
        marketing in any::<bool>(),
        counts_badge in any::<bool>(),
        presentation in prop::sample::select(vec![Presentation::Alert, Presentation::Data, Presentation::Voip]),
        sound in prop::option::of(text(20)),
        click in click(),
        collapse_key in text(64),
        thread in prop::option::of(text(200)),
        lifetime_ms in -1000..=31 * 86_400_000_i64,
        receipt_url in prop::option::of(text(160)),
    ) -> Content {
        Content {
            purpose: model::Purpose::Notify,
            message: MessageId(uuid::Uuid::from_u128(message)),
            title: if title.trim().is_empty() { "t".to_owned() } else { title },
            body,
            ext,
            payload,
            class: if marketing { Class::Marketing } else { Class::Chat },
            presentation,
            style: Style { sound, ..Style::default() },
            counts_badge,
            click,
            collapse_key,
            thread,
            expires_at: NOW.plus_ms(lifetime_ms),
            receipt_url: receipt_url.map(Arc::from),
        }
    }
}

fn channel(vendor: Vendor) -> (Box<dyn Channel>, Auth) {
    let folder = format!("{}/../../testdata/vendors/{vendor}", env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}")).unwrap();
    let fields: std::collections::BTreeMap<String, String> =
        serde_json::from_str(&read("form.json")).unwrap();
    let channel = vendors::adapter(vendor).open(&Form { public: fields, ..Form::default() }, NOW).unwrap();
    let auth = match channel.auth_plan(NOW) {
        AuthPlan::Ready(auth) => auth,
        AuthPlan::Exchange(_) => {
            let reply = Http::read(read("token.http").as_bytes(), "token.http").reply();
            channel.auth_reply(&reply, NOW).unwrap()
        }
    };
    (channel, auth)
}

fn everyday_token(vendor: Vendor) -> String {
    let file = format!("{}/../../testdata/vendors/{vendor}/token.txt", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(file).unwrap().trim().to_owned()
}

fn targets(tokens: &[&str]) -> Vec<Target> {
    tokens.iter().map(|token| Target { token: (*token).into(), badge: Some(3) }).collect()
}

pub(crate) fn begin(vendor: Vendor, content: &Content, tokens: &[&str]) -> Step {
    let (channel, auth) = channel(vendor);
    channel.begin(&Job::Notify { content, targets: &targets(tokens), now: NOW }, &auth)
}

fn field(request: &WireRequest, name: &str) -> Option<String> {
    form_urlencoded::parse(&request.body).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn truncation_keeps_the_limit_and_whole_characters_in_every_unit(text in text(200), max in 0..120_usize) {
        for unit in [Unit::Chars, Unit::Bytes, Unit::Utf16, Unit::Columns] {
            let cut = truncate(&text, Length { max, unit });
            prop_assert!(measure(&cut, unit) <= max);
            if measure(&text, unit) <= max {
                prop_assert_eq!(&cut, &text);
            } else {
                prop_assert!(text.starts_with(cut.strip_suffix('…').unwrap_or(&cut)));
            }
        }
    }

    #[test]
    fn a_xiaomi_form_keeps_every_limit(content in content()) {
        match begin(Vendor::Xiaomi, &content, &["regid+/="]) {
            Step::Send(request) => {
                let (title, description) = (field(&request, "title").unwrap(), field(&request, "description").unwrap());
                prop_assert!(!title.trim().is_empty() && title.chars().count() < 50);
                prop_assert!(!description.trim().is_empty() && description.chars().count() < 128);
                let own: Vec<_> = ["ext", "payload"]
                    .iter()
                    .filter_map(|key| field(&request, &format!("extra.{key}")).map(|value| format!("{key}{value}")))
                    .collect();
                prop_assert!(own.iter().map(|pair| pair.chars().count()).sum::<usize>() <= 1024);
                let job_key = field(&request, "extra.jobkey").unwrap();
                prop_assert!(job_key.len() <= 20 && job_key.starts_with(|first: char| first.is_ascii_alphabetic()));
                let notify_id: i32 = field(&request, "notify_id").unwrap().parse().unwrap();
                prop_assert!(notify_id > 0);
                prop_assert_eq!(field(&request, "registration_id").unwrap(), "regid+/=");
            }
            Step::Done(verdicts) => prop_assert!(["ext_too_long", "expired", "not_supported"].contains(&&*verdicts[0].code)),
        }
    }

    #[test]
    fn any_tokens_give_one_verdict_each_or_a_request(tokens in prop::collection::vec(text(30), 0..4)) {
        let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        for vendor in cases::vendors() {
            match begin(vendor, &plain(), &tokens) {
                Step::Done(verdicts) => prop_assert_eq!(verdicts.len(), tokens.len()),
                Step::Send(request) => prop_assert!(!request.path.contains(char::is_whitespace)),
            }
        }
    }

    /// Any answer to any request of a job, even to one that the answer before made: a job ends after few of them.
    #[test]
    fn any_answer_gives_a_verdict_for_every_target(status in any::<u16>(), body in answer_body(), wait in text(8)) {
        for vendor in cases::vendors() {
            let (channel, auth) = channel(vendor);
            let token = everyday_token(vendor);
            let most = vendors::adapter(vendor).limits().batch.min(3);
            let (content, targets) = (plain(), targets(&vec![&*token; most]));
            let job = Job::Notify { content: &content, targets: &targets, now: NOW };
            let headers = vec![("retry-after".to_owned(), wait.clone()), ("apns-id".to_owned(), wait.clone())];
            let reply = WireReply { status, headers, body: body.clone() };
            let mut step = channel.begin(&job, &auth);
            for _ in 0..4 {
                let Step::Send(sent) = step else { break };
                step = channel.resume(&job, &sent, &reply, &auth);
            }
            let Step::Done(verdicts) = step else { panic!("{vendor} is never done") };
            prop_assert_eq!(verdicts.len(), most);
            for verdict in verdicts {
                prop_assert!(verdict.text.chars().count() <= 256 && verdict.code.chars().count() <= 64);
                prop_assert!(verdict.vendor_message_id.is_none_or(|id| id.chars().count() <= 128));
            }
            channel.judge_probe(&reply);
            let _ = channel.auth_reply(&reply, NOW);
        }
    }

    #[test]
    fn any_receipt_is_read_or_refused(body in prop_oneof![bytes(), receipt_body()]) {
        for vendor in cases::vendors() {
            let callback = Callback { headers: &[], body: &body, received_at: NOW };
            let _ = channel(vendor).0.receipts(&callback);
        }
    }

    #[test]
    fn any_form_is_opened_or_refused_with_its_faults(values in prop::collection::vec(prop_oneof![text(40), base64_text()], 24)) {
        for vendor in cases::vendors() {
            let adapter = vendors::adapter(vendor);
            let mut form = Form::default();
            for (field, value) in adapter.fields().iter().zip(&values) {
                form.secret.insert(field.name.to_owned(), Secret::new(value.clone()));
            }
            if let Err(faults) = adapter.open(&form, NOW) {
                prop_assert!(!faults.0.is_empty());
            }
        }
    }
}

pub(crate) fn plain() -> Content {
    Content {
        purpose: model::Purpose::Notify,
        message: MessageId(uuid::Uuid::from_u128(7)),
        title: "Ann".to_owned(),
        body: "hello".to_owned(),
        ext: None,
        payload: None,
        class: Class::Chat,
        presentation: Presentation::Alert,
        style: Style::default(),
        counts_badge: true,
        click: None,
        collapse_key: "k".to_owned(),
        thread: None,
        expires_at: NOW.plus_ms(60_000),
        receipt_url: None,
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..300)
}

fn base64_text() -> impl Strategy<Value = String> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    bytes().prop_map(|bytes| STANDARD.encode(bytes))
}

/// Raw bytes, and JSON that is nearly an answer.
fn answer_body() -> impl Strategy<Value = Vec<u8>> {
    let member =
        prop_oneof![text(300).prop_map(Value::from), any::<i64>().prop_map(Value::from), Just(Value::Null)];
    let names = prop::sample::select(vec!["code", "reason", "timestamp", "data", "description", "trace_id"]);
    let object = prop::collection::btree_map(names, member, 0..5);
    prop_oneof![bytes(), object.prop_map(|object| serde_json::to_vec(&object).unwrap())]
}

/// A form whose field is nearly a receipt.
fn receipt_body() -> impl Strategy<Value = Vec<u8>> {
    let member =
        prop_oneof![text(30).prop_map(Value::from), any::<i64>().prop_map(Value::from), Just(Value::Null)];
    let names =
        prop::sample::select(vec!["type", "targets", "param", "timestamp", "errorCode", "replaceTarget"]);
    let entry = prop::collection::btree_map(names, member, 0..6);
    prop::collection::btree_map(text(12), entry, 0..4).prop_map(|entries| {
        let json = serde_json::to_string(&entries).unwrap();
        form_urlencoded::Serializer::new(String::new()).append_pair("data", &json).finish().into_bytes()
    })
}
