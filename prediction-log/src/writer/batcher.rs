//! Forms batches from the queue, spools them while the database is unavailable, and publishes the state of the log.
//!
//! Backpressure: the queue is bounded by [`QUEUE_CAPACITY`](super::QUEUE_CAPACITY); entries beyond it are refused.

use super::super::database::DatabaseError;
use super::super::entry::{Batch, IdempotencyRecord, WriteStatus};
use super::super::spool::{ReadLimit, Spool};
use super::super::state::{SharedState, StoreState};
use super::super::tables::idempotency_record::oldest;
use super::Message;
use super::commit_batch::{BYTES_MAX, CommitBatch, ROWS_MAX};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Maximum number of messages taken from the queue at once.
const TAKE_MAX: usize = 1_024;

/// Receiving side of the writer's queue, with the spool.
#[derive(Debug)]
pub(super) struct Batcher {
    messages: mpsc::Receiver<Message>,
    stop: oneshot::Receiver<()>,
    pub(super) taken: VecDeque<Message>,
    pub(super) spool: Option<Spool>,
    shared: Arc<SharedState>,
    /// Id of this writer run.
    source: String,
    /// Sequence number of the last batch.
    sequence: i64,
    /// True when the last write to the database failed.
    is_failing: bool,
    /// True while batches go to the spool, until it was replayed.
    pub(super) is_spooling: bool,
}

impl Batcher {
    pub(super) fn new(
        messages: mpsc::Receiver<Message>,
        stop: oneshot::Receiver<()>,
        spool: Option<Spool>,
        shared: Arc<SharedState>,
        is_connected: bool,
    ) -> Self {
        let is_spooling = spool.as_ref().is_some_and(|spool| !is_connected || !spool.is_empty());
        let batcher = Batcher {
            messages,
            stop,
            taken: VecDeque::new(),
            spool,
            shared,
            source: Uuid::now_v7().to_string(),
            sequence: 0,
            is_failing: !is_connected,
            is_spooling,
        };
        batcher.publish_state();
        batcher
    }

    /// Waits for a message; false at shutdown, when the queue is closed and empty.
    pub(super) async fn wait(&mut self) -> bool {
        let mut taken = Vec::new();
        while self.taken.is_empty() {
            let count = tokio::select! {
                biased;
                _ = &mut self.stop, if !self.messages.is_closed() => {
                    self.messages.close();
                    continue;
                }
                count = self.messages.recv_many(&mut taken, TAKE_MAX) => count,
            };
            self.taken.extend(taken.drain(..));
            if count == 0 {
                return false;
            }
        }
        true
    }

    /// True when entries are among the taken messages.
    pub(super) fn has_entries(&self) -> bool {
        self.taken.iter().any(|message| matches!(message, Message::Log { .. }))
    }

    /// Takes what arrived in the meantime.
    pub(super) fn take_more(&mut self) {
        while self.taken.len() < TAKE_MAX
            && let Ok(message) = self.messages.try_recv()
        {
            self.taken.push_back(message);
        }
    }

    /// Time until buffered requests are due; `None` when there are none.
    pub(super) fn due_in(&self) -> Option<Duration> {
        self.shared.requests().due_in()
    }

    /// The next batch, numbered; empty when another message is next. Requests go before the messages after them, and at
    /// once at shutdown or while spooling.
    pub(super) fn next_batch(&mut self) -> CommitBatch {
        let mut group = CommitBatch::take(&mut self.taken);
        let is_due = self.shared.requests().due_in() == Some(Duration::ZERO);
        if is_due || self.is_spooling || self.messages.is_closed() || !self.taken.is_empty() {
            group.batch.requests = self.shared.requests().take();
        }
        self.sequence += 1;
        group.batch.source.clone_from(&self.source);
        group.batch.sequence = self.sequence;
        group
    }

    /// Caches the idempotency records of a batch, for times without the database.
    pub(super) fn cache_records(&self, batch: &Batch, duplicates: &BTreeMap<usize, IdempotencyRecord>) {
        let entries = batch.entries.iter().enumerate().filter(|(at, _)| !duplicates.contains_key(at));
        let records = entries.filter_map(|(_, entry)| entry.idempotency.as_ref());
        records.for_each(|record| self.shared.idempotency_cache.insert(record));
    }

    /// Appends a batch to the spool and acknowledges it, or aborts it.
    pub(super) fn spool(&mut self, mut group: CommitBatch) {
        let oldest = oldest(OffsetDateTime::now_utc());
        group.answer_duplicates(|record| self.shared.idempotency_cache.find(&record.key, oldest));
        if group.is_empty() {
            return;
        }
        let Some(spool) = &mut self.spool else { return group.abort_pending() };
        match spool.append(&group.batch) {
            Ok(()) => {
                self.shared.set(StoreState::Degraded { spooled_rows: spool.rows() });
                self.cache_records(&group.batch, &BTreeMap::new());
                group.acknowledge(&WriteStatus::Spooled, BTreeMap::new());
            }
            Err(error) => {
                if self.shared.set(StoreState::Lost) != StoreState::Lost {
                    tracing::error!(%error, "the spool folder cannot be written: nothing is acknowledged");
                }
                group.abort_pending();
            }
        }
    }

    /// Spools all taken messages; those that need the database are dropped, which answers their callers.
    pub(super) fn spool_all(&mut self) {
        while !self.taken.is_empty() {
            let group = self.next_batch();
            if group.is_empty() {
                self.taken.pop_front();
            } else {
                self.spool(group);
            }
        }
    }

    /// The oldest spooled batches, at most `count`.
    pub(super) fn oldest_spooled(&mut self, count: usize) -> Vec<Batch> {
        let limit = ReadLimit { batches: count, rows: ROWS_MAX, bytes: BYTES_MAX };
        let batches = self.spool.as_mut().map_or(Ok(Vec::new()), |spool| spool.peek(limit));
        batches.unwrap_or_else(|error| {
            tracing::error!(%error, "the spool folder cannot be read");
            Vec::new()
        })
    }

    /// True when the spool is empty or there is none.
    pub(super) fn is_spool_empty(&self) -> bool {
        self.spool.as_ref().is_none_or(Spool::is_empty)
    }

    /// Removes the oldest batches from the spool, which the database has committed.
    pub(super) fn remove_spooled(&mut self, batches: &[Batch]) {
        let Some(spool) = &mut self.spool else { return };
        if let Err(error) = spool.remove(batches) {
            tracing::error!(%error, "a file of the spool folder could not be removed");
        }
        self.publish_state();
    }

    /// Ends spooling: everything is in the database.
    pub(super) fn set_recovered(&mut self) {
        self.is_spooling = false;
        self.record_result(None);
    }

    /// Updates the state from the result of a write. Logs one line when writing begins to fail and one when it works
    /// again, not one per batch.
    pub(super) fn record_result(&mut self, failure: Option<&DatabaseError>) {
        let outage = failure.filter(|error| !error.is_rejection());
        let is_failing = outage.is_some();
        match outage {
            Some(error) if !self.is_failing => {
                tracing::error!(words = %error, "the prediction log cannot be written");
            }
            None if failure.is_some() => {}
            None if self.is_failing => tracing::info!("the prediction log is written again"),
            _ => {}
        }
        self.is_failing = is_failing;
        self.is_spooling |= is_failing && self.spool.is_some();
        self.publish_state();
    }

    fn publish_state(&self) {
        let state = match &self.spool {
            // A spool that could not be written counts as lost until a write succeeds.
            Some(_) if self.is_spooling && self.shared.get() == StoreState::Lost => return,
            Some(spool) if self.is_spooling => StoreState::Degraded { spooled_rows: spool.rows() },
            None if self.is_failing => StoreState::Lost,
            _ => StoreState::Connected,
        };
        self.shared.set(state);
    }

    /// Clears the cached records and erases a lead from the quarantined part of the spool; `None` on failure.
    pub(super) fn erase_lead(&self, lead_key: &str) -> Option<u64> {
        self.shared.idempotency_cache.clear_latest();
        let erased = self.spool.as_ref().map_or(Ok(0), |spool| spool.erase_lead(lead_key));
        erased.inspect_err(|error| tracing::error!(%error, "the spool folder could not be searched for a lead")).ok()
    }
}
