//! The one writer: whatever waits goes into one transaction; while the database is away, into the spool.
//!
//! Owns the order of writing, retrying and replaying. May not know SQL.

mod calls;
mod database;
mod desk;
mod group;
mod pace;

pub(super) use calls::{Calls, Pushed};
pub(super) use database::Database;
pub(super) use group::{Done, Message};

use super::append::Purpose;
use super::database::{BUSY, Connection};
use super::entry::{KeyedAnswer, Logged};
use super::forget;
use super::shared::Shared;
use super::spool::{Frame, Spool};
use super::{Location, StoreError};
use database::Failure;
use desk::{Desk, give_up};
use futures_util::future::BoxFuture;
use group::Group;
use pace::Pace;
use std::collections::BTreeMap;
use std::io;
use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// The most messages that are taken at once.
const TAKEN_MAX: usize = 1_024;

/// How long to wait before each further try of a group; the database itself waits for another's lock before that.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(250)];

/// No further try is begun that could end later than this after the first of a group was handed in: so clients that
/// queue behind a failing group do not wait for all of its tries and all of their own.
const PATIENCE: Duration = Duration::from_secs(4);

/// The same where there is a spool to turn to.
const PATIENCE_WITH_SPOOL: Duration = Duration::from_secs(1);

/// When nothing was written for so long, the database is asked whether it is there.
const QUIET: Duration = Duration::from_secs(5);

/// The most frames of the spool that are replayed at once; fewer while the database refuses some of them.
const FRAMES_MAX: usize = 4_096;

/// How long clients wait, instead of being spooled, while a part of the spool is replayed into a database that is back:
/// answered at once, they would come as quickly as the spool is emptied.
const HOLD: Duration = Duration::from_millis(500);

/// Something that changes the database in a transaction of its own, and tells its client.
pub(super) struct Change(Work);

type Work = Box<dyn for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<(), sqlx::Error>> + Send>;

impl Change {
    pub(super) fn new<W>(work: W) -> Self
    where
        W: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<(), sqlx::Error>> + Send + 'static,
    {
        Change(Box::new(work))
    }
}

impl std::fmt::Debug for Change {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Change")
    }
}

/// The writer and all it has.
#[derive(Debug)]
pub(super) struct Writer {
    database: Database,
    desk: Desk,
    /// How many frames of the spool are replayed at once.
    frames: usize,
    pace: Pace,
}

/// What came of trying the first frames of the spool.
enum Replayed {
    /// They are done, or others are to be tried; there may be more.
    Some,
    All,
    Not,
    Stopped,
}

/// What was tried: frames, or with none of them whether the database is there; `None` when told to stop.
type Attempt = Option<(Result<(), Failure>, Vec<Frame>)>;

impl Writer {
    pub(super) fn new(
        database: Database,
        spool: Option<Spool>,
        messages: mpsc::Receiver<Message>,
        stop: oneshot::Receiver<()>,
        shared: Arc<Shared>,
    ) -> Self {
        let desk = Desk::new(messages, stop, spool, shared, database.is_connected());
        Writer { database, desk, frames: FRAMES_MAX, pace: Pace::default() }
    }

    /// Lets it work: for a file on a thread of its own, where it may wait for the disk, for a server beside everything
    /// else. What is returned is told when it has ended.
    pub(super) fn start(mut self, location: &Location) -> io::Result<oneshot::Receiver<()>> {
        let (working, ended) = oneshot::channel();
        match location {
            Location::Server(_) => {
                tokio::spawn(self.run(working));
            }
            Location::File(_) => {
                self.pace = Pace::of_a_thread();
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
                let work = move || runtime.block_on(self.run(working));
                std::thread::Builder::new().name("log".to_owned()).spawn(work)?;
            }
        }
        Ok(ended)
    }

    /// Writes until told to stop, then what still waits, and closes the database.
    async fn run(mut self, working: oneshot::Sender<()>) {
        while if self.desk.is_away { self.spool_until_back().await } else { self.write_until_away().await } {}
        self.write_last().await;
        self.database.close().await;
        // With the spool folder's lock.
        drop(self.desk);
        // Nobody may be waiting for it.
        let _ = working.send(());
    }

    /// Straight into the database; false when told to stop.
    async fn write_until_away(&mut self) -> bool {
        while !self.desk.is_away {
            let quiet = self.desk.due_in().map_or(QUIET, |due| due.min(QUIET));
            match tokio::time::timeout(quiet, self.desk.wait()).await {
                Ok(false) => return false,
                Ok(true) => {
                    if self.desk.has_entries() && self.pace.keep() {
                        self.desk.take_more();
                    }
                    self.work().await;
                }
                Err(_) if self.desk.due_in().is_some() => self.work().await,
                Err(_) => {
                    let well = self.database.ping().await;
                    self.desk.tell(well.as_ref().err());
                }
            }
        }
        true
    }

    /// One group, or one of the other things.
    async fn work(&mut self) {
        let group = self.desk.next_group();
        if !group.is_empty() {
            return self.write(group).await;
        }
        match self.desk.taken.pop_front() {
            Some(Message::Change(change)) => self.change(change).await,
            Some(Message::Forget { lead_key, done }) => {
                // Its client may have gone; the rows are deleted all the same.
                let _ = done.send(self.forget(&lead_key).await);
            }
            _ => {}
        }
    }

    /// The calls that nobody waited for.
    async fn write_last(&mut self) {
        let group = self.desk.next_group();
        if group.is_empty() {
            return;
        }
        if self.desk.is_away { self.desk.spool(group) } else { self.write(group).await }
    }

    async fn write(&mut self, group: Group) {
        match self.try_to_append(&group).await {
            Ok(late) => {
                self.desk.tell(None);
                self.desk.remember(&group.frame, &late);
                group.acknowledge(&Logged::Written, late);
            }
            Err(Failure::Refused(words)) => {
                tracing::error!(words, "the database refused a part of the log");
                self.write_apart(group).await;
            }
            Err(failure) => {
                self.desk.tell(Some(&failure));
                self.desk.spool(group);
            }
        }
    }

    async fn try_to_append(&mut self, group: &Group) -> Result<BTreeMap<usize, KeyedAnswer>, Failure> {
        let patience = if self.desk.spool.is_some() { PATIENCE_WITH_SPOOL } else { PATIENCE };
        let mut written = self.database.append(from_ref(&group.frame), Purpose::Fresh).await;
        for pause in PAUSES {
            if !matches!(written, Err(Failure::Away(_))) || !group.may_wait(pause + BUSY, patience) {
                break;
            }
            tokio::time::sleep(pause).await;
            written = self.database.append(from_ref(&group.frame), Purpose::Fresh).await;
        }
        written
    }

    /// Each part of a refused group by itself, so that only what is refused is lost to its client.
    async fn write_apart(&mut self, group: Group) {
        for part in group.apart() {
            match self.database.append(from_ref(&part.frame), Purpose::FreshPart).await {
                Ok(late) => {
                    self.desk.remember(&part.frame, &late);
                    part.acknowledge(&Logged::Written, late);
                }
                Err(_) => give_up(part),
            }
        }
    }

    async fn change(&mut self, Change(work): Change) {
        let done = match self.database.connection().await {
            Ok(connection) => work(connection).await.map_err(|error| self.database.failed(error)),
            Err(failure) => Err(failure),
        };
        self.desk.tell(done.as_ref().err());
    }

    async fn forget(&mut self, lead_key: &str) -> Result<u64, StoreError> {
        let deleted = match self.database.connection().await {
            Ok(connection) => forget::delete(connection, lead_key).await.map_err(|error| self.database.failed(error)),
            Err(failure) => Err(failure),
        };
        self.desk.tell(deleted.as_ref().err());
        let aside = self.desk.forget(lead_key);
        deleted.ok().zip(aside).map(|(deleted, aside)| deleted + aside).ok_or(StoreError::NotWritten)
    }

    /// While the database is away, what comes goes to the spool; what is there is replayed as soon as it can be. True
    /// when all of it was; false when told to stop, which leaves the rest to the next start.
    async fn spool_until_back(&mut self) -> bool {
        let (mut pause, mut hold) = (Duration::ZERO, Duration::ZERO);
        self.frames = FRAMES_MAX;
        self.database.wait_for_others(false);
        loop {
            let first = self.desk.first(self.frames);
            match self.replay(first, pause, hold).await {
                Replayed::Stopped => return false,
                Replayed::All => {
                    self.database.wait_for_others(true);
                    return true;
                }
                Replayed::Some => (pause, hold) = (Duration::ZERO, HOLD),
                Replayed::Not => (pause, hold) = (self.database.slow_down(), Duration::ZERO),
            }
        }
    }

    /// Tries some frames after a pause.
    async fn replay(&mut self, first: Vec<Frame>, pause: Duration, hold: Duration) -> Replayed {
        let Some((done, frames)) = self.attempt(first, pause, hold).await else { return Replayed::Stopped };
        match done {
            Ok(()) => {
                if !frames.is_empty() {
                    self.desk.is_done(&frames);
                    self.frames = (self.frames * 2).min(FRAMES_MAX);
                }
                if !self.desk.is_empty() {
                    return Replayed::Some;
                }
                self.desk.is_back();
                Replayed::All
            }
            Err(Failure::Refused(_)) if frames.len() > 1 => {
                // Halved until the culprit is alone.
                self.frames = frames.len() / 2;
                Replayed::Some
            }
            Err(Failure::Refused(_)) if !frames.is_empty() => self.replay_apart(frames).await,
            Err(failure) => {
                self.desk.tell(Some(&failure));
                Replayed::Not
            }
        }
    }

    /// Writes frames, or asks whether the database is there. What comes meanwhile waits so long, then it is spooled.
    async fn attempt(&mut self, first: Vec<Frame>, pause: Duration, hold: Duration) -> Attempt {
        let Writer { database, desk, .. } = self;
        // Boxed, since the compiler does not see of the plain future that it can be sent.
        let mut attempt: BoxFuture<'_, _> = Box::pin(async move {
            tokio::time::sleep(pause).await;
            let done = if first.is_empty() {
                database.ping().await
            } else {
                database.append(&first, Purpose::Replay).await.map(|_| ())
            };
            (done, first)
        });
        if let Ok(done) = tokio::time::timeout(hold, &mut attempt).await {
            return Some(done);
        }
        loop {
            tokio::select! {
                biased;
                done = &mut attempt => return Some(done),
                more = desk.wait() => {
                    if !more {
                        return None;
                    }
                    desk.spool_all();
                }
            }
        }
    }

    /// Each part of a refused frame by itself; what is refused is put aside.
    async fn replay_apart(&mut self, frames: Vec<Frame>) -> Replayed {
        let parts = frames.iter().flat_map(|frame| Group::unheeded(frame.clone()).apart());
        for part in parts {
            match self.database.append(from_ref(&part.frame), Purpose::ReplayPart).await {
                Ok(_) => {}
                Err(Failure::Away(_)) => return Replayed::Not,
                Err(Failure::Refused(words)) => {
                    tracing::error!(words, "a part of the spool is put aside: the database will not take it");
                    if self.desk.spool.as_ref().is_some_and(|spool| spool.put_aside(&part.frame).is_err()) {
                        return Replayed::Not;
                    }
                }
            }
        }
        self.desk.is_done(&frames);
        Replayed::Some
    }
}
