//! Title and text.

use model::{
    Addressee, AppId, AppPolicy, Body, CallEvent, CallId, CallMedia, CallSignal, ConversationId, ForcePush,
    Mentions, Message, MessageId, MessageKind, PushSettings, Seq, TextTemplate, TextVariant, Timestamp,
    UserId,
};
use proptest::prelude::*;
use rules::{Wording, Words, built_in_templates, replacement_wording, wording};

fn message(kind: MessageKind, body: Body) -> Message {
    let user = |name| UserId::new(name).unwrap();
    Message {
        id: MessageId("018f0000-0000-7000-8000-000000000001".parse().unwrap()),
        app: AppId(1),
        addressee: Addressee::Conversation(ConversationId::peer(&user("ann"), &user("bo"))),
        kind,
        sender: Some(user("ann")),
        sender_device: None,
        client_message_id: None,
        seq: Seq(1),
        body,
        mentions: Mentions::default(),
        online_only: false,
        recalled_at: None,
        push: None,
        sent_at: Timestamp(0),
        expires_at: Timestamp(1),
    }
}

fn written(text: &str) -> Message {
    message(MessageKind::Message, Body::text(text))
}

fn custom(kind: Option<&str>) -> Message {
    let body = Body::Custom { content: "{}".to_owned(), kind: kind.map(str::to_owned) };
    message(MessageKind::Message, body)
}

fn call(event: CallEvent, media: CallMedia) -> Message {
    let signal = CallSignal {
        call: CallId("018f0000-0000-7000-8000-000000000002".parse().unwrap()),
        event,
        caller: UserId::new("ann").unwrap(),
        by: None,
        device: None,
        group: None,
        media,
        rings_until: Timestamp(1),
        ext: None,
    };
    message(MessageKind::Call, Body::Call(signal))
}

/// A case: a plain message of nobody's name to a phone of unknown language, until something is changed.
struct Case {
    message: Message,
    push: Option<PushSettings>,
    policy: AppPolicy,
    language: &'static str,
    text: TextVariant,
    sender_name: Option<&'static str>,
    group_name: Option<&'static str>,
}

impl Case {
    fn of(message: Message) -> Self {
        Self {
            message,
            push: None,
            policy: AppPolicy::default(),
            language: "",
            text: TextVariant::Full,
            sender_name: None,
            group_name: None,
        }
    }

    fn words(&self) -> Words<'_> {
        Words {
            message: &self.message,
            push: self.push.as_ref(),
            policy: &self.policy,
            language: self.language,
            text: self.text,
            sender_name: self.sender_name,
            group_name: self.group_name,
        }
    }

    fn said(&self) -> Wording {
        wording(&self.words())
    }

    fn body(&self) -> String {
        self.said().body
    }
}

fn asked(change: impl FnOnce(&mut PushSettings)) -> Option<PushSettings> {
    let mut push = PushSettings::default();
    change(&mut push);
    Some(push)
}

fn template(kind: &str, language: &str, text: &str) -> TextTemplate {
    TextTemplate { kind: kind.to_owned(), language: language.to_owned(), text: text.to_owned() }
}

#[test]
fn e1_without_a_title_the_push_says_a_new_message() {
    let said = Case { language: "zh-CN", ..Case::of(written("晚饭吃什么?🍜")) }.said();
    assert_eq!((said.title.as_str(), said.body.as_str()), ("a new message", "晚饭吃什么?🍜"));
}

#[test]
fn e1_the_default_title_is_the_apps_and_never_blank() {
    let titled = |title: &str| {
        let policy = AppPolicy { default_title: title.to_owned(), ..AppPolicy::default() };
        Case { policy, ..Case::of(written("hi")) }.said().title
    };
    assert_eq!(titled("驿站"), "驿站");
    assert_eq!(titled("  "), "a new message");
}

#[test]
fn e2_the_senders_own_title_and_text_win() {
    let push = asked(|push| (push.title, push.body) = (Some("Ann".into()), Some("dinner?".into())));
    let said = Case { push, ..Case::of(written("a long story")) }.said();
    assert_eq!((said.title.as_str(), said.body.as_str()), ("Ann", "dinner?"));
}

#[test]
fn e2_blank_text_counts_as_none() {
    let push = asked(|push| (push.title, push.body) = (Some("  ".into()), Some("\n".into())));
    let said = Case { push, ..Case::of(written("hi")) }.said();
    assert_eq!((said.title.as_str(), said.body.as_str()), ("a new message", "hi"));
}

#[test]
fn a_content_without_text_speaks_the_devices_language() {
    let in_language = |language| Case { language, ..Case::of(custom(None)) }.body();
    for language in ["zh", "zh-CN", "zh_Hans_CN", "ZH-hant"] {
        assert_eq!(in_language(language), "您收到一条新消息", "{language}");
    }
    for language in ["", "en-GB", "de", "-"] {
        assert_eq!(in_language(language), "You have a new message", "{language}");
    }
}

#[test]
fn a_kind_of_content_has_its_template_and_an_unknown_kind_that_of_a_message() {
    let of_kind = |kind, language| Case { language, ..Case::of(custom(Some(kind))) }.body();
    assert_eq!(of_kind("image", "zh"), "[图片]");
    assert_eq!(of_kind("voice", "en"), "[Voice message]");
    assert_eq!(of_kind("gift", "zh"), "您收到一条新消息");
}

#[test]
fn the_apps_template_goes_before_the_built_in_one_in_its_language() {
    let policy = AppPolicy {
        templates: vec![
            template("image", "zh-CN", "发来一张照片"),
            template("gift", "en", "sent a gift"),
            template("message", "de", "Neue Nachricht"),
            template("voice", "zh", " "),
        ],
        ..AppPolicy::default()
    };
    let said =
        |kind, language| Case { policy: policy.clone(), language, ..Case::of(custom(Some(kind))) }.body();
    assert_eq!(said("image", "zh-TW"), "发来一张照片");
    assert_eq!(said("image", "en"), "[Image]");
    assert_eq!(said("gift", ""), "sent a gift", "an unknown language reads English");
    assert_eq!(said("gift", "de"), "Neue Nachricht", "what no template knows is a message");
    assert_eq!(said("voice", "zh"), "[语音]", "a blank template is none");
}

#[test]
fn e9_the_text_begins_with_who_wrote_it() {
    let by = |sender_name, group_name| Case { sender_name, group_name, ..Case::of(written("hi")) }.body();
    assert_eq!(by(None, None), "hi");
    assert_eq!(by(Some("Ann"), None), "Ann:hi");
    assert_eq!(by(Some("Ann"), Some("Climbers")), "Ann(Climbers):hi");
    assert_eq!(by(None, Some("Climbers")), "(Climbers):hi");
    assert_eq!(by(Some(" "), None), "hi");
}

#[test]
fn e9_the_senders_name_is_left_out_where_the_sender_says_so() {
    let push = asked(|push| push.sender_prefix = Some(false));
    let said =
        Case { push, sender_name: Some("Ann"), group_name: Some("Climbers"), ..Case::of(written("hi")) };
    assert_eq!(said.body(), "hi");
}

#[test]
fn e9_the_senders_name_stands_before_a_text_of_the_push_too() {
    let push = asked(|push| push.body = Some("dinner?".into()));
    let said = Case { push, sender_name: Some("Ann"), ..Case::of(written("a long story")) };
    assert_eq!(said.body(), "Ann:dinner?");
}

#[test]
fn e9_e12_f4_a_system_notification_has_no_senders_name_unless_it_is_asked_for() {
    let notification = || message(MessageKind::System, Body::Custom { content: "{}".into(), kind: None });
    let plain = Case { sender_name: Some("Ann"), language: "zh", ..Case::of(notification()) };
    assert_eq!(plain.body(), "您收到一条新通知");
    let named = Case { push: asked(|push| push.sender_prefix = Some(true)), ..plain };
    assert_eq!(named.body(), "Ann:您收到一条新通知");
}

#[test]
fn f3_a_call_says_what_rings_and_who_calls() {
    let said = |event, media| {
        Case { sender_name: Some("Ann"), language: "zh", ..Case::of(call(event, media)) }.body()
    };
    assert_eq!(said(CallEvent::Invited, CallMedia::Audio), "Ann:邀请您语音通话");
    assert_eq!(said(CallEvent::Invited, CallMedia::Video), "Ann:邀请您视频通话");
    assert_eq!(said(CallEvent::Cancelled, CallMedia::Audio), "Ann:通话已结束");
}

#[test]
fn f5_t7_the_forced_see_the_forced_text_and_the_others_do_not() {
    let push = asked(|push| {
        push.body = Some("for all".into());
        push.force = Some(ForcePush { all: true, body: Some("wake up".into()), ..ForcePush::default() });
    });
    let said = |text| Case { push: push.clone(), text, ..Case::of(written("hi")) }.body();
    assert_eq!(said(TextVariant::Forced), "wake up");
    assert_eq!(said(TextVariant::Full), "for all");
    let without = asked(|push| push.force = Some(ForcePush { all: true, ..ForcePush::default() }));
    let said = Case { push: without, text: TextVariant::Forced, ..Case::of(written("hi")) };
    assert_eq!(said.body(), "hi", "a force push without a text shows the usual one");
}

#[test]
fn t24_the_hidden_text_names_neither_sender_nor_group_nor_content() {
    let push = asked(|push| {
        (push.title, push.body) = (Some("Ann".into()), Some("secret".into()));
        push.force = Some(ForcePush { all: true, body: Some("secret".into()), ..ForcePush::default() });
    });
    let said = Case {
        push,
        text: TextVariant::Hidden,
        sender_name: Some("Ann"),
        group_name: Some("Climbers"),
        language: "zh",
        ..Case::of(written("secret"))
    }
    .said();
    assert_eq!((said.title.as_str(), said.body.as_str()), ("a new message", "您收到一条新消息"));
}

#[test]
fn t24_the_hidden_text_is_the_apps_where_it_has_one() {
    let policy =
        AppPolicy { templates: vec![template("hidden", "en", "Something new")], ..AppPolicy::default() };
    let said = Case { policy, text: TextVariant::Hidden, ..Case::of(custom(Some("image"))) };
    assert_eq!(said.body(), "Something new");
}

#[test]
fn an_app_without_content_shows_templates_only() {
    let policy = AppPolicy { content_free: true, ..AppPolicy::default() };
    let push = asked(|push| (push.title, push.body) = (Some("Ann".into()), Some("secret".into())));
    let said = |message| {
        let case = Case { push: push.clone(), policy: policy.clone(), ..Case::of(message) };
        Case { sender_name: Some("Ann"), text: TextVariant::Forced, ..case }.said()
    };
    assert_eq!(said(written("secret")).body, "You have a new message");
    assert_eq!(said(written("secret")).title, "a new message");
    assert_eq!(said(custom(Some("image"))).body, "[Image]");
    assert_eq!(said(call(CallEvent::Invited, CallMedia::Video)).body, "Incoming video call");
}

#[test]
fn t13_what_replaces_a_notification_says_so_and_never_the_old_text() {
    let replaced = |message, push| {
        let case = Case { push, language: "en", sender_name: Some("Ann"), ..Case::of(message) };
        replacement_wording(&case.words()).body
    };
    assert_eq!(replaced(written("secret"), None), "Ann:Message recalled");
    assert_eq!(replaced(message(MessageKind::Message, Body::Gone {}), None), "Ann:Message recalled");
    assert_eq!(replaced(call(CallEvent::Invited, CallMedia::Video), None), "Ann:The call has ended");
    let own = asked(|push| {
        push.body = Some("never mind".into());
        push.sender_prefix = Some(false);
    });
    assert_eq!(replaced(written("secret"), own), "never mind");
}

#[test]
fn every_built_in_template_has_a_text_in_both_languages_and_one_kind() {
    let templates = built_in_templates();
    let mut kinds: Vec<&str> = templates.iter().map(|template| template.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), templates.len());
    assert!(templates.iter().all(|template| !template.en.is_empty() && !template.zh.is_empty()));
}

proptest! {
    #[test]
    fn e1_title_and_text_are_never_blank_and_what_is_hidden_never_shows(
        title in proptest::option::of("\\PC{0,8}"), body in proptest::option::of("\\PC{0,8}"), text in "\\PC{0,8}",
        default_title in "\\PC{0,4}", hidden in any::<bool>(), prefix in proptest::option::of(any::<bool>()),
    ) {
        let push = asked(|push| (push.title, push.body, push.sender_prefix) = (title, body, prefix));
        let policy = AppPolicy { default_title, ..AppPolicy::default() };
        let text_variant = if hidden { TextVariant::Hidden } else { TextVariant::Full };
        let case = Case { push, policy, text: text_variant, sender_name: Some("Ann"), ..Case::of(written(&text)) };
        let said = case.said();
        prop_assert!(!said.title.trim().is_empty() && !said.body.trim().is_empty());
        if hidden {
            prop_assert_eq!(said.body, "You have a new message");
        }
    }
}
