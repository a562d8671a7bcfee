//! Receipts: which delivery one is about, and what it adds.
//!
//! A receipt names a token, not a target, and deliveries have no index by token: the binding that holds (or held) the
//! token says whose it is, and a target's delivery is found at once. Only where that fails are a message's rows read.
//! A follow-up begins with the vendor's id of the notification it follows: until it has one of its own, that id means
//! the notification. `CROSS JOIN` keeps that order: by itself the planner might begin with every delivery of the App.

use model::{AppId, CertificateId, DeliveryId, DeviceId, MessageId, Purpose, Receipt, ReceiptKind, UserId};
use rusqlite::Connection;

use super::{counts, messages, targets};
use crate::{
    Change, Outcome, StoreError,
    embedded::{
        sql::{self, values},
        tally::is_counted,
        writing::Writing,
        young::Scope,
    },
};

/// Most characters that are kept of a kind's word and the vendor's code.
const NOTE_MAX_CHARS: usize = 128;

pub(in crate::embedded) fn mark(
    writing: &mut Writing<'_>,
    app: AppId,
    certificate: CertificateId,
    receipt: &Receipt,
) -> Result<Outcome, StoreError> {
    let found = match receipt.message {
        Some(message) => by_message(writing, app, certificate, message, &receipt.token)?,
        None => by_vendor_id(writing.conn, app, certificate, receipt)?,
    };
    let Some((id, message)) = found else { return Ok(Outcome::Marked(None)) };
    let mark = match receipt.kind {
        ReceiptKind::Arrived => Some("arrived_at"),
        ReceiptKind::Shown => Some("shown_at"),
        ReceiptKind::Clicked => Some("clicked_at"),
        _ => None,
    };
    match mark {
        Some(column) => mark_first(writing, id, column, receipt)?,
        None => {
            let note = format!("{} {}", receipt.kind.name(), receipt.code);
            let note: String = note.trim_end().chars().take(NOTE_MAX_CHARS).collect();
            sql::execute(
                writing.conn,
                "UPDATE deliveries SET receipt_note = ?2 WHERE id = ?1",
                values![id, note],
            )?;
        }
    }
    writing.tell(Change::Delivery(app, message, id));
    Ok(Outcome::Marked(Some(id)))
}

/// The first moment counts, and counts once.
fn mark_first(
    writing: &mut Writing<'_>,
    id: DeliveryId,
    column: &str,
    receipt: &Receipt,
) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE deliveries SET {column} = ?2 WHERE id = ?1 AND {column} IS NULL
         RETURNING app, message, certificate, decided_at, purpose"
    );
    let marked = sql::first(writing.conn, &sql, values![id, receipt.at], |columns| {
        let place = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
        Ok((place, columns.next::<Purpose>()?))
    })?;
    let Some(((app, message_row, certificate, decided_at), purpose)) = marked else { return Ok(()) };
    if is_counted(purpose) {
        let key = counts::key(writing, app, message_row, certificate, decided_at)?;
        writing.tally.count(key, |counts| match receipt.kind {
            ReceiptKind::Arrived => counts.arrived += 1,
            ReceiptKind::Shown => counts.shown += 1,
            _ => counts.clicked += 1,
        });
    }
    Ok(())
}

type Found = Option<(DeliveryId, MessageId)>;

fn by_message(
    writing: &mut Writing<'_>,
    app: AppId,
    certificate: CertificateId,
    message: MessageId,
    token: &str,
) -> Result<Found, StoreError> {
    let conn = writing.conn;
    let Some(row) = messages::row_of(conn, app, message)? else { return Ok(None) };
    writing.write_young(Scope::MessageRow(row))?;
    let holders: Vec<(Option<UserId>, DeviceId)> = sql::all(
        conn,
        "SELECT owner, device FROM bindings WHERE app = ?1 AND token = ?2",
        values![app, token],
        |columns| Ok((columns.next()?, columns.next()?)),
    )?;
    let mut of_holder = None;
    for (owner, device) in holders {
        let target = targets::number(owner.as_ref(), Some(device), token);
        of_holder = of_holder.or(sql::first(
            conn,
            "SELECT id FROM deliveries WHERE message = ?1 AND purpose = 0 AND target = ?2 AND user IS ?3
                 AND device = ?4 AND token = ?5 AND certificate = ?6",
            values![row, target, owner, device, token, certificate],
            |columns| columns.next(),
        )?);
    }
    let found = match of_holder {
        Some(id) => Some(id),
        None => sql::first(
            conn,
            "SELECT id FROM deliveries WHERE app = ?1 AND message = ?4 AND purpose = 0 AND token = ?2
             AND certificate = ?3",
            values![app, token, certificate, row],
            |columns| columns.next(),
        )?,
    };
    Ok(found.map(|id| (id, message)))
}

fn by_vendor_id(
    conn: &Connection,
    app: AppId,
    certificate: CertificateId,
    receipt: &Receipt,
) -> Result<Found, StoreError> {
    if receipt.vendor_message_id.is_empty() {
        return Ok(None);
    }
    let of_holder = sql::first(
        conn,
        "SELECT d.id, m.id FROM bindings b
         CROSS JOIN deliveries d ON d.app = b.app AND coalesce(d.user, d.device) = coalesce(b.owner, b.device)
         JOIN messages m ON m.row = d.message
         WHERE b.app = ?1 AND b.token = ?2 AND d.token = ?2 AND d.certificate = ?3 AND d.vendor_message_id = ?4
             AND (d.purpose = 0 OR d.purpose = 2 AND d.state <> 0)
         ORDER BY d.id DESC LIMIT 1",
        values![app, receipt.token, certificate, receipt.vendor_message_id],
        |columns| Ok((columns.next()?, columns.next()?)),
    )?;
    if of_holder.is_some() {
        return Ok(of_holder);
    }
    Ok(sql::first(
        conn,
        "SELECT d.id, m.id FROM deliveries d JOIN messages m ON m.row = d.message
         WHERE d.receipt_key = ?5 AND d.user IS NULL AND d.device IS NULL AND d.app = ?1 AND d.certificate = ?3
             AND d.vendor_message_id = ?4 AND d.token = ?2 AND (d.purpose = 0 OR d.purpose = 2 AND d.state <> 0)",
        values![
            app,
            receipt.token,
            certificate,
            receipt.vendor_message_id,
            targets::receipt_key(&receipt.vendor_message_id)
        ],
        |columns| Ok((columns.next()?, columns.next()?)),
    )?)
}
