//! Webhooks. What they sign with is sealed.

use model::{AppId, Secret, Webhook, WebhookId};
use rusqlite::Connection;

use super::certificates;
use crate::{
    Change, Outcome, StoreError,
    embedded::{
        sql::{self, Columns, Json, values},
        writing::Writing,
    },
    sealing::{Place, SealKey},
};

const fn secret_of(id: WebhookId) -> Place {
    Place { column: "webhooks.secret", row: id.0 as i64 }
}

pub(in crate::embedded) fn put(writing: &mut Writing<'_>, webhook: &Webhook) -> Result<Outcome, StoreError> {
    let id = match webhook.id {
        WebhookId(0) => make(writing.conn, webhook)?,
        id => id,
    };
    // The id is part of what is sealed, so a new row comes first and its secret second.
    let changed = sql::execute(
        writing.conn,
        "UPDATE webhooks SET url = ?3, secret = ?4, events = ?5, disabled = ?6 WHERE id = ?1 AND app = ?2",
        values![
            id,
            webhook.app,
            webhook.url,
            writing.seal.seal(secret_of(id), webhook.secret.expose().as_bytes())?,
            Json(&webhook.events),
            webhook.disabled,
        ],
    )?;
    if changed == 0 {
        return Ok(Outcome::Missing);
    }
    writing.tell(Change::Catalogue(webhook.app));
    Ok(Outcome::Webhook(id))
}

fn make(conn: &Connection, webhook: &Webhook) -> Result<WebhookId, StoreError> {
    sql::execute(
        conn,
        "INSERT INTO webhooks (app, url, secret, events, disabled, created_at) VALUES (?1, '', x'', '', 0, ?2)",
        values![webhook.app, webhook.created_at],
    )?;
    u32::try_from(conn.last_insert_rowid())
        .map(WebhookId)
        .map_err(|_| StoreError::Database("webhook ids are used up".to_owned()))
}

pub(in crate::embedded) fn delete(
    writing: &mut Writing<'_>,
    app: AppId,
    id: WebhookId,
) -> Result<Outcome, StoreError> {
    let deleted =
        sql::execute(writing.conn, "DELETE FROM webhooks WHERE id = ?1 AND app = ?2", values![id, app])?;
    if deleted == 0 {
        return Ok(Outcome::Missing);
    }
    sql::execute(writing.conn, "DELETE FROM outbox WHERE webhook = ?1", values![id])?;
    writing.tell(Change::Catalogue(app));
    Ok(Outcome::Done)
}

fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<(Webhook, Vec<u8>)> {
    let webhook = Webhook {
        id: columns.next()?,
        app: columns.next()?,
        url: columns.next()?,
        secret: Secret::new(String::new()),
        events: columns.next::<Json<_>>()?.0,
        disabled: columns.next()?,
        created_at: columns.next()?,
    };
    Ok((webhook, columns.next()?))
}

pub(in crate::embedded) fn list(
    conn: &Connection,
    seal: &SealKey,
    app: AppId,
) -> Result<Vec<Webhook>, StoreError> {
    let rows = sql::all(
        conn,
        "SELECT id, app, url, events, disabled, created_at, secret FROM webhooks WHERE app = ?1 ORDER BY id",
        values![app],
        read,
    )?;
    rows.into_iter()
        .map(|(webhook, sealed)| {
            let place = secret_of(webhook.id);
            let secret = certificates::text(place, &seal.open(place, &sealed)?)?;
            Ok(Webhook { secret, ..webhook })
        })
        .collect()
}
