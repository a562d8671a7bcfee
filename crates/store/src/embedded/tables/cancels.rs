//! Cancels of queued deliveries.
//!
//! The rows are barred before they are changed: from then on none of them can begin, whether this transaction is
//! committed yet or not. What is on the wire already is marked and ends as the vendor says.

use model::{AppId, CertificateId, DeliveryId, DeviceId, MessageId, ReasonCode, Timestamp, UserId};
use rusqlite::Connection;

use super::messages;
use crate::{
    Change, Outcome, StoreError,
    embedded::{
        hands::{Place, Queued},
        sql::{self, Columns, values},
        writing::Writing,
    },
};

/// Whose deliveries.
#[derive(Debug, Clone, Copy)]
pub(in crate::embedded) enum Which<'a> {
    /// Of this user on this device.
    UserDevice(&'a UserId, DeviceId),
    /// Of this device, whoever's they are.
    Device(DeviceId),
    /// Of one message.
    Message(MessageId),
}

struct Pending {
    queued: Queued,
    message: MessageId,
}

pub(in crate::embedded) fn cancel(
    writing: &mut Writing<'_>,
    app: AppId,
    which: Which<'_>,
    reason: ReasonCode,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let pending = pending(writing.conn, app, which)?;
    let on_wire = writing.bar(pending.iter().map(|row| row.queued));
    let (mut cancelled, mut raced) = (0, 0);
    for (row, on_wire) in pending.into_iter().zip(on_wire) {
        let id = row.queued.place.id;
        let sql = if on_wire {
            raced += 1;
            "UPDATE deliveries SET raced_reason = ?2, raced_at = ?3 WHERE id = ?1"
        } else {
            cancelled += 1;
            "UPDATE deliveries SET state = 1, reason = ?2, finished_at = ?3 WHERE id = ?1"
        };
        sql::execute(writing.conn, sql, values![id, reason, at])?;
        writing.tell(Change::Delivery(app, row.message, id));
    }
    Ok(Outcome::Cancelled { cancelled, raced })
}

fn pending(conn: &Connection, app: AppId, which: Which<'_>) -> Result<Vec<Pending>, StoreError> {
    const SELECT: &str = "SELECT d.certificate, d.due_at, d.id, m.id
        FROM deliveries d JOIN messages m ON m.row = d.message
        WHERE d.state = 0 AND d.raced_reason IS NULL AND d.app = ?1";
    let rows = match which {
        Which::UserDevice(user, device) => sql::all(
            conn,
            &format!("{SELECT} AND d.device = ?2 AND d.user = ?3"),
            values![app, device, user],
            read,
        ),
        Which::Device(device) => {
            sql::all(conn, &format!("{SELECT} AND d.device = ?2"), values![app, device], read)
        }
        Which::Message(message) => match messages::row_of(conn, app, message)? {
            None => return Ok(Vec::new()),
            Some(row) => sql::all(conn, &format!("{SELECT} AND d.message = ?2"), values![app, row], read),
        },
    };
    Ok(rows?)
}

fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Pending> {
    let certificate: CertificateId = columns.next()?;
    let (due_at, id): (Timestamp, DeliveryId) = (columns.next()?, columns.next()?);
    Ok(Pending { queued: Queued { certificate, place: Place { due_at, id } }, message: columns.next()? })
}
