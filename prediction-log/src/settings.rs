//! What the log can be told: where it is, what an acknowledgement promises, what it does when the database is away and
//! how long rows are kept.
//!
//! Owns those settings and their words. May not know where they came from.

use super::Location;
use std::path::PathBuf;
use std::str::FromStr;
use thiserror::Error;

/// The most bytes that wait in the spool folder, unless told otherwise: some millions of predictions.
pub const SPOOL_BYTES: u64 = 1 << 30;

/// The settings of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The database.
    pub location: Location,
    /// What an acknowledgement promises.
    pub mode: LogMode,
    /// The folder for what cannot be written while the database is away; none: nothing is acknowledged meanwhile.
    pub spool: Option<PathBuf>,
    /// The most bytes in that folder.
    pub spool_bytes_max: u64,
    /// How long rows are kept.
    pub retention: Retention,
    /// The name of this instance among those that share the database.
    pub instance: String,
}

impl Settings {
    /// A durable log without a spool, kept for ever.
    pub fn new(location: Location) -> Self {
        Settings {
            location,
            mode: LogMode::default(),
            spool: None,
            spool_bytes_max: SPOOL_BYTES,
            retention: Retention::default(),
            instance: "leadlight".to_owned(),
        }
    }
}

/// What is certain of a prediction once it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogMode {
    /// It survives the program's being killed; a power cut may take the last moments.
    #[default]
    Durable,
    /// It survives a power cut, as far as the disk keeps what it says it has.
    PowerSafe,
    /// It is acknowledged before it is written: what waits when the program is killed is gone.
    Relaxed,
}

/// A word for no mode.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the log's mode should be durable, power-safe or relaxed, not {0:?}")]
pub struct LogModeError(String);

impl LogMode {
    /// Its word among options.
    pub fn word(self) -> &'static str {
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
            .find(|mode| mode.word() == text)
            .ok_or_else(|| LogModeError(text.to_owned()))
    }
}

/// How long rows are kept; what is beyond either limit is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Days that predictions, calls and outcomes are kept.
    pub days: Option<u32>,
    /// How many predictions are kept, and how many calls.
    pub rows: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_by_their_words() {
        assert_eq!("power-safe".parse(), Ok(LogMode::PowerSafe));
        assert_eq!("relaxed".parse(), Ok(LogMode::Relaxed));
        assert!("fast".parse::<LogMode>().is_err());
    }
}
