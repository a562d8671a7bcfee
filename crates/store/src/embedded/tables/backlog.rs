//! How much waits: counted over indexes, for whoever looks now and then.

use rusqlite::Connection;

use crate::{
    Backlog, LaneBacklog, StoreError, WaitingRows,
    embedded::sql::{self, values},
};

pub(in crate::embedded) fn count(conn: &Connection) -> Result<Backlog, StoreError> {
    let lanes = sql::all(
        conn,
        "SELECT certificate, count(*), min(due_at) FROM deliveries
         WHERE state = 0 AND certificate IS NOT NULL GROUP BY certificate",
        values![],
        |columns| {
            Ok(LaneBacklog {
                certificate: columns.next()?,
                queued: columns.next::<i64>()?.unsigned_abs(),
                oldest_due: columns.next()?,
            })
        },
    )?;
    let waiting = |sql| {
        let read = sql::first(conn, sql, values![], |columns| {
            Ok(WaitingRows { rows: columns.next::<i64>()?.unsigned_abs(), oldest: columns.next()? })
        })?;
        Ok::<_, StoreError>(read.unwrap_or_default())
    };
    Ok(Backlog {
        lanes,
        fanouts: waiting("SELECT count(*), min(due_at) FROM fanouts")?,
        outbox: waiting("SELECT count(*), min(at) FROM outbox")?,
    })
}
