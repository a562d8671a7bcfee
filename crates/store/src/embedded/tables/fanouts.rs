//! Fan-out cursors: the messages whose targets are not all decided. They are read when a store opens; from then on
//! [`Cursors`](crate::embedded::cursors) knows them.

use std::{sync::Arc, time::Instant};

use model::{AppId, DeliveryState, Message, MessageId, Timestamp};
use rusqlite::Connection;

use super::{badges, dead_letters, deliveries, follow_ups, messages, targets};
use crate::{
    Change, FanoutCursor, FanoutNext, NewDelivery, Outcome, StoreError,
    embedded::{
        cursors::{Cursor, CursorChange, Cursors, Ground, Opened},
        sql::{self, values},
        writing::Writing,
        young::{Scope, YoungRow},
    },
};

pub(super) fn start(writing: &mut Writing<'_>, ground: Ground, message: &Message) -> rusqlite::Result<()> {
    let (key, due_at) = ((message.app, message.id), message.sent_at);
    sql::execute(
        writing.conn,
        "INSERT INTO fanouts (message, due_at) VALUES (?1, ?2)",
        values![ground.row, due_at],
    )?;
    writing.cursor(ground.row, CursorChange::Opened(Opened { ground, key, due_at }));
    Ok(())
}

/// Takes a cursor from the table; `false` where it was not there.
pub(in crate::embedded) fn delete(conn: &Connection, message_row: i64) -> rusqlite::Result<bool> {
    sql::execute(conn, "DELETE FROM fanouts WHERE message = ?1", values![message_row]).map(|ended| ended > 0)
}

/// Ends a fan-out; `false` where it was over.
pub(super) fn end(writing: &mut Writing<'_>, message_row: i64) -> rusqlite::Result<bool> {
    let was_open = delete(writing.conn, message_row)?;
    writing.cursor(message_row, CursorChange::Closed { row: message_row });
    Ok(was_open)
}

/// Stores a page's decisions with the moved cursor, or nothing where one of them rests on what is no longer so.
pub(in crate::embedded) fn decide(
    writing: &mut Writing<'_>,
    app: AppId,
    message: MessageId,
    page: &[NewDelivery],
    next: &FanoutNext,
) -> Result<Outcome, StoreError> {
    if let Some((ground, shared)) = writing.ground(app, message) {
        let numbers: Vec<i64> = page.iter().map(target_of).collect();
        if writing.are_new(ground.row, &numbers) {
            return decide_anew(writing, (app, ground, shared), page.iter().zip(numbers), next);
        }
    }
    let Some(ground) = read_ground(writing.conn, app, message)? else { return Ok(Outcome::Missing) };
    let row = ground.row;
    if is_any_stale(writing, app, &ground, page.iter())? {
        return Ok(Outcome::Stale);
    }
    // A target keeps its delivery, wherever that is.
    writing.write_young(Scope::MessageRow(row))?;
    for new in page {
        let target = target_of(new);
        if !deliveries::has_one(writing.conn, row, target, new)? {
            insert(writing, app, (message, row), (target, new))?;
        }
    }
    match next {
        FanoutNext::Done => {
            end(writing, row)?;
            writing.tell(Change::Settled(app, message));
        }
        FanoutNext::Again { after, due_at } => {
            sql::execute(
                writing.conn,
                "UPDATE fanouts SET after = ?2, due_at = ?3 WHERE message = ?1",
                values![row, after, due_at],
            )?;
            writing.cursor(row, CursorChange::Moved { row, after: after.clone(), due_at: *due_at });
        }
    }
    Ok(Outcome::Done)
}

/// Whether what a push to one target was decided on is no longer so; `None` where there is no such message. One that
/// was read is not pushed again.
pub(super) fn is_overtaken(
    writing: &Writing<'_>,
    app: AppId,
    message: MessageId,
    new: &NewDelivery,
) -> Result<Option<bool>, StoreError> {
    let Some(ground) = read_ground(writing.conn, app, message)? else { return Ok(None) };
    let is_read = match &new.user {
        Some(user) => dead_letters::is_read(writing.conn, app, message, user)?,
        None => false,
    };
    Ok(Some(ground.is_recalled || ground.is_followed_up || is_read || is_stale(writing, app, &ground, new)?))
}

fn target_of(new: &NewDelivery) -> i64 {
    targets::number(new.user.as_ref(), new.device, &new.token)
}

/// A page of targets that have no deliveries yet. Those whose lane takes them at once wait for their verdict in memory.
/// A cursor that goes back to the start does not have to be moved on disk: from there it begins after a restart.
fn decide_anew<'a>(
    writing: &mut Writing<'_>,
    (app, ground, message): (AppId, Ground, Arc<Message>),
    page: impl Iterator<Item = (&'a NewDelivery, i64)> + Clone,
    next: &FanoutNext,
) -> Result<Outcome, StoreError> {
    let row = ground.row;
    if is_any_stale(writing, app, &ground, page.clone().map(|(new, _)| new))? {
        return Ok(Outcome::Stale);
    }
    let lanes = page.clone().map(|(new, _)| {
        let is_due = new.state == DeliveryState::Queued && new.due_at <= new.decided_at;
        new.certificate.filter(|_| is_due).map(|certificate| (certificate, new.due_at))
    });
    let can_wait = writing.can_wait(lanes);
    writing.tally.keep_class(row, deliveries::class_of(&message));
    let mut waiting = 0;
    for ((new, target), can_wait) in page.clone().zip(can_wait) {
        match new.certificate.filter(|_| can_wait) {
            None => insert(writing, app, (message.id, row), (target, new))?,
            Some(certificate) => {
                waiting += 1;
                let badge = match counted(new) {
                    Some(device) => Some(badges::next(writing, app, device)?),
                    None => None,
                };
                let (id, message_id) = (writing.ids.give(), message.id);
                writing.wait(YoungRow {
                    id,
                    app,
                    certificate,
                    message_row: row,
                    message: Arc::clone(&message),
                    new: new.clone(),
                    target,
                    badge,
                    since: Instant::now(),
                });
                writing.tell(Change::Delivery(app, message_id, id));
            }
        }
    }
    match next {
        FanoutNext::Done => {
            writing.decided(row, Vec::new(), waiting);
            writing.end_fanout(row);
            writing.tell(Change::Settled(app, message.id));
        }
        FanoutNext::Again { after, due_at } => {
            writing.decided(row, page.map(|(_, target)| target).collect(), waiting);
            if after.is_some() {
                writing.write_young(Scope::MessageRow(row))?;
                sql::execute(
                    writing.conn,
                    "UPDATE fanouts SET after = ?2, due_at = ?3 WHERE message = ?1",
                    values![row, after, due_at],
                )?;
            }
            writing.cursor(row, CursorChange::Moved { row, after: after.clone(), due_at: *due_at });
        }
    }
    Ok(Outcome::Done)
}

/// The device on whose badge it counts.
fn counted(new: &NewDelivery) -> Option<model::DeviceId> {
    new.device.filter(|_| new.counts_badge && new.state == DeliveryState::Queued)
}

/// Makes a row. One that is skipped ends where it is made.
fn insert(
    writing: &mut Writing<'_>,
    app: AppId,
    (message, message_row): (MessageId, i64),
    (target, new): (i64, &NewDelivery),
) -> Result<(), StoreError> {
    let badge = match counted(new) {
        Some(device) => {
            let badge = badges::next(writing, app, device)?;
            badges::count_up(writing.conn, app, device)?;
            Some(badge)
        }
        None => None,
    };
    deliveries::insert(writing, app, (message, message_row), (target, new), badge)
}

fn read_ground(conn: &Connection, app: AppId, message: MessageId) -> rusqlite::Result<Option<Ground>> {
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

/// Whether a decision of a page that makes a push rests on what is no longer so.
fn is_any_stale<'a>(
    writing: &Writing<'_>,
    app: AppId,
    ground: &Ground,
    page: impl Iterator<Item = &'a NewDelivery>,
) -> Result<bool, StoreError> {
    let follow_ups =
        if ground.is_followed_up { follow_ups::of_message(writing.conn, ground.row)? } else { Vec::new() };
    for new in page.filter(|new| new.state == DeliveryState::Queued) {
        let is_over =
            |one: &follow_ups::Remembered| one.overtook(new.user.as_ref(), new.device, new.decided_at);
        if ground.is_recalled || follow_ups.iter().any(is_over) || is_stale(writing, app, ground, new)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the device logged out, fetched, was switched off or changed its token, or its user left the group, between
/// the decision's read and now. A cancel finds only rows that are there, so a decision that it overtook must not make
/// one.
fn is_stale(
    writing: &Writing<'_>,
    app: AppId,
    ground: &Ground,
    new: &NewDelivery,
) -> Result<bool, StoreError> {
    let Some(device) = new.device else { return Ok(false) };
    if writing.still_bears(app, new) {
        return if ground.is_group { has_left(writing.conn, app, ground, new) } else { Ok(false) };
    }
    let is_stale = sql::first(
        writing.conn,
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

/// Whether the user is not, or not any more, one of the group that the message is for.
fn has_left(conn: &Connection, app: AppId, ground: &Ground, new: &NewDelivery) -> Result<bool, StoreError> {
    let is_member = sql::first(
        conn,
        "SELECT 1 FROM inbox WHERE app = ?1 AND user = ?2 AND conversation = ?3 AND from_seq < ?4",
        values![app, new.user, ground.conversation, ground.seq],
        |_| Ok(()),
    )?;
    Ok(is_member.is_none())
}

/// Reads every open cursor, when a store opens.
pub(in crate::embedded) fn restore(conn: &Connection, cursors: &mut Cursors) -> Result<(), StoreError> {
    let open = sql::all(
        conn,
        "SELECT f.message, m.app, m.id, f.after, f.due_at FROM fanouts f JOIN messages m ON m.row = f.message",
        values![],
        |columns| {
            let (row, app, id) = (columns.next::<i64>()?, columns.next()?, columns.next()?);
            Ok((row, (app, id), columns.next()?, columns.next::<Timestamp>()?))
        },
    )?;
    for (row, key, after, due_at) in open {
        cursors.restore(row, key, after, due_at);
    }
    Ok(())
}

/// A cursor with its message, which is read where it is not at hand; `None` where it is gone.
pub(in crate::embedded) fn with_message(
    conn: &Connection,
    cursor: Cursor,
) -> Result<Option<FanoutCursor>, StoreError> {
    let Cursor { row, message, after, due_at } = cursor;
    let message = match message {
        Some(message) => Some(message),
        None => messages::read_row(conn, row)?.map(Arc::new),
    };
    Ok(message.map(|message| FanoutCursor { message, after, due_at }))
}
