//! [`DatabaseError`]: failures of both databases, classified by what callers decide on.

use super::postgres;
use rusqlite::ffi;
use rusqlite::types::FromSqlError;
use thiserror::Error;

/// Failure of a database operation.
#[derive(Debug, Error)]
pub(crate) enum DatabaseError {
    /// Not reachable or locked: retry later. Whether a commit took effect is unknown.
    #[error("{0}")]
    Unavailable(String),
    /// The contents are rejected: a constraint, or a value that a column cannot hold. Nothing was written.
    #[error("{0}")]
    Rejected(String),
    /// A stored value does not have the type of its column.
    #[error("{0}")]
    Corrupt(String),
    /// Any other failure, such as wrong credentials, a missing table or a full disk.
    #[error("{0}")]
    Unusable(String),
    /// The schema could not be migrated.
    #[error("its tables could not be brought up to date: {0}")]
    Migration(String),
}

impl DatabaseError {
    /// True when the database works and only these contents are rejected.
    pub(crate) fn is_rejection(&self) -> bool {
        matches!(self, DatabaseError::Rejected(_))
    }
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, message) = error else {
            return DatabaseError::Unusable(error.to_string());
        };
        let message = message.unwrap_or_else(|| failure.to_string());
        match (failure.extended_code & 0xFF, failure.extended_code) {
            (_, ffi::SQLITE_BUSY | ffi::SQLITE_BUSY_RECOVERY) => DatabaseError::Unavailable(message),
            (ffi::SQLITE_CONSTRAINT, code) => {
                DatabaseError::Rejected(constraint_name(code).map_or(message, str::to_owned))
            }
            (ffi::SQLITE_TOOBIG | ffi::SQLITE_MISMATCH | ffi::SQLITE_RANGE, _) => DatabaseError::Rejected(message),
            _ => DatabaseError::Unusable(message),
        }
    }
}

/// Kind of a violated constraint. It replaces the message, which may repeat values.
fn constraint_name(extended_code: i32) -> Option<&'static str> {
    match extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => Some("unique constraint"),
        ffi::SQLITE_CONSTRAINT_NOTNULL => Some("not-null constraint"),
        ffi::SQLITE_CONSTRAINT_CHECK => Some("check constraint"),
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Some("foreign key constraint"),
        _ => None,
    }
}

impl From<FromSqlError> for DatabaseError {
    fn from(error: FromSqlError) -> Self {
        DatabaseError::Corrupt(error.to_string())
    }
}

impl From<sqlx::Error> for DatabaseError {
    /// Keeps the database's message without the library's prefix.
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => {
                let (code, message) = (error.code().unwrap_or_default(), error.message().to_owned());
                match error.kind() {
                    _ if postgres::is_unavailable(&code) => DatabaseError::Unavailable(message),
                    _ if !postgres::is_rejection(&code) => DatabaseError::Unusable(message),
                    sqlx::error::ErrorKind::Other => DatabaseError::Rejected(message),
                    // The message may repeat values.
                    kind => DatabaseError::Rejected(format!("{kind:?}")),
                }
            }
            sqlx::Error::Io(error) => DatabaseError::Unavailable(error.to_string()),
            sqlx::Error::Protocol(message) => DatabaseError::Unavailable(message),
            sqlx::Error::Encode(error) => DatabaseError::Rejected(error.to_string()),
            sqlx::Error::Decode(error) => DatabaseError::Corrupt(error.to_string()),
            sqlx::Error::Tls(error) => DatabaseError::Unusable(error.to_string()),
            other => DatabaseError::Unusable(other.to_string()),
        }
    }
}
