//! Xiaomi's limits for any style of a message, and what of a Xiaomi certificate no vector shows.

use std::collections::{BTreeMap, HashMap};

use model::{Class, Form, Style, Template, Timestamp, Vendor};
use proptest::prelude::*;
use vendors::{Auth, AuthPlan, Callback, Channel, Content, Job, Sent, Step, Target, WireRequest};

use crate::properties::content;

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn channel(more: &[(&str, &str)]) -> (Box<dyn Channel>, Auth) {
    let everyday = [("package_name", "com.example.im"), ("app_secret", "secret"), ("channel_id", "130001")];
    let fields = everyday.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let form = Form { public: fields.collect(), ..Form::default() };
    let channel = vendors::adapter(Vendor::Xiaomi).open(&form, NOW).unwrap();
    let AuthPlan::Ready(auth) = channel.auth_plan(NOW) else { panic!("is ready") };
    (channel, auth)
}

fn fields(request: &WireRequest) -> HashMap<String, String> {
    form_urlencoded::parse(&request.body).into_owned().collect()
}

fn text(max_chars: usize) -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec!['a', '字', '😀', '☀', '"', '\n', '\u{1}', '{', '$', '}', ',', '1']);
    prop::collection::vec(prop_oneof![any::<char>(), odd], 0..=max_chars).prop_map(String::from_iter)
}

prop_compose! {
    fn style()(
        channel in prop::option::of(prop_oneof![text(8), "[0-9]{1,70}"]),
        sound in prop::option::of(prop_oneof![text(8), "[a-z]{1,8}\\.mp3"]),
        template in prop::option::of((prop::collection::btree_map("[a-z]{1,4}", text(200), 0..4), prop::collection::btree_map("[a-z]{1,4}", text(200), 0..4))),
    ) -> Style {
        let template = template.map(|(title, body)| Template { id: "T9".to_owned(), title, body });
        Style { channel, sound, template, ..Style::default() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_styled_xiaomi_form_keeps_every_limit(content in content(), style in style(), has_template in any::<bool>(), class in 0..4_usize) {
        let template = [("template_id", "T1"), ("template_title_key", "name"), ("template_body_key", "text"), ("template_title", "来自{$name$}"), ("template_body", "{$name$}: {$text$}")];
        let (channel, auth) = channel(if has_template { &template } else { &[] });
        let class = [Class::Chat, Class::Call, Class::System, Class::Marketing][class];
        let content = Content { style, class, ..content };
        channel.lint(&content, NOW);
        let targets = [Target { token: "regid+/=".into(), badge: None }];
        match channel.begin(&Job::Notify { content: &content, targets: &targets, now: NOW }, &auth) {
            Step::Send(request) => check(&fields(&request))?,
            Step::Done(verdicts) => prop_assert!(["ext_too_long", "expired", "not_supported"].contains(&&*verdicts[0].code)),
        }
    }

    #[test]
    fn a_recall_names_the_slot_of_the_push_and_every_phone(collapse_key in text(30), count in 1..5_usize) {
        let (channel, auth) = channel(&[]);
        let content = Content { collapse_key: collapse_key.clone(), ..crate::properties::plain() };
        let targets: Vec<Target> = (0..count).map(|at| Target { token: format!("regid-{at}").into(), badge: None }).collect();
        let Step::Send(sent) = channel.begin(&Job::Notify { content: &content, targets: &targets, now: NOW }, &auth) else { panic!("is sent") };
        let back: Vec<Sent> = targets.iter().map(|target| Sent { token: target.token.clone(), vendor_message_id: None }).collect();
        let job = Job::Recall { message: content.message, collapse_key: &collapse_key, sent: &back, now: NOW };
        let Step::Send(recall) = channel.begin(&job, &auth) else { panic!("is recalled") };
        prop_assert_eq!(&recall.path, "/v1/message/regid/revoke");
        prop_assert_eq!(&fields(&recall)["notify_id"], &fields(&sent)["notify_id"]);
        prop_assert_eq!(&fields(&recall)["registration_ids"], &fields(&sent)["registration_id"]);
    }
}

fn check(fields: &HashMap<String, String>) -> Result<(), TestCaseError> {
    let chars = |name: &str| fields.get(name).map_or(0, |value| value.chars().count());
    prop_assert!((1..50).contains(&chars("title")) && (1..128).contains(&chars("description")));
    prop_assert!(chars("extra.channel_id") <= 64);
    let ttl_ms: i64 = fields["time_to_live"].parse().unwrap();
    let longest = if fields.contains_key("extra.channel_id") { 864_000_000 } else { 86_400_000 };
    prop_assert!((1..=longest).contains(&ttl_ms));
    prop_assert!(fields.contains_key("extra.channel_id") || !fields.contains_key("extra.template_id"));
    let parameters = fields.get("extra.template_param").map_or("{}", String::as_str);
    let parameters: BTreeMap<String, String> = serde_json::from_str(parameters).unwrap();
    for value in parameters.values() {
        prop_assert!((1..=128).contains(&value.chars().count()) && !value.trim().is_empty());
        prop_assert!(!value.contains(char::is_control) && !value.contains(['😀', '☀']));
    }
    let sound = fields.get("extra.sound_uri");
    prop_assert!(sound.is_none_or(|uri| uri.starts_with("android.resource://com.example.im/raw/")));
    Ok(())
}

#[test]
fn a_receipt_of_very_many_phones_is_refused() {
    let (channel, _) = channel(&[]);
    let receipts = |phones: usize| {
        let json = serde_json::json!({ "scm1": { "type": 1, "targets": "a,".repeat(phones) } }).to_string();
        let body = form_urlencoded::Serializer::new(String::new()).append_pair("data", &json).finish();
        let read = channel.receipts(&Callback { headers: &[], body: body.as_bytes(), received_at: NOW });
        read.map(|receipts| receipts.len())
    };
    assert_eq!(receipts(20_000), Ok(20_000));
    assert!(receipts(20_001).is_err());
}
