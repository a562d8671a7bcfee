//! Dead letters: pushes that ended without the vendor taking them, and how they go back into their queue.

use model::{AppId, CertificateId, Class, DeliveryState, MessageId, ReasonCode, Timestamp};
use rusqlite::Connection;

use super::{counts, deliveries, fanouts};
use crate::{
    Change, DeadLetter, DeadLetterFilter, Outcome, QueuedByClass, Requeue, StoreError,
    embedded::{
        hands::{Place, Queued},
        sql::{self, Json, values},
        writing::Writing,
    },
};

/// A message without push settings is a chat's.
const CLASS: &str = "ifnull(json_extract(m.push, '$.class'), 'chat')";

/// Newest first.
pub(in crate::embedded) fn list(
    conn: &Connection,
    app: AppId,
    filter: &DeadLetterFilter,
    limit: u32,
) -> Result<Vec<DeadLetter>, StoreError> {
    let certificates: Option<Vec<u32>> =
        filter.certificates.as_ref().map(|ids| ids.iter().map(|id: &CertificateId| id.0).collect());
    let ids: Option<Vec<i64>> = filter.ids.as_ref().map(|ids| ids.iter().map(|id| id.0).collect());
    let reasons: Vec<u16> = filter.reasons.iter().map(|reason: &ReasonCode| reason.0).collect();
    let sql = format!(
        "SELECT {CLASS}, {} FROM deliveries d INDEXED BY deliveries_dead JOIN messages m ON m.row = d.message
         WHERE d.app = ?1 AND d.state IN (3, 4) AND d.purpose = 0 AND d.raced_reason IS NULL
             AND d.id < ?2 AND d.reason IN (SELECT value FROM json_each(?3))
             AND (?4 IS NULL OR d.certificate IN (SELECT value FROM json_each(?4)))
             AND (?5 IS NULL OR d.code = ?5)
             AND (?6 IS NULL OR {CLASS} = ?6)
             AND d.finished_at >= ?7 AND d.finished_at < ?8
             AND (?9 IS NULL OR d.id IN (SELECT value FROM json_each(?9)))
         ORDER BY d.id DESC LIMIT ?10",
        deliveries::COLUMNS
    );
    Ok(sql::all(
        conn,
        &sql,
        values![
            app,
            filter.before.unwrap_or(i64::MAX),
            Json(reasons),
            certificates.map(Json),
            filter.code,
            filter.class,
            filter.from.unwrap_or(Timestamp(i64::MIN)),
            filter.to.unwrap_or(Timestamp::NEVER),
            ids.map(Json),
            limit,
        ],
        |columns| Ok(DeadLetter { class: columns.next()?, delivery: deliveries::read(columns)? }),
    )?)
}

/// Puts a row that has ended back into its queue, unless what it was decided on has changed since, or a cancel reached
/// it while it was on the wire, or its user has read the message elsewhere.
pub(in crate::embedded) fn requeue(
    writing: &mut Writing<'_>,
    requeue: &Requeue,
) -> Result<Outcome, StoreError> {
    let (app, message, new) = (requeue.app, requeue.message, &requeue.decision);
    let Some(certificate) = new.certificate.filter(|_| new.state == DeliveryState::Queued) else {
        return Err(StoreError::Database("what is put back must name its certificate".to_owned()));
    };
    match fanouts::is_overtaken(writing, app, message, new)? {
        None => return Ok(Outcome::Missing),
        Some(true) => return Ok(Outcome::Stale),
        Some(false) => {}
    }
    let before = counts::Standing::read(writing, requeue.id)?;
    let mark = &requeue.mark;
    let changed = sql::execute(
        writing.conn,
        "UPDATE deliveries SET
             state = 0, reason = ?3, certificate = ?4, token = ?5, binding_generation = ?6, rules_version = ?7,
             facts = ?8, text_variant = ?9, decided_at = ?10, due_at = ?11, expires_at = ?12, finished_at = NULL,
             vendor_message_id = NULL, receipt_key = NULL, receipt_note = NULL,
             earlier_attempts = iif(tried_at IS NULL, earlier_attempts,
                 json_insert(ifnull(earlier_attempts, '[]'), '$[#]',
                     json_object('at', tried_at, 'took_ms', took_ms, 'verdict', verdict,
                         'http_status', http_status, 'code', code, 'text', text))),
             tried_at = ?13, took_ms = 0, verdict = ?14, http_status = 0, code = ?15, text = ''
         WHERE id = ?1 AND app = ?2 AND state IN (3, 4) AND purpose = 0 AND raced_reason IS NULL
             AND message = (SELECT row FROM messages WHERE app = ?2 AND id = ?16)",
        values![
            requeue.id,
            app,
            new.reason,
            certificate,
            new.token,
            new.binding_generation,
            new.rules_version,
            new.facts,
            new.text,
            new.decided_at,
            new.due_at,
            new.expires_at,
            mark.at,
            mark.verdict,
            mark.code,
            message,
        ],
    )?;
    if changed == 0 {
        return Ok(Outcome::Missing);
    }
    let after = counts::Standing::read(writing, requeue.id)?;
    for (standing, by) in [(before, -1), (after, 1)] {
        if let Some(standing) = standing {
            standing.count(writing, by);
        }
    }
    writing.queued(Queued { certificate, place: Place { due_at: new.due_at, id: requeue.id } });
    writing.tell(Change::Delivery(app, message, requeue.id));
    Ok(Outcome::Done)
}

/// What waits in a certificate's queue, by class, of its first so many rows.
pub(in crate::embedded) fn queued_by_class(
    conn: &Connection,
    certificate: CertificateId,
    most: u32,
) -> Result<QueuedByClass, StoreError> {
    let sql = format!(
        "SELECT {CLASS}, sum(queued.rows) FROM (
             SELECT message, count(*) AS rows FROM
                 (SELECT message FROM deliveries WHERE state = 0 AND certificate = ?1 LIMIT ?2)
             GROUP BY message) queued
         JOIN messages m ON m.row = queued.message GROUP BY 1"
    );
    let rows: Vec<(Class, u32)> =
        sql::all(conn, &sql, values![certificate, most], |columns| Ok((columns.next()?, columns.next()?)))?;
    let mut by_class = [0; 4];
    for (class, queued) in rows {
        by_class[class as usize] = queued;
    }
    let all: u32 = by_class.iter().sum();
    Ok(QueuedByClass { by_class, is_more: all >= most })
}

/// Whether the user has read the message on any device.
pub(super) fn is_read(
    conn: &Connection,
    app: AppId,
    message: MessageId,
    user: &model::UserId,
) -> rusqlite::Result<bool> {
    let found = sql::first(
        conn,
        "SELECT 1 FROM messages m JOIN inbox i ON i.app = m.app AND i.user = ?3 AND i.conversation = m.conversation
         WHERE m.app = ?1 AND m.id = ?2 AND i.read_seq >= m.seq",
        values![app, message, user],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}
