//! What each device's badge shows as far as the server knows (row T1): the base that the app reported, and one for each
//! push since.

use model::{AppId, DeviceId, UserId};
use rusqlite::Connection;

use crate::embedded::{
    sql::{self, values},
    writing::Writing,
};

/// The app reported its base.
pub(super) fn set(conn: &Connection, app: AppId, device: DeviceId, count: u32) -> rusqlite::Result<()> {
    sql::execute(
        conn,
        "INSERT INTO badges (app, device, count) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET count = excluded.count",
        values![app, device, count],
    )
    .map(|_| ())
}

/// What the badge shows with one more push.
pub(super) fn next(writing: &Writing<'_>, app: AppId, device: DeviceId) -> rusqlite::Result<u32> {
    let stored: Option<u32> = sql::first(
        writing.conn,
        "SELECT count FROM badges WHERE app = ?1 AND device = ?2",
        values![app, device],
        |columns| columns.next(),
    )?;
    Ok(stored.unwrap_or(0).saturating_add(writing.counted(app, device)).saturating_add(1))
}

/// One more push.
pub(super) fn count_up(conn: &Connection, app: AppId, device: DeviceId) -> rusqlite::Result<()> {
    sql::execute(
        conn,
        "INSERT INTO badges (app, device, count) VALUES (?1, ?2, 1)
         ON CONFLICT DO UPDATE SET count = min(count + 1, 4294967295)",
        values![app, device],
    )
    .map(|_| ())
}

/// The user has read so many messages; the device it was done on keeps its own badge.
pub(super) fn lower(
    conn: &Connection,
    app: AppId,
    user: &UserId,
    except: Option<DeviceId>,
    by: u32,
) -> rusqlite::Result<()> {
    sql::execute(
        conn,
        "UPDATE badges SET count = max(count - ?4, 0)
         WHERE app = ?1 AND device IS NOT ?3 AND device IN (
             SELECT device FROM sessions WHERE app = ?1 AND user = ?2 AND state < 3
             UNION SELECT device FROM bindings WHERE app = ?1 AND owner = ?2 AND lost IS NULL)",
        values![app, user, except, by],
    )
    .map(|_| ())
}
