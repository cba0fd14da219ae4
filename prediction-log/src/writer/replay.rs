//! Replay: commits the spool in order as soon as the database is available, while new entries are spooled behind it.

use super::super::commit::CommitKind;
use super::super::database::DatabaseError;
use super::super::entry::Batch;
use super::Writer;
use super::commit_batch::CommitBatch;
use futures_util::future::BoxFuture;
use std::slice::from_ref;
use std::time::Duration;

/// Maximum number of spooled batches per transaction.
pub(super) const BATCHES_MAX: usize = 4_096;

/// Time that callers wait, instead of being spooled, while a part of the spool is replayed into an available database:
/// acknowledged at once, they would refill the spool as fast as it is emptied.
const HOLD_MAX: Duration = Duration::from_millis(500);

/// Progress of a replay.
enum Progress {
    /// Batches were committed or are to be tried in smaller numbers; there may be more.
    Some,
    /// The spool is empty.
    All,
    /// The database is unavailable.
    None,
    Stopped,
}

/// Result of a commit attempt (an empty batch list is a liveness probe); `None` on shutdown.
type Attempt = Option<(Result<(), DatabaseError>, Vec<Batch>)>;

impl Writer {
    /// Spools new entries and replays the spool until it is empty. True when it is; false on shutdown, which leaves the
    /// rest to the next start.
    pub(super) async fn spool_until_recovered(&mut self) -> bool {
        let (mut pause, mut hold) = (Duration::ZERO, Duration::ZERO);
        self.replay_count = BATCHES_MAX;
        self.database.wait_for_locks(false);
        loop {
            let batches = self.batcher.oldest_spooled(self.replay_count);
            match self.replay(batches, pause, hold).await {
                Progress::Stopped => return false,
                Progress::All => {
                    self.database.wait_for_locks(true);
                    return true;
                }
                Progress::Some => (pause, hold) = (Duration::ZERO, HOLD_MAX),
                Progress::None => (pause, hold) = (self.database.back_off(), Duration::ZERO),
            }
        }
    }

    /// Commits spooled batches after a pause.
    async fn replay(&mut self, batches: Vec<Batch>, pause: Duration, hold: Duration) -> Progress {
        let Some((result, batches)) = self.attempt(batches, pause, hold).await else { return Progress::Stopped };
        match result {
            Ok(()) => {
                if !batches.is_empty() {
                    self.batcher.remove_spooled(&batches);
                    self.replay_count = (self.replay_count * 2).min(BATCHES_MAX);
                }
                if !self.batcher.is_spool_empty() {
                    return Progress::Some;
                }
                self.batcher.set_recovered();
                Progress::All
            }
            Err(DatabaseError::Rejected(_)) if batches.len() > 1 => {
                // Halved until the rejected batch is alone.
                self.replay_count = batches.len() / 2;
                Progress::Some
            }
            Err(DatabaseError::Rejected(_)) if !batches.is_empty() => self.replay_parts(batches).await,
            Err(failure) => {
                self.batcher.record_result(Some(&failure));
                Progress::None
            }
        }
    }

    /// Commits batches, or pings the database if there are none. New messages wait for at most `hold`, then they are
    /// spooled.
    async fn attempt(&mut self, batches: Vec<Batch>, pause: Duration, hold: Duration) -> Attempt {
        let Writer { database, batcher, .. } = self;
        // Boxed: the compiler cannot prove that the plain future is `Send`.
        let mut attempt: BoxFuture<'_, _> = Box::pin(async move {
            tokio::time::sleep(pause).await;
            let result = if batches.is_empty() {
                database.ping().await
            } else {
                database.commit(&batches, CommitKind::Replay).await.map(|_| ())
            };
            (result, batches)
        });
        if let Ok(done) = tokio::time::timeout(hold, &mut attempt).await {
            return Some(done);
        }
        loop {
            tokio::select! {
                biased;
                done = &mut attempt => return Some(done),
                more = batcher.wait() => {
                    if !more {
                        return None;
                    }
                    batcher.spool_all();
                }
            }
        }
    }

    /// Commits each part of a rejected batch by itself; what is rejected is quarantined.
    async fn replay_parts(&mut self, batches: Vec<Batch>) -> Progress {
        let parts = batches.iter().flat_map(|batch| CommitBatch::without_waiters(batch.clone()).split());
        for part in parts {
            match self.database.commit(from_ref(&part.batch), CommitKind::ReplayPart).await {
                Ok(_) => {}
                Err(DatabaseError::Rejected(words)) => {
                    tracing::error!(words, "the database rejected a part of the spool, which is quarantined");
                    if self.batcher.spool.as_ref().is_some_and(|spool| spool.quarantine(&part.batch).is_err()) {
                        return Progress::None;
                    }
                }
                Err(_) => return Progress::None,
            }
        }
        self.batcher.remove_spooled(&batches);
        Progress::Some
    }
}
