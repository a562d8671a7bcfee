//! Values in and out of columns, and the three ways a statement is run.
//!
//! The model's types cannot carry the database's traits, so two small traits stand between: [`ToColumn`] and
//! [`FromColumn`]. Columns are read in the order they are selected.

use std::{ops::ControlFlow, str::FromStr, sync::Arc};

use model::{
    AppId, BindingKind, BindingLoss, CallId, CertificateId, CertificateName, Class, ClientMessageId,
    ConversationId, DayNumber, DeliveryId, DeliveryState, DeviceId, Environment, GroupId, JoinMode,
    MessageId, MessageKind, Mute, OperatorId, OperatorName, Purpose, PushId, ReasonCode, ResourceId, Role,
    Seq, SessionId, SessionState, TextVariant, Timestamp, UserId, Vendor, WebhookId,
};
use rusqlite::{
    Connection, OptionalExtension as _, Row, ToSql,
    types::{FromSql as _, FromSqlError, FromSqlResult, ToSqlOutput, Value, ValueRef},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{AuditChannel, ConsoleSessionKey};

/// A value that can be put into a column.
pub(super) trait ToColumn {
    fn to_column(&self) -> rusqlite::Result<ToSqlOutput<'_>>;
}

/// A value that can be read from a column. What does not read is damage.
pub(super) trait FromColumn: Sized {
    fn from_column(value: ValueRef<'_>) -> FromSqlResult<Self>;
}

/// Makes a [`ToColumn`] a parameter; `values!` wraps with it.
pub(super) struct Param<'a, T: ?Sized>(pub(super) &'a T);

impl<T: ToColumn + ?Sized> ToSql for Param<'_, T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_column()
    }
}

/// The parameters of a statement, in order.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$(&$crate::embedded::sql::Param(&$value) as &dyn rusqlite::ToSql),*] as &[&dyn rusqlite::ToSql]
    };
}
pub(super) use values;

/// A row that is read from left to right.
pub(super) struct Columns<'row, 'statement> {
    row: &'row Row<'statement>,
    next: usize,
}

impl<'row, 'statement> Columns<'row, 'statement> {
    pub(super) const fn of(row: &'row Row<'statement>) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    pub(super) fn next<T: FromColumn>(&mut self) -> rusqlite::Result<T> {
        let column = self.next;
        self.next += 1;
        let value = self.row.get_ref(column)?;
        T::from_column(value).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(column, value.data_type(), Box::new(error))
        })
    }

    /// Passes over columns.
    pub(super) const fn skip(&mut self, columns: usize) {
        self.next += columns;
    }
}

/// Runs a statement; answers how many rows it changed.
pub(super) fn execute(conn: &Connection, sql: &str, params: &[&dyn ToSql]) -> rusqlite::Result<usize> {
    let mut statement = conn.prepare_cached(sql)?;
    let changed = statement.execute(params);
    count_steps(&statement);
    changed
}

/// Reads the first row.
pub(super) fn first<T>(
    conn: &Connection,
    sql: &str,
    params: &[&dyn ToSql],
    read: impl FnOnce(&mut Columns<'_, '_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let row = statement.query_row(params, |row| read(&mut Columns::of(row))).optional();
    count_steps(&statement);
    row
}

/// Reads every row.
pub(super) fn all<T>(
    conn: &Connection,
    sql: &str,
    params: &[&dyn ToSql],
    mut read: impl FnMut(&mut Columns<'_, '_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params, |row| read(&mut Columns::of(row)))?.collect();
    count_steps(&statement);
    rows
}

/// Reads rows until `read` has enough.
pub(super) fn until(
    conn: &Connection,
    sql: &str,
    params: &[&dyn ToSql],
    mut read: impl FnMut(&mut Columns<'_, '_>) -> rusqlite::Result<ControlFlow<()>>,
) -> rusqlite::Result<()> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        if read(&mut Columns::of(row))?.is_break() {
            break;
        }
    }
    drop(rows);
    count_steps(&statement);
    Ok(())
}

/// Steps of the database's machine that all statements took, and how often one was prepared anew.
#[cfg(test)]
pub(super) static STEPS: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(0);

/// Tests watch what a statement costs, because a wrong plan is not seen in what it answers.
#[cfg(test)]
fn count_steps(statement: &rusqlite::Statement<'_>) {
    use rusqlite::StatementStatus::{RePrepare, VmStep};
    let steps = statement.reset_status(VmStep) + PREPARED_ANEW_STEPS * statement.reset_status(RePrepare);
    STEPS.fetch_add(steps.into(), std::sync::atomic::Ordering::SeqCst);
}

/// Preparing a statement costs far more than running it.
#[cfg(test)]
const PREPARED_ANEW_STEPS: i32 = 100_000;

#[cfg(not(test))]
const fn count_steps(_: &rusqlite::Statement<'_>) {}

/// A value kept as JSON.
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize> ToColumn for Json<T> {
    fn to_column(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        serde_json::to_string(&self.0)
            .map(|text| ToSqlOutput::Owned(Value::Text(text)))
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
    }
}

impl<T: DeserializeOwned> FromColumn for Json<T> {
    fn from_column(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Self).map_err(FromSqlError::other)
    }
}

impl<T: ToColumn + ?Sized> ToColumn for &T {
    fn to_column(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        (**self).to_column()
    }
}

impl<T: ToColumn> ToColumn for Option<T> {
    fn to_column(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.as_ref().map_or(Ok(ToSqlOutput::Borrowed(ValueRef::Null)), T::to_column)
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(value: ValueRef<'_>) -> FromSqlResult<Self> {
        if matches!(value, ValueRef::Null) { Ok(None) } else { T::from_column(value).map(Some) }
    }
}

/// Types that the database knows by itself.
macro_rules! plain {
    ($($name:ty),*) => {$(
        impl ToColumn for $name {
            fn to_column(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                self.to_sql()
            }
        }
        impl FromColumn for $name {
            fn from_column(value: ValueRef<'_>) -> FromSqlResult<Self> {
                Self::column_result(value)
            }
        }
    )*};
}
plain!(bool, i64, u8, u16, u32, String, Vec<u8>, Arc<str>);

impl ToColumn for str {
    fn to_column(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.to_sql()
    }
}

impl ToColumn for [u8] {
    fn to_column(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.to_sql()
    }
}

/// A SHA-256.
impl FromColumn for [u8; 32] {
    fn from_column(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_blob()?.try_into().map_err(FromSqlError::other)
    }
}

/// Newtypes over numbers.
macro_rules! number {
    ($($name:ident),*) => {$(
        impl ToColumn for $name {
            fn to_column(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }
        impl FromColumn for $name {
            fn from_column(value: ValueRef<'_>) -> FromSqlResult<Self> {
                FromColumn::from_column(value).map(Self)
            }
        }
    )*};
}
number!(
    AppId,
    CertificateId,
    DayNumber,
    DeliveryId,
    OperatorId,
    ReasonCode,
    Seq,
    SessionId,
    Timestamp,
    WebhookId
);

/// Newtypes over a uuid, kept as 16 bytes.
macro_rules! uuid_blob {
    ($($name:ident),*) => {$(
        impl ToColumn for $name {
            fn to_column(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.as_bytes())))
            }
        }
        impl FromColumn for $name {
            fn from_column(value: ValueRef<'_>) -> FromSqlResult<Self> {
                Uuid::from_slice(value.as_blob()?).map(Self).map_err(FromSqlError::other)
            }
        }
    )*};
}
uuid_blob!(CallId, DeviceId, MessageId, PushId);

impl ToColumn for ConsoleSessionKey {
    fn to_column(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0)))
    }
}

impl FromColumn for ConsoleSessionKey {
    fn from_column(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_blob()?.try_into().map(Self).map_err(FromSqlError::other)
    }
}

/// Checked texts.
macro_rules! text {
    ($($name:ident by $as_str:ident, $parse:expr);*) => {$(
        impl ToColumn for $name {
            fn to_column(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::Borrowed(ValueRef::Text(self.$as_str().as_bytes())))
            }
        }
        impl FromColumn for $name {
            fn from_column(value: ValueRef<'_>) -> FromSqlResult<Self> {
                $parse(value.as_str()?).map_err(FromSqlError::other)
            }
        }
    )*};
}
text!(
    UserId by as_str, UserId::new;
    GroupId by as_str, GroupId::new;
    ResourceId by as_str, ResourceId::new;
    OperatorName by as_str, OperatorName::new;
    ClientMessageId by as_str, ClientMessageId::new;
    CertificateName by as_str, CertificateName::new;
    Class by as_str, Class::from_str;
    ConversationId by as_str, ConversationId::from_str;
    Environment by as_str, Environment::from_str;
    Vendor by name, Vendor::from_str
);

/// Enums whose numbers are stored.
macro_rules! state {
    ($($name:ident, $from:expr);*) => {$(
        impl ToColumn for $name {
            fn to_column(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::Owned(Value::Integer(*self as i64)))
            }
        }
        impl FromColumn for $name {
            fn from_column(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let number = value.as_i64()?;
                u8::try_from(number).ok().and_then($from).ok_or(FromSqlError::OutOfRange(number))
            }
        }
    )*};
}
state!(
    AuditChannel, AuditChannel::from_number;
    BindingLoss, BindingLoss::from_number;
    DeliveryState, DeliveryState::from_number;
    MessageKind, MessageKind::from_number;
    SessionState, SessionState::from_number;
    Purpose, Purpose::from_number;
    TextVariant, TextVariant::from_number;
    JoinMode, JoinMode::from_number;
    Role, Role::from_number;
    Mute, Mute::from_number;
    BindingKind, |number| [BindingKind::Alert, BindingKind::Voip].into_iter().find(|kind| *kind as u8 == number)
);
