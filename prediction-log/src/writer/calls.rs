//! Calls on their way to the log.
//!
//! Owns how long they may wait, and how many: nobody waits for them, and in every transaction of their own they would
//! change as many pages of the database as the predictions do. May not know the database.

use super::super::record::CallRow;
use std::time::{Duration, Instant};

/// The longest that a call waits for others.
const WAIT: Duration = Duration::from_millis(100);

/// So many need not wait for more.
const ENOUGH: usize = 1_024;

/// The most calls that wait.
const CALLS_MAX: usize = 8_192;

/// Calls that wait for others.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    rows: Vec<CallRow>,
    /// When the first of them came.
    since: Option<Instant>,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// It waits, as the writer knows.
    Waits,
    /// It waits, and the writer is to be told.
    Wakes,
    /// There was no room.
    LetGo,
}

impl Calls {
    pub(crate) fn push(&mut self, row: CallRow) -> Pushed {
        if self.rows.len() == CALLS_MAX {
            return Pushed::LetGo;
        }
        self.since.get_or_insert_with(Instant::now);
        self.rows.push(row);
        if matches!(self.rows.len(), 1 | ENOUGH) { Pushed::Wakes } else { Pushed::Waits }
    }

    /// In what time they are to be written, if there are any.
    pub(super) fn due_in(&self) -> Option<Duration> {
        let wait = if self.rows.len() < ENOUGH { WAIT } else { Duration::ZERO };
        self.since.map(|since| wait.saturating_sub(since.elapsed()))
    }

    /// All of them.
    pub(super) fn take(&mut self) -> Vec<CallRow> {
        self.since = None;
        std::mem::take(&mut self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_writer_is_told_of_the_first_and_when_there_are_enough() {
        let mut calls = Calls::default();
        let row = || CallRow {
            created_at: String::new(),
            endpoint: "/predict".into(),
            status_code: 200,
            response_time_ms: 1.0,
        };
        assert_eq!(calls.due_in(), None);
        assert_eq!(calls.push(row()), Pushed::Wakes);
        assert!(calls.due_in().is_some_and(|due| !due.is_zero() && due <= WAIT));
        let told: Vec<_> = (1..CALLS_MAX).map(|_| calls.push(row())).collect();
        assert_eq!(told.iter().filter(|&&pushed| pushed == Pushed::Wakes).count(), 1);
        assert_eq!(told[ENOUGH - 2], Pushed::Wakes);
        assert_eq!(calls.due_in(), Some(Duration::ZERO));
        assert_eq!(calls.push(row()), Pushed::LetGo);
        assert_eq!(calls.take().len(), CALLS_MAX);
        assert_eq!((calls.due_in(), calls.push(row())), (None, Pushed::Wakes));
    }
}
