//! PostgreSQL: how it is reached, also through a pooler that lends a connection for one transaction only.
//!
//! Owns its settings and its error codes. May not know tables. Nothing here counts on a session: no statement has a
//! name, and nothing is set but within a transaction.

use super::super::database_url::PostgresUrl;
use super::{LogMode, OpenError, SqlValue, limited, migrate};
use sqlx::postgres::{PgArguments, PgConnection, PgPool, PgPoolOptions};
use sqlx::query::Query;
use sqlx::{Connection as _, Postgres};
use std::time::Duration;

/// How long a connection may take to be made.
const CONNECT_MAX: Duration = Duration::from_secs(4);

/// How many read at once.
const READERS: u32 = 4;

/// Connects and brings the tables up to date.
pub(super) async fn open(address: &super::super::database_url::PostgresUrl) -> Result<PgConnection, OpenError> {
    let options = address.options()?;
    let connected = tokio::time::timeout(CONNECT_MAX, PgConnection::connect_with(&options)).await;
    let mut connection = connected.map_err(|_| OpenError::Away("it did not answer in time".to_owned()))??;
    migrate::postgres(&mut connection).await?;
    Ok(connection)
}

/// How a writing transaction begins: what its commit waits for is set for it alone.
pub(super) fn begin(mode: LogMode) -> &'static str {
    match mode {
        // On the disk of the server and of those that stand by for it, as the server is set up.
        LogMode::PowerSafe => "BEGIN; SET LOCAL synchronous_commit = on",
        // On the disk of the server.
        LogMode::Durable => "BEGIN; SET LOCAL synchronous_commit = local",
        LogMode::Relaxed => "BEGIN; SET LOCAL synchronous_commit = off",
    }
}

/// Connections for reading.
pub(super) fn reader(address: &PostgresUrl) -> Result<PgPool, sqlx::Error> {
    let pool = PgPoolOptions::new().max_connections(READERS).acquire_timeout(CONNECT_MAX);
    Ok(pool.idle_timeout(Duration::from_secs(60)).connect_lazy_with(address.options()?))
}

/// Whether a connection could not be made or kept, rather than being refused for good: connection exceptions, no
/// resources, an operator's intervention (shutting down, starting up), a pooler's own words.
pub(super) fn is_away(code: &str) -> bool {
    ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class))
}

/// A value that a column cannot hold, or a constraint.
pub(super) fn is_rejection(code: &str) -> bool {
    code.starts_with("22") || code.starts_with("23")
}

type PgQuery<'q> = Query<'q, Postgres, PgArguments>;

/// Adds a value to a statement.
pub(super) fn bind<'q>(query: PgQuery<'q>, cell: &SqlValue<'_>) -> PgQuery<'q> {
    match *cell {
        SqlValue::Text(text) => query.bind(text),
        SqlValue::Real(number) => query.bind(number),
        SqlValue::Integer(number) => query.bind(number),
        SqlValue::Blob(bytes) => query.bind(bytes),
    }
}

/// Runs a script without values.
pub(super) async fn script(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    limited(sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection)).await.map(|_| ())
}
