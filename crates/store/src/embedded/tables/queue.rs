//! The send queue of a certificate: its queued deliveries by due time.

use std::{collections::HashMap, sync::Arc};

use model::{CertificateId, Delivery, DeliveryId, DeviceReport, Environment, Message, Timestamp};
use rusqlite::Connection;

use super::{bindings, deliveries, messages};
use crate::{
    Claimed, StoreError,
    embedded::{
        hands::Place,
        sql::{self, Columns, Json, values},
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
    let environment: Option<Environment> = sql::first(
        conn,
        "SELECT environment FROM certificates WHERE id = ?1",
        values![certificate],
        |columns| columns.next(),
    )?
    .flatten();
    let mut read = HashMap::new();
    ids.iter().map(|id| load_one(conn, *id, environment, &mut read)).collect()
}

fn load_one(
    conn: &Connection,
    id: DeliveryId,
    environment: Option<Environment>,
    read: &mut HashMap<i64, Arc<Message>>,
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
    let message = match read.get(&message_row) {
        Some(message) => Arc::clone(message),
        None => {
            let message = Arc::new(messages::at_row(conn, message_row)?);
            read.insert(message_row, Arc::clone(&message));
            message
        }
    };
    let (mut report, mut bound) = (DeviceReport::default(), None);
    if let Some(device) = delivery.device {
        let found = sql::first(
            conn,
            "SELECT report FROM devices WHERE app = ?1 AND id = ?2",
            values![delivery.app, device],
            |columns| columns.next::<Json<DeviceReport>>(),
        )?;
        report = found.map_or(report, |found| found.0);
        let generation = delivery.binding_generation;
        bound = bindings::still_bound(conn, delivery.app, device, delivery.certificate, generation)?;
    }
    Ok(Claimed {
        delivery,
        message,
        language: report.language,
        sender_name: None,
        group_name: None,
        replacement: None,
        token_registered_at: bound.map(|(registered_at, _)| registered_at),
        doubts: bound.map_or(0, |(_, doubts)| doubts),
        environment_confirmed: environment.is_some() && report.apns_environment == environment,
    })
}
