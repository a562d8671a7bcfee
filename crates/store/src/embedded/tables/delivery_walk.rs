//! A walk through deliveries, newest first, in steps of a bounded number of rows, so that a filter without an index of
//! its own costs what one step costs.

use std::ops::ControlFlow;

use model::{AppId, CertificateId, DeliveryState, REQUEUED, Timestamp};
use rusqlite::Connection;

use super::deliveries;
use crate::{
    DeliveryStep, DeliveryWalk, StoreError, WalkedDelivery,
    embedded::sql::{self, Json, values},
};

/// A message without push settings is a chat's.
const CLASS: &str =
    "(SELECT ifnull(json_extract(m.push, '$.class'), 'chat') FROM messages m WHERE m.row = d.message)";

/// Rows that were put back are passed over where a moment's place is looked for; not more than so many at once.
const PUT_BACK_MAX: u32 = 5000;

/// One step.
pub(in crate::embedded) fn step(
    conn: &Connection,
    app: AppId,
    walk: &DeliveryWalk,
    limit: u32,
) -> Result<DeliveryStep, StoreError> {
    let bottom = walk.from.map_or(Ok(i64::MIN), |from| first_since(conn, from))?;
    let top = walk.to.map_or(Ok(i64::MAX), |to| first_since(conn, to))?;
    let top = top.min(walk.before.unwrap_or(i64::MAX));
    let certificates: Option<Vec<u32>> =
        walk.certificates.as_ref().map(|ids| ids.iter().map(|id: &CertificateId| id.0).collect());
    // Other Apps' rows are looked at and passed over, like all that does not fit.
    let sql = format!(
        "SELECT d.id, d.decided_at, iif(
             d.app = ?1 AND (?4 IS NULL OR d.user = ?4) AND (?5 IS NULL OR d.state = ?5)
                 AND (?6 IS NULL OR d.certificate IN (SELECT value FROM json_each(?6)))
                 AND (?7 IS NULL OR d.reason = ?7),
             ?8 IS NULL OR {CLASS} = ?8, 0)
         FROM deliveries d {}
         WHERE {} AND d.id >= ?2 AND d.id < ?3 ORDER BY d.id DESC LIMIT ?9",
        lead(walk).0,
        lead(walk).1,
    );
    let mut step = DeliveryStep::default();
    let (mut fitting, mut last): (Vec<i64>, Option<i64>) = (Vec::new(), None);
    sql::until(
        conn,
        &sql,
        values![
            app,
            bottom,
            top,
            walk.user,
            walk.state,
            certificates.map(Json),
            walk.reason,
            walk.class,
            walk.look_at,
        ],
        |columns| {
            let id: i64 = columns.next()?;
            step.looked_at += 1;
            step.reached = Some(columns.next()?);
            last = Some(id);
            if columns.next::<bool>()? {
                fitting.push(id);
            }
            Ok(if fitting.len() < limit as usize {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        },
    )?;
    let is_cut = fitting.len() >= limit as usize || step.looked_at >= walk.look_at;
    step.next = last.filter(|_| is_cut);
    step.found = read(conn, &fitting)?;
    Ok(step)
}

/// The index that leads to the rows, and how: a user's, those that ended badly, or none but their order.
const fn lead(walk: &DeliveryWalk) -> (&'static str, &'static str) {
    match (&walk.user, walk.state) {
        (Some(_), _) => ("INDEXED BY deliveries_whose", "d.app = ?1 AND coalesce(d.user, d.device) = ?4"),
        (None, Some(DeliveryState::Rejected | DeliveryState::Dropped)) => {
            ("INDEXED BY deliveries_dead", "d.app = ?1 AND d.state IN (3, 4)")
        }
        _ => ("NOT INDEXED", "1"),
    }
}

fn read(conn: &Connection, ids: &[i64]) -> Result<Vec<WalkedDelivery>, StoreError> {
    let sql = format!(
        "SELECT {CLASS}, {} FROM deliveries d JOIN messages m ON m.row = d.message
         WHERE d.id IN (SELECT value FROM json_each(?1)) ORDER BY d.id DESC",
        deliveries::COLUMNS
    );
    Ok(sql::all(conn, &sql, values![Json(ids)], |columns| {
        Ok(WalkedDelivery { class: columns.next()?, delivery: deliveries::read(columns)? })
    })?)
}

/// The first row that was decided at this moment or later. Rows are numbered as they are decided, so it is found by
/// halving; one that was put back has a later moment than its place, and is passed over.
fn first_since(conn: &Connection, at: Timestamp) -> Result<i64, StoreError> {
    let ends = sql::first(
        conn,
        "SELECT (SELECT min(id) FROM deliveries), (SELECT max(id) FROM deliveries)",
        values![],
        |columns| Ok(columns.next::<Option<i64>>()?.zip(columns.next::<Option<i64>>()?)),
    )?;
    let Some((mut low, last)) = ends.flatten() else { return Ok(0) };
    let mut high = last.saturating_add(1);
    while low < high {
        let middle = low + (high - low) / 2;
        match decided_from(conn, middle, high)? {
            Some((id, decided_at)) if decided_at < at => low = id.saturating_add(1),
            _ => high = middle,
        }
    }
    Ok(low)
}

/// The first row from this one on that was never put back.
fn decided_from(conn: &Connection, id: i64, end: i64) -> rusqlite::Result<Option<(i64, Timestamp)>> {
    sql::first(
        conn,
        "SELECT id, decided_at FROM (
             SELECT id, decided_at, verdict, earlier_attempts FROM deliveries
             WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3)
         WHERE verdict IS NOT ?4 AND (earlier_attempts IS NULL OR instr(earlier_attempts, ?5) = 0)
         ORDER BY id LIMIT 1",
        values![id, end, PUT_BACK_MAX, REQUEUED, format!("\"{REQUEUED}\"")],
        |columns| Ok((columns.next()?, columns.next()?)),
    )
}
