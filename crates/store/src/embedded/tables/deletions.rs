//! Deleted users: what goes at once, and the mark by which the rest is found.

use model::{AppId, BindingLoss, DeviceId, ReasonCode, SessionState, Timestamp, UserId};
use rusqlite::Connection;

use super::{bindings, cancels, sessions};
use crate::{
    Change, Deletion, Outcome, StoreError,
    embedded::{
        sql::{self, Columns, values},
        writing::Writing,
    },
};

/// Ends everything by which the user can be reached or known.
pub(in crate::embedded) fn begin(
    writing: &mut Writing<'_>,
    app: AppId,
    user: &UserId,
    reason: ReasonCode,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let conn = writing.conn;
    if !is_known(conn, app, user)? {
        return Ok(Outcome::Missing);
    }
    sql::execute(
        conn,
        "INSERT INTO deleted_users (app, user, at) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET at = excluded.at, erased_at = NULL",
        values![app, user, at],
    )?;
    sql::execute(conn, "DELETE FROM users WHERE app = ?1 AND id = ?2", values![app, user])?;
    let logins = sessions::of_user(conn, app, user)?;
    let mut devices = bindings::devices_owned(conn, app, user)?;
    devices.extend(logins.iter().map(|login| login.device));
    devices.sort_unstable();
    devices.dedup();
    let mut all = Outcomes::default();
    for login in logins.iter().filter(|login| login.state.is_logged_in()) {
        all.add(&sessions::end_login(writing, app, login, SessionState::LoggedOut, reason, at)?);
    }
    bindings::disown(writing, app, user, BindingLoss::LoggedOut)?;
    sql::execute(conn, "DELETE FROM sessions WHERE app = ?1 AND user = ?2", values![app, user])?;
    for device in devices {
        let which = cancels::Which::UserDevice(user, device);
        all.add(&cancels::cancel(writing, app, which, reason, at)?);
        leave_device(writing, app, device, at)?;
    }
    writing.tell(Change::User(app, user.clone()));
    Ok(Outcome::Cancelled { cancelled: all.cancelled, raced: all.raced })
}

/// What several cancels came to.
#[derive(Default)]
struct Outcomes {
    cancelled: u32,
    raced: u32,
}

impl Outcomes {
    const fn add(&mut self, outcome: &Outcome) {
        if let Outcome::Cancelled { cancelled, raced } = outcome {
            self.cancelled += *cancelled;
            self.raced += *raced;
        }
    }
}

/// Someone whom only conversations or tokens name is known too, but not one who was deleted already.
fn is_known(conn: &Connection, app: AppId, user: &UserId) -> rusqlite::Result<bool> {
    let is_known = sql::first(
        conn,
        "SELECT EXISTS (SELECT 1 FROM users WHERE app = ?1 AND id = ?2)
             OR EXISTS (SELECT 1 FROM bindings WHERE app = ?1 AND owner = ?2)
             OR (EXISTS (SELECT 1 FROM inbox WHERE app = ?1 AND user = ?2)
                 AND NOT EXISTS (SELECT 1 FROM deleted_users WHERE app = ?1 AND user = ?2))",
        values![app, user],
        |columns| columns.next(),
    )?;
    Ok(is_known.unwrap_or(false))
}

/// What counted the user's pushes goes. A device that is nobody else's is unregistered: its Push ID was the user's.
fn leave_device(
    writing: &mut Writing<'_>,
    app: AppId,
    device: DeviceId,
    at: Timestamp,
) -> rusqlite::Result<()> {
    sql::execute(
        writing.conn,
        "DELETE FROM badges WHERE app = ?1 AND device = ?2
             AND NOT EXISTS (SELECT 1 FROM sessions WHERE app = ?1 AND device = ?2)",
        values![app, device],
    )?;
    sql::execute(
        writing.conn,
        "UPDATE devices SET unregistered_at = ifnull(unregistered_at, ?3) WHERE app = ?1 AND id = ?2
             AND NOT EXISTS (SELECT 1 FROM sessions WHERE app = ?1 AND device = ?2)
             AND NOT EXISTS (SELECT 1 FROM bindings WHERE app = ?1 AND device = ?2 AND lost IS NULL)",
        values![app, device, at],
    )?;
    writing.tell_device(app, device);
    Ok(())
}

/// Whether something of an earlier user of this id is left, which must not be taken for the new one's.
pub(super) fn is_being_erased(conn: &Connection, app: AppId, user: &UserId) -> rusqlite::Result<bool> {
    let being_erased = sql::first(
        conn,
        "SELECT 1 FROM deleted_users WHERE app = ?1 AND user = ?2 AND erased_at IS NULL",
        values![app, user],
        |_| Ok(()),
    )?;
    Ok(being_erased.is_some())
}

/// Whether a login that was checked at this moment rests on a user who was deleted since.
pub(super) fn bars_login(
    conn: &Connection,
    app: AppId,
    user: &UserId,
    at: Timestamp,
) -> rusqlite::Result<bool> {
    let deletion = find(conn, app, user)?;
    Ok(deletion.is_some_and(|deletion| deletion.erased_at.is_none() || deletion.at >= at))
}

const SELECT: &str = "SELECT app, user, at, erased_at FROM deleted_users";

fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Deletion> {
    Ok(Deletion {
        app: columns.next()?,
        user: columns.next()?,
        at: columns.next()?,
        erased_at: columns.next()?,
    })
}

pub(in crate::embedded) fn find(
    conn: &Connection,
    app: AppId,
    user: &UserId,
) -> rusqlite::Result<Option<Deletion>> {
    sql::first(conn, &format!("{SELECT} WHERE app = ?1 AND user = ?2"), values![app, user], read)
}

pub(in crate::embedded) fn to_do(conn: &Connection, limit: u32) -> Result<Vec<Deletion>, StoreError> {
    let sql = format!("{SELECT} WHERE erased_at IS NULL ORDER BY app, user LIMIT ?1");
    Ok(sql::all(conn, &sql, values![limit], read)?)
}
