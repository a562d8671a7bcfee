//! The targets of a message, with what the rules look at: one read per page.

use std::sync::Arc;

use model::{
    Addressee, AppId, Binding, BindingKind, BindingLoss, BindingState, CertificateId, ConversationId,
    DeviceId, Mute, PushId, Seq, Timestamp, UserId, UserSettings,
};
use rusqlite::{Connection, ToSql};
use uuid::Uuid;

use super::{bindings, conversations, devices, sessions};
use crate::{
    AudienceRow, StoreError,
    embedded::sql::{self, Columns, Json, values},
};

/// A page has as many rows as asked for, and those that complete its last user, unless it is the last.
pub(in crate::embedded) fn page(
    conn: &Connection,
    app: AppId,
    addressee: &Addressee,
    after: Option<&UserId>,
    limit: u32,
) -> Result<Vec<AudienceRow>, StoreError> {
    let after_text = after.map_or("", UserId::as_str);
    let rows = match addressee {
        Addressee::Conversation(id) => {
            let row = conversations::find(conn, app, id)?.map(|head| head.row);
            match conversations::members(id).as_slice() {
                [] => read_page(conn, OF_GROUP, values![app, row, id, after_text, limit])?,
                [one] => of_users(conn, app, (row, Some(id)), after_text, (one, None))?,
                [one, other, ..] => of_users(conn, app, (row, Some(id)), after_text, (one, Some(other)))?,
            }
        }
        Addressee::User(user) => of_users(conn, app, (None, None), after_text, (user, None))?,
        Addressee::PushId(push_id) if after.is_none() => return push_id_row(conn, app, *push_id),
        Addressee::PushId(_) => return Ok(Vec::new()),
        Addressee::Token { .. } => return Ok(bare(addressee, after).unwrap_or_default()),
    };
    Ok(whole_users(rows, usize::try_from(limit).unwrap_or(usize::MAX)))
}

/// The page of a bare token, for which nothing has to be read.
pub(in crate::embedded) fn bare(addressee: &Addressee, after: Option<&UserId>) -> Option<Vec<AudienceRow>> {
    let Addressee::Token { certificate, token } = addressee else { return None };
    Some(if after.is_none() { vec![token_row(*certificate, token)] } else { Vec::new() })
}

/// The next members of a group: `?1` the App, `?2` and `?3` the conversation's row and name, `?4` the user before them,
/// `?5` how many.
const OF_GROUP: &str = "SELECT user FROM group_members WHERE app = ?1 AND conversation = ?2 AND user > ?4
    ORDER BY user LIMIT ?5";
/// Users that are known by name, at most two: `?5` and `?6`.
const OF_NAMED: &str = "SELECT column1 FROM (VALUES (?5), (?6)) WHERE column1 > ?4";

fn of_users(
    conn: &Connection,
    app: AppId,
    (row, name): (Option<i64>, Option<&ConversationId>),
    after: &str,
    (one, other): (&UserId, Option<&UserId>),
) -> Result<Vec<AudienceRow>, StoreError> {
    read_page(conn, OF_NAMED, values![app, row, name, after, one, other])
}

/// Users with their devices: those with a login of theirs, and those whose binding is or was theirs. Each user's first
/// row is without a device.
fn read_page(conn: &Connection, users: &str, params: &[&dyn ToSql]) -> Result<Vec<AudienceRow>, StoreError> {
    let sql = format!(
        "WITH page (user) AS MATERIALIZED ({users}),
         own (user, device) AS (
             SELECT user, NULL FROM page
             UNION SELECT page.user, s.device FROM page
                 CROSS JOIN sessions s ON s.app = ?1 AND s.user = page.user
             UNION SELECT page.user, b.device FROM page
                 CROSS JOIN bindings b ON b.app = ?1 AND b.owner = page.user)
         SELECT own.user, u.settings, x.mute, ifnull(a.seq, 0), ifnull(i.from_seq, 0),
             s.id, s.user, s.device, s.state, s.since, {}, {}
         FROM own
         LEFT JOIN users u ON u.app = ?1 AND u.id = own.user
         LEFT JOIN mutes x ON x.app = ?1 AND x.conversation = ?3 AND x.user = own.user
         LEFT JOIN inbox i ON i.app = ?1 AND i.user = own.user AND i.conversation = ?2
         LEFT JOIN acks a ON a.app = ?1 AND a.user = own.user AND a.device = own.device AND a.conversation = ?2
         LEFT JOIN sessions s ON s.app = ?1 AND s.user = own.user AND s.device = own.device
         LEFT JOIN devices d ON d.app = ?1 AND d.id = own.device
         LEFT JOIN bindings b ON b.app = ?1 AND b.device = own.device AND b.kind = 0
         ORDER BY own.user, own.device",
        devices::COLUMNS,
        bindings::COLUMNS
    );
    let unset: Arc<UserSettings> = Arc::default();
    Ok(sql::all(conn, &sql, params, |columns| read_row(columns, &unset))?)
}

fn read_row(columns: &mut Columns<'_, '_>, unset: &Arc<UserSettings>) -> rusqlite::Result<AudienceRow> {
    let user: UserId = columns.next()?;
    let settings = columns.next::<Option<Json<UserSettings>>>()?;
    let (mute, acked, from): (Option<Mute>, _, _) = (columns.next()?, columns.next()?, columns.next()?);
    let session = match columns.next()? {
        None => {
            columns.skip(4);
            None
        }
        Some(id) => Some(sessions::read_with_id(id, columns)?),
    };
    let device = devices::read(columns)?;
    let binding = bindings::read(columns)?
        .map_or(BindingState::Lost(BindingLoss::NeverBound), |row| row.state_for(&user));
    Ok(AudienceRow {
        user: Some(user),
        session,
        device,
        binding,
        acked,
        from,
        settings: settings.map_or_else(|| Arc::clone(unset), |settings| Arc::new(settings.0)),
        mute: mute.unwrap_or_default(),
    })
}

/// A user's row without a device gives way to the rows with one. No user begins once the page is full.
fn whole_users(rows: Vec<AudienceRow>, limit: usize) -> Vec<AudienceRow> {
    let mut page: Vec<AudienceRow> = Vec::with_capacity(rows.len());
    for row in rows {
        let of_same_user = page.last().filter(|last| last.user == row.user);
        if of_same_user.is_none() && page.len() >= limit.max(1) {
            break;
        }
        if of_same_user.is_some_and(|last| last.device.is_none()) {
            page.pop();
        }
        page.push(row);
    }
    page
}

fn push_id_row(conn: &Connection, app: AppId, push_id: PushId) -> Result<Vec<AudienceRow>, StoreError> {
    let Some(record) = devices::find_by_push_id(conn, app, push_id)? else { return Ok(Vec::new()) };
    let binding = record.bindings.into_iter().next();
    Ok(vec![AudienceRow {
        device: Some(record.device),
        ..nobodys(binding.unwrap_or(BindingState::Lost(BindingLoss::NeverBound)))
    }])
}

/// A bare token stands for itself: no device is known, generation 0, registered at the epoch.
fn token_row(certificate: CertificateId, token: &Arc<str>) -> AudienceRow {
    nobodys(BindingState::Bound(Binding {
        device: DeviceId(Uuid::nil()),
        certificate,
        kind: BindingKind::Alert,
        token: Arc::clone(token),
        owner: None,
        registered_at: Timestamp(0),
        generation: 0,
        doubts: 0,
    }))
}

/// A target without a user.
fn nobodys(binding: BindingState) -> AudienceRow {
    AudienceRow {
        user: None,
        session: None,
        device: None,
        binding,
        acked: Seq(0),
        from: Seq(0),
        settings: Arc::default(),
        mute: Mute::None,
    }
}
