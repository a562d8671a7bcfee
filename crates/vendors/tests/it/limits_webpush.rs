//! What holds for any push of the Web Push adapter: sizes, headers, and that nothing readable leaves it.

use std::{sync::Arc, time::Duration};

use model::{
    Class, ClickAction, Form, Interruption, MessageId, Pause, Presentation, Style, TargetVerdict, Timestamp,
    Vendor, Verdict,
};
use proptest::prelude::*;
use serde_json::Value;
use vendors::{Auth, AuthPlan, Channel, Content, Job, Step, Target, WireReply, WireRequest};

use crate::sealed;

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const HOUR_MS: i64 = 3_600_000;

fn text(max_chars: usize) -> impl Strategy<Value = String> {
    let char = prop_oneof![
        3 => any::<char>(),
        2 => prop::sample::select(vec!['a', '字', '😀', '"', '\\', '\n', '\u{1}']),
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
        payload in prop::option::of(text(600)),
        class in prop::sample::select(vec![Class::Chat, Class::Call, Class::System, Class::Marketing]),
        presentation in prop::sample::select(vec![Presentation::Alert, Presentation::Data]),
        interruption in prop::sample::select(vec![None, Some(Interruption::Passive), Some(Interruption::Critical)]),
        sound in prop::option::of(text(20)),
        click in click(),
        collapse_key in text(64),
        lifetime_ms in 1..=31 * 24 * HOUR_MS,
    ) -> Content {
        Content {
            ext,
            payload,
            class,
            presentation,
            style: Style { interruption, sound, ..Style::default() },
            click,
            collapse_key,
            expires_at: NOW.plus_ms(lifetime_ms),
            ..plain(&title, &body)
        }
    }
}

fn plain(title: &str, body: &str) -> Content {
    Content {
        purpose: model::Purpose::Notify,
        message: MessageId(uuid::Uuid::from_u128(7)),
        title: title.to_owned(),
        body: body.to_owned(),
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

fn everyday(file: &str) -> String {
    let path = format!("{}/../../testdata/vendors/webpush/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().trim().to_owned()
}

fn channel() -> (Box<dyn Channel>, Auth) {
    let public = serde_json::from_str(&everyday("form.json")).unwrap();
    let channel = vendors::adapter(Vendor::Webpush).open(&Form { public, ..Form::default() }, NOW).unwrap();
    let AuthPlan::Ready(auth) = channel.auth_plan(NOW) else { panic!("nothing is exchanged") };
    (channel, auth)
}

fn target_at(host: &str) -> Target {
    let mut subscription: Value = serde_json::from_str(&everyday("token.txt")).unwrap();
    subscription["endpoint"] = format!("https://{host}/a").into();
    Target { token: subscription.to_string().into(), badge: None }
}

fn target() -> Target {
    Target { token: everyday("token.txt").into(), badge: Some(3) }
}

fn send(
    channel: &dyn Channel,
    auth: &Auth,
    content: &Content,
    target: Target,
    now: Timestamp,
) -> WireRequest {
    let job = Job::Notify { content, targets: &[target], now };
    match channel.begin(&job, auth) {
        Step::Send(request) => request,
        Step::Done(verdicts) => panic!("{verdicts:?}"),
    }
}

fn header<'a>(request: &'a WireRequest, name: &str) -> &'a str {
    request.headers.iter().find_map(|(key, value)| (*key == name).then_some(value)).unwrap()
}

fn reply(status: u16) -> WireReply {
    WireReply { status, ..WireReply::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_push_keeps_every_limit_and_carries_ext_whole(content in content()) {
        let (channel, auth) = channel();
        let (targets, now) = ([target()], NOW);
        let request = match channel.begin(&Job::Notify { content: &content, targets: &targets, now }, &auth) {
            Step::Send(request) => request,
            Step::Done(verdicts) => {
                prop_assert_eq!(&*verdicts[0].code, "ext_too_long");
                return Ok(());
            }
        };
        let message = sealed::message(&request).unwrap();
        prop_assert!(request.body.len() <= 4096 && message.len() <= 3993);
        prop_assert!(request.body.len() == 4096 || (request.body.len() - 103).is_multiple_of(128));
        let json: Value = serde_json::from_slice(&message).unwrap();
        let travels = !matches!(content.click, Some(ClickAction::WebPage(_)));
        prop_assert_eq!(json["ext"].as_str(), content.ext.as_deref().filter(|_| travels));
        prop_assert_eq!(json["payload"].as_str(), content.payload.as_deref().filter(|_| travels));
        let title = json["title"].as_str().unwrap();
        prop_assert!(content.title.starts_with(title.strip_suffix('…').unwrap_or(title)));
        let topic = header(&request, "topic");
        prop_assert!(topic.len() == 32 && topic.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        prop_assert!(header(&request, "ttl").parse::<u64>().unwrap() <= 28 * 86_400);
        prop_assert!(["very-low", "low", "normal", "high"].contains(&header(&request, "urgency")));
        prop_assert!(request.headers.iter().all(|(_, value)| value.bytes().all(|byte| byte.is_ascii_graphic())));
    }

    #[test]
    fn what_is_too_large_is_sent_once_more_and_no_longer_than_a_bridge_takes(body_chars in 2700..3600_usize) {
        let (channel, auth) = channel();
        let content = plain("t", &"b".repeat(body_chars));
        let request = send(&*channel, &auth, &content, target(), NOW);
        let (targets, now) = ([target()], NOW);
        let job = Job::Notify { content: &content, targets: &targets, now };
        let Step::Send(second) = channel.resume(&job, &request, &reply(413), &auth) else { panic!("is sent again") };
        prop_assert!(sealed::message(&second).unwrap().len() <= 2744 && second.body.len() <= 2744 + 103);
        prop_assert!(matches!(channel.resume(&job, &second, &reply(413), &auth), Step::Done(_)));
    }

    #[test]
    fn any_subscription_is_pushed_to_or_refused(token in prop_oneof![text(60), nearly_a_subscription()]) {
        let (channel, auth) = channel();
        let (content, targets) = (plain("t", "b"), [Target { token: token.as_str().into(), badge: None }]);
        match channel.begin(&Job::Notify { content: &content, targets: &targets, now: NOW }, &auth) {
            Step::Send(request) => prop_assert_eq!(request.to.as_deref().cloned(), channel.origin_of(&token)),
            Step::Done(verdicts) => prop_assert_eq!(&*verdicts[0].code, "bad_token"),
        }
    }
}

/// A subscription with anything for an endpoint.
fn nearly_a_subscription() -> impl Strategy<Value = String> {
    let rest = prop_oneof![text(30), "[a-z.]{1,20}(:[0-9]{1,6})?(/[a-z]{0,5})?(\\?[a-z]{0,5})?"];
    rest.prop_map(|rest| {
        let mut subscription: Value = serde_json::from_str(&everyday("token.txt")).unwrap();
        subscription["endpoint"] = format!("https://{rest}").into();
        subscription.to_string()
    })
}

#[test]
fn a_header_is_used_again_for_its_push_service_until_its_last_hour() {
    let (channel, auth) = channel();
    let content = Content { expires_at: NOW.plus_ms(20 * HOUR_MS), ..plain("t", "b") };
    let header = |host: &str, after_ms| {
        let request = send(&*channel, &auth, &content, target_at(host), NOW.plus_ms(after_ms));
        request.authorization.unwrap()
    };
    let first = header("one.example", 0);
    assert!(Arc::ptr_eq(&first, &header("one.example", 11 * HOUR_MS - 1)));
    assert!(Arc::ptr_eq(&first, &header("one.example", -HOUR_MS)), "clocks are corrected by a little");
    assert!(!Arc::ptr_eq(&first, &header("two.example", 0)));
    assert!(!Arc::ptr_eq(&first, &header("one.example:8443", 0)));
    assert!(!Arc::ptr_eq(&first, &header("one.example", 11 * HOUR_MS)));
    assert!(!Arc::ptr_eq(&first, &header("one.example", -HOUR_MS - 1)), "the clock was set back");
}

#[test]
fn any_number_of_push_services_is_served() {
    let (channel, auth) = channel();
    let content = plain("t", "b");
    for number in 0..600 {
        let host = format!("push-{number}.example");
        assert!(send(&*channel, &auth, &content, target_at(&host), NOW).authorization.is_some());
    }
}

#[test]
fn a_refused_header_is_made_anew_where_it_is_old_and_blamed_on_the_key_where_it_is_new() {
    let (channel, auth) = channel();
    let content = Content { expires_at: NOW.plus_ms(20 * HOUR_MS), ..plain("t", "b") };
    let judge = |request: &WireRequest, after_ms| -> TargetVerdict {
        let job = Job::Notify { content: &content, targets: &[target()], now: NOW.plus_ms(after_ms) };
        let Step::Done(mut verdicts) = channel.resume(&job, request, &reply(401), &auth) else {
            panic!("is done")
        };
        verdicts.remove(0)
    };
    let first = send(&*channel, &auth, &content, target(), NOW);
    assert_eq!(judge(&first, HOUR_MS - 1).verdict, Verdict::Misconfigured);
    assert_eq!(judge(&first, HOUR_MS).verdict, Verdict::RenewAuth);
    let second = send(&*channel, &auth, &content, target(), NOW.plus_ms(HOUR_MS));
    assert_ne!(first.authorization, second.authorization);
    assert_eq!(judge(&second, HOUR_MS).verdict, Verdict::Misconfigured);
    assert_eq!(judge(&first, HOUR_MS).verdict, Verdict::RenewAuth, "another push has renewed it meanwhile");
}

#[test]
fn a_pause_is_as_long_as_the_push_service_says_and_a_minute_where_it_says_nothing() {
    let (channel, auth) = channel();
    let content = plain("t", "b");
    let wait = |status, name: &str, value: &str| {
        let headers = vec![(name.to_owned(), value.to_owned())];
        let (targets, now) = ([target()], NOW);
        let request = send(&*channel, &auth, &content, target(), NOW);
        let job = Job::Notify { content: &content, targets: &targets, now };
        match channel.resume(&job, &request, &WireReply { status, headers, body: Vec::new() }, &auth) {
            Step::Done(verdicts) => match verdicts[0].verdict {
                Verdict::Limited { pause: Pause::Target, after } | Verdict::Retry { after } => after,
                ref other => panic!("{other:?}"),
            },
            Step::Send(_) => panic!("is done"),
        }
    };
    let secs = |wait: Option<Duration>| wait.map(|wait| wait.as_secs());
    assert_eq!(secs(wait(429, "retry-after", "90")), Some(90));
    assert_eq!(secs(wait(429, "retry-after", "Mon, 21 Sep 2026 14:23:20 GMT")), Some(600));
    assert_eq!(secs(wait(429, "retry-after", "Mon, 21 Sep 2026 13:00:00 GMT")), Some(0));
    assert_eq!(secs(wait(429, "retry-after", "soon")), Some(60));
    assert_eq!(secs(wait(429, "retry-after", "31536000")), Some(86_400));
    assert_eq!(secs(wait(429, "server", "x")), Some(60));
    assert_eq!(secs(wait(406, "x-wns-continue-after", "300")), Some(300));
    assert_eq!(secs(wait(503, "retry-after", "120")), Some(120));
    assert_eq!(secs(wait(503, "server", "x")), None);
}
