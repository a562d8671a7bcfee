//! Fan-out cursors: the messages whose targets are not all decided.

use std::sync::Arc;

use model::{AppId, DeliveryState, MessageId, Seq, Timestamp, UserId};
use rusqlite::Connection;

use super::{dead_letters, deliveries, follow_ups, messages};
use crate::{
    Change, FanoutCursor, FanoutNext, NewDelivery, Outcome, StoreError,
    embedded::{
        sql::{self, values},
        writing::Writing,
    },
};

pub(super) fn start(conn: &Connection, message_row: i64, due_at: Timestamp) -> rusqlite::Result<()> {
    sql::execute(conn, "INSERT INTO fanouts (message, due_at) VALUES (?1, ?2)", values![message_row, due_at])
        .map(|_| ())
}

/// Ends a fan-out before its time; `false` where it was over.
pub(super) fn end(conn: &Connection, message_row: i64) -> rusqlite::Result<bool> {
    sql::execute(conn, "DELETE FROM fanouts WHERE message = ?1", values![message_row]).map(|ended| ended > 0)
}

/// Stores a page's decisions with the moved cursor, or nothing where one of them rests on what is no longer so.
pub(in crate::embedded) fn decide(
    writing: &mut Writing<'_>,
    app: AppId,
    message: MessageId,
    page: &[NewDelivery],
    next: &FanoutNext,
) -> Result<Outcome, StoreError> {
    let Some(ground) = ground(writing.conn, app, message)? else { return Ok(Outcome::Missing) };
    let row = ground.row;
    let follow_ups =
        if ground.is_followed_up { follow_ups::of_message(writing.conn, row)? } else { Vec::new() };
    for new in page.iter().filter(|new| new.state == DeliveryState::Queued) {
        let is_over =
            |one: &follow_ups::Remembered| one.overtook(new.user.as_ref(), new.device, new.decided_at);
        if ground.is_recalled || follow_ups.iter().any(is_over) || is_stale(writing.conn, app, &ground, new)?
        {
            return Ok(Outcome::Stale);
        }
    }
    for new in page {
        deliveries::insert(writing, app, message, row, new)?;
    }
    match next {
        FanoutNext::Done => {
            sql::execute(writing.conn, "DELETE FROM fanouts WHERE message = ?1", values![row])?;
            writing.tell(Change::Settled(app, message));
        }
        FanoutNext::Again { after, due_at } => {
            sql::execute(
                writing.conn,
                "UPDATE fanouts SET after = ?2, due_at = ?3 WHERE message = ?1",
                values![row, after, due_at],
            )?;
        }
    }
    Ok(Outcome::Done)
}

/// Whether what a push to one target was decided on is no longer so; `None` where there is no such message. One that
/// was read is not pushed again.
pub(super) fn is_overtaken(
    conn: &Connection,
    app: AppId,
    message: MessageId,
    new: &NewDelivery,
) -> Result<Option<bool>, StoreError> {
    let Some(ground) = ground(conn, app, message)? else { return Ok(None) };
    let is_read = match &new.user {
        Some(user) => dead_letters::is_read(conn, app, message, user)?,
        None => false,
    };
    Ok(Some(ground.is_recalled || ground.is_followed_up || is_read || is_stale(conn, app, &ground, new)?))
}

/// What every decision about a message rests on.
struct Ground {
    row: i64,
    conversation: Option<i64>,
    seq: Seq,
    is_group: bool,
    is_recalled: bool,
    is_followed_up: bool,
}

fn ground(conn: &Connection, app: AppId, message: MessageId) -> rusqlite::Result<Option<Ground>> {
    sql::first(
        conn,
        "SELECT m.row, m.conversation, m.seq, ifnull(substr(c.name, 1, 2) = 'g:', 0), m.recalled_at IS NOT NULL,
             EXISTS (SELECT 1 FROM follow_ups f WHERE f.message = m.row)
         FROM messages m LEFT JOIN conversations c ON c.row = m.conversation WHERE m.app = ?1 AND m.id = ?2",
        values![app, message],
        |columns| {
            Ok(Ground {
                row: columns.next()?,
                conversation: columns.next()?,
                seq: columns.next()?,
                is_group: columns.next()?,
                is_recalled: columns.next()?,
                is_followed_up: columns.next()?,
            })
        },
    )
}

/// Whether the device logged out, fetched, was switched off or changed its token, or its user left the group, between
/// the decision's read and now. A cancel finds only rows that are there, so a decision that it overtook must not make
/// one.
fn is_stale(conn: &Connection, app: AppId, ground: &Ground, new: &NewDelivery) -> Result<bool, StoreError> {
    let Some(device) = new.device else { return Ok(false) };
    let is_stale = sql::first(
        conn,
        "SELECT
             (?5 <> 0 AND NOT EXISTS (SELECT 1 FROM bindings WHERE app = ?1 AND device = ?3
                 AND certificate = ?4 AND generation = ?5 AND token = ?10 AND lost IS NULL))
             OR EXISTS (SELECT 1 FROM devices WHERE app = ?1 AND id = ?3 AND push_off_at IS NOT NULL)
             OR EXISTS (SELECT 1 FROM sessions s WHERE s.app = ?1 AND s.user = ?2 AND s.device = ?3
                 AND (s.state > 2 OR s.fetched_at > ?6 OR (s.state = 0 AND (s.since > ?6 OR EXISTS (SELECT 1 FROM acks a
                     WHERE a.app = ?1 AND a.user = ?2 AND a.device = ?3 AND a.conversation = ?7 AND a.seq >= ?8)))))
             OR (?9 AND NOT EXISTS (SELECT 1 FROM inbox WHERE app = ?1 AND user = ?2 AND conversation = ?7
                 AND from_seq < ?8))",
        values![
            app,
            new.user,
            device,
            new.certificate,
            new.binding_generation,
            new.decided_at,
            ground.conversation,
            ground.seq,
            ground.is_group,
            new.token,
        ],
        |columns| columns.next(),
    )?;
    Ok(is_stale.unwrap_or(false))
}

pub(in crate::embedded) fn due(
    conn: &Connection,
    by: Timestamp,
    limit: u32,
) -> Result<Vec<FanoutCursor>, StoreError> {
    let due: Vec<(i64, Option<UserId>, Timestamp)> = sql::all(
        conn,
        "SELECT message, after, due_at FROM fanouts WHERE due_at <= ?1 ORDER BY due_at, message LIMIT ?2",
        values![by, limit],
        |columns| Ok((columns.next()?, columns.next()?, columns.next()?)),
    )?;
    due.into_iter()
        .map(|(row, after, due_at)| {
            Ok(FanoutCursor { message: Arc::new(messages::at_row(conn, row)?), after, due_at })
        })
        .collect()
}

pub(in crate::embedded) fn find(
    conn: &Connection,
    app: AppId,
    message: MessageId,
) -> Result<Option<FanoutCursor>, StoreError> {
    let Some(row) = messages::row_of(conn, app, message)? else { return Ok(None) };
    let cursor: Option<(Option<UserId>, Timestamp)> =
        sql::first(conn, "SELECT after, due_at FROM fanouts WHERE message = ?1", values![row], |columns| {
            Ok((columns.next()?, columns.next()?))
        })?;
    cursor
        .map(|(after, due_at)| {
            Ok(FanoutCursor { message: Arc::new(messages::at_row(conn, row)?), after, due_at })
        })
        .transpose()
}
