//! Messages: one row each, whatever the number of its targets.

use std::sync::Arc;

use model::{Addressee, AppId, ConversationId, ConversationKind, Message, MessageId, MessageKind, Seq};
use rusqlite::Connection;

use super::{conversations, fanouts};
use crate::{
    Change, Outcome, StoreError,
    embedded::{
        cursors::Ground,
        sql::{self, Columns, Json, values},
        writing::Writing,
    },
};

/// Stores a message. The common case looks for no earlier one: the unique indexes say when there is one.
pub(in crate::embedded) fn accept(
    writing: &mut Writing<'_>,
    message: &Message,
) -> Result<Outcome, StoreError> {
    let head = match message.addressee.conversation() {
        None => None,
        Some(conversation) => match conversations::find(writing.conn, message.app, conversation)? {
            Some(head) if !head.is_closed => Some(head),
            closed => {
                // A refused message must not leave an empty conversation behind.
                if let Some(earlier) = earlier(writing.conn, message)? {
                    return Ok(earlier);
                }
                if closed.is_some() || matches!(conversation.kind(), ConversationKind::Group(_)) {
                    return Ok(Outcome::Missing);
                }
                if message.online_only {
                    None
                } else {
                    Some(conversations::make(writing.conn, message.app, conversation)?)
                }
            }
        },
    };
    let head = head.filter(|_| !message.online_only);
    let seq = head.map_or(Seq(0), |head| Seq(head.seq.0.saturating_add(1)));
    if !insert(writing.conn, message, head.map(|head| head.row), seq)? {
        return earlier(writing.conn, message)?.ok_or_else(|| {
            StoreError::Corrupt(format!("message {}: its place in the conversation is taken", message.id))
        });
    }
    let ground = Ground {
        row: writing.conn.last_insert_rowid(),
        conversation: head.map(|head| head.row),
        seq,
        is_group: head.is_some() && is_to_group(message),
        is_recalled: message.recalled_at.is_some(),
        is_followed_up: false,
    };
    if let Some(head) = head {
        conversations::advance(writing.conn, head.row, seq)?;
    }
    fanouts::start(writing, ground, message)?;
    writing.tell(Change::Accepted(message.app, message.id));
    Ok(Outcome::Accepted { seq })
}

fn is_to_group(message: &Message) -> bool {
    let kind = message.addressee.conversation().map(ConversationId::kind);
    matches!(kind, Some(ConversationKind::Group(_)))
}

/// `false`: an earlier one is in its place.
fn insert(
    conn: &Connection,
    message: &Message,
    conversation: Option<i64>,
    seq: Seq,
) -> rusqlite::Result<bool> {
    let addressee = conversation.is_none().then_some(Json(&message.addressee));
    sql::execute(
        conn,
        "INSERT INTO messages (app, id, conversation, addressee, kind, sender, sender_device, client_message_id, seq,
             body, push, sent_at, expires_at, mentions, online_only, counts_badge)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) ON CONFLICT DO NOTHING",
        values![
            message.app,
            message.id,
            conversation,
            addressee,
            message.kind,
            message.sender,
            message.sender_device,
            message.client_message_id,
            seq,
            Json(&message.body),
            message.push.as_ref().map(Json),
            message.sent_at,
            message.expires_at,
            (!message.mentions.is_empty()).then_some(Json(&message.mentions)),
            message.online_only,
            counts_badge(message),
        ],
    )
    .map(|rows| rows == 1)
}

/// Whether a count of unread messages counts it.
fn counts_badge(message: &Message) -> bool {
    matches!(message.kind, MessageKind::Message | MessageKind::System)
        && message.push.as_ref().is_none_or(|push| push.counts_badge)
}

/// The message that was stored under the same client message id, or under the same id.
fn earlier(conn: &Connection, message: &Message) -> Result<Option<Outcome>, StoreError> {
    let by_client_id = match &message.client_message_id {
        None => None,
        Some(client_message_id) => sql::first(
            conn,
            &format!(
                "{SELECT} WHERE m.app = ?1 AND ifnull(m.sender, '') = ifnull(?2, '')
                 AND ifnull(m.sender_device, x'') = ifnull(?3, x'') AND m.client_message_id = ?4"
            ),
            values![message.app, message.sender, message.sender_device, client_message_id],
            read,
        )?,
    };
    let earlier = match by_client_id {
        Some(earlier) => Some(earlier),
        None => find(conn, message.app, message.id)?,
    };
    Ok(earlier.map(|earlier| {
        if is_same_content(&earlier, message) {
            Outcome::Duplicate { message: earlier.id, seq: earlier.seq, sent_at: earlier.sent_at }
        } else {
            Outcome::Conflict
        }
    }))
}

/// Id, place and times are the server's; all else is the sender's. What was taken back has no words left to compare.
fn is_same_content(one: &Message, other: &Message) -> bool {
    one.addressee == other.addressee
        && one.kind == other.kind
        && one.sender == other.sender
        && one.sender_device == other.sender_device
        && one.client_message_id == other.client_message_id
        && one.mentions == other.mentions
        && one.online_only == other.online_only
        && (one.recalled_at.is_some() || (one.body == other.body && one.push == other.push))
}

const SELECT: &str = "SELECT m.id, m.app, c.name, m.addressee, m.kind, m.sender, m.sender_device,
    m.client_message_id, m.seq, m.body, m.mentions, m.online_only, m.recalled_at, m.push, m.sent_at, m.expires_at
    FROM messages m LEFT JOIN conversations c ON c.row = m.conversation";

fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Message> {
    let (id, app) = (columns.next()?, columns.next()?);
    let conversation: Option<ConversationId> = columns.next()?;
    let addressee = match conversation {
        Some(conversation) => {
            columns.skip(1);
            Addressee::Conversation(conversation)
        }
        None => columns.next::<Json<_>>()?.0,
    };
    Ok(Message {
        id,
        app,
        addressee,
        kind: columns.next()?,
        sender: columns.next()?,
        sender_device: columns.next()?,
        client_message_id: columns.next()?,
        seq: columns.next()?,
        body: columns.next::<Json<_>>()?.0,
        mentions: columns.next::<Option<Json<_>>>()?.map(|mentions| mentions.0).unwrap_or_default(),
        online_only: columns.next()?,
        recalled_at: columns.next()?,
        push: columns.next::<Option<Json<_>>>()?.map(|push| push.0),
        sent_at: columns.next()?,
        expires_at: columns.next()?,
    })
}

/// The integer key that other tables know a message by.
pub(super) fn row_of(conn: &Connection, app: AppId, message: MessageId) -> rusqlite::Result<Option<i64>> {
    sql::first(
        conn,
        "SELECT row FROM messages WHERE app = ?1 AND id = ?2",
        values![app, message],
        |columns| columns.next(),
    )
}

pub(super) fn read_row(conn: &Connection, row: i64) -> rusqlite::Result<Option<Message>> {
    sql::first(conn, &format!("{SELECT} WHERE m.row = ?1"), values![row], read)
}

pub(super) fn at_row(conn: &Connection, row: i64) -> Result<Message, StoreError> {
    read_row(conn, row)?.ok_or_else(|| StoreError::Corrupt(format!("message row {row} is gone")))
}

/// What people call a message's sender, and the group it is to.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) sender: Option<Arc<str>>,
    pub(super) group: Option<Arc<str>>,
}

/// Whether a message's sender or group may have a name.
pub(super) fn has_names(message: &Message) -> bool {
    message.sender.is_some() || is_to_group(message)
}

pub(super) fn names(conn: &Connection, message: &Message) -> rusqlite::Result<Names> {
    let group = message.addressee.conversation().map(ConversationId::kind);
    let group = if let Some(ConversationKind::Group(group)) = group { Some(group) } else { None };
    if message.sender.is_none() && group.is_none() {
        return Ok(Names::default());
    }
    let names = sql::first(
        conn,
        "SELECT (SELECT name FROM users WHERE app = ?1 AND id = ?2),
             (SELECT name FROM groups WHERE app = ?1 AND id = ?3)",
        values![message.app, message.sender, group],
        |columns| Ok(Names { sender: columns.next()?, group: columns.next()? }),
    )?;
    Ok(names.unwrap_or_default())
}

pub(in crate::embedded) fn find(
    conn: &Connection,
    app: AppId,
    message: MessageId,
) -> Result<Option<Message>, StoreError> {
    Ok(sql::first(conn, &format!("{SELECT} WHERE m.app = ?1 AND m.id = ?2"), values![app, message], read)?)
}

pub(in crate::embedded) fn recent(
    conn: &Connection,
    app: AppId,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    Ok(sql::all(
        conn,
        &format!("{SELECT} WHERE m.app = ?1 ORDER BY m.id DESC LIMIT ?2"),
        values![app, limit],
        read,
    )?)
}

pub(in crate::embedded) fn after(
    conn: &Connection,
    app: AppId,
    conversation: &ConversationId,
    after: Seq,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let Some(head) = conversations::find(conn, app, conversation)? else { return Ok(Vec::new()) };
    Ok(sql::all(
        conn,
        &format!("{SELECT} WHERE m.app = ?1 AND m.conversation = ?2 AND m.seq > ?3 ORDER BY m.seq LIMIT ?4"),
        values![app, head.row, after, limit],
        read,
    )?)
}

/// What was written before a place, nearest first on the way there, in order when it is handed out.
pub(in crate::embedded) fn before(
    conn: &Connection,
    app: AppId,
    conversation: &ConversationId,
    before: Option<Seq>,
    from: Seq,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let Some(head) = conversations::find(conn, app, conversation)? else { return Ok(Vec::new()) };
    let mut read = sql::all(
        conn,
        &format!(
            "{SELECT} WHERE m.app = ?1 AND m.conversation = ?2 AND m.seq > ?3 AND m.seq < ?4
             ORDER BY m.seq DESC LIMIT ?5"
        ),
        values![app, head.row, from, before.unwrap_or(Seq(i64::MAX)), limit],
        read,
    )?;
    read.reverse();
    Ok(read)
}
