//! Follow-ups: a message's notifications are withdrawn or replaced.
//!
//! Each notification that a vendor accepted gets one more delivery in the same lane. One that is on the wire cannot
//! have it yet, so the follow-up is remembered with the message until the vendor has answered.

use model::{AppId, DeliveryId, DeviceId, MessageId, Purpose, PushSettings, ReasonCode, Timestamp, UserId};
use rusqlite::Connection;

use super::{cancels, messages};
use crate::{
    Change, FollowUp, Outcome, StoreError,
    embedded::{
        hands::{Place, Queued},
        sql::{self, Json, values},
        writing::Writing,
    },
};

pub(in crate::embedded) fn begin(writing: &mut Writing<'_>, new: &FollowUp) -> Result<Outcome, StoreError> {
    let Some(row) = messages::row_of(writing.conn, new.app, new.message)? else {
        return Ok(Outcome::Missing);
    };
    remember(writing.conn, row, new)?;
    writing.disturb(row);
    let which = cancels::Which::FollowedUp {
        message: row,
        user: new.user.as_ref(),
        except: new.except,
        purpose: new.purpose,
    };
    let cancelled = cancels::cancel(writing, new.app, which, new.cancel_reason, new.at)?;
    let remembered = Remembered {
        user: new.user.clone(),
        except: new.except,
        purpose: new.purpose,
        reason: new.reason,
        expires_at: new.expires_at,
        at: new.at,
    };
    queue(writing, new.app, new.message, Notified::Message(row), &remembered)?;
    Ok(cancelled)
}

fn remember(conn: &Connection, row: i64, new: &FollowUp) -> rusqlite::Result<()> {
    sql::execute(
        conn,
        "INSERT INTO follow_ups (message, purpose, user, except_device, push, reason, expires_at, at)
         VALUES (?1, ?2, ifnull(?3, ''), ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET except_device = excluded.except_device, push = excluded.push,
             reason = excluded.reason, expires_at = excluded.expires_at, at = excluded.at",
        values![
            row,
            new.purpose,
            new.user,
            new.except,
            new.replacement.as_deref().map(Json),
            new.reason,
            new.expires_at,
            new.at,
        ],
    )
    .map(|_| ())
}

/// A follow-up, without what takes the notification's place.
pub(super) struct Remembered {
    user: Option<UserId>,
    except: Option<DeviceId>,
    purpose: Purpose,
    reason: ReasonCode,
    expires_at: Timestamp,
    at: Timestamp,
}

impl Remembered {
    fn includes(&self, user: Option<&UserId>, device: Option<DeviceId>) -> bool {
        (self.user.is_none() || self.user.as_ref() == user)
            && (self.except.is_none() || self.except != device)
    }

    /// Whether it was asked for after this target was decided.
    pub(super) fn overtook(
        &self,
        user: Option<&UserId>,
        device: Option<DeviceId>,
        decided_at: Timestamp,
    ) -> bool {
        self.at > decided_at && self.includes(user, device)
    }
}

pub(super) fn of_message(conn: &Connection, row: i64) -> rusqlite::Result<Vec<Remembered>> {
    sql::all(
        conn,
        "SELECT nullif(user, ''), except_device, purpose, reason, expires_at, at FROM follow_ups
         WHERE message = ?1 ORDER BY at, purpose DESC",
        values![row],
        |columns| {
            Ok(Remembered {
                user: columns.next()?,
                except: columns.next()?,
                purpose: columns.next()?,
                reason: columns.next()?,
                expires_at: columns.next()?,
                at: columns.next()?,
            })
        },
    )
}

/// A notification that was on the wire has landed: the newest follow-up that concerns it is queued.
pub(super) fn landed(
    writing: &mut Writing<'_>,
    app: AppId,
    message: MessageId,
    message_row: i64,
    delivery: DeliveryId,
) -> Result<(), StoreError> {
    let all = of_message(writing.conn, message_row)?;
    if all.is_empty() {
        return Ok(());
    }
    let target = sql::first(
        writing.conn,
        "SELECT user, device FROM deliveries WHERE id = ?1",
        values![delivery],
        |columns| Ok((columns.next::<Option<UserId>>()?, columns.next()?)),
    )?;
    let Some((user, device)) = target else { return Ok(()) };
    match all.iter().rfind(|one| one.includes(user.as_ref(), device)) {
        Some(follow_up) => queue(writing, app, message, Notified::Delivery(delivery), follow_up),
        None => Ok(()),
    }
}

/// Which notifications.
enum Notified {
    /// All of a message, by its row.
    Message(i64),
    /// One.
    Delivery(DeliveryId),
}

/// Nothing is sent to a device that logged out, is in the foreground, or was switched off since. A target that has a
/// delivery of this purpose keeps it.
fn queue(
    writing: &mut Writing<'_>,
    app: AppId,
    message: MessageId,
    notified: Notified,
    follow_up: &Remembered,
) -> Result<(), StoreError> {
    let (which, key) = match notified {
        Notified::Message(row) => ("d.message = ?2", row),
        Notified::Delivery(id) => ("d.id = ?2", id.0),
    };
    let sql = format!(
        "INSERT INTO deliveries (id, app, message, purpose, target, user, device, push_id, certificate, token,
             binding_generation, state, reason, rules_version, facts, text_variant, vendor_message_id,
             decided_at, due_at, expires_at, receipt_key)
         SELECT ?9 + row_number() OVER (), d.app, d.message, ?3, d.target, d.user, d.device, d.push_id, d.certificate, d.token,
             d.binding_generation, 0, ?4, d.rules_version, d.facts, d.text_variant, d.vendor_message_id,
             ?5, ?5, ?6, d.receipt_key
         FROM deliveries d
         WHERE d.app = ?1 AND {which} AND d.purpose = 0 AND d.state = 2 AND d.certificate IS NOT NULL
             AND (?7 IS NULL OR d.user = ?7) AND (?8 IS NULL OR d.device IS NOT ?8)
             AND NOT EXISTS (SELECT 1 FROM sessions s
                 WHERE s.app = ?1 AND s.user = d.user AND s.device = d.device AND s.state IN (0, 3, 4))
             AND NOT EXISTS (SELECT 1 FROM devices v WHERE v.app = ?1 AND v.id = d.device
                 AND (v.push_off_at IS NOT NULL OR v.unregistered_at IS NOT NULL))
             AND NOT EXISTS (SELECT 1 FROM deliveries x
                 WHERE x.message = d.message AND x.purpose = ?3 AND x.target = d.target AND x.user IS d.user
                 AND x.device IS d.device AND (d.user IS NOT NULL OR d.device IS NOT NULL OR x.token = d.token))
         RETURNING id, certificate"
    );
    let made = sql::all(
        writing.conn,
        &sql,
        values![
            app,
            key,
            follow_up.purpose,
            follow_up.reason,
            follow_up.at,
            follow_up.expires_at,
            follow_up.user,
            follow_up.except,
            writing.ids.before_next(),
        ],
        |columns| Ok((columns.next()?, columns.next()?)),
    )?;
    writing.ids.give_many(made.len());
    for (id, certificate) in made {
        writing.queued(Queued { certificate, place: Place { due_at: follow_up.at, id } });
        writing.tell(Change::Delivery(app, message, id));
    }
    Ok(())
}

/// What takes the place of a message's notifications; first those that are one user's.
pub(super) fn replacements(
    conn: &Connection,
    message_row: i64,
) -> rusqlite::Result<Vec<(Option<UserId>, PushSettings)>> {
    sql::all(
        conn,
        "SELECT nullif(user, ''), push FROM follow_ups
         WHERE message = ?1 AND purpose = 2 AND push IS NOT NULL ORDER BY user DESC",
        values![message_row],
        |columns| Ok((columns.next()?, columns.next::<Json<_>>()?.0)),
    )
}

/// The message was taken back, and with it the words that stood in its place.
pub(super) fn forget_texts(conn: &Connection, message_row: i64) -> rusqlite::Result<()> {
    sql::execute(
        conn,
        "UPDATE follow_ups SET push = NULL WHERE message = ?1 AND push IS NOT NULL",
        values![message_row],
    )
    .map(|_| ())
}
