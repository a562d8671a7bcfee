//! Deliveries: the one row of a target that was decided.

use model::{
    AppId, Attempt, CertificateId, Class, Delivery, DeliveryId, DeliveryState, Marks, Message, MessageId,
    Purpose, REQUEUED, ReasonCode, Timestamp, UserId,
};
use rusqlite::Connection;

use super::{badges, counts, follow_ups, targets};

use crate::{
    Change, DeliveryUpdate, NewDelivery, Outcome, StoreError,
    embedded::{
        hands::{Place, Queued},
        sql::{self, Columns, Json, values},
        tally::{CountKey, Tally, is_counted},
        writing::Writing,
        young::YoungRow,
    },
};

/// A message without push settings is a chat's.
pub(super) fn class_of(message: &Message) -> Class {
    message.push.as_ref().map_or_else(Class::default, |push| push.class)
}

/// Whether a message's target has a delivery on disk.
pub(super) fn has_one(
    conn: &Connection,
    message_row: i64,
    target: i64,
    new: &NewDelivery,
) -> rusqlite::Result<bool> {
    sql::first(
        conn,
        "SELECT 1 FROM deliveries WHERE message = ?1 AND purpose = ?2 AND target = ?3 AND user IS ?4 AND device IS ?5
             AND (user IS NOT NULL OR device IS NOT NULL OR token = ?6)",
        values![message_row, new.purpose, target, new.user, new.device, new.token],
        |_| Ok(()),
    )
    .map(|row| row.is_some())
}

/// Makes a row as it was decided.
pub(super) fn insert(
    writing: &mut Writing<'_>,
    app: AppId,
    (message, message_row): (MessageId, i64),
    (target, new): (i64, &NewDelivery),
    badge: Option<u32>,
) -> Result<(), StoreError> {
    let id = writing.ids.give();
    write(writing, (id, app, message_row, target, badge), new, None)?;
    if let (DeliveryState::Queued, Some(certificate)) = (new.state, new.certificate) {
        writing.queued(Queued { certificate, place: Place { due_at: new.due_at, id } });
    }
    writing.tell(Change::Delivery(app, message, id));
    Ok(())
}

/// Writes a row that waited in memory as it stands.
pub(in crate::embedded) fn write_waiting(
    writing: &mut Writing<'_>,
    row: &YoungRow,
) -> Result<(), StoreError> {
    write_young(writing, row, None)
}

fn write_young(
    writing: &mut Writing<'_>,
    row: &YoungRow,
    update: Option<&DeliveryUpdate>,
) -> Result<(), StoreError> {
    if let Some(device) = row.badge.and(row.new.device) {
        badges::count_up(writing.conn, row.app, device)?;
    }
    writing.tally.keep_class(row.message_row, class_of(&row.message));
    write(writing, (row.id, row.app, row.message_row, row.target, row.badge), &row.new, update)
}

/// Writes a row as it was decided, with what its first attempt brought where that is known.
fn write(
    writing: &mut Writing<'_>,
    (id, app, message_row, target, badge): (DeliveryId, AppId, i64, i64, Option<u32>),
    new: &NewDelivery,
    update: Option<&DeliveryUpdate>,
) -> Result<(), StoreError> {
    let (state, reason, due_at, at) = match update {
        Some(update) => (update.state, update.reason, update.due_at, update.at),
        None => (new.state, new.reason, new.due_at, new.decided_at),
    };
    if state == DeliveryState::Queued && new.certificate.is_none() {
        return Err(StoreError::Database("a queued delivery must name its certificate".to_owned()));
    }
    let attempt = update.and_then(|update| update.attempt.as_ref());
    if is_counted(new.purpose) {
        let key = counts::key(writing, app, message_row, new.certificate, new.decided_at)?;
        let (is_eligible, is_sent) = (new.state != DeliveryState::Skipped, attempt.is_some());
        writing.tally.count(key, |counts| {
            counts.eligible += i64::from(is_eligible);
            counts.sent += i64::from(is_sent);
        });
        writing.tally.end(key, state, reason, 1);
    }
    let is_bare = new.user.is_none() && new.device.is_none();
    let vendor_id = update.filter(|_| is_bare).and_then(|update| update.vendor_message_id.as_deref());
    let receipt_key = match (vendor_id, new.certificate) {
        (Some(id), Some(certificate)) if writing.tells_receipts_by_own_id(certificate)? => {
            Some(targets::receipt_key(id))
        }
        _ => None,
    };
    sql::execute(
        writing.conn,
        "INSERT INTO deliveries (id, app, message, purpose, target, user, device, push_id, certificate, token,
             binding_generation, state, reason, rules_version, facts, decided_at, due_at, expires_at, finished_at,
             text_variant, badge, vendor_message_id, tried_at, took_ms, verdict, http_status, code, text,
             receipt_key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
             ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29)",
        values![
            id,
            app,
            message_row,
            new.purpose,
            target,
            new.user,
            new.device,
            new.push_id,
            new.certificate,
            new.token,
            new.binding_generation,
            state,
            reason,
            new.rules_version,
            new.facts,
            new.decided_at,
            due_at,
            new.expires_at,
            state.is_terminal().then_some(at),
            new.text,
            badge,
            update.and_then(|update| update.vendor_message_id.as_ref()),
            attempt.map(|attempt| attempt.at),
            attempt.map(|attempt| attempt.took_ms),
            attempt.map(|attempt| &attempt.verdict),
            attempt.map(|attempt| attempt.http_status),
            attempt.map(|attempt| &attempt.code),
            attempt.map(|attempt| &attempt.text),
            receipt_key,
        ],
    )?;
    Ok(())
}

/// Stores what the first attempt brought of a row that waited for it in memory. `false`: the row is on disk.
fn update_young(writing: &mut Writing<'_>, update: &DeliveryUpdate) -> Result<bool, StoreError> {
    let Some(row) = writing.end_young(update.id) else { return Ok(false) };
    write_young(writing, &row, Some(update))?;
    if update.state == DeliveryState::Queued {
        let place = Place { due_at: update.due_at, id: update.id };
        writing.queued(Queued { certificate: row.certificate, place });
    }
    writing.tell(Change::Delivery(row.app, row.message.id, update.id));
    Ok(true)
}

/// Stores what an attempt brought. A row that raced does not go back into the queue: its cancel ends it. A row that has
/// ended stays as it is.
pub(in crate::embedded) fn update(
    writing: &mut Writing<'_>,
    update: &DeliveryUpdate,
) -> Result<Outcome, StoreError> {
    writing.left(update.id);
    if update_young(writing, update)? {
        return Ok(Outcome::Done);
    }
    let finished_at = update.state.is_terminal().then_some(update.at);
    let attempt = update.attempt.as_ref();
    let sql = format!(
        "UPDATE deliveries SET
             state = iif(?2 = 0 AND raced_reason IS NOT NULL, 1, ?2),
             reason = iif(?2 = 0, ifnull(raced_reason, ?3), ?3), due_at = ?4,
             finished_at = iif(?2 = 0 AND raced_reason IS NOT NULL, ?5, ?6),
             vendor_message_id = ifnull(?7, vendor_message_id),
             receipt_key = iif(user IS NULL AND device IS NULL, ifnull(?14, receipt_key), NULL),
             earlier_attempts = iif(?8 IS NULL OR tried_at IS NULL, earlier_attempts,
                 json_insert(ifnull(earlier_attempts, '[]'), '$[#]',
                     json_object('at', tried_at, 'took_ms', took_ms, 'verdict', verdict,
                         'http_status', http_status, 'code', code, 'text', text))),
             tried_at = ifnull(?8, tried_at), took_ms = ifnull(?9, took_ms), verdict = ifnull(?10, verdict),
             http_status = ifnull(?11, http_status), code = ifnull(?12, code), text = ifnull(?13, text)
         WHERE id = ?1 AND state = 0
         {CHANGED_BY_ATTEMPT}"
    );
    let changed = sql::first(
        writing.conn,
        &sql,
        values![
            update.id,
            update.state,
            update.reason,
            update.due_at,
            update.at,
            finished_at,
            update.vendor_message_id,
            attempt.map(|attempt| attempt.at),
            attempt.map(|attempt| attempt.took_ms),
            attempt.map(|attempt| &attempt.verdict),
            attempt.map(|attempt| attempt.http_status),
            attempt.map(|attempt| &attempt.code),
            attempt.map(|attempt| &attempt.text),
            update.vendor_message_id.as_deref().map(targets::receipt_key),
            REQUEUED,
        ],
        read_changed,
    )?;
    if let Some(changed) = changed {
        if changed.is_raced && changed.purpose == Purpose::Notify && changed.state == DeliveryState::Accepted
        {
            follow_ups::landed(writing, changed.app, changed.message, changed.message_row, update.id)?;
        }
        changed.count(writing)?;
        changed.tell(writing, update.id);
    }
    Ok(Outcome::Done)
}

/// What a change of a row says of it afterwards, as [`read_changed`] reads it.
const CHANGED: &str = "RETURNING app, message, (SELECT id FROM messages WHERE row = message), purpose, state,
    certificate, due_at, raced_reason IS NOT NULL, decided_at, reason, false";
/// As [`CHANGED`], after an attempt `?8`: says at its end whether that was the first that went to the vendor. A push
/// that was put back has the mark of it among its attempts.
const CHANGED_BY_ATTEMPT: &str = "RETURNING app, message, (SELECT id FROM messages WHERE row = message), purpose, state,
    certificate, due_at, raced_reason IS NOT NULL, decided_at, reason,
    ?8 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM json_each(earlier_attempts) WHERE value ->> '$.verdict' <> ?15)";

/// A row after its change.
struct Changed {
    app: AppId,
    message_row: i64,
    message: MessageId,
    purpose: Purpose,
    state: DeliveryState,
    certificate: Option<CertificateId>,
    due_at: Timestamp,
    is_raced: bool,
    decided_at: Timestamp,
    reason: ReasonCode,
    is_first_attempt: bool,
}

impl Changed {
    fn count(&self, writing: &mut Writing<'_>) -> Result<(), StoreError> {
        if is_counted(self.purpose) && (self.is_first_attempt || self.state.is_terminal()) {
            let key = counts::key(writing, self.app, self.message_row, self.certificate, self.decided_at)?;
            writing.tally.count(key, |counts| counts.sent += i64::from(self.is_first_attempt));
            writing.tally.end(key, self.state, self.reason, 1);
        }
        Ok(())
    }

    fn tell(self, writing: &mut Writing<'_>, id: DeliveryId) {
        if let (DeliveryState::Queued, Some(certificate)) = (self.state, self.certificate) {
            writing.queued(Queued { certificate, place: Place { due_at: self.due_at, id } });
        }
        writing.tell(Change::Delivery(self.app, self.message, id));
    }
}

fn read_changed(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Changed> {
    Ok(Changed {
        app: columns.next()?,
        message_row: columns.next()?,
        message: columns.next()?,
        purpose: columns.next()?,
        state: columns.next()?,
        certificate: columns.next()?,
        due_at: columns.next()?,
        is_raced: columns.next()?,
        decided_at: columns.next()?,
        reason: columns.next()?,
        is_first_attempt: columns.next()?,
    })
}

/// Ends rows that were put back although a cancel had found them on the wire. Where that cancel was undone, the row is
/// free again.
pub(in crate::embedded) fn end_raced(
    writing: &mut Writing<'_>,
    ids: &[DeliveryId],
) -> Result<(), StoreError> {
    for &id in ids {
        writing.left(id);
        let changed = sql::first(
            writing.conn,
            &format!("UPDATE deliveries SET state = iif(raced_reason IS NULL, 0, 1), reason = ifnull(raced_reason, reason),
                 finished_at = raced_at
             WHERE id = ?1 AND state = 0
             {CHANGED}"),
            values![id],
            read_changed,
        )?;
        if let Some(changed) = changed {
            changed.count(writing)?;
            changed.tell(writing, id);
        }
    }
    Ok(())
}

/// Nothing is on the wire when a store opens: what raced before the stop ends with the cancel's reason.
pub(in crate::embedded) fn end_raced_at_start(conn: &Connection) -> rusqlite::Result<()> {
    let sql = "UPDATE deliveries SET state = 1, reason = raced_reason, finished_at = raced_at
         WHERE state = 0 AND raced_reason IS NOT NULL
         RETURNING app, message, certificate, decided_at, purpose, reason";
    let ended: Vec<(AppId, i64, _, _, Purpose, ReasonCode)> = sql::all(conn, sql, values![], |columns| {
        let place = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
        Ok((place.0, place.1, place.2, place.3, columns.next()?, columns.next()?))
    })?;
    let mut tally = Tally::default();
    for (app, message_row, certificate, decided_at, purpose, reason) in ended {
        if is_counted(purpose) {
            let class = counts::read_class(conn, message_row)?;
            tally.end(CountKey::new(app, decided_at, certificate, class), DeliveryState::Skipped, reason, 1);
        }
    }
    counts::store(conn, &tally.take())
}

/// Whether a vendor ever took a push for this user.
pub(super) fn was_pushed(conn: &Connection, app: AppId, user: &UserId) -> rusqlite::Result<bool> {
    sql::first(
        conn,
        "SELECT 1 FROM deliveries WHERE app = ?1 AND coalesce(user, device) = ?2 AND state = 2
         ORDER BY id DESC LIMIT 1",
        values![app, user],
        |_| Ok(()),
    )
    .map(|row| row.is_some())
}

/// The columns that [`read`] reads, of `deliveries d JOIN messages m`.
pub(super) const COLUMNS: &str =
    "d.id, d.app, m.id, d.purpose, d.user, d.device, d.push_id, d.certificate, d.token,
    d.binding_generation, d.state, d.reason, d.rules_version, d.facts, d.text_variant, d.badge, d.decided_at, d.due_at, d.expires_at,
    d.finished_at, d.earlier_attempts, d.tried_at, d.took_ms, d.verdict, d.http_status, d.code, d.text,
    d.vendor_message_id, d.raced_reason, d.arrived_at, d.shown_at, d.clicked_at, d.receipt_note";

pub(super) fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        id: columns.next()?,
        app: columns.next()?,
        message: columns.next()?,
        purpose: columns.next()?,
        user: columns.next()?,
        device: columns.next()?,
        push_id: columns.next()?,
        certificate: columns.next()?,
        token: columns.next()?,
        binding_generation: columns.next()?,
        state: columns.next()?,
        reason: columns.next()?,
        rules_version: columns.next()?,
        facts: columns.next()?,
        text: columns.next()?,
        badge: columns.next()?,
        decided_at: columns.next()?,
        due_at: columns.next()?,
        expires_at: columns.next()?,
        finished_at: columns.next()?,
        attempts: read_attempts(columns)?,
        vendor_message_id: columns.next()?,
        raced: columns.next::<Option<ReasonCode>>()?.is_some(),
        marks: Marks { arrived_at: columns.next()?, shown_at: columns.next()?, clicked_at: columns.next()? },
        receipt_note: columns.next::<Option<String>>()?.unwrap_or_default(),
    })
}

pub(in crate::embedded) fn find(conn: &Connection, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
    Ok(sql::first(
        conn,
        &format!("SELECT {COLUMNS} FROM deliveries d JOIN messages m ON m.row = d.message WHERE d.id = ?1"),
        values![id],
        read,
    )?)
}

fn read_attempts(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Vec<Attempt>> {
    let mut attempts =
        columns.next::<Option<Json<Vec<Attempt>>>>()?.map_or_else(Vec::new, |earlier| earlier.0);
    let Some(at) = columns.next()? else {
        columns.skip(5);
        return Ok(attempts);
    };
    attempts.push(Attempt {
        at,
        took_ms: columns.next()?,
        verdict: columns.next()?,
        http_status: columns.next()?,
        code: columns.next()?,
        text: columns.next()?,
    });
    Ok(attempts)
}
