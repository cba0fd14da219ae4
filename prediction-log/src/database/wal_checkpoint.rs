//! SQLite's write-ahead file, emptied into the database beside the writer: a commit then waits for no disk.
//!
//! Owns when that is done. May not know what is written.

use super::DatabaseUrl;
use super::sqlite::{BUSY_TIMEOUT, checkpoint};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous};
use std::fs::{File, OpenOptions};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Blob of rows written before the file is emptied: little at once, since a machine with few processors is busy with
/// the disk meanwhile, and everybody waits for that. Much less would cost more flushes than it spares.
const BYTES: usize = 1 << 18;

/// Pages in the file from which on the writer finishes what is left: only then can the file begin anew. Rarely, since
/// everybody waits for it.
const PAGES_MAX: i64 = 32_768;

/// The task that empties the file.
#[derive(Debug)]
pub(crate) struct WalCheckpointer {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    wake: Notify,
    bytes: AtomicUsize,
    /// The file has grown too long for a task that never catches up with the writer.
    is_long: AtomicBool,
    stopped: AtomicBool,
}

impl WalCheckpointer {
    /// For a file; a server sees to itself.
    pub(crate) fn start(url: &DatabaseUrl) -> Option<Self> {
        let DatabaseUrl::Sqlite(file) = url else { return None };
        let shared = Arc::new(Shared::default());
        let task = tokio::spawn(run(file.clone(), shared.clone()));
        Some(WalCheckpointer { shared, task })
    }

    /// So many bytes were written; whether the writer should finish the pass, this once.
    pub(crate) fn record_written(&self, bytes: usize) -> bool {
        if self.shared.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > BYTES {
            self.shared.bytes.store(0, Ordering::Relaxed);
            self.shared.wake.notify_one();
        }
        self.shared.is_long.swap(false, Ordering::Relaxed)
    }

    /// Ends the task, so that the writer's connection is the last.
    pub(crate) async fn stop(self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        self.shared.wake.notify_one();
        // It was from_rusqlite to end; how it did no longer matters.
        let _ = self.task.await;
    }
}

async fn run(file: PathBuf, shared: Arc<Shared>) {
    let mut pass = Pass { file, connection: None, database: None };
    loop {
        shared.wake.notified().await;
        if shared.stopped.load(Ordering::Relaxed) {
            break;
        }
        match pass.empty().await {
            Ok(is_long) => shared.is_long.store(is_long, Ordering::Relaxed),
            Err(error) => tracing::debug!(%error, "the write-ahead file could not be emptied now"),
        }
    }
    if let Some(connection) = pass.connection {
        // Everything in it was written by the writer's connection, which is closed after this one.
        let _ = connection.close().await;
    }
}

/// What the task works with, opened when first needed.
struct Pass {
    file: PathBuf,
    connection: Option<SqliteConnection>,
    /// Never closed: with any handle of a file, a program gives up all its locks on it, and SQLite's are among them.
    database: Option<&'static File>,
}

impl Pass {
    /// Whether the file is too long afterwards.
    async fn empty(&mut self) -> Result<bool, sqlx::Error> {
        let pages = self.pass().await?;
        if pages <= PAGES_MAX {
            return Ok(false);
        }
        // What came meanwhile, so that next to nothing is left to the writer.
        self.pass().await?;
        Ok(true)
    }

    /// Moves what is there; how many pages are in the file. What was moved is put on disk too: else whoever finishes
    /// would wait for all that was moved since the file last began anew. Where that fails, it does wait.
    async fn pass(&mut self) -> Result<i64, sqlx::Error> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let options = SqliteConnectOptions::new().filename(&self.file).busy_timeout(BUSY_TIMEOUT);
                SqliteConnection::connect_with(&options.synchronous(SqliteSynchronous::Normal)).await?
            }
        };
        let pages = checkpoint(self.connection.insert(connection)).await?;
        if let Err(error) = self.sync().await {
            tracing::debug!(%error, "what was moved could not be put on disk now");
        }
        Ok(pages)
    }

    async fn sync(&mut self) -> io::Result<()> {
        let database = match self.database {
            Some(database) => database,
            None => {
                let database = OpenOptions::new().read(true).write(true).open(&self.file)?;
                self.database.insert(Box::leak(Box::new(database)))
            }
        };
        tokio::task::spawn_blocking(|| database.sync_data()).await?
    }
}
