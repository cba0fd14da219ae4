//! The database behind the log, whichever it is: connections, transactions, rows.
//!
//! Owns what SQLite and PostgreSQL have in common, so that every statement is written once. May not know tables.

mod bulk_insert;
mod migrate;
mod postgres;
mod sqlite;
mod sqlite_writer;
mod wal_checkpoint;

pub(super) use bulk_insert::{ColumnType, TableRow};
pub(super) use migrate::OpenError;
pub(super) use sqlite::{BUSY_TIMEOUT, file_identity};
pub(super) use wal_checkpoint::WalCheckpointer;

use super::{DatabaseUrl, LogMode};
use rusqlite::types::{FromSql, Value};
use sqlite_writer::SqliteTransaction;
use sqlx::postgres::{PgConnection, PgPool, PgRow};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, Connection as _, Decode, Postgres, Row as _, Sqlite, Type};
use std::time::Duration;

/// Longer than this no single step may take before the connection counts as lost.
const STEP_MAX: Duration = Duration::from_secs(10);

/// SQL dialect of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Expression that converts a parameter from a timestamp's text form to the column's type.
    pub(super) fn timestamp_param(self, text: &str) -> String {
        match self {
            Dialect::Sqlite => text.to_owned(),
            Dialect::Postgres => format!("(CAST({text} AS timestamp) AT TIME ZONE 'UTC')"),
        }
    }

    /// Expression that converts a timestamp column to its text form.
    pub(super) fn timestamp_text(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => column.to_owned(),
            Dialect::Postgres => format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"),
        }
    }

    /// Expression that converts a JSON column to the text that was stored.
    pub(super) fn json_text(self, column: &str) -> String {
        format!("CAST({column} AS TEXT)")
    }
}

/// A value that goes into a statement.
#[derive(Debug, Clone, Copy)]
pub(super) enum SqlValue<'a> {
    Text(Option<&'a str>),
    Real(Option<f64>),
    Integer(Option<i64>),
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

impl From<f64> for SqlValue<'_> {
    fn from(number: f64) -> Self {
        SqlValue::Real(Some(number))
    }
}

impl From<i64> for SqlValue<'_> {
    fn from(number: i64) -> Self {
        SqlValue::Integer(Some(number))
    }
}

/// The writer's own connection. SQLite's works where it stands: only the writer, which has a thread to itself, may use it.
#[derive(Debug)]
pub(super) enum Connection {
    Sqlite(rusqlite::Connection),
    Postgres { connection: Box<PgConnection>, begin: &'static str },
}

/// Connections for reading; made when they are needed.
#[derive(Debug, Clone)]
pub(super) enum ReadPool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Statements that count together. Behind a pooler, a connection is ours for the length of a transaction only: so every
/// statement with values stands in one.
#[derive(Debug)]
pub(super) enum Transaction<'c> {
    /// To read.
    Sqlite(sqlx::Transaction<'c, Sqlite>),
    /// To write.
    SqliteTransaction(SqliteTransaction<'c>),
    Postgres(sqlx::Transaction<'c, Postgres>),
}

/// A row of an answer.
#[derive(Debug)]
pub(super) enum Row {
    Sqlite(SqliteRow),
    SqliteTransaction(Vec<Value>),
    Postgres(PgRow),
}

impl Connection {
    /// Connects, makes the file if it is missing, and brings the tables up to date.
    pub(super) async fn open(url: &DatabaseUrl, mode: LogMode) -> Result<Self, OpenError> {
        match url {
            DatabaseUrl::Sqlite(file) => sqlite::open(file, mode).await.map(Connection::Sqlite),
            DatabaseUrl::Postgres(address) => {
                let connection = Box::new(postgres::open(address).await?);
                Ok(Connection::Postgres { connection, begin: postgres::begin(mode) })
            }
        }
    }

    /// Whether a lock that another program holds on SQLite's file is waited for.
    pub(super) fn wait_for_locks(&self, waits: bool) {
        if let Connection::Sqlite(connection) = self {
            sqlite_writer::wait(connection, if waits { BUSY_TIMEOUT } else { Duration::ZERO });
        }
    }

    /// Begins to write.
    pub(super) async fn begin(&mut self) -> Result<Transaction<'_>, sqlx::Error> {
        match self {
            Connection::Sqlite(connection) => SqliteTransaction::begin(connection).map(Transaction::SqliteTransaction),
            Connection::Postgres { connection, begin } => {
                limited(connection.begin_with(*begin)).await.map(Transaction::Postgres)
            }
        }
    }

    /// Moves what SQLite's write-ahead file holds into the database, as far as nobody reads it, without waiting.
    pub(super) async fn checkpoint(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Connection::Sqlite(connection) => sqlite_writer::run(connection, "PRAGMA wal_checkpoint(PASSIVE)"),
            Connection::Postgres { .. } => Ok(()),
        }
    }

    /// Whether what is deleted from now on is overwritten in SQLite's file, rather than left in it as free space.
    pub(super) async fn secure_delete(&mut self, secure_delete: bool) -> Result<(), sqlx::Error> {
        match self {
            Connection::Sqlite(connection) => sqlite_writer::run(
                connection,
                if secure_delete { "PRAGMA secure_delete = ON" } else { "PRAGMA secure_delete = OFF" },
            ),
            Connection::Postgres { .. } => Ok(()),
        }
    }

    /// Leaves nothing beside the database and closes it.
    pub(super) async fn close(self) -> Result<(), sqlx::Error> {
        match self {
            // Moves what is in the write-ahead file into the database itself.
            Connection::Sqlite(connection) => sqlite_writer::run(&connection, "PRAGMA wal_checkpoint(TRUNCATE)"),
            Connection::Postgres { connection, .. } => limited(connection.close()).await,
        }
    }
}

impl ReadPool {
    /// Connections to a database that is open already, or will be.
    pub(super) fn new(url: &DatabaseUrl) -> Result<Self, sqlx::Error> {
        match url {
            DatabaseUrl::Sqlite(file) => Ok(ReadPool::Sqlite(sqlite::reader(file))),
            DatabaseUrl::Postgres(address) => postgres::reader(address).map(ReadPool::Postgres),
        }
    }

    /// Begins to read: everything read in it is of one moment in SQLite.
    pub(super) async fn begin(&self) -> Result<Transaction<'static>, sqlx::Error> {
        match self {
            ReadPool::Sqlite(pool) => pool.begin().await.map(Transaction::Sqlite),
            ReadPool::Postgres(pool) => limited(pool.begin()).await.map(Transaction::Postgres),
        }
    }

    /// Closes all of them.
    pub(super) async fn close(&self) {
        match self {
            ReadPool::Sqlite(pool) => pool.close().await,
            ReadPool::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction<'_> {
    /// How this database is spoken to.
    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Transaction::Sqlite(_) | Transaction::SqliteTransaction(_) => Dialect::Sqlite,
            Transaction::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement; how many rows it changed. `$1` is the first value.
    pub(super) async fn execute(&mut self, sql: String, values: &[SqlValue<'_>]) -> Result<u64, sqlx::Error> {
        match self {
            Transaction::Sqlite(inner) => {
                let query = values.iter().fold(sqlx::query(AssertSqlSafe(sql)), sqlite::bind);
                query.execute(&mut **inner).await.map(|done| done.rows_affected())
            }
            Transaction::SqliteTransaction(inner) => inner.execute(&sql, values),
            Transaction::Postgres(inner) => {
                let query = values.iter().fold(sqlx::query(AssertSqlSafe(sql)), postgres::bind).persistent(false);
                limited(query.execute(&mut **inner)).await.map(|done| done.rows_affected())
            }
        }
    }

    /// Runs a statement that answers with rows.
    pub(super) async fn query(&mut self, sql: String, values: &[SqlValue<'_>]) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Transaction::Sqlite(inner) => {
                let query = values.iter().fold(sqlx::query(AssertSqlSafe(sql)), sqlite::bind);
                Ok(query.fetch_all(&mut **inner).await?.into_iter().map(Row::Sqlite).collect())
            }
            Transaction::SqliteTransaction(inner) => {
                Ok(inner.query(&sql, values)?.into_iter().map(Row::SqliteTransaction).collect())
            }
            Transaction::Postgres(inner) => {
                let query = values.iter().fold(sqlx::query(AssertSqlSafe(sql)), postgres::bind).persistent(false);
                Ok(limited(query.fetch_all(&mut **inner)).await?.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Makes it count.
    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Transaction::Sqlite(inner) => inner.commit().await,
            Transaction::SqliteTransaction(inner) => inner.commit(),
            Transaction::Postgres(inner) => limited(inner.commit()).await,
        }
    }
}

impl Row {
    /// The value in a column, counted from 0.
    pub(super) fn get<T>(&self, column: usize) -> Result<T, sqlx::Error>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> + FromSql,
    {
        match self {
            Row::Sqlite(row) => row.try_get(column),
            Row::SqliteTransaction(row) => sqlite_writer::get(row, column),
            Row::Postgres(row) => row.try_get(column),
        }
    }
}

/// Whether the database itself is well and only these rows are not to its liking.
pub(super) fn is_rejection(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Encode(_) => true,
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            let postgres = error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some();
            if postgres { postgres::is_rejection(&code) } else { sqlite::is_rejection(&code) }
        }
        _ => false,
    }
}

/// A server that says nothing any more is as good as gone.
async fn limited<T>(step: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    tokio::time::timeout(STEP_MAX, step)
        .await
        .unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()))
}
