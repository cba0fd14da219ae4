//! [`Store`]: the handle through which callers log and read.

use super::commit::DatabaseSession;
use super::database::{DatabaseError, ReadPool, Transaction};
use super::entry::{IdempotencyRecord, LogEntry, WriteStatus, replace_nul};
use super::idempotency_cache::IdempotencyCache;
use super::row::RequestRow;
use super::settings::{LogMode, Retention, Settings};
use super::spool::{Spool, SpoolError};
use super::state::{SharedState, StoreState};
use super::tables::active_model::{self, ActiveModel};
use super::tables::legacy_backfill::{self, LegacyHour};
use super::tables::outcome::{self, OutcomeRow, OutcomeStatus, PredictionOutcome};
use super::tables::prediction_query::{self, LoggedPrediction, PredictionPage, PredictionQuery};
use super::tables::profile::{self, ProfileKey, ProfileRow};
use super::tables::request_log::{self, RequestSummary};
use super::tables::{deletion, idempotency_record};
use super::timestamp::Timestamp;
use super::window::TimeWindow;
use super::writer::{Message, PushResult, QUEUE_CAPACITY, Waiter, WriteJob, Writer};
use futures_util::future::BoxFuture;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thiserror::Error;
use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Interval between two deletions of expired rows.
const PRUNE_INTERVAL: Duration = Duration::from_secs(60);

/// Pause between two deletions, in which the writer serves others.
const PRUNE_PAUSE: Duration = Duration::from_millis(50);

/// Failure of an operation of the log.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database was not opened: not writable, not a database, or of a later version.
    #[error("cannot use the database {location}: {reason}")]
    Open {
        /// Database without credentials.
        location: String,
        /// Message of the database.
        reason: String,
    },
    /// The spool folder was not opened.
    #[error("cannot use the spool folder {folder}: {reason}")]
    Spool {
        /// The folder.
        folder: String,
        /// Message of the system.
        reason: String,
    },
    /// The writer's queue is full: retry in a moment.
    #[error("the prediction log is behind")]
    Busy,
    /// Nothing was written, neither to the database nor to the spool.
    #[error("the prediction log could not be written")]
    NotWritten,
    /// The database could not be read.
    #[error("the prediction log could not be read")]
    NotRead,
}

/// Handle of the log; cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    queue: mpsc::Sender<Message>,
    readers: ReadPool,
    shared: Arc<SharedState>,
    mode: LogMode,
    retention: Retention,
}

/// The running writer, to be finished before the program ends.
#[derive(Debug)]
pub struct WriterTask {
    stop: oneshot::Sender<()>,
    /// Completes when the writer has ended; closed if it ended early.
    ended: oneshot::Receiver<()>,
    pruning: JoinHandle<()>,
    readers: ReadPool,
}

impl Store {
    /// Opens the database, creates it if it is missing, applies migrations and starts the writer. A database that is
    /// only unavailable is no error: the log then starts degraded.
    pub async fn open(settings: &Settings) -> Result<(Store, WriterTask), StoreError> {
        let url = &settings.database_url;
        let refused = |reason: String| StoreError::Open { location: url.to_string(), reason };
        let cache = Arc::new(IdempotencyCache::default());
        let spool = open_spool(settings, &cache)?;
        let session = DatabaseSession::open(url, settings.mode).await.map_err(|error| refused(error.to_string()))?;
        let readers = ReadPool::new(url).map_err(|error| refused(error.to_string()))?;
        let shared = Arc::new(SharedState::new(cache));
        let (queue, messages) = mpsc::channel(QUEUE_CAPACITY);
        let (stop, stopped) = oneshot::channel();
        let writer = Writer::new(session, spool, messages, stopped, shared.clone());
        let ended = writer.start(url).map_err(|error| refused(error.to_string()))?;
        let (mode, retention) = (settings.mode, settings.retention);
        let store = Store { queue, readers: readers.clone(), shared, mode, retention };
        let pruning = tokio::spawn(store.clone().prune_periodically());
        Ok((store, WriterTask { stop, ended, pruning, readers }))
    }

    /// Logs an entry, all or nothing; returns when it is as durable as the mode promises.
    pub async fn log(&self, entry: LogEntry) -> Result<WriteStatus, StoreError> {
        let entry = entry.fit_columns();
        // A duplicate key is only known after the commit.
        if self.mode == LogMode::Relaxed && entry.idempotency.is_none() {
            return self.enqueue(entry, None).map(|()| WriteStatus::Written);
        }
        let (waiter, result) = oneshot::channel();
        self.enqueue(entry, Some(waiter))?;
        result.await.unwrap_or(Err(StoreError::NotWritten))
    }

    fn enqueue(&self, entry: LogEntry, waiter: Waiter) -> Result<(), StoreError> {
        let message = Message::Log { entry, since: Instant::now(), waiter };
        self.queue.try_send(message).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::NotWritten,
        })
    }

    /// Logs a request with one of the next groups. Best effort: it is dropped when the buffer is full.
    pub fn log_request(&self, row: RequestRow) {
        match self.shared.requests().push(row.fit_columns()) {
            PushResult::Queued => {}
            // A writer whose queue is full is awake already.
            PushResult::Wake => drop(self.queue.try_send(Message::FlushRequests)),
            PushResult::Dropped => tracing::debug!("a request was not logged: the log is behind or closed"),
        }
    }

    /// Availability of the log.
    pub fn state(&self) -> StoreState {
        self.shared.get()
    }

    /// Number of messages in the writer's queue.
    pub fn queue_len(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Response recorded under an idempotency key within a day, by any instance; by this one while the database is
    /// unavailable.
    pub async fn idempotency_record(&self, key: &str) -> Result<Option<IdempotencyRecord>, StoreError> {
        let key = replace_nul(key).into_owned();
        let now = OffsetDateTime::now_utc();
        let query_key = key.clone();
        let found = self.read(move |transaction| {
            Box::pin(async move { idempotency_record::find(transaction, &query_key, now).await })
        });
        match found.await {
            Ok(Some(record)) => Ok(Some(record)),
            Ok(None) if self.state() == StoreState::Connected => Ok(None),
            Err(error) if self.state() == StoreState::Connected => Err(error),
            _ => Ok(self.shared.idempotency_cache.find(&key, idempotency_record::oldest(now))),
        }
    }

    /// One page of the newest predictions that pass a filter.
    pub async fn predictions(&self, query: &PredictionQuery) -> Result<PredictionPage, StoreError> {
        let query = query.clone();
        self.read(move |transaction| Box::pin(async move { prediction_query::page(transaction, &query).await })).await
    }

    /// The newest predictions with their inputs, newest first, at most [`LATEST_MAX`](super::LATEST_MAX).
    pub async fn latest_predictions(&self, count: usize) -> Result<Vec<LoggedPrediction>, StoreError> {
        self.read(move |transaction| Box::pin(prediction_query::latest(transaction, count))).await
    }

    /// Deletes a lead's predictions, their outcomes and the recorded responses that name the lead; returns the number of
    /// predictions. Fails while the database is unavailable, since its rows could not be reached.
    pub async fn erase_lead(&self, lead_key: &str) -> Result<u64, StoreError> {
        let (waiter, result) = oneshot::channel();
        let lead_key = replace_nul(lead_key).into_owned();
        self.queue.send(Message::Erase { lead_key, waiter }).await.map_err(|_| StoreError::NotWritten)?;
        result.await.unwrap_or(Err(StoreError::NotWritten))
    }

    /// Stores outcomes; returns the status of each, in their order.
    pub async fn add_outcomes(&self, rows: Vec<OutcomeRow>) -> Result<Vec<OutcomeStatus>, StoreError> {
        let rows: Vec<_> = rows.into_iter().map(OutcomeRow::fit_columns).collect();
        self.write(move |transaction| Box::pin(async move { outcome::add(transaction, &rows).await.map(Some) }))
            .await?
            .ok_or(StoreError::NotWritten)
    }

    /// Predictions of a window whose outcome is known, oldest first.
    pub async fn prediction_outcomes(
        &self,
        window: &TimeWindow,
        model_version: Option<&str>,
    ) -> Result<Vec<PredictionOutcome>, StoreError> {
        let (window, version) = (*window, model_version.map(str::to_owned));
        self.read(move |transaction| {
            Box::pin(async move { outcome::prediction_outcomes(transaction, &window, version.as_deref()).await })
        })
        .await
    }

    /// Request counts of a window by route. The window is widened to whole minutes within the last two days, else to
    /// whole hours.
    pub async fn request_summary(&self, window: &TimeWindow) -> Result<RequestSummary, StoreError> {
        let window = *window;
        let since = (OffsetDateTime::now_utc() - request_log::MINUTES_KEPT).into();
        self.read(move |transaction| Box::pin(async move { request_log::summarize(transaction, &window, since).await }))
            .await
    }

    /// Inserts or replaces the profile of a span, model and instance.
    pub async fn upsert_profile(&self, row: ProfileRow) -> Result<(), StoreError> {
        self.write(move |transaction| Box::pin(async move { profile::upsert(transaction, &row).await.map(Some) }))
            .await
            .map(|_| ())
    }

    /// Replaces profiles by one that covers them, all or nothing; false when one of them has changed since it was read,
    /// because another instance was faster.
    pub async fn roll_up_profiles(&self, replace: &[ProfileKey], with: ProfileRow) -> Result<bool, StoreError> {
        let replace = replace.to_vec();
        let done = self.write(move |transaction| {
            Box::pin(async move { Ok(profile::roll_up(transaction, &replace, &with).await?.then_some(())) })
        });
        done.await.map(|done| done.is_some())
    }

    /// Profiles that overlap a window, of one model or of all: hours, days and months as stored, including what of the
    /// first and last lies outside the window.
    pub async fn profiles(
        &self,
        window: &TimeWindow,
        model_sha256: Option<&str>,
    ) -> Result<Vec<ProfileRow>, StoreError> {
        let (window, model) = (*window, model_sha256.map(str::to_owned));
        self.read(move |transaction| {
            Box::pin(async move { profile::overlapping(transaction, &window, model.as_deref()).await })
        })
        .await
    }

    /// First complete hour of the previous service's predictions that has no profile yet.
    pub async fn next_legacy_hour(&self, now: OffsetDateTime) -> Result<Option<LegacyHour>, StoreError> {
        self.read(move |transaction| Box::pin(legacy_backfill::next_hour(transaction, now))).await
    }

    /// Stores the profiles of a legacy hour; false when another instance was faster.
    pub async fn put_legacy_hour(&self, hour: Timestamp, rows: Vec<ProfileRow>) -> Result<bool, StoreError> {
        let now = OffsetDateTime::now_utc();
        let done = self.write(move |transaction| {
            Box::pin(async move { Ok(legacy_backfill::put_hour(transaction, hour, &rows, now).await?.then_some(())) })
        });
        done.await.map(|done| done.is_some())
    }

    /// Number of predictions: those in profiles, and those of the previous service that are in none yet. The last
    /// seconds may be missing.
    pub async fn prediction_count(&self) -> Result<u64, StoreError> {
        self.read(|transaction| Box::pin(profile::prediction_count(transaction))).await
    }

    /// Key that pseudonymises categorical levels in profiles; the same for all instances.
    pub async fn pseudonym_key(&self) -> Result<[u8; 16], StoreError> {
        let made =
            self.write(|transaction| Box::pin(async move { profile::pseudonym_key(transaction).await.map(Some) }));
        made.await?.ok_or(StoreError::NotWritten)
    }

    /// The model that all instances serve; `None` until one was chosen.
    pub async fn active_model(&self) -> Result<Option<ActiveModel>, StoreError> {
        self.read(|transaction| Box::pin(active_model::read(transaction))).await
    }

    /// Chooses the model that all instances serve.
    pub async fn set_active_model(&self, model: &ActiveModel) -> Result<(), StoreError> {
        let model = model.clone();
        self.write(move |transaction| Box::pin(async move { active_model::put(transaction, &model).await.map(Some) }))
            .await
            .map(|_| ())
    }

    /// Deletes rows that are expired at a given time and returns their number. Runs by itself every minute.
    pub async fn prune(&self, now: OffsetDateTime) -> Result<u64, StoreError> {
        let retention = self.retention;
        let expired =
            self.read(move |transaction| Box::pin(deletion::find_expired(transaction, retention, now))).await?;
        let mut deleted = 0;
        for rows in expired {
            loop {
                let step = rows.clone();
                let count = self.write(move |transaction| {
                    Box::pin(async move { deletion::delete_expired(transaction, &step).await.map(Some) })
                });
                let count = count.await?.unwrap_or_default();
                deleted += count;
                if count < deletion::STEP {
                    break;
                }
                tokio::time::sleep(PRUNE_PAUSE).await;
            }
        }
        Ok(deleted)
    }

    async fn prune_periodically(self) {
        loop {
            tokio::time::sleep(PRUNE_INTERVAL).await;
            if self.state() == StoreState::Connected
                && let Err(error) = self.prune(OffsetDateTime::now_utc()).await
            {
                tracing::warn!(%error, "expired rows could not be deleted");
            }
        }
    }

    /// Reads in a transaction of its own, independently of the writer.
    async fn read<T, R>(&self, read: R) -> Result<T, StoreError>
    where
        T: Send + 'static,
        R: for<'t, 'c> FnOnce(&'t mut Transaction<'c>) -> BoxFuture<'t, Result<T, DatabaseError>> + Send + 'static,
    {
        self.readers.read(read).await.map_err(|error| {
            tracing::warn!(%error, "the prediction log could not be read");
            StoreError::NotRead
        })
    }

    /// Runs a write in the writer, in a transaction of its own; a write that returns `None` is rolled back.
    async fn write<T, W>(&self, work: W) -> Result<Option<T>, StoreError>
    where
        T: Send + 'static,
        W: for<'t, 'c> FnOnce(&'t mut Transaction<'c>) -> BoxFuture<'t, Result<Option<T>, DatabaseError>>
            + Send
            + 'static,
    {
        let (waiter, result) = oneshot::channel();
        let job = WriteJob::new(move |connection| {
            Box::pin(async move {
                let mut transaction = connection.begin().await?;
                let made = work(&mut transaction).await?;
                if made.is_some() {
                    transaction.commit().await?;
                }
                // The caller may be gone; the write counts all the same.
                let _ = waiter.send(made);
                Ok(())
            })
        });
        self.queue.send(Message::Write(job)).await.map_err(|_| StoreError::NotWritten)?;
        result.await.map_err(|_| StoreError::NotWritten)
    }
}

impl WriterTask {
    /// Accepts nothing more, writes what is queued, and closes the database.
    pub async fn finish(self) {
        self.pruning.abort();
        let _ = self.stop.send(());
        self.readers.close().await;
        if let Err(error) = self.ended.await {
            tracing::error!(%error, "the log's writer ended early");
        }
    }
}

fn open_spool(settings: &Settings, cache: &Arc<IdempotencyCache>) -> Result<Option<Spool>, StoreError> {
    let Some(folder) = &settings.spool else { return Ok(None) };
    let power_safe = settings.mode == LogMode::PowerSafe;
    let spool = Spool::open(folder, settings.spool_bytes_max, power_safe, cache.clone());
    let refused =
        |error: SpoolError| StoreError::Spool { folder: folder.display().to_string(), reason: error.to_string() };
    spool.map(Some).map_err(refused)
}
