//! The database of the log: connections, transactions, values and rows.
//!
//! Statements are written once, with `$1`, `$2`, ... as parameters; [`Dialect`] has what differs between SQLite (rusqlite,
//! blocking calls) and PostgreSQL (sqlx). Must not depend on tables.

mod bulk_insert;
mod error;
mod migrate;
mod postgres;
mod sqlite;
mod value;
mod wal_checkpoint;

pub(super) use bulk_insert::{ColumnType, TableRow};
pub(super) use error::DatabaseError;
pub(super) use sqlite::{BUSY_TIMEOUT, file_identity};
pub(super) use value::{Row, SqlValue};
pub(super) use wal_checkpoint::WalCheckpointer;

use super::{DatabaseUrl, LogMode};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use postgres::limited;
use sqlite::{SqliteReadPool, SqliteTransaction};
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Connection as _, Postgres};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

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

/// The writer's connection. That of SQLite blocks: only the writer, which has a thread of its own, may use it.
#[derive(Debug)]
pub(super) enum Connection {
    Sqlite(rusqlite::Connection),
    Postgres { connection: Box<PgConnection>, begin: &'static str },
}

/// Connections for reading, opened when needed.
#[derive(Debug, Clone)]
pub(super) enum ReadPool {
    Sqlite(Arc<SqliteReadPool>),
    Postgres(PgPool),
}

/// A transaction, rolled back unless it is committed. Behind a pooler a connection is ours for one transaction only, so
/// every statement with parameters runs in one.
#[derive(Debug)]
pub(super) enum Transaction<'c> {
    Sqlite(SqliteTransaction<'c>),
    Postgres(sqlx::Transaction<'c, Postgres>),
}

fn open_sqlite(file: &Path, mode: LogMode) -> Result<rusqlite::Connection, DatabaseError> {
    let mut connection = sqlite::open(file)?;
    migrate::sqlite(&mut connection)?;
    sqlite::configure_writer(&connection, mode)?;
    Ok(connection)
}

impl Connection {
    /// Connects, creates the file if it is missing, and applies migrations.
    pub(super) async fn open(url: &DatabaseUrl, mode: LogMode) -> Result<Self, DatabaseError> {
        match url {
            DatabaseUrl::Sqlite(file) => {
                let file = file.clone();
                // May wait for locks, while entries are spooled.
                let opened = tokio::task::spawn_blocking(move || open_sqlite(&file, mode)).await;
                let opened = opened.map_err(|error| DatabaseError::Unusable(error.to_string()))?;
                opened.map(Connection::Sqlite)
            }
            DatabaseUrl::Postgres(url) => {
                let mut connection = Box::new(postgres::connect(url).await?);
                migrate::postgres(&mut connection).await?;
                Ok(Connection::Postgres { connection, begin: postgres::begin(mode) })
            }
        }
    }

    /// Turns waiting for locks of other processes on SQLite's file on or off.
    pub(super) fn wait_for_locks(&self, waits: bool) {
        if let Connection::Sqlite(connection) = self {
            sqlite::set_busy_timeout(connection, if waits { BUSY_TIMEOUT } else { Duration::ZERO });
        }
    }

    /// Begins a transaction that writes.
    pub(super) async fn begin(&mut self) -> Result<Transaction<'_>, DatabaseError> {
        match self {
            Connection::Sqlite(connection) => {
                SqliteTransaction::begin(connection, "BEGIN IMMEDIATE").map(Transaction::Sqlite)
            }
            Connection::Postgres { connection, begin } => {
                limited(connection.begin_with(*begin)).await.map(Transaction::Postgres)
            }
        }
    }

    /// Checkpoints SQLite's write-ahead log as far as no reader needs it, without waiting.
    pub(super) fn checkpoint(&self) -> Result<(), DatabaseError> {
        self.run_on_sqlite("PRAGMA wal_checkpoint(PASSIVE)")
    }

    /// Makes SQLite overwrite what is deleted, instead of leaving it in the file as free space.
    pub(super) fn secure_delete(&self, on: bool) -> Result<(), DatabaseError> {
        self.run_on_sqlite(if on { "PRAGMA secure_delete = ON" } else { "PRAGMA secure_delete = OFF" })
    }

    fn run_on_sqlite(&self, sql: &str) -> Result<(), DatabaseError> {
        match self {
            Connection::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Connection::Postgres { .. } => Ok(()),
        }
    }

    /// Moves SQLite's write-ahead log into the database and closes the connection.
    pub(super) async fn close(self) -> Result<(), DatabaseError> {
        match self {
            Connection::Sqlite(connection) => Ok(connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?),
            Connection::Postgres { connection, .. } => limited(connection.close()).await,
        }
    }
}

impl ReadPool {
    /// A pool for a database that is open already, or will be.
    pub(super) fn new(url: &DatabaseUrl) -> Result<Self, DatabaseError> {
        match url {
            DatabaseUrl::Sqlite(file) => Ok(ReadPool::Sqlite(Arc::new(SqliteReadPool::new(file)))),
            DatabaseUrl::Postgres(url) => postgres::read_pool(url).map(ReadPool::Postgres),
        }
    }

    /// Reads in a transaction; in SQLite, from one snapshot and on a blocking thread.
    pub(super) async fn read<T, R>(&self, read: R) -> Result<T, DatabaseError>
    where
        T: Send + 'static,
        R: for<'t, 'c> FnOnce(&'t mut Transaction<'c>) -> BoxFuture<'t, Result<T, DatabaseError>> + Send + 'static,
    {
        match self {
            ReadPool::Sqlite(pool) => pool.run(move |connection| read_at_once(connection, read)).await,
            ReadPool::Postgres(pool) => {
                let mut transaction = Transaction::Postgres(limited(pool.begin()).await?);
                let found = read(&mut transaction).await?;
                transaction.commit().await?;
                Ok(found)
            }
        }
    }

    /// Closes all connections after their current reads.
    pub(super) async fn close(&self) {
        match self {
            ReadPool::Sqlite(pool) => pool.close().await,
            ReadPool::Postgres(pool) => pool.close().await,
        }
    }
}

/// Runs a read whose statements block, so that its future is ready when it is first polled.
fn read_at_once<T, R>(connection: &mut rusqlite::Connection, read: R) -> Result<T, DatabaseError>
where
    R: for<'t, 'c> FnOnce(&'t mut Transaction<'c>) -> BoxFuture<'t, Result<T, DatabaseError>>,
{
    let mut transaction = Transaction::Sqlite(SqliteTransaction::begin(connection, "BEGIN")?);
    let pending = || DatabaseError::Unusable("a read of SQLite did not complete at once".to_owned());
    let found = read(&mut transaction).now_or_never().ok_or_else(pending)??;
    transaction.commit().now_or_never().ok_or_else(pending)??;
    Ok(found)
}

impl Transaction<'_> {
    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Transaction::Sqlite(_) => Dialect::Sqlite,
            Transaction::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement and returns the number of changed rows.
    pub(super) async fn execute(&mut self, sql: String, values: &[SqlValue<'_>]) -> Result<u64, DatabaseError> {
        match self {
            Transaction::Sqlite(inner) => inner.execute(&sql, values),
            Transaction::Postgres(inner) => {
                let query = values.iter().fold(sqlx::query(AssertSqlSafe(sql)), postgres::bind).persistent(false);
                limited(query.execute(&mut **inner)).await.map(|done| done.rows_affected())
            }
        }
    }

    /// Runs a statement that returns rows.
    pub(super) async fn query(&mut self, sql: String, values: &[SqlValue<'_>]) -> Result<Vec<Row>, DatabaseError> {
        match self {
            Transaction::Sqlite(inner) => inner.query(&sql, values),
            Transaction::Postgres(inner) => {
                let query = values.iter().fold(sqlx::query(AssertSqlSafe(sql)), postgres::bind).persistent(false);
                postgres::rows(&limited(query.fetch_all(&mut **inner)).await?)
            }
        }
    }

    /// Inserts rows; `on_conflict` is the clause for rows whose key exists, possibly with `RETURNING`.
    pub(super) async fn insert<R: TableRow>(
        &mut self,
        rows: &[&R],
        on_conflict: &str,
    ) -> Result<Vec<Row>, DatabaseError> {
        match self {
            Transaction::Sqlite(inner) => inner.insert(rows, on_conflict),
            Transaction::Postgres(_) if rows.is_empty() => Ok(Vec::new()),
            Transaction::Postgres(inner) => {
                let query = bulk_insert::query(rows, on_conflict);
                postgres::rows(&limited(query.fetch_all(&mut **inner)).await?)
            }
        }
    }

    pub(super) async fn commit(self) -> Result<(), DatabaseError> {
        match self {
            Transaction::Sqlite(inner) => inner.commit(),
            Transaction::Postgres(inner) => limited(inner.commit()).await,
        }
    }
}
