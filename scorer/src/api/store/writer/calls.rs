//! Calls on their way to the log.
//!
//! Owns how long they may wait: nobody waits for them, and in every transaction of their own they would change as many
//! pages of the database as the predictions do. May not know the database.

use super::super::record::CallRow;
use std::time::{Duration, Instant};

/// The longest that a call waits for others.
const WAIT: Duration = Duration::from_millis(100);

/// The most calls that wait.
const CALLS_MAX: usize = 1_024;

/// Calls that wait for others.
#[derive(Debug, Default)]
pub(super) struct Calls {
    rows: Vec<CallRow>,
    /// When the first of them came.
    since: Option<Instant>,
}

impl Calls {
    pub(super) fn push(&mut self, row: CallRow) {
        self.since.get_or_insert_with(Instant::now);
        self.rows.push(row);
    }

    /// In what time they are to be written, if there are any.
    pub(super) fn due_in(&self) -> Option<Duration> {
        let wait = if self.rows.len() < CALLS_MAX { WAIT } else { Duration::ZERO };
        self.since.map(|since| wait.saturating_sub(since.elapsed()))
    }

    /// All of them.
    pub(super) fn take(&mut self) -> Vec<CallRow> {
        self.since = None;
        std::mem::take(&mut self.rows)
    }
}
