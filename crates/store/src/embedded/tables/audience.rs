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
    embedded::{
        people::{Known, Person},
        sql::{self, Columns, Json, values},
    },
};

/// A page as it was read.
#[derive(Debug, Default)]
pub(in crate::embedded) struct Page {
    pub(in crate::embedded) rows: Vec<AudienceRow>,
    /// The users among them, to be kept.
    pub(in crate::embedded) people: Vec<Arc<Person>>,
}

impl From<Vec<AudienceRow>> for Page {
    fn from(rows: Vec<AudienceRow>) -> Self {
        Self { rows, people: Vec::new() }
    }
}

/// A page has as many rows as asked for, and those that complete its last user, unless it is the last.
pub(in crate::embedded) fn page(
    conn: &Connection,
    app: AppId,
    addressee: &Addressee,
    after: Option<&UserId>,
    limit: u32,
) -> Result<Page, StoreError> {
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
        Addressee::PushId(push_id) if after.is_none() => return Ok(push_id_row(conn, app, *push_id)?.into()),
        Addressee::PushId(_) => return Ok(Page::default()),
        Addressee::Token { .. } => return Ok(bare(addressee, after).unwrap_or_default().into()),
    };
    let rows = whole_users(rows, limit, |row| (Some(&row.user), row.known.device.is_some()));
    Ok(people_of(rows))
}

/// Users whose marks in a conversation are read with what is known of them; `None` for a group, and for whom no user is
/// named.
pub(in crate::embedded) fn named(addressee: &Addressee, after: Option<&UserId>) -> Option<Vec<UserId>> {
    let mut users = match addressee {
        Addressee::User(user) => vec![user.clone()],
        Addressee::Conversation(conversation) => conversations::members(conversation),
        Addressee::PushId(_) | Addressee::Token { .. } => return None,
    };
    if users.is_empty() {
        return None;
    }
    users.retain(|user| after.is_none_or(|after| user > after));
    Some(users)
}

/// The page of users that are known: only their marks in the conversation are read, where there is one.
pub(in crate::embedded) fn of_known(
    conn: &Connection,
    app: AppId,
    addressee: &Addressee,
    people: &[Arc<Person>],
    limit: u32,
) -> Result<Vec<AudienceRow>, StoreError> {
    let mut rows = Vec::new();
    let conversation = addressee.conversation();
    let row = match conversation {
        Some(conversation) => conversations::find(conn, app, conversation)?.map(|head| head.row),
        None => None,
    };
    for person in people {
        let marks = match conversation {
            Some(conversation) => Marks::read(conn, app, (row, conversation), &person.user)?,
            None => Marks::default(),
        };
        rows.extend(person.devices.iter().map(|known| marks.row(person, known)));
    }
    Ok(whole_users(rows, limit, |row| (row.user.as_ref(), row.device.is_some())))
}

/// Whether [`of_known`] has nothing to read.
pub(in crate::embedded) const fn has_marks(addressee: &Addressee) -> bool {
    addressee.conversation().is_some()
}

/// The page of one user who is known, where nothing has to be read.
pub(in crate::embedded) fn of_one_known(person: &Person) -> Vec<AudienceRow> {
    person.devices.iter().map(|known| Marks::default().row(person, known)).collect()
}

/// How a user stands to a conversation.
#[derive(Debug, Default)]
struct Marks {
    mute: Mute,
    from: Option<Seq>,
    acked: Vec<(DeviceId, Seq)>,
}

impl Marks {
    fn read(
        conn: &Connection,
        app: AppId,
        (row, conversation): (Option<i64>, &ConversationId),
        user: &UserId,
    ) -> Result<Self, StoreError> {
        let read = sql::all(
            conn,
            "SELECT x.mute, i.from_seq, a.device, a.seq FROM (SELECT 1)
             LEFT JOIN mutes x ON x.app = ?1 AND x.conversation = ?3 AND x.user = ?4
             LEFT JOIN inbox i ON i.app = ?1 AND i.user = ?4 AND i.conversation = ?2
             LEFT JOIN acks a ON a.app = ?1 AND a.user = ?4 AND a.conversation = ?2",
            values![app, row, conversation, user],
            |columns| {
                let (mute, from): (Option<Mute>, Option<Seq>) = (columns.next()?, columns.next()?);
                Ok((mute, from, (columns.next::<Option<DeviceId>>()?, columns.next::<Option<Seq>>()?)))
            },
        )?;
        let mut marks = Self::default();
        for (mute, from, acked) in read {
            (marks.mute, marks.from) = (mute.unwrap_or_default(), from);
            if let (Some(device), Some(seq)) = acked {
                marks.acked.push((device, seq));
            }
        }
        Ok(marks)
    }

    fn row(&self, person: &Person, known: &Known) -> AudienceRow {
        let device = known.device.as_ref().map(|device| device.id);
        let acked = self.acked.iter().find(|(on, _)| Some(*on) == device);
        row_of(person, known, (acked.map_or(Seq(0), |(_, seq)| *seq), self.from.unwrap_or(Seq(0)), self.mute))
    }
}

fn row_of(person: &Person, known: &Known, (acked, from, mute): (Seq, Seq, Mute)) -> AudienceRow {
    let binding = known.binding.clone();
    AudienceRow {
        user: Some(person.user.clone()),
        session: known.session.clone(),
        device: known.device.clone(),
        binding: binding
            .map_or(BindingState::Lost(BindingLoss::NeverBound), |binding| binding.state_for(&person.user)),
        acked,
        from,
        settings: Arc::clone(&person.settings),
        mute,
    }
}

/// Rows as users with their devices, and as what the rules look at.
fn people_of(read: Vec<Read>) -> Page {
    let mut page = Page::default();
    let mut read = read.into_iter().peekable();
    while let Some(first) = read.next() {
        let mut marks = vec![(first.acked, first.from, first.mute)];
        let mut person = Person { user: first.user, settings: first.settings, devices: vec![first.known] };
        while let Some(next) = read.next_if(|next| next.user == person.user) {
            marks.push((next.acked, next.from, next.mute));
            person.devices.push(next.known);
        }
        let rows = person.devices.iter().zip(marks).map(|(known, marks)| row_of(&person, known, marks));
        page.rows.extend(rows);
        page.people.push(Arc::new(person));
    }
    page
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
) -> Result<Vec<Read>, StoreError> {
    read_page(conn, OF_NAMED, values![app, row, name, after, one, other])
}

/// Users with their devices: those with a login of theirs, and those whose binding is or was theirs. Each user's first
/// row is without a device.
fn read_page(conn: &Connection, users: &str, params: &[&dyn ToSql]) -> Result<Vec<Read>, StoreError> {
    let sql = format!(
        "WITH page (user) AS MATERIALIZED ({users}),
         own (user, device) AS (
             SELECT user, NULL FROM page
             UNION SELECT page.user, s.device FROM page
                 CROSS JOIN sessions s ON s.app = ?1 AND s.user = page.user
             UNION SELECT page.user, b.device FROM page
                 CROSS JOIN bindings b ON b.app = ?1 AND b.owner = page.user)
         SELECT own.user, u.settings, x.mute, ifnull(a.seq, 0), ifnull(i.from_seq, 0),
             s.fetched_at, s.id, s.user, s.device, s.state, s.since, {}, {}
         FROM own
         LEFT JOIN users u ON u.app = ?1 AND u.id = own.user
         LEFT JOIN mutes x ON x.app = ?1 AND x.conversation = ?3 AND x.user = own.user
         LEFT JOIN inbox i ON i.app = ?1 AND i.user = own.user AND i.conversation = ?2
         LEFT JOIN acks a ON a.app = ?1 AND a.user = own.user AND a.device = own.device AND a.conversation = ?2
         LEFT JOIN sessions s ON s.app = ?1 AND s.user = own.user AND s.device = own.device
         LEFT JOIN devices d ON d.app = ?1 AND d.id = own.device
         LEFT JOIN bindings b ON b.app = ?1 AND b.device = own.device AND b.kind = 0
         ORDER BY own.user, own.device",
        devices::COLUMNS_BUT_BADGE,
        bindings::COLUMNS
    );
    let unset: Arc<UserSettings> = Arc::default();
    Ok(sql::all(conn, &sql, params, |columns| read_row(columns, &unset))?)
}

/// A row as it was read.
struct Read {
    user: UserId,
    settings: Arc<UserSettings>,
    mute: Mute,
    acked: Seq,
    from: Seq,
    known: Known,
}

fn read_row(columns: &mut Columns<'_, '_>, unset: &Arc<UserSettings>) -> rusqlite::Result<Read> {
    let user: UserId = columns.next()?;
    let settings = columns.next::<Option<Json<UserSettings>>>()?;
    let (mute, acked, from): (Option<Mute>, _, _) = (columns.next()?, columns.next()?, columns.next()?);
    let fetched_at = columns.next()?;
    let session = match columns.next()? {
        None => {
            columns.skip(4);
            None
        }
        Some(id) => Some(sessions::read_with_id(id, columns)?),
    };
    let (device, binding) = (devices::read(columns)?, bindings::read(columns)?);
    Ok(Read {
        user,
        settings: settings.map_or_else(|| Arc::clone(unset), |settings| Arc::new(settings.0)),
        mute: mute.unwrap_or_default(),
        acked,
        from,
        known: Known { session, fetched_at, device, binding },
    })
}

/// A user's row without a device gives way to the rows with one. No user begins once the page is full. `of` tells a
/// row's user, and whether it has a device.
fn whole_users<R>(rows: Vec<R>, limit: u32, of: impl Fn(&R) -> (Option<&UserId>, bool)) -> Vec<R> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX).max(1);
    let mut page: Vec<R> = Vec::with_capacity(rows.len());
    for row in rows {
        let before = page.last().map(&of);
        let of_same_user = before.filter(|(user, _)| *user == of(&row).0);
        if of_same_user.is_none() && page.len() >= limit {
            break;
        }
        if of_same_user.is_some_and(|(_, has_device)| !has_device) {
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
