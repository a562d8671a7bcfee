//! Counts by the hour: what they are changed by, and how they are read.

use std::collections::BTreeMap;

use model::{
    AppId, CertificateId, Class, DeliveryId, DeliveryState, Marks, Purpose, REQUEUED, ReasonCode, Timestamp,
};
use rusqlite::Connection;

use crate::{
    CountFilter, CountRow, Counts, FunnelCounts, ReasonCount, StoreError,
    embedded::{
        sql::{self, Columns, values},
        tally::{Changed, CountKey, HOUR_MS, is_counted},
        writing::Writing,
    },
};

/// A message without push settings is a chat's.
const CLASS_NUMBER: &str = "CASE ifnull(json_extract(push, '$.class'), 'chat')
    WHEN 'call' THEN 1 WHEN 'system' THEN 2 WHEN 'marketing' THEN 3 ELSE 0 END";

/// The class of a message, which is read once in a transaction.
fn class_of(writing: &mut Writing<'_>, message_row: i64) -> rusqlite::Result<Class> {
    if let Some(class) = writing.tally.class(message_row) {
        return Ok(class);
    }
    let class = read_class(writing.conn, message_row)?;
    writing.tally.keep_class(message_row, class);
    Ok(class)
}

/// The class of a message, as it is stored.
pub(super) fn read_class(conn: &Connection, message_row: i64) -> rusqlite::Result<Class> {
    let sql = format!("SELECT {CLASS_NUMBER} FROM messages WHERE row = ?1");
    let number: Option<u8> = sql::first(conn, &sql, values![message_row], |columns| columns.next())?;
    Ok(number.and_then(class_numbered).unwrap_or_default())
}

fn class_numbered(number: u8) -> Option<Class> {
    [Class::Chat, Class::Call, Class::System, Class::Marketing]
        .into_iter()
        .find(|class| *class as u8 == number)
}

/// Where deliveries of a message are counted.
pub(super) fn key(
    writing: &mut Writing<'_>,
    app: AppId,
    message_row: i64,
    certificate: Option<CertificateId>,
    decided_at: Timestamp,
) -> rusqlite::Result<CountKey> {
    Ok(CountKey::new(app, decided_at, certificate, class_of(writing, message_row)?))
}

/// How far a delivery on disk has come that was once decided to push.
pub(super) struct Standing {
    key: CountKey,
    is_sent: bool,
    state: DeliveryState,
    reason: ReasonCode,
    marks: Marks,
}

impl Standing {
    /// Reads it; `None` where the delivery is not counted.
    pub(super) fn read(writing: &mut Writing<'_>, id: DeliveryId) -> rusqlite::Result<Option<Self>> {
        let sql = format!(
            "SELECT app, message, certificate, decided_at, purpose, ifnull(verdict <> '{REQUEUED}', 0)
                 OR EXISTS (SELECT 1 FROM json_each(earlier_attempts) WHERE value ->> '$.verdict' <> '{REQUEUED}'),
                 state, reason, arrived_at, shown_at, clicked_at FROM deliveries WHERE id = ?1"
        );
        let read = |columns: &mut Columns<'_, '_>| {
            let place = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
            let (purpose, is_sent): (Purpose, bool) = (columns.next()?, columns.next()?);
            let ended = (columns.next()?, columns.next()?);
            let marks =
                Marks { arrived_at: columns.next()?, shown_at: columns.next()?, clicked_at: columns.next()? };
            Ok((place, purpose, is_sent, ended, marks))
        };
        let Some((place, purpose, is_sent, (state, reason), marks)) =
            sql::first(writing.conn, &sql, values![id], read)?
        else {
            return Ok(None);
        };
        if !is_counted(purpose) {
            return Ok(None);
        }
        let (app, message_row, certificate, decided_at) = place;
        let key = key(writing, app, message_row, certificate, decided_at)?;
        Ok(Some(Self { key, is_sent, state, reason, marks }))
    }

    /// The same through another certificate.
    pub(super) fn through(self, certificate: CertificateId) -> Self {
        Self { key: CountKey { certificate: certificate.0, ..self.key }, ..self }
    }

    /// Counts it, or, with −1, takes it out again.
    pub(super) fn count(&self, writing: &mut Writing<'_>, by: i64) {
        let marked = |at: Option<Timestamp>| if at.is_some() { by } else { 0 };
        writing.tally.count(self.key, |counts| {
            counts.eligible += by;
            counts.sent += if self.is_sent { by } else { 0 };
            counts.arrived += marked(self.marks.arrived_at);
            counts.shown += marked(self.marks.shown_at);
            counts.clicked += marked(self.marks.clicked_at);
        });
        writing.tally.end(self.key, self.state, self.reason, by);
    }
}

/// Adds what a transaction counted.
pub(in crate::embedded) fn store(
    conn: &Connection,
    changed: &BTreeMap<CountKey, Changed>,
) -> rusqlite::Result<()> {
    for (key, changed) in changed {
        let CountKey { app, hour, certificate, class } = *key;
        let counts = &changed.counts;
        sql::execute(
            conn,
            "INSERT INTO hour_counts (app, hour, certificate, class, eligible, sent, accepted, arrived, shown, clicked,
                 skipped, rejected, dropped)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
             ON CONFLICT DO UPDATE SET eligible = eligible + ?5, sent = sent + ?6, accepted = accepted + ?7,
                 arrived = arrived + ?8, shown = shown + ?9, clicked = clicked + ?10, skipped = skipped + ?11,
                 rejected = rejected + ?12, dropped = dropped + ?13",
            values![
                app,
                hour,
                certificate,
                class,
                counts.eligible,
                counts.sent,
                counts.accepted,
                counts.arrived,
                counts.shown,
                counts.clicked,
                counts.skipped,
                counts.rejected,
                counts.dropped,
            ],
        )?;
        for ((state, reason), by) in changed.reasons.iter().filter(|(_, by)| **by != 0) {
            sql::execute(
                conn,
                "INSERT INTO hour_reasons (app, hour, certificate, class, state, reason, ended)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET ended = ended + ?7",
                values![app, hour, certificate, class, state, reason, by],
            )?;
        }
    }
    Ok(())
}

/// What an App's hours hold, those of a span added up.
pub(in crate::embedded) fn read(
    conn: &Connection,
    app: AppId,
    filter: &CountFilter,
) -> Result<Counts, StoreError> {
    let (from, to) = (filter.from.0.div_euclid(HOUR_MS), filter.to.0.div_euclid(HOUR_MS));
    let hours = i64::from(filter.hours_together.max(1));
    let rows = sql::all(
        conn,
        "SELECT (hour - ?2) / ?4, certificate, class, sum(eligible), sum(sent), sum(accepted), sum(arrived), sum(shown),
             sum(clicked), sum(skipped), sum(rejected), sum(dropped)
         FROM hour_counts WHERE app = ?1 AND hour >= ?2 AND hour < ?3 GROUP BY 1, 2, 3",
        values![app, from, to, hours],
        |columns| {
            Ok(CountRow {
                from: start_of(columns.next()?, from, hours),
                certificate: chosen(columns.next()?),
                class: class_numbered(columns.next()?).unwrap_or_default(),
                counts: FunnelCounts {
                    eligible: columns.next()?,
                    sent: columns.next()?,
                    accepted: columns.next()?,
                    arrived: columns.next()?,
                    shown: columns.next()?,
                    clicked: columns.next()?,
                    skipped: columns.next()?,
                    rejected: columns.next()?,
                    dropped: columns.next()?,
                },
            })
        },
    )?;
    let reasons = sql::all(
        conn,
        "SELECT certificate, class, state, reason, sum(ended) FROM hour_reasons
         WHERE app = ?1 AND hour >= ?2 AND hour < ?3 GROUP BY 1, 2, 3, 4 HAVING sum(ended) > 0",
        values![app, from, to],
        |columns| {
            Ok(ReasonCount {
                certificate: chosen(columns.next()?),
                class: class_numbered(columns.next()?).unwrap_or_default(),
                state: columns.next()?,
                reason: columns.next()?,
                ended: columns.next()?,
            })
        },
    )?;
    Ok(Counts { rows, reasons })
}

const fn start_of(span: i64, from: i64, hours: i64) -> Timestamp {
    Timestamp((from + span * hours) * HOUR_MS)
}

fn chosen(certificate: u32) -> Option<CertificateId> {
    (certificate != 0).then_some(CertificateId(certificate))
}

/// Forgets an App's oldest hours, at most so many rows of each table.
pub(in crate::embedded) fn forget(
    conn: &Connection,
    app: AppId,
    before: Timestamp,
    limit: u32,
) -> rusqlite::Result<u32> {
    let before = before.0.div_euclid(HOUR_MS);
    let mut forgotten = 0;
    for sql in [
        "DELETE FROM hour_counts WHERE (app, hour, certificate, class) IN
             (SELECT app, hour, certificate, class FROM hour_counts WHERE app = ?1 AND hour < ?2 LIMIT ?3)",
        "DELETE FROM hour_reasons WHERE (app, hour, certificate, class, state, reason) IN
             (SELECT app, hour, certificate, class, state, reason FROM hour_reasons
              WHERE app = ?1 AND hour < ?2 LIMIT ?3)",
    ] {
        forgotten += sql::execute(conn, sql, values![app, before, limit])?;
    }
    Ok(u32::try_from(forgotten).unwrap_or(u32::MAX))
}
