//! SQLite: how its file is opened, read, and kept from growing.
//!
//! Owns its settings and its error codes. May not know tables.

use super::{LogMode, OpenError, SqlValue, migrate, sqlite_writer};
use sqlx::query::Query;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
};
use sqlx::{Connection as _, Row as _, Sqlite};
use std::path::Path;
use std::time::Duration;

/// How long another program may hold the database before a try to write fails.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(1);

/// How many read at once.
const READERS: u32 = 4;

/// How long a read may wait for one of them.
const READER_WAIT: Duration = Duration::from_secs(3);

/// How long a reader looks at the same file, should another be put in its place.
const READER_LIFE: Duration = Duration::from_secs(60);

/// Opens or makes the file and its tables, and proves that it can be written.
pub(super) async fn open(file: &Path, mode: LogMode) -> Result<rusqlite::Connection, OpenError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .busy_timeout(BUSY_TIMEOUT)
        .journal_mode(SqliteJournalMode::Wal);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    // Fails on a file that can only be read, which the migrations do not notice when there is nothing to do.
    sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await?;
    sqlx::query("ROLLBACK").execute(&mut connection).await?;
    migrate::sqlite(&mut connection).await?;
    connection.close().await?;
    Ok(sqlite_writer::open(file, mode)?)
}

/// What tells a file from another one of the same name; `None` when there is none: a connection would go on writing
/// into a file that was deleted, for nobody.
pub(crate) fn file_identity(file: &Path) -> Option<(u64, u64)> {
    let found = std::fs::metadata(file).ok()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some((found.dev(), found.ino()))
    }
    #[cfg(not(unix))]
    Some((0, u64::from(found.is_file())))
}

/// Connections that cannot write.
pub(super) fn reader(file: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("temp_store", "MEMORY")
        .pragma("mmap_size", "1073741824");
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(READER_WAIT)
        .idle_timeout(READER_LIFE)
        .max_lifetime(READER_LIFE)
        .connect_lazy_with(options)
}

/// Moves what can be moved without waiting for anyone; how many pages are in the write-ahead file.
pub(super) async fn checkpoint(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let row = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(connection).await?;
    row.try_get(1)
}

/// A constraint, a value too big, of the wrong kind or out of range.
pub(super) fn is_rejection(code: &str) -> bool {
    matches!(code.parse::<u32>().unwrap_or(0) & 0xFF, 18 | 19 | 20 | 25)
}

type SqliteQuery<'q> = Query<'q, Sqlite, SqliteArguments>;

/// Adds a value to a statement.
pub(super) fn bind<'q>(query: SqliteQuery<'q>, cell: &SqlValue<'_>) -> SqliteQuery<'q> {
    match *cell {
        SqlValue::Text(text) => query.bind(text),
        SqlValue::Real(number) => query.bind(number),
        SqlValue::Integer(number) => query.bind(number),
        SqlValue::Blob(bytes) => query.bind(bytes),
    }
}
