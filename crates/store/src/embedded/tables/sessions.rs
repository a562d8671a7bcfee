//! Sessions: the newest login of each user on each device.

use model::{
    AppId, BindingLoss, DeviceId, DeviceReport, LoginPolicy, ReasonCode, SessionId, SessionState, Timestamp,
    UserId,
};
use rusqlite::Connection;

use super::{badges, bindings, cancels, deletions, deliveries, devices, users};
use crate::{
    NewSession, Outcome, SessionEnd, SessionRecord, StoreError,
    embedded::{
        sql::{self, Columns, Json, values},
        writing::Writing,
        young::Scope,
    },
};

pub(in crate::embedded) fn open(writing: &mut Writing<'_>, new: &NewSession) -> Result<Outcome, StoreError> {
    if deletions::bars_login(writing.conn, new.app, &new.user, new.at)? {
        return Ok(Outcome::Stale);
    }
    users::put(writing, new.app, &new.user, new.at)?;
    let renewed = devices::renew(writing, new.app, new.device, new.push_id, &new.report, new.at)?;
    let last_device = last_device(writing.conn, new.app, &new.user)?.filter(|last| *last != new.device);
    let kicked = ended_by(writing.conn, new)?;
    for session in &kicked {
        end_login(writing, new.app, session, SessionState::Kicked, new.kicked_reason, new.at)?;
    }
    sql::execute(
        writing.conn,
        "INSERT OR REPLACE INTO sessions (app, user, device, state, since) VALUES (?1, ?2, ?3, ?4, ?5)",
        values![new.app, new.user, new.device, new.state, new.at],
    )?;
    let id = SessionId(writing.conn.last_insert_rowid());
    writing.tell_session(new.app, &new.user, new.device);
    Ok(Outcome::Session {
        id,
        push_id: renewed.push_id,
        push_on: renewed.push_on,
        kicked: kicked.into_iter().map(|session| (session.user, session.device, session.id)).collect(),
        last_device,
        has_pushed: deliveries::was_pushed(writing.conn, new.app, &new.user)?,
    })
}

fn last_device(conn: &Connection, app: AppId, user: &UserId) -> rusqlite::Result<Option<DeviceId>> {
    sql::first(
        conn,
        "SELECT device FROM sessions WHERE app = ?1 AND user = ?2 ORDER BY id DESC LIMIT 1",
        values![app, user],
        |columns| columns.next(),
    )
}

/// The logins that a new one ends: other users' on its device (row B13), and the user's own elsewhere that the policy
/// does not allow beside it (row B8).
fn ended_by(conn: &Connection, new: &NewSession) -> rusqlite::Result<Vec<SessionRecord>> {
    let mut ended = sql::all(
        conn,
        "SELECT id, user, device, state, since FROM sessions
         WHERE app = ?1 AND device = ?2 AND user <> ?3 AND state < 3",
        values![new.app, new.device, new.user],
        read,
    )?;
    match new.policy {
        LoginPolicy::Many => {}
        LoginPolicy::OneDevice => ended.extend(sql::all(
            conn,
            "SELECT id, user, device, state, since FROM sessions
             WHERE app = ?1 AND user = ?2 AND device <> ?3 AND state < 3",
            values![new.app, new.user, new.device],
            read,
        )?),
        LoginPolicy::OnePerPlatformClass => ended.extend(of_same_class(conn, new)?),
    }
    Ok(ended)
}

/// The user's logins on other devices of the same platform class.
fn of_same_class(conn: &Connection, new: &NewSession) -> rusqlite::Result<Vec<SessionRecord>> {
    let elsewhere: Vec<(SessionRecord, DeviceReport)> = sql::all(
        conn,
        "SELECT s.id, s.user, s.device, s.state, s.since, d.report
         FROM sessions s JOIN devices d ON d.app = s.app AND d.id = s.device
         WHERE s.app = ?1 AND s.user = ?2 AND s.device <> ?3 AND s.state < 3",
        values![new.app, new.user, new.device],
        |columns| Ok((read(columns)?, columns.next::<Json<_>>()?.0)),
    )?;
    let class = new.report.platform.class();
    let same = elsewhere.into_iter().filter(|(_, report)| report.platform.class() == class);
    Ok(same.map(|(session, _)| session).collect())
}

/// The end of a login: its bindings go and its queued deliveries are cancelled with it.
pub(super) fn end_login(
    writing: &mut Writing<'_>,
    app: AppId,
    session: &SessionRecord,
    to: SessionState,
    reason: ReasonCode,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    set_state(writing.conn, session.id, to, at)?;
    bindings::lose_owned(writing, app, session.device, &session.user, BindingLoss::LoggedOut)?;
    writing.tell_session(app, &session.user, session.device);
    cancels::cancel(writing, app, cancels::Which::UserDevice(&session.user, session.device), reason, at)
}

/// A decision that was made before the device fetched is old.
pub(in crate::embedded) fn note_fetch(
    writing: &mut Writing<'_>,
    app: AppId,
    user: &UserId,
    device: DeviceId,
    at: Timestamp,
) -> rusqlite::Result<()> {
    writing.changed_user(app, user);
    sql::execute(
        writing.conn,
        "UPDATE sessions SET fetched_at = ?4 WHERE app = ?1 AND user = ?2 AND device = ?3",
        values![app, user, device, at],
    )
    .map(|_| ())
}

fn set_state(conn: &Connection, session: SessionId, to: SessionState, at: Timestamp) -> rusqlite::Result<()> {
    sql::execute(conn, "UPDATE sessions SET state = ?2, since = ?3 WHERE id = ?1", values![session, to, at])
        .map(|_| ())
}

pub(in crate::embedded) fn move_to(
    writing: &mut Writing<'_>,
    app: AppId,
    session: SessionId,
    (to, badge): (SessionState, Option<u32>),
    at: Timestamp,
    cancel_reason: ReasonCode,
) -> Result<Outcome, StoreError> {
    let Some(session) = find(writing.conn, app, session)?.filter(|session| session.state.is_logged_in())
    else {
        return Ok(Outcome::Moved(false));
    };
    set_state(writing.conn, session.id, to, at)?;
    devices::seen(writing.conn, app, session.device, at)?;
    if let Some(badge) = badge {
        // What waits in memory was counted on the badge that the device had.
        writing.write_young(Scope::Device(app, session.device))?;
        badges::set(writing.conn, app, session.device, badge)?;
    }
    writing.tell_session(app, &session.user, session.device);
    if to == SessionState::OnlineForeground {
        let which = cancels::Which::UserDevice(&session.user, session.device);
        cancels::cancel(writing, app, which, cancel_reason, at)?;
    }
    Ok(Outcome::Moved(true))
}

pub(in crate::embedded) fn end(writing: &mut Writing<'_>, end: &SessionEnd) -> Result<Outcome, StoreError> {
    match find(writing.conn, end.app, end.session)?.filter(|session| session.state.is_logged_in()) {
        Some(session) => end_login(writing, end.app, &session, end.to, end.reason, end.at),
        None => Ok(Outcome::Cancelled { cancelled: 0, raced: 0 }),
    }
}

pub(in crate::embedded) fn disconnect_all(
    writing: &mut Writing<'_>,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let moved: Vec<(AppId, UserId, DeviceId)> = sql::all(
        writing.conn,
        "UPDATE sessions SET state = ?1, since = ?2 WHERE state < 2 RETURNING app, user, device",
        values![SessionState::Disconnected, at],
        |columns| Ok((columns.next()?, columns.next()?, columns.next()?)),
    )?;
    for (app, user, device) in moved {
        writing.tell_session(app, &user, device);
    }
    Ok(Outcome::Done)
}

/// Reads `id, user, device, state, since`.
fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<SessionRecord> {
    let id = columns.next()?;
    read_with_id(id, columns)
}

/// Reads `user, device, state, since`, where the id told already that there is a row.
pub(super) fn read_with_id(id: SessionId, columns: &mut Columns<'_, '_>) -> rusqlite::Result<SessionRecord> {
    Ok(SessionRecord {
        id,
        user: columns.next()?,
        device: columns.next()?,
        state: columns.next()?,
        since: columns.next()?,
    })
}

pub(in crate::embedded) fn find(
    conn: &Connection,
    app: AppId,
    session: SessionId,
) -> Result<Option<SessionRecord>, StoreError> {
    Ok(sql::first(
        conn,
        "SELECT id, user, device, state, since FROM sessions WHERE id = ?1 AND app = ?2",
        values![session, app],
        read,
    )?)
}

pub(in crate::embedded) fn of_user(
    conn: &Connection,
    app: AppId,
    user: &UserId,
) -> Result<Vec<SessionRecord>, StoreError> {
    Ok(sql::all(
        conn,
        "SELECT id, user, device, state, since FROM sessions WHERE app = ?1 AND user = ?2 ORDER BY id",
        values![app, user],
        read,
    )?)
}

/// The newest login on a device, of whichever user.
pub(super) fn newest_on(
    conn: &Connection,
    app: AppId,
    device: DeviceId,
) -> rusqlite::Result<Option<SessionRecord>> {
    sql::first(
        conn,
        "SELECT id, user, device, state, since FROM sessions WHERE app = ?1 AND device = ?2
         ORDER BY id DESC LIMIT 1",
        values![app, device],
        read,
    )
}
