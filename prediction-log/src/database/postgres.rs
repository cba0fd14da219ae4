//! PostgreSQL through sqlx, also behind poolers that lend a connection for one transaction: no statement has a name, and
//! settings are made within transactions only.

use super::super::database_url::PostgresUrl;
use super::{DatabaseError, LogMode, Row, SqlValue, migrate};
use rusqlite::types::Value;
use sqlx::postgres::{PgArguments, PgConnection, PgPool, PgPoolOptions, PgRow};
use sqlx::query::Query;
use sqlx::{Column, Connection as _, Postgres, Row as _, TypeInfo, ValueRef};
use std::time::Duration;

/// Timeout of connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

/// Timeout of a statement, after which the connection counts as lost.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(10);

/// Number of connections for reading.
const READERS: u32 = 4;

/// Idle time after which a connection for reading is closed.
const READER_IDLE_MAX: Duration = Duration::from_secs(60);

/// Connects and applies migrations.
pub(super) async fn open(url: &PostgresUrl) -> Result<PgConnection, DatabaseError> {
    let options = url.options()?;
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, PgConnection::connect_with(&options)).await;
    let mut connection =
        connected.map_err(|_| DatabaseError::Unavailable("it did not answer in time".to_owned()))??;
    migrate::postgres(&mut connection).await?;
    Ok(connection)
}

/// Statements that begin a writing transaction; the durability of its commit is set for it alone.
pub(super) fn begin(mode: LogMode) -> &'static str {
    match mode {
        // On the disk of the server and of its synchronous standbys.
        LogMode::PowerSafe => "BEGIN; SET LOCAL synchronous_commit = on",
        // On the disk of the server.
        LogMode::Durable => "BEGIN; SET LOCAL synchronous_commit = local",
        LogMode::Relaxed => "BEGIN; SET LOCAL synchronous_commit = off",
    }
}

/// Pool of connections for reading.
pub(super) fn read_pool(url: &PostgresUrl) -> Result<PgPool, DatabaseError> {
    let pool = PgPoolOptions::new().max_connections(READERS).acquire_timeout(CONNECT_TIMEOUT);
    Ok(pool.idle_timeout(READER_IDLE_MAX).connect_lazy_with(url.options()?))
}

/// True for error codes of a lost or impossible connection: connection exceptions, insufficient resources, operator
/// intervention (shutdown, startup), system errors, and messages of poolers.
pub(super) fn is_unavailable(code: &str) -> bool {
    ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class))
}

/// True for error codes of rejected contents: data exceptions and constraint violations.
pub(super) fn is_rejection(code: &str) -> bool {
    code.starts_with("22") || code.starts_with("23")
}

/// Adds the timeout of a statement: a server that does not answer counts as lost.
pub(super) async fn limited<T>(step: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, DatabaseError> {
    match tokio::time::timeout(STATEMENT_TIMEOUT, step).await {
        Ok(result) => result.map_err(DatabaseError::from),
        Err(_) => Err(DatabaseError::Unavailable("timed out".to_owned())),
    }
}

/// Adds a parameter to a statement.
pub(super) fn bind<'q>(
    query: Query<'q, Postgres, PgArguments>,
    value: &SqlValue<'_>,
) -> Query<'q, Postgres, PgArguments> {
    match *value {
        SqlValue::Text(text) => query.bind(text),
        SqlValue::Timestamp(timestamp) => query.bind(timestamp.to_string()),
        SqlValue::Real(number) => query.bind(number),
        SqlValue::Integer(number) => query.bind(number),
        SqlValue::Blob(bytes) => query.bind(bytes),
    }
}

/// Runs a script without parameters.
pub(super) async fn run_script(connection: &mut PgConnection, sql: String) -> Result<(), DatabaseError> {
    limited(sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection)).await.map(|_| ())
}

/// Converts rows to the values shared with SQLite.
pub(super) fn rows(rows: &[PgRow]) -> Result<Vec<Row>, DatabaseError> {
    let row = |row: &PgRow| (0..row.len()).map(|column| value(row, column)).collect::<Result<_, _>>().map(Row);
    Ok(rows.iter().map(row).collect::<Result<_, sqlx::Error>>()?)
}

fn value(row: &PgRow, column: usize) -> Result<Value, sqlx::Error> {
    if row.try_get_raw(column)?.is_null() {
        return Ok(Value::Null);
    }
    Ok(match row.column(column).type_info().name() {
        "INT8" => Value::Integer(row.try_get(column)?),
        "FLOAT8" => Value::Real(row.try_get(column)?),
        "BYTEA" => Value::Blob(row.try_get(column)?),
        _ => Value::Text(row.try_get(column)?),
    })
}
