//! The text of a push: the sender's, else the message's own, else a template's.

use model::{AppPolicy, Body, CallEvent, CallMedia, Message, MessageKind, PushSettings, TextVariant};

/// Title and text of a push, before any vendor's limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// Never blank.
    pub title: String,
    /// Never blank.
    pub body: String,
}

/// What a text is made from.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// The message.
    pub message: &'a Message,
    /// Its push settings, or those of what takes its notification's place.
    pub push: Option<&'a PushSettings>,
    /// The App's policy.
    pub policy: &'a AppPolicy,
    /// The device's language tag; empty where unknown.
    pub language: &'a str,
    /// Which text the target is shown.
    pub text: TextVariant,
    /// What people call the sender.
    pub sender_name: Option<&'a str>,
    /// The group's name, where it is to one.
    pub group_name: Option<&'a str>,
}

/// Chooses title and text.
#[must_use]
pub fn wording(words: &Words<'_>) -> Wording {
    let Words { message, push, policy, language, .. } = *words;
    let filled = |text: Option<&str>| text.filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let bare = policy.content_free || words.text == TextVariant::Hidden;
    let default_title =
        || filled(Some(&policy.default_title)).unwrap_or_else(|| model::DEFAULT_PUSH_TITLE.to_owned());
    if bare {
        let kind = if words.text == TextVariant::Hidden { "hidden" } else { kind_of(message) };
        return Wording { title: default_title(), body: template(policy, kind, language) };
    }
    let title = filled(push.and_then(|push| push.title.as_deref())).unwrap_or_else(default_title);
    let forced = (words.text == TextVariant::Forced)
        .then(|| filled(push.and_then(|push| push.force.as_ref()).and_then(|force| force.body.as_deref())))
        .flatten();
    let body = forced
        .or_else(|| filled(push.and_then(|push| push.body.as_deref())))
        .or_else(|| filled(message.body.preview()))
        .unwrap_or_else(|| template(policy, kind_of(message), language));
    Wording { title, body: prefixed(words, body) }
}

/// Row E9: `name: text`, in a group `name(group): text`. On by default for what a person wrote.
fn prefixed(words: &Words<'_>, body: String) -> String {
    let by_default = words.message.kind == MessageKind::Message;
    let asked = words.push.and_then(|push| push.sender_prefix).unwrap_or(by_default);
    match (asked, words.sender_name, words.group_name) {
        (true, Some(name), Some(group)) => format!("{name}({group}): {body}"),
        (true, Some(name), None) => format!("{name}: {body}"),
        _ => body,
    }
}

/// The word by which templates know what a message is.
fn kind_of(message: &Message) -> &str {
    match (&message.body, message.kind) {
        (Body::Custom { kind: Some(kind), .. }, _) => kind,
        (Body::Call(signal), _) if signal.event == CallEvent::Invited && signal.media == CallMedia::Video => {
            "video_call"
        }
        (Body::Call(signal), _) if signal.event == CallEvent::Invited => "call",
        (Body::Call(_), _) => "call_over",
        (Body::Recall(_) | Body::Gone {}, _) => "recall",
        (_, MessageKind::Message) => "message",
        (_, MessageKind::System | MessageKind::Notice) => "system",
        (_, MessageKind::Push) => "push",
        (_, MessageKind::Call) => "call",
    }
}

/// The App's template for the kind and language, else the built-in one, else the built-in one of `message`.
fn template(policy: &AppPolicy, kind: &str, language: &str) -> String {
    let tag = |language: &str| language.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    let (wanted, chinese) = (tag(language), tag(language) == "zh");
    let own =
        policy.templates.iter().find(|template| template.kind == kind && tag(&template.language) == wanted);
    if let Some(own) = own.filter(|own| !own.text.trim().is_empty()) {
        return own.text.clone();
    }
    let (_, en, zh) = BUILT_IN.iter().find(|(known, ..)| *known == kind).copied().unwrap_or(BUILT_IN[0]);
    if chinese { zh } else { en }.to_owned()
}

const BUILT_IN: &[(&str, &str, &str)] = &[
    ("message", "You have a new message", "您收到一条新消息"),
    ("system", "You have a new notification", "您收到一条新通知"),
    ("push", "You have a new notification", "您收到一条新通知"),
    ("hidden", "You have a new message", "您收到一条新消息"),
    ("image", "[Image]", "[图片]"),
    ("voice", "[Voice message]", "[语音]"),
    ("video", "[Video]", "[视频]"),
    ("file", "[File]", "[文件]"),
    ("location", "[Location]", "[位置]"),
    ("call", "Incoming voice call", "邀请您语音通话"),
    ("video_call", "Incoming video call", "邀请您视频通话"),
    ("call_over", "The call has ended", "通话已结束"),
    ("recall", "A message was taken back", "对方撤回了一条消息"),
];
