//! Notifications that the app has raised by itself and that may have to go again.

use model::{Body, CallEvent, CallId, ConversationId, MessageId, Seq};
use wire::{MessageFrame, Reminder};

use crate::LocalNotification;

/// So many are remembered; an older one stays until the user takes it away.
const NOTICES_MAX: usize = 64;

/// What was raised in this process, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Notices(Vec<Notice>);

#[derive(Debug)]
struct Notice {
    key: MessageId,
    conversation: ConversationId,
    seq: Seq,
    /// The call it invites to.
    call: Option<CallId>,
}

impl Notices {
    /// The notification for a message that no push is sent for.
    pub(crate) fn raise(&mut self, message: &MessageFrame, reminder: &Reminder) -> LocalNotification {
        let call = match &message.body {
            Body::Call(signal) if signal.event == CallEvent::Invited => Some(signal.call),
            _ => None,
        };
        if self.0.len() == NOTICES_MAX {
            self.0.remove(0);
        }
        self.0.push(Notice {
            key: message.id,
            conversation: message.conversation.clone(),
            seq: message.seq,
            call,
        });
        LocalNotification {
            key: message.id,
            conversation: message.conversation.clone(),
            title: reminder.title.clone(),
            body: reminder.body.clone(),
            ext: message.ext.clone(),
            payload: reminder.payload.clone(),
        }
    }

    /// Those of what was read.
    pub(crate) fn take_read(&mut self, conversation: &ConversationId, seq: Seq) -> Vec<MessageId> {
        self.take(|notice| notice.conversation == *conversation && notice.seq <= seq)
    }

    /// Those of a call that does not ring any more.
    pub(crate) fn take_call(&mut self, call: CallId) -> Vec<MessageId> {
        self.take(|notice| notice.call == Some(call))
    }

    /// Those of a message that was taken back. One of an earlier process is named too: it may still stand there.
    pub(crate) fn take_recalled(&mut self, message: MessageId) -> Vec<MessageId> {
        self.take(|notice| notice.key == message);
        vec![message]
    }

    /// All of them.
    pub(crate) fn take_all(&mut self) -> Vec<MessageId> {
        self.take(|_| true)
    }

    fn take(&mut self, goes: impl Fn(&Notice) -> bool) -> Vec<MessageId> {
        self.0.extract_if(.., |notice| goes(notice)).map(|notice| notice.key).collect()
    }
}
