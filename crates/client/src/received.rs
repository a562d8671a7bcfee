//! What the server sends beside answers: messages, notices, calls, read marks; and what that means for icon and shade.

use model::{Body, CallEvent, CallSignal, ConversationId, MessageId, MessageKind, Seq, Timestamp, UserId};
use wire::{Answer, Arrival, Ask, ErrorFrame, MessageFrame};

use crate::{AppEvent, Client, Effect, ringing::ends_ringing};

impl Client {
    pub(crate) fn on_messages(&mut self, now: Timestamp, messages: Vec<MessageFrame>, arrival: Arrival) {
        for message in messages {
            self.raise_reminder(&message);
            self.count(&message);
            let MessageFrame { conversation, body, .. } = message;
            match body {
                Body::Call(signal) => self.on_call(now, signal, arrival),
                Body::Group(notice) => self.notify(AppEvent::GroupChanged { conversation, notice }),
                Body::Recall(recalled) => {
                    let raised = self.notices.take_recalled(recalled.message);
                    self.withdraw(raised);
                    let taken = self.badge.note_recalled(&conversation, recalled.seq);
                    self.lower_badge(taken);
                    self.notify(AppEvent::MessageRecalled { conversation, recalled });
                }
                body @ (Body::Text { .. } | Body::Custom { .. } | Body::Gone {}) => {
                    let message = Box::new(MessageFrame { conversation, body, ..message });
                    self.notify(AppEvent::MessageReceived { message, arrival });
                }
            }
        }
        self.dirty = true;
    }

    /// Off screen the app shows by itself what no push is sent for (row F8).
    fn raise_reminder(&mut self, message: &MessageFrame) {
        if self.foreground {
            return;
        }
        if let Some(reminder) = &message.reminder {
            let notification = self.notices.raise(message, reminder);
            self.effects.push(Effect::ShowNotification(Box::new(notification)));
            if reminder.counts_badge {
                self.show_badge(self.badge.shown().saturating_add(1));
            }
        }
    }

    fn count(&mut self, message: &MessageFrame) {
        let counts = matches!(message.kind, MessageKind::Message | MessageKind::System)
            && message.seq > Seq(0)
            && message.body != Body::Gone {}
            && (message.sender.is_none() || message.sender != self.user);
        if !counts || !self.badge.note_message(&message.conversation, message.seq) {
            return;
        }
        if self.foreground {
            self.show_unread();
        } else if message.reminder.is_none() {
            // Its push shows this number by itself.
            self.badge.show(self.badge.shown().saturating_add(1));
        }
    }

    fn on_call(&mut self, now: Timestamp, signal: CallSignal, arrival: Arrival) {
        if signal.event == CallEvent::Invited {
            if arrival == Arrival::Sync {
                self.ringing.hold(signal);
            } else if signal.rings_until > self.server_now(now) {
                self.notify(AppEvent::CallInvited(Box::new(signal)));
            }
            return;
        }
        if ends_ringing(&signal, self.user.as_ref()) {
            self.ringing.stop(signal.call);
            let raised = self.notices.take_call(signal.call);
            self.withdraw(raised);
        }
        self.notify(AppEvent::CallChanged(Box::new(signal)));
    }

    /// The server's time, as far as it was learned at login.
    const fn server_now(&self, now: Timestamp) -> Timestamp {
        now.plus_ms(self.server_ahead_ms)
    }

    pub(crate) fn on_synced(&mut self, now: Timestamp) {
        for invitation in self.ringing.take_ringing(self.server_now(now)) {
            self.dirty = true;
            self.notify(AppEvent::CallInvited(Box::new(invitation)));
        }
        self.notify(AppEvent::Synced);
    }

    pub(crate) fn read(&mut self, now: Timestamp, conversation: ConversationId, seq: Seq) {
        self.note_read(&conversation, seq);
        self.ask(now, Ask::Read { conversation, seq });
    }

    pub(crate) fn on_read_mark(&mut self, user: UserId, conversation: ConversationId, seq: Seq) {
        if self.user.as_ref() == Some(&user) {
            self.note_read(&conversation, seq);
        }
        self.notify(AppEvent::ReadMark { user, conversation, seq });
    }

    fn note_read(&mut self, conversation: &ConversationId, seq: Seq) {
        let read = self.badge.note_read(conversation, seq);
        self.lower_badge(read);
        let raised = self.notices.take_read(conversation, seq);
        self.withdraw(raised);
        self.dirty = true;
    }

    /// What the app asked for was answered.
    pub(crate) fn on_app_answered(&mut self, ask: Ask, outcome: Result<Answer, ErrorFrame>) {
        if let Ok(Answer::Conversations(conversations)) = &outcome {
            self.badge.take_over(conversations);
            self.dirty = true;
            if self.foreground {
                self.show_unread();
            }
        }
        self.notify(AppEvent::Answered { ask: Box::new(ask), outcome });
    }

    /// On screen the icon shows what is unread; off screen it is lowered from where it stands.
    fn lower_badge(&mut self, by: u32) {
        if self.foreground {
            self.show_unread();
        } else {
            self.show_badge(self.badge.shown().saturating_sub(by));
        }
    }

    pub(crate) fn show_unread(&mut self) {
        self.show_badge(self.badge.total());
    }

    pub(crate) fn show_badge(&mut self, number: u32) {
        if self.badge.show(number) {
            self.dirty = true;
            self.effects.push(Effect::SetBadge(number));
        }
    }

    pub(crate) fn withdraw(&mut self, keys: Vec<MessageId>) {
        self.effects.extend(keys.into_iter().map(|key| Effect::WithdrawNotification { key }));
    }
}
