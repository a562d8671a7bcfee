//! Recalls: a message's words go, its place stays.

use model::{AppId, Body, MessageId, PushSettings, ReasonCode, Timestamp};

use super::{cancels, fanouts, follow_ups, messages};
use crate::{
    Change, Outcome, StoreError,
    embedded::{
        sql::{self, Json, values},
        writing::Writing,
    },
};

pub(in crate::embedded) fn recall(
    writing: &mut Writing<'_>,
    app: AppId,
    message: MessageId,
    reason: ReasonCode,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let (Some(stored), Some(row)) =
        (messages::find(writing.conn, app, message)?, messages::row_of(writing.conn, app, message)?)
    else {
        return Ok(Outcome::Missing);
    };
    if stored.recalled_at.is_some() {
        return Ok(Outcome::Cancelled { cancelled: 0, raced: 0 });
    }
    sql::execute(
        writing.conn,
        "UPDATE messages SET body = ?2, push = ?3, recalled_at = ?4, counts_badge = 0 WHERE row = ?1",
        values![row, Json(Body::Gone {}), stored.push.map(wordless).map(Json), at],
    )?;
    writing.disturb(row);
    follow_ups::forget_texts(writing.conn, row)?;
    if fanouts::end(writing, row)? {
        writing.tell(Change::Settled(app, message));
    }
    writing.tell(Change::Recalled(app, message));
    cancels::cancel(writing, app, cancels::Which::Message(message), reason, at)
}

/// What it takes to find the notification again, without a word of the sender's.
fn wordless(push: PushSettings) -> PushSettings {
    PushSettings {
        enabled: push.enabled,
        class: push.class,
        presentation: push.presentation,
        resource: push.resource,
        counts_badge: push.counts_badge,
        sender_prefix: push.sender_prefix,
        collapse_key: push.collapse_key,
        lifetime_ms: push.lifetime_ms,
        ..PushSettings::default()
    }
}
