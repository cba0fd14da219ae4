//! SQLite through rusqlite: the writer's connection, transactions, and a pool of read-only connections.
//!
//! Calls block the thread. A commit of predictions is some ten statements that clients wait for; handing each to another
//! thread, as asynchronous drivers do, takes longer than the statement itself.

use super::{DatabaseError, LogMode, Row, SqlValue, TableRow, migrate};
use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, OpenFlags, Statement};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Time that a statement waits for a lock of another process.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(1);

/// Number of statements that stay prepared: more than the writer uses.
const STATEMENT_CACHE: usize = 64;

/// Number of connections for reading.
const READERS: usize = 4;

/// Time that a read waits for a connection.
const READER_TIMEOUT: Duration = Duration::from_secs(3);

/// Time after which a connection is reopened, in case the file was replaced.
const READER_AGE_MAX: Duration = Duration::from_secs(60);

const OPEN_EXISTING: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// Opens or creates the file, applies migrations, and checks that it can be written.
pub(super) fn open(file: &Path, mode: LogMode) -> Result<Connection, DatabaseError> {
    let mut connection = open_with(file, OPEN_EXISTING | OpenFlags::SQLITE_OPEN_CREATE)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    connection.pragma_update(None, "journal_mode", "wal")?;
    // Migrations that are up to date would not notice a read-only file; this does.
    SqliteTransaction::begin(&mut connection, "BEGIN IMMEDIATE")?.roll_back();
    migrate::sqlite(&mut connection)?;
    let synchronous = match mode {
        // Every commit is flushed to disk before it is acknowledged; a group shares one flush.
        LogMode::PowerSafe => "FULL",
        // A commit is with the operating system, which survives this process.
        LogMode::Durable | LogMode::Relaxed => "NORMAL",
    };
    // Checkpoints run on a thread of their own, not within commits; a write-ahead log that once grew is truncated.
    connection.execute_batch(&format!(
        "PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY; \
         PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 268435456"
    ))?;
    Ok(connection)
}

/// Opens an existing file for checkpoints.
pub(super) fn open_for_checkpoints(file: &Path) -> Result<Connection, DatabaseError> {
    let connection = open_with(file, OPEN_EXISTING)?;
    connection.execute_batch("PRAGMA synchronous = NORMAL")?;
    Ok(connection)
}

fn open_with(file: &Path, flags: OpenFlags) -> Result<Connection, DatabaseError> {
    let connection = Connection::open_with_flags(file, flags).map_err(|error| match error {
        // Without the path, which rusqlite appends: callers name the database themselves.
        rusqlite::Error::SqliteFailure(failure, Some(message)) => {
            let path = format!(": {}", file.display());
            let message = message.strip_suffix(&path).unwrap_or(&message).to_owned();
            rusqlite::Error::SqliteFailure(failure, Some(message))
        }
        other => other,
    })?;
    set_busy_timeout(&connection, BUSY_TIMEOUT);
    Ok(connection)
}

/// Sets how long a statement waits for a lock of another process.
pub(super) fn set_busy_timeout(connection: &Connection, timeout: Duration) {
    // Fails on closed connections only.
    connection.busy_timeout(timeout).ok();
}

/// Device and inode of a file, to detect a replaced file; `None` if it does not exist. A connection would go on writing
/// into a deleted file.
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

/// A transaction, rolled back unless it is committed.
#[derive(Debug)]
pub(crate) struct SqliteTransaction<'c> {
    connection: &'c mut Connection,
}

impl<'c> SqliteTransaction<'c> {
    /// Begins with the given statement.
    pub(super) fn begin(connection: &'c mut Connection, begin: &str) -> Result<Self, DatabaseError> {
        connection.execute_batch(begin)?;
        Ok(SqliteTransaction { connection })
    }

    pub(super) fn commit(self) -> Result<(), DatabaseError> {
        Ok(self.connection.execute_batch("COMMIT")?)
    }

    pub(super) fn roll_back(self) {}

    /// Runs a script without parameters.
    pub(super) fn run_script(&self, sql: &str) -> Result<(), DatabaseError> {
        Ok(self.connection.execute_batch(sql)?)
    }

    /// Runs a statement and returns the number of changed rows.
    pub(super) fn execute(&self, sql: &str, values: &[SqlValue<'_>]) -> Result<u64, DatabaseError> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, values)?;
        Ok(statement.raw_execute()? as u64)
    }

    /// Runs a statement that returns rows.
    pub(super) fn query(&self, sql: &str, values: &[SqlValue<'_>]) -> Result<Vec<Row>, DatabaseError> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, values)?;
        collect(&mut statement)
    }

    /// Inserts rows one by one with a prepared statement.
    pub(super) fn insert<R: TableRow>(&self, rows: &[&R], on_conflict: &str) -> Result<Vec<Row>, DatabaseError> {
        let names: Vec<_> = R::COLUMNS.iter().map(|(name, _)| *name).collect();
        let parameters = vec!["?"; names.len()].join(",");
        let sql = format!("INSERT INTO {} ({}) VALUES ({parameters}) {on_conflict}", R::TABLE, names.join(", "));
        let mut statement = self.prepare(&sql)?;
        let is_returning = statement.column_count() > 0;
        let mut returned = Vec::new();
        for row in rows {
            for (at, value) in row.values().enumerate() {
                statement.raw_bind_parameter(at + 1, value)?;
            }
            if is_returning {
                returned.extend(collect(&mut statement)?);
            } else {
                statement.raw_execute()?;
            }
        }
        Ok(returned)
    }

    fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>, DatabaseError> {
        Ok(self.connection.prepare_cached(sql)?)
    }
}

impl Drop for SqliteTransaction<'_> {
    fn drop(&mut self) {
        // After a commit, and after failures that roll back by themselves, no transaction is open.
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK").ok();
        }
    }
}

/// Binds parameters by their names: SQLite numbers `$1`, `$2`, ... in the order of their occurrence.
fn bind(statement: &mut Statement<'_>, values: &[SqlValue<'_>]) -> Result<(), DatabaseError> {
    for at in 1..=statement.parameter_count() {
        let number = statement.parameter_name(at).and_then(|name| name.get(1..)?.parse().ok());
        let value = values.get(number.unwrap_or(at) - 1).copied().unwrap_or(SqlValue::Text(None));
        statement.raw_bind_parameter(at, value)?;
    }
    Ok(())
}

fn collect(statement: &mut Statement<'_>) -> Result<Vec<Row>, DatabaseError> {
    let columns = statement.column_count();
    let (mut rows, mut found) = (statement.raw_query(), Vec::new());
    while let Some(row) = rows.next()? {
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            values.push(Value::try_from(row.get_ref(column)?)?);
        }
        found.push(Row(values));
    }
    Ok(found)
}

/// Read-only connections, used on blocking threads.
#[derive(Debug)]
pub(crate) struct SqliteReadPool {
    file: PathBuf,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Reader>>,
}

#[derive(Debug)]
struct Reader {
    connection: Connection,
    opened: Instant,
}

impl Reader {
    fn open(file: &Path) -> Result<Self, DatabaseError> {
        let connection = open_with(file, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 1073741824")?;
        Ok(Reader { connection, opened: Instant::now() })
    }
}

impl SqliteReadPool {
    pub(super) fn new(file: &Path) -> Self {
        SqliteReadPool { file: file.to_owned(), permits: Arc::new(Semaphore::new(READERS)), idle: Mutex::default() }
    }

    /// Runs blocking work with a connection.
    pub(super) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Connection) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let permit = match tokio::time::timeout(READER_TIMEOUT, self.permits.clone().acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(DatabaseError::Unavailable("it is closed".to_owned())),
            Err(_) => return Err(DatabaseError::Unavailable("all connections for reading are in use".to_owned())),
        };
        let pool = self.clone();
        let read = tokio::task::spawn_blocking(move || {
            let mut reader = pool.checkout()?;
            let result = work(&mut reader.connection);
            if result.is_ok() {
                pool.idle().push(reader);
            }
            drop(permit);
            result
        });
        read.await.unwrap_or_else(|error| Err(DatabaseError::Unusable(error.to_string())))
    }

    fn checkout(&self) -> Result<Reader, DatabaseError> {
        let idle = self.idle().pop().filter(|reader| reader.opened.elapsed() < READER_AGE_MAX);
        idle.map_or_else(|| Reader::open(&self.file), Ok)
    }

    /// Waits for running reads and closes all connections.
    pub(super) async fn close(&self) {
        // Fails only when the pool was closed before.
        let permits = self.permits.acquire_many(READERS as u32).await;
        self.permits.close();
        self.idle().clear();
        drop(permits);
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
