//! Conversations: how far each goes, and who has which.

use model::{AppId, ConversationId, ConversationKind, Mute, Seq, Timestamp, UserId};
use rusqlite::Connection;

use super::{messages, reads};
use crate::{
    ConversationEntry, ConversationHead, StoreError,
    embedded::sql::{self, values},
};

/// A conversation's row and its last sequence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) row: i64,
    pub(super) seq: Seq,
    /// Nothing more is accepted into it.
    pub(super) is_closed: bool,
}

pub(super) fn find(
    conn: &Connection,
    app: AppId,
    conversation: &ConversationId,
) -> rusqlite::Result<Option<Head>> {
    sql::first(
        conn,
        "SELECT row, seq, closed_at IS NOT NULL FROM conversations WHERE app = ?1 AND name = ?2",
        values![app, conversation],
        |columns| Ok(Head { row: columns.next()?, seq: columns.next()?, is_closed: columns.next()? }),
    )
}

/// The users that a conversation's id names, in order; none of a group.
pub(super) fn members(conversation: &ConversationId) -> Vec<UserId> {
    match conversation.kind() {
        ConversationKind::System(owner) => vec![owner],
        ConversationKind::Group(_) => Vec::new(),
        ConversationKind::Peer(one, other) if one == other => vec![one],
        ConversationKind::Peer(one, other) => vec![one, other],
    }
}

/// Makes a conversation and puts it into the inboxes of those whom its id names.
pub(super) fn make(conn: &Connection, app: AppId, conversation: &ConversationId) -> rusqlite::Result<Head> {
    sql::execute(
        conn,
        "INSERT INTO conversations (app, name, seq) VALUES (?1, ?2, 0)",
        values![app, conversation],
    )?;
    let row = conn.last_insert_rowid();
    for user in members(conversation) {
        sql::execute(
            conn,
            "INSERT INTO inbox (app, user, conversation) VALUES (?1, ?2, ?3)",
            values![app, user, row],
        )?;
    }
    Ok(Head { row, seq: Seq(0), is_closed: false })
}

pub(super) fn find_or_make(
    conn: &Connection,
    app: AppId,
    conversation: &ConversationId,
) -> rusqlite::Result<Head> {
    match find(conn, app, conversation)? {
        Some(head) => Ok(head),
        None => make(conn, app, conversation),
    }
}

pub(super) fn advance(conn: &Connection, row: i64, seq: Seq) -> rusqlite::Result<()> {
    sql::execute(conn, "UPDATE conversations SET seq = ?2 WHERE row = ?1", values![row, seq]).map(|_| ())
}

/// Nothing more is accepted into it.
pub(super) fn close(conn: &Connection, row: i64, at: Timestamp) -> rusqlite::Result<()> {
    sql::execute(conn, "UPDATE conversations SET closed_at = ?2 WHERE row = ?1", values![row, at]).map(|_| ())
}

pub(in crate::embedded) fn of_user(
    conn: &Connection,
    app: AppId,
    user: &UserId,
) -> Result<Vec<ConversationHead>, StoreError> {
    Ok(sql::all(
        conn,
        "SELECT c.name, c.seq, i.from_seq FROM inbox i JOIN conversations c ON c.row = i.conversation
         WHERE i.app = ?1 AND i.user = ?2",
        values![app, user],
        |columns| {
            Ok(ConversationHead {
                conversation: columns.next()?,
                seq: columns.next()?,
                from: columns.next()?,
            })
        },
    )?)
}

/// Whose a conversation is, its id says, but of a group's.
pub(in crate::embedded) fn of_user_named(
    conn: &Connection,
    app: AppId,
    user: &UserId,
    conversation: &ConversationId,
) -> Result<Option<ConversationHead>, StoreError> {
    let stored = sql::first(
        conn,
        "SELECT c.seq, i.from_seq FROM conversations c
         JOIN inbox i ON i.app = c.app AND i.user = ?3 AND i.conversation = c.row
         WHERE c.app = ?1 AND c.name = ?2",
        values![app, conversation, user],
        |columns| Ok((columns.next()?, columns.next()?)),
    )?;
    let unwritten = || conversation.includes(user).then_some((Seq(0), Seq(0)));
    Ok(stored.or_else(unwritten).map(|(seq, from)| ConversationHead {
        conversation: conversation.clone(),
        seq,
        from,
    }))
}

/// Those with the newest last message come first; one without a message that the user may see comes last.
pub(in crate::embedded) fn list(
    conn: &Connection,
    app: AppId,
    user: &UserId,
    limit: u32,
) -> Result<Vec<ConversationEntry>, StoreError> {
    Ok(sql::all(
        conn,
        "SELECT m.row, c.row, c.name, c.seq, i.from_seq, i.read_seq, x.mute
         FROM inbox i JOIN conversations c ON c.row = i.conversation
         LEFT JOIN messages m ON m.row = (SELECT row FROM messages
             WHERE app = ?1 AND conversation = c.row AND seq > i.from_seq ORDER BY seq DESC LIMIT 1)
         LEFT JOIN mutes x ON x.app = ?1 AND x.conversation = c.name AND x.user = ?2
         WHERE i.app = ?1 AND i.user = ?2 ORDER BY m.row DESC NULLS LAST, c.row DESC LIMIT ?3",
        values![app, user, limit],
        |columns| {
            let last: Option<i64> = columns.next()?;
            let row = columns.next()?;
            let head = ConversationHead {
                conversation: columns.next()?,
                seq: columns.next()?,
                from: columns.next()?,
            };
            let (read, mute): (_, Option<Mute>) = (columns.next()?, columns.next()?);
            let unread = reads::unread(conn, app, user, row, head.from.max(read), head.seq)?;
            let last = last.map(|last| messages::read_row(conn, last)).transpose()?.flatten();
            Ok(ConversationEntry { head, read, unread, mute: mute.unwrap_or_default(), last })
        },
    )?)
}
