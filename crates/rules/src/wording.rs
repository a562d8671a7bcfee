//! The text of a push: the sender's, else the message's own, else the App's.

use model::{AppPolicy, Message, MessageKind};

/// Title and text of a push, before any vendor's limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// Never blank.
    pub title: String,
    /// Never blank.
    pub body: String,
}

/// Chooses title and text for a device of this language tag.
#[must_use]
pub fn wording(message: &Message, policy: &AppPolicy, language: &str) -> Wording {
    let asked = message.push.as_ref();
    let filled = |text: Option<&str>| text.filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let title = filled(asked.and_then(|push| push.title.as_deref()))
        .or_else(|| filled(Some(&policy.default_title)))
        .unwrap_or_else(|| model::DEFAULT_PUSH_TITLE.to_owned());
    let body = filled(asked.and_then(|push| push.body.as_deref()))
        .or_else(|| filled(message.body.preview()))
        .unwrap_or_else(|| template(message.kind, language).to_owned());
    Wording { title, body }
}

/// What stands for a content that has no text of its own.
fn template(kind: MessageKind, language: &str) -> &'static str {
    let chinese = language.get(..2).is_some_and(|tag| tag.eq_ignore_ascii_case("zh"));
    match (kind, chinese) {
        (MessageKind::Message, true) => "您收到一条新消息",
        (MessageKind::Message, false) => "You have a new message",
        (MessageKind::System | MessageKind::Push, true) => "您收到一条新通知",
        (MessageKind::System | MessageKind::Push, false) => "You have a new notification",
    }
}
