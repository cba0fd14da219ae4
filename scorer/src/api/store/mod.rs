//! The log of predictions and calls: what is acknowledged is on disk.
//!
//! Owns the database: its address, its migrations, and the way in through one writer. SQL stands in this folder only.
//! May not know HTTP, models or how a lead was scored.

mod location;
pub mod record;
mod sqlite;
mod writer;

pub use location::{Location, LocationError};
use record::{CallRow, PredictionRow};
use std::time::Instant;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use writer::Entry;

/// How many entries may wait for the writer. Predictions wait their turn beyond that; calls are dropped.
const WAITING_MAX: usize = 4_096;

/// Why the log cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Not opened: not there, not writable, not a database, or of a later version.
    #[error("cannot use the database {location}: {reason}")]
    Open {
        /// The database as people know it.
        location: String,
        /// The database's own words.
        reason: String,
    },
    /// The rows were not written; nothing of them is in the database.
    #[error("the prediction log could not be written")]
    NotWritten,
}

/// The way in; cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    entries: mpsc::Sender<Entry>,
}

/// The writer at work, to be finished before the program ends.
#[derive(Debug)]
pub struct WriterTask {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Store {
    /// Opens the database, makes it if it is missing, brings its tables up to date and starts the writer.
    pub async fn open(location: &Location) -> Result<(Store, WriterTask), StoreError> {
        let database = sqlite::Database::open(location)
            .await
            .map_err(|error| StoreError::Open { location: location.to_string(), reason: error.to_string() })?;
        let (entries, waiting) = mpsc::channel(WAITING_MAX);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(writer::run(database, waiting, stopped));
        Ok((Store { entries }, WriterTask { stop, task }))
    }

    /// Writes predictions, all or none; returns when they are committed.
    pub async fn log(&self, rows: Vec<PredictionRow>) -> Result<(), StoreError> {
        let (done, committed) = oneshot::channel();
        let since = Instant::now();
        self.entries.send(Entry::Predictions { rows, since, done }).await.map_err(|_| StoreError::NotWritten)?;
        committed.await.map_err(|_| StoreError::NotWritten)?
    }

    /// Writes a call with the next group. Nobody waits for it, so one that finds no room is let go.
    pub fn note(&self, row: CallRow) {
        if self.entries.try_send(Entry::Call(row)).is_err() {
            tracing::debug!("a call was not noted: the log is behind or closed");
        }
    }
}

impl WriterTask {
    /// Takes nothing more, writes what waits, and closes the database.
    pub async fn finish(self) {
        let _ = self.stop.send(());
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the log's writer ended early");
        }
    }
}
