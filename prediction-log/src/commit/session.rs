//! The writer's database session: connects, detects failures, reconnects with backoff.

use super::super::database::{Connection, DatabaseError, WalCheckpointer, file_identity};
use super::super::entry::{Batch, IdempotencyRecord};
use super::super::tables::request_log::has_numbered_ids;
use super::super::{DatabaseUrl, LogMode};
use super::{CommitKind, commit_batches};
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use time::OffsetDateTime;

/// Backoff before a lost database is tried again: doubled each time, up to the maximum.
const BACKOFF_FIRST: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(5);

/// The writer's connection, reopened when it is lost.
#[derive(Debug)]
pub(crate) struct DatabaseSession {
    url: DatabaseUrl,
    mode: LogMode,
    connection: Option<Connection>,
    checkpointer: Option<WalCheckpointer>,
    /// Device and inode of the SQLite file, to detect a replaced file.
    file_identity: Option<(u64, u64)>,
    numbered_requests: bool,
    /// False when a lock held by another process fails at once instead of after the busy timeout.
    waits_for_locks: bool,
    backoff: Duration,
    not_before: Option<Instant>,
}

impl DatabaseSession {
    /// Connects if possible; fails only where waiting would not help.
    pub(crate) async fn open(url: &DatabaseUrl, mode: LogMode) -> Result<Self, DatabaseError> {
        let mut session = DatabaseSession {
            url: url.clone(),
            mode,
            connection: None,
            checkpointer: None,
            file_identity: None,
            numbered_requests: false,
            waits_for_locks: true,
            backoff: BACKOFF_FIRST,
            not_before: None,
        };
        match session.connect().await {
            Err(DatabaseError::Unavailable(words)) => {
                tracing::warn!(database = %url, %words, "the database is unavailable; retrying");
                session.not_before = Some(Instant::now() + session.backoff);
                Ok(session)
            }
            Err(error) => Err(error),
            Ok(()) => Ok(session),
        }
    }

    /// True when there is a connection that worked when it was last used.
    pub(crate) fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// Doubles the backoff after a failure and returns it.
    pub(crate) fn back_off(&mut self) -> Duration {
        self.backoff = (self.backoff * 2).min(BACKOFF_MAX);
        self.not_before = Some(Instant::now() + self.backoff);
        self.backoff
    }

    /// Turns waiting for locks of other processes on or off: no client waits for the first attempts of a replay, and new
    /// entries should not wait behind them.
    pub(crate) fn wait_for_locks(&mut self, waits: bool) {
        self.waits_for_locks = waits;
        if let Some(connection) = &self.connection {
            connection.wait_for_locks(waits);
        }
    }

    async fn connect(&mut self) -> Result<(), DatabaseError> {
        let mut connection = Connection::open(&self.url, self.mode).await?;
        let mut transaction = connection.begin().await?;
        self.numbered_requests = has_numbered_ids(&mut transaction).await?;
        transaction.commit().await?;
        self.file_identity = self.current_file_identity();
        if let Some(previous) = std::mem::replace(&mut self.checkpointer, WalCheckpointer::start(&self.url)) {
            previous.stop();
        }
        connection.wait_for_locks(self.waits_for_locks);
        self.connection = Some(connection);
        Ok(())
    }

    fn current_file_identity(&self) -> Option<(u64, u64)> {
        match &self.url {
            DatabaseUrl::Sqlite(file) => file_identity(file),
            DatabaseUrl::Postgres(_) => None,
        }
    }

    /// The connection, reopened if it was lost.
    pub(crate) async fn connection(&mut self) -> Result<&mut Connection, DatabaseError> {
        if self.connection.is_some() && self.current_file_identity() != self.file_identity {
            tracing::error!("the database file was removed or replaced");
            self.connection = None;
        }
        if self.connection.is_none() {
            if self.not_before.is_some_and(|moment| Instant::now() < moment) {
                return Err(DatabaseError::Unavailable("it was unavailable a moment ago".to_owned()));
            }
            if let Err(error) = self.connect().await {
                self.back_off();
                return Err(DatabaseError::Unavailable(error.to_string()));
            }
        }
        self.connection.as_mut().ok_or_else(|| DatabaseError::Unavailable("it is not connected".to_owned()))
    }

    /// Commits batches of one writer run; see [`commit_batches`].
    pub(crate) async fn commit(
        &mut self,
        batches: &[Batch],
        kind: CommitKind,
    ) -> Result<BTreeMap<usize, IdempotencyRecord>, DatabaseError> {
        let numbered = self.numbered_requests;
        let connection = self.connection().await?;
        // Boxed: the compiler cannot prove that the plain future is `Send`.
        let commit: BoxFuture<'_, _> =
            Box::pin(commit_batches(connection, batches, kind, numbered, OffsetDateTime::now_utc()));
        let committed = commit.await;
        match committed {
            Ok(duplicates) => {
                self.reset_backoff();
                self.checkpoint(batches.iter().map(Batch::bytes).sum());
                Ok(duplicates)
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    /// Checks that the database can be written, used when nothing was written for a while.
    pub(crate) async fn ping(&mut self) -> Result<(), DatabaseError> {
        let begun = match self.connection().await?.begin().await {
            Ok(transaction) => transaction.commit().await,
            Err(error) => Err(error),
        };
        begun.map(|()| self.reset_backoff()).map_err(|error| self.fail(error))
    }

    fn reset_backoff(&mut self) {
        self.backoff = BACKOFF_FIRST;
        self.not_before = None;
    }

    /// Drops the connection to a server unless the server itself rejected the contents: its state is unknown.
    pub(crate) fn fail(&mut self, error: DatabaseError) -> DatabaseError {
        if matches!(self.url, DatabaseUrl::Postgres(_)) && !error.is_rejection() {
            self.connection = None;
        }
        error
    }

    /// Checkpoints SQLite's write-ahead log in the writer, only when it grows faster than the background checkpointer
    /// empties it.
    fn checkpoint(&mut self, bytes: usize) {
        let (Some(checkpointer), Some(connection)) = (&mut self.checkpointer, &self.connection) else { return };
        if checkpointer.record_written(bytes)
            && let Err(error) = connection.checkpoint()
        {
            tracing::debug!(%error, "the write-ahead log could not be checkpointed");
        }
    }

    /// Checkpoints the write-ahead log completely and closes the connection.
    pub(crate) async fn close(self) {
        if let Some(checkpointer) = self.checkpointer {
            checkpointer.stop();
        }
        if let Some(connection) = self.connection
            && let Err(error) = connection.close().await
        {
            tracing::error!(%error, "the prediction log could not be closed");
        }
    }
}
