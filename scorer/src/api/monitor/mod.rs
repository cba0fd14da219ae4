//! Monitoring: what was predicted, summed up while it happens, and read as the page's overview.
//!
//! Owns the summaries and the reference of each model. May not know HTTP, SQL or drawing.

mod aggregator;
mod comparison;
mod dashboard;
mod histogram_data;
mod hour_aggregate;
mod legacy_backfill;
mod reference;
mod rollup;
mod weighted_stats;
mod window_query;

pub use aggregator::ProfilerTask;
pub(super) use aggregator::Seen;
pub(super) use dashboard::overview;
pub use reference::{Reference, ReferenceError};

use crate::api::http::blocking::TaskFailed;
use crate::insight::profile::{LevelKey, Profile};
use crate::pipeline::Model;
use aggregator::{Profiler, References};
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
    /// Summaries could not be put together.
    #[error("a task ended early")]
    TaskFailed,
}

impl From<TaskFailed> for MonitorError {
    fn from(_: TaskFailed) -> Self {
        MonitorError::TaskFailed
    }
}

/// How often old summaries are added up.
const ROLL_UP_EVERY: Duration = Duration::from_secs(600);

/// What sums up and remembers.
pub struct Monitor {
    profiler: Profiler,
    references: References,
    /// Known as soon as the database was there.
    key: Arc<OnceLock<LevelKey>>,
}

impl std::fmt::Debug for Monitor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Monitor").field("profiler", &self.profiler).finish_non_exhaustive()
    }
}

impl Monitor {
    /// Begins to sum up, into this log. `instance` is what the log knows this process by; `reference` what drift is
    /// measured from, where it is not to be the profile in the model's file.
    pub fn start(store: &Store, instance: &str, reference: Option<Reference>) -> (Self, ProfilerTask) {
        let key = Arc::new(OnceLock::new());
        let references: References = Arc::new(move |model: &Model| match &reference {
            Some(reference) => reference.of(model),
            None => model.profile().cloned().map(Arc::new),
        });
        // Another name for each process: the summary of an hour that a process before this one began is added to.
        let process = format!("{instance}/{}", Uuid::new_v4().simple());
        let (profiler, task) = Profiler::start(store.clone(), key.clone(), references.clone(), process);
        tokio::spawn(roll_up_for_ever(store.clone()));
        (Monitor { profiler, references, key }, task)
    }

    /// Sums up leads that were scored and recorded.
    pub(super) fn see(&self, seen: Seen) {
        self.profiler.see(seen);
    }

    /// How many predictions are in no summary, since they came too fast.
    pub(super) fn left_out(&self) -> u64 {
        self.profiler.left_out()
    }

    fn reference(&self, model: &Model) -> Option<Arc<Profile>> {
        (self.references)(model)
    }

    fn key(&self) -> LevelKey {
        // Nothing was summed up before it is known, so there is no hash that it could differ from.
        self.key.get().copied().unwrap_or_else(|| LevelKey::new([0; 16]))
    }
}

async fn roll_up_for_ever(store: Store) {
    loop {
        if let Err(error) = legacy_backfill::sum_up(&store, OffsetDateTime::now_utc()).await {
            tracing::warn!(%error, "predictions of the service before this one could not be summed up now");
        }
        tokio::time::sleep(ROLL_UP_EVERY).await;
        if let Err(error) = rollup::roll_up(&store, OffsetDateTime::now_utc()).await {
            tracing::warn!(%error, "old summaries of predictions could not be added up now");
        }
    }
}
