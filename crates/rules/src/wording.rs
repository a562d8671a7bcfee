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

/// What a message's notification says.
#[must_use]
pub fn wording(words: &Words<'_>) -> Wording {
    compose(words, words.message.body.preview(), kind_of(words.message))
}

/// What stands in the place of a message's notification when the message was recalled or its call is over.
#[must_use]
pub fn replacement_wording(words: &Words<'_>) -> Wording {
    let kind = if words.message.kind == MessageKind::Call { "call_over" } else { "recall" };
    compose(words, None, kind)
}

/// Title and text from what the sender gave, else from the message's own text, else from the template of its kind.
fn compose(words: &Words<'_>, preview: Option<&str>, kind: &str) -> Wording {
    let Words { push, policy, language, text, .. } = *words;
    let default_title = filled(Some(&policy.default_title)).unwrap_or(model::DEFAULT_PUSH_TITLE);
    let kind = if text == TextVariant::Hidden { "hidden" } else { kind };
    if text == TextVariant::Hidden || policy.content_free {
        return Wording {
            title: default_title.to_owned(),
            body: template(policy, kind, language).to_owned(),
        };
    }
    let force = push.and_then(|push| push.force.as_ref()).filter(|_| text == TextVariant::Forced);
    let body = filled(force.and_then(|force| force.body.as_deref()))
        .or_else(|| filled(push.and_then(|push| push.body.as_deref())))
        .or_else(|| filled(preview))
        .unwrap_or_else(|| template(policy, kind, language));
    let title = filled(push.and_then(|push| push.title.as_deref())).unwrap_or(default_title);
    Wording { title: title.to_owned(), body: prefixed(words, body) }
}

/// A text that has more than white space.
fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

/// Row E9: who wrote it, before the text: `name:text`, in a group `name(group):text`, and `(group):text` where the
/// sender has no name. By default before what a person does, not before a notification.
fn prefixed(words: &Words<'_>, body: &str) -> String {
    let by_default = matches!(words.message.kind, MessageKind::Message | MessageKind::Call);
    let asked = words.push.and_then(|push| push.sender_prefix).unwrap_or(by_default);
    match (filled(words.sender_name), filled(words.group_name)) {
        (Some(name), Some(group)) if asked => format!("{name}({group}):{body}"),
        (Some(name), None) if asked => format!("{name}:{body}"),
        (None, Some(group)) if asked => format!("({group}):{body}"),
        _ => body.to_owned(),
    }
}

/// The word by which templates know what a message is.
fn kind_of(message: &Message) -> &str {
    match (&message.body, message.kind) {
        (Body::Custom { kind: Some(kind), .. }, _) => kind,
        (Body::Call(signal), _) => match (signal.event, signal.media) {
            (CallEvent::Invited, CallMedia::Video) => "video_call",
            (CallEvent::Invited, CallMedia::Audio) => "call",
            _ => "call_over",
        },
        (Body::Recall(_) | Body::Gone {}, _) => "recall",
        (_, MessageKind::Message) => "message",
        (_, MessageKind::System | MessageKind::Notice) => "system",
        (_, MessageKind::Push) => "push",
        (_, MessageKind::Call) => "call",
    }
}

/// The App's template of the kind, else the built-in one; for a kind that neither knows, that of `message`.
fn template<'a>(policy: &'a AppPolicy, kind: &str, language: &str) -> &'a str {
    let language = match first_part(language) {
        unknown if unknown.is_empty() => "en".to_owned(),
        known => known,
    };
    let of = |kind: &str| own_template(policy, kind, &language).or_else(|| built_in(kind, &language));
    of(kind).or_else(|| of("message")).unwrap_or(model::DEFAULT_PUSH_TITLE)
}

fn own_template<'a>(policy: &'a AppPolicy, kind: &str, language: &str) -> Option<&'a str> {
    let own = policy
        .templates
        .iter()
        .find(|template| template.kind == kind && first_part(&template.language) == language)?;
    filled(Some(&own.text))
}

fn built_in(kind: &str, language: &str) -> Option<&'static str> {
    let template = BUILT_IN.iter().find(|template| template.kind == kind)?;
    Some(if language == "zh" { template.zh } else { template.en })
}

/// `zh` of `zh-CN`, `zh_Hans_CN` and `ZH`.
fn first_part(language: &str) -> String {
    language.split(['-', '_']).next().unwrap_or_default().to_lowercase()
}

/// A text of Posthouse's own, for a message without one.
#[derive(Debug, Clone, Copy)]
pub struct BuiltInTemplate {
    /// For which messages; an App's template of the same kind goes before it.
    pub kind: &'static str,
    /// For devices that speak anything but Chinese.
    pub en: &'static str,
    /// For devices that speak Chinese.
    pub zh: &'static str,
}

/// Posthouse's own texts, for documentation.
#[must_use]
pub const fn built_in_templates() -> &'static [BuiltInTemplate] {
    BUILT_IN
}

const fn says(kind: &'static str, en: &'static str, zh: &'static str) -> BuiltInTemplate {
    BuiltInTemplate { kind, en, zh }
}

const BUILT_IN: &[BuiltInTemplate] = &[
    says("message", "You have a new message", "您收到一条新消息"),
    says("system", "You have a new notification", "您收到一条新通知"),
    says("push", "You have a new notification", "您收到一条新通知"),
    says("hidden", "You have a new message", "您收到一条新消息"),
    says("image", "[Image]", "[图片]"),
    says("voice", "[Voice message]", "[语音]"),
    says("video", "[Video]", "[视频]"),
    says("file", "[File]", "[文件]"),
    says("location", "[Location]", "[位置]"),
    says("face", "[Sticker]", "[表情]"),
    says("call", "Incoming voice call", "邀请您语音通话"),
    says("video_call", "Incoming video call", "邀请您视频通话"),
    says("call_over", "The call has ended", "通话已结束"),
    says("recall", "Message recalled", "撤回了一条消息"),
];
