//! What reads of the store give back.

use std::sync::Arc;

use model::{
    AppId, BindingKind, BindingState, Call, CertificateId, Class, ConversationId, Delivery, DeliveryId,
    DeliveryState, Device, DeviceId, Event, Message, MessageId, Mute, PushId, PushSettings, ReasonCode, Seq,
    SessionId, SessionState, Timestamp, UserId, UserSettings, WebhookId,
};
use serde::{Deserialize, Serialize};

/// A user of an App.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The App.
    pub app: AppId,
    /// The App's id of the user.
    pub id: UserId,
    /// What people call the user.
    pub name: Option<String>,
    /// What the user sets for all devices.
    pub settings: UserSettings,
    /// Login tokens issued before this do not verify.
    pub tokens_valid_from: Timestamp,
    /// When the user was first heard of.
    pub created_at: Timestamp,
}

/// A user whose deletion was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// The App.
    pub app: AppId,
    /// Whose.
    pub user: UserId,
    /// When it was asked for: login tokens issued before do not verify.
    pub at: Timestamp,
    /// When nothing of the user was left; `None`: something is.
    pub erased_at: Option<Timestamp>,
}

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Send messages and pushes.
    Send,
    /// Read everything but secrets.
    Read,
    /// Change users, devices and certificates of its App.
    Manage,
    /// Make and list Apps: the instance's own key.
    Instance,
}

/// An API key. The key itself is never stored, only its SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// SHA-256 of the key.
    pub hash: [u8; 32],
    /// The App it belongs to.
    pub app: AppId,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// A name for people.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute; `None`: never.
    pub used_at: Option<Timestamp>,
}

/// How much waits in a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Lanes with something queued, by certificate.
    pub lanes: Vec<LaneBacklog>,
    /// Messages whose targets are not all decided, by when they are due.
    pub fanouts: WaitingRows,
    /// Events that wait to be told to webhooks, by when they happened.
    pub outbox: WaitingRows,
}

/// How much room a store takes and has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Space {
    /// The database and its log.
    pub database_bytes: u64,
    /// Free on its file system, for this user.
    pub free_bytes: u64,
}

/// What waits in one lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneBacklog {
    /// Whose.
    pub certificate: CertificateId,
    /// Queued deliveries, due or not, in hand or not.
    pub queued: u64,
    /// When the first of them became or becomes due.
    pub oldest_due: Option<Timestamp>,
}

/// Rows that wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WaitingRows {
    /// How many.
    pub rows: u64,
    /// The moment of the oldest.
    pub oldest: Option<Timestamp>,
}

/// The newest login of a user on a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// The login.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// Where.
    pub device: DeviceId,
    /// Where it stands.
    pub state: SessionState,
    /// Since when it stands there.
    pub since: Timestamp,
}

/// A device with what is known of reaching it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRecord {
    /// The device.
    pub device: Device,
    /// Its newest login, of whichever user.
    pub session: Option<SessionRecord>,
    /// Its bindings for alerts, or why it has none. Never empty: a device without any has one `Lost` entry.
    pub bindings: Vec<BindingState>,
}

/// One target of a message, with what the rules look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceRow {
    /// Whose; `None` for a bare Push ID or token.
    pub user: Option<UserId>,
    /// The user's login on the device, where there was one.
    pub session: Option<SessionRecord>,
    /// The device, where there is one; of a user's device not what its badge shows.
    pub device: Option<Device>,
    /// The binding to push through (the device's newest for alerts, owned by the user where there is one), or why none.
    pub binding: BindingState,
    /// How far this user's device has acknowledged the message's conversation; 0 where it is in none.
    pub acked: Seq,
    /// Messages of the conversation up to and with this place are from before the user came in; they are not for the
    /// user.
    pub from: Seq,
    /// What the user sets for all devices.
    pub settings: Arc<UserSettings>,
    /// How far the user muted the message's conversation.
    pub mute: Mute,
}

/// One of a user's conversations, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationEntry {
    /// Which, and how far it goes.
    pub head: ConversationHead,
    /// How far the user has read it.
    pub read: Seq,
    /// Messages of others that count on a badge and are not read, among the last 10,000.
    pub unread: u32,
    /// How far it is muted.
    pub mute: Mute,
    /// Its last message.
    pub last: Option<Message>,
}

/// A call with the version it was read with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// The App.
    pub app: AppId,
    /// The call.
    pub call: Call,
    /// For the compare-and-set of [`crate::Op::PutCall`].
    pub version: u32,
}

/// An event that waits to be told to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its row, and the event's id for the one who hears of it twice.
    pub row: i64,
    /// The App.
    pub app: AppId,
    /// Which webhook is told.
    pub webhook: WebhookId,
    /// What happened.
    pub event: Event,
    /// When it happened.
    pub at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
}

/// How far a conversation goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationHead {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its last message.
    pub seq: Seq,
    /// Messages up to and with this place are from before the user came in.
    pub from: Seq,
}

/// A message whose targets are not all decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FanoutCursor {
    /// The message.
    pub message: Arc<Message>,
    /// Members up to and including this one are decided.
    pub after: Option<UserId>,
    /// When to look at it again.
    pub due_at: Timestamp,
}

/// A delivery that a lane holds, with what it takes to render it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The row.
    pub delivery: Delivery,
    /// What caused it.
    pub message: Arc<Message>,
    /// The device's language tag; empty where unknown.
    pub language: String,
    /// What people call the sender; absent where the sender has no name.
    pub sender_name: Option<Arc<str>>,
    /// The group's name, where the message is to one.
    pub group_name: Option<Arc<str>>,
    /// What takes the place of the notification, where the purpose is `Replace`.
    pub replacement: Option<Arc<PushSettings>>,
    /// What the token was reported for; `None` as below.
    pub bound_for: Option<BindingKind>,
    /// When the token was last reported; `None` for a bare token, and where the binding it came from is gone or is
    /// another one by now.
    pub token_registered_at: Option<Timestamp>,
    /// Doubtful verdicts in a row for this token.
    pub doubts: u8,
    /// Whether the device reported the environment its certificate is for.
    pub environment_confirmed: bool,
}

/// Whose queued deliveries are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// An App's, through all its certificates.
    App(AppId),
    /// Those through one certificate.
    Lane(CertificateId),
}

/// What a certificate's vendor took on one day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DayLedger {
    /// By kind and class.
    pub counts: Vec<DayCount>,
    /// Kinds that the vendor said are used up, and when it did.
    pub used_up: Vec<(String, Timestamp)>,
    /// Phones whose pushes are counted.
    pub devices: Vec<DayDevice>,
}

/// What was taken of one kind and class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayCount {
    /// The vendor's kind of push.
    pub kind: String,
    /// The class.
    pub class: Class,
    /// Targets.
    pub taken: u32,
}

/// What one phone had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayDevice {
    /// The vendor's kind of push.
    pub kind: String,
    /// A hash of its token.
    pub device: i64,
    /// Targets.
    pub taken: u32,
    /// When the vendor said that its share is used up.
    pub used_up_at: Option<Timestamp>,
}

/// A push that ended without the vendor taking it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The row.
    pub delivery: Delivery,
    /// What its message is about.
    pub class: Class,
}

/// Which dead letters to list, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeadLetterFilter {
    /// That ended for one of these reasons.
    pub reasons: Vec<ReasonCode>,
    /// These alone.
    pub ids: Option<Vec<DeliveryId>>,
    /// Through one of these certificates.
    pub certificates: Option<Vec<CertificateId>>,
    /// Whose last try brought this code of the vendor's.
    pub code: Option<String>,
    /// Of this class.
    pub class: Option<Class>,
    /// That ended at this moment or later.
    pub from: Option<Timestamp>,
    /// That ended before this moment.
    pub to: Option<Timestamp>,
    /// Older than this row, for the next page.
    pub before: Option<i64>,
}

/// What waits in a certificate's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueuedByClass {
    /// By class, in their order.
    pub by_class: [u32; 4],
    /// There is more than was counted.
    pub is_more: bool,
}

/// Among how many of the newest deliveries a vendor's id is looked for where nothing else narrows the search.
pub const VENDOR_ID_REACH: i64 = 20_000;

/// Which deliveries to list, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Of this message.
    pub message: Option<MessageId>,
    /// Of this user.
    pub user: Option<UserId>,
    /// Of this device.
    pub device: Option<DeviceId>,
    /// Of this Push ID.
    pub push_id: Option<PushId>,
    /// Through this certificate.
    pub certificate: Option<CertificateId>,
    /// In this state.
    pub state: Option<DeliveryState>,
    /// With this vendor's id of the push. By itself it is looked for among the newest deliveries of the instance, at
    /// most [`VENDOR_ID_REACH`] of them, and among all pushes to bare tokens whose vendors name them by it.
    pub vendor_message_id: Option<String>,
    /// Older than this row, for the next page.
    pub before: Option<i64>,
}

/// Which deliveries to walk through, newest first. What is left out does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryWalk {
    /// Of this user.
    pub user: Option<UserId>,
    /// In this state.
    pub state: Option<DeliveryState>,
    /// Through one of these certificates.
    pub certificates: Option<Vec<CertificateId>>,
    /// Of this class.
    pub class: Option<Class>,
    /// Decided or ended by this reason.
    pub reason: Option<ReasonCode>,
    /// First decided at this moment or later. One that was put back stays where it was.
    pub from: Option<Timestamp>,
    /// First decided before this moment.
    pub to: Option<Timestamp>,
    /// Older than this row: `next` of the step before.
    pub before: Option<i64>,
    /// Most rows that one step looks at, whatever it finds.
    pub look_at: u32,
}

/// One step of a walk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryStep {
    /// What fits, newest first.
    pub found: Vec<WalkedDelivery>,
    /// Rows that were looked at.
    pub looked_at: u32,
    /// When the last of them was decided.
    pub reached: Option<Timestamp>,
    /// `before` of the next step; `None`: there is nothing older.
    pub next: Option<i64>,
}

/// A delivery with what its message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkedDelivery {
    /// The row.
    pub delivery: Delivery,
    /// What its message is about.
    pub class: Class,
}

/// What a webhook has not been told yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UntoldEvents {
    /// How many events, counted as far as was asked.
    pub count: u32,
    /// When the oldest of them happened; the others wait behind it.
    pub oldest: Option<Timestamp>,
    /// How often the oldest was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub next_at: Option<Timestamp>,
}
