//! Buffer of request rows that wait for a commit. No response depends on them, and in transactions of their own they
//! would change as many database pages as the predictions do.

use super::row::RequestRow;
use std::time::{Duration, Instant};

/// Maximum time that a row waits for others.
const DELAY_MAX: Duration = Duration::from_millis(100);

/// Number of rows that are flushed without waiting for more.
const FLUSH_AT: usize = 1_024;

/// Capacity; rows beyond are dropped.
const CAPACITY: usize = 8_192;

/// Request rows that wait for a commit.
#[derive(Debug, Default)]
pub(crate) struct RequestBuffer {
    rows: Vec<RequestRow>,
    /// Arrival of the first row.
    since: Option<Instant>,
}

/// Result of buffering a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PushResult {
    /// Buffered; the writer knows already.
    Queued,
    /// Buffered; the writer is to be woken.
    Wake,
    /// The buffer was full.
    Dropped,
}

impl RequestBuffer {
    pub(crate) fn push(&mut self, row: RequestRow) -> PushResult {
        if self.rows.len() == CAPACITY {
            return PushResult::Dropped;
        }
        self.since.get_or_insert_with(Instant::now);
        self.rows.push(row);
        if matches!(self.rows.len(), 1 | FLUSH_AT) { PushResult::Wake } else { PushResult::Queued }
    }

    /// Time until the rows are due; `None` when the buffer is empty.
    pub(super) fn due_in(&self) -> Option<Duration> {
        let delay = if self.rows.len() < FLUSH_AT { DELAY_MAX } else { Duration::ZERO };
        self.since.map(|since| delay.saturating_sub(since.elapsed()))
    }

    /// Removes all rows.
    pub(super) fn take(&mut self) -> Vec<RequestRow> {
        self.since = None;
        std::mem::take(&mut self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::Timestamp;

    #[test]
    fn wakes_the_writer_at_the_first_row_and_when_full_enough() {
        let mut buffer = RequestBuffer::default();
        let row = || RequestRow {
            created_at: Timestamp::MIN,
            endpoint: "/predict".into(),
            status_code: 200,
            response_time_ms: 1.0,
        };
        assert_eq!(buffer.due_in(), None);
        assert_eq!(buffer.push(row()), PushResult::Wake);
        assert!(buffer.due_in().is_some_and(|due| !due.is_zero() && due <= DELAY_MAX));
        let results: Vec<_> = (1..CAPACITY).map(|_| buffer.push(row())).collect();
        assert_eq!(results.iter().filter(|&&result| result == PushResult::Wake).count(), 1);
        assert_eq!(results[FLUSH_AT - 2], PushResult::Wake);
        assert_eq!(buffer.due_in(), Some(Duration::ZERO));
        assert_eq!(buffer.push(row()), PushResult::Dropped);
        assert_eq!(buffer.take().len(), CAPACITY);
        assert_eq!((buffer.due_in(), buffer.push(row())), (None, PushResult::Wake));
    }
}
