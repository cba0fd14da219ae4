//! SQLite's write-ahead file, emptied into the database beside the writer: a commit then waits for no disk.
//!
//! Owns when that is done. May not know what is written.

use super::Location;
use super::sqlite::{BUSY, checkpoint};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Bytes written before the file is emptied.
const BYTES: usize = 8 << 20;

/// Pages in the file from which on the writer finishes what is left: only then can the file begin anew.
const PAGES_MAX: i64 = 16_384;

/// The task that empties the file.
#[derive(Debug)]
pub(in crate::api::store) struct Checkpoints {
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

impl Checkpoints {
    /// For a file; a server sees to itself.
    pub(in crate::api::store) fn start(location: &Location) -> Option<Self> {
        let Location::File(file) = location else { return None };
        let shared = Arc::new(Shared::default());
        let task = tokio::spawn(run(file.clone(), shared.clone()));
        Some(Checkpoints { shared, task })
    }

    /// So many bytes were written; whether the writer should finish the emptying, this once.
    pub(in crate::api::store) fn note(&self, bytes: usize) -> bool {
        if self.shared.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > BYTES {
            self.shared.bytes.store(0, Ordering::Relaxed);
            self.shared.wake.notify_one();
        }
        self.shared.is_long.swap(false, Ordering::Relaxed)
    }

    /// Ends the task, so that the writer's connection is the last.
    pub(in crate::api::store) async fn stop(self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        self.shared.wake.notify_one();
        // It was told to end; how it did no longer matters.
        let _ = self.task.await;
    }
}

async fn run(file: PathBuf, shared: Arc<Shared>) {
    let mut connection = None;
    loop {
        shared.wake.notified().await;
        if shared.stopped.load(Ordering::Relaxed) {
            break;
        }
        match empty(&file, &mut connection).await {
            Ok(pages) => shared.is_long.store(pages > PAGES_MAX, Ordering::Relaxed),
            Err(error) => tracing::debug!(%error, "the write-ahead file could not be emptied now"),
        }
    }
    if let Some(connection) = connection {
        // Everything in it was written by the writer's connection, which is closed after this one.
        let _ = connection.close().await;
    }
}

async fn empty(file: &Path, kept: &mut Option<SqliteConnection>) -> Result<i64, sqlx::Error> {
    let connection = match kept.take() {
        Some(connection) => connection,
        None => {
            let options = SqliteConnectOptions::new().filename(file).busy_timeout(BUSY);
            SqliteConnection::connect_with(&options.synchronous(SqliteSynchronous::Normal)).await?
        }
    };
    checkpoint(kept.insert(connection)).await
}
