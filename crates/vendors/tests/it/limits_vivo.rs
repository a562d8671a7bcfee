//! What holds for any push through vivo: every field keeps its limit, a job ends after two steps, and waits end when
//! vivo takes pushes again.

use std::sync::Arc;

use model::{Class, ClickAction, Form, MessageId, Pause, Presentation, Style, Timestamp, Vendor, Verdict};
use proptest::prelude::*;
use serde_json::Value;
use vendors::{Auth, Channel, Content, Job, Step, Target, Unit, WireReply, measure};

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn text(max_chars: usize) -> impl Strategy<Value = String> {
    let char =
        prop_oneof![any::<char>(), prop::sample::select(vec!['a', ' ', '字', '😀', '"', '\\', '\n', ','])];
    prop::collection::vec(char, 0..=max_chars).prop_map(String::from_iter)
}

const HOUR_MS: i64 = 3_600_000;
const AUTH: Auth = Auth { header: None, renew_at: Timestamp::NEVER, keep_until: Timestamp::NEVER };

fn channel() -> Box<dyn Channel> {
    let fields =
        [("app_id", "100012345"), ("app_key", "key"), ("app_secret", "secret"), ("badge_granted", "yes")];
    let public = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    vendors::adapter(Vendor::Vivo).open(&Form { public, ..Form::default() }, NOW).unwrap()
}

fn plain() -> Content {
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
        expires_at: NOW,
        receipt_url: None,
    }
}

prop_compose! {
    fn content()(
        title in text(60),
        body in text(200),
        ext in prop::option::of(text(900)),
        payload in prop::option::of(text(900)),
        marketing in any::<bool>(),
        category in prop::option::of(text(8)),
        page in prop::option::of("https://[a-z]{1,40}(/[a-z]{0,80}){0,30}"),
        lifetime_ms in -1000..=3 * 86_400_000_i64,
        receipt_url in prop::option::of("https://[a-z/]{100,140}"),
    ) -> Content {
        Content {
            title,
            body,
            ext,
            payload,
            class: if marketing { Class::Marketing } else { Class::Chat },
            style: Style { category, ..Style::default() },
            click: page.map(ClickAction::WebPage),
            expires_at: NOW.plus_ms(lifetime_ms),
            receipt_url: receipt_url.map(Arc::from),
            ..plain()
        }
    }
}

fn keeps_every_limit(body: &Value) -> Result<(), TestCaseError> {
    let text_of = |name: &str| body[name].as_str().unwrap_or_default();
    for (name, max) in [("title", 40), ("content", 100)] {
        prop_assert!(!text_of(name).trim().is_empty());
        prop_assert!(measure(text_of(name), Unit::Columns) <= max);
    }
    prop_assert!((1..=64).contains(&text_of("requestId").chars().count()));
    prop_assert!(text_of("skipContent").len() <= 2048);
    prop_assert!((60..=86_400).contains(&body["timeToLive"].as_u64().unwrap()));
    prop_assert!((1..=0x7fff_ffff).contains(&body["notifyId"].as_u64().unwrap()));
    let pairs = |name: &str| body[name].as_object().cloned().unwrap_or_default();
    let own = pairs("clientCustomMap");
    prop_assert!(own.len() <= 10);
    let chars = |text: &str| text.chars().count();
    let used: usize = own.iter().map(|(key, value)| chars(key) + chars(value.as_str().unwrap())).sum();
    prop_assert!(used <= 1024);
    let extra = pairs("extra");
    prop_assert!(extra.get("callback").is_none_or(|url| url.as_str().unwrap().len() <= 128));
    prop_assert!(extra.get("callback.param").is_none_or(|param| param.as_str().unwrap().len() <= 64));
    Ok(())
}

/// How long a push of a class waits after vivo refused it with a code at an hour of Beijing.
fn wait_hours(class: Class, code: u32, hour: i64) -> (Pause, Option<u64>) {
    let midnight = NOW.plus_ms(8 * HOUR_MS).millis().div_euclid(24 * HOUR_MS) * 24 * HOUR_MS - 8 * HOUR_MS;
    let now = Timestamp(midnight + hour * HOUR_MS);
    let content = Content { class, expires_at: now.plus_ms(24 * HOUR_MS), ..plain() };
    let targets = [Target { token: "v2-a".into(), badge: None }];
    let job = Job::Notify { content: &content, targets: &targets, now };
    let Step::Send(request) = channel().begin(&job, &AUTH) else { panic!("is sent") };
    let body = format!(r#"{{"result":{code},"desc":""}}"#).into_bytes();
    let reply = WireReply { status: 200, headers: Vec::new(), body };
    let Step::Done(verdicts) = channel().resume(&job, &request, &reply, &AUTH) else { panic!("is done") };
    let Verdict::Limited { pause, after } = verdicts[0].verdict else { panic!("is limited") };
    (pause, after.map(|wait| wait.as_secs() / 3600))
}

#[test]
fn what_is_refused_at_night_waits_until_seven_in_beijing() {
    assert_eq!(wait_hours(Class::Marketing, 10071, 23), (Pause::Target, Some(8)));
    assert_eq!(wait_hours(Class::Marketing, 10071, 0), (Pause::Target, Some(7)));
    assert_eq!(wait_hours(Class::Marketing, 10071, 7), (Pause::Target, None), "the clocks differ");
}

#[test]
fn a_used_up_amount_is_that_of_the_pushs_own_kind() {
    assert_eq!(wait_hours(Class::Marketing, 10070, 20), (Pause::DailyAmount, None));
    assert_eq!(wait_hours(Class::Chat, 10070, 20), (Pause::DailyAmount, None));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_vivo_push_keeps_every_limit_and_ends_after_two_steps(content in content(), phones in 1..5_usize) {
        let channel = channel();
        let targets: Vec<Target> =
            (0..phones).map(|at| Target { token: format!("v2-{at}").into(), badge: None }).collect();
        let job = Job::Notify { content: &content, targets: &targets, now: NOW };
        let answer = br#"{"result":0,"desc":"","taskId":"920000000000000001"}"#;
        let reply = WireReply { status: 200, headers: Vec::new(), body: answer.to_vec() };
        match channel.begin(&job, &AUTH) {
            Step::Send(request) => {
                prop_assert!(request.body.len() <= 20 << 10);
                keeps_every_limit(&serde_json::from_slice(&request.body).unwrap())?;
                let mut step = channel.resume(&job, &request, &reply, &AUTH);
                if let Step::Send(list) = &step {
                    prop_assert!(phones > 1);
                    let body: Value = serde_json::from_slice(&list.body).unwrap();
                    prop_assert_eq!(body["regIds"].as_array().unwrap().len(), phones);
                    step = channel.resume(&job, list, &reply, &AUTH);
                }
                let Step::Done(verdicts) = step else { panic!("a third step") };
                prop_assert_eq!(verdicts.len(), phones);
                prop_assert!(verdicts.iter().all(|verdict| verdict.vendor_message_id.is_some()));
            }
            Step::Done(verdicts) => prop_assert!(
                ["ext_too_long", "expired", "click_refused"].contains(&&*verdicts[0].code)
            ),
        }
    }
}
