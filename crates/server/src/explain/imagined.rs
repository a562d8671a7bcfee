//! A message that somebody might send to a user: never stored, only looked at. Pure.

use model::{
    Addressee, AppId, Body, Call, CallEvent, CallId, CallMedia, CallSignal, Class, ConversationId,
    ConversationKind, ForcePush, GroupId, Invitee, InviteeState, MESSAGE_LIFETIME_MAX_MS, Mentions, Message,
    MessageId, MessageKind, PushSettings, ResourceId, Seq, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::api::schema;

/// For how long an imagined call rings, in milliseconds.
const RINGING_MS: i64 = 90_000;
/// The last moment that can be asked about, in milliseconds: the end of the year 9999.
const LAST_MOMENT_MS: i64 = 253_402_300_799_999;

/// What is asked about; what is left out is as for a plain system notification sent now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Imagined {
    /// What it is: `message`, `system`, `call` (an invitation) or `push` (a push alone).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<schema::MessageKind>)]
    pub kind: Option<MessageKind>,
    /// Who sends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub from: Option<UserId>,
    /// Where it is sent; the user must be in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub conversation: Option<ConversationId>,
    /// To which group it is sent, instead of a conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub group: Option<GroupId>,
    /// It calls the user by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mentions_me: Option<bool>,
    /// `none`: without push settings; `on`: with; `off`: with the push switched off.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub push: Option<AskedPush>,
    /// Its class.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<schema::Class>)]
    pub class: Option<Class>,
    /// It is forced through mute and do-not-disturb.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force: Option<bool>,
    /// The push resource it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub resource: Option<ResourceId>,
    /// When it is sent, in milliseconds since the epoch; absent: now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<i64>)]
    pub at: Option<Timestamp>,
}

/// What an imagined message asks of the push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AskedPush {
    /// It has no push settings.
    None,
    /// It has push settings.
    On,
    /// It has push settings that switch the push off.
    Off,
}

/// Why a message cannot be imagined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unimaginable {
    /// Both a conversation and a group were named.
    #[error("name a conversation or a group, not both")]
    TwoPlaces,
    /// A call or a push alone is in no conversation that could be named.
    #[error("a call's invitation and a push alone go to the user, not into a conversation")]
    NoPlace,
    /// Class, resource and force are push settings.
    #[error("class, resource and force are push settings; leave push out, or set it to on")]
    NoSettings,
    /// A notice is the server's own and pushes nothing.
    #[error("kind must be message, system, call or push")]
    Notice,
    /// A moment before 1970 or after the year 9999.
    #[error("at must lie between 1970 and 9999, in milliseconds since the epoch")]
    Moment,
}

/// An imagined message with the call it signals.
#[derive(Debug, Clone)]
pub(super) struct Thought {
    pub(super) message: Message,
    pub(super) call: Option<Call>,
    pub(super) at: Timestamp,
}

impl Thought {
    /// A push alone, sent now.
    pub(super) fn push_alone(app: AppId, addressee: Addressee, class: Class, at: Timestamp) -> Self {
        let message = Message {
            id: MessageId(Uuid::nil()),
            app,
            addressee,
            kind: MessageKind::Push,
            sender: None,
            sender_device: None,
            client_message_id: None,
            seq: Seq(0),
            body: Body::text(""),
            mentions: Mentions::default(),
            online_only: false,
            recalled_at: None,
            push: Some(PushSettings { class, ..PushSettings::default() }),
            sent_at: at,
            expires_at: at.plus_ms(MESSAGE_LIFETIME_MAX_MS),
        };
        Self { message, call: None, at }
    }
}

impl Imagined {
    /// The message as it would be stored.
    pub(super) fn think(&self, app: AppId, user: &UserId, now: Timestamp) -> Result<Thought, Unimaginable> {
        let at = self.at.unwrap_or(now);
        if !(0..=LAST_MOMENT_MS).contains(&at.millis()) {
            return Err(Unimaginable::Moment);
        }
        let kind = self.kind.unwrap_or(MessageKind::System);
        let call = (kind == MessageKind::Call).then(|| self.call(user, at));
        let lifetime_ms = if call.is_some() { RINGING_MS } else { MESSAGE_LIFETIME_MAX_MS };
        let mentioned = self.mentions_me.unwrap_or(false);
        let message = Message {
            id: MessageId(Uuid::nil()),
            app,
            addressee: self.addressee(kind, user)?,
            kind,
            sender: self.sender(kind, user),
            sender_device: None,
            client_message_id: None,
            seq: Seq(0),
            body: call.as_ref().map_or_else(|| Body::text(""), invitation),
            mentions: Mentions { all: false, users: mentioned.then(|| user.clone()).into_iter().collect() },
            online_only: false,
            recalled_at: None,
            push: self.settings(kind, user)?,
            sent_at: at,
            expires_at: at.plus_ms(lifetime_ms),
        };
        Ok(Thought { message, call, at })
    }

    fn addressee(&self, kind: MessageKind, user: &UserId) -> Result<Addressee, Unimaginable> {
        let named = match (&self.conversation, &self.group) {
            (Some(_), Some(_)) => return Err(Unimaginable::TwoPlaces),
            (Some(conversation), None) => Some(conversation.clone()),
            (None, Some(group)) => Some(ConversationId::group(group)),
            (None, None) => None,
        };
        match (kind, named) {
            (MessageKind::Notice, _) => Err(Unimaginable::Notice),
            (MessageKind::Call | MessageKind::Push, Some(_)) => Err(Unimaginable::NoPlace),
            (MessageKind::Push, None) => Ok(Addressee::User(user.clone())),
            (_, Some(conversation)) => Ok(Addressee::Conversation(conversation)),
            (MessageKind::Message, None) => Ok(Addressee::Conversation(match &self.from {
                Some(from) => ConversationId::peer(from, user),
                None => ConversationId::system(user),
            })),
            (MessageKind::System | MessageKind::Call, None) => {
                Ok(Addressee::Conversation(ConversationId::system(user)))
            }
        }
    }

    /// Who sends it; of a conversation of two, the other one where nobody was named.
    fn sender(&self, kind: MessageKind, user: &UserId) -> Option<UserId> {
        let other = || match self.conversation.as_ref()?.kind() {
            ConversationKind::Peer(one, two) if one == *user => Some(two),
            ConversationKind::Peer(one, two) if two == *user => Some(one),
            _ => None,
        };
        self.from.clone().or_else(|| (kind == MessageKind::Message).then(other).flatten())
    }

    fn settings(&self, kind: MessageKind, user: &UserId) -> Result<Option<PushSettings>, Unimaginable> {
        let forced = self.force.unwrap_or(false);
        let asks = self.class.is_some() || self.resource.is_some() || forced || kind == MessageKind::Push;
        let enabled = match self.push {
            Some(AskedPush::None) if asks => return Err(Unimaginable::NoSettings),
            Some(AskedPush::None) => return Ok(None),
            None if !asks && kind != MessageKind::Call => return Ok(None),
            Some(AskedPush::Off) => false,
            Some(AskedPush::On) | None => true,
        };
        let usual = if kind == MessageKind::Call { Class::Call } else { Class::Chat };
        Ok(Some(PushSettings {
            enabled,
            class: self.class.unwrap_or(usual),
            resource: self.resource.clone(),
            force: forced.then(|| ForcePush { users: vec![user.clone()], ..ForcePush::default() }),
            ..PushSettings::default()
        }))
    }

    fn call(&self, user: &UserId, at: Timestamp) -> Call {
        let rings_until = at.plus_ms(RINGING_MS);
        Call {
            id: CallId(Uuid::nil()),
            caller: self.from.clone().unwrap_or_else(|| user.clone()),
            caller_device: None,
            group: None,
            media: CallMedia::Audio,
            ext: None,
            invitees: vec![Invitee {
                user: user.clone(),
                state: InviteeState::Inviting,
                device: None,
                rings_until,
                invitation: None,
            }],
            caller_left: false,
            created_at: at,
            rings_until,
            ended_at: None,
        }
    }
}

fn invitation(call: &Call) -> Body {
    Body::Call(CallSignal {
        call: call.id,
        event: CallEvent::Invited,
        caller: call.caller.clone(),
        by: None,
        device: None,
        group: None,
        media: call.media,
        rings_until: call.rings_until,
        ext: None,
    })
}

#[cfg(test)]
mod tests {
    use super::{AskedPush, Imagined, Unimaginable};
    use model::{Addressee, AppId, Class, ConversationId, ConversationKind, MessageKind, Timestamp, UserId};

    const NOW: Timestamp = Timestamp(1_763_800_000_000);

    fn bo() -> UserId {
        "bo".parse().unwrap()
    }

    fn think(imagined: &Imagined) -> Result<super::Thought, Unimaginable> {
        imagined.think(AppId(1), &bo(), NOW)
    }

    #[test]
    fn nothing_said_is_a_system_notification_without_push_settings_now() {
        let thought = think(&Imagined::default()).unwrap();
        assert_eq!((thought.message.kind, thought.at), (MessageKind::System, NOW));
        assert_eq!(thought.message.push, None);
        let Addressee::Conversation(conversation) = thought.message.addressee else { panic!() };
        assert_eq!(conversation.kind(), ConversationKind::System(bo()));
    }

    #[test]
    fn a_message_in_a_conversation_of_two_comes_from_the_other() {
        let conversation = ConversationId::peer(&"ann".parse().unwrap(), &bo());
        let kind = Some(MessageKind::Message);
        let imagined = Imagined { kind, conversation: Some(conversation), ..Imagined::default() };
        assert_eq!(think(&imagined).unwrap().message.sender, "ann".parse().ok());
    }

    #[test]
    fn a_call_rings_and_is_of_its_class() {
        let imagined = Imagined { kind: Some(MessageKind::Call), ..Imagined::default() };
        let thought = think(&imagined).unwrap();
        assert_eq!(thought.message.push.unwrap().class, Class::Call);
        assert!(thought.call.unwrap().invitees[0].state.is_ringing());
    }

    #[test]
    fn class_and_force_make_push_settings_and_contradict_having_none() {
        let forced = Imagined { force: Some(true), ..Imagined::default() };
        let push = think(&forced).unwrap().message.push.unwrap();
        assert!(push.enabled && push.force.unwrap().includes(&bo()));
        let none = Imagined { push: Some(AskedPush::None), ..forced };
        assert_eq!(think(&none).unwrap_err(), Unimaginable::NoSettings);
        let off = Imagined { push: Some(AskedPush::Off), ..Imagined::default() };
        assert!(!think(&off).unwrap().message.push.unwrap().enabled);
    }

    #[test]
    fn what_cannot_be_sent_cannot_be_imagined() {
        let two = Imagined {
            conversation: Some(ConversationId::system(&bo())),
            group: "g".parse().ok(),
            ..Imagined::default()
        };
        assert_eq!(think(&two).unwrap_err(), Unimaginable::TwoPlaces);
        let notice = Imagined { kind: Some(MessageKind::Notice), ..Imagined::default() };
        assert_eq!(think(&notice).unwrap_err(), Unimaginable::Notice);
        let push = Imagined { kind: Some(MessageKind::Push), group: "g".parse().ok(), ..Imagined::default() };
        assert_eq!(think(&push).unwrap_err(), Unimaginable::NoPlace);
        for at in [-1, i64::MAX, i64::MIN] {
            let at = Imagined { at: Some(Timestamp(at)), ..Imagined::default() };
            assert_eq!(think(&at).unwrap_err(), Unimaginable::Moment);
        }
    }
}
