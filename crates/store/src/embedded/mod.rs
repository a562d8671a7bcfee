//! The embedded store: one folder, one process, one writer.
//!
//! Ops go to the [writer], which commits them in groups. Reads run where they are asked, on a few connections
//! of their own. What lanes hold of the queue lives in [hands].

mod apply;
mod checkpoint;
#[cfg(all(test, feature = "conformance"))]
mod cost;
mod faults;
mod hands;
#[cfg(test)]
mod hands_model;
mod open;
mod readers;
mod sql;
mod tables;
mod writer;
mod writing;

use std::{
    cell::Cell,
    fs::File,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use model::{
    Addressee, App, AppId, Binding, CallId, Certificate, CertificateId, ConversationId, DayNumber, Delivery, DeliveryId,
    DeviceId, Group, GroupId, GroupMember, Message, MessageId, PushId, PushResource, Seq, SessionId,
    Timestamp, UserId, Webhook,
};

use self::{
    hands::Hands,
    open::Role,
    readers::Readers,
    tables::{
        api_keys, apps, audience, bindings, calls, certificates, conversations, dead_letters, deliveries,
        delivery_list,
        devices, fanouts, groups, ledger, members, messages, outbox, queue, reads, resources, sessions, users,
        webhooks,
    },
    writer::{Desk, Work, Writer},
};
use crate::{
    ApiKey, AudienceRow, Backlog, BrakeRecord, CallRecord, Claimed, ConversationEntry, ConversationHead,
    DayLedger, DeadLetter, DeadLetterFilter, DeliveryFilter,
    DeviceRecord, FanoutCursor, Feed, Op, OutboxEntry, Outcome, SealKey, SessionRecord, Store, StoreError,
    User,
};

/// Changes that the feed holds for a slow listener.
const FEED_CAPACITY: usize = 4096;
/// Rows of a queue that are looked at in one step.
const QUEUE_STEP: usize = 512;

/// The store that comes along: SQLite in one folder. Dropping it commits what waits and closes the database.
pub struct EmbeddedStore {
    // Fields are dropped in this order: the readers close first, so that the writer's close empties the log, and the
    // folder is given back last.
    readers: Readers,
    writer: Writer,
    hands: Arc<Mutex<Hands>>,
    /// One claim reads at a time.
    claims: Mutex<()>,
    feed: Feed,
    seal: SealKey,
    _folder: File,
}

impl EmbeddedStore {
    /// Opens the folder, or makes it.
    ///
    /// # Errors
    /// [`StoreError::Database`] where another process has it open, [`StoreError::Corrupt`] where it was sealed with
    /// another key, [`StoreError::Disk`] where it cannot be read or made.
    pub fn open(folder: &Path, seal: SealKey) -> Result<Arc<Self>, StoreError> {
        let lock = open::take_folder(folder)?;
        let file = folder.join("posthouse.db");
        open::own_file(&file).map_err(|error| StoreError::Disk(format!("{}: {error}", file.display())))?;
        let mut conn = open::connection(&file, Role::Writer)?;
        open::prepare(&mut conn, &seal)?;
        let hands = Arc::new(Mutex::new(Hands::default()));
        let feed = Feed::new(FEED_CAPACITY);
        let desk = Desk {
            conn,
            syncs: Cell::new(true),
            seal: seal.clone(),
            hands: Arc::clone(&hands),
            feed: feed.clone(),
        };
        let writer = Writer::spawn(desk, &file)?;
        Ok(Arc::new(Self {
            readers: Readers::new(file),
            writer,
            hands,
            claims: Mutex::new(()),
            feed,
            seal,
            _folder: lock,
        }))
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes free rows from the front of the queue on, then reads them, all from one snapshot.
    fn claim_rows(
        &self,
        certificate: CertificateId,
        by: Timestamp,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        let _claiming = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        let mut after = self.hands().start_claim(certificate);
        let mut taken = Vec::new();
        let claimed = self.readers.snapshot(|conn| {
            while taken.len() < limit {
                let read = queue::places_after(conn, certificate, after, by, QUEUE_STEP)?;
                let Some(&last) = read.last() else { break };
                after = last;
                let room = limit - taken.len();
                taken.extend(self.hands().take(&read, room));
            }
            queue::load(conn, certificate, &taken)
        });
        let mut hands = self.hands();
        hands.end_claim();
        if claimed.is_err() {
            hands.release(&taken);
        }
        claimed
    }
}

#[async_trait]
impl Store for EmbeddedStore {
    async fn commit(&self, batch: Vec<Op>) -> Result<Vec<Outcome>, StoreError> {
        self.writer.commit(Work::Batch(batch)).await
    }

    fn feed(&self) -> &Feed {
        &self.feed
    }

    async fn apps(&self) -> Result<Vec<App>, StoreError> {
        self.readers.read(|conn| apps::list(conn, &self.seal))
    }

    async fn app(&self, app: AppId) -> Result<Option<App>, StoreError> {
        self.readers.read(|conn| apps::find(conn, &self.seal, app))
    }

    async fn api_key(&self, hash: &[u8; 32]) -> Result<Option<ApiKey>, StoreError> {
        self.readers.read(|conn| api_keys::find(conn, hash))
    }

    async fn user(&self, app: AppId, user: &UserId) -> Result<Option<User>, StoreError> {
        self.readers.read(|conn| users::find(conn, app, user))
    }

    async fn users(&self, app: AppId, after: Option<&UserId>, limit: u32) -> Result<Vec<User>, StoreError> {
        self.readers.read(|conn| users::list(conn, app, after, limit))
    }

    async fn certificates(&self, app: AppId) -> Result<Vec<Certificate>, StoreError> {
        self.readers.read(|conn| certificates::list(conn, &self.seal, app))
    }

    async fn certificate(&self, id: CertificateId) -> Result<Option<Certificate>, StoreError> {
        self.readers.read(|conn| certificates::find(conn, &self.seal, id))
    }

    async fn session(&self, app: AppId, session: SessionId) -> Result<Option<SessionRecord>, StoreError> {
        self.readers.read(|conn| sessions::find(conn, app, session))
    }

    async fn sessions(&self, app: AppId, user: &UserId) -> Result<Vec<SessionRecord>, StoreError> {
        self.readers.read(|conn| sessions::of_user(conn, app, user))
    }

    async fn device(&self, app: AppId, device: DeviceId) -> Result<Option<DeviceRecord>, StoreError> {
        self.readers.snapshot(|conn| devices::find(conn, app, device))
    }

    async fn device_by_push_id(
        &self,
        app: AppId,
        push_id: PushId,
    ) -> Result<Option<DeviceRecord>, StoreError> {
        self.readers.snapshot(|conn| devices::find_by_push_id(conn, app, push_id))
    }

    async fn call_binding(&self, app: AppId, device: DeviceId) -> Result<Option<Binding>, StoreError> {
        self.readers.read(|conn| bindings::for_calls(conn, app, device))
    }

    async fn message(&self, app: AppId, message: MessageId) -> Result<Option<Message>, StoreError> {
        self.readers.read(|conn| messages::find(conn, app, message))
    }

    async fn recent_messages(&self, app: AppId, limit: u32) -> Result<Vec<Message>, StoreError> {
        self.readers.read(|conn| messages::recent(conn, app, limit))
    }

    async fn conversations(&self, app: AppId, user: &UserId) -> Result<Vec<ConversationHead>, StoreError> {
        self.readers.read(|conn| conversations::of_user(conn, app, user))
    }

    async fn messages_after(
        &self,
        app: AppId,
        conversation: &ConversationId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        self.readers.read(|conn| messages::after(conn, app, conversation, after, limit))
    }

    async fn messages_before(
        &self,
        app: AppId,
        conversation: &ConversationId,
        before: Option<Seq>,
        from: Seq,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        self.readers.read(|conn| messages::before(conn, app, conversation, before, from, limit))
    }

    async fn conversation_list(
        &self,
        app: AppId,
        user: &UserId,
        limit: u32,
    ) -> Result<Vec<ConversationEntry>, StoreError> {
        self.readers.snapshot(|conn| conversations::list(conn, app, user, limit))
    }

    async fn conversation_of(
        &self,
        app: AppId,
        user: &UserId,
        conversation: &ConversationId,
    ) -> Result<Option<ConversationHead>, StoreError> {
        self.readers.read(|conn| conversations::of_user_named(conn, app, user, conversation))
    }

    async fn read_marks(
        &self,
        app: AppId,
        conversation: &ConversationId,
    ) -> Result<Vec<(UserId, Seq)>, StoreError> {
        self.readers.snapshot(|conn| reads::marks(conn, app, conversation))
    }

    async fn group(&self, app: AppId, group: &GroupId) -> Result<Option<Group>, StoreError> {
        self.readers.read(|conn| groups::find(conn, app, group))
    }

    async fn groups(
        &self,
        app: AppId,
        after: Option<&GroupId>,
        limit: u32,
    ) -> Result<Vec<Group>, StoreError> {
        self.readers.read(|conn| groups::list(conn, app, after, limit))
    }

    async fn members(
        &self,
        app: AppId,
        group: &GroupId,
        after: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<GroupMember>, StoreError> {
        self.readers.read(|conn| members::list(conn, app, group, after, limit))
    }

    async fn member(
        &self,
        app: AppId,
        group: &GroupId,
        user: &UserId,
    ) -> Result<Option<GroupMember>, StoreError> {
        self.readers.read(|conn| members::find(conn, app, group, user))
    }

    async fn call(&self, app: AppId, call: CallId) -> Result<Option<CallRecord>, StoreError> {
        self.readers.read(|conn| calls::find(conn, app, call))
    }

    async fn due_calls(&self, by: Timestamp, limit: u32) -> Result<Vec<CallRecord>, StoreError> {
        self.readers.read(|conn| calls::due(conn, by, limit))
    }

    async fn resources(&self, app: AppId) -> Result<Vec<PushResource>, StoreError> {
        self.readers.read(|conn| resources::list(conn, app))
    }

    async fn webhooks(&self, app: AppId) -> Result<Vec<Webhook>, StoreError> {
        self.readers.read(|conn| webhooks::list(conn, &self.seal, app))
    }

    async fn due_events(&self, by: Timestamp, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        self.readers.snapshot(|conn| outbox::due(conn, by, limit))
    }

    async fn delivery(&self, delivery: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        self.readers.read(|conn| deliveries::find(conn, delivery))
    }

    async fn audience(
        &self,
        app: AppId,
        addressee: &Addressee,
        after: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<AudienceRow>, StoreError> {
        self.readers.snapshot(|conn| audience::page(conn, app, addressee, after, limit))
    }

    async fn due_fanouts(&self, by: Timestamp, limit: u32) -> Result<Vec<FanoutCursor>, StoreError> {
        self.readers.snapshot(|conn| fanouts::due(conn, by, limit))
    }

    async fn fanout(&self, app: AppId, message: MessageId) -> Result<Option<FanoutCursor>, StoreError> {
        self.readers.snapshot(|conn| fanouts::find(conn, app, message))
    }

    async fn claim(
        &self,
        certificate: CertificateId,
        by: Timestamp,
        limit: u32,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.claim_rows(certificate, by, usize::try_from(limit).unwrap_or(usize::MAX))
    }

    async fn begin(&self, claimed: &[DeliveryId]) -> Result<Vec<bool>, StoreError> {
        let mut hands = self.hands();
        Ok(claimed.iter().map(|id| hands.begin(*id)).collect())
    }

    async fn release(&self, claimed: &[DeliveryId]) -> Result<(), StoreError> {
        let raced = self.hands().release(claimed);
        if !raced.is_empty() {
            self.writer.commit(Work::EndRaced(raced)).await?;
        }
        Ok(())
    }

    async fn next_due(&self, certificate: CertificateId) -> Result<Option<Timestamp>, StoreError> {
        let mut after = self.hands().front(certificate);
        self.readers.read(|conn| {
            loop {
                let read = queue::places_after(conn, certificate, after, Timestamp::NEVER, QUEUE_STEP)?;
                let Some(&last) = read.last() else { return Ok(None) };
                let hands = self.hands();
                if let Some(free) = read.iter().find(|place| hands.is_free(place.id)) {
                    return Ok(Some(free.due_at));
                }
                after = last;
            }
        })
    }

    async fn day_ledger(
        &self,
        certificate: CertificateId,
        day: DayNumber,
        devices: u32,
    ) -> Result<DayLedger, StoreError> {
        self.readers.snapshot(|conn| ledger::read(conn, certificate, day, devices))
    }

    async fn brake(&self, certificate: CertificateId) -> Result<BrakeRecord, StoreError> {
        self.readers.read(|conn| ledger::brake(conn, certificate))
    }

    async fn backlog(&self, certificate: CertificateId, most: u32) -> Result<Backlog, StoreError> {
        self.readers.read(|conn| dead_letters::backlog(conn, certificate, most))
    }

    async fn dead_letters(
        &self,
        app: AppId,
        filter: &DeadLetterFilter,
        limit: u32,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        self.readers.snapshot(|conn| dead_letters::list(conn, app, filter, limit))
    }

    async fn deliveries(
        &self,
        app: AppId,
        filter: &DeliveryFilter,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.readers.snapshot(|conn| delivery_list::list(conn, app, filter, limit))
    }
}
