//! The unit of group commit: entries and requests that are committed together, with the callers that wait for them.

use super::super::entry::{Batch, IdempotencyRecord, LogEntry, WriteStatus};
use super::super::store::StoreError;
use super::Message;
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Maximum predictions and bytes of a batch, unless one entry has more: bounds the latency of its first entry.
pub(super) const ROWS_MAX: usize = 10_000;
pub(super) const BYTES_MAX: usize = 16 << 20;

/// Caller that waits for an entry; `None` in relaxed mode.
pub(crate) type Waiter = Option<oneshot::Sender<Result<WriteStatus, StoreError>>>;

/// A batch and the waiters of its entries, in the same order.
#[derive(Debug, Default)]
pub(super) struct CommitBatch {
    pub(super) batch: Batch,
    waiters: Vec<Waiter>,
    /// Arrival of the first entry; `None` where there are only requests.
    since: Option<Instant>,
}

impl CommitBatch {
    /// Takes entries from the queue up to the limits, or up to the first other message.
    pub(super) fn take(messages: &mut VecDeque<Message>) -> Self {
        let mut group = CommitBatch::default();
        let (mut rows, mut bytes) = (0, 0);
        while rows < ROWS_MAX && bytes < BYTES_MAX {
            match messages.pop_front() {
                // The requests themselves are in their buffer.
                Some(Message::FlushRequests) => {}
                Some(Message::Log { entry, since, waiter }) => {
                    rows += entry.rows.len();
                    bytes += entry.bytes();
                    group.since = Some(group.since.map_or(since, |first| first.min(since)));
                    group.push(entry, waiter);
                }
                Some(other) => {
                    messages.push_front(other);
                    break;
                }
                None => break,
            }
        }
        group
    }

    /// A batch whose callers were acknowledged already.
    pub(super) fn without_waiters(batch: Batch) -> Self {
        let waiters = batch.entries.iter().map(|_| None).collect();
        CommitBatch { batch, waiters, since: None }
    }

    fn push(&mut self, entry: LogEntry, waiter: Waiter) {
        self.batch.entries.push(entry);
        self.waiters.push(waiter);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.batch.entries.is_empty() && self.batch.requests.is_empty()
    }

    /// True when the first caller, who is answered after `timeout`, can wait so much longer.
    pub(super) fn can_wait(&self, longer: Duration, timeout: Duration) -> bool {
        self.since.is_some_and(|since| since.elapsed() + longer <= timeout)
    }

    /// Splits into one batch per entry and per request.
    pub(super) fn split(self) -> Vec<CommitBatch> {
        let mut parts = Vec::new();
        let Batch { entries, requests, .. } = self.batch;
        for (entry, waiter) in entries.into_iter().zip(self.waiters) {
            let mut part = CommitBatch { since: self.since, ..CommitBatch::default() };
            part.push(entry, waiter);
            parts.push(part);
        }
        for request in requests {
            let batch = Batch { requests: vec![request], ..Batch::default() };
            parts.push(CommitBatch { batch, ..CommitBatch::default() });
        }
        parts
    }

    /// Removes entries whose key has a record, in `find` or in this batch, and answers their waiters with it.
    pub(super) fn answer_duplicates(&mut self, find: impl Fn(&IdempotencyRecord) -> Option<IdempotencyRecord>) {
        let entries = std::mem::take(&mut self.batch.entries);
        let waiters = std::mem::take(&mut self.waiters);
        for (entry, waiter) in entries.into_iter().zip(waiters) {
            let first = entry.idempotency.as_ref().and_then(|record| {
                let in_batch = || self.batch.idempotency_records().find(|other| other.key == record.key).cloned();
                find(record).or_else(in_batch)
            });
            match first {
                Some(record) => answer(waiter, Ok(WriteStatus::Duplicate(record))),
                None => self.push(entry, waiter),
            }
        }
    }

    /// Answers all waiters; `duplicates` are the entries whose key was taken, by index.
    pub(super) fn acknowledge(self, status: &WriteStatus, mut duplicates: BTreeMap<usize, IdempotencyRecord>) {
        for (at, waiter) in self.waiters.into_iter().enumerate() {
            let status = duplicates.remove(&at).map_or_else(|| status.clone(), WriteStatus::Duplicate);
            answer(waiter, Ok(status));
        }
    }

    /// Answers all waiters that nothing was written.
    pub(super) fn abort_pending(self) {
        let lost: usize = self.without_waiter().map(|entry| entry.rows.len()).sum();
        if lost > 0 {
            tracing::error!(predictions = lost, "predictions that were acknowledged in relaxed mode are lost");
        }
        for waiter in self.waiters {
            answer(waiter, Err(StoreError::NotWritten));
        }
    }

    fn without_waiter(&self) -> impl Iterator<Item = &LogEntry> {
        let entries = self.batch.entries.iter().zip(&self.waiters);
        entries.filter(|(_, waiter)| waiter.is_none()).map(|(entry, _)| entry)
    }
}

/// A caller that is gone needs no answer.
fn answer(waiter: Waiter, result: Result<WriteStatus, StoreError>) {
    if let Some(waiter) = waiter {
        let _ = waiter.send(result);
    }
}
