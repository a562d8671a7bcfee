//! Lists of deliveries, newest first, for explain and the console.

use model::{AppId, Delivery};
use rusqlite::{Connection, ToSql};

use super::{deliveries, messages};
use crate::{
    DeliveryFilter, StoreError,
    embedded::sql::{self, ToColumn},
};

/// A statement that grows condition by condition, each led by an index where there is one.
struct Conditions<'a> {
    text: String,
    params: Vec<Box<dyn ToSql + 'a>>,
}

struct Owned<T>(T);

impl<T: ToColumn> ToSql for Owned<T> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        self.0.to_column()
    }
}

impl<'a> Conditions<'a> {
    /// `condition` holds `?` where the value goes, once or more.
    fn add<T: ToColumn + 'a>(&mut self, condition: &str, value: T) {
        self.params.push(Box::new(Owned(value)));
        self.text.push_str(" AND ");
        self.text.push_str(&condition.replace('?', &format!("?{}", self.params.len())));
    }
}

pub(in crate::embedded) fn list(
    conn: &Connection,
    app: AppId,
    filter: &DeliveryFilter,
    limit: u32,
) -> Result<Vec<Delivery>, StoreError> {
    let mut conditions = Conditions { text: String::new(), params: vec![Box::new(Owned(app))] };
    if let Some(message) = filter.message {
        match messages::row_of(conn, app, message)? {
            Some(row) => conditions.add("d.message = ?", row),
            None => return Ok(Vec::new()),
        }
    }
    if let Some(user) = &filter.user {
        conditions.add("coalesce(d.user, d.device) = ?", user);
        conditions.add("d.user = ?", user);
    }
    if let Some(device) = filter.device {
        conditions.add("d.device = ?", device);
        conditions.add(
            "coalesce(d.user, d.device) IN
                (SELECT user FROM sessions WHERE app = ?1 AND device = ? UNION ALL SELECT ?)",
            device,
        );
    }
    if let Some(push_id) = filter.push_id {
        conditions.add("d.push_id = ?", push_id);
        conditions.add(
            "coalesce(d.user, d.device) = (SELECT id FROM devices WHERE app = ?1 AND push_id = ?)",
            push_id,
        );
    }
    if let Some(certificate) = filter.certificate {
        conditions.add("d.certificate = ?", certificate);
    }
    if let Some(state) = filter.state {
        conditions.add("d.state = ?", state);
    }
    if let Some(before) = filter.before {
        conditions.add("d.id < ?", before);
    }
    let sql = format!(
        "SELECT {} FROM deliveries d JOIN messages m ON m.row = d.message WHERE d.app = ?1{} ORDER BY d.id DESC LIMIT {limit}",
        deliveries::COLUMNS,
        conditions.text,
    );
    let params: Vec<&dyn ToSql> = conditions.params.iter().map(AsRef::as_ref).collect();
    Ok(sql::all(conn, &sql, &params, deliveries::read)?)
}
