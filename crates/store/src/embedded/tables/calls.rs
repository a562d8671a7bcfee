//! Calls, each with a version that counts its changes.

use model::{AppId, Call, CallId, Timestamp};
use rusqlite::Connection;

use crate::{
    CallRecord, Change, Outcome, StoreError,
    embedded::{
        sql::{self, Columns, Json, values},
        writing::Writing,
    },
};

/// Stores it where it still has the expected version; 0: where it is new.
pub(in crate::embedded) fn put(
    writing: &mut Writing<'_>,
    app: AppId,
    call: &Call,
    expected: u32,
) -> Result<Outcome, StoreError> {
    let sql = if expected == 0 {
        "INSERT INTO calls (app, id, version, rings_until, call, begun_at) VALUES (?1, ?2, ?3 + 1, ?4, ?5, ?6)
         ON CONFLICT DO NOTHING"
    } else {
        "UPDATE calls SET version = ?3 + 1, rings_until = ?4, call = ?5, begun_at = ?6
         WHERE app = ?1 AND id = ?2 AND version = ?3"
    };
    let params = values![app, call.id, expected, rings_until(call), Json(call), call.created_at];
    let stored = sql::execute(writing.conn, sql, params)?;
    if stored == 0 {
        return Ok(Outcome::Stale);
    }
    writing.tell(Change::Call(app, call.id));
    Ok(Outcome::Done)
}

/// `None` where nobody's phone rings: time has nothing to end.
fn rings_until(call: &Call) -> Option<Timestamp> {
    let rings = call.ended_at.is_none() && call.invitees.iter().any(|invitee| invitee.state.is_ringing());
    rings.then_some(call.rings_until)
}

fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<CallRecord> {
    Ok(CallRecord { app: columns.next()?, version: columns.next()?, call: columns.next::<Json<_>>()?.0 })
}

pub(in crate::embedded) fn find(
    conn: &Connection,
    app: AppId,
    call: CallId,
) -> Result<Option<CallRecord>, StoreError> {
    Ok(sql::first(
        conn,
        "SELECT app, version, call FROM calls WHERE app = ?1 AND id = ?2",
        values![app, call],
        read,
    )?)
}

pub(in crate::embedded) fn due(
    conn: &Connection,
    by: Timestamp,
    limit: u32,
) -> Result<Vec<CallRecord>, StoreError> {
    Ok(sql::all(
        conn,
        "SELECT app, version, call FROM calls WHERE rings_until <= ?1 ORDER BY rings_until LIMIT ?2",
        values![by, limit],
        read,
    )?)
}
