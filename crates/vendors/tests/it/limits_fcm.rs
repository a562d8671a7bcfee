//! What holds for any push through Google: its payload's limit, what is never cut, and whose key signs.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use model::{Class, ClickAction, Form, MessageId, Presentation, Style, Timestamp, Vendor};
use proptest::prelude::*;
use serde_json::Value;
use vendors::{Auth, AuthPlan, Channel, Content, Job, Step, Target, WireReply, WireRequest};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const GRANTED: &[u8] = br#"{"access_token":"ya29.c.test-abc","expires_in":3599,"token_type":"Bearer"}"#;

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../../testdata/vendors/fcm/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn channel() -> Box<dyn Channel> {
    let public = serde_json::from_slice(&file("form.json")).unwrap();
    vendors::adapter(Vendor::Fcm).open(&Form { public, ..Form::default() }, NOW).unwrap()
}

fn exchange(channel: &dyn Channel) -> WireRequest {
    let AuthPlan::Exchange(request) = channel.auth_plan(NOW) else { panic!("is exchanged for") };
    request
}

fn granted(channel: &dyn Channel) -> Auth {
    let reply = WireReply { status: 200, headers: Vec::new(), body: GRANTED.to_vec() };
    channel.auth_reply(&reply, NOW).unwrap()
}

#[test]
fn the_assertion_is_signed_with_the_accounts_key_for_the_host_it_goes_to() {
    let request = exchange(&*channel());
    let (_, assertion) = form_urlencoded::parse(&request.body).find(|(name, _)| name == "assertion").unwrap();
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_audience(&["https://oauth2.googleapis.com/token"]);
    rules.validate_exp = false;
    let key = DecodingKey::from_rsa_pem(&file("public.pem")).unwrap();
    let read = jsonwebtoken::decode::<Value>(&*assertion, &key, &rules).unwrap();
    assert_eq!(read.header.kid.as_deref(), Some("0123456789abcdef0123456789abcdef01234567"));
    assert_eq!(read.claims["iat"], NOW.secs());
    assert_eq!(read.claims["exp"], NOW.secs() + 3600);
    let to = request.to.unwrap();
    assert_eq!(format!("https://{}{}", to.host, request.path), read.claims["aud"].as_str().unwrap());
}

#[test]
fn the_probe_is_only_checked_and_addresses_no_phone() {
    let channel = channel();
    let probe = channel.probe(&granted(&*channel));
    assert_eq!(probe.path, "/v1/projects/im-test-project/messages:send");
    assert!(probe.to.is_none() && probe.authorization.is_some());
    let body: Value = serde_json::from_slice(&probe.body).unwrap();
    assert_eq!(body["validate_only"], true);
    assert_eq!(body["message"]["token"], "posthouse-has-no-phone:APA91b");
}

fn text(max_chars: usize) -> impl Strategy<Value = String> {
    let char = prop_oneof![
        any::<char>(),
        prop::sample::select(vec!['a', '字', '😀', '"', '\\', '\n', '\u{1}', '&', '\u{7f}']),
    ];
    prop::collection::vec(char, 0..=max_chars).prop_map(String::from_iter)
}

fn click() -> impl Strategy<Value = Option<ClickAction>> {
    prop_oneof![
        Just(None),
        text(40).prop_map(|page| Some(ClickAction::AppPage(page))),
        text(40).prop_map(|page| Some(ClickAction::WebPage(format!("https://{page}")))),
    ]
}

prop_compose! {
    fn content()(
        title in text(256),
        body in text(2048),
        ext in prop::option::of(text(1100)),
        payload in prop::option::of(text(1100)),
        class in prop::sample::select(vec![Class::Chat, Class::Call, Class::System, Class::Marketing]),
        shown in any::<bool>(),
        style in prop::option::of([text(20), text(20), text(200)]),
        click in click(),
        collapse_key in text(64),
        lifetime_ms in 1..=31 * 86_400_000_i64,
    ) -> Content {
        let [channel, sound, image] = style.map_or([None, None, None], |texts| texts.map(Some));
        Content {
            purpose: model::Purpose::Notify,
            message: MessageId(uuid::Uuid::from_u128(7)),
            title: if title.trim().is_empty() { "t".to_owned() } else { title },
            body,
            ext,
            payload,
            class,
            presentation: if shown { Presentation::Alert } else { Presentation::Data },
            style: Style { channel, sound, image, ..Style::default() },
            counts_badge: true,
            click,
            collapse_key,
            thread: None,
            expires_at: NOW.plus_ms(lifetime_ms),
            receipt_url: None,
        }
    }
}

fn render(content: &Content, badge: Option<u32>) -> Step {
    let channel = channel();
    let targets = [Target { token: "fTEST:APA91b".into(), badge }];
    channel.begin(&Job::Notify { content, targets: &targets, now: NOW }, &granted(&*channel))
}

/// Names and values of an object, as the vendor's book counts them.
fn weight(object: &Value) -> usize {
    let members = object.as_object().into_iter().flatten();
    members.map(|(name, value)| name.len() + value.as_str().map_or(value.to_string().len(), str::len)).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_message_keeps_4096_bytes_and_carries_ext_whole(content in content(), badge in prop::option::of(any::<u32>())) {
        match render(&content, badge) {
            Step::Send(request) => {
                let json: Value = serde_json::from_slice(&request.body).unwrap();
                let (pairs, android) = (&json["message"]["data"], &json["message"]["android"]);
                let notification = &android["notification"];
                prop_assert!(weight(pairs) + weight(notification) <= 4096);
                prop_assert!(pairs.as_object().unwrap().values().all(Value::is_string));
                let shown = content.presentation == Presentation::Alert;
                let to_web = shown && matches!(content.click, Some(ClickAction::WebPage(_)));
                let (ext, payload) = (content.ext.as_deref(), content.payload.as_deref());
                prop_assert_eq!(pairs["ext"].as_str(), ext.filter(|_| !to_web));
                prop_assert_eq!(pairs["payload"].as_str(), payload.filter(|_| !to_web));
                let title = if shown { notification } else { pairs }["title"].as_str().unwrap();
                prop_assert!(!title.is_empty());
                prop_assert!(content.title.starts_with(title.strip_suffix('…').unwrap_or(title)));
                prop_assert_eq!(notification.is_null(), !shown);
                let seconds: u64 = android["ttl"].as_str().unwrap().strip_suffix('s').unwrap().parse().unwrap();
                prop_assert!(seconds <= 2_419_200);
                prop_assert!(notification["notification_count"].as_u64().is_none_or(|count| count < 1 << 31));
            }
            Step::Done(verdicts) => prop_assert_eq!(&*verdicts[0].code, "ext_too_long"),
        }
    }
}
