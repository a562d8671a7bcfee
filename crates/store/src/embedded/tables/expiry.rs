//! Retention: what is over goes, in steps of a bounded number of rows.
//!
//! Messages are looked at in the order of their ids, which is the order they came in. A look in which nothing is over
//! ends the walk, so that a pass costs what it takes away and one look more; a single message of a clock that was ahead
//! holds up nothing behind it.

use model::{AppId, CallId, DeliveryState, DeviceId, MessageId, Timestamp, WebhookId};
use rusqlite::Connection;

use crate::{
    Expiry, ExpiryStep, Outcome, StoreError,
    embedded::{
        sql::{self, values},
        writing::Writing,
        young::Scope,
    },
};

/// Most devices of one step: each is looked at in several tables.
const DEVICES_LOOKED_AT: u32 = 64;

pub(in crate::embedded) fn step(writing: &mut Writing<'_>, expiry: &Expiry) -> Result<Outcome, StoreError> {
    if matches!(expiry.step, ExpiryStep::Devices { .. }) {
        writing.write_young(Scope::All)?;
    }
    let conn = writing.conn;
    let (rows, next) = match &expiry.step {
        ExpiryStep::Messages { after } => messages(conn, expiry, *after)?,
        ExpiryStep::Calls => calls(conn, expiry)?,
        ExpiryStep::Events => events(conn, expiry)?,
        ExpiryStep::Devices { after } => devices(writing, expiry, *after)?,
        ExpiryStep::Deletions => deletions(conn, expiry)?,
    };
    Ok(Outcome::Expired { rows, next })
}

type Stepped = rusqlite::Result<(u32, Option<ExpiryStep>)>;

/// The step again where it took all it may, else the next one.
fn again_or(expiry: &Expiry, rows: u32, next: Option<ExpiryStep>) -> (u32, Option<ExpiryStep>) {
    (rows, if rows >= expiry.limit { Some(expiry.step.clone()) } else { next })
}

fn messages(conn: &Connection, expiry: &Expiry, mut after: Option<MessageId>) -> Stepped {
    let looked: Vec<(i64, MessageId, Timestamp)> = sql::all(
        conn,
        "SELECT row, id, sent_at FROM messages WHERE app = ?1 AND id > ifnull(?2, x'') ORDER BY id LIMIT ?3",
        values![expiry.app, after, expiry.limit],
        |columns| Ok((columns.next()?, columns.next()?, columns.next()?)),
    )?;
    let is_last = count(looked.len()) < expiry.limit;
    let (mut rows, mut any_over) = (0, false);
    for (row, id, sent_at) in looked {
        if sent_at < expiry.before {
            any_over = true;
            if !is_walked(conn, row)? {
                let taken = take_away(conn, expiry.app, row, expiry.limit - rows)?;
                rows += taken.rows;
                if taken.is_cut_short {
                    return Ok((rows, Some(ExpiryStep::Messages { after })));
                }
            }
        }
        after = Some(id);
        if rows >= expiry.limit {
            return Ok((rows, Some(ExpiryStep::Messages { after })));
        }
    }
    let goes_on = any_over && !is_last;
    Ok((rows, Some(if goes_on { ExpiryStep::Messages { after } } else { ExpiryStep::Calls })))
}

/// Whether some of its targets are not decided.
fn is_walked(conn: &Connection, message_row: i64) -> rusqlite::Result<bool> {
    sql::first(conn, "SELECT 1 FROM fanouts WHERE message = ?1", values![message_row], |_| Ok(()))
        .map(|row| row.is_some())
}

/// What became of a message that is to go.
pub(super) struct Taken {
    /// Rows that went.
    pub(super) rows: u32,
    /// The limit was reached before everything was looked at.
    pub(super) is_cut_short: bool,
}

/// Takes a message away with its deliveries that have ended; it stays while one of them has not.
pub(super) fn take_away(
    conn: &Connection,
    app: AppId,
    message_row: i64,
    limit: u32,
) -> rusqlite::Result<Taken> {
    let went = sql::execute(
        conn,
        "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries
             WHERE app = ?1 AND message = ?2 AND purpose IN (0, 1, 2) AND state <> ?3 LIMIT ?4)",
        values![app, message_row, DeliveryState::Queued, limit],
    )?;
    let rows = count(went);
    if rows >= limit {
        return Ok(Taken { rows, is_cut_short: true });
    }
    let has_more = sql::first(
        conn,
        "SELECT 1 FROM deliveries WHERE app = ?1 AND message = ?2 AND purpose IN (0, 1, 2) LIMIT 1",
        values![app, message_row],
        |_| Ok(()),
    )?;
    if has_more.is_some() {
        return Ok(Taken { rows, is_cut_short: false });
    }
    sql::execute(conn, "DELETE FROM follow_ups WHERE message = ?1", values![message_row])?;
    sql::execute(conn, "DELETE FROM messages WHERE row = ?1", values![message_row])?;
    Ok(Taken { rows: rows + 1, is_cut_short: false })
}

/// A call that nobody left and whose phones all vanished goes like one that ended.
fn calls(conn: &Connection, expiry: &Expiry) -> Stepped {
    let over: Vec<CallId> = sql::all(
        conn,
        "SELECT id FROM calls WHERE app = ?1 AND begun_at < ?2 AND rings_until IS NULL LIMIT ?3",
        values![expiry.app, expiry.before, expiry.limit],
        |columns| columns.next(),
    )?;
    for id in &over {
        sql::execute(conn, "DELETE FROM calls WHERE app = ?1 AND id = ?2", values![expiry.app, id])?;
    }
    Ok(again_or(expiry, count(over.len()), Some(ExpiryStep::Events)))
}

/// The oldest of each webhook's; what is told goes by itself.
fn events(conn: &Connection, expiry: &Expiry) -> Stepped {
    let webhooks: Vec<WebhookId> = sql::all(
        conn,
        "SELECT id FROM webhooks WHERE app = ?1 ORDER BY id",
        values![expiry.app],
        |columns| columns.next(),
    )?;
    let mut rows = 0;
    for webhook in webhooks {
        let oldest: Vec<(i64, Timestamp)> = sql::all(
            conn,
            "SELECT row, at FROM outbox WHERE webhook = ?1 ORDER BY row LIMIT ?2",
            values![webhook, expiry.limit - rows],
            |columns| Ok((columns.next()?, columns.next()?)),
        )?;
        for (row, _) in oldest.into_iter().take_while(|(_, at)| *at < expiry.before) {
            sql::execute(conn, "DELETE FROM outbox WHERE row = ?1", values![row])?;
            rows += 1;
        }
        if rows >= expiry.limit {
            break;
        }
    }
    Ok(again_or(expiry, rows, Some(ExpiryStep::Devices { after: None })))
}

fn devices(writing: &mut Writing<'_>, expiry: &Expiry, mut after: Option<DeviceId>) -> Stepped {
    let limit = expiry.limit.min(DEVICES_LOOKED_AT);
    let looked: Vec<(DeviceId, Timestamp, Option<Timestamp>)> = sql::all(
        writing.conn,
        "SELECT id, seen_at, unregistered_at FROM devices WHERE app = ?1 AND id > ifnull(?2, x'')
         ORDER BY id LIMIT ?3",
        values![expiry.app, after, limit],
        |columns| Ok((columns.next()?, columns.next()?, columns.next()?)),
    )?;
    let is_last = count(looked.len()) < limit;
    let mut rows = 0;
    for (device, seen_at, unregistered_at) in looked {
        if rows >= expiry.limit {
            return Ok((rows, Some(ExpiryStep::Devices { after })));
        }
        if seen_at < expiry.before && !has_queued(writing.conn, expiry.app, device)? {
            let is_over = unregistered_at.is_some_and(|at| at < expiry.before);
            rows += if is_over && !is_logged_in(writing.conn, expiry.app, device)? {
                forget_device(writing, expiry.app, device)?
            } else {
                forget_lost(writing, expiry.app, device)?
            };
        }
        after = Some(device);
    }
    Ok((rows, Some(if is_last { ExpiryStep::Deletions } else { ExpiryStep::Devices { after } })))
}

fn has_queued(conn: &Connection, app: AppId, device: DeviceId) -> rusqlite::Result<bool> {
    sql::first(
        conn,
        "SELECT 1 FROM deliveries WHERE app = ?1 AND device = ?2 AND state = 0 LIMIT 1",
        values![app, device],
        |_| Ok(()),
    )
    .map(|row| row.is_some())
}

fn is_logged_in(conn: &Connection, app: AppId, device: DeviceId) -> rusqlite::Result<bool> {
    sql::first(
        conn,
        "SELECT 1 FROM sessions WHERE app = ?1 AND device = ?2 AND state < 3 LIMIT 1",
        values![app, device],
        |_| Ok(()),
    )
    .map(|row| row.is_some())
}

/// Why a device that nobody has heard of for so long has no token, nobody asks any more.
fn forget_lost(writing: &mut Writing<'_>, app: AppId, device: DeviceId) -> rusqlite::Result<u32> {
    let went = sql::execute(
        writing.conn,
        "DELETE FROM bindings WHERE app = ?1 AND device = ?2 AND lost IS NOT NULL",
        values![app, device],
    )?;
    if went > 0 {
        writing.tell_device(app, device);
    }
    Ok(count(went))
}

fn forget_device(writing: &mut Writing<'_>, app: AppId, device: DeviceId) -> rusqlite::Result<u32> {
    let everything = [
        "DELETE FROM acks WHERE app = ?1 AND device = ?2
             AND user IN (SELECT user FROM sessions WHERE app = ?1 AND device = ?2)",
        "DELETE FROM sessions WHERE app = ?1 AND device = ?2",
        "DELETE FROM bindings WHERE app = ?1 AND device = ?2",
        "DELETE FROM badges WHERE app = ?1 AND device = ?2",
        "DELETE FROM devices WHERE app = ?1 AND id = ?2",
    ];
    let mut rows = 0;
    for sql in everything {
        rows += count(sql::execute(writing.conn, sql, values![app, device])?);
    }
    writing.tell_device(app, device);
    Ok(rows)
}

fn deletions(conn: &Connection, expiry: &Expiry) -> Stepped {
    let went = sql::execute(
        conn,
        "DELETE FROM deleted_users WHERE app = ?1 AND user IN (SELECT user FROM deleted_users
             WHERE app = ?1 AND erased_at IS NOT NULL AND at < ?2 AND at < ?3 LIMIT ?4)",
        values![expiry.app, expiry.before, expiry.tokens_before, expiry.limit],
    )?;
    Ok(again_or(expiry, count(went), None))
}

pub(super) fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
