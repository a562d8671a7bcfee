//! Who is in a group, by the group's conversation.

use std::collections::BTreeSet;

use model::{AppId, GROUP_MEMBERS_MAX, GroupId, GroupMember, ReasonCode, Role, Timestamp, UserId};
use rusqlite::Connection;

use super::{cancels, conversations::Head, groups};
use crate::{
    Change, Outcome, StoreError,
    embedded::{
        sql::{self, Columns, values},
        writing::Writing,
    },
};

/// Whether a group may have so many.
pub(super) const fn fit(members: usize) -> bool {
    members <= GROUP_MEMBERS_MAX
}

/// Brings a user in, who sees nothing of what was written before.
pub(super) fn insert(
    conn: &Connection,
    app: AppId,
    head: Head,
    user: &UserId,
    at: Timestamp,
) -> rusqlite::Result<()> {
    sql::execute(
        conn,
        "INSERT INTO group_members (app, conversation, user, role, joined_at) VALUES (?1, ?2, ?3, 0, ?4)",
        values![app, head.row, user, at],
    )?;
    sql::execute(
        conn,
        "INSERT OR REPLACE INTO inbox (app, user, conversation, from_seq) VALUES (?1, ?2, ?3, ?4)",
        values![app, user, head.row, head.seq],
    )
    .map(|_| ())
}

fn delete(conn: &Connection, app: AppId, conversation: i64, user: &UserId) -> rusqlite::Result<()> {
    sql::execute(
        conn,
        "DELETE FROM group_members WHERE app = ?1 AND conversation = ?2 AND user = ?3",
        values![app, conversation, user],
    )?;
    sql::execute(
        conn,
        "DELETE FROM inbox WHERE app = ?1 AND user = ?3 AND conversation = ?2",
        values![app, conversation, user],
    )
    .map(|_| ())
}

/// Takes everybody out.
pub(super) fn clear(conn: &Connection, app: AppId, conversation: i64) -> rusqlite::Result<()> {
    sql::execute(
        conn,
        "DELETE FROM inbox WHERE app = ?1 AND conversation = ?2
         AND user IN (SELECT user FROM group_members WHERE app = ?1 AND conversation = ?2)",
        values![app, conversation],
    )?;
    sql::execute(
        conn,
        "DELETE FROM group_members WHERE app = ?1 AND conversation = ?2",
        values![app, conversation],
    )
    .map(|_| ())
}

pub(super) fn set_role(
    conn: &Connection,
    app: AppId,
    conversation: i64,
    user: &UserId,
    role: Role,
) -> rusqlite::Result<()> {
    sql::execute(
        conn,
        "UPDATE group_members SET role = ?4 WHERE app = ?1 AND conversation = ?2 AND user = ?3",
        values![app, conversation, user, role],
    )
    .map(|_| ())
}

pub(super) fn is_in(
    conn: &Connection,
    app: AppId,
    conversation: i64,
    user: &UserId,
) -> rusqlite::Result<bool> {
    sql::first(
        conn,
        "SELECT 1 FROM group_members WHERE app = ?1 AND conversation = ?2 AND user = ?3",
        values![app, conversation, user],
        |_| Ok(()),
    )
    .map(|row| row.is_some())
}

/// Who shall come in and go at once goes.
pub(in crate::embedded) fn change(
    writing: &mut Writing<'_>,
    app: AppId,
    group: &GroupId,
    (add, remove): (&[UserId], &[UserId]),
    reason: ReasonCode,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let conn = writing.conn;
    let Some(standing) = groups::standing(conn, app, group)? else { return Ok(Outcome::Missing) };
    let row = standing.conversation;
    let (coming, going): (BTreeSet<_>, BTreeSet<_>) = (add.iter().collect(), remove.iter().collect());
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    for user in coming.difference(&going) {
        if !is_in(conn, app, row, user)? {
            added.push((*user).clone());
        }
    }
    for user in going {
        if is_in(conn, app, row, user)? {
            removed.push(user.clone());
        }
    }
    let members = usize::try_from(standing.members).unwrap_or(usize::MAX);
    let members = (members + added.len()).saturating_sub(removed.len());
    if !added.is_empty() && !fit(members) {
        return Ok(Outcome::Conflict);
    }
    for user in &added {
        insert(conn, app, Head { row, seq: standing.seq, is_closed: false }, user, at)?;
    }
    for user in &removed {
        delete(conn, app, row, user)?;
        let which = cancels::Which::UserConversation { user, conversation: row, upto: standing.seq };
        cancels::cancel(writing, app, which, reason, at)?;
    }
    if !added.is_empty() || !removed.is_empty() {
        groups::count(conn, app, group, members)?;
        writing.tell(Change::Group(app, group.clone()));
    }
    Ok(Outcome::Members { added, removed })
}

/// The owner stays the owner: only a change of the group makes another one.
pub(in crate::embedded) fn change_one(
    writing: &mut Writing<'_>,
    app: AppId,
    group: &GroupId,
    user: &UserId,
    role: Role,
    muted_until: Option<Timestamp>,
) -> Result<Outcome, StoreError> {
    let Some(standing) = groups::standing(writing.conn, app, group)? else { return Ok(Outcome::Missing) };
    let changed = sql::execute(
        writing.conn,
        "UPDATE group_members SET role = iif(role = 2, 2, ?4), muted_until = ?5
         WHERE app = ?1 AND conversation = ?2 AND user = ?3",
        values![app, standing.conversation, user, role.min(Role::Admin), muted_until],
    )?;
    if changed == 0 {
        return Ok(Outcome::Missing);
    }
    writing.tell(Change::Group(app, group.clone()));
    Ok(Outcome::Done)
}

const SELECT: &str = "SELECT x.user, x.role, x.muted_until, ifnull(i.from_seq, 0), x.joined_at
    FROM groups g JOIN group_members x ON x.app = g.app AND x.conversation = g.conversation
    LEFT JOIN inbox i ON i.app = x.app AND i.user = x.user AND i.conversation = x.conversation
    WHERE g.app = ?1 AND g.id = ?2";

fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<GroupMember> {
    Ok(GroupMember {
        user: columns.next()?,
        role: columns.next()?,
        muted_until: columns.next()?,
        joined_at_seq: columns.next()?,
        joined_at: columns.next()?,
    })
}

pub(in crate::embedded) fn list(
    conn: &Connection,
    app: AppId,
    group: &GroupId,
    after: Option<&UserId>,
    limit: u32,
) -> Result<Vec<GroupMember>, StoreError> {
    Ok(sql::all(
        conn,
        &format!("{SELECT} AND x.user > ifnull(?3, '') ORDER BY x.user LIMIT ?4"),
        values![app, group, after, limit],
        read,
    )?)
}

pub(in crate::embedded) fn find(
    conn: &Connection,
    app: AppId,
    group: &GroupId,
    user: &UserId,
) -> Result<Option<GroupMember>, StoreError> {
    Ok(sql::first(conn, &format!("{SELECT} AND x.user = ?3"), values![app, group, user], read)?)
}
