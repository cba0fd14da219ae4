//! Monitoring: what was predicted, summed up while it happens, and read as the page's overview.
//!
//! Owns the summaries and the reference of each model. May not know HTTP, SQL or drawing.

mod comparison;
mod gather;
mod measure;
mod overview;
mod picture;
mod profiler;
mod reference;
mod rollup;
mod summary;

pub(super) use overview::overview;
pub use profiler::ProfilerTask;
pub(super) use profiler::Seen;
pub use reference::{Reference, ReferenceError};

use crate::api::store::{Store, StoreError};
use crate::insight::profile::{LevelKey, Profile};
use crate::pipeline::Model;
use profiler::{Profiler, References};
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// How often old summaries are added up.
const ROLL_UP_EVERY: Duration = Duration::from_secs(600);

/// What sums up and remembers.
pub struct Monitor {
    profiler: Profiler,
    references: References,
    key: LevelKey,
}

impl std::fmt::Debug for Monitor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Monitor").field("profiler", &self.profiler).finish_non_exhaustive()
    }
}

impl Monitor {
    /// Begins to sum up, into this log. `instance` is what the log knows this process by; `reference` what drift is
    /// measured from, where it is not to be the profile in the model's file.
    pub async fn start(store: &Store, instance: &str, reference: Option<Reference>) -> Result<(Self, ProfilerTask), StoreError> {
        let key = LevelKey::new(store.level_key().await?);
        let references: References = Arc::new(move |model: &Model| match &reference {
            Some(reference) => reference.of(model),
            None => model.profile().cloned().map(Arc::new),
        });
        // Another name for each process: the summary of an hour that a process before this one began is added to.
        let process = format!("{instance}/{}", Uuid::new_v4().simple());
        let (profiler, task) = Profiler::start(store.clone(), key, references.clone(), process);
        tokio::spawn(roll_up_for_ever(store.clone()));
        Ok((Monitor { profiler, references, key }, task))
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
        self.key
    }
}

async fn roll_up_for_ever(store: Store) {
    loop {
        tokio::time::sleep(ROLL_UP_EVERY).await;
        if let Err(error) = rollup::roll_up(&store, OffsetDateTime::now_utc()).await {
            tracing::warn!(%error, "old summaries of predictions could not be added up now");
        }
    }
}
