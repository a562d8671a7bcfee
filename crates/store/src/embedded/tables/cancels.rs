//! Cancels of queued deliveries.
//!
//! The rows are barred before they are changed: from then on none of them can begin, whether this transaction is
//! committed yet or not. What is on the wire already is marked and ends as the vendor says.

use model::{
    AppId, CertificateId, DeliveryId, DeliveryState, DeviceId, MessageId, Purpose, ReasonCode, Seq,
    Timestamp, UserId,
};
use rusqlite::Connection;

use super::{counts, messages};
use crate::{
    Change, Outcome, StoreError,
    embedded::{
        hands::{Place, Queued},
        sql::{self, Columns, values},
        tally::is_counted,
        writing::Writing,
        young::Scope,
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
    /// Of a user's messages of one conversation, up to a place, on all devices. A withdrawal stays: what it takes away
    /// is on the phone already.
    UserConversation { user: &'a UserId, conversation: i64, upto: Seq },
    /// Of the members of a group, in its conversation; withdrawals stay.
    Group(i64),
    /// Of one message, by its row, those that a follow-up of this purpose takes the place of.
    FollowedUp { message: i64, user: Option<&'a UserId>, except: Option<DeviceId>, purpose: Purpose },
}

impl Which<'_> {
    /// The rows among which those are that wait in memory.
    const fn scope(&self, app: AppId) -> Scope<'_> {
        match *self {
            Self::UserDevice(_, device) | Self::Device(device) => Scope::Device(app, device),
            Self::Message(message) => Scope::Message(app, message),
            Self::UserConversation { user, .. } => Scope::User(app, user),
            Self::Group(_) => Scope::All,
            Self::FollowedUp { message, .. } => Scope::MessageRow(message),
        }
    }
}

struct Pending {
    queued: Queued,
    message: MessageId,
    message_row: i64,
    purpose: Purpose,
    decided_at: Timestamp,
}

pub(in crate::embedded) fn cancel(
    writing: &mut Writing<'_>,
    app: AppId,
    which: Which<'_>,
    reason: ReasonCode,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    writing.write_young(which.scope(app))?;
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
        if !on_wire && is_counted(row.purpose) {
            let certificate = Some(row.queued.certificate);
            let key = counts::key(writing, app, row.message_row, certificate, row.decided_at)?;
            writing.tally.end(key, DeliveryState::Skipped, reason, 1);
        }
        writing.tell(Change::Delivery(app, row.message, id));
    }
    Ok(Outcome::Cancelled { cancelled, raced })
}

const SELECT: &str = "SELECT d.certificate, d.due_at, d.id, m.id, m.row, d.purpose, d.decided_at
    FROM deliveries d JOIN messages m ON m.row = d.message
    WHERE d.state = 0 AND d.raced_reason IS NULL AND d.app = ?1";

/// Pending rows of a conversation, found from their devices on.
const OF_CONVERSATION: &str = "SELECT d.certificate, d.due_at, d.id, m.id, m.row, d.purpose, d.decided_at
    FROM own CROSS JOIN deliveries d ON d.app = ?1 AND d.device = own.device AND d.user = own.user AND d.state = 0
    JOIN messages m ON m.row = d.message
    WHERE d.raced_reason IS NULL AND d.purpose <> 1 AND m.conversation = ?2";

fn pending(conn: &Connection, app: AppId, which: Which<'_>) -> Result<Vec<Pending>, StoreError> {
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
        Which::UserConversation { user, conversation, upto } => sql::all(
            conn,
            &format!(
                "WITH own (user, device) AS (
                     SELECT user, device FROM sessions WHERE app = ?1 AND user = ?3
                     UNION SELECT owner, device FROM bindings WHERE app = ?1 AND owner = ?3)
                 {OF_CONVERSATION} AND m.seq <= ?4"
            ),
            values![app, conversation, user, upto],
            read,
        ),
        Which::Group(conversation) => sql::all(
            conn,
            &format!(
                "WITH own (user, device) AS (
                     SELECT x.user, s.device FROM group_members x
                     CROSS JOIN sessions s ON s.app = ?1 AND s.user = x.user
                     WHERE x.app = ?1 AND x.conversation = ?2
                     UNION SELECT x.user, b.device FROM group_members x
                     CROSS JOIN bindings b ON b.app = ?1 AND b.owner = x.user
                     WHERE x.app = ?1 AND x.conversation = ?2)
                 {OF_CONVERSATION}"
            ),
            values![app, conversation],
            read,
        ),
        Which::FollowedUp { message, user, except, purpose } => sql::all(
            conn,
            &format!(
                "{SELECT} AND d.message = ?2 AND d.purpose <> ?3
                 AND (?4 IS NULL OR d.user = ?4) AND (?5 IS NULL OR d.device IS NOT ?5)"
            ),
            values![app, message, purpose, user, except],
            read,
        ),
    };
    Ok(rows?)
}

fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Pending> {
    let certificate: CertificateId = columns.next()?;
    let (due_at, id): (Timestamp, DeliveryId) = (columns.next()?, columns.next()?);
    Ok(Pending {
        queued: Queued { certificate, place: Place { due_at, id } },
        message: columns.next()?,
        message_row: columns.next()?,
        purpose: columns.next()?,
        decided_at: columns.next()?,
    })
}
