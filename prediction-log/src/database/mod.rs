//! The database behind the log, whichever it is: connections, transactions, rows.
//!
//! Owns what SQLite and PostgreSQL have in common, so that every statement is written once. May not know tables.

mod bulk;
mod checkpoint;
mod dialect;
mod direct;
mod migrate;
mod postgres;
mod sqlite;

pub(super) use bulk::{Kind, Record};
pub(super) use checkpoint::Checkpoints;
pub(super) use dialect::Dialect;
pub(super) use migrate::OpenError;
pub(super) use sqlite::{BUSY, identity};

use super::{Location, LogMode};
use direct::Direct;
use rusqlite::types::{FromSql, Value};
use sqlx::postgres::{PgConnection, PgPool, PgRow};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, Connection as _, Decode, Postgres, Row as _, Sqlite, Type};
use std::time::Duration;

/// Longer than this no single step may take before the connection counts as lost.
const STEP_MAX: Duration = Duration::from_secs(10);

/// A value that goes into a statement.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'a> {
    Text(Option<&'a str>),
    Real(Option<f64>),
    Whole(Option<i64>),
    Bytes(&'a [u8]),
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Cell::Text(Some(text))
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Cell::Text(Some(text))
    }
}

impl<'a> From<&'a Option<String>> for Cell<'a> {
    fn from(text: &'a Option<String>) -> Self {
        Cell::Text(text.as_deref())
    }
}

impl From<f64> for Cell<'_> {
    fn from(number: f64) -> Self {
        Cell::Real(Some(number))
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Cell::Whole(Some(number))
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
pub(super) enum Reader {
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
    Direct(Direct<'c>),
    Postgres(sqlx::Transaction<'c, Postgres>),
}

/// A row of an answer.
#[derive(Debug)]
pub(super) enum Row {
    Sqlite(SqliteRow),
    Direct(Vec<Value>),
    Postgres(PgRow),
}

impl Connection {
    /// Connects, makes the file if it is missing, and brings the tables up to date.
    pub(super) async fn open(location: &Location, mode: LogMode) -> Result<Self, OpenError> {
        match location {
            Location::File(file) => sqlite::open(file, mode).await.map(Connection::Sqlite),
            Location::Server(address) => {
                let connection = Box::new(postgres::open(address).await?);
                Ok(Connection::Postgres { connection, begin: postgres::begin(mode) })
            }
        }
    }

    /// Whether a lock that another program holds on SQLite's file is waited for.
    pub(super) fn wait_for_others(&self, waits: bool) {
        if let Connection::Sqlite(connection) = self {
            direct::wait(connection, if waits { BUSY } else { Duration::ZERO });
        }
    }

    /// Begins to write.
    pub(super) async fn begin(&mut self) -> Result<Transaction<'_>, sqlx::Error> {
        match self {
            Connection::Sqlite(connection) => Direct::begin(connection).map(Transaction::Direct),
            Connection::Postgres { connection, begin } => {
                limited(connection.begin_with(*begin)).await.map(Transaction::Postgres)
            }
        }
    }

    /// Moves what SQLite's write-ahead file holds into the database, as far as nobody reads it, without waiting.
    pub(super) async fn checkpoint(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Connection::Sqlite(connection) => direct::run(connection, "PRAGMA wal_checkpoint(PASSIVE)"),
            Connection::Postgres { .. } => Ok(()),
        }
    }

    /// Whether what is deleted from now on is overwritten in SQLite's file, rather than left in it as free space.
    pub(super) async fn overwrite(&mut self, overwrite: bool) -> Result<(), sqlx::Error> {
        match self {
            Connection::Sqlite(connection) => direct::run(
                connection,
                if overwrite { "PRAGMA secure_delete = ON" } else { "PRAGMA secure_delete = OFF" },
            ),
            Connection::Postgres { .. } => Ok(()),
        }
    }

    /// Leaves nothing beside the database and closes it.
    pub(super) async fn close(self) -> Result<(), sqlx::Error> {
        match self {
            // Moves what is in the write-ahead file into the database itself.
            Connection::Sqlite(connection) => direct::run(&connection, "PRAGMA wal_checkpoint(TRUNCATE)"),
            Connection::Postgres { connection, .. } => limited(connection.close()).await,
        }
    }
}

impl Reader {
    /// Connections to a database that is open already, or will be.
    pub(super) fn new(location: &Location) -> Result<Self, sqlx::Error> {
        match location {
            Location::File(file) => Ok(Reader::Sqlite(sqlite::reader(file))),
            Location::Server(address) => postgres::reader(address).map(Reader::Postgres),
        }
    }

    /// Begins to read: everything read in it is of one moment in SQLite.
    pub(super) async fn begin(&self) -> Result<Transaction<'static>, sqlx::Error> {
        match self {
            Reader::Sqlite(pool) => pool.begin().await.map(Transaction::Sqlite),
            Reader::Postgres(pool) => limited(pool.begin()).await.map(Transaction::Postgres),
        }
    }

    /// Closes all of them.
    pub(super) async fn close(&self) {
        match self {
            Reader::Sqlite(pool) => pool.close().await,
            Reader::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction<'_> {
    /// How this database is spoken to.
    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Transaction::Sqlite(_) | Transaction::Direct(_) => Dialect::Sqlite,
            Transaction::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement; how many rows it changed. `$1` is the first value.
    pub(super) async fn execute(&mut self, sql: String, cells: &[Cell<'_>]) -> Result<u64, sqlx::Error> {
        match self {
            Transaction::Sqlite(inner) => {
                let query = cells.iter().fold(sqlx::query(AssertSqlSafe(sql)), sqlite::bind);
                query.execute(&mut **inner).await.map(|done| done.rows_affected())
            }
            Transaction::Direct(inner) => inner.execute(&sql, cells),
            Transaction::Postgres(inner) => {
                let query = cells.iter().fold(sqlx::query(AssertSqlSafe(sql)), postgres::bind).persistent(false);
                limited(query.execute(&mut **inner)).await.map(|done| done.rows_affected())
            }
        }
    }

    /// Runs a statement that answers with rows.
    pub(super) async fn fetch(&mut self, sql: String, cells: &[Cell<'_>]) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Transaction::Sqlite(inner) => {
                let query = cells.iter().fold(sqlx::query(AssertSqlSafe(sql)), sqlite::bind);
                Ok(query.fetch_all(&mut **inner).await?.into_iter().map(Row::Sqlite).collect())
            }
            Transaction::Direct(inner) => Ok(inner.fetch(&sql, cells)?.into_iter().map(Row::Direct).collect()),
            Transaction::Postgres(inner) => {
                let query = cells.iter().fold(sqlx::query(AssertSqlSafe(sql)), postgres::bind).persistent(false);
                Ok(limited(query.fetch_all(&mut **inner)).await?.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Makes it count.
    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Transaction::Sqlite(inner) => inner.commit().await,
            Transaction::Direct(inner) => inner.commit(),
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
            Row::Direct(row) => direct::get(row, column),
            Row::Postgres(row) => row.try_get(column),
        }
    }
}

/// Whether the database itself is well and only these rows are not to its liking.
pub(super) fn is_refusal(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Encode(_) => true,
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            let postgres = error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some();
            if postgres { postgres::is_refusal(&code) } else { sqlite::is_refusal(&code) }
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
