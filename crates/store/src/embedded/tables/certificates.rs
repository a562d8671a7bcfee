//! Certificates. The secret fields of the form and the secret of the receipt URL are sealed.

use std::collections::BTreeMap;

use model::{AppId, Certificate, CertificateId, Form, Secret, Vendor};
use rusqlite::Connection;

use crate::{
    CertificateDraft, Change, Outcome, StoreError,
    embedded::{
        sql::{self, Columns, Json, values},
        writing::Writing,
    },
    sealing::{Place, SealKey},
};

type SecretFields = BTreeMap<String, Secret<String>>;

const fn secret_fields_of(id: CertificateId) -> Place {
    Place { column: "certificates.secret_fields", row: id.0 as i64 }
}

const fn receipt_secret_of(id: CertificateId) -> Place {
    Place { column: "certificates.receipt_secret", row: id.0 as i64 }
}

pub(in crate::embedded) fn put(
    writing: &mut Writing<'_>,
    draft: &CertificateDraft,
) -> Result<Outcome, StoreError> {
    let put = match draft.id {
        None => make(writing, draft)?,
        Some(id) => match find(writing.conn, writing.seal, id)? {
            Some(old) if old.app == draft.app && old.vendor == draft.vendor => edit(writing, draft, old)?,
            _ => return Ok(Outcome::Missing),
        },
    };
    writing.tell(Change::Certificate(draft.app, put.0));
    Ok(Outcome::Certificate(put.0, put.1))
}

/// The id is part of what is sealed, so the row comes first and its secrets second.
fn make(writing: &Writing<'_>, draft: &CertificateDraft) -> Result<(CertificateId, u32), StoreError> {
    sql::execute(
        writing.conn,
        "INSERT INTO certificates (app, vendor, name, version, disabled, public_fields, secret_fields, environment,
             expires_at, receipt_secret, created_at, updated_at)
         VALUES (?1, ?2, ?3, 1, ?4, ?5, x'', ?6, ?7, x'', ?8, ?8)",
        values![
            draft.app,
            draft.vendor,
            draft.name,
            draft.disabled,
            Json(&draft.form.public),
            draft.environment,
            draft.expires_at,
            draft.at,
        ],
    )?;
    let id = u32::try_from(writing.conn.last_insert_rowid())
        .map(CertificateId)
        .map_err(|_| StoreError::Database("certificate ids are used up".to_owned()))?;
    sql::execute(
        writing.conn,
        "UPDATE certificates SET secret_fields = ?2, receipt_secret = ?3 WHERE id = ?1",
        values![
            id,
            seal_fields(writing.seal, id, &draft.form.secret)?,
            writing.seal.seal(receipt_secret_of(id), draft.receipt_secret.expose().as_bytes())?,
        ],
    )?;
    Ok((id, 1))
}

fn edit(
    writing: &Writing<'_>,
    draft: &CertificateDraft,
    old: Certificate,
) -> Result<(CertificateId, u32), StoreError> {
    let mut secrets = old.form.secret;
    secrets.extend(draft.form.secret.iter().map(|(field, secret)| (field.clone(), secret.clone())));
    let version = old.version.saturating_add(1);
    sql::execute(
        writing.conn,
        "UPDATE certificates SET name = ?2, version = ?3, disabled = ?4, public_fields = ?5, secret_fields = ?6,
             environment = ?7, expires_at = ?8, updated_at = ?9
         WHERE id = ?1",
        values![
            old.id,
            draft.name,
            version,
            draft.disabled,
            Json(&draft.form.public),
            seal_fields(writing.seal, old.id, &secrets)?,
            draft.environment,
            draft.expires_at,
            draft.at,
        ],
    )?;
    Ok((old.id, version))
}

fn seal_fields(seal: &SealKey, id: CertificateId, fields: &SecretFields) -> Result<Vec<u8>, StoreError> {
    let exposed: BTreeMap<&str, &str> =
        fields.iter().map(|(field, secret)| (field.as_str(), secret.expose().as_str())).collect();
    let plain = serde_json::to_vec(&exposed).map(Secret::new);
    let plain = plain.map_err(|error| StoreError::Database(format!("secret fields: {error}")))?;
    seal.seal(secret_fields_of(id), plain.expose())
}

fn unseal_fields(seal: &SealKey, id: CertificateId, sealed: &[u8]) -> Result<SecretFields, StoreError> {
    let plain = seal.open(secret_fields_of(id), sealed)?;
    let fields: BTreeMap<String, String> = serde_json::from_slice(plain.expose())
        .map_err(|error| StoreError::Corrupt(format!("secret fields of certificate {id}: {error}")))?;
    Ok(fields.into_iter().map(|(field, secret)| (field, Secret::new(secret))).collect())
}

/// An unsealed value that is text.
pub(super) fn text(place: Place, plain: &Secret<Vec<u8>>) -> Result<Secret<String>, StoreError> {
    std::str::from_utf8(plain.expose())
        .map(|text| Secret::new(text.to_owned()))
        .map_err(|_| StoreError::Corrupt(format!("{} of row {} is not text", place.column, place.row)))
}

const SELECT: &str =
    "SELECT id, app, vendor, name, version, disabled, public_fields, secret_fields, environment,
    expires_at, receipt_secret, created_at, updated_at FROM certificates";

struct CertificateRow {
    certificate: Certificate,
    secret_fields: Vec<u8>,
    receipt_secret: Vec<u8>,
}

fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<CertificateRow> {
    let (id, app, vendor, name) = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
    let (version, disabled) = (columns.next()?, columns.next()?);
    let public = columns.next::<Json<_>>()?.0;
    let secret_fields = columns.next()?;
    let (environment, expires_at) = (columns.next()?, columns.next()?);
    let receipt_secret = columns.next()?;
    Ok(CertificateRow {
        certificate: Certificate {
            id,
            app,
            vendor,
            name,
            version,
            disabled,
            form: Form { public, secret: BTreeMap::new() },
            environment,
            expires_at,
            receipt_secret: Secret::new(String::new()),
            created_at: columns.next()?,
            updated_at: columns.next()?,
        },
        secret_fields,
        receipt_secret,
    })
}

fn unseal(row: CertificateRow, seal: &SealKey) -> Result<Certificate, StoreError> {
    let mut certificate = row.certificate;
    certificate.form.secret = unseal_fields(seal, certificate.id, &row.secret_fields)?;
    let place = receipt_secret_of(certificate.id);
    certificate.receipt_secret = text(place, &seal.open(place, &row.receipt_secret)?)?;
    Ok(certificate)
}

pub(in crate::embedded) fn find(
    conn: &Connection,
    seal: &SealKey,
    id: CertificateId,
) -> Result<Option<Certificate>, StoreError> {
    let row = sql::first(conn, &format!("{SELECT} WHERE id = ?1"), values![id], read)?;
    row.map(|row| unseal(row, seal)).transpose()
}

pub(in crate::embedded) fn list(
    conn: &Connection,
    seal: &SealKey,
    app: AppId,
) -> Result<Vec<Certificate>, StoreError> {
    let rows = sql::all(conn, &format!("{SELECT} WHERE app = ?1 ORDER BY id"), values![app], read)?;
    rows.into_iter().map(|row| unseal(row, seal)).collect()
}

/// Whether the certificate's vendor tells of a push by no other id than its own.
pub(in crate::embedded) fn tells_receipts_by_own_id(
    conn: &Connection,
    certificate: CertificateId,
) -> rusqlite::Result<bool> {
    let vendor: Option<Vendor> =
        sql::first(conn, "SELECT vendor FROM certificates WHERE id = ?1", values![certificate], |columns| {
            columns.next()
        })?;
    Ok(vendor.is_some_and(|vendor| vendor.facts().receipts_by_own_id))
}

pub(super) fn is_of_app(conn: &Connection, app: AppId, id: CertificateId) -> rusqlite::Result<bool> {
    sql::first(conn, "SELECT 1 FROM certificates WHERE id = ?1 AND app = ?2", values![id, app], |_| Ok(()))
        .map(|row| row.is_some())
}
