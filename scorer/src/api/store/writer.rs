//! The one writer: whatever waits goes into one transaction.
//!
//! Owns grouping, retrying and acknowledging. May not know SQL, which a database of another kind speaks differently.

use super::StoreError;
use super::record::{CallRow, PredictionRow};
use super::sqlite::{BUSY, Database};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// The most entries in one group: bounds how long the first of them waits for its acknowledgement.
const GROUP_MAX: usize = 1_024;

/// How long to wait before each further try of a group; the database itself waits for another's lock before that.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(250)];

/// No further try is begun that could end later than this after the first of a group was handed in: so clients that
/// queue behind a failing group do not wait for all of its tries and all of their own.
const PATIENCE: Duration = Duration::from_secs(4);

/// What waits to be written.
#[derive(Debug)]
pub(super) enum Entry {
    /// Predictions, and who waits for them since when.
    Predictions { rows: Vec<PredictionRow>, since: Instant, done: oneshot::Sender<Result<(), StoreError>> },
    /// A call that nobody waits for.
    Call(CallRow),
}

/// The rows of some entries, in the order they came.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) predictions: Vec<PredictionRow>,
    pub(super) calls: Vec<CallRow>,
    waiting: Vec<oneshot::Sender<Result<(), StoreError>>>,
    /// When the first of those who wait came; calls alone wait for nothing.
    since: Option<Instant>,
}

impl Group {
    fn take(entries: &mut Vec<Entry>) -> Self {
        let mut group = Group::default();
        for entry in entries.drain(..) {
            match entry {
                Entry::Call(row) => group.calls.push(row),
                Entry::Predictions { rows, since, done } => {
                    group.since = Some(group.since.map_or(since, |first| first.min(since)));
                    group.predictions.extend(rows);
                    group.waiting.push(done);
                }
            }
        }
        group
    }

    fn may_wait(&self, longer: Duration) -> bool {
        self.since.is_some_and(|since| since.elapsed() + longer <= PATIENCE)
    }

    /// A client that went away in the meantime needs no answer.
    fn acknowledge(self, written: bool) {
        for client in self.waiting {
            let _ = client.send(if written { Ok(()) } else { Err(StoreError::NotWritten) });
        }
    }
}

/// Writes until told to stop, then what still waits, and closes the database.
pub(super) async fn run(mut database: Database, mut waiting: mpsc::Receiver<Entry>, mut stop: oneshot::Receiver<()>) {
    let mut entries = Vec::new();
    let mut failing = false;
    loop {
        let count = tokio::select! {
            biased;
            _ = &mut stop, if !waiting.is_closed() => {
                waiting.close();
                continue;
            }
            count = waiting.recv_many(&mut entries, GROUP_MAX) => count,
        };
        if count == 0 {
            break;
        }
        let group = Group::take(&mut entries);
        let written = write(&mut database, &group).await;
        tell(&written, &mut failing);
        group.acknowledge(written.is_ok());
    }
    if let Err(error) = database.close().await {
        tracing::error!(%error, "the prediction log could not be closed");
    }
}

async fn write(database: &mut Database, group: &Group) -> Result<(), sqlx::Error> {
    let mut written = database.write(group).await;
    for pause in PAUSES {
        if written.is_ok() || !group.may_wait(pause + BUSY) {
            break;
        }
        tokio::time::sleep(pause).await;
        written = database.write(group).await;
    }
    written
}

/// One line when writing begins to fail and one when it works again, not one per group.
fn tell(written: &Result<(), sqlx::Error>, failing: &mut bool) {
    match written {
        Err(error) if !*failing => tracing::error!(%error, "the prediction log cannot be written"),
        Ok(()) if *failing => tracing::info!("the prediction log is written again"),
        _ => {}
    }
    *failing = written.is_err();
}
