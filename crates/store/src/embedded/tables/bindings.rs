//! Bindings: which vendor token reaches a device, or why none does.
//!
//! A device has one row per kind. A lost row stays with its reason; binding again takes the row over and raises its
//! generation, so that whatever was decided with the earlier token is known to be old.

use model::{
    AppId, Binding, BindingKind, BindingLoss, BindingState, CertificateId, DeviceId, MessageId, Timestamp,
    UserId,
};
use rusqlite::Connection;

use super::{cancels, certificates, counts, devices};
use crate::{
    BindingClear, Change, NewBinding, NewDelivery, Outcome, StoreError,
    embedded::{
        hands::{Place, Queued},
        sql::{self, Columns, values},
        writing::Writing,
        young::Scope,
    },
};

pub(in crate::embedded) fn bind(writing: &mut Writing<'_>, new: &NewBinding) -> Result<Outcome, StoreError> {
    let is_registered = devices::is_registered(writing.conn, new.app, new.device)?;
    let (Some(is_registered), true) =
        (is_registered, certificates::is_of_app(writing.conn, new.app, new.certificate)?)
    else {
        return Ok(Outcome::Missing);
    };
    if !is_registered {
        devices::register_again(writing.conn, new.app, new.device, new.push_id)?;
    }
    for (row, device) in other_holders(writing.conn, new)? {
        lose_row(writing, new.app, row, BindingLoss::TakenOver)?;
        // Else a message of the one who had the token would be shown to the one who has it now.
        cancels::cancel(writing, new.app, cancels::Which::Device(device), new.taken_over_reason, new.at)?;
    }
    let before = held_by(writing.conn, new)?;
    // The same token again renews the binding. Anything else (another token, another owner, a token that was lost)
    // makes it another binding, so its generation is raised. A first owner changes nothing: the device is the same.
    sql::execute(
        writing.conn,
        "INSERT INTO bindings (app, device, kind, certificate, token, owner, registered_at, generation, doubts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, 0)
         ON CONFLICT (app, device, kind) DO UPDATE SET
             generation = generation + (lost IS NOT NULL OR certificate <> excluded.certificate
                 OR token <> excluded.token OR (owner IS NOT NULL AND owner IS NOT excluded.owner)),
             doubts = iif(certificate = excluded.certificate AND token = excluded.token, doubts, 0),
             certificate = excluded.certificate, token = excluded.token, owner = excluded.owner,
             registered_at = excluded.registered_at, lost = NULL",
        values![new.app, new.device, new.kind, new.certificate, new.token, new.owner, new.at],
    )?;
    if let Some((certificate, token)) = before
        && (certificate, &*token) != (new.certificate, &*new.token)
    {
        follow(writing, new, certificate, &token)?;
    }
    writing.tell_device(new.app, new.device);
    if let Some(owner) = &new.owner {
        writing.changed_user(new.app, owner);
    }
    Ok(Outcome::Done)
}

/// What the device was bound to before.
fn held_by(conn: &Connection, new: &NewBinding) -> rusqlite::Result<Option<(CertificateId, String)>> {
    sql::first(
        conn,
        "SELECT certificate, token FROM bindings WHERE app = ?1 AND device = ?2 AND kind = ?3",
        values![new.app, new.device, new.kind],
        |columns| Ok((columns.next()?, columns.next()?)),
    )
}

/// Pushes that wait for the device's earlier token go to the one it has now: the earlier may be dead, or another's.
fn follow(
    writing: &mut Writing<'_>,
    new: &NewBinding,
    certificate: CertificateId,
    token: &str,
) -> Result<(), StoreError> {
    writing.write_young(Scope::Device(new.app, new.device))?;
    let waiting: Vec<(Queued, MessageId)> = sql::all(
        writing.conn,
        "SELECT d.certificate, d.due_at, d.id, m.id FROM deliveries d JOIN messages m ON m.row = d.message
         WHERE d.state = 0 AND d.raced_reason IS NULL AND d.app = ?1 AND d.device = ?2 AND d.purpose = 0
             AND d.certificate = ?3 AND d.token = ?4 AND (d.user IS NULL OR d.user IS ?5)",
        values![new.app, new.device, certificate, token, new.owner],
        |columns| {
            let certificate = columns.next()?;
            let place = Place { due_at: columns.next()?, id: columns.next()? };
            Ok((Queued { certificate, place }, columns.next()?))
        },
    )?;
    let on_wire = writing.retarget(waiting.iter().map(|(row, _)| *row));
    for ((row, message), on_wire) in waiting.into_iter().zip(on_wire) {
        if on_wire {
            continue;
        }
        let before = counts::Standing::read(writing, row.place.id)?;
        sql::execute(
            writing.conn,
            "UPDATE deliveries SET certificate = ?2, token = ?3, binding_generation =
                 (SELECT generation FROM bindings WHERE app = ?4 AND device = ?5 AND kind = ?6) WHERE id = ?1",
            values![row.place.id, new.certificate, new.token, new.app, new.device, new.kind],
        )?;
        if let Some(before) = before {
            before.count(writing, -1);
            before.through(new.certificate).count(writing, 1);
        }
        writing.queued(Queued { certificate: new.certificate, place: row.place });
        writing.tell(Change::Delivery(new.app, message, row.place.id));
    }
    Ok(())
}

/// Bindings of other devices that hold the same token in the same vendor's same environment.
fn other_holders(conn: &Connection, new: &NewBinding) -> rusqlite::Result<Vec<(i64, DeviceId)>> {
    sql::all(
        conn,
        "SELECT b.row, b.device FROM bindings b
         JOIN certificates theirs ON theirs.id = b.certificate
         JOIN certificates mine ON mine.id = ?4
         WHERE b.app = ?1 AND b.token = ?2 AND b.lost IS NULL AND b.device <> ?3
             AND theirs.vendor = mine.vendor AND theirs.environment IS mine.environment",
        values![new.app, new.token, new.device, new.certificate],
        |columns| Ok((columns.next()?, columns.next()?)),
    )
}

fn lose_row(writing: &mut Writing<'_>, app: AppId, row: i64, loss: BindingLoss) -> rusqlite::Result<()> {
    let device = sql::first(
        writing.conn,
        "UPDATE bindings SET lost = ?2 WHERE row = ?1 AND lost IS NULL RETURNING device",
        values![row, loss],
        |columns| columns.next(),
    )?;
    if let Some(device) = device {
        writing.tell_device(app, device);
    }
    Ok(())
}

/// The user's bindings on a device go.
pub(super) fn lose_owned(
    writing: &mut Writing<'_>,
    app: AppId,
    device: DeviceId,
    owner: &UserId,
    loss: BindingLoss,
) -> rusqlite::Result<()> {
    let lost = sql::execute(
        writing.conn,
        "UPDATE bindings SET lost = ?4 WHERE app = ?1 AND device = ?2 AND owner = ?3 AND lost IS NULL",
        values![app, device, owner, loss],
    )?;
    if lost > 0 {
        writing.tell_device(app, device);
    }
    Ok(())
}

/// The devices that hold, or held, a token of the user.
pub(super) fn devices_owned(
    conn: &Connection,
    app: AppId,
    owner: &UserId,
) -> rusqlite::Result<Vec<DeviceId>> {
    sql::all(
        conn,
        "SELECT device FROM bindings WHERE app = ?1 AND owner = ?2",
        values![app, owner],
        |columns| columns.next(),
    )
}

/// The user's bindings go, with token and owner. The rows stay for their generation: what was decided with the token
/// must not look as if it held again.
pub(super) fn disown(
    writing: &mut Writing<'_>,
    app: AppId,
    owner: &UserId,
    loss: BindingLoss,
) -> rusqlite::Result<()> {
    let devices: Vec<DeviceId> = sql::all(
        writing.conn,
        "UPDATE bindings SET owner = NULL, token = '', lost = ifnull(lost, ?3) WHERE app = ?1 AND owner = ?2
         RETURNING device",
        values![app, owner, loss],
        |columns| columns.next(),
    )?;
    for device in devices {
        writing.tell_device(app, device);
    }
    Ok(())
}

/// Every binding of a device goes.
pub(super) fn lose_all(
    writing: &mut Writing<'_>,
    app: AppId,
    device: DeviceId,
    loss: BindingLoss,
) -> rusqlite::Result<()> {
    writing.changed_device(app, device);
    sql::execute(
        writing.conn,
        "UPDATE bindings SET lost = ?3 WHERE app = ?1 AND device = ?2 AND lost IS NULL",
        values![app, device, loss],
    )
    .map(|_| ())
}

pub(in crate::embedded) fn unbind(
    writing: &mut Writing<'_>,
    app: AppId,
    device: DeviceId,
    certificate: CertificateId,
    kind: BindingKind,
    loss: BindingLoss,
) -> Result<Outcome, StoreError> {
    let row = sql::first(
        writing.conn,
        "SELECT row FROM bindings WHERE app = ?1 AND device = ?2 AND kind = ?3 AND certificate = ?4",
        values![app, device, kind, certificate],
        |columns| columns.next(),
    )?;
    if let Some(row) = row {
        lose_row(writing, app, row, loss)?;
    }
    Ok(Outcome::Done)
}

/// Only a binding that still holds the dead token, and was registered before the vendor knew, is touched.
pub(in crate::embedded) fn clear(
    writing: &mut Writing<'_>,
    clear: &BindingClear,
) -> Result<Outcome, StoreError> {
    let dead: Vec<(i64, DeviceId)> = sql::all(
        writing.conn,
        "SELECT row, device FROM bindings
         WHERE app = ?1 AND token = ?2 AND certificate = ?3 AND lost IS NULL AND registered_at < ?4",
        values![clear.app, clear.token, clear.certificate, clear.registered_before],
        |columns| Ok((columns.next()?, columns.next()?)),
    )?;
    for &(row, device) in &dead {
        match &clear.replacement {
            None => lose_row(writing, clear.app, row, BindingLoss::TokenDead)?,
            // Whoever reported the new token already is the later holder.
            Some(token) if is_held(writing.conn, clear, token)? => {
                lose_row(writing, clear.app, row, BindingLoss::TakenOver)?;
            }
            Some(token) => {
                sql::execute(
                    writing.conn,
                    "UPDATE bindings
                     SET token = ?2, generation = generation + 1, registered_at = ?3, doubts = 0 WHERE row = ?1",
                    values![row, token, clear.at],
                )?;
                writing.tell_device(clear.app, device);
            }
        }
    }
    Ok(Outcome::Cleared(!dead.is_empty()))
}

fn is_held(conn: &Connection, clear: &BindingClear, token: &str) -> rusqlite::Result<bool> {
    sql::first(
        conn,
        "SELECT 1 FROM bindings WHERE app = ?1 AND token = ?2 AND certificate = ?3 AND lost IS NULL",
        values![clear.app, token, clear.certificate],
        |_| Ok(()),
    )
    .map(|row| row.is_some())
}

pub(in crate::embedded) fn doubt(
    writing: &mut Writing<'_>,
    app: AppId,
    certificate: CertificateId,
    token: &str,
    doubts: u8,
) -> Result<Outcome, StoreError> {
    let changed: Vec<DeviceId> = sql::all(
        writing.conn,
        "UPDATE bindings SET doubts = ?4
         WHERE app = ?1 AND token = ?2 AND certificate = ?3 AND lost IS NULL AND doubts <> ?4 RETURNING device",
        values![app, token, certificate, doubts],
        |columns| columns.next(),
    )?;
    changed.into_iter().for_each(|device| writing.changed_device(app, device));
    Ok(Outcome::Done)
}

/// The columns that [`read`] reads, of `bindings b`.
pub(super) const COLUMNS: &str =
    "b.device, b.certificate, b.kind, b.token, b.owner, b.registered_at, b.generation, b.doubts, b.lost";

/// A row of bindings, whatever became of it.
#[derive(Debug, Clone)]
pub(in crate::embedded) struct BindingRow {
    binding: Binding,
    lost: Option<BindingLoss>,
}

impl BindingRow {
    /// As the device sees it.
    pub(super) fn state(self) -> BindingState {
        self.lost.map_or(BindingState::Bound(self.binding), BindingState::Lost)
    }

    /// Whether it is the binding that a push was decided with, and stands.
    pub(in crate::embedded) fn is_of(&self, new: &NewDelivery) -> bool {
        self.lost.is_none()
            && new.certificate == Some(self.binding.certificate)
            && new.binding_generation == self.binding.generation
            && new.token == self.binding.token
    }

    /// What a lane has to know of it.
    pub(super) const fn still_bound(&self) -> StillBound {
        let Binding { kind, registered_at, doubts, .. } = self.binding;
        StillBound { kind, registered_at, doubts }
    }

    /// As one user on the device sees it: another user's token is not theirs.
    pub(super) fn state_for(self, user: &UserId) -> BindingState {
        match (self.binding.owner.as_ref() == Some(user), self.lost) {
            (true, _) => self.state(),
            (false, None) if self.binding.owner.is_some() => BindingState::Lost(BindingLoss::TakenOver),
            (false, Some(loss)) if self.binding.owner.is_none() => BindingState::Lost(loss),
            (false, _) => BindingState::Lost(BindingLoss::NeverBound),
        }
    }
}

/// Reads [`COLUMNS`]; `None` where a join found no row.
pub(super) fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Option<BindingRow>> {
    let Some(device) = columns.next()? else {
        columns.skip(8);
        return Ok(None);
    };
    let binding = Binding {
        device,
        certificate: columns.next()?,
        kind: columns.next()?,
        token: columns.next()?,
        owner: columns.next()?,
        registered_at: columns.next()?,
        generation: columns.next()?,
        doubts: columns.next()?,
    };
    Ok(Some(BindingRow { binding, lost: columns.next()? }))
}

/// A device's binding for alerts.
pub(super) fn of_device(conn: &Connection, app: AppId, device: DeviceId) -> rusqlite::Result<BindingState> {
    let row = sql::first(
        conn,
        &format!("SELECT {COLUMNS} FROM bindings b WHERE b.app = ?1 AND b.device = ?2 AND b.kind = 0"),
        values![app, device],
        read,
    )?;
    Ok(row.flatten().map_or(BindingState::Lost(BindingLoss::NeverBound), BindingRow::state))
}

/// What a lane has to know of the binding that a delivery was decided with.
#[derive(Clone, Copy)]
pub(super) struct StillBound {
    pub(super) kind: BindingKind,
    pub(super) registered_at: Timestamp,
    pub(super) doubts: u8,
}

/// The binding that a delivery was decided with; `None` once it is another one.
pub(super) fn still_bound(
    conn: &Connection,
    app: AppId,
    device: DeviceId,
    (certificate, token, generation): (Option<CertificateId>, &str, i64),
) -> rusqlite::Result<Option<StillBound>> {
    sql::first(
        conn,
        "SELECT kind, registered_at, doubts FROM bindings
         WHERE app = ?1 AND device = ?2 AND certificate = ?3 AND token = ?4 AND generation = ?5 AND lost IS NULL",
        values![app, device, certificate, token, generation],
        |columns| {
            Ok(StillBound {
                kind: columns.next()?,
                registered_at: columns.next()?,
                doubts: columns.next()?,
            })
        },
    )
}

/// A device's live binding for calls.
pub(in crate::embedded) fn for_calls(
    conn: &Connection,
    app: AppId,
    device: DeviceId,
) -> Result<Option<Binding>, StoreError> {
    let row = sql::first(
        conn,
        &format!("SELECT {COLUMNS} FROM bindings b WHERE b.app = ?1 AND b.device = ?2 AND b.kind = 1"),
        values![app, device],
        read,
    )?;
    Ok(row.flatten().filter(|row| row.lost.is_none()).map(|row| row.binding))
}
