//! Frames: made once for a message and shared, with a reminder once for each language and text.

use std::{collections::HashMap, sync::Arc};

use model::{ConversationKind, Message, MessageKind, TextVariant};
use rules::{Words, wording};
use store::{Store, StoreError};
use wire::{MessageFrame, Reminder};

use crate::catalogue::AppView;

/// One message's frame, shared by all connections that it goes out on.
pub(crate) type SharedFrame = Arc<[Arc<MessageFrame>]>;

/// A message as its receivers see it; `None` for a push alone.
pub(crate) fn frame_of(message: &Message) -> Option<MessageFrame> {
    if message.kind == MessageKind::Push {
        return None;
    }
    Some(MessageFrame {
        id: message.id,
        conversation: message.addressee.conversation()?.clone(),
        seq: message.seq,
        kind: message.kind,
        sender: message.sender.clone(),
        body: message.body.clone(),
        mentions: message.mentions.clone(),
        reminder: None,
        ext: message.push.as_ref().and_then(|push| push.ext.clone()),
        sent_at: message.sent_at,
    })
}

/// The frames of one message during one look at it.
#[derive(Debug)]
pub(crate) struct Frames {
    plain: Option<SharedFrame>,
    reminding: HashMap<(String, TextVariant), SharedFrame>,
    names: Option<Names>,
}

/// What people call those whom a text speaks of.
#[derive(Debug)]
struct Names {
    sender: Option<String>,
    group: Option<String>,
}

impl Frames {
    pub(crate) fn of(message: &Message) -> Self {
        let plain = frame_of(message).map(|frame| Arc::from([Arc::new(frame)]));
        Self { plain, reminding: HashMap::new(), names: None }
    }

    /// The frame without a reminder; `None` where the message has no frame.
    pub(crate) const fn plain(&self) -> Option<&SharedFrame> {
        self.plain.as_ref()
    }

    /// The frame with what the client is to show by itself, worded as a push would be.
    pub(crate) async fn reminding(
        &mut self,
        store: &dyn Store,
        message: &Message,
        view: &AppView,
        language: &str,
        text: TextVariant,
    ) -> Result<Option<SharedFrame>, StoreError> {
        let Some(plain) = &self.plain else { return Ok(None) };
        let key = (language.to_owned(), text);
        if let Some(made) = self.reminding.get(&key) {
            return Ok(Some(Arc::clone(made)));
        }
        let names = match self.names.take() {
            Some(names) => names,
            None => names_of(store, message).await?,
        };
        let push = message.push.as_ref();
        let shown = wording(&Words {
            message,
            push,
            policy: &view.app.policy,
            language,
            text,
            sender_name: names.sender.as_deref(),
            group_name: names.group.as_deref(),
        });
        let reminder = Reminder {
            title: shown.title,
            body: shown.body,
            payload: push.and_then(|push| push.payload.clone()),
            counts_badge: push.is_none_or(|push| push.counts_badge),
        };
        let frame = MessageFrame { reminder: Some(reminder), ..plain[0].as_ref().clone() };
        let made: SharedFrame = Arc::from([Arc::new(frame)]);
        self.reminding.insert(key, Arc::clone(&made));
        self.names = Some(names);
        Ok(Some(made))
    }
}

async fn names_of(store: &dyn Store, message: &Message) -> Result<Names, StoreError> {
    let sender = match &message.sender {
        Some(sender) => store.user(message.app, sender).await?.and_then(|user| user.name),
        None => None,
    };
    let group = match message.addressee.conversation().map(model::ConversationId::kind) {
        Some(ConversationKind::Group(id)) => store.group(message.app, &id).await?.map(|group| group.name),
        _ => None,
    };
    Ok(Names { sender, group })
}
