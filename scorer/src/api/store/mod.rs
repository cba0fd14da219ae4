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
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use writer::Entry as Waiting;

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

/// The predictions of one request.
#[derive(Debug)]
pub struct Entry {
    /// One per lead.
    pub rows: Vec<PredictionRow>,
    /// The answer to be given again, where the client named its request.
    pub keyed: Option<KeyedAnswer>,
}

/// An answer that is kept with its predictions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedAnswer {
    /// The client's name for the request, scoped by caller and route.
    pub key: String,
    /// SHA-256 of the request.
    pub fingerprint: String,
    /// HTTP's number.
    pub status: u16,
    /// The type of the body.
    pub content_type: String,
    /// The bytes that were answered.
    pub body: Vec<u8>,
    /// See [`record::timestamp`].
    pub created_at: String,
}

/// What became of an entry.
#[derive(Debug)]
pub enum Logged {
    /// It is in the database.
    Written,
    /// It waits in the spool.
    Spooled,
    /// Another request of this key was first: nothing of this entry was kept.
    Answered(KeyedAnswer),
}

/// The way in; cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    entries: mpsc::Sender<Waiting>,
    keyed: Arc<Mutex<HashMap<String, KeyedAnswer>>>,
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
        Ok((Store { entries, keyed: Arc::default() }, WriterTask { stop, task }))
    }

    /// Writes predictions, all or none; returns when they are committed.
    pub async fn log(&self, entry: Entry) -> Result<Logged, StoreError> {
        let Entry { rows, keyed } = entry;
        if let Some(keyed) = &keyed
            && let Some(first) = self.answered(&keyed.key).await?
        {
            return Ok(Logged::Answered(first));
        }
        let (done, committed) = oneshot::channel();
        let since = Instant::now();
        self.entries.send(Waiting::Predictions { rows, since, done }).await.map_err(|_| StoreError::NotWritten)?;
        committed.await.map_err(|_| StoreError::NotWritten)??;
        if let Some(keyed) = keyed {
            self.keyed.lock().unwrap_or_else(PoisonError::into_inner).insert(keyed.key.clone(), keyed);
        }
        Ok(Logged::Written)
    }

    /// The answer that was kept under a key.
    pub async fn answered(&self, key: &str) -> Result<Option<KeyedAnswer>, StoreError> {
        Ok(self.keyed.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned())
    }

    /// Writes a call with the next group. Nobody waits for it, so one that finds no room is let go.
    pub fn note(&self, row: CallRow) {
        if self.entries.try_send(Waiting::Call(row)).is_err() {
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
