//! What a webhook is told, as JSON: `{"id","event","app","at","data":{…}}`. No token, no secret, and a message's text
//! only where the App shows texts at all.

use model::{
    Addressee, AppId, Body, CertificateId, Class, ClientMessageId, ConversationId, Delivery, DeliveryId,
    DeviceId, Event, EventKind, Marks, Message, MessageId, MessageKind, Purpose, PushId, Seq, SessionState,
    Timestamp, UserId, Vendor,
};
use serde::Serialize;
use serde_json::Value;

/// What the store knows of an event at the moment it is told.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The message it is about; gone once its retention is over.
    pub(super) message: Option<Message>,
    /// The delivery it is about, likewise.
    pub(super) delivery: Option<Delivery>,
    /// Whose push service it is about.
    pub(super) vendor: Option<Vendor>,
    /// Whether the token it is about is bound now.
    pub(super) is_bound: bool,
    /// Pushes of the App show templates alone, and so does what is told.
    pub(super) content_free: bool,
}

#[derive(Serialize)]
struct Envelope<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    event: EventKind,
    app: AppId,
    at: Timestamp,
    data: &'a Value,
}

/// The body of a request. `id`: the event's own, the same each time it is told.
pub(super) fn body(id: Option<i64>, event: EventKind, app: AppId, at: Timestamp, data: &Value) -> Vec<u8> {
    serde_json::to_vec(&Envelope { id, event, app, at, data }).unwrap_or_default()
}

/// What is told of an event.
pub(super) fn data(event: &Event, known: &Known) -> Value {
    let told = match event {
        Event::Message { message } | Event::Recall { message } => match &known.message {
            Some(found) => serde_json::to_value(MessageData::of(found, !known.content_free)),
            None => serde_json::to_value(Gone { message: Some(*message), delivery: None }),
        },
        Event::Session { user, device, state } => {
            serde_json::to_value(SessionData { user, device: *device, state: *state })
        }
        Event::Delivery { delivery } => match &known.delivery {
            Some(found) => serde_json::to_value(DeliveryData::of(found, known.vendor)),
            None => serde_json::to_value(Gone { message: None, delivery: Some(*delivery) }),
        },
        Event::Token { device, push_id, certificate, .. } => serde_json::to_value(TokenData {
            device: *device,
            push_id: *push_id,
            certificate: *certificate,
            vendor: known.vendor,
            bound: known.is_bound,
        }),
    };
    told.unwrap_or_default()
}

/// What a webhook that is asked before a message is stored is told of it, its text always: it is asked to judge it.
#[must_use]
pub fn before_send_data(message: &Message) -> Value {
    serde_json::to_value(MessageData::of(message, true)).unwrap_or_default()
}

/// What is no longer known.
#[derive(Serialize)]
struct Gone {
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<MessageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<DeliveryId>,
}

#[derive(Serialize)]
struct MessageData<'a> {
    message: MessageId,
    kind: MessageKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<&'a UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender_device: Option<DeviceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_message_id: Option<&'a ClientMessageId>,
    #[serde(flatten)]
    to: To<'a>,
    seq: Seq,
    /// Of its push, where the sender asked for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<Class>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a Body>,
    online_only: bool,
    sent_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    recalled_at: Option<Timestamp>,
}

/// Whom a message is for. A bare token is told by its certificate alone.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum To<'a> {
    Conversation(&'a ConversationId),
    User(&'a UserId),
    PushId(PushId),
    Certificate(CertificateId),
}

impl<'a> MessageData<'a> {
    fn of(message: &'a Message, with_text: bool) -> Self {
        Self {
            message: message.id,
            kind: message.kind,
            sender: message.sender.as_ref(),
            sender_device: message.sender_device,
            client_message_id: message.client_message_id.as_ref(),
            to: match &message.addressee {
                Addressee::Conversation(conversation) => To::Conversation(conversation),
                Addressee::User(user) => To::User(user),
                Addressee::PushId(push_id) => To::PushId(*push_id),
                Addressee::Token { certificate, .. } => To::Certificate(*certificate),
            },
            seq: message.seq,
            class: message.push.as_ref().map(|push| push.class),
            body: with_text.then_some(&message.body),
            online_only: message.online_only,
            sent_at: message.sent_at,
            recalled_at: message.recalled_at,
        }
    }
}

#[derive(Serialize)]
struct SessionData<'a> {
    user: &'a UserId,
    device: DeviceId,
    state: SessionState,
}

#[derive(Serialize)]
struct DeliveryData<'a> {
    delivery: DeliveryId,
    message: MessageId,
    purpose: Purpose,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<DeviceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    push_id: Option<PushId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<CertificateId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor: Option<Vendor>,
    state: &'static str,
    /// The name of the rule or verdict that ended it.
    reason: &'static str,
    /// The vendor's own code of the last try.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    tries: usize,
    decided_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Timestamp>,
    marks: Marks,
}

impl<'a> DeliveryData<'a> {
    fn of(delivery: &'a Delivery, vendor: Option<Vendor>) -> Self {
        Self {
            delivery: delivery.id,
            message: delivery.message,
            purpose: delivery.purpose,
            user: delivery.user.as_ref(),
            device: delivery.device,
            push_id: delivery.push_id,
            certificate: delivery.certificate,
            vendor,
            state: delivery.state.as_str(),
            reason: rules::reason(delivery.reason).map_or("unknown", |reason| reason.name),
            code: delivery.attempts.last().map(|attempt| attempt.code.as_str()),
            tries: delivery.attempts.len(),
            decided_at: delivery.decided_at,
            finished_at: delivery.finished_at,
            marks: delivery.marks,
        }
    }
}

#[derive(Serialize)]
struct TokenData {
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<DeviceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    push_id: Option<PushId>,
    certificate: CertificateId,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor: Option<Vendor>,
    bound: bool,
}
