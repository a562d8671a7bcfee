//! Read marks: how far a user has read each conversation, and what is unread behind it.

use model::{AppId, ConversationId, ConversationKind, DeviceId, ReasonCode, Seq, Timestamp, UserId};
use rusqlite::Connection;

use super::{badges, cancels, conversations};
use crate::{
    Outcome, StoreError,
    embedded::{
        sql::{self, values},
        writing::Writing,
        young::Scope,
    },
};

/// Messages that a count of unread ones looks at, back from the last: more than any app shows.
const UNREAD_MAX_LOOKED_AT: i64 = 10_000;

/// Who read, where and how far.
pub(in crate::embedded) struct Reading<'a> {
    pub(in crate::embedded) app: AppId,
    pub(in crate::embedded) user: &'a UserId,
    pub(in crate::embedded) device: Option<DeviceId>,
    pub(in crate::embedded) conversation: &'a ConversationId,
    pub(in crate::embedded) seq: Seq,
}

pub(in crate::embedded) fn advance(
    writing: &mut Writing<'_>,
    reading: &Reading<'_>,
    reason: ReasonCode,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let (conn, app, user) = (writing.conn, reading.app, reading.user);
    let Some(mark) = mark(conn, reading)? else { return Ok(Outcome::Read { seq: Seq(0), moved: false }) };
    let seq = reading.seq.min(mark.last);
    if seq <= mark.read {
        return Ok(Outcome::Read { seq: mark.read, moved: false });
    }
    let newly_read = unread(conn, app, user, mark.conversation, mark.read.max(mark.from), seq)?;
    sql::execute(
        conn,
        "UPDATE inbox SET read_seq = ?4 WHERE app = ?1 AND user = ?2 AND conversation = ?3",
        values![app, user, mark.conversation, seq],
    )?;
    if newly_read > 0 {
        writing.write_young(Scope::User(app, user))?;
        badges::lower(conn, app, user, reading.device, newly_read)?;
    }
    let which = cancels::Which::UserConversation { user, conversation: mark.conversation, upto: seq };
    cancels::cancel(writing, app, which, reason, at)?;
    Ok(Outcome::Read { seq, moved: true })
}

struct Mark {
    conversation: i64,
    last: Seq,
    from: Seq,
    read: Seq,
}

fn mark(conn: &Connection, reading: &Reading<'_>) -> rusqlite::Result<Option<Mark>> {
    sql::first(
        conn,
        "SELECT c.row, c.seq, i.from_seq, i.read_seq FROM conversations c
         JOIN inbox i ON i.app = c.app AND i.user = ?3 AND i.conversation = c.row
         WHERE c.app = ?1 AND c.name = ?2",
        values![reading.app, reading.conversation, reading.user],
        |columns| {
            Ok(Mark {
                conversation: columns.next()?,
                last: columns.next()?,
                from: columns.next()?,
                read: columns.next()?,
            })
        },
    )
}

/// Messages of others after a place, up to and with another, that count on a badge.
pub(super) fn unread(
    conn: &Connection,
    app: AppId,
    user: &UserId,
    conversation: i64,
    after: Seq,
    upto: Seq,
) -> rusqlite::Result<u32> {
    if after >= upto {
        return Ok(0);
    }
    // Places may be left out, so the messages themselves are counted off.
    let count = sql::first(
        conn,
        "SELECT count(*) FROM (SELECT counts_badge, sender FROM messages
             WHERE app = ?1 AND conversation = ?3 AND seq > ?4 AND seq <= ?5 ORDER BY seq DESC LIMIT ?6)
         WHERE counts_badge AND sender IS NOT ?2",
        values![app, user, conversation, after, upto, UNREAD_MAX_LOOKED_AT],
        |columns| columns.next(),
    )?;
    Ok(count.unwrap_or(0))
}

pub(in crate::embedded) fn marks(
    conn: &Connection,
    app: AppId,
    conversation: &ConversationId,
) -> Result<Vec<(UserId, Seq)>, StoreError> {
    let Some(head) = conversations::find(conn, app, conversation)? else { return Ok(Vec::new()) };
    if let ConversationKind::Group(_) = conversation.kind() {
        return Ok(sql::all(
            conn,
            "SELECT i.user, i.read_seq FROM group_members x
             JOIN inbox i ON i.app = x.app AND i.user = x.user AND i.conversation = x.conversation
             WHERE x.app = ?1 AND x.conversation = ?2 AND i.read_seq > 0 ORDER BY x.user",
            values![app, head.row],
            |columns| Ok((columns.next()?, columns.next()?)),
        )?);
    }
    let mut marks = Vec::new();
    for user in conversations::members(conversation) {
        let read = sql::first(
            conn,
            "SELECT read_seq FROM inbox WHERE app = ?1 AND user = ?2 AND conversation = ?3 AND read_seq > 0",
            values![app, user, head.row],
            |columns| columns.next(),
        )?;
        marks.extend(read.map(|seq| (user, seq)));
    }
    Ok(marks)
}
