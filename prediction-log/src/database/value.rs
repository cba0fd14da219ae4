//! Values of statements and rows, shared by both databases. Rows hold rusqlite's [`Value`]; PostgreSQL's are converted.

use super::DatabaseError;
use crate::timestamp::Timestamp;
use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, Value, ValueRef};

/// Parameter of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SqlValue<'a> {
    Text(Option<&'a str>),
    Timestamp(Timestamp),
    Real(f64),
    Integer(i64),
    Blob(&'a [u8]),
}

impl<'a> From<&'a str> for SqlValue<'a> {
    fn from(text: &'a str) -> Self {
        SqlValue::Text(Some(text))
    }
}

impl<'a> From<&'a String> for SqlValue<'a> {
    fn from(text: &'a String) -> Self {
        SqlValue::Text(Some(text))
    }
}

impl<'a> From<&'a Option<String>> for SqlValue<'a> {
    fn from(text: &'a Option<String>) -> Self {
        SqlValue::Text(text.as_deref())
    }
}

impl From<Timestamp> for SqlValue<'_> {
    fn from(timestamp: Timestamp) -> Self {
        SqlValue::Timestamp(timestamp)
    }
}

impl From<f64> for SqlValue<'_> {
    fn from(number: f64) -> Self {
        SqlValue::Real(number)
    }
}

impl From<i64> for SqlValue<'_> {
    fn from(number: i64) -> Self {
        SqlValue::Integer(number)
    }
}

impl ToSql for SqlValue<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            SqlValue::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            SqlValue::Text(None) => ValueRef::Null,
            SqlValue::Timestamp(timestamp) => return Ok(ToSqlOutput::Owned(Value::Text(timestamp.to_string()))),
            SqlValue::Real(number) => ValueRef::Real(number),
            SqlValue::Integer(number) => ValueRef::Integer(number),
            SqlValue::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl FromSql for Timestamp {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map_err(FromSqlError::other)
    }
}

/// Row of a result.
#[derive(Debug)]
pub(crate) struct Row(pub(super) Vec<Value>);

impl Row {
    /// Value of a column, counted from 0.
    pub(crate) fn get<T: FromSql>(&self, column: usize) -> Result<T, DatabaseError> {
        let missing = || DatabaseError::Corrupt(format!("the result has no column {column}"));
        Ok(T::column_result(ValueRef::from(self.0.get(column).ok_or_else(missing)?))?)
    }
}
