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
) -> Result<Renewed, StoreError> {
    const SQL: &str = "INSERT INTO devices (app, id, push_id, report, seen_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (app, id) DO UPDATE SET report = excluded.report, seen_at = excluded.seen_at
         RETURNING iif(unregistered_at IS NULL, push_id, NULL), push_off_at IS NULL";
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
         RETURNING push_id, push_off_at IS NULL";
    let renewed = store(writing, SQL, app, device, push_id, report, at)?;
    Ok(renewed.push_id.unwrap_or(push_id))
}

/// A device after its report was stored.
pub(super) struct Renewed {
    /// `None`: it was unregistered.
    pub(super) push_id: Option<PushId>,
    pub(super) push_on: bool,
}

fn store(
    writing: &mut Writing<'_>,
    sql: &str,
    app: AppId,
    device: DeviceId,
    push_id: PushId,
    report: &DeviceReport,
    at: Timestamp,
) -> Result<Renewed, StoreError> {
    let params = values![app, device, push_id, Json(report), at];
    let renewed = sql::first(writing.conn, sql, params, |columns| {
        Ok(Renewed { push_id: columns.next()?, push_on: columns.next()? })
    })?;
    writing.tell_device(app, device);
    renewed.ok_or_else(|| StoreError::Database("a device was stored and is not there".to_owned()))
}

/// What a device tells of itself between logins.
pub(in crate::embedded) fn put_report(
    writing: &mut Writing<'_>,
    app: AppId,
    device: DeviceId,
    report: &DeviceReport,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let changed = sql::execute(
        writing.conn,
        "UPDATE devices SET report = ?3, seen_at = max(seen_at, ?4) WHERE app = ?1 AND id = ?2",
        values![app, device, Json(report), at],
    )?;
    if changed == 0 {
        return Ok(Outcome::Missing);
    }
    writing.tell_device(app, device);
    Ok(Outcome::Done)
}

/// The device was heard of.
pub(super) fn seen(conn: &Connection, app: AppId, device: DeviceId, at: Timestamp) -> rusqlite::Result<()> {
    sql::execute(
        conn,
        "UPDATE devices SET seen_at = max(seen_at, ?3) WHERE app = ?1 AND id = ?2",
        values![app, device, at],
    )
    .map(|_| ())
}

pub(in crate::embedded) fn switch_push(
    writing: &mut Writing<'_>,
    app: AppId,
    device: DeviceId,
    on: bool,
    reason: ReasonCode,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let changed = sql::execute(
        writing.conn,
        "UPDATE devices SET push_off_at = iif(?3, NULL, ifnull(push_off_at, ?4)) WHERE app = ?1 AND id = ?2",
        values![app, device, on, at],
    )?;
    if changed == 0 {
        return Ok(Outcome::Missing);
    }
    writing.tell_device(app, device);
    if on {
        return Ok(Outcome::Cancelled { cancelled: 0, raced: 0 });
    }
    cancels::cancel(writing, app, cancels::Which::Device(device), reason, at)
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

/// The columns that [`read`] reads, of `devices d`.
pub(super) const COLUMNS: &str = "d.app, d.id, d.push_id, d.unregistered_at, d.push_off_at,
    (SELECT count FROM badges WHERE badges.app = d.app AND badges.device = d.id), d.report, d.seen_at";
/// As [`COLUMNS`], without the badge: each push that counts changes it.
pub(super) const COLUMNS_BUT_BADGE: &str =
    "d.app, d.id, d.push_id, d.unregistered_at, d.push_off_at, NULL, d.report, d.seen_at";

/// Reads [`COLUMNS`]; `None` where a join found no row.
pub(super) fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Option<Device>> {
    let Some(app) = columns.next()? else {
        columns.skip(7);
        return Ok(None);
    };
    Ok(Some(Device {
        app,
        id: columns.next()?,
        push_id: columns.next()?,
        unregistered_at: columns.next()?,
        push_off_at: columns.next()?,
        badge: columns.next::<Option<_>>()?.unwrap_or(0),
        report: columns.next::<Json<_>>()?.0,
        seen_at: columns.next()?,
    }))
}

/// Whether the Push ID stands; `None` where the App has no such device.
pub(super) fn is_registered(
    conn: &Connection,
    app: AppId,
    device: DeviceId,
) -> rusqlite::Result<Option<bool>> {
    sql::first(
        conn,
        "SELECT unregistered_at IS NULL FROM devices WHERE app = ?1 AND id = ?2",
        values![app, device],
        |columns| columns.next(),
    )
}

/// A device whose Push ID was unregistered gets a new one (row B12).
pub(super) fn register_again(
    conn: &Connection,
    app: AppId,
    device: DeviceId,
    push_id: PushId,
) -> rusqlite::Result<()> {
    sql::execute(
        conn,
        "UPDATE devices SET push_id = ?3, unregistered_at = NULL WHERE app = ?1 AND id = ?2",
        values![app, device, push_id],
    )
    .map(|_| ())
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
    let sql = format!("SELECT {COLUMNS} FROM devices d WHERE d.app = ?1 AND d.id = ?2");
    let device = sql::first(conn, &sql, values![app, device], read)?.flatten();
    device.map(|device| record(conn, device)).transpose()
}

pub(in crate::embedded) fn find_by_push_id(
    conn: &Connection,
    app: AppId,
    push_id: PushId,
) -> Result<Option<DeviceRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM devices d WHERE d.app = ?1 AND d.push_id = ?2");
    let device = sql::first(conn, &sql, values![app, push_id], read)?.flatten();
    device.map(|device| record(conn, device)).transpose()
}

fn record(conn: &Connection, device: Device) -> Result<DeviceRecord, StoreError> {
    let session = sessions::newest_on(conn, device.app, device.id)?;
    let binding = bindings::of_device(conn, device.app, device.id)?;
    Ok(DeviceRecord { device, session, bindings: vec![binding] })
}
