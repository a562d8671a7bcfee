//! What the API shows of rows, where more than one endpoint shows it.

use model::{
    Addressee, App, AppPolicy, BindingState, Body, ClientMessageId, ConversationId, Delivery, DeliveryState,
    DeviceId, DeviceReport, Marks, Message, MessageId, MessageKind, PushId, PushSettings, Seq, SessionState,
    Timestamp, UserId,
};
use serde::Serialize;
use store::{DeviceRecord, User};
use utoipa::ToSchema;

use super::schema;
use crate::explain::{ExplainedReason, explained, tail};

/// An App.
#[derive(Serialize, ToSchema)]
#[schema(as = App)]
pub(super) struct AppView {
    /// Its number.
    id: u32,
    /// Its name, for people.
    name: String,
    /// What its rules are set to.
    #[schema(value_type = schema::AppPolicy)]
    policy: AppPolicy,
    /// When it was made.
    #[schema(value_type = i64)]
    created_at: Timestamp,
}

impl From<&App> for AppView {
    fn from(app: &App) -> Self {
        Self { id: app.id.0, name: app.name.clone(), policy: app.policy.clone(), created_at: app.created_at }
    }
}

/// A user.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(super) struct UserView {
    /// The App's own id of the user.
    #[schema(value_type = String, example = "bo")]
    id: UserId,
    /// Login tokens issued before this do not verify.
    #[schema(value_type = i64)]
    tokens_valid_from: Timestamp,
    /// When the user was first heard of.
    #[schema(value_type = i64)]
    created_at: Timestamp,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self { id: user.id, tokens_valid_from: user.tokens_valid_from, created_at: user.created_at }
    }
}

/// A device.
#[derive(Serialize, ToSchema)]
#[schema(as = Device)]
pub(super) struct DeviceView {
    /// The installation's own id.
    #[schema(value_type = String, format = Uuid)]
    id: DeviceId,
    /// Its public id for push.
    #[schema(value_type = String, format = Uuid)]
    push_id: PushId,
    /// When the Push ID was unregistered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    unregistered_at: Option<Timestamp>,
    /// What it last told of itself.
    #[schema(value_type = schema::DeviceReport)]
    report: DeviceReport,
    /// When it was last heard of.
    #[schema(value_type = i64)]
    seen_at: Timestamp,
    /// Its newest login.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    session: Option<SessionView>,
    /// Its vendor tokens for notifications, or why it has none.
    bindings: Vec<BindingView>,
}

/// A login.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(super) struct SessionView {
    /// Its number.
    id: i64,
    /// Whose.
    #[schema(value_type = String)]
    user: UserId,
    /// Where it stands.
    #[schema(value_type = schema::SessionState)]
    state: SessionState,
    /// Since when.
    #[schema(value_type = i64)]
    since: Timestamp,
}

/// A vendor token, or why there is none.
#[derive(Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
#[schema(as = Binding)]
pub(super) enum BindingView {
    /// There is one.
    Bound {
        /// Whose vendor gave it.
        certificate: u32,
        /// The token's last characters.
        token_tail: String,
        /// The user it was reported for.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = String, nullable = false)]
        owner: Option<UserId>,
        /// When the device last reported it.
        #[schema(value_type = i64)]
        registered_at: Timestamp,
    },
    /// There is none.
    Lost {
        /// Why: `never_bound`, `token_dead`, `logged_out`, `unbound`, `taken_over` or `unregistered`.
        #[schema(value_type = String)]
        why: model::BindingLoss,
    },
}

impl From<BindingState> for BindingView {
    fn from(state: BindingState) -> Self {
        match state {
            BindingState::Bound(binding) => Self::Bound {
                certificate: binding.certificate.0,
                token_tail: tail(&binding.token),
                owner: binding.owner,
                registered_at: binding.registered_at,
            },
            BindingState::Lost(why) => Self::Lost { why },
        }
    }
}

impl From<DeviceRecord> for DeviceView {
    fn from(record: DeviceRecord) -> Self {
        let device = record.device;
        Self {
            id: device.id,
            push_id: device.push_id,
            unregistered_at: device.unregistered_at,
            report: device.report,
            seen_at: device.seen_at,
            session: record.session.map(|session| SessionView {
                id: session.id.0,
                user: session.user,
                state: session.state,
                since: session.since,
            }),
            bindings: record.bindings.into_iter().map(Into::into).collect(),
        }
    }
}

/// What a send answers.
#[derive(Serialize, ToSchema)]
pub(super) struct Accepted {
    /// The message's id: ask `/v1/messages/{id}/explain` with it.
    #[schema(value_type = String, format = Uuid)]
    message: MessageId,
    /// Where it went; absent for a push alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    conversation: Option<ConversationId>,
    /// Its place there; 0 for a push alone.
    #[schema(value_type = i64)]
    seq: Seq,
    /// When it was accepted.
    #[schema(value_type = i64)]
    sent_at: Timestamp,
    /// It had been accepted before under the same key.
    duplicate: bool,
}

impl From<im::Accepted> for Accepted {
    fn from(accepted: im::Accepted) -> Self {
        Self {
            message: accepted.message,
            conversation: accepted.conversation,
            seq: accepted.seq,
            sent_at: accepted.sent_at,
            duplicate: accepted.duplicate,
        }
    }
}

/// A message.
#[derive(Serialize, ToSchema)]
#[schema(as = Message)]
pub(super) struct MessageView {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    id: MessageId,
    /// What it is.
    #[schema(value_type = schema::MessageKind)]
    kind: MessageKind,
    /// Whom it is for.
    to: AddresseeView,
    /// Who sent it; absent for a push by the App's backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    from: Option<UserId>,
    /// The sender's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    client_message_id: Option<ClientMessageId>,
    /// Its place in the conversation; 0 where it is in none.
    #[schema(value_type = i64)]
    seq: Seq,
    /// What it says.
    #[schema(value_type = schema::Body)]
    body: Body,
    /// What the sender asked of the push.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::PushSettings, nullable = false)]
    push: Option<PushSettings>,
    /// When it was accepted.
    #[schema(value_type = i64)]
    sent_at: Timestamp,
    /// When it stops causing pushes.
    #[schema(value_type = i64)]
    expires_at: Timestamp,
}

/// Whom a message is for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Addressee)]
pub(super) enum AddresseeView {
    /// The members of a conversation.
    #[schema(value_type = String)]
    Conversation(ConversationId),
    /// One user's devices.
    #[schema(value_type = String)]
    User(UserId),
    /// One device.
    #[schema(value_type = String)]
    PushId(PushId),
    /// One vendor token.
    Token {
        /// Whose vendor gave it.
        certificate: u32,
        /// The token's last characters.
        token_tail: String,
    },
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        Self {
            id: message.id,
            kind: message.kind,
            to: match message.addressee {
                Addressee::Conversation(id) => AddresseeView::Conversation(id),
                Addressee::User(user) => AddresseeView::User(user),
                Addressee::PushId(push_id) => AddresseeView::PushId(push_id),
                Addressee::Token { certificate, token } => {
                    AddresseeView::Token { certificate: certificate.0, token_tail: tail(&token) }
                }
            },
            from: message.sender,
            client_message_id: message.client_message_id,
            seq: message.seq,
            body: message.body,
            push: message.push,
            sent_at: message.sent_at,
            expires_at: message.expires_at,
        }
    }
}

/// The one row of a target that was decided.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(super) struct DeliveryView {
    /// Its number: `before` of the next page.
    id: i64,
    /// What caused it.
    #[schema(value_type = String, format = Uuid)]
    message: MessageId,
    /// Whose.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    user: Option<UserId>,
    /// Which device.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = Uuid, nullable = false)]
    device: Option<DeviceId>,
    /// The device's public id, where it was addressed by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = Uuid, nullable = false)]
    push_id: Option<PushId>,
    /// Through which certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    certificate: Option<u32>,
    /// The vendor token's last characters.
    token_tail: String,
    /// Where it stands.
    #[schema(value_type = schema::DeliveryState)]
    state: DeliveryState,
    /// What decided or ended it.
    reason: ExplainedReason,
    /// How often the vendor was tried.
    attempts: usize,
    /// When it was decided.
    #[schema(value_type = i64)]
    decided_at: Timestamp,
    /// When the next try is due, while queued.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    due_at: Option<Timestamp>,
    /// When it came to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    finished_at: Option<Timestamp>,
    /// What became known later.
    #[schema(value_type = schema::Marks)]
    marks: Marks,
    /// A cancel came while the push was on the wire.
    raced: bool,
}

impl DeliveryView {
    pub(super) const fn id(&self) -> i64 {
        self.id
    }
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id.0,
            message: delivery.message,
            due_at: (!delivery.state.is_terminal()).then_some(delivery.due_at),
            token_tail: tail(&delivery.token),
            state: delivery.state,
            reason: explained(delivery.reason),
            attempts: delivery.attempts.len(),
            certificate: delivery.certificate.map(|id| id.0),
            user: delivery.user,
            device: delivery.device,
            push_id: delivery.push_id,
            decided_at: delivery.decided_at,
            finished_at: delivery.finished_at,
            marks: delivery.marks,
            raced: delivery.raced,
        }
    }
}

/// What ending a user's logins answers.
#[derive(Serialize, ToSchema)]
pub(super) struct EndedLogins {
    /// Logins that were ended by this call.
    pub(super) logins: u32,
}
