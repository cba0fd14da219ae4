//! The writer's hold on the database: connected, lost, connected again.
//!
//! Owns when a new connection is tried and what a failure means. May not know what waits to be written.

use super::super::append::{Purpose, append};
use super::super::call::are_numbered;
use super::super::database::{Checkpoints, Connection, OpenError, identity, is_refusal};
use super::super::entry::KeyedAnswer;
use super::super::spool::Frame;
use super::super::{Location, LogMode};
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use thiserror::Error;
use time::OffsetDateTime;

/// How long to wait before a lost database is tried again: longer each time, up to the last.
const PAUSE_FIRST: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Why something was not written.
#[derive(Debug, Error)]
pub(super) enum Failure {
    /// The database is not to be had now; nothing is known of whether it was written.
    #[error("{0}")]
    Away(String),
    /// The database is well and will never take it; nothing was written.
    #[error("{0}")]
    Refused(String),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        if is_refusal(&error) { Failure::Refused(words(&error)) } else { Failure::Away(words(&error)) }
    }
}

/// What the database says of values may repeat them, so of a refusal only its kind is kept.
fn words(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) if error.kind() != sqlx::error::ErrorKind::Other => format!("{:?}", error.kind()),
        sqlx::Error::Database(error) => error.message().to_owned(),
        other => other.to_string(),
    }
}

/// The database as the writer has it.
#[derive(Debug)]
pub(crate) struct Database {
    location: Location,
    mode: LogMode,
    connection: Option<Connection>,
    checkpoints: Option<Checkpoints>,
    /// Of SQLite's file.
    identity: Option<(u64, u64)>,
    numbered_calls: bool,
    /// Whether a lock that somebody else holds is waited for.
    waits: bool,
    pause: Duration,
    not_before: Option<Instant>,
}

impl Database {
    /// Connects if it can be; an error only where waiting would not help.
    pub(crate) async fn open(location: &Location, mode: LogMode) -> Result<Self, OpenError> {
        let mut database = Database {
            location: location.clone(),
            mode,
            connection: None,
            checkpoints: None,
            identity: None,
            numbered_calls: false,
            waits: true,
            pause: PAUSE_FIRST,
            not_before: None,
        };
        match database.connect().await {
            Err(OpenError::Away(words)) => {
                tracing::warn!(database = %location, %words, "the database is away; it is tried again");
                database.not_before = Some(Instant::now() + database.pause);
                Ok(database)
            }
            Err(error) => Err(error),
            Ok(()) => Ok(database),
        }
    }

    /// Whether there is a connection that was well when it was used last.
    pub(crate) fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// It failed: the next try comes later, after the pause that is returned.
    pub(super) fn slow_down(&mut self) -> Duration {
        self.pause = (self.pause * 2).min(PAUSE_MAX);
        self.not_before = Some(Instant::now() + self.pause);
        self.pause
    }

    /// Whether a lock that somebody else holds is waited for. Nobody waits for the first tries of what is in the spool, and
    /// what comes meanwhile is not to wait behind them.
    pub(super) fn wait_for_others(&mut self, waits: bool) {
        self.waits = waits;
        if let Some(connection) = &self.connection {
            connection.wait_for_others(waits);
        }
    }

    async fn connect(&mut self) -> Result<(), OpenError> {
        let mut connection = Connection::open(&self.location, self.mode).await?;
        let mut transaction = connection.begin().await?;
        self.numbered_calls = are_numbered(&mut transaction).await?;
        transaction.commit().await?;
        self.identity = self.identity_now();
        if let Some(before) = std::mem::replace(&mut self.checkpoints, Checkpoints::start(&self.location)) {
            before.stop().await;
        }
        connection.wait_for_others(self.waits);
        self.connection = Some(connection);
        Ok(())
    }

    fn identity_now(&self) -> Option<(u64, u64)> {
        match &self.location {
            Location::File(file) => identity(file),
            Location::Server(_) => None,
        }
    }

    /// The connection, made anew if it was lost.
    pub(super) async fn connection(&mut self) -> Result<&mut Connection, Failure> {
        if self.connection.is_some() && self.identity_now() != self.identity {
            tracing::error!("the database file was taken away");
            self.connection = None;
        }
        if self.connection.is_none() {
            if self.not_before.is_some_and(|moment| Instant::now() < moment) {
                return Err(Failure::Away("it was away a moment ago".to_owned()));
            }
            if let Err(error) = self.connect().await {
                self.slow_down();
                return Err(Failure::Away(error.to_string()));
            }
        }
        self.connection.as_mut().ok_or_else(|| Failure::Away("it is not connected".to_owned()))
    }

    /// Writes groups of one writer's run.
    pub(super) async fn append(
        &mut self,
        frames: &[Frame],
        purpose: Purpose,
    ) -> Result<BTreeMap<usize, KeyedAnswer>, Failure> {
        let numbered = self.numbered_calls;
        let connection = self.connection().await?;
        // Boxed, since the compiler does not see of the plain future that it can be sent.
        let written: BoxFuture<'_, _> =
            Box::pin(append(connection, frames, purpose, numbered, OffsetDateTime::now_utc()));
        let written = written.await;
        match written {
            Ok(late) => {
                self.is_well();
                self.checkpoint(frames.iter().map(Frame::bytes).sum()).await;
                Ok(late)
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Whether it is there, asked when nothing was written for a while.
    pub(super) async fn ping(&mut self) -> Result<(), Failure> {
        let begun = match self.connection().await?.begin().await {
            Ok(transaction) => transaction.commit().await,
            Err(error) => Err(error),
        };
        begun.map(|()| self.is_well()).map_err(|error| self.failed(error))
    }

    fn is_well(&mut self) {
        self.pause = PAUSE_FIRST;
        self.not_before = None;
    }

    /// A connection to a server is given up unless the server itself refused: only a new one is surely well.
    pub(super) fn failed(&mut self, error: sqlx::Error) -> Failure {
        let failure = Failure::from(error);
        if matches!((&failure, &self.location), (Failure::Away(_), Location::Server(_))) {
            self.connection = None;
        }
        failure
    }

    /// SQLite's write-ahead file is emptied beside the writer, who helps only when it grows faster than that.
    async fn checkpoint(&mut self, bytes: usize) {
        let (Some(checkpoints), Some(connection)) = (&self.checkpoints, &mut self.connection) else { return };
        if checkpoints.note(bytes)
            && let Err(error) = connection.checkpoint().await
        {
            tracing::debug!(%error, "the write-ahead file could not be emptied now");
        }
    }

    /// Leaves nothing beside the database.
    pub(super) async fn close(self) {
        if let Some(checkpoints) = self.checkpoints {
            checkpoints.stop().await;
        }
        if let Some(connection) = self.connection
            && let Err(error) = connection.close().await
        {
            tracing::error!(%error, "the prediction log could not be closed");
        }
    }
}
