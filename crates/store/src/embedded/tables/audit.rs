//! The audit log.

use model::AppId;
use rusqlite::Connection;

use crate::{
    AuditDraft, AuditEntry, AuditFilter, AuditObject, Outcome, StoreError,
    embedded::{
        sql::{self, values},
        writing::Writing,
    },
};

/// Records a change; `before` is what the op right before it answered.
pub(in crate::embedded) fn record(
    writing: &Writing<'_>,
    draft: &AuditDraft,
    before: Option<&Outcome>,
) -> Result<Outcome, StoreError> {
    if before.is_some_and(Outcome::is_refusal) {
        return Ok(Outcome::Missing);
    }
    let object = match &draft.object {
        AuditObject::Named(name) => name.clone(),
        AuditObject::Made(word) => match before {
            Some(Outcome::Certificate(id, _)) => format!("{word} {id}"),
            Some(Outcome::Webhook(id)) => format!("{word} {id}"),
            Some(Outcome::Operator(id)) => format!("{word} {id}"),
            _ => (*word).to_owned(),
        },
    };
    sql::execute(
        writing.conn,
        "INSERT INTO audit (app, at, channel, actor, action, object, detail, address)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        values![
            draft.app,
            draft.at,
            draft.channel,
            draft.actor,
            draft.action,
            object,
            draft.detail,
            draft.address,
        ],
    )?;
    Ok(Outcome::Done)
}

pub(in crate::embedded) fn list(
    conn: &Connection,
    app: Option<AppId>,
    filter: &AuditFilter,
    limit: u32,
) -> Result<Vec<AuditEntry>, StoreError> {
    // One thing's entries have an index of their own, which a condition that may be absent would hide.
    let of_object = if filter.object.is_some() { "object = ?9 AND" } else { "?9 IS NULL AND" };
    let select = format!(
        "SELECT id, app, at, channel, actor, action, object, detail, address FROM audit
         WHERE {of_object} app IS ?1
           AND id < coalesce(?2, 9223372036854775807)
           AND (?3 IS NULL OR actor = ?3 COLLATE NOCASE)
           AND (?4 IS NULL OR action = ?4)
           AND (?5 IS NULL OR channel = ?5)
           AND (?6 IS NULL OR at >= ?6)
           AND (?7 IS NULL OR at < ?7)
         ORDER BY id DESC LIMIT ?8"
    );
    Ok(sql::all(
        conn,
        &select,
        values![
            app,
            filter.before,
            filter.actor,
            filter.action,
            filter.channel,
            filter.from,
            filter.until,
            limit,
            filter.object,
        ],
        |columns| {
            Ok(AuditEntry {
                id: columns.next()?,
                app: columns.next()?,
                at: columns.next()?,
                channel: columns.next()?,
                actor: columns.next()?,
                action: columns.next()?,
                object: columns.next()?,
                detail: columns.next()?,
                address: columns.next()?,
            })
        },
    )?)
}
