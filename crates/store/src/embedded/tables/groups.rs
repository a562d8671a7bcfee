//! Groups. A dismissed one keeps its row, and nothing finds it any more.

use model::{AppId, ConversationId, Group, GroupId, ReasonCode, Role, Seq, Timestamp, UserId};
use rusqlite::Connection;

use super::{cancels, conversations, members};
use crate::{
    Change, Outcome, StoreError,
    embedded::{
        sql::{self, Columns, values},
        writing::Writing,
    },
};

/// What a change of a group has to know of it.
pub(super) struct Standing {
    pub(super) conversation: i64,
    /// The conversation's last message.
    pub(super) seq: Seq,
    pub(super) owner: UserId,
    pub(super) members: u32,
}

/// A group that is not dismissed.
pub(super) fn standing(conn: &Connection, app: AppId, group: &GroupId) -> rusqlite::Result<Option<Standing>> {
    sql::first(
        conn,
        "SELECT g.conversation, c.seq, g.owner, g.members FROM groups g
         JOIN conversations c ON c.row = g.conversation
         WHERE g.app = ?1 AND g.id = ?2 AND g.dismissed_at IS NULL",
        values![app, group],
        |columns| {
            Ok(Standing {
                conversation: columns.next()?,
                seq: columns.next()?,
                owner: columns.next()?,
                members: columns.next()?,
            })
        },
    )
}

pub(in crate::embedded) fn create(
    writing: &mut Writing<'_>,
    group: &Group,
    others: &[UserId],
) -> Result<Outcome, StoreError> {
    let conn = writing.conn;
    let mut users: Vec<&UserId> = std::iter::once(&group.owner).chain(others).collect();
    users.sort_unstable();
    users.dedup();
    if !members::fit(users.len()) || is_taken(conn, group.app, &group.id)? {
        return Ok(Outcome::Conflict);
    }
    let head = conversations::find_or_make(conn, group.app, &ConversationId::group(&group.id))?;
    sql::execute(
        conn,
        "INSERT INTO groups (app, id, conversation, name, owner, join_mode, muted, members, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8)",
        values![
            group.app,
            group.id,
            head.row,
            group.name,
            group.owner,
            group.join,
            group.muted,
            group.created_at
        ],
    )?;
    for user in &users {
        members::insert(conn, group.app, head, user, group.created_at)?;
    }
    members::set_role(conn, group.app, head.row, &group.owner, Role::Owner)?;
    count(conn, group.app, &group.id, users.len())?;
    writing.tell(Change::Group(group.app, group.id.clone()));
    Ok(Outcome::Done)
}

fn is_taken(conn: &Connection, app: AppId, group: &GroupId) -> rusqlite::Result<bool> {
    sql::first(conn, "SELECT 1 FROM groups WHERE app = ?1 AND id = ?2", values![app, group], |_| Ok(()))
        .map(|row| row.is_some())
}

/// Stores how many members the group has.
pub(super) fn count(conn: &Connection, app: AppId, group: &GroupId, members: usize) -> rusqlite::Result<()> {
    let members = u32::try_from(members).unwrap_or(u32::MAX);
    sql::execute(
        conn,
        "UPDATE groups SET members = ?3 WHERE app = ?1 AND id = ?2",
        values![app, group, members],
    )
    .map(|_| ())
}

/// A new owner must be a member already.
pub(in crate::embedded) fn change(writing: &mut Writing<'_>, group: &Group) -> Result<Outcome, StoreError> {
    let conn = writing.conn;
    let Some(standing) = standing(conn, group.app, &group.id)? else { return Ok(Outcome::Missing) };
    if standing.owner != group.owner {
        if !members::is_in(conn, group.app, standing.conversation, &group.owner)? {
            return Ok(Outcome::Missing);
        }
        members::set_role(conn, group.app, standing.conversation, &standing.owner, Role::Admin)?;
        members::set_role(conn, group.app, standing.conversation, &group.owner, Role::Owner)?;
    }
    sql::execute(
        conn,
        "UPDATE groups SET name = ?3, owner = ?4, join_mode = ?5, muted = ?6 WHERE app = ?1 AND id = ?2",
        values![group.app, group.id, group.name, group.owner, group.join, group.muted],
    )?;
    writing.tell(Change::Group(group.app, group.id.clone()));
    Ok(Outcome::Done)
}

pub(in crate::embedded) fn dismiss(
    writing: &mut Writing<'_>,
    app: AppId,
    group: &GroupId,
    reason: ReasonCode,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let Some(standing) = standing(writing.conn, app, group)? else { return Ok(Outcome::Missing) };
    // Whose deliveries they are, only the members say: they go last.
    cancels::cancel(writing, app, cancels::Which::Group(standing.conversation), reason, at)?;
    members::clear(writing.conn, app, standing.conversation)?;
    conversations::close(writing.conn, standing.conversation, at)?;
    sql::execute(
        writing.conn,
        "UPDATE groups SET members = 0, dismissed_at = ?3 WHERE app = ?1 AND id = ?2",
        values![app, group, at],
    )?;
    writing.tell(Change::Group(app, group.clone()));
    Ok(Outcome::Done)
}

const SELECT: &str = "SELECT app, id, name, owner, join_mode, muted, members, created_at FROM groups";

fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Group> {
    Ok(Group {
        app: columns.next()?,
        id: columns.next()?,
        name: columns.next()?,
        owner: columns.next()?,
        join: columns.next()?,
        muted: columns.next()?,
        members: columns.next()?,
        created_at: columns.next()?,
    })
}

pub(in crate::embedded) fn find(
    conn: &Connection,
    app: AppId,
    group: &GroupId,
) -> Result<Option<Group>, StoreError> {
    Ok(sql::first(
        conn,
        &format!("{SELECT} WHERE app = ?1 AND id = ?2 AND dismissed_at IS NULL"),
        values![app, group],
        read,
    )?)
}

pub(in crate::embedded) fn list(
    conn: &Connection,
    app: AppId,
    after: Option<&GroupId>,
    limit: u32,
) -> Result<Vec<Group>, StoreError> {
    Ok(sql::all(
        conn,
        &format!(
            "{SELECT} WHERE app = ?1 AND id > ifnull(?2, '') AND dismissed_at IS NULL ORDER BY id LIMIT ?3"
        ),
        values![app, after, limit],
        read,
    )?)
}

/// Those whose name begins so, in its order.
pub(in crate::embedded) fn named(
    conn: &Connection,
    app: AppId,
    prefix: &str,
    after: Option<&(String, GroupId)>,
    limit: u32,
) -> Result<Vec<Group>, StoreError> {
    let (name, id) = after.map_or((prefix, ""), |(name, id)| (name.as_str(), id.as_str()));
    // No text that begins so is greater than the same with the greatest letter behind it.
    let end = format!("{prefix}{}", char::MAX);
    Ok(sql::all(
        conn,
        &format!(
            "{SELECT} INDEXED BY groups_by_name WHERE app = ?1 AND (name, id) > (?2, ?3) AND name < ?4
             AND dismissed_at IS NULL ORDER BY name, id LIMIT ?5"
        ),
        values![app, name, id, end, limit],
        read,
    )?)
}
