//! Monitoring: hourly aggregates of predictions, collected while they are made, and the data of the monitoring page.
//!
//! Must not depend on HTTP, SQL or drawing.

mod aggregator;
mod comparison;
mod dashboard;
mod hour_aggregate;
mod legacy_backfill;
mod reference;
mod rollup;
mod weighted_stats;
mod window_query;

pub use aggregator::AggregatorTask;
pub(super) use aggregator::ScoredBatch;
pub(super) use dashboard::overview;
pub use reference::{Reference, ReferenceError};

use crate::api::http::blocking::TaskFailed;
use crate::insight::profile::{LevelKey, Profile};
use crate::pipeline::Model;
use aggregator::{Aggregator, References};
use prediction_log::{Store, StoreError};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

/// Reason why the overview could not be read.
#[derive(Debug, Error)]
pub enum MonitorError {
    /// Failure of the log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Aggregation or comparison ended early.
    #[error("a task ended early")]
    TaskFailed,
}

impl From<TaskFailed> for MonitorError {
    fn from(_: TaskFailed) -> Self {
        MonitorError::TaskFailed
    }
}

/// Interval of the rollup.
const ROLL_UP_EVERY: Duration = Duration::from_secs(600);

/// Aggregator of predictions and references of the models.
pub struct Monitor {
    aggregator: Aggregator,
    references: References,
    /// Key of the level hash, set as soon as the database has been reached.
    key: Arc<OnceLock<LevelKey>>,
}

impl std::fmt::Debug for Monitor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Monitor").field("aggregator", &self.aggregator).finish_non_exhaustive()
    }
}

impl Monitor {
    /// Starts the background tasks that aggregate into this log. `instance` identifies this process in the log;
    /// `reference` replaces the profile in the model file as the reference of drift.
    pub fn start(store: &Store, instance: &str, reference: Option<Reference>) -> (Self, AggregatorTask) {
        let key = Arc::new(OnceLock::new());
        let references: References = Arc::new(move |model: &Model| match &reference {
            Some(reference) => reference.profile(model),
            None => model.profile().cloned().map(Arc::new),
        });
        // Unique per process, so that a restart within an hour does not overwrite the earlier process's aggregate.
        let process = format!("{instance}/{}", Uuid::new_v4().simple());
        let (aggregator, task) = Aggregator::start(store.clone(), key.clone(), references.clone(), process);
        tokio::spawn(run_rollups(store.clone()));
        (Monitor { aggregator, references, key }, task)
    }

    /// Queues scored and logged leads for aggregation.
    pub(super) fn record(&self, batch: ScoredBatch) {
        self.aggregator.record(batch);
    }

    /// Number of predictions dropped because the queue was full.
    pub(super) fn dropped(&self) -> u64 {
        self.aggregator.dropped()
    }

    fn reference(&self, model: &Model) -> Option<Arc<Profile>> {
        (self.references)(model)
    }

    fn key(&self) -> LevelKey {
        // Nothing is aggregated before the key is known, so no hash can differ.
        self.key.get().copied().unwrap_or_else(|| LevelKey::new([0; 16]))
    }
}

async fn run_rollups(store: Store) {
    loop {
        if let Err(error) = legacy_backfill::backfill(&store, OffsetDateTime::now_utc()).await {
            tracing::warn!(%error, "the backfill of legacy predictions failed");
        }
        tokio::time::sleep(ROLL_UP_EVERY).await;
        if let Err(error) = rollup::roll_up(&store, OffsetDateTime::now_utc()).await {
            tracing::warn!(%error, "the rollup of prediction aggregates failed");
        }
    }
}
