//! Conversations: how far each goes, and who has which.

use model::{AppId, ConversationId, ConversationKind, Seq, UserId};
use rusqlite::Connection;

use crate::{
    ConversationHead, StoreError,
    embedded::sql::{self, values},
};

/// A conversation's row and its last sequence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) row: i64,
    pub(super) seq: Seq,
}

pub(super) fn find(
    conn: &Connection,
    app: AppId,
    conversation: &ConversationId,
) -> rusqlite::Result<Option<Head>> {
    sql::first(
        conn,
        "SELECT row, seq FROM conversations WHERE app = ?1 AND name = ?2",
        values![app, conversation],
        |columns| Ok(Head { row: columns.next()?, seq: columns.next()? }),
    )
}

/// The users that a conversation's id names, in order.
pub(super) fn members(conversation: &ConversationId) -> Vec<UserId> {
    match conversation.kind() {
        ConversationKind::System(owner) => vec![owner],
        ConversationKind::Group(_) => Vec::new(),
        ConversationKind::Peer(one, other) if one == other => vec![one],
        ConversationKind::Peer(one, other) => vec![one, other],
    }
}

/// Makes a conversation and puts it into its members' inboxes.
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
    Ok(Head { row, seq: Seq(0) })
}

pub(super) fn advance(conn: &Connection, row: i64, seq: Seq) -> rusqlite::Result<()> {
    sql::execute(conn, "UPDATE conversations SET seq = ?2 WHERE row = ?1", values![row, seq]).map(|_| ())
}

pub(in crate::embedded) fn of_user(
    conn: &Connection,
    app: AppId,
    user: &UserId,
) -> Result<Vec<ConversationHead>, StoreError> {
    Ok(sql::all(
        conn,
        "SELECT conversations.name, conversations.seq
         FROM inbox JOIN conversations ON conversations.row = inbox.conversation
         WHERE inbox.app = ?1 AND inbox.user = ?2",
        values![app, user],
        |columns| Ok(ConversationHead { conversation: columns.next()?, seq: columns.next()?, from: Seq(0) }),
    )?)
}
