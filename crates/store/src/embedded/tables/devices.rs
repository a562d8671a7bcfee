//! Devices.

use model::{AppId, BindingLoss, Device, DeviceId, DeviceReport, PushId, ReasonCode, Timestamp};
use rusqlite::Connection;

use super::{bindings, cancels, sessions};
use crate::{
    DeviceRecord, Outcome, StoreError,
    embedded::{
        sql::{self, Columns, Json, values},
        writing::Writing,
    },
};

/// A login's report: makes the device or renews what it told. A login does not undo an unregistration.
pub(super) fn renew(
    writing: &mut Writing<'_>,
    app: AppId,
    device: DeviceId,
    push_id: PushId,
    report: &DeviceReport,
    at: Timestamp,
) -> Result<PushId, StoreError> {
    const SQL: &str = "INSERT INTO devices (app, id, push_id, report, seen_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (app, id) DO UPDATE SET report = excluded.report, seen_at = excluded.seen_at
         RETURNING push_id";
    store(writing, SQL, app, device, push_id, report, at)
}

/// A registration: as [`renew`], and where the Push ID was unregistered the device gets the new one.
pub(in crate::embedded) fn register(
    writing: &mut Writing<'_>,
    app: AppId,
    device: DeviceId,
    push_id: PushId,
    report: &DeviceReport,
    at: Timestamp,
) -> Result<PushId, StoreError> {
    const SQL: &str = "INSERT INTO devices (app, id, push_id, report, seen_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (app, id) DO UPDATE SET report = excluded.report, seen_at = excluded.seen_at,
             push_id = iif(unregistered_at IS NULL, push_id, excluded.push_id), unregistered_at = NULL
         RETURNING push_id";
    store(writing, SQL, app, device, push_id, report, at)
}

fn store(
    writing: &mut Writing<'_>,
    sql: &str,
    app: AppId,
    device: DeviceId,
    push_id: PushId,
    report: &DeviceReport,
    at: Timestamp,
) -> Result<PushId, StoreError> {
    let params = values![app, device, push_id, Json(report), at];
    let kept = sql::first(writing.conn, sql, params, |columns| columns.next())?;
    writing.tell_device(app, device);
    Ok(kept.unwrap_or(push_id))
}

pub(in crate::embedded) fn unregister(
    writing: &mut Writing<'_>,
    app: AppId,
    push_id: PushId,
    reason: ReasonCode,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let device = sql::first(
        writing.conn,
        "UPDATE devices SET unregistered_at = ifnull(unregistered_at, ?3) WHERE app = ?1 AND push_id = ?2
         RETURNING id",
        values![app, push_id, at],
        |columns| columns.next::<DeviceId>(),
    )?;
    let Some(device) = device else { return Ok(Outcome::Cancelled { cancelled: 0, raced: 0 }) };
    bindings::lose_all(writing, app, device, BindingLoss::Unregistered)?;
    writing.tell_device(app, device);
    cancels::cancel(writing, app, cancels::Which::Device(device), reason, at)
}

/// Reads `app, id, push_id, unregistered_at, report, seen_at`.
pub(super) fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Device> {
    Ok(Device {
        app: columns.next()?,
        id: columns.next()?,
        push_id: columns.next()?,
        unregistered_at: columns.next()?,
        push_off_at: None,
        badge: 0,
        report: columns.next::<Json<_>>()?.0,
        seen_at: columns.next()?,
    })
}

pub(super) fn exists(conn: &Connection, app: AppId, device: DeviceId) -> rusqlite::Result<bool> {
    sql::first(conn, "SELECT 1 FROM devices WHERE app = ?1 AND id = ?2", values![app, device], |_| Ok(()))
        .map(|row| row.is_some())
}

pub(super) fn id_by_push_id(
    conn: &Connection,
    app: AppId,
    push_id: PushId,
) -> rusqlite::Result<Option<DeviceId>> {
    sql::first(
        conn,
        "SELECT id FROM devices WHERE app = ?1 AND push_id = ?2",
        values![app, push_id],
        |columns| columns.next(),
    )
}

pub(in crate::embedded) fn find(
    conn: &Connection,
    app: AppId,
    device: DeviceId,
) -> Result<Option<DeviceRecord>, StoreError> {
    let device = sql::first(
        conn,
        "SELECT app, id, push_id, unregistered_at, report, seen_at FROM devices WHERE app = ?1 AND id = ?2",
        values![app, device],
        read,
    )?;
    device.map(|device| record(conn, device)).transpose()
}

pub(in crate::embedded) fn find_by_push_id(
    conn: &Connection,
    app: AppId,
    push_id: PushId,
) -> Result<Option<DeviceRecord>, StoreError> {
    let device = sql::first(
        conn,
        "SELECT app, id, push_id, unregistered_at, report, seen_at FROM devices WHERE app = ?1 AND push_id = ?2",
        values![app, push_id],
        read,
    )?;
    device.map(|device| record(conn, device)).transpose()
}

fn record(conn: &Connection, device: Device) -> Result<DeviceRecord, StoreError> {
    let session = sessions::newest_on(conn, device.app, device.id)?;
    let binding = bindings::of_device(conn, device.app, device.id)?;
    Ok(DeviceRecord { device, session, bindings: vec![binding] })
}
