//! The send queue of a certificate: its queued deliveries by due time.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use model::{
    CertificateId, Delivery, DeliveryId, DeviceReport, Environment, Message, Purpose, PushSettings,
    Timestamp, UserId,
};
use rusqlite::Connection;

use super::{
    bindings::{self, StillBound},
    deliveries, follow_ups,
    messages::{self, Names},
};
use crate::{
    Claimed, NewDelivery, StoreError, Waiting,
    embedded::{
        hands::Place,
        people::{Known, People},
        sql::{self, Columns, Json, values},
        young::YoungRow,
    },
};

/// Queued rows behind a place that are due by then, oldest due first. Read from the index alone, in two steps, because
/// a whole page of a large group is due at one moment.
pub(in crate::embedded) fn places_after(
    conn: &Connection,
    certificate: CertificateId,
    after: Place,
    by: Timestamp,
    limit: usize,
) -> Result<Vec<Place>, StoreError> {
    let rows = |places: usize| i64::try_from(places).unwrap_or(i64::MAX);
    let mut places = Vec::new();
    if after.due_at <= by {
        places = sql::all(
            conn,
            "SELECT due_at, id FROM deliveries
             WHERE state = 0 AND certificate = ?1 AND due_at = ?2 AND id > ?3 ORDER BY id LIMIT ?4",
            values![certificate, after.due_at, after.id, rows(limit)],
            read_place,
        )?;
    }
    places.extend(sql::all(
        conn,
        "SELECT due_at, id FROM deliveries
         WHERE state = 0 AND certificate = ?1 AND due_at > ?2 AND due_at <= ?3 ORDER BY due_at, id LIMIT ?4",
        values![certificate, after.due_at, by, rows(limit - places.len())],
        read_place,
    )?);
    Ok(places)
}

fn read_place(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Place> {
    Ok(Place { due_at: columns.next()?, id: columns.next()? })
}

/// Reads claimed rows with what it takes to render them. A message that many of them share is read once.
pub(in crate::embedded) fn load(
    conn: &Connection,
    certificate: CertificateId,
    ids: &[DeliveryId],
) -> Result<Vec<Claimed>, StoreError> {
    let environment = environment_of(conn, certificate)?;
    let mut shared = HashMap::new();
    ids.iter().map(|id| load_one(conn, *id, environment, &mut shared)).collect()
}

/// Claimed rows that are not on disk, with what it takes to render them.
pub(in crate::embedded) fn load_young(
    conn: &Connection,
    rows: &[Arc<YoungRow>],
    environment: Option<Environment>,
) -> Result<Vec<Claimed>, StoreError> {
    let mut names: HashMap<i64, Names> = HashMap::new();
    let load = |row: &Arc<YoungRow>| {
        let names = match names.entry(row.message_row) {
            Entry::Occupied(read) => read.into_mut(),
            Entry::Vacant(place) => place.insert(messages::names(conn, &row.message)?),
        };
        let delivery = row.delivery();
        let about = About::read(conn, &delivery)?;
        Ok(about.claimed(delivery, Arc::clone(&row.message), names, environment))
    };
    rows.iter().map(load).collect()
}

/// As [`load_young`], where nothing has to be read; `None` where something has.
pub(in crate::embedded) fn load_known(
    rows: &[Arc<YoungRow>],
    people: &People,
    environment: Option<Environment>,
) -> Option<Vec<Claimed>> {
    let load = |row: &Arc<YoungRow>| {
        let about = match row.new.device {
            None => About::default(),
            Some(device) => About::of(people.find(row.app, row.new.user.as_ref()?)?.on(device)?, &row.new)?,
        };
        let message = (!messages::has_names(&row.message)).then(|| Arc::clone(&row.message))?;
        Some(about.claimed(row.delivery(), message, &Names::default(), environment))
    };
    rows.iter().map(load).collect()
}

/// The environment that a certificate is for.
pub(in crate::embedded) fn environment_of(
    conn: &Connection,
    certificate: CertificateId,
) -> Result<Option<Environment>, StoreError> {
    let environment: Option<Option<Environment>> = sql::first(
        conn,
        "SELECT environment FROM certificates WHERE id = ?1",
        values![certificate],
        |columns| columns.next(),
    )?;
    Ok(environment.flatten())
}

/// What is known of a delivery's device and its binding.
#[derive(Default)]
struct About {
    language: String,
    apns_environment: Option<Environment>,
    bound: Option<StillBound>,
}

impl About {
    fn read(conn: &Connection, delivery: &Delivery) -> Result<Self, StoreError> {
        let Some(device) = delivery.device else { return Ok(Self::default()) };
        let found = sql::first(
            conn,
            "SELECT report FROM devices WHERE app = ?1 AND id = ?2",
            values![delivery.app, device],
            |columns| columns.next::<Json<DeviceReport>>(),
        )?;
        let through = (delivery.certificate, &*delivery.token, delivery.binding_generation);
        let bound = bindings::still_bound(conn, delivery.app, device, through)?;
        let report = found.map(|found| found.0).unwrap_or_default();
        Ok(Self { language: report.language, apns_environment: report.apns_environment, bound })
    }

    /// `None` where the binding is not the one that the push was decided with: then the tables are asked.
    fn of(known: &Known, new: &NewDelivery) -> Option<Self> {
        let bound = known.binding.as_ref().filter(|binding| binding.is_of(new))?.still_bound();
        let report = &known.device.as_ref()?.report;
        let (language, apns_environment) = (report.language.clone(), report.apns_environment);
        Some(Self { language, apns_environment, bound: Some(bound) })
    }

    fn claimed(
        self,
        delivery: Delivery,
        message: Arc<Message>,
        names: &Names,
        environment: Option<Environment>,
    ) -> Claimed {
        Claimed {
            delivery,
            message,
            language: self.language,
            sender_name: names.sender.clone(),
            group_name: names.group.clone(),
            replacement: None,
            bound_for: self.bound.map(|bound| bound.kind),
            token_registered_at: self.bound.map(|bound| bound.registered_at),
            doubts: self.bound.map_or(0, |bound| bound.doubts),
            environment_confirmed: environment.is_some() && self.apns_environment == environment,
        }
    }
}

/// What the deliveries of one message have in common.
struct Shared {
    message: Arc<Message>,
    names: Names,
    /// Read with the first delivery that needs them; first those of one user.
    replacements: Option<Vec<(Option<UserId>, Arc<PushSettings>)>>,
}

impl Shared {
    fn read(conn: &Connection, row: i64) -> Result<Self, StoreError> {
        let message = messages::at_row(conn, row)?;
        let names = messages::names(conn, &message)?;
        Ok(Self { message: Arc::new(message), names, replacements: None })
    }

    fn replacement(
        &mut self,
        conn: &Connection,
        row: i64,
        user: Option<&UserId>,
    ) -> rusqlite::Result<Option<Arc<PushSettings>>> {
        let all = match &mut self.replacements {
            Some(all) => all,
            unread => {
                let read = follow_ups::replacements(conn, row)?;
                unread.insert(read.into_iter().map(|(user, push)| (user, Arc::new(push))).collect())
            }
        };
        let own = all.iter().find(|(whose, _)| whose.is_none() || whose.as_ref() == user);
        Ok(own.map(|(_, push)| Arc::clone(push)))
    }
}

fn load_one(
    conn: &Connection,
    id: DeliveryId,
    environment: Option<Environment>,
    shared: &mut HashMap<i64, Shared>,
) -> Result<Claimed, StoreError> {
    let (message_row, delivery): (i64, Delivery) = sql::first(
        conn,
        &format!(
            "SELECT d.message, {} FROM deliveries d JOIN messages m ON m.row = d.message WHERE d.id = ?1",
            deliveries::COLUMNS
        ),
        values![id],
        |columns| Ok((columns.next()?, deliveries::read(columns)?)),
    )?
    .ok_or_else(|| StoreError::Corrupt(format!("delivery {} is queued but gone", id.0)))?;
    let shared = match shared.entry(message_row) {
        Entry::Occupied(read) => read.into_mut(),
        Entry::Vacant(place) => place.insert(Shared::read(conn, message_row)?),
    };
    let replacement = match delivery.purpose {
        Purpose::Replace => shared.replacement(conn, message_row, delivery.user.as_ref())?,
        Purpose::Notify | Purpose::Withdraw => None,
    };
    let (message, names) = (Arc::clone(&shared.message), shared.names.clone());
    let about = About::read(conn, &delivery)?;
    Ok(Claimed { replacement, ..about.claimed(delivery, message, &names, environment) })
}

/// Queued rows, counted along an index as far as a bound.
pub(in crate::embedded) fn waiting(conn: &Connection, whose: Waiting, most: u32) -> Result<u64, StoreError> {
    let count = |columns: &mut Columns<'_, '_>| columns.next::<i64>();
    let rows = match whose {
        Waiting::App(app) => sql::first(
            conn,
            "SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE state = 0 AND app = ?1 LIMIT ?2)",
            values![app, i64::from(most)],
            count,
        ),
        Waiting::Lane(certificate) => sql::first(
            conn,
            "SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE state = 0 AND certificate = ?1 LIMIT ?2)",
            values![certificate, i64::from(most)],
            count,
        ),
    };
    Ok(rows?.unwrap_or_default().unsigned_abs())
}
