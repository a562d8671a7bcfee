//! Deliveries that were decided and are not on disk yet.
//!
//! Most pushes have their verdict a few milliseconds after the decision, so a row that is written with its verdict is
//! written once and stands in no queue. Until then it lives here, and what it was decided from stays on disk: its
//! message keeps its fan-out cursor, so after a crash it is decided again. Whoever looks for deliveries, or changes
//! what waits, has the rows concerned [written first](super::writing::Writing::write_young).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use model::{
    AppId, CertificateId, Delivery, DeliveryId, DeliveryState, DeviceId, Marks, Message, MessageId,
    Timestamp, UserId,
};

use super::{
    hands::{Place, Queued},
    whose::{Owner, Whose},
};
use crate::NewDelivery;

/// Rows of one lane: what it may have on the wire, and as much again.
const LANE_MAX: usize = 16_384;
/// Rows of all lanes.
const ALL_MAX: usize = 32_768;
/// A row whose lane is slower than this is written as it stands.
const AGE_MAX: Duration = Duration::from_secs(2);

/// A delivery that is not on disk yet.
#[derive(Debug)]
pub(super) struct YoungRow {
    pub(super) id: DeliveryId,
    pub(super) app: AppId,
    pub(super) certificate: CertificateId,
    pub(super) message_row: i64,
    pub(super) message: Arc<Message>,
    pub(super) new: NewDelivery,
    /// What tells its target from the message's others.
    pub(super) target: i64,
    /// What its device's badge shows with it.
    pub(super) badge: Option<u32>,
    pub(super) since: Instant,
}

impl YoungRow {
    pub(super) const fn queued(&self) -> Queued {
        Queued { certificate: self.certificate, place: Place { due_at: self.new.due_at, id: self.id } }
    }

    /// As it would be read from disk.
    pub(super) fn delivery(&self) -> Delivery {
        let new = &self.new;
        Delivery {
            id: self.id,
            app: self.app,
            message: self.message.id,
            purpose: new.purpose,
            user: new.user.clone(),
            device: new.device,
            push_id: new.push_id,
            certificate: new.certificate,
            token: Arc::clone(&new.token),
            binding_generation: new.binding_generation,
            state: DeliveryState::Queued,
            reason: new.reason,
            rules_version: new.rules_version,
            facts: new.facts.clone(),
            text: new.text,
            badge: self.badge,
            decided_at: new.decided_at,
            due_at: new.due_at,
            expires_at: new.expires_at,
            finished_at: None,
            attempts: Vec::new(),
            vendor_message_id: None,
            raced: false,
            marks: Marks::default(),
            receipt_note: String::new(),
        }
    }
}

/// Which rows are to be written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope<'a> {
    All,
    Device(AppId, DeviceId),
    User(AppId, &'a UserId),
    Message(AppId, MessageId),
    MessageRow(i64),
    /// Those that have waited long for their verdict.
    Old(Instant),
}

impl Scope<'_> {
    pub(super) fn includes(&self, row: &YoungRow) -> bool {
        match *self {
            Self::All => true,
            Self::Device(app, device) => row.app == app && row.new.device == Some(device),
            Self::User(app, user) => row.app == app && row.new.user.as_ref() == Some(user),
            Self::Message(app, message) => row.app == app && row.message.id == message,
            Self::MessageRow(message) => row.message_row == message,
            Self::Old(now) => now.duration_since(row.since) > AGE_MAX,
        }
    }

    /// Whose rows it is about, where that is one owner's.
    fn owner(&self) -> Option<Owner<'_>> {
        match *self {
            Self::Device(app, device) => Some(Owner::Device(app, device)),
            Self::User(app, user) => Some(Owner::User(app, user)),
            Self::MessageRow(row) => Some(Owner::MessageRow(row)),
            Self::All | Self::Message(..) | Self::Old(_) => None,
        }
    }

    /// Whether no row that came after this one is in it: rows come in the order of their age.
    fn ends_before(&self, row: &YoungRow) -> bool {
        matches!(self, Self::Old(_)) && !self.includes(row)
    }
}

#[derive(Debug)]
struct Entry {
    row: Arc<YoungRow>,
    /// An open transaction is writing it.
    is_leaving: bool,
}

#[derive(Debug, Default)]
struct Lane {
    /// Rows that nobody holds.
    free: BTreeSet<Place>,
    rows: usize,
}

/// See the module's words.
#[derive(Debug, Default)]
pub(super) struct Young {
    rows: BTreeMap<DeliveryId, Entry>,
    lanes: HashMap<CertificateId, Lane>,
    /// Rows that count on a device's badge.
    counted: HashMap<(AppId, DeviceId), u32>,
    whose: Whose,
}

impl Young {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many more rows of a lane there may be.
    pub(super) fn room(&self, certificate: CertificateId) -> usize {
        let of_lane = self.lanes.get(&certificate).map_or(0, |lane| lane.rows);
        LANE_MAX.saturating_sub(of_lane).min(ALL_MAX.saturating_sub(self.rows.len()))
    }

    /// Rows that count on this device's badge.
    pub(super) fn counted(&self, app: AppId, device: DeviceId) -> u32 {
        self.counted.get(&(app, device)).copied().unwrap_or(0)
    }

    /// Whether a row has waited long for its verdict.
    pub(super) fn has_old(&self, now: Instant) -> bool {
        let oldest = self.rows.first_key_value();
        oldest.is_some_and(|(_, entry)| !entry.is_leaving && Scope::Old(now).includes(&entry.row))
    }

    pub(super) fn add(&mut self, row: Arc<YoungRow>) {
        let lane = self.lanes.entry(row.certificate).or_default();
        lane.free.insert(row.queued().place);
        lane.rows += 1;
        if let Some(device) = counted_device(&row) {
            *self.counted.entry(device).or_default() += 1;
        }
        owners(&row).for_each(|owner| self.whose.add(owner));
        self.rows.insert(row.id, Entry { row, is_leaving: false });
    }

    /// Takes free rows of a lane that are due by then, oldest due first.
    pub(super) fn take(
        &mut self,
        certificate: CertificateId,
        by: Timestamp,
        room: usize,
    ) -> Vec<Arc<YoungRow>> {
        let Some(lane) = self.lanes.get_mut(&certificate) else { return Vec::new() };
        let mut taken = Vec::new();
        while taken.len() < room
            && let Some(place) = lane.free.first().copied().filter(|place| place.due_at <= by)
        {
            lane.free.remove(&place);
            taken.extend(self.rows.get(&place.id).map(|entry| Arc::clone(&entry.row)));
        }
        taken
    }

    /// When the first free row of a lane is due.
    pub(super) fn first_due(&self, certificate: CertificateId) -> Option<Timestamp> {
        self.lanes.get(&certificate)?.free.first().map(|place| place.due_at)
    }

    /// A lane let go of a row. `false`: it is not here, or is being written.
    pub(super) fn put_back(&mut self, id: DeliveryId) -> bool {
        let Some(entry) = self.rows.get(&id).filter(|entry| !entry.is_leaving) else { return false };
        let queued = entry.row.queued();
        self.lanes.entry(queued.certificate).or_default().free.insert(queued.place);
        true
    }

    /// A row that a transaction begins to write; from here on nobody can take it.
    pub(super) fn begin_leaving(&mut self, id: DeliveryId) -> Option<Arc<YoungRow>> {
        let entry = self.rows.get_mut(&id).filter(|entry| !entry.is_leaving)?;
        entry.is_leaving = true;
        let queued = entry.row.queued();
        if let Some(lane) = self.lanes.get_mut(&queued.certificate) {
            lane.free.remove(&queued.place);
        }
        Some(Arc::clone(&entry.row))
    }

    /// As [`Young::begin_leaving`], for each row of a scope, in their order.
    pub(super) fn begin_leaving_all(&mut self, scope: Scope<'_>) -> Vec<Arc<YoungRow>> {
        if scope.owner().is_some_and(|owner| !self.whose.may_have(owner)) {
            return Vec::new();
        }
        let reached = self.rows.iter().take_while(|(_, entry)| !scope.ends_before(&entry.row));
        let entries = reached.filter(|(_, entry)| !entry.is_leaving && scope.includes(&entry.row));
        let ids: Vec<DeliveryId> = entries.map(|(id, _)| *id).collect();
        ids.into_iter().filter_map(|id| self.begin_leaving(id)).collect()
    }

    /// The transaction that wrote it was committed.
    pub(super) fn left(&mut self, id: DeliveryId) {
        let Some(Entry { row, .. }) = self.rows.remove(&id) else { return };
        owners(&row).for_each(|owner| self.whose.remove(owner));
        if let Some(lane) = self.lanes.get_mut(&row.certificate) {
            lane.rows -= 1;
            if lane.rows == 0 {
                self.lanes.remove(&row.certificate);
            }
        }
        if let Some(device) = counted_device(&row)
            && let Some(counted) = self.counted.get_mut(&device)
        {
            *counted -= 1;
            if *counted == 0 {
                self.counted.remove(&device);
            }
        }
    }

    /// The transaction that wrote it was undone.
    pub(super) fn stays(&mut self, id: DeliveryId, is_held: bool) {
        let Some(entry) = self.rows.get_mut(&id) else { return };
        entry.is_leaving = false;
        if !is_held {
            self.put_back(id);
        }
    }
}

fn owners(row: &YoungRow) -> impl Iterator<Item = Owner<'_>> {
    let device = row.new.device.map(|device| Owner::Device(row.app, device));
    let user = row.new.user.as_ref().map(|user| Owner::User(row.app, user));
    [Some(Owner::MessageRow(row.message_row)), device, user].into_iter().flatten()
}

fn counted_device(row: &YoungRow) -> Option<(AppId, DeviceId)> {
    row.badge.and(row.new.device).map(|device| (row.app, device))
}
