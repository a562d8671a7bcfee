//! What holds for any push through Apple: the limit of its kind, what is never cut, and what each kind may carry.

use model::{Class, ClickAction, Interruption, Presentation, Style, Vendor};
use proptest::prelude::*;
use serde_json::Value;
use vendors::{Content, Step, WireRequest};

use crate::properties::{begin, content, plain};

const TOKEN: &str = "00aa";

/// Asks for everything that a notification of Apple's can carry.
fn style() -> impl Strategy<Value = Style> {
    let word = || prop::option::of("[A-Za-z字😀\"\\\\]{1,40}");
    let levels =
        [Interruption::Passive, Interruption::Active, Interruption::TimeSensitive, Interruption::Critical];
    let level = prop::option::of(prop::sample::select(levels.to_vec()));
    (word(), word(), word(), any::<bool>(), level).prop_map(
        |(category, sound, path, secure, interruption)| {
            let scheme = if secure { "https" } else { "http" };
            let image = path.map(|path| format!("{scheme}://im.example.com/{path}"));
            Style { category, sound, image, interruption, ..Style::default() }
        },
    )
}

fn class() -> impl Strategy<Value = Class> {
    prop::sample::select(vec![Class::Chat, Class::Call, Class::System, Class::Marketing])
}

fn header<'a>(request: &'a WireRequest, name: &str) -> Option<&'a str> {
    request.headers.iter().find_map(|(own, value)| (*own == name).then_some(value.as_str()))
}

/// Kind, priority, end of the topic and largest payload of a push.
fn book(content: &Content) -> (&'static str, &'static str, &'static str, usize) {
    match content.presentation {
        Presentation::Alert if content.class == Class::Marketing => ("alert", "5", "com.example.im", 4096),
        Presentation::Alert => ("alert", "10", "com.example.im", 4096),
        Presentation::Data => ("background", "5", "com.example.im", 4096),
        Presentation::Voip => ("voip", "10", "com.example.im.voip", 5120),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_kind_keeps_its_limit_and_carries_ext_whole(content in content(), style in style(), class in class()) {
        let content = Content { style, class, ..content };
        let (kind, priority, topic, most) = book(&content);
        match begin(Vendor::Apns, &content, &[TOKEN]) {
            Step::Send(request) => {
                prop_assert!(request.body.len() <= most);
                prop_assert_eq!(header(&request, "apns-push-type"), Some(kind));
                prop_assert_eq!(header(&request, "apns-priority"), Some(priority));
                prop_assert_eq!(header(&request, "apns-topic"), Some(topic));
                prop_assert!(request.headers.iter().all(|(_, value)| value.bytes().all(|byte| byte.is_ascii_graphic())));
                let json: Value = serde_json::from_slice(&request.body).unwrap();
                let shown = content.presentation == Presentation::Alert;
                let to_web = shown && matches!(content.click, Some(ClickAction::WebPage(_)));
                prop_assert_eq!(json["ext"].as_str(), content.ext.as_deref().filter(|_| !to_web));
                prop_assert_eq!(json["payload"].as_str(), content.payload.as_deref().filter(|_| !to_web));
                let words = if shown { &json["aps"]["alert"] } else { &json };
                let title = words["title"].as_str().unwrap();
                prop_assert!(content.title.starts_with(title.strip_suffix('…').unwrap_or(title)));
            }
            Step::Done(verdicts) => prop_assert!(["ext_too_long", "expired"].contains(&&*verdicts[0].code)),
        }
    }

    #[test]
    fn only_a_notification_has_words_badge_and_sound_for_the_system(content in content(), style in style()) {
        let content = Content { style, ..content };
        let Step::Send(request) = begin(Vendor::Apns, &content, &[TOKEN]) else { return Ok(()) };
        let json: Value = serde_json::from_slice(&request.body).unwrap();
        match content.presentation {
            Presentation::Alert => {
                prop_assert_eq!(json["aps"]["badge"].as_u64(), content.counts_badge.then_some(3));
                let critical = json["aps"]["interruption-level"] == "critical";
                prop_assert_eq!(json["aps"]["sound"].is_object(), critical);
                prop_assert_eq!(json["aps"]["mutable-content"] == 1, json["image"].is_string());
                prop_assert!(header(&request, "apns-collapse-id").is_some_and(|id| id.len() <= 64));
            }
            Presentation::Data => {
                prop_assert_eq!(&json["aps"], &serde_json::json!({ "content-available": 1 }));
            }
            Presentation::Voip => {
                prop_assert!(json["aps"].is_null());
                prop_assert_eq!(header(&request, "apns-expiration"), Some("0"));
            }
        }
        if content.presentation != Presentation::Alert {
            prop_assert_eq!(json["message"].as_str(), Some(&*content.message.to_string()));
            prop_assert!(json["click"].is_null() && json["image"].is_null());
            prop_assert!(header(&request, "apns-collapse-id").is_none());
        }
    }

    #[test]
    fn a_long_text_uses_the_room_there_is(title_chars in 1..200_usize, body_chars in 5120..6000_usize, voip in any::<bool>()) {
        let (presentation, most) = if voip { (Presentation::Voip, 5120) } else { (Presentation::Alert, 4096) };
        let (title, body) = ("t".repeat(title_chars), "b".repeat(body_chars));
        let content = Content { title, body, presentation, ..plain() };
        let Step::Send(request) = begin(Vendor::Apns, &content, &[TOKEN]) else { panic!("is sent") };
        prop_assert_eq!(request.body.len(), most);
    }
}
