//! The targets of a message, with what the rules look at: one read per user.

use std::sync::Arc;

use model::{
    Addressee, AppId, Binding, BindingKind, BindingLoss, BindingState, CertificateId, DeviceId, PushId, Seq,
    Timestamp, UserId,
};
use rusqlite::Connection;
use uuid::Uuid;

use super::{bindings, conversations, devices, sessions};
use crate::{
    AudienceRow, StoreError,
    embedded::sql::{self, Columns, values},
};

pub(in crate::embedded) fn page(
    conn: &Connection,
    app: AppId,
    addressee: &Addressee,
    after: Option<&UserId>,
    limit: u32,
) -> Result<Vec<AudienceRow>, StoreError> {
    let (members, conversation) = match addressee {
        Addressee::Conversation(id) => {
            (conversations::members(id), conversations::find(conn, app, id)?.map(|head| head.row))
        }
        Addressee::User(user) => (vec![user.clone()], None),
        Addressee::PushId(push_id) if after.is_none() => return push_id_row(conn, app, *push_id),
        Addressee::Token { certificate, token } if after.is_none() => {
            return Ok(vec![token_row(*certificate, token)]);
        }
        Addressee::PushId(_) | Addressee::Token { .. } => return Ok(Vec::new()),
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut page = Vec::new();
    for user in members.into_iter().filter(|user| after.is_none_or(|after| user > after)) {
        let rows = user_rows(conn, app, &user, conversation)?;
        if !page.is_empty() && page.len() + rows.len() > limit {
            break;
        }
        page.extend(rows);
    }
    Ok(page)
}

/// A user's devices: those with a login of theirs, and those whose binding is or was theirs.
fn user_rows(
    conn: &Connection,
    app: AppId,
    user: &UserId,
    conversation: Option<i64>,
) -> Result<Vec<AudienceRow>, StoreError> {
    let sql = format!(
        "SELECT s.id, s.user, s.device, s.state, s.since,
             d.app, d.id, d.push_id, d.unregistered_at, d.report, d.seen_at, {}, ifnull(a.seq, 0)
         FROM (SELECT device FROM sessions WHERE app = ?1 AND user = ?2
               UNION SELECT device FROM bindings WHERE app = ?1 AND owner = ?2) own
         JOIN devices d ON d.app = ?1 AND d.id = own.device
         LEFT JOIN sessions s ON s.app = ?1 AND s.user = ?2 AND s.device = own.device
         LEFT JOIN bindings b ON b.app = ?1 AND b.device = own.device AND b.kind = 0
         LEFT JOIN acks a ON a.app = ?1 AND a.user = ?2 AND a.device = own.device AND a.conversation = ?3
         ORDER BY own.device",
        bindings::COLUMNS
    );
    let mut rows = sql::all(conn, &sql, values![app, user, conversation], |columns| read_row(columns, user))?;
    if rows.is_empty() {
        rows.push(AudienceRow {
            user: Some(user.clone()),
            session: None,
            device: None,
            binding: BindingState::Lost(BindingLoss::NeverBound),
            acked: Seq(0),
            settings: Arc::default(),
            mute: model::Mute::None,
        });
    }
    Ok(rows)
}

fn read_row(columns: &mut Columns<'_, '_>, user: &UserId) -> rusqlite::Result<AudienceRow> {
    let session = match columns.next()? {
        None => {
            columns.skip(4);
            None
        }
        Some(id) => Some(sessions::read_with_id(id, columns)?),
    };
    let device = devices::read(columns)?;
    let binding = bindings::read(columns)?
        .map_or(BindingState::Lost(BindingLoss::NeverBound), |row| row.state_for(user));
    Ok(AudienceRow {
        user: Some(user.clone()),
        session,
        device: Some(device),
        binding,
        acked: columns.next()?,
        settings: Arc::default(),
        mute: model::Mute::None,
    })
}

fn push_id_row(conn: &Connection, app: AppId, push_id: PushId) -> Result<Vec<AudienceRow>, StoreError> {
    let row = devices::find_by_push_id(conn, app, push_id)?;
    Ok(row
        .into_iter()
        .map(|record| AudienceRow {
            user: None,
            session: None,
            device: Some(record.device),
            binding: record
                .bindings
                .into_iter()
                .next()
                .unwrap_or(BindingState::Lost(BindingLoss::NeverBound)),
            acked: Seq(0),
            settings: Arc::default(),
            mute: model::Mute::None,
        })
        .collect())
}

/// A bare token stands for itself: no device is known, generation 0, registered at the epoch.
fn token_row(certificate: CertificateId, token: &Arc<str>) -> AudienceRow {
    AudienceRow {
        user: None,
        session: None,
        device: None,
        binding: BindingState::Bound(Binding {
            device: DeviceId(Uuid::nil()),
            certificate,
            kind: BindingKind::Alert,
            token: Arc::clone(token),
            owner: None,
            registered_at: Timestamp(0),
            generation: 0,
            doubts: 0,
        }),
        acked: Seq(0),
        settings: Arc::default(),
        mute: model::Mute::None,
    }
}
