//! Checkpoints of SQLite's write-ahead log on a thread of their own, so that commits never wait for the disk.

use super::super::DatabaseUrl;
use super::{DatabaseError, sqlite};
use rusqlite::Connection;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Bytes of rows between two checkpoints: little at once, since a machine with few processors is busy with the disk
/// meanwhile. Much less would cost more flushes than it saves.
const INTERVAL_BYTES: usize = 1 << 18;

/// Pages in the write-ahead log from which on the writer checkpoints the rest: only then does the log start over. Rarely,
/// since all clients wait for it.
const PAGES_MAX: i64 = 32_768;

/// Handle of the checkpoint thread.
#[derive(Debug)]
pub(crate) struct WalCheckpointer {
    wake: SyncSender<()>,
    /// Bytes written since the last wake-up.
    bytes: usize,
    /// Set when the log grows faster than the thread can checkpoint it.
    is_behind: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl WalCheckpointer {
    /// Starts the thread for a file; servers checkpoint themselves.
    pub(crate) fn start(url: &DatabaseUrl) -> Option<Self> {
        let DatabaseUrl::Sqlite(file) = url else { return None };
        let (wake, wakes) = sync_channel(1);
        let is_behind = Arc::new(AtomicBool::new(false));
        let task = CheckpointTask { file: file.clone(), connection: None, database: None };
        let flag = is_behind.clone();
        let thread = thread::Builder::new().name("checkpoint".to_owned()).spawn(move || task.run(&wakes, &flag));
        let thread =
            thread.inspect_err(|error| tracing::error!(%error, "the write-ahead log is not checkpointed")).ok()?;
        Some(WalCheckpointer { wake, bytes: 0, is_behind, thread })
    }

    /// Counts written bytes and wakes the thread; true when the writer should checkpoint the rest this time.
    pub(crate) fn record_written(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        if self.bytes > INTERVAL_BYTES {
            self.bytes = 0;
            // Full when a wake-up is pending already.
            let _ = self.wake.try_send(());
        }
        self.is_behind.swap(false, Ordering::Relaxed)
    }

    /// Ends the thread, so that the writer's connection is the last to be closed.
    pub(crate) fn stop(self) {
        drop(self.wake);
        // A panic of the thread has no effect on the log.
        let _ = self.thread.join();
    }
}

/// State of the thread; files are opened when first needed.
struct CheckpointTask {
    file: PathBuf,
    connection: Option<Connection>,
    /// Never closed: closing any descriptor of a file releases all locks of the process on it, SQLite's included.
    database: Option<&'static File>,
}

impl CheckpointTask {
    fn run(mut self, wakes: &Receiver<()>, is_behind: &AtomicBool) {
        while wakes.recv().is_ok() {
            match self.checkpoint() {
                Ok(behind) => is_behind.store(behind, Ordering::Relaxed),
                Err(error) => tracing::debug!(%error, "the write-ahead log could not be checkpointed"),
            }
        }
    }

    /// Returns true when the log is too long afterwards.
    fn checkpoint(&mut self) -> Result<bool, DatabaseError> {
        if self.pass()? <= PAGES_MAX {
            return Ok(false);
        }
        // Moves what was written meanwhile, so that next to nothing is left to the writer.
        self.pass()?;
        Ok(true)
    }

    /// Moves pages into the database without waiting, flushes them, and returns the length of the log in pages. Without
    /// the flush, the writer that completes the checkpoint would wait for all pages moved since the log was last reset.
    fn pass(&mut self) -> Result<i64, DatabaseError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => sqlite::open_for_checkpoints(&self.file)?,
        };
        let pages = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1))?;
        // Kept only after success: a failure may be due to a replaced file.
        self.connection = Some(connection);
        if let Err(error) = self.flush() {
            tracing::debug!(%error, "checkpointed pages could not be flushed to disk");
        }
        Ok(pages)
    }

    fn flush(&mut self) -> io::Result<()> {
        let database = match self.database {
            Some(database) => database,
            None => {
                let database = OpenOptions::new().read(true).write(true).open(&self.file)?;
                self.database.insert(Box::leak(Box::new(database)))
            }
        };
        database.sync_data()
    }
}
