//! The outbox: what happened and is still to be told to webhooks.

use model::{AppId, Event, EventKind, Timestamp, WebhookId};
use rusqlite::Connection;

use crate::{
    OutboxEntry, Outcome, StoreError,
    embedded::{
        sql::{self, Json, values},
        writing::Writing,
    },
};

/// One row for each webhook that hears of it.
pub(in crate::embedded) fn announce(
    writing: &mut Writing<'_>,
    app: AppId,
    event: &Event,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    for webhook in hearing(writing.conn, app, event.kind())? {
        sql::execute(
            writing.conn,
            "INSERT INTO outbox (app, webhook, event, at, due_at, attempts) VALUES (?1, ?2, ?3, ?4, ?4, 0)",
            values![app, webhook, Json(event), at],
        )?;
        writing.tell_outbox();
    }
    Ok(Outcome::Done)
}

fn hearing(conn: &Connection, app: AppId, kind: EventKind) -> rusqlite::Result<Vec<WebhookId>> {
    let all: Vec<(WebhookId, Vec<EventKind>)> = sql::all(
        conn,
        "SELECT id, events FROM webhooks WHERE app = ?1 AND NOT disabled ORDER BY id",
        values![app],
        |columns| Ok((columns.next()?, columns.next::<Json<_>>()?.0)),
    )?;
    Ok(all.into_iter().filter(|(_, events)| events.contains(&kind)).map(|(id, _)| id).collect())
}

pub(in crate::embedded) fn told(
    writing: &Writing<'_>,
    row: i64,
    again_at: Option<Timestamp>,
) -> Result<Outcome, StoreError> {
    match again_at {
        None => sql::execute(writing.conn, "DELETE FROM outbox WHERE row = ?1", values![row])?,
        Some(again_at) => sql::execute(
            writing.conn,
            "UPDATE outbox SET due_at = ?2, attempts = attempts + 1 WHERE row = ?1",
            values![row, again_at],
        )?,
    };
    Ok(Outcome::Done)
}

pub(in crate::embedded) fn due(
    conn: &Connection,
    by: Timestamp,
    limit: u32,
) -> Result<Vec<OutboxEntry>, StoreError> {
    Ok(sql::all(
        conn,
        "SELECT row, app, webhook, event, at, attempts FROM outbox WHERE due_at <= ?1
         ORDER BY due_at, row LIMIT ?2",
        values![by, limit],
        |columns| {
            Ok(OutboxEntry {
                row: columns.next()?,
                app: columns.next()?,
                webhook: columns.next()?,
                event: columns.next::<Json<_>>()?.0,
                at: columns.next()?,
                attempts: columns.next()?,
            })
        },
    )?)
}
