//! The embedded store: one folder, one process, one writer.
//!
//! Ops go to the [writer], which commits them in groups. Reads run where they are asked, on a few connections
//! of their own. What is known of pushes on their way without reading it from disk is the [road].

mod apply;
mod backup;
mod checkpoint;
mod claims;
#[cfg(all(test, feature = "conformance"))]
mod cost;
mod cursors;
mod faults;
mod gathering;
mod hands;
#[cfg(test)]
mod hands_model;
mod ids;
mod look;
mod open;
mod people;
mod readers;
mod restore;
mod road;
mod sql;
mod tables;
mod tally;
mod whose;
mod writer;
mod writing;
mod young;

use std::{
    cell::Cell,
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use async_trait::async_trait;
use model::{
    Addressee, App, AppId, Binding, CallId, Certificate, CertificateId, ConversationId, DayNumber, Delivery,
    DeliveryId, DeviceId, Group, GroupId, GroupMember, Message, MessageId, OperatorId, OperatorName, PushId,
    PushResource, Seq, SessionId, Timestamp, UserId, Webhook, WebhookId,
};

pub use self::look::Look;
use self::{
    ids::DeliveryIds,
    open::Role,
    readers::Readers,
    road::Road,
    tables::{
        api_keys, apps, audience, audit, backlog, bindings, calls, certificates, console_sessions,
        conversations, counts, dead_letters, deletions, deliveries, delivery_list, delivery_walk, devices,
        fanouts, groups, ledger, members, messages, operators, outbox, queue, reads, resources, sessions,
        users, webhooks,
    },
    writer::{Desk, Work, Writer},
};
use crate::{
    ApiKey, AudienceRow, AuditEntry, AuditFilter, Backlog, BrakeRecord, CallRecord, Claimed, ConsoleSession,
    ConsoleSessionKey, ConversationEntry, ConversationHead, CountFilter, Counts, DayLedger, DeadLetter,
    DeadLetterFilter, Deletion, DeliveryFilter, DeliveryStep, DeliveryWalk, DeviceRecord, FanoutCursor, Feed,
    Op, Operator, OutboxEntry, Outcome, QueuedByClass, SealKey, SessionRecord, Space, Store, StoreError,
    StoreMeter, UntoldEvents, User, Waiting,
};

pub use self::{
    backup::{BackupReport, Copied, Pace, back_up},
    restore::{Restored, restore},
};

/// Changes that the feed holds for a slow listener.
const FEED_CAPACITY: usize = 16_384;
/// Rows of a queue that are looked at in one step.
const QUEUE_STEP: usize = 512;

/// The store that comes along: SQLite in one folder. Dropping it commits what waits and closes the database.
pub struct EmbeddedStore {
    // Fields are dropped in this order: the readers close first, so that the writer's close empties the log, and the
    // folder is given back last.
    readers: Readers,
    writer: Writer,
    road: Arc<Mutex<Road>>,
    /// One claim reads at a time.
    claims: Mutex<()>,
    feed: Feed,
    seal: SealKey,
    meter: Arc<StoreMeter>,
    place: PathBuf,
    _database: Arc<File>,
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
        let file = folder.join(open::DATABASE);
        let database = open::own_file(&file)
            .map_err(|error| StoreError::Disk(format!("{}: {error}", file.display())))?;
        let database = Arc::new(database);
        let mut conn = open::connection(&file, Role::Writer)?;
        open::prepare(&mut conn, &seal)?;
        let mut road = Road::default();
        fanouts::restore(&conn, &mut road.cursors)?;
        let road = Arc::new(Mutex::new(road));
        let ids = DeliveryIds::open(&conn)?;
        let feed = Feed::new(FEED_CAPACITY);
        let meter = Arc::new(StoreMeter::default());
        let desk = Desk {
            conn,
            syncs: Cell::new(true),
            seal: seal.clone(),
            ids,
            road: Arc::clone(&road),
            feed: feed.clone(),
            meter: Arc::clone(&meter),
        };
        let writer = Writer::spawn(desk, &file, Arc::clone(&database))?;
        Ok(Arc::new(Self {
            readers: Readers::new(file),
            writer,
            road,
            claims: Mutex::new(()),
            feed,
            seal,
            meter,
            place: folder.to_owned(),
            _database: database,
            _folder: lock,
        }))
    }

    fn road(&self) -> MutexGuard<'_, Road> {
        road::lock(&self.road)
    }

    /// Has decisions that wait in memory written, so that a read finds them.
    async fn write_young(&self) -> Result<(), StoreError> {
        if self.road().young.is_empty() {
            return Ok(());
        }
        self.writer.commit(Work::WriteYoung).await.map(drop)
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

    fn meter(&self) -> &StoreMeter {
        &self.meter
    }

    fn space(&self) -> Space {
        let size = |file| std::fs::metadata(self.place.join(file)).map_or(0, |found| found.len());
        let system = rustix::fs::statvfs(&self.place);
        Space {
            database_bytes: size("posthouse.db") + size("posthouse.db-wal"),
            free_bytes: system.map_or(0, |system| system.f_bavail.saturating_mul(system.f_frsize)),
        }
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.readers.snapshot(backlog::count)
    }

    async fn api_keys(&self, app: AppId) -> Result<Vec<ApiKey>, StoreError> {
        self.readers.read(|conn| api_keys::list(conn, app))
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

    async fn operators(&self) -> Result<Vec<Operator>, StoreError> {
        self.readers.read(operators::list)
    }

    async fn operator(&self, operator: OperatorId) -> Result<Option<Operator>, StoreError> {
        self.readers.read(|conn| operators::find(conn, operator))
    }

    async fn operator_named(&self, name: &OperatorName) -> Result<Option<Operator>, StoreError> {
        self.readers.read(|conn| operators::find_named(conn, name))
    }

    async fn operator_invited(&self, invitation: &[u8; 32]) -> Result<Option<Operator>, StoreError> {
        self.readers.read(|conn| operators::find_invited(conn, invitation))
    }

    async fn console_session(
        &self,
        key: ConsoleSessionKey,
    ) -> Result<Option<(ConsoleSession, Option<Operator>)>, StoreError> {
        self.readers.snapshot(|conn| console_sessions::find(conn, key))
    }

    async fn console_sessions(&self, operator: OperatorId) -> Result<Vec<ConsoleSession>, StoreError> {
        self.readers.read(|conn| console_sessions::of_operator(conn, operator))
    }

    async fn audit(
        &self,
        app: Option<AppId>,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        self.readers.read(|conn| audit::list(conn, app, filter, limit))
    }

    async fn user(&self, app: AppId, user: &UserId) -> Result<Option<User>, StoreError> {
        self.readers.read(|conn| users::find(conn, app, user))
    }

    async fn users(&self, app: AppId, after: Option<&UserId>, limit: u32) -> Result<Vec<User>, StoreError> {
        self.readers.read(|conn| users::list(conn, app, after, limit))
    }

    async fn deletion(&self, app: AppId, user: &UserId) -> Result<Option<Deletion>, StoreError> {
        self.readers.read(|conn| Ok(deletions::find(conn, app, user)?))
    }

    async fn open_deletions(&self, limit: u32) -> Result<Vec<Deletion>, StoreError> {
        self.readers.read(|conn| deletions::to_do(conn, limit))
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
        if self.road().young.counted(app, device) > 0 {
            self.write_young().await?;
        }
        self.readers.snapshot(|conn| devices::find(conn, app, device))
    }

    async fn device_by_push_id(
        &self,
        app: AppId,
        push_id: PushId,
    ) -> Result<Option<DeviceRecord>, StoreError> {
        self.write_young().await?;
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

    async fn groups_named(
        &self,
        app: AppId,
        prefix: &str,
        after: Option<&(String, GroupId)>,
        limit: u32,
    ) -> Result<Vec<Group>, StoreError> {
        self.readers.read(|conn| groups::named(conn, app, prefix, after, limit))
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

    async fn untold(&self, app: AppId, webhook: WebhookId, most: u32) -> Result<UntoldEvents, StoreError> {
        self.readers.snapshot(|conn| outbox::untold(conn, app, webhook, most))
    }

    async fn delivery(&self, delivery: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        self.write_young().await?;
        self.readers.read(|conn| deliveries::find(conn, delivery))
    }

    async fn audience(
        &self,
        app: AppId,
        addressee: &Addressee,
        after: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<AudienceRow>, StoreError> {
        if let Some(page) = audience::bare(addressee, after) {
            return Ok(page);
        }
        let named = audience::named(addressee, after);
        let (known, epoch) = {
            let road = self.road();
            let known = named.map(|users| users.iter().map(|user| road.people.find(app, user)).collect());
            (known.unwrap_or(None::<Vec<_>>), road.people.epoch())
        };
        match known.as_deref() {
            Some([one]) if !audience::has_marks(addressee) => return Ok(audience::of_one_known(one)),
            Some(known) => {
                return self.readers.read(|conn| audience::of_known(conn, app, addressee, known, limit));
            }
            None => {}
        }
        let page = self.readers.snapshot(|conn| audience::page(conn, app, addressee, after, limit))?;
        self.road().people.keep(app, page.people, epoch);
        Ok(page.rows)
    }

    async fn due_fanouts(&self, by: Timestamp, limit: u32) -> Result<Vec<FanoutCursor>, StoreError> {
        let due = self.road().cursors.due(by, usize::try_from(limit).unwrap_or(usize::MAX));
        if due.iter().all(|cursor| cursor.message.is_some()) {
            return Ok(due.into_iter().filter_map(cursors::Cursor::at_hand).collect());
        }
        self.readers.snapshot(|conn| {
            let read = due.into_iter().map(|cursor| fanouts::with_message(conn, cursor).transpose());
            read.flatten().collect()
        })
    }

    async fn fanout(&self, app: AppId, message: MessageId) -> Result<Option<FanoutCursor>, StoreError> {
        let Some(cursor) = self.road().cursors.find(app, message) else { return Ok(None) };
        self.readers.read(|conn| fanouts::with_message(conn, cursor))
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
        let mut road = self.road();
        Ok(claimed.iter().map(|id| road.hands.begin(*id)).collect())
    }

    async fn release(&self, claimed: &[DeliveryId]) -> Result<(), StoreError> {
        let raced = self.road().release(claimed);
        if !raced.is_empty() {
            self.writer.commit(Work::EndRaced(raced)).await?;
        }
        Ok(())
    }

    async fn waiting(&self, whose: Waiting, most: u32) -> Result<u64, StoreError> {
        self.readers.read(|conn| queue::waiting(conn, whose, most))
    }

    async fn next_due(&self, certificate: CertificateId) -> Result<Option<Timestamp>, StoreError> {
        let (young, mut after) = {
            let road = self.road();
            let young = road.young.first_due(certificate);
            if !road.hands.may_be_due(certificate, Timestamp::NEVER) {
                return Ok(young);
            }
            (young, road.hands.front(certificate))
        };
        let on_disk = self.readers.read(|conn| {
            loop {
                let read = queue::places_after(conn, certificate, after, Timestamp::NEVER, QUEUE_STEP)?;
                let Some(&last) = read.last() else { return Ok(None) };
                let road = self.road();
                if let Some(free) = read.iter().find(|place| road.hands.is_free(place.id)) {
                    return Ok(Some(free.due_at));
                }
                after = last;
            }
        })?;
        Ok(young.into_iter().chain(on_disk).min())
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

    async fn queued_by_class(
        &self,
        certificate: CertificateId,
        most: u32,
    ) -> Result<QueuedByClass, StoreError> {
        self.write_young().await?;
        self.readers.read(|conn| dead_letters::queued_by_class(conn, certificate, most))
    }

    async fn counts(&self, app: AppId, filter: &CountFilter) -> Result<Counts, StoreError> {
        self.write_young().await?;
        self.readers.snapshot(|conn| counts::read(conn, app, filter))
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
        self.write_young().await?;
        self.readers.snapshot(|conn| delivery_list::list(conn, app, filter, limit))
    }

    async fn walk_deliveries(
        &self,
        app: AppId,
        walk: &DeliveryWalk,
        limit: u32,
    ) -> Result<DeliveryStep, StoreError> {
        self.write_young().await?;
        self.readers.snapshot(|conn| delivery_walk::step(conn, app, walk, limit))
    }
}
