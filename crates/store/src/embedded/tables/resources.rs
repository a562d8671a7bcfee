//! Push resources.

use model::{AppId, PushResource, ResourceId};
use rusqlite::Connection;

use crate::{
    Change, Outcome, StoreError,
    embedded::{
        sql::{self, Json, values},
        writing::Writing,
    },
};

pub(in crate::embedded) fn put(
    writing: &mut Writing<'_>,
    resource: &PushResource,
) -> Result<Outcome, StoreError> {
    sql::execute(
        writing.conn,
        "INSERT INTO resources (app, id, vendors, updated_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET vendors = excluded.vendors, updated_at = excluded.updated_at",
        values![resource.app, resource.id, Json(&resource.vendors), resource.updated_at],
    )?;
    writing.tell(Change::Catalogue(resource.app));
    Ok(Outcome::Done)
}

pub(in crate::embedded) fn delete(
    writing: &mut Writing<'_>,
    app: AppId,
    id: &ResourceId,
) -> Result<Outcome, StoreError> {
    let deleted =
        sql::execute(writing.conn, "DELETE FROM resources WHERE app = ?1 AND id = ?2", values![app, id])?;
    if deleted == 0 {
        return Ok(Outcome::Missing);
    }
    writing.tell(Change::Catalogue(app));
    Ok(Outcome::Done)
}

pub(in crate::embedded) fn list(conn: &Connection, app: AppId) -> Result<Vec<PushResource>, StoreError> {
    Ok(sql::all(
        conn,
        "SELECT app, id, vendors, updated_at FROM resources WHERE app = ?1 ORDER BY id",
        values![app],
        |columns| {
            Ok(PushResource {
                app: columns.next()?,
                id: columns.next()?,
                vendors: columns.next::<Json<_>>()?.0,
                updated_at: columns.next()?,
            })
        },
    )?)
}
