//! OPPO's limits for any content, and what of an OPPO certificate no vector shows.

use std::{collections::BTreeMap, time::Duration};

use model::{
    Class, ClickAction, Form, MessageId, Pause, Presentation, Style, Template, Timestamp, Vendor, Verdict,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use vendors::{Auth, Channel, Content, Job, Step, Target, WireReply, WireRequest};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const REGIDS: [&str; 3] =
    ["CN_0f1e2d3c4b5a69788796a5b4c3d2e1f0", "CN_11112222333344445555666677778888", "no;token"];

fn channel(more: &[(&str, &str)]) -> (Box<dyn Channel>, Auth) {
    let everyday = [("app_key", "key"), ("master_secret", "secret"), ("channel_id", "im")];
    let fields = everyday.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let form = Form { public: fields.collect(), ..Form::default() };
    let channel = vendors::adapter(Vendor::Oppo).open(&form, NOW).unwrap();
    let auth = channel.auth_reply(&answer(&json!({ "code": 0, "data": { "auth_token": "t-1" } })), NOW);
    (channel, auth.unwrap())
}

fn answer(body: &Value) -> WireReply {
    WireReply { status: 200, body: body.to_string().into_bytes(), ..WireReply::default() }
}

fn targets(regids: &[&str]) -> Vec<Target> {
    regids.iter().map(|regid| Target { token: (*regid).into(), badge: None }).collect()
}

fn plain(class: Class) -> Content {
    Content {
        purpose: model::Purpose::Notify,
        message: MessageId(uuid::Uuid::from_u128(7)),
        title: "Ann".to_owned(),
        body: "hello".to_owned(),
        ext: None,
        payload: None,
        class,
        presentation: Presentation::Alert,
        style: Style::default(),
        counts_badge: true,
        click: None,
        collapse_key: "k".to_owned(),
        thread: None,
        expires_at: NOW.plus_ms(7_200_000),
        receipt_url: None,
    }
}

fn field(request: &WireRequest, name: &str) -> Option<Value> {
    let value = form_urlencoded::parse(&request.body).find(|(key, _)| key == name)?.1;
    Some(serde_json::from_str(&value).unwrap_or_else(|_| Value::from(&*value)))
}

/// Texts with what breaks counting and JSON: wide characters, characters beyond the BMP, quotes, controls.
fn text(max_chars: usize) -> impl Strategy<Value = String> {
    let odd =
        prop::sample::select(vec!['a', '字', '😀', '"', '\\', '\n', '\u{1}', '&', '+', '%', ',', ':', '{']);
    prop::collection::vec(prop_oneof![any::<char>(), odd], 0..=max_chars).prop_map(String::from_iter)
}

fn ext() -> impl Strategy<Value = Option<String>> {
    let object = prop::collection::btree_map(text(8), text(40), 0..60);
    let object = object.prop_map(|members| Some(serde_json::to_string(&members).unwrap()));
    prop_oneof![prop::option::of(text(2200)), object]
}

prop_compose! {
    fn content()(
        title in text(256),
        body in text(400),
        ext in ext(),
        payload in prop::option::of(text(2200)),
        page in prop::option::of(text(600)),
        channel in prop::option::of(text(20)),
        category in prop::option::of(prop::sample::select(vec!["IM", "NEWS", "WORK", ""])),
        template in prop::option::of(text(20)),
        lifetime_ms in -1000..=31 * 86_400_000_i64,
        receipt_url in prop::option::of(text(220)),
    ) -> Content {
        let filled = |name: String| Template { id: name.clone(), title: BTreeMap::from([(name, "x".to_owned())]), body: BTreeMap::new() };
        Content {
            title: if title.trim().is_empty() { "t".to_owned() } else { title },
            body,
            ext,
            payload,
            click: page.map(ClickAction::AppPage),
            style: Style { channel, category: category.map(str::to_owned), template: template.map(filled), ..Style::default() },
            expires_at: NOW.plus_ms(lifetime_ms),
            receipt_url: receipt_url.map(std::sync::Arc::from),
            ..plain(Class::Chat)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_oppo_notification_keeps_every_limit_and_carries_ext_whole(content in content()) {
        let (channel, auth) = channel(&[("badge_right", "yes")]);
        let targets = targets(&REGIDS);
        channel.lint(&content, NOW);
        match channel.begin(&Job::Notify { content: &content, targets: &targets, now: NOW }, &auth) {
            Step::Send(request) => {
                let messages = field(&request, "messages").unwrap();
                prop_assert_eq!(messages.as_array().unwrap().len(), 2);
                let notification = &messages[1]["notification"];
                prop_assert_eq!(notification, &messages[0]["notification"]);
                let chars = |name: &str| notification[name].as_str().map_or(0, |text| text.chars().count());
                prop_assert!((1..=50).contains(&chars("title")) && (1..=128).contains(&chars("content")));
                prop_assert_eq!(notification["style"].as_i64(), Some(if chars("content") > 50 { 2 } else { 1 }));
                prop_assert!(chars("click_action_activity") <= 500 && chars("click_action_url") <= 2000);
                prop_assert!(chars("action_parameters") <= 4000 && chars("call_back_url") <= 200);
                prop_assert!(chars("call_back_parameter") <= 50);
                prop_assert!(notification["off_line_ttl"].as_i64().is_none_or(|secs| (3600..=864_000).contains(&secs)));
                let parameters = notification["action_parameters"].as_str().unwrap_or("{}");
                let parameters: BTreeMap<String, Value> = serde_json::from_str(parameters).unwrap();
                if let Some(payload) = &content.payload {
                    prop_assert_eq!(parameters["payload"].as_str(), Some(&**payload));
                }
                if let Some(ext) = &content.ext {
                    let members = serde_json::from_str::<BTreeMap<String, Value>>(ext)
                        .unwrap_or_else(|_| BTreeMap::from([("ext".to_owned(), json!(ext))]));
                    let kept = |(name, value): (&String, &Value)| {
                        parameters.get(name) == Some(value) || name == "payload" && content.payload.is_some()
                    };
                    prop_assert!(members.iter().all(kept));
                }
            }
            Step::Done(verdicts) => prop_assert!(["ext_too_long", "expired"].contains(&&*verdicts[0].code)),
        }
    }

    #[test]
    fn any_entry_of_a_list_judges_its_own_phone_alone(code in any::<i64>(), id in text(200)) {
        let (channel, auth) = channel(&[]);
        let (content, targets) = (plain(Class::Chat), targets(&REGIDS));
        let job = Job::Notify { content: &content, targets: &targets, now: NOW };
        let Step::Send(sent) = channel.begin(&job, &auth) else { panic!("is sent") };
        let entries = json!([
            { "registrationId": REGIDS[1], "messageId": id },
            { "registrationId": REGIDS[0], "errorCode": code, "errorMessage": id },
        ]);
        let step = channel.resume(&job, &sent, &answer(&json!({ "code": 0, "data": entries })), &auth);
        let Step::Done(verdicts) = step else { panic!("is done") };
        prop_assert_eq!(&verdicts[0].code, &code.to_string());
        prop_assert_eq!(&verdicts[1].verdict, &Verdict::Accepted);
        prop_assert_eq!(&*verdicts[2].code, "bad_token");
    }
}

#[test]
fn a_probe_asks_for_the_counters_and_sends_nothing() {
    let (mainland, auth) = channel(&[]);
    let probe = mainland.probe(&auth);
    assert_eq!((probe.method, &*probe.path), ("GET", "/server/v1/feedback/fetch_push_permit"));
    assert_eq!(probe.to.unwrap().host, "feedback.push.oppomobile.com");
    assert_eq!(probe.headers, [("auth_token", "t-1".to_owned())]);
    let (overseas, auth) = channel(&[("host", "api-intl.push.oppomobile.com")]);
    assert!(overseas.probe(&auth).to.is_none());
}

#[test]
fn a_used_up_amount_of_one_phone_waits_for_the_next_day_in_beijing() {
    let (channel, auth) = channel(&[]);
    let (content, targets) = (plain(Class::Marketing), targets(&REGIDS[..1]));
    let job = Job::Notify { content: &content, targets: &targets, now: NOW };
    let Step::Send(sent) = channel.begin(&job, &auth) else { panic!("is sent") };
    let Step::Done(verdicts) = channel.resume(&job, &sent, &answer(&json!({ "code": 33 })), &auth) else {
        panic!("is done")
    };
    // 2026-09-21T22:13:20 in Beijing.
    let wait = Duration::from_secs(3600 + 46 * 60 + 40);
    assert_eq!(verdicts[0].verdict, Verdict::Limited { pause: Pause::Target, after: Some(wait) });
}

#[test]
fn a_receipt_of_very_many_phones_is_refused() {
    let (channel, _) = channel(&[]);
    let receipts = |phones: usize| {
        let body =
            json!([{ "eventType": "push_arrive", "registrationIds": "a,".repeat(phones) }]).to_string();
        let read =
            channel.receipts(&vendors::Callback { headers: &[], body: body.as_bytes(), received_at: NOW });
        read.map(|receipts| receipts.len())
    };
    assert_eq!(receipts(20_000), Ok(20_000));
    assert!(receipts(20_001).is_err());
}
