//! The log of predictions and calls: what is acknowledged is kept, whatever becomes of the database.
//!
//! Owns the database: its address, its migrations, and the way in through one writer. SQL stands in this folder only.
//! May not know HTTP, models or how a lead was scored.

mod answers;
mod append;
mod before;
mod call;
mod database;
mod entry;
mod forget;
mod keyed;
mod location;
mod outcome;
mod profile;
mod recent;
pub mod record;
mod retention;
mod secret;
mod service;
mod settings;
mod shared;
mod source;
mod spool;
mod table;
mod window;
mod writer;

pub use before::{OldHour, OldPrediction};
pub use call::{CallSummary, EndpointCalls};
pub use entry::{Entry, KeyedAnswer, Logged};
pub use location::{Location, LocationError};
pub use outcome::{Judged, OutcomeFate, OutcomeRow, Subject};
pub use profile::{ProfileKey, ProfileRow};
pub use recent::{Cursor, CursorError, LAST_MAX, PAGE_MAX, Page, Recent, Recorded};
pub use service::ServiceVersion;
pub use settings::{LogMode, LogModeError, Retention, SPOOL_BYTES, Settings};
pub use window::{Level, Window, moment};

use answers::Answers;
use database::{Reader, Transaction};
use futures_util::future::BoxFuture;
use record::CallRow;
use shared::Shared;
use spool::Spool;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thiserror::Error;
use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use writer::{Change, Database, Done, Message, Pushed, Writer};

/// How many messages may wait for the writer. Predictions beyond that are turned away.
const WAITING_MAX: usize = 4_096;

/// How often rows that are kept no longer are looked for.
const PRUNE_EVERY: Duration = Duration::from_secs(60);

/// How long the writer is left alone between two deletions.
const PRUNE_PAUSE: Duration = Duration::from_millis(50);

/// Why the log cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Not opened: not writable, not a database, or of a later version.
    #[error("cannot use the database {location}: {reason}")]
    Open {
        /// The database as people know it.
        location: String,
        /// The database's own words.
        reason: String,
    },
    /// The spool folder was not opened.
    #[error("cannot use the spool folder {folder}: {reason}")]
    Spool {
        /// The folder.
        folder: String,
        /// What the system says.
        reason: String,
    },
    /// As many predictions wait for the writer as may: try again in a moment.
    #[error("the prediction log is behind")]
    Busy,
    /// Nothing was written, neither to the database nor to the spool.
    #[error("the prediction log could not be written")]
    NotWritten,
    /// The database could not be read.
    #[error("the prediction log could not be read")]
    NotRead,
}

/// How the log does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreState {
    /// The database is written.
    Connected,
    /// The database is away or has to catch up; what comes is kept in the spool folder.
    Degraded {
        /// How many predictions wait there.
        spooled_rows: u64,
    },
    /// The database is away and there is no durable place left: nothing is acknowledged.
    Lost,
}

impl StoreState {
    /// Every word there is.
    pub const WORDS: [&'static str; 3] = ["connected", "degraded", "lost"];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            StoreState::Connected => Self::WORDS[0],
            StoreState::Degraded { .. } => Self::WORDS[1],
            StoreState::Lost => Self::WORDS[2],
        }
    }

    /// How many predictions wait in the spool.
    pub fn spooled_rows(self) -> u64 {
        match self {
            StoreState::Degraded { spooled_rows } => spooled_rows,
            StoreState::Connected | StoreState::Lost => 0,
        }
    }
}

/// The way in; cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    messages: mpsc::Sender<Message>,
    reader: Reader,
    shared: Arc<Shared>,
    mode: LogMode,
    retention: Retention,
}

/// The writer at work, to be finished before the program ends.
#[derive(Debug)]
pub struct WriterTask {
    stop: oneshot::Sender<()>,
    /// Told when the writer has ended, broken where it ended early.
    task: oneshot::Receiver<()>,
    pruning: JoinHandle<()>,
    reader: Reader,
}

impl Store {
    /// Opens the database, makes it if it is missing, brings its tables up to date and starts the writer. A database
    /// that is only away is no error: the log then begins degraded.
    pub async fn open(settings: &Settings) -> Result<(Store, WriterTask), StoreError> {
        let location = &settings.location;
        let refused = |reason: String| StoreError::Open { location: location.to_string(), reason };
        let answers = Arc::new(Answers::default());
        let spool = open_spool(settings, &answers)?;
        let database = Database::open(location, settings.mode).await.map_err(|error| refused(error.to_string()))?;
        let reader = Reader::new(location).map_err(|error| refused(error.to_string()))?;
        let shared = Arc::new(Shared::new(answers));
        let (messages, waiting) = mpsc::channel(WAITING_MAX);
        let (stop, stopped) = oneshot::channel();
        let writer = Writer::new(database, spool, waiting, stopped, shared.clone());
        let task = writer.start(location).map_err(|error| refused(error.to_string()))?;
        let (mode, retention) = (settings.mode, settings.retention);
        let store = Store { messages, reader: reader.clone(), shared, mode, retention };
        let pruning = tokio::spawn(store.clone().prune_for_ever());
        Ok((store, WriterTask { stop, task, pruning, reader }))
    }

    /// Writes an entry, all or nothing; returns when what the mode promises is true of it.
    pub async fn log(&self, entry: Entry) -> Result<Logged, StoreError> {
        let entry = entry.fit();
        // Whether a key was taken is only known when it is written.
        if self.mode == LogMode::Relaxed && entry.keyed.is_none() {
            return self.send(entry, None).map(|()| Logged::Written);
        }
        let (done, told) = oneshot::channel();
        self.send(entry, Some(done))?;
        told.await.unwrap_or(Err(StoreError::NotWritten))
    }

    fn send(&self, entry: Entry, done: Done) -> Result<(), StoreError> {
        let message = Message::Entry { entry, since: Instant::now(), done };
        self.messages.try_send(message).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::NotWritten,
        })
    }

    /// Writes a call with one of the next groups. Nobody waits for it, so one that finds no room is let go.
    pub fn note(&self, row: CallRow) {
        match self.shared.calls().push(row.fit()) {
            Pushed::Waits => {}
            // A writer whose queue is full does not sleep.
            Pushed::Wakes => drop(self.messages.try_send(Message::Calls)),
            Pushed::LetGo => tracing::debug!("a call was not noted: the log is behind or closed"),
        }
    }

    /// How the log does.
    pub fn state(&self) -> StoreState {
        self.shared.state()
    }

    /// How many messages wait for the writer.
    pub fn waiting(&self) -> usize {
        self.messages.max_capacity() - self.messages.capacity()
    }

    /// The answer that was given under a key within a day, by any instance; while the database is away, by this one.
    pub async fn answered(&self, key: &str) -> Result<Option<KeyedAnswer>, StoreError> {
        let key = entry::storable(key).into_owned();
        let now = OffsetDateTime::now_utc();
        let asked = key.clone();
        let found = self.read(move |transaction| Box::pin(async move { keyed::find(transaction, &asked, now).await }));
        match found.await {
            Ok(Some(answer)) => Ok(Some(answer)),
            Ok(None) if self.state() == StoreState::Connected => Ok(None),
            Err(error) if self.state() == StoreState::Connected => Err(error),
            _ => Ok(self.shared.answers.find(&key, &keyed::oldest(now))),
        }
    }

    /// The newest predictions that pass a filter, page by page.
    pub async fn recent(&self, filter: &Recent) -> Result<Page, StoreError> {
        let filter = filter.clone();
        self.read(move |transaction| Box::pin(async move { recent::page(transaction, &filter).await })).await
    }

    /// The newest predictions with their inputs, newest first, up to [`LAST_MAX`].
    pub async fn last(&self, count: usize) -> Result<Vec<Recorded>, StoreError> {
        self.read(move |transaction| Box::pin(recent::last(transaction, count))).await
    }

    /// Deletes a lead's predictions, their outcomes and the answers that name the lead; how many predictions there
    /// were. Not while the database is away, when what is in it could not be reached.
    pub async fn forget(&self, lead_key: &str) -> Result<u64, StoreError> {
        let (done, told) = oneshot::channel();
        let lead_key = entry::storable(lead_key).into_owned();
        self.messages.send(Message::Forget { lead_key, done }).await.map_err(|_| StoreError::NotWritten)?;
        told.await.unwrap_or(Err(StoreError::NotWritten))
    }

    /// Writes outcomes; what became of each, in their order.
    pub async fn add_outcomes(&self, rows: Vec<OutcomeRow>) -> Result<Vec<OutcomeFate>, StoreError> {
        let rows: Vec<_> = rows.into_iter().map(OutcomeRow::fit).collect();
        self.change(move |transaction| Box::pin(async move { outcome::add(transaction, &rows).await.map(Some) }))
            .await?
            .ok_or(StoreError::NotWritten)
    }

    /// Predictions made in a window whose outcome is known, oldest first.
    pub async fn judged(&self, window: &Window, model_version: Option<&str>) -> Result<Vec<Judged>, StoreError> {
        let (window, version) = (window.clone(), model_version.map(str::to_owned));
        self.read(move |transaction| {
            Box::pin(async move { outcome::judged(transaction, &window, version.as_deref()).await })
        })
        .await
    }

    /// The calls of a window, by route. Its ends are widened to whole minutes within the last two days, else to hours.
    pub async fn calls(&self, window: &Window) -> Result<CallSummary, StoreError> {
        let window = window.clone();
        let since = record::timestamp(OffsetDateTime::now_utc() - call::MINUTES_KEPT);
        self.read(move |transaction| Box::pin(async move { call::count(transaction, &window, &since).await })).await
    }

    /// Writes a summary over the one before of the same span, model and instance.
    pub async fn put_profile(&self, row: ProfileRow) -> Result<(), StoreError> {
        self.change(move |transaction| Box::pin(async move { profile::put(transaction, &row).await.map(Some) }))
            .await
            .map(|_| ())
    }

    /// Puts one summary in the place of others, all or nothing; false when one of them is not as it was read any more,
    /// since another instance was quicker.
    pub async fn roll_up(&self, replace: &[ProfileKey], with: ProfileRow) -> Result<bool, StoreError> {
        let replace = replace.to_vec();
        let done = self.change(move |transaction| {
            Box::pin(async move { Ok(profile::roll_up(transaction, &replace, &with).await?.then_some(())) })
        });
        done.await.map(|done| done.is_some())
    }

    /// The summaries that cover a window, of one model or of all: hours, days and months as they are kept, those at its
    /// ends with what of them lies outside.
    pub async fn profiles(&self, window: &Window, model_sha256: Option<&str>) -> Result<Vec<ProfileRow>, StoreError> {
        let (window, model) = (window.clone(), model_sha256.map(str::to_owned));
        self.read(move |transaction| {
            Box::pin(async move { profile::read(transaction, &window, model.as_deref()).await })
        })
        .await
    }

    /// The first hour of predictions of the service before this one that is over and in no summary.
    pub async fn next_old_hour(&self, now: OffsetDateTime) -> Result<Option<OldHour>, StoreError> {
        self.read(move |transaction| Box::pin(before::next(transaction, now))).await
    }

    /// Puts the summaries of such an hour; false when another instance was quicker.
    pub async fn put_old_hour(&self, hour: &str, rows: Vec<ProfileRow>) -> Result<bool, StoreError> {
        let (hour, now) = (hour.to_owned(), OffsetDateTime::now_utc());
        let done = self.change(move |transaction| {
            Box::pin(async move { Ok(before::put(transaction, &hour, &rows, now).await?.then_some(())) })
        });
        done.await.map(|done| done.is_some())
    }

    /// How many predictions there are: those in summaries, and those of the service before this one that are in none yet. Those of the
    /// last seconds may be missing.
    pub async fn logged(&self) -> Result<u64, StoreError> {
        self.read(|transaction| Box::pin(profile::logged(transaction))).await
    }

    /// A key to hash levels with, the same for all instances.
    pub async fn level_key(&self) -> Result<[u8; 16], StoreError> {
        let made =
            self.change(|transaction| Box::pin(async move { secret::read(transaction, "levels").await.map(Some) }));
        made.await?.ok_or(StoreError::NotWritten)
    }

    /// The model that all instances are to serve; none when nobody ever chose one.
    pub async fn service_version(&self) -> Result<Option<ServiceVersion>, StoreError> {
        self.read(|transaction| Box::pin(service::read(transaction))).await
    }

    /// Chooses the model that all instances are to serve.
    pub async fn set_service_version(&self, version: &ServiceVersion) -> Result<(), StoreError> {
        let version = version.clone();
        self.change(move |transaction| Box::pin(async move { service::put(transaction, &version).await.map(Some) }))
            .await
            .map(|_| ())
    }

    /// Deletes what is kept no longer at a moment; how many rows. Done by itself every minute.
    pub async fn prune(&self, now: OffsetDateTime) -> Result<u64, StoreError> {
        let retention = self.retention;
        let all = self.read(move |transaction| Box::pin(retention::find(transaction, retention, now))).await?;
        let mut deleted = 0;
        for old in all {
            loop {
                let some = old.clone();
                let gone = self.change(move |transaction| {
                    Box::pin(async move { retention::delete(transaction, &some).await.map(Some) })
                });
                let gone = gone.await?.unwrap_or_default();
                deleted += gone;
                if gone < retention::STEP {
                    break;
                }
                tokio::time::sleep(PRUNE_PAUSE).await;
            }
        }
        Ok(deleted)
    }

    async fn prune_for_ever(self) {
        loop {
            tokio::time::sleep(PRUNE_EVERY).await;
            if self.state() == StoreState::Connected
                && let Err(error) = self.prune(OffsetDateTime::now_utc()).await
            {
                tracing::warn!(%error, "rows that are kept no longer could not be deleted now");
            }
        }
    }

    /// Reads in a transaction of its own, beside the writer.
    async fn read<T, R>(&self, read: R) -> Result<T, StoreError>
    where
        R: for<'t> FnOnce(&'t mut Transaction<'static>) -> BoxFuture<'t, Result<T, sqlx::Error>> + Send,
    {
        let found = async {
            let mut transaction = self.reader.begin().await?;
            let found = read(&mut transaction).await?;
            transaction.commit().await?;
            Ok::<_, sqlx::Error>(found)
        };
        found.await.map_err(|error| {
            tracing::warn!(%error, "the prediction log could not be read");
            StoreError::NotRead
        })
    }

    /// Has the writer change something in a transaction of its own; a change that gives `None` is given up.
    async fn change<T, W>(&self, work: W) -> Result<Option<T>, StoreError>
    where
        T: Send + 'static,
        W: for<'t, 'c> FnOnce(&'t mut Transaction<'c>) -> BoxFuture<'t, Result<Option<T>, sqlx::Error>>
            + Send
            + 'static,
    {
        let (done, told) = oneshot::channel();
        let change = Change::new(move |connection| {
            Box::pin(async move {
                let mut transaction = connection.begin().await?;
                let made = work(&mut transaction).await?;
                if made.is_some() {
                    transaction.commit().await?;
                }
                // Its client may have gone; the change is made all the same.
                let _ = done.send(made);
                Ok(())
            })
        });
        self.messages.send(Message::Change(change)).await.map_err(|_| StoreError::NotWritten)?;
        told.await.map_err(|_| StoreError::NotWritten)
    }
}

impl WriterTask {
    /// Takes nothing more, writes what waits, and closes the database.
    pub async fn finish(self) {
        self.pruning.abort();
        let _ = self.stop.send(());
        self.reader.close().await;
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the log's writer ended early");
        }
    }
}

fn open_spool(settings: &Settings, answers: &Arc<Answers>) -> Result<Option<Spool>, StoreError> {
    let Some(folder) = &settings.spool else { return Ok(None) };
    let power_safe = settings.mode == LogMode::PowerSafe;
    let spool = Spool::open(folder, settings.spool_bytes_max, power_safe, answers.clone());
    let refused = |error: spool::SpoolError| StoreError::Spool {
        folder: folder.display().to_string(),
        reason: error.to_string(),
    };
    spool.map(Some).map_err(refused)
}
