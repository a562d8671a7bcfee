//! The one trait every store has.

use async_trait::async_trait;
use model::{
    Addressee, App, AppId, Binding, CallId, Certificate, CertificateId, ConversationId, DayNumber, Delivery,
    DeliveryId, DeviceId, Group, GroupId, GroupMember, Message, MessageId, OperatorId, OperatorName, PushId,
    PushResource, Seq, SessionId, Timestamp, UserId, Webhook, WebhookId,
};

use crate::{
    ApiKey, AudienceRow, AuditEntry, AuditFilter, Backlog, BrakeRecord, CallRecord, Claimed, ConsoleSession,
    ConsoleSessionKey, ConversationEntry, ConversationHead, CountFilter, Counts, DayLedger, DeadLetter,
    DeadLetterFilter, Deletion, DeliveryFilter, DeliveryStep, DeliveryWalk, DeviceRecord, FanoutCursor, Feed,
    Op, Operator, OutboxEntry, Outcome, QueuedByClass, SessionRecord, Space, StoreMeter, UntoldEvents, User,
    Waiting,
};

/// Why the store could not do it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The writer is too far behind; nothing was changed. Repeat later.
    #[error("the writer is behind")]
    Busy,
    /// The disk is full or failed; nothing was changed.
    #[error("the disk refused: {0}")]
    Disk(String),
    /// A stored value does not read: another key, another version, or damage.
    #[error("a stored value does not read: {0}")]
    Corrupt(String),
    /// The database refused.
    #[error("the database refused: {0}")]
    Database(String),
}

/// Where Posthouse keeps everything. All reads see every commit that was answered before they began.
#[async_trait]
pub trait Store: Send + Sync {
    /// Commits all of it or nothing, durably, and answers one outcome per op. Returns after the bytes are on disk,
    /// except for a batch of [`Op::Decide`], [`Op::Update`], [`Op::Ledger`], [`Op::Ack`], [`Op::Expire`] and
    /// [`Op::Erase`] alone: it outlives the program, and a power cut may take it with everything after it, but nothing
    /// before it. What it rests on is then decided or tried again. A decision that pushes may stay in memory until its
    /// first verdict, with its fan-out cursor on disk: a crash of the program takes it with its cursor's move, and it
    /// is made again.
    ///
    /// An op that [stops its batch](Op::stops_its_batch) and that found its message, group or call not as expected
    /// leaves the ops behind it undone; they answer what it answered.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was changed.
    async fn commit(&self, batch: Vec<Op>) -> Result<Vec<Outcome>, StoreError>;

    /// Committed changes.
    fn feed(&self) -> &Feed;

    /// What the store counts of its own work.
    fn meter(&self) -> &StoreMeter;
    /// How much room it takes and has; zero where that cannot be said.
    fn space(&self) -> Space;
    /// How much waits. It counts rows, so it is for looking now and then.
    async fn backlog(&self) -> Result<Backlog, StoreError>;

    /// Every App.
    async fn apps(&self) -> Result<Vec<App>, StoreError>;
    /// One App.
    async fn app(&self, app: AppId) -> Result<Option<App>, StoreError>;
    /// The API key with this SHA-256.
    async fn api_key(&self, hash: &[u8; 32]) -> Result<Option<ApiKey>, StoreError>;
    /// An App's API keys, the oldest first.
    async fn api_keys(&self, app: AppId) -> Result<Vec<ApiKey>, StoreError>;
    /// The operators of the console, by name; at most 1000.
    async fn operators(&self) -> Result<Vec<Operator>, StoreError>;
    /// One operator.
    async fn operator(&self, operator: OperatorId) -> Result<Option<Operator>, StoreError>;
    /// The operator who signs in with this name, in capitals or small letters.
    async fn operator_named(&self, name: &OperatorName) -> Result<Option<Operator>, StoreError>;
    /// The operator who was invited with this SHA-256, whether the invitation still works or not.
    async fn operator_invited(&self, invitation: &[u8; 32]) -> Result<Option<Operator>, StoreError>;
    /// A sign-in to the console, over or not, with its operator where it is one's.
    async fn console_session(
        &self,
        key: ConsoleSessionKey,
    ) -> Result<Option<(ConsoleSession, Option<Operator>)>, StoreError>;
    /// An operator's sign-ins, over or not, newest first.
    async fn console_sessions(&self, operator: OperatorId) -> Result<Vec<ConsoleSession>, StoreError>;
    /// Recorded changes of an App, or of the instance alone (`None`), newest first.
    async fn audit(
        &self,
        app: Option<AppId>,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError>;

    /// A user.
    async fn user(&self, app: AppId, user: &UserId) -> Result<Option<User>, StoreError>;
    /// An App's users, by id, after this one.
    async fn users(&self, app: AppId, after: Option<&UserId>, limit: u32) -> Result<Vec<User>, StoreError>;
    /// The mark that a deleted user left; it stays as long as a login token from before may be shown.
    async fn deletion(&self, app: AppId, user: &UserId) -> Result<Option<Deletion>, StoreError>;
    /// Deleted users of whom something is left, by App and user.
    async fn open_deletions(&self, limit: u32) -> Result<Vec<Deletion>, StoreError>;

    /// An App's certificates with their secrets unsealed, by id.
    async fn certificates(&self, app: AppId) -> Result<Vec<Certificate>, StoreError>;
    /// One certificate, whatever its App: for lanes and receipts.
    async fn certificate(&self, id: CertificateId) -> Result<Option<Certificate>, StoreError>;

    /// A login, if it is the newest of its user on its device.
    async fn session(&self, app: AppId, session: SessionId) -> Result<Option<SessionRecord>, StoreError>;
    /// A user's newest logins, one per device.
    async fn sessions(&self, app: AppId, user: &UserId) -> Result<Vec<SessionRecord>, StoreError>;
    /// A device.
    async fn device(&self, app: AppId, device: DeviceId) -> Result<Option<DeviceRecord>, StoreError>;
    /// A device by its Push ID, unregistered or not.
    async fn device_by_push_id(
        &self,
        app: AppId,
        push_id: PushId,
    ) -> Result<Option<DeviceRecord>, StoreError>;

    /// A device's live binding for calls.
    async fn call_binding(&self, app: AppId, device: DeviceId) -> Result<Option<Binding>, StoreError>;

    /// A message.
    async fn message(&self, app: AppId, message: MessageId) -> Result<Option<Message>, StoreError>;
    /// The newest messages of an App, for the console.
    async fn recent_messages(&self, app: AppId, limit: u32) -> Result<Vec<Message>, StoreError>;
    /// The conversations a user has, with how far they go.
    async fn conversations(&self, app: AppId, user: &UserId) -> Result<Vec<ConversationHead>, StoreError>;
    /// A conversation's messages after a place, in order.
    async fn messages_after(
        &self,
        app: AppId,
        conversation: &ConversationId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError>;

    /// A conversation's messages from before a place (`None`: from the newest), in order; none at or before `from`.
    async fn messages_before(
        &self,
        app: AppId,
        conversation: &ConversationId,
        before: Option<Seq>,
        from: Seq,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError>;
    /// A user's conversations with their last messages and unread counts, newest message first.
    async fn conversation_list(
        &self,
        app: AppId,
        user: &UserId,
        limit: u32,
    ) -> Result<Vec<ConversationEntry>, StoreError>;
    /// Whether a user has a conversation, and from where; `None`: it is not the user's. One that its id gives to the
    /// user and nobody wrote in yet goes to 0.
    async fn conversation_of(
        &self,
        app: AppId,
        user: &UserId,
        conversation: &ConversationId,
    ) -> Result<Option<ConversationHead>, StoreError>;
    /// How far the members of a conversation have read it, those who have read anything.
    async fn read_marks(
        &self,
        app: AppId,
        conversation: &ConversationId,
    ) -> Result<Vec<(UserId, Seq)>, StoreError>;

    /// A group.
    async fn group(&self, app: AppId, group: &GroupId) -> Result<Option<Group>, StoreError>;
    /// An App's groups, by id, after this one.
    async fn groups(&self, app: AppId, after: Option<&GroupId>, limit: u32)
    -> Result<Vec<Group>, StoreError>;
    /// An App's groups whose name begins so, by name and id, after this one.
    async fn groups_named(
        &self,
        app: AppId,
        prefix: &str,
        after: Option<&(String, GroupId)>,
        limit: u32,
    ) -> Result<Vec<Group>, StoreError>;
    /// A group's members, by user, after this one.
    async fn members(
        &self,
        app: AppId,
        group: &GroupId,
        after: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<GroupMember>, StoreError>;
    /// One member of a group.
    async fn member(
        &self,
        app: AppId,
        group: &GroupId,
        user: &UserId,
    ) -> Result<Option<GroupMember>, StoreError>;

    /// A call.
    async fn call(&self, app: AppId, call: CallId) -> Result<Option<CallRecord>, StoreError>;
    /// Calls that ring and whose ringing ends by then, of every App, the first to end first.
    async fn due_calls(&self, by: Timestamp, limit: u32) -> Result<Vec<CallRecord>, StoreError>;

    /// An App's push resources, by id.
    async fn resources(&self, app: AppId) -> Result<Vec<PushResource>, StoreError>;
    /// An App's webhooks, by id.
    async fn webhooks(&self, app: AppId) -> Result<Vec<Webhook>, StoreError>;
    /// What may be told to webhooks by then: for each webhook of every App its oldest events, at most `limit`, in their
    /// order. A webhook whose oldest event is not due has none: what came after it waits behind it.
    async fn due_events(&self, by: Timestamp, limit: u32) -> Result<Vec<OutboxEntry>, StoreError>;

    /// What an App's webhook has not been told yet, counted as far as `most`.
    async fn untold(&self, app: AppId, webhook: WebhookId, most: u32) -> Result<UntoldEvents, StoreError>;

    /// A delivery, with the App it belongs to.
    async fn delivery(&self, delivery: DeliveryId) -> Result<Option<Delivery>, StoreError>;

    /// A page of a message's targets with what the rules look at, by user, after this user. A page has `limit` rows or
    /// more unless it is the last: a user's devices are never torn over two pages. A user without any device has one
    /// row without a device.
    async fn audience(
        &self,
        app: AppId,
        addressee: &Addressee,
        after: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<AudienceRow>, StoreError>;

    /// Messages whose fan-out is due by then, oldest first.
    async fn due_fanouts(&self, by: Timestamp, limit: u32) -> Result<Vec<FanoutCursor>, StoreError>;
    /// A message's fan-out cursor; `None` once every target is decided or acknowledged.
    async fn fanout(&self, app: AppId, message: MessageId) -> Result<Option<FanoutCursor>, StoreError>;

    /// Takes queued deliveries of a certificate that are due by then into this caller's hands, oldest due first (a
    /// retry may come before what was decided before it and not written yet). They stay there until [`Op::Update`],
    /// [`Store::release`], or a restart.
    async fn claim(
        &self,
        certificate: CertificateId,
        by: Timestamp,
        limit: u32,
    ) -> Result<Vec<Claimed>, StoreError>;
    /// The last word before the bytes leave: whether each claimed delivery may go. One that was cancelled since the
    /// claim may not; one that may is from here on the wire, and a later cancel marks it `raced`.
    async fn begin(&self, claimed: &[DeliveryId]) -> Result<Vec<bool>, StoreError>;
    /// Puts claimed deliveries back.
    async fn release(&self, claimed: &[DeliveryId]) -> Result<(), StoreError>;
    /// How many queued deliveries wait, counted as far as `most`; those that are decided and not on disk yet may be
    /// left out.
    async fn waiting(&self, whose: Waiting, most: u32) -> Result<u64, StoreError>;
    /// When the next queued delivery of a certificate that nobody holds becomes due.
    async fn next_due(&self, certificate: CertificateId) -> Result<Option<Timestamp>, StoreError>;

    /// What a certificate's vendor took on a day, with at most so many phones.
    async fn day_ledger(
        &self,
        certificate: CertificateId,
        day: DayNumber,
        devices: u32,
    ) -> Result<DayLedger, StoreError>;
    /// How a certificate's brake on mass removal stands.
    async fn brake(&self, certificate: CertificateId) -> Result<BrakeRecord, StoreError>;
    /// What waits in a certificate's queue, by class; after so many rows it is only said that there is more.
    async fn queued_by_class(
        &self,
        certificate: CertificateId,
        most: u32,
    ) -> Result<QueuedByClass, StoreError>;
    /// How far the notifications of an App's hours went.
    async fn counts(&self, app: AppId, filter: &CountFilter) -> Result<Counts, StoreError>;
    /// Notifications that ended without the vendor taking them and that no cancel reached, newest first.
    async fn dead_letters(
        &self,
        app: AppId,
        filter: &DeadLetterFilter,
        limit: u32,
    ) -> Result<Vec<DeadLetter>, StoreError>;

    /// Deliveries, newest first.
    async fn deliveries(
        &self,
        app: AppId,
        filter: &DeliveryFilter,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// One step of a walk through deliveries, newest first: at most `limit` that fit, out of at most as many rows as
    /// the walk looks at in a step.
    async fn walk_deliveries(
        &self,
        app: AppId,
        walk: &DeliveryWalk,
        limit: u32,
    ) -> Result<DeliveryStep, StoreError>;
}
