//! What deleted users left behind: nobody's index names all of it, so the App's messages are walked once for as many
//! users as wait.

use std::collections::HashSet;

use model::{Addressee, AppId, CallId, ConversationId, MessageId, UserId};
use rusqlite::Connection;

use super::{
    cancels, conversations,
    expiry::{count, take_away},
    fanouts, recalls,
};
use crate::{
    Change, Erasure, ErasureStep, Outcome, StoreError,
    embedded::{
        sql::{self, values},
        writing::Writing,
        young::Scope,
    },
};

/// Looking at a row costs far less than changing it.
const LOOKED_AT_PER_ROW: u32 = 8;

pub(in crate::embedded) fn step(writing: &mut Writing<'_>, erasure: &Erasure) -> Result<Outcome, StoreError> {
    let users: HashSet<&UserId> = erasure.users.iter().collect();
    for user in &erasure.users {
        writing.write_young(Scope::User(erasure.app, user))?;
    }
    let (rows, next) = match &erasure.step {
        ErasureStep::Own => own(writing.conn, erasure)?,
        ErasureStep::Messages { after } => messages(writing, erasure, &users, *after)?,
        ErasureStep::Calls { after } => calls(writing.conn, erasure, &users, *after)?,
        ErasureStep::Mutes { after } => mutes(writing.conn, erasure, &users, after.clone())?,
        ErasureStep::Close => (close(writing.conn, erasure)?, None),
    };
    Ok(Outcome::Erased { rows, next })
}

type Stepped = (u32, Option<ErasureStep>);

/// A conversation of two stays in its inbox, so that it is there for a later user of this id; what was in it is not.
const OWN: [&str; 3] = [
    "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries
         WHERE app = ?1 AND coalesce(user, device) = ?2 AND user = ?2 AND state <> 0 LIMIT ?3)",
    "DELETE FROM acks WHERE app = ?1 AND user = ?2 AND (device, conversation) IN
         (SELECT device, conversation FROM acks WHERE app = ?1 AND user = ?2 LIMIT ?3)",
    "UPDATE inbox SET from_seq = (SELECT seq FROM conversations WHERE row = conversation), read_seq = 0
     WHERE app = ?1 AND user = ?2 AND conversation IN (SELECT i.conversation FROM inbox i
         JOIN conversations c ON c.row = i.conversation
         WHERE i.app = ?1 AND i.user = ?2 AND i.from_seq < c.seq LIMIT ?3)",
];

fn own(conn: &Connection, erasure: &Erasure) -> rusqlite::Result<Stepped> {
    let mut left = erasure.limit;
    for user in &erasure.users {
        for sql in OWN {
            let went = sql::execute(conn, sql, values![erasure.app, user, left])?;
            left = left.saturating_sub(count(went));
            if left == 0 {
                return Ok((erasure.limit, Some(ErasureStep::Own)));
            }
        }
    }
    Ok((erasure.limit - left, Some(ErasureStep::Messages { after: None })))
}

/// A message, as far as it takes to say whose it is.
struct Looked {
    row: i64,
    id: MessageId,
    conversation: Option<i64>,
    addressee: Option<String>,
    sender: Option<UserId>,
    has_words: bool,
}

/// What is to the users alone.
struct Theirs {
    conversations: HashSet<i64>,
    addressees: HashSet<String>,
}

impl Theirs {
    fn of(conn: &Connection, app: AppId, users: &[UserId]) -> Result<Self, StoreError> {
        let mut theirs = Self { conversations: HashSet::new(), addressees: HashSet::new() };
        for user in users {
            let system = conversations::find(conn, app, &ConversationId::system(user))?;
            theirs.conversations.extend(system.map(|head| head.row));
            let addressee = serde_json::to_string(&Addressee::User(user.clone()))
                .map_err(|error| StoreError::Database(error.to_string()))?;
            theirs.addressees.insert(addressee);
        }
        Ok(theirs)
    }

    fn includes(&self, message: &Looked) -> bool {
        message.conversation.is_some_and(|row| self.conversations.contains(&row))
            || message.addressee.as_ref().is_some_and(|addressee| self.addressees.contains(addressee))
    }
}

fn messages(
    writing: &mut Writing<'_>,
    erasure: &Erasure,
    users: &HashSet<&UserId>,
    mut after: Option<MessageId>,
) -> Result<Stepped, StoreError> {
    let limit = erasure.limit.saturating_mul(LOOKED_AT_PER_ROW);
    let looked = look(writing.conn, erasure.app, after, limit)?;
    let is_last = count(looked.len()) < limit;
    let theirs = Theirs::of(writing.conn, erasure.app, &erasure.users)?;
    let mut rows = 0;
    for message in looked {
        if rows >= erasure.limit {
            return Ok((rows, Some(ErasureStep::Messages { after })));
        }
        if theirs.includes(&message) {
            end(writing, erasure, &message)?;
            let taken = take_away(writing.conn, erasure.app, message.row, erasure.limit - rows)?;
            rows += taken.rows;
            if taken.is_cut_short {
                return Ok((rows, Some(ErasureStep::Messages { after })));
            }
        } else if message.has_words && message.sender.as_ref().is_some_and(|sender| users.contains(sender)) {
            recalls::recall(writing, erasure.app, message.id, erasure.reason, erasure.at)?;
            rows += 1;
        }
        after = Some(message.id);
    }
    let next = if is_last { ErasureStep::Calls { after: None } } else { ErasureStep::Messages { after } };
    Ok((rows, Some(next)))
}

fn look(
    conn: &Connection,
    app: AppId,
    after: Option<MessageId>,
    limit: u32,
) -> rusqlite::Result<Vec<Looked>> {
    sql::all(
        conn,
        "SELECT row, id, conversation, addressee, sender, recalled_at IS NULL FROM messages
         WHERE app = ?1 AND id > ifnull(?2, x'') ORDER BY id LIMIT ?3",
        values![app, after, limit],
        |columns| {
            Ok(Looked {
                row: columns.next()?,
                id: columns.next()?,
                conversation: columns.next()?,
                addressee: columns.next()?,
                sender: columns.next()?,
                has_words: columns.next()?,
            })
        },
    )
}

/// Nothing of it begins any more.
fn end(writing: &mut Writing<'_>, erasure: &Erasure, message: &Looked) -> Result<(), StoreError> {
    if fanouts::end(writing, message.row)? {
        writing.tell(Change::Settled(erasure.app, message.id));
    }
    let which = cancels::Which::Message(message.id);
    cancels::cancel(writing, erasure.app, which, erasure.reason, erasure.at).map(drop)
}

fn calls(
    conn: &Connection,
    erasure: &Erasure,
    users: &HashSet<&UserId>,
    mut after: Option<CallId>,
) -> rusqlite::Result<Stepped> {
    let looked: Vec<(CallId, UserId)> = sql::all(
        conn,
        "SELECT id, json_extract(call, '$.caller') FROM calls WHERE app = ?1 AND id > ifnull(?2, x'')
         ORDER BY id LIMIT ?3",
        values![erasure.app, after, erasure.limit],
        |columns| Ok((columns.next()?, columns.next()?)),
    )?;
    let is_last = count(looked.len()) < erasure.limit;
    let mut rows = 0;
    for (id, caller) in looked {
        if users.contains(&caller) {
            rows += count(sql::execute(
                conn,
                "DELETE FROM calls WHERE app = ?1 AND id = ?2 AND rings_until IS NULL",
                values![erasure.app, id],
            )?);
        }
        after = Some(id);
    }
    Ok((rows, Some(if is_last { ErasureStep::Mutes { after: None } } else { ErasureStep::Calls { after } })))
}

fn mutes(
    conn: &Connection,
    erasure: &Erasure,
    users: &HashSet<&UserId>,
    mut after: Option<(ConversationId, UserId)>,
) -> rusqlite::Result<Stepped> {
    let limit = erasure.limit.saturating_mul(LOOKED_AT_PER_ROW);
    let (conversation, user) = after.clone().unzip();
    let looked: Vec<(ConversationId, UserId)> = sql::all(
        conn,
        "SELECT conversation, user FROM mutes
         WHERE app = ?1 AND (conversation, user) > (ifnull(?2, ''), ifnull(?3, ''))
         ORDER BY conversation, user LIMIT ?4",
        values![erasure.app, conversation, user, limit],
        |columns| Ok((columns.next()?, columns.next()?)),
    )?;
    let is_last = count(looked.len()) < limit;
    let mut rows = 0;
    for muted in looked {
        if rows >= erasure.limit {
            return Ok((rows, Some(ErasureStep::Mutes { after })));
        }
        if users.contains(&muted.1) {
            rows += count(sql::execute(
                conn,
                "DELETE FROM mutes WHERE app = ?1 AND conversation = ?2 AND user = ?3",
                values![erasure.app, muted.0, muted.1],
            )?);
        }
        after = Some(muted);
    }
    Ok((rows, Some(if is_last { ErasureStep::Close } else { ErasureStep::Mutes { after } })))
}

/// What was decided before the deletion and is on the wire keeps its user open. What others sent since is not the
/// user's: it ended without one.
fn close(conn: &Connection, erasure: &Erasure) -> rusqlite::Result<u32> {
    let mut rows = 0;
    for user in &erasure.users {
        rows += count(sql::execute(
            conn,
            "UPDATE deleted_users SET erased_at = ?3 WHERE app = ?1 AND user = ?2 AND erased_at IS NULL
                 AND NOT EXISTS (SELECT 1 FROM deliveries d
                     WHERE d.app = ?1 AND coalesce(d.user, d.device) = ?2 AND d.user = ?2
                     AND d.decided_at <= deleted_users.at)",
            values![erasure.app, user, erasure.at],
        )?);
    }
    Ok(rows)
}
