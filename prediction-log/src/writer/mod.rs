//! The single writer: commits whatever waits as one transaction (group commit); while the database is unavailable,
//! appends it to the spool.
//!
//! `batcher` forms batches from the bounded queue, `commit_throttle` spaces commits, `request_buffer` collects request
//! rows, `replay` empties the spool. Must not depend on SQL.

mod batcher;
mod commit_batch;
mod commit_throttle;
mod replay;
mod request_buffer;

pub(super) use commit_batch::Waiter;
pub(super) use request_buffer::{PushResult, RequestBuffer};

use super::DatabaseUrl;
use super::commit::{CommitKind, DatabaseSession};
use super::database::{BUSY_TIMEOUT, Connection, DatabaseError};
use super::entry::{IdempotencyRecord, LogEntry, WriteStatus};
use super::spool::Spool;
use super::state::SharedState;
use super::store::StoreError;
use super::tables::deletion;
use batcher::Batcher;
use commit_batch::CommitBatch;
use commit_throttle::CommitThrottle;
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::io;
use std::slice::from_ref;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// Capacity of the writer's queue in messages; entries beyond it are refused with [`StoreError::Busy`].
pub(super) const QUEUE_CAPACITY: usize = 4_096;

/// Pauses before each further attempt to commit a batch; the database itself waits for locks before that.
const RETRY_PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(250)];

/// No attempt is started that could end later than this after the arrival of the batch's first entry: callers queued
/// behind a failing batch should not wait for all of its attempts and all of their own.
const RETRY_TIMEOUT: Duration = Duration::from_secs(4);

/// The same where there is a spool.
const RETRY_TIMEOUT_WITH_SPOOL: Duration = Duration::from_secs(1);

/// Idle time after which the database is pinged.
const PING_INTERVAL: Duration = Duration::from_secs(5);

/// Message to the writer.
#[derive(Debug)]
pub(crate) enum Message {
    /// Log an entry; `since` is its arrival.
    Log { entry: LogEntry, since: Instant, waiter: Waiter },
    /// Request rows are in the buffer.
    FlushRequests,
    /// Run another write.
    Write(WriteJob),
    /// Erase a lead's rows.
    Erase { lead_key: String, waiter: oneshot::Sender<Result<u64, StoreError>> },
}

/// A write with a transaction of its own, which answers its caller itself.
pub(super) struct WriteJob(WriteFn);

type WriteFn = Box<dyn for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<(), DatabaseError>> + Send>;

impl WriteJob {
    pub(super) fn new<W>(work: W) -> Self
    where
        W: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<(), DatabaseError>> + Send + 'static,
    {
        WriteJob(Box::new(work))
    }
}

impl std::fmt::Debug for WriteJob {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("WriteJob")
    }
}

/// The writer.
#[derive(Debug)]
pub(super) struct Writer {
    database: DatabaseSession,
    batcher: Batcher,
    throttle: CommitThrottle,
    /// Number of spooled batches that are replayed per transaction; reduced while the database rejects some.
    replay_count: usize,
}

impl Writer {
    pub(super) fn new(
        database: DatabaseSession,
        spool: Option<Spool>,
        messages: mpsc::Receiver<Message>,
        stop: oneshot::Receiver<()>,
        shared: Arc<SharedState>,
    ) -> Self {
        let batcher = Batcher::new(messages, stop, spool, shared, database.is_connected());
        Writer { database, batcher, throttle: CommitThrottle::default(), replay_count: replay::BATCHES_MAX }
    }

    /// Starts the writer: for SQLite on a thread of its own, where it may block on the disk; for a server as a task. The
    /// returned receiver completes when it has ended.
    pub(super) fn start(mut self, url: &DatabaseUrl) -> io::Result<oneshot::Receiver<()>> {
        let (running, ended) = oneshot::channel();
        match url {
            DatabaseUrl::Postgres(_) => {
                tokio::spawn(self.run(running));
            }
            DatabaseUrl::Sqlite(_) => {
                self.throttle = CommitThrottle::for_own_thread();
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
                let work = move || runtime.block_on(self.run(running));
                std::thread::Builder::new().name("log".to_owned()).spawn(work)?;
            }
        }
        Ok(ended)
    }

    /// Writes until shutdown, then what is still queued, and closes the database.
    async fn run(mut self, running: oneshot::Sender<()>) {
        while if self.batcher.is_spooling {
            self.spool_until_recovered().await
        } else {
            self.commit_until_failure().await
        } {}
        self.write_buffered_requests().await;
        self.database.close().await;
        // Releases the lock of the spool folder before completion is signalled.
        drop(self.batcher);
        // Nobody may be waiting.
        let _ = running.send(());
    }

    /// Commits to the database until it fails; false at shutdown.
    async fn commit_until_failure(&mut self) -> bool {
        while !self.batcher.is_spooling {
            let idle = self.batcher.due_in().map_or(PING_INTERVAL, |due| due.min(PING_INTERVAL));
            match tokio::time::timeout(idle, self.batcher.wait()).await {
                Ok(false) => return false,
                Ok(true) => {
                    if self.batcher.has_entries() && self.throttle.wait() {
                        self.batcher.take_more();
                    }
                    self.process_next().await;
                }
                Err(_) if self.batcher.due_in().is_some() => self.process_next().await,
                Err(_) => {
                    let ping = self.database.ping().await;
                    self.batcher.record_result(ping.as_ref().err());
                }
            }
        }
        true
    }

    /// Commits one batch, or processes one other message.
    async fn process_next(&mut self) {
        let group = self.batcher.next_batch();
        if !group.is_empty() {
            return self.write(group).await;
        }
        match self.batcher.taken.pop_front() {
            Some(Message::Write(job)) => self.run_job(job).await,
            Some(Message::Erase { lead_key, waiter }) => {
                // The caller may be gone; the rows are erased all the same.
                let _ = waiter.send(self.erase_lead(&lead_key).await);
            }
            _ => {}
        }
    }

    /// Writes the request rows that are left at shutdown.
    async fn write_buffered_requests(&mut self) {
        let group = self.batcher.next_batch();
        if group.is_empty() {
            return;
        }
        if self.batcher.is_spooling { self.batcher.spool(group) } else { self.write(group).await }
    }

    async fn write(&mut self, group: CommitBatch) {
        match self.commit_with_retries(&group).await {
            Ok(duplicates) => {
                self.batcher.record_result(None);
                self.batcher.cache_records(&group.batch, &duplicates);
                group.acknowledge(&WriteStatus::Written, duplicates);
            }
            Err(DatabaseError::Rejected(words)) => {
                tracing::error!(words, "the database rejected a part of the log");
                self.write_parts(group).await;
            }
            Err(failure) => {
                self.batcher.record_result(Some(&failure));
                self.batcher.spool(group);
            }
        }
    }

    async fn commit_with_retries(
        &mut self,
        group: &CommitBatch,
    ) -> Result<BTreeMap<usize, IdempotencyRecord>, DatabaseError> {
        let timeout = if self.batcher.spool.is_some() { RETRY_TIMEOUT_WITH_SPOOL } else { RETRY_TIMEOUT };
        let mut result = self.database.commit(from_ref(&group.batch), CommitKind::Live).await;
        for pause in RETRY_PAUSES {
            if !result.as_ref().is_err_and(|error| !error.is_rejection())
                || !group.can_wait(pause + BUSY_TIMEOUT, timeout)
            {
                break;
            }
            tokio::time::sleep(pause).await;
            result = self.database.commit(from_ref(&group.batch), CommitKind::Live).await;
        }
        result
    }

    /// Commits each part of a rejected batch by itself, so that only what is rejected fails for its caller.
    async fn write_parts(&mut self, group: CommitBatch) {
        for part in group.split() {
            match self.database.commit(from_ref(&part.batch), CommitKind::LivePart).await {
                Ok(duplicates) => {
                    self.batcher.cache_records(&part.batch, &duplicates);
                    part.acknowledge(&WriteStatus::Written, duplicates);
                }
                Err(_) => part.abort_pending(),
            }
        }
    }

    async fn run_job(&mut self, WriteJob(work): WriteJob) {
        let done = match self.database.connection().await {
            Ok(connection) => work(connection).await.map_err(|error| self.database.fail(error)),
            Err(failure) => Err(failure),
        };
        self.batcher.record_result(done.as_ref().err());
    }

    async fn erase_lead(&mut self, lead_key: &str) -> Result<u64, StoreError> {
        let deleted = match self.database.connection().await {
            Ok(connection) => {
                deletion::erase_lead(connection, lead_key).await.map_err(|error| self.database.fail(error))
            }
            Err(failure) => Err(failure),
        };
        self.batcher.record_result(deleted.as_ref().err());
        let spooled = self.batcher.erase_lead(lead_key);
        deleted.ok().zip(spooled).map(|(deleted, spooled)| deleted + spooled).ok_or(StoreError::NotWritten)
    }
}
