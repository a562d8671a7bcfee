//! Messages.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CallSignal, GroupNotice};

/// What a message says.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Body {
    /// Plain text.
    Text {
        /// The text, at most 12 KiB of UTF-8.
        #[schema(example = "晚饭吃什么？")]
        text: String,
    },
    /// The App's own content, opaque to Posthouse.
    Custom {
        /// The content, at most 12 KiB.
        content: String,
        /// What it is, for the push text where the sender gave none: `image`, `voice`, `video`, `file`, `location`, or
        /// a word of the App's own that its templates know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(required = false, nullable = false)]
        kind: Option<String>,
    },
    /// A call's signal; the server's alone to write.
    Call(CallSignal),
    /// A change of a group; the server's alone to write.
    Group(GroupNotice),
    /// An earlier message was taken back; the server's alone to write.
    Recall(Recalled),
    /// What a message that was taken back says.
    Gone {},
}

/// A message that was taken back.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recalled {
    /// Which.
    message: String,
    /// Its place in the same conversation.
    seq: i64,
    /// Who took it back; absent: the App's backend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    by: Option<String>,
}

/// Whom a message calls by name.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mentions {
    /// Everybody in the conversation.
    #[serde(default)]
    #[schema(required = false)]
    all: bool,
    /// These; at most 100.
    #[serde(default)]
    #[schema(required = false)]
    users: Vec<String>,
}

/// Who gets a message: a user, written as the id alone, or a group.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Recipient {
    /// One user.
    User(String),
    /// A group's members.
    Group(ToGroup),
}

/// A group's members.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToGroup {
    /// Which group.
    group: String,
}

/// What a message is.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MessageKind {
    /// Written by a user.
    Message,
    /// A custom system notification.
    System,
    /// A push alone.
    Push,
    /// A call's signal.
    Call,
    /// The server's own word about a conversation; it never causes a push.
    Notice,
}

/// What a message is about: decides category, channel and urgency at each vendor.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Class {
    #[default]
    Chat,
    Call,
    System,
    Marketing,
}

#[cfg(test)]
mod tests {
    use model::{Class, GroupEvent, GroupNotice, Mentions, MessageId, MessageKind, Recalled, Seq};
    use wire::Recipient;

    use super::super::mirrors;

    #[test]
    fn bodies_and_words_of_messages_are_mirrored() {
        let recalled = |by| Recalled { message: MessageId(uuid::Uuid::nil()), seq: Seq(7), by };
        let notice = GroupNotice { event: GroupEvent::Dismissed, by: None, users: Vec::new() };
        mirrors::<super::Body>(&[
            model::Body::text("a"),
            model::Body::Custom { content: "{}".to_owned(), kind: None },
            model::Body::Custom { content: "{}".to_owned(), kind: Some("image".to_owned()) },
            model::Body::Group(notice),
            model::Body::Recall(recalled(None)),
            model::Body::Recall(recalled("ann".parse().ok())),
            model::Body::Gone {},
        ]);
        mirrors::<super::Mentions>(&[
            Mentions::default(),
            Mentions { all: true, users: vec!["bo".parse().unwrap()] },
        ]);
        mirrors::<super::Recipient>(&[
            Recipient::from("bo".parse::<model::UserId>().unwrap()),
            Recipient::from("g".parse::<model::GroupId>().unwrap()),
        ]);
        mirrors::<super::Class>(&[Class::Chat, Class::Call, Class::System, Class::Marketing]);
        let kinds: Vec<MessageKind> = (0..).map_while(MessageKind::from_number).collect();
        mirrors::<super::MessageKind>(&kinds);
    }
}
