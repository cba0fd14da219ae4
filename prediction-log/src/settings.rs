//! Settings of the log: database, durability mode, spool, retention.

use super::DatabaseUrl;
use std::path::PathBuf;
use std::str::FromStr;
use thiserror::Error;

/// Default capacity of the spool in bytes: some millions of predictions.
pub const DEFAULT_SPOOL_BYTES: u64 = 1 << 30;

/// Settings of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The database.
    pub database_url: DatabaseUrl,
    /// Durability of an acknowledged entry.
    pub mode: LogMode,
    /// Spool folder, used while the database is unavailable; with `None` nothing is acknowledged then.
    pub spool: Option<PathBuf>,
    /// Capacity of the spool folder in bytes.
    pub spool_bytes_max: u64,
    /// Retention of rows.
    pub retention: Retention,
    /// Name of this instance among those that share the database.
    pub instance: String,
}

impl Settings {
    /// A durable log without a spool and with unlimited retention.
    pub fn new(database_url: DatabaseUrl) -> Self {
        Settings {
            database_url,
            mode: LogMode::default(),
            spool: None,
            spool_bytes_max: DEFAULT_SPOOL_BYTES,
            retention: Retention::default(),
            instance: "leadlight".to_owned(),
        }
    }
}

/// Durability of an acknowledged entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogMode {
    /// Survives a kill of the process; a power failure may lose the last moments.
    #[default]
    Durable,
    /// Survives a power failure, as far as the disk honours flushes.
    PowerSafe,
    /// Acknowledged before it is written: a kill of the process loses what is queued.
    Relaxed,
}

/// Unknown name of a [`LogMode`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the log's mode should be durable, power-safe or relaxed, not {0:?}")]
pub struct LogModeError(String);

impl LogMode {
    /// Name in options.
    pub fn as_str(self) -> &'static str {
        match self {
            LogMode::Durable => "durable",
            LogMode::PowerSafe => "power-safe",
            LogMode::Relaxed => "relaxed",
        }
    }
}

impl FromStr for LogMode {
    type Err = LogModeError;

    fn from_str(text: &str) -> Result<Self, LogModeError> {
        [LogMode::Durable, LogMode::PowerSafe, LogMode::Relaxed]
            .into_iter()
            .find(|mode| mode.as_str() == text)
            .ok_or_else(|| LogModeError(text.to_owned()))
    }
}

/// Retention limits; rows beyond either are deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Maximum age of predictions, requests and outcomes in days.
    pub days: Option<u32>,
    /// Maximum number of predictions, and of requests.
    pub rows: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_log_modes() {
        assert_eq!("power-safe".parse(), Ok(LogMode::PowerSafe));
        assert_eq!("relaxed".parse(), Ok(LogMode::Relaxed));
        assert!("fast".parse::<LogMode>().is_err());
    }
}
