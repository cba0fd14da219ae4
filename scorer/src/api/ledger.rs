//! What operating asks of the log: how it does, and how much waits for it.
//!
//! Owns the words for it. May not know how the log comes by it.

use super::store::{Store, StoreState};

/// How the log does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogState {
    /// Predictions get into the database.
    Connected,
    /// They are kept elsewhere until the database is back.
    Degraded {
        /// How many.
        spooled_rows: u64,
    },
    /// There is no place left to keep them, so none is acknowledged.
    Lost,
}

impl LogState {
    /// Every word there is.
    pub(super) const WORDS: [&'static str; 3] = ["connected", "degraded", "lost"];

    pub(super) fn word(self) -> &'static str {
        match self {
            LogState::Connected => Self::WORDS[0],
            LogState::Degraded { .. } => Self::WORDS[1],
            LogState::Lost => Self::WORDS[2],
        }
    }

    pub(super) fn spooled_rows(self) -> u64 {
        match self {
            LogState::Degraded { spooled_rows } => spooled_rows,
            LogState::Connected | LogState::Lost => 0,
        }
    }
}

/// How it does now.
pub(super) fn state(store: &Store) -> LogState {
    match store.state() {
        StoreState::Connected => LogState::Connected,
        StoreState::Degraded { spooled_rows } => LogState::Degraded { spooled_rows },
        StoreState::Lost => LogState::Lost,
    }
}
