//! The outbox: what happened and is still to be told to webhooks.

use model::{AppId, Event, EventKind, Timestamp, WebhookId};
use rusqlite::Connection;

use crate::{
    OutboxEntry, Outcome, StoreError, UntoldEvents,
    embedded::{
        sql::{self, Columns, Json, values},
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

/// Each webhook hears what happened in its order: an event that is put off holds up those behind it.
pub(in crate::embedded) fn due(
    conn: &Connection,
    by: Timestamp,
    limit: u32,
) -> Result<Vec<OutboxEntry>, StoreError> {
    let mut due = Vec::new();
    for webhook in waited_for(conn)? {
        let oldest = sql::all(
            conn,
            "SELECT due_at, row, app, webhook, event, at, attempts FROM outbox WHERE webhook = ?1
             ORDER BY row LIMIT ?2",
            values![webhook, limit],
            |columns| Ok((columns.next::<Timestamp>()?, read(columns)?)),
        )?;
        due.extend(oldest.into_iter().take_while(|(due_at, _)| *due_at <= by).map(|(_, entry)| entry));
    }
    Ok(due)
}

/// The webhooks that have events, each found behind the one before, however many events there are.
fn waited_for(conn: &Connection) -> rusqlite::Result<Vec<WebhookId>> {
    sql::all(
        conn,
        "WITH RECURSIVE waited (webhook) AS (
             SELECT min(webhook) FROM outbox
             UNION ALL
             SELECT (SELECT min(webhook) FROM outbox WHERE webhook > waited.webhook) FROM waited
             WHERE webhook IS NOT NULL)
         SELECT webhook FROM waited WHERE webhook IS NOT NULL",
        values![],
        |columns| columns.next(),
    )
}

fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<OutboxEntry> {
    Ok(OutboxEntry {
        row: columns.next()?,
        app: columns.next()?,
        webhook: columns.next()?,
        event: columns.next::<Json<_>>()?.0,
        at: columns.next()?,
        attempts: columns.next()?,
    })
}

/// How much one webhook has not been told yet, counted as far as `most`.
pub(in crate::embedded) fn untold(
    conn: &Connection,
    app: AppId,
    webhook: WebhookId,
    most: u32,
) -> Result<UntoldEvents, StoreError> {
    let count = sql::first(
        conn,
        "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE webhook = ?1 AND app = ?2 LIMIT ?3)",
        values![webhook, app, most],
        |columns| columns.next(),
    )?;
    let oldest = sql::first(
        conn,
        "SELECT at, attempts, due_at FROM outbox WHERE webhook = ?1 AND app = ?2 ORDER BY row LIMIT 1",
        values![webhook, app],
        |columns| Ok((columns.next()?, columns.next()?, columns.next()?)),
    )?;
    let mut untold = UntoldEvents { count: count.unwrap_or(0), ..UntoldEvents::default() };
    if let Some((at, attempts, due_at)) = oldest {
        (untold.oldest, untold.attempts, untold.next_at) = (Some(at), attempts, Some(due_at));
    }
    Ok(untold)
}
