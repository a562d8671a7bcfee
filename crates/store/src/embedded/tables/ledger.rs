//! The ledger of daily amounts, and the brakes on mass removal.

use model::{CertificateId, DayNumber, Timestamp};
use rusqlite::Connection;

use crate::{
    BrakeRecord, DayCount, DayDevice, DayLedger, LedgerOp, Outcome, StoreError,
    embedded::{
        sql::{self, values},
        writing::Writing,
    },
};

/// Rows of old days that are deleted at once, so that no commit waits long behind it.
const FORGOTTEN_AT_ONCE: u32 = 2000;

pub(in crate::embedded) fn apply(writing: &mut Writing<'_>, op: &LedgerOp) -> Result<Outcome, StoreError> {
    match op {
        LedgerOp::Count { certificate, day, kind, class, taken } => {
            sql::execute(
                writing.conn,
                "INSERT INTO day_counts (certificate, day, kind, class, taken) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET taken = taken + ?5",
                values![certificate, day, kind, class, taken],
            )?;
        }
        LedgerOp::CountDevice { certificate, day, kind, device, taken } => {
            sql::execute(
                writing.conn,
                "INSERT INTO day_devices (certificate, day, kind, device, taken) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET taken = taken + ?5",
                values![certificate, day, kind, device, taken],
            )?;
        }
        LedgerOp::UsedUp { certificate, day, kind, device: None, at } => {
            sql::execute(
                writing.conn,
                "INSERT INTO day_used_up (certificate, day, kind, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                values![certificate, day, kind, at],
            )?;
        }
        LedgerOp::UsedUp { certificate, day, kind, device: Some(device), at } => {
            sql::execute(
                writing.conn,
                "INSERT INTO day_devices (certificate, day, kind, device, taken, used_up_at)
                 VALUES (?1, ?2, ?3, ?4, 0, ?5) ON CONFLICT DO UPDATE SET used_up_at = ifnull(used_up_at, ?5)",
                values![certificate, day, kind, device, at],
            )?;
        }
        LedgerOp::Forget { certificate, before } => {
            return Ok(Outcome::Forgotten(forget(writing.conn, *certificate, *before)?));
        }
        LedgerOp::SetBrake { certificate, brake } => {
            sql::execute(
                writing.conn,
                "INSERT OR REPLACE INTO brakes (certificate, engaged_at, dead, seen, trusted_until)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                values![certificate, brake.engaged_at, brake.dead, brake.seen, brake.trusted_until],
            )?;
        }
    }
    Ok(Outcome::Done)
}

fn forget(conn: &Connection, certificate: CertificateId, before: DayNumber) -> rusqlite::Result<u32> {
    let mut forgotten = sql::execute(
        conn,
        "DELETE FROM day_devices WHERE (certificate, day, kind, device) IN
             (SELECT certificate, day, kind, device FROM day_devices WHERE certificate = ?1 AND day < ?2 LIMIT ?3)",
        values![certificate, before, FORGOTTEN_AT_ONCE],
    )?;
    for sql in [
        "DELETE FROM day_counts WHERE certificate = ?1 AND day < ?2",
        "DELETE FROM day_used_up WHERE certificate = ?1 AND day < ?2",
    ] {
        forgotten += sql::execute(conn, sql, values![certificate, before])?;
    }
    Ok(u32::try_from(forgotten).unwrap_or(u32::MAX))
}

/// A day as it was counted, with the phones that had anything, at most so many.
pub(in crate::embedded) fn read(
    conn: &Connection,
    certificate: CertificateId,
    day: DayNumber,
    devices: u32,
) -> Result<DayLedger, StoreError> {
    let counts = sql::all(
        conn,
        "SELECT kind, class, taken FROM day_counts WHERE certificate = ?1 AND day = ?2 ORDER BY kind, class",
        values![certificate, day],
        |columns| Ok(DayCount { kind: columns.next()?, class: columns.next()?, taken: columns.next()? }),
    )?;
    let used_up: Vec<(String, Timestamp)> = sql::all(
        conn,
        "SELECT kind, at FROM day_used_up WHERE certificate = ?1 AND day = ?2 ORDER BY kind",
        values![certificate, day],
        |columns| Ok((columns.next()?, columns.next()?)),
    )?;
    let devices = sql::all(
        conn,
        "SELECT kind, device, taken, used_up_at FROM day_devices WHERE certificate = ?1 AND day = ?2
         ORDER BY kind, device LIMIT ?3",
        values![certificate, day, devices],
        |columns| {
            Ok(DayDevice {
                kind: columns.next()?,
                device: columns.next()?,
                taken: columns.next()?,
                used_up_at: columns.next()?,
            })
        },
    )?;
    Ok(DayLedger { counts, used_up, devices })
}

pub(in crate::embedded) fn brake(
    conn: &Connection,
    certificate: CertificateId,
) -> Result<BrakeRecord, StoreError> {
    let found = sql::first(
        conn,
        "SELECT engaged_at, dead, seen, trusted_until FROM brakes WHERE certificate = ?1",
        values![certificate],
        |columns| {
            Ok(BrakeRecord {
                engaged_at: columns.next()?,
                dead: columns.next()?,
                seen: columns.next()?,
                trusted_until: columns.next()?,
            })
        },
    )?;
    Ok(found.unwrap_or_default())
}
