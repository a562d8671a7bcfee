//! What the app does with what it hears: it writes it down.

use client::AppEvent;
use model::CallSignal;
use wire::{Answer, Arrival, Ask, MessageFrame};

use super::Process;
use crate::handset::state::InboxEntry;

impl Process {
    pub(super) fn hear(&self, event: AppEvent) {
        let line = self.told(event);
        self.note(line);
    }

    /// Keeps what is to be seen of an event, and says it in a line of the log.
    fn told(&self, event: AppEvent) -> String {
        match event {
            AppEvent::LoggedIn(login) => {
                let last_device = login.last_device_id.map_or_else(|| "-".to_owned(), |id| id.to_string());
                self.handset.note_user(&login.user);
                self.handset.note_push_switch(login.push_on);
                format!(
                    "login ok user={} pushType={} hasPushed={} lastDeviceId={last_device}",
                    login.user, login.push_type, login.has_pushed
                )
            }
            AppEvent::LoginRefused(error) => format!("login refused code={} {}", error.number, error.text),
            AppEvent::Synced => "synced".to_owned(),
            AppEvent::MessageReceived { message, arrival } => self.received(*message, arrival),
            AppEvent::MessageRecalled { recalled, .. } => {
                self.handset.note_recall(recalled.message);
                format!("recalled id={}", recalled.message)
            }
            AppEvent::GroupChanged { conversation, notice } => {
                format!("group {conversation}: {:?} users={}", notice.event, notice.users.len())
            }
            AppEvent::CallInvited(signal) => self.called("invited", *signal),
            AppEvent::CallChanged(signal) => self.called("changed", *signal),
            AppEvent::ReadMark { user, conversation, seq } => {
                format!("read by {user} {conversation} to {seq}")
            }
            AppEvent::SendResult { outcome: Ok(sent), .. } => format!("sent id={}", sent.message),
            AppEvent::SendResult { outcome: Err(error), .. } => {
                format!("send failed code={} {}", error.code, error.text)
            }
            AppEvent::Answered { ask, outcome: Ok(answer) } => answered(&ask, &answer),
            AppEvent::Answered { ask, outcome: Err(error) } => {
                format!("{ask:?} refused code={} {}", error.code, error.text)
            }
            AppEvent::Registered { vendor, reported, push_id, .. } => format!(
                "commit token ok vendor={vendor} tokenName={} token={} pushId={}",
                reported.certificate,
                crate::log::shorten(&reported.token),
                push_id.map_or_else(|| "-".to_owned(), |id| id.to_string())
            ),
            AppEvent::RegistrationFailed { vendor, text, .. } => {
                format!("register failed vendor={vendor} {text}")
            }
            AppEvent::PushSwitched { on } => {
                self.handset.note_push_switch(on);
                format!("push switched {}", if on { "on" } else { "off" })
            }
            AppEvent::Unregistered => "unregistered".to_owned(),
            AppEvent::NotificationArrived(pushed) => format!("app heard of a notification: {}", pushed.title),
            AppEvent::ThroughMessageReceived(pushed) => {
                let bytes = pushed.ext.as_ref().or(pushed.payload.as_ref()).map_or(0, String::len);
                format!("app was handed {bytes} bytes of data")
            }
            AppEvent::CallPushed(_) => "app was woken for a call".to_owned(),
            AppEvent::Kicked(reason) => format!("kicked reason={reason:?}"),
            AppEvent::LoggedOut => "logout ok".to_owned(),
            AppEvent::Tapped { getter, ext, payload, entity } => {
                self.handset.note_handover(entity.clone());
                let bytes = |text: &Option<String>| text.as_ref().map_or(0, String::len);
                format!("tapped getter={getter} ext={} bytes payload={} bytes", bytes(&ext), bytes(&payload))
            }
            AppEvent::Error(error) => format!("error code={} {}", error.code, error.text),
        }
    }

    fn received(&self, message: MessageFrame, arrival: Arrival) -> String {
        let line = format!("message seq={} id={}", message.seq, message.id);
        let text = message.body.content().to_owned();
        self.handset.note_message(InboxEntry {
            id: message.id,
            conversation: message.conversation,
            sender: message.sender,
            text,
            ext: message.ext,
            seq: message.seq,
            how: arrival,
            received_at: self.handset.now(),
            recalled: false,
        });
        line
    }

    fn called(&self, what: &str, signal: CallSignal) -> String {
        let line = format!("call {what} id={} event={:?}", signal.call, signal.event);
        self.handset.note_call(signal);
        line
    }
}

fn answered(ask: &Ask, answer: &Answer) -> String {
    match answer {
        Answer::Done | Answer::Bound(_) => format!("{ask:?} ok"),
        Answer::Group(group) => format!("{ask:?} ok members={}", group.members),
        Answer::History(messages) => format!("{ask:?} ok messages={}", messages.len()),
        Answer::Conversations(conversations) => {
            let unread: u32 = conversations.iter().map(|one| one.unread).sum();
            format!("{ask:?} ok conversations={} unread={unread}", conversations.len())
        }
    }
}
