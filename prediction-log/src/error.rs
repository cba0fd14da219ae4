//! [`StoreError`]: failures reported to callers.

use thiserror::Error;

/// Failure of an operation of the log.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database was not opened: not writable, not a database, or of a later version.
    #[error("cannot use the database {location}: {reason}")]
    Open {
        /// Database without credentials.
        location: String,
        /// Message of the database.
        reason: String,
    },
    /// The spool folder was not opened.
    #[error("cannot use the spool folder {folder}: {reason}")]
    Spool {
        /// The folder.
        folder: String,
        /// Message of the system.
        reason: String,
    },
    /// The writer's queue is full: retry in a moment.
    #[error("the prediction log is behind")]
    Busy,
    /// Nothing was written, neither to the database nor to the spool.
    #[error("the prediction log could not be written")]
    NotWritten,
    /// The database could not be read.
    #[error("the prediction log could not be read")]
    NotRead,
}
