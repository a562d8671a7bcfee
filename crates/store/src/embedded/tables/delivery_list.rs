//! Lists of deliveries, newest first, for explain and the console.

use std::rc::Rc;

use model::{AppId, Delivery};
use rusqlite::{Connection, ToSql, types::ToSqlOutput};

use super::{deliveries, devices, messages, targets};
use crate::{
    DeliveryFilter, StoreError, VENDOR_ID_REACH,
    embedded::sql::{self, ToColumn},
};

/// A statement that grows condition by condition.
#[derive(Clone)]
struct Conditions<'a> {
    text: String,
    params: Vec<Rc<dyn ToSql + 'a>>,
    /// Whether an index finds the few rows that may fit.
    is_led: bool,
}

struct Owned<T>(T);

impl<T: ToColumn> ToSql for Owned<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_column()
    }
}

impl<'a> Conditions<'a> {
    fn of(app: AppId) -> Self {
        Self { text: String::new(), params: vec![Rc::new(Owned(app))], is_led: false }
    }

    /// `condition` holds `$` where the value goes, once or more.
    fn add<T: ToColumn + 'a>(&mut self, condition: &str, value: T) {
        self.params.push(Rc::new(Owned(value)));
        self.text.push_str(" AND ");
        self.text.push_str(&condition.replace('$', &format!("?{}", self.params.len())));
    }

    /// A condition that an index answers.
    fn lead<T: ToColumn + 'a>(&mut self, condition: &str, value: T) {
        self.add(condition, value);
        self.is_led = true;
    }
}

pub(in crate::embedded) fn list(
    conn: &Connection,
    app: AppId,
    filter: &DeliveryFilter,
    limit: u32,
) -> Result<Vec<Delivery>, StoreError> {
    let mut conditions = Conditions::of(app);
    if let Some(message) = filter.message {
        match messages::row_of(conn, app, message)? {
            Some(row) => conditions.lead("d.message = $ AND d.purpose IN (0, 1, 2)", row),
            None => return Ok(Vec::new()),
        }
    }
    match &filter.user {
        // Explain asks for both: the index of targets finds the user's rows among a large group's.
        Some(user) if filter.message.is_some() => {
            let targets = targets::of_user(user);
            conditions.add("d.target >= $", *targets.start());
            conditions.add("d.target <= $", *targets.end());
            conditions.add("d.user = $", user);
        }
        Some(user) => conditions.lead("coalesce(d.user, d.device) = $ AND d.user = $", user),
        None => {}
    }
    if let Some(device) = filter.device {
        conditions.lead(
            "d.device = $ AND coalesce(d.user, d.device) IN
                (SELECT user FROM sessions WHERE app = ?1 AND device = $ UNION ALL SELECT $)",
            device,
        );
    }
    if let Some(push_id) = filter.push_id {
        conditions.add("d.push_id = $", push_id);
        if let Some(device) = devices::id_by_push_id(conn, app, push_id)? {
            conditions.lead("coalesce(d.user, d.device) = $", device);
        }
    }
    if let Some(certificate) = filter.certificate {
        conditions.add("d.certificate = $", certificate);
    }
    if let Some(state) = filter.state {
        conditions.add("d.state = $", state);
    }
    if let Some(before) = filter.before {
        conditions.add("d.id < $", before);
    }
    let Some(vendor_id) = &filter.vendor_message_id else { return run(conn, &conditions, limit) };
    conditions.add("d.vendor_message_id = $", vendor_id);
    if conditions.is_led {
        return run(conn, &conditions, limit);
    }
    let mut of_bare_token = conditions.clone();
    of_bare_token.lead("d.receipt_key = $", targets::receipt_key(vendor_id));
    let found = run(conn, &of_bare_token, limit)?;
    if !found.is_empty() {
        return Ok(found);
    }
    // No index holds a vendor's ids of all pushes: every push would pay for it. So only so many rows are looked at.
    conditions.add("d.id > (SELECT max(id) FROM deliveries) - $", VENDOR_ID_REACH);
    run(conn, &conditions, limit)
}

fn run(conn: &Connection, conditions: &Conditions<'_>, limit: u32) -> Result<Vec<Delivery>, StoreError> {
    // Without a leading index the rows are read backwards until there are enough; the plus keeps the planner from
    // collecting and sorting every row of the App instead.
    let app = if conditions.is_led { "d.app = ?1" } else { "+d.app = ?1" };
    let sql = format!(
        "SELECT {} FROM deliveries d JOIN messages m ON m.row = d.message
         WHERE {app}{} ORDER BY d.id DESC LIMIT {limit}",
        deliveries::COLUMNS,
        conditions.text,
    );
    let params: Vec<&dyn ToSql> = conditions.params.iter().map(AsRef::as_ref).collect();
    Ok(sql::all(conn, &sql, &params, deliveries::read)?)
}
