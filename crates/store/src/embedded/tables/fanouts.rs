//! Fan-out cursors: the messages whose targets are not all decided.

use std::sync::Arc;

use model::{AppId, DeliveryState, MessageId, SessionState, Timestamp, UserId};
use rusqlite::Connection;

use super::{bindings, deliveries, messages, sessions};
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

/// Stores a page's decisions with the moved cursor, or nothing where one of them rests on what is no longer so.
pub(in crate::embedded) fn decide(
    writing: &mut Writing<'_>,
    app: AppId,
    message: MessageId,
    page: &[NewDelivery],
    next: &FanoutNext,
) -> Result<Outcome, StoreError> {
    let Some(row) = messages::row_of(writing.conn, app, message)? else { return Ok(Outcome::Missing) };
    for new in page {
        if new.state == DeliveryState::Queued && is_stale(writing.conn, app, row, new)? {
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

/// Whether the device logged out, fetched or changed its token between the decision's read and now. A cancel finds only
/// rows that are there, so a decision that it overtook must not make one.
fn is_stale(conn: &Connection, app: AppId, message_row: i64, new: &NewDelivery) -> Result<bool, StoreError> {
    let Some(device) = new.device else { return Ok(false) };
    if new.binding_generation != 0
        && bindings::still_bound(conn, app, device, new.certificate, new.binding_generation)?.is_none()
    {
        return Ok(true);
    }
    let Some(user) = &new.user else { return Ok(false) };
    let Some(session) = sessions::of_user_on(conn, app, user, device)? else { return Ok(false) };
    Ok(match session.state {
        SessionState::LoggedOut | SessionState::Kicked => true,
        SessionState::OnlineForeground => {
            session.since > new.decided_at || messages::is_acked(conn, message_row, user, device)?
        }
        SessionState::OnlineBackground | SessionState::Disconnected => false,
    })
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
