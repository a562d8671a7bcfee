//! Honor's limits, for any content.

use std::{collections::BTreeMap, sync::Arc};

use model::{Class, ClickAction, Form, MessageId, Presentation, Style, Timestamp, Vendor};
use proptest::prelude::*;
use serde_json::{Value, json};
use vendors::{Auth, AuthPlan, Channel, Content, Job, Step, Target, WireReply};

const NOW: Timestamp = Timestamp(1_790_000_000_000);

/// Texts with what takes more room in JSON than it seems, and twice so in JSON inside a string.
fn text(max_chars: usize) -> impl Strategy<Value = String> {
    let char = prop_oneof![3 => any::<char>(), 2 => prop::sample::select(vec!['a', '字', '😀', '"', '\\', '\n', '\u{1}'])];
    prop::collection::vec(char, 0..=max_chars).prop_map(String::from_iter)
}

fn click() -> impl Strategy<Value = Option<ClickAction>> {
    prop_oneof![
        Just(None),
        Just(Some(ClickAction::OpenApp)),
        text(30).prop_map(|page| Some(ClickAction::AppPage(format!("intent:#Intent;S.a={page};end")))),
        "[a-z]{1,1100}".prop_map(|path| Some(ClickAction::WebPage(format!("https://{path}")))),
    ]
}

prop_compose! {
    fn content()(
        title in text(60),
        body in text(400),
        ext in prop::option::of(text(1200)),
        payload in prop::option::of(text(600)),
        class in prop::sample::select(vec![Class::Chat, Class::Call, Class::System, Class::Marketing]),
        presentation in prop::sample::select(vec![Presentation::Alert, Presentation::Data]),
        image in prop::option::of("https://[a-z]{1,600}"),
        counts_badge in any::<bool>(),
        click in click(),
        collapse_key in text(20),
        thread in prop::option::of(text(60)),
        lifetime_ms in 1..=31 * 86_400_000_i64,
    ) -> Content {
        Content {
            purpose: model::Purpose::Notify,
            message: MessageId(uuid::Uuid::from_u128(7)),
            title,
            body,
            ext,
            payload,
            class,
            presentation,
            style: Style { image, ..Style::default() },
            counts_badge,
            click,
            collapse_key,
            thread,
            expires_at: NOW.plus_ms(lifetime_ms),
            receipt_url: None,
        }
    }
}

fn open() -> (Box<dyn Channel>, Auth) {
    let fields = [
        ("app_id", "104000001"),
        ("client_id", "client"),
        ("client_secret", "secret"),
        ("badge_class", "com.example.im.MainActivity"),
    ];
    let public: BTreeMap<String, String> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let channel = vendors::adapter(Vendor::Honor).open(&Form { public, ..Form::default() }, NOW).unwrap();
    assert!(matches!(channel.auth_plan(NOW), AuthPlan::Exchange(_)));
    let body = json!({ "access_token": "a", "expires_in": 3600 }).to_string().into_bytes();
    let auth = channel.auth_reply(&WireReply { status: 200, headers: Vec::new(), body }, NOW).unwrap();
    (channel, auth)
}

fn begin(content: &Content, token: &str) -> Step {
    let (channel, auth) = open();
    let targets = [Target { token: Arc::from(token), badge: None }];
    channel.begin(&Job::Notify { content, targets: &targets, now: NOW }, &auth)
}

#[test]
fn an_honor_probe_shows_nothing_on_any_phone() {
    let (channel, auth) = open();
    let probe = channel.probe(&auth);
    assert_eq!(probe.path, "/api/v1/104000001/sendMessage");
    assert_eq!(probe.headers[1], ("timestamp", NOW.millis().to_string()));
    let body: Value = serde_json::from_slice(&probe.body).unwrap();
    let nobody = "BAEAAAAAB.posthouse-asks-whether-this-certificate-is-good";
    let android = json!({ "ttl": "1s", "targetUserType": 1 });
    assert_eq!(body, json!({ "token": [nobody], "data": "{}", "android": android }));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_honor_request_keeps_every_limit_and_carries_ext_whole(content in content()) {
        let token = "t";
        let request = match begin(&content, token) {
            Step::Send(request) => request,
            Step::Done(verdicts) => {
                prop_assert!(["ext_too_long", "click_not_supported"].contains(&&*verdicts[0].code));
                return Ok(());
            }
        };
        prop_assert!(request.body.len() <= 4096 + token.len() + "\"\"".len());
        let json: Value = serde_json::from_slice(&request.body).unwrap();
        let ttl: u64 = json["android"]["ttl"].as_str().unwrap().strip_suffix('s').unwrap().parse().unwrap();
        prop_assert!((1..=1_296_000).contains(&ttl));
        let web_page = content.presentation == Presentation::Alert
            && matches!(content.click, Some(ClickAction::WebPage(_)));
        if let Some(extras) = json["data"].as_str() {
            let extras: Value = serde_json::from_str(extras).unwrap();
            prop_assert!(!web_page);
            prop_assert_eq!(extras["ext"].as_str(), content.ext.as_deref());
            prop_assert_eq!(extras["payload"].as_str(), content.payload.as_deref());
        } else {
            prop_assert!(web_page || (content.ext.is_none() && content.payload.is_none()));
        }
        let shown = &json["android"]["notification"];
        if content.presentation == Presentation::Alert {
            let (title, body) = (shown["title"].as_str().unwrap(), shown["body"].as_str().unwrap());
            prop_assert!(!title.is_empty() && title.chars().count() <= 40);
            prop_assert!(!body.is_empty() && body.chars().count() <= 256);
            prop_assert!((1..=i64::from(i32::MAX)).contains(&shown["notifyId"].as_i64().unwrap()));
            prop_assert!(shown["clickAction"]["type"].is_u64());
            let marketing = shown["importance"] == "LOW";
            prop_assert_eq!(marketing, content.class == Class::Marketing);
            prop_assert!(!(marketing && shown["image"].is_string()));
        } else {
            prop_assert!(shown.is_null());
        }
    }
}
