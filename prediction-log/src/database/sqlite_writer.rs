//! SQLite as it is written: every statement is carried out at once, on the thread that asks for it.
//!
//! The library that reads hands each statement to a thread of its own and waits for the answer. A group of predictions is
//! some ten statements, for all of which its clients wait, and each hand-over takes longer than what is handed over.
//! Owns the writer's connection and its transactions. May not know tables.

use super::sqlite::BUSY_TIMEOUT;
use super::{LogMode, SqlValue, TableRow};
use rusqlite::types::{FromSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags, Statement, ToSql};
use sqlx::error::{DatabaseError, ErrorKind};
use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::time::Duration;

/// How many statements stay prepared: more than the writer has.
const STATEMENTS: usize = 64;

/// Opens a file whose tables are up to date.
pub(super) fn open(file: &Path, mode: LogMode) -> Result<Connection, sqlx::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(from_rusqlite)?;
    wait(&connection, BUSY_TIMEOUT);
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let synchronous = match mode {
        // Every commit is on disk before it is acknowledged; a group shares one wait for it.
        LogMode::PowerSafe => "FULL",
        // A commit is with the operating system, which outlives this program.
        LogMode::Durable | LogMode::Relaxed => "NORMAL",
    };
    // Moving rows from the write-ahead file into the database is done beside the writer, not within its commits. A
    // write-ahead file that once grew is cut back when it is begun anew.
    let settings = format!(
        "PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY; \
         PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 268435456"
    );
    connection.execute_batch(&settings).map_err(from_rusqlite)?;
    Ok(connection)
}

/// Runs what needs no values and no answer.
pub(super) fn run(connection: &Connection, sql: &str) -> Result<(), sqlx::Error> {
    connection.execute_batch(sql).map_err(from_rusqlite)
}

/// How long another's lock is waited for.
pub(super) fn wait(connection: &Connection, patience: Duration) {
    // Refused by a connection alone that is closed.
    connection.busy_timeout(patience).ok();
}

/// A transaction: undone unless it is committed.
#[derive(Debug)]
pub(crate) struct SqliteTransaction<'c> {
    connection: &'c mut Connection,
    is_open: bool,
}

impl<'c> SqliteTransaction<'c> {
    /// Begins to write, at once or not at all.
    pub(super) fn begin(connection: &'c mut Connection) -> Result<Self, sqlx::Error> {
        run(connection, "BEGIN IMMEDIATE")?;
        Ok(SqliteTransaction { connection, is_open: true })
    }

    pub(super) fn commit(mut self) -> Result<(), sqlx::Error> {
        run(self.connection, "COMMIT")?;
        self.is_open = false;
        Ok(())
    }

    pub(super) fn execute(&self, sql: &str, values: &[SqlValue<'_>]) -> Result<u64, sqlx::Error> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, values)?;
        statement.raw_execute().map(|changed| changed as u64).map_err(from_rusqlite)
    }

    pub(super) fn query(&self, sql: &str, values: &[SqlValue<'_>]) -> Result<Vec<Vec<Value>>, sqlx::Error> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, values)?;
        collect(&mut statement)
    }

    /// Inserts rows; `on_conflict` says what becomes of those whose key is taken, and what is from_rusqlite of them.
    pub(super) fn insert<R: TableRow>(&self, rows: &[&R], on_conflict: &str) -> Result<Vec<Vec<Value>>, sqlx::Error> {
        let mut told_of = Vec::new();
        let mut statement = self.prepare(&with_values::<R>(on_conflict))?;
        let tells = statement.column_count() > 0;
        for row in rows {
            for (at, cell) in row.values().enumerate() {
                statement.raw_bind_parameter(at + 1, cell).map_err(from_rusqlite)?;
            }
            if tells {
                told_of.extend(collect(&mut statement)?);
            } else {
                statement.raw_execute().map_err(from_rusqlite)?;
            }
        }
        Ok(told_of)
    }

    fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>, sqlx::Error> {
        self.connection.prepare_cached(sql).map_err(from_rusqlite)
    }
}

impl Drop for SqliteTransaction<'_> {
    fn drop(&mut self) {
        // Some failures have undone it already, and then there is nothing to undo.
        if self.is_open && !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK").ok();
        }
    }
}

fn with_values<R: TableRow>(on_conflict: &str) -> String {
    let names: Vec<_> = R::COLUMNS.iter().map(|(name, _)| *name).collect();
    let values = vec!["?"; names.len()].join(",");
    format!("INSERT INTO {} ({}) VALUES ({values}) {on_conflict}", R::TABLE, names.join(", "))
}

/// SQLite numbers its parameters as they come up, we by their names: `$1` is the first value wherever it stands.
fn bind(statement: &mut Statement<'_>, values: &[SqlValue<'_>]) -> Result<(), sqlx::Error> {
    for at in 1..=statement.parameter_count() {
        let named = statement.parameter_name(at).and_then(|name| name.get(1..)?.parse().ok());
        let cell = values.get(named.unwrap_or(at) - 1).copied().unwrap_or(SqlValue::Text(None));
        statement.raw_bind_parameter(at, cell).map_err(from_rusqlite)?;
    }
    Ok(())
}

fn collect(statement: &mut Statement<'_>) -> Result<Vec<Vec<Value>>, sqlx::Error> {
    let columns = statement.column_count();
    let (mut rows, mut found) = (statement.raw_query(), Vec::new());
    while let Some(row) = rows.next().map_err(from_rusqlite)? {
        let values = (0..columns).map(|column| row.get_ref(column).map(Value::try_from));
        let values: Result<Vec<_>, _> = values.map(|value| value.map_err(from_rusqlite)?.map_err(undecoded)).collect();
        found.push(values?);
    }
    Ok(found)
}

/// A value of a row.
pub(super) fn get<T: FromSql>(row: &[Value], column: usize) -> Result<T, sqlx::Error> {
    let value = row.get(column).ok_or(sqlx::Error::ColumnIndexOutOfBounds { index: column, len: row.len() })?;
    T::column_result(ValueRef::from(value)).map_err(undecoded)
}

impl ToSql for SqlValue<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match *self {
            SqlValue::Text(text) => text.map(|text| ValueRef::Text(text.as_bytes())),
            SqlValue::Real(number) => number.map(ValueRef::Real),
            SqlValue::Integer(number) => number.map(ValueRef::Integer),
            SqlValue::Blob(bytes) => Some(ValueRef::Blob(bytes)),
        };
        Ok(ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null)))
    }
}

fn undecoded(error: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(error))
}

/// What SQLite said, in the form in which the reading library would have said it.
fn from_rusqlite(error: rusqlite::Error) -> sqlx::Error {
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            let message = message.unwrap_or_else(|| failure.to_string());
            sqlx::Error::Database(Box::new(Failure { code: failure.extended_code, message }))
        }
        other => sqlx::Error::Protocol(other.to_string()),
    }
}

/// SQLite's code, in its extended form, and its words.
#[derive(Debug)]
struct Failure {
    code: i32,
    message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "(code: {}) {}", self.code, self.message)
    }
}

impl std::error::Error for Failure {}

impl DatabaseError for Failure {
    fn message(&self) -> &str {
        &self.message
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.to_string().into())
    }

    fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        match self.code {
            rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY => {
                ErrorKind::UniqueViolation
            }
            rusqlite::ffi::SQLITE_CONSTRAINT_NOTNULL => ErrorKind::NotNullViolation,
            rusqlite::ffi::SQLITE_CONSTRAINT_CHECK => ErrorKind::CheckViolation,
            rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY => ErrorKind::ForeignKeyViolation,
            _ => ErrorKind::Other,
        }
    }
}
