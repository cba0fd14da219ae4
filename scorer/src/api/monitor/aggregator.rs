//! Background aggregation of predictions into hourly aggregates.
//!
//! Runs apart from the threads that serve requests; batches that do not fit into the queue are dropped and counted.

use super::hour_aggregate::{BoundModel, HourAggregate};
use crate::insight::profile::{LevelKey, Profile};
use crate::lead::Lead;
use crate::pipeline::{Score, Scorer};
use prediction_log::{Granularity, ProfileRow, Store, Timestamp};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Capacity of the queue, in requests.
const WAITING_MAX: usize = 4_096;

/// Maximum number of requests per batch, between checks of the flush timer.
const AT_ONCE: usize = 256;

/// Pause after a batch while the queue is short.
const PAUSE: Duration = Duration::from_millis(50);

/// Interval of writing to the database.
const FLUSH_EVERY: Duration = Duration::from_secs(5);

/// Scored and logged leads of one request.
#[derive(Debug)]
pub(crate) struct ScoredBatch {
    /// Scorer that was used.
    pub(crate) scorer: Arc<Scorer>,
    /// Leads.
    pub(crate) leads: Vec<Lead>,
    /// Scores, one per lead.
    pub(crate) scores: Vec<Score>,
    /// Inference time per lead, in milliseconds.
    pub(crate) each_ms: f64,
    /// Time of the prediction.
    pub(crate) created_at: Timestamp,
}

/// Handle of the aggregation task.
#[derive(Debug)]
pub(super) struct Aggregator {
    queue: mpsc::Sender<ScoredBatch>,
    dropped: Arc<AtomicU64>,
}

/// Running aggregation task, to be finished before exit.
#[derive(Debug)]
pub struct AggregatorTask {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Reference profile of each model.
pub(super) type References = Arc<dyn Fn(&crate::pipeline::Model) -> Option<Arc<Profile>> + Send + Sync>;

/// Aggregates in memory, by hour and model.
struct AggregatorState {
    key: Arc<OnceLock<LevelKey>>,
    references: References,
    bound: BTreeMap<String, BoundModel>,
    slots: BTreeMap<(Timestamp, String), HourSlot>,
}

struct HourSlot {
    aggregate: HourAggregate,
    is_written: bool,
}

impl Aggregator {
    /// Starts the task. `instance` must be unique per process: the rows of all instances are summed.
    pub(super) fn start(
        store: Store,
        key: Arc<OnceLock<LevelKey>>,
        references: References,
        instance: String,
    ) -> (Self, AggregatorTask) {
        let (queue, batches) = mpsc::channel(WAITING_MAX);
        let (stop, stopped) = oneshot::channel();
        let state = AggregatorState { key, references, bound: BTreeMap::new(), slots: BTreeMap::new() };
        let task = tokio::spawn(run(store, instance, state, batches, stopped));
        (Aggregator { queue, dropped: Arc::default() }, AggregatorTask { stop, task })
    }

    /// Queues leads for aggregation; drops them when the queue is full.
    pub(super) fn record(&self, batch: ScoredBatch) {
        let count = batch.leads.len() as u64;
        if self.queue.try_send(batch).is_err() && self.dropped.fetch_add(count, Ordering::Relaxed) == 0 {
            tracing::warn!("predictions arrive faster than they can be aggregated: monitoring drops some");
        }
    }

    /// Number of predictions dropped because the queue was full.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

impl AggregatorTask {
    /// Stops accepting batches and writes the remaining aggregates.
    pub async fn finish(self) {
        let _ = self.stop.send(());
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the aggregation task ended early");
        }
    }
}

async fn run(
    store: Store,
    instance: String,
    mut state: AggregatorState,
    mut batches: mpsc::Receiver<ScoredBatch>,
    mut stop: oneshot::Receiver<()>,
) {
    let mut flush = tokio::time::interval(FLUSH_EVERY);
    let mut received = Vec::new();
    loop {
        tokio::select! {
            biased;
            _ = &mut stop, if !batches.is_closed() => batches.close(),
            _ = flush.tick() => match state.write(&store, &instance).await {
                Some(written) => state = written,
                None => return,
            },
            // Batches stay queued until the key is known.
            count = batches.recv_many(&mut received, AT_ONCE), if state.key.get().is_some() || batches.is_closed() => {
                if count == 0 {
                    break;
                }
                let taken = std::mem::take(&mut received);
                match state.run_blocking(move |state| state.add_all(&taken)).await {
                    Some((added, ())) => state = added,
                    None => return,
                }
                pause(&batches).await;
            }
        }
    }
    state.write(&store, &instance).await;
}

/// Waits for more batches: a thread hand-over per batch would cost more than its aggregation.
async fn pause(batches: &mpsc::Receiver<ScoredBatch>) {
    if batches.len() < AT_ONCE && !batches.is_closed() {
        tokio::time::sleep(PAUSE).await;
    }
}

impl AggregatorState {
    fn add_all(&mut self, batches: &[ScoredBatch]) {
        batches.iter().for_each(|batch| self.add(batch));
    }

    fn add(&mut self, batch: &ScoredBatch) {
        let Some(key) = self.key.get().copied() else { return };
        for (index, model) in batch.scorer.models().iter().enumerate() {
            let pairs = batch.leads.iter().zip(&batch.scores);
            let own: Vec<_> = pairs.filter(|(_, score)| score.model == index).collect();
            if own.is_empty() {
                continue;
            }
            let bound = self.bound.entry(model.sha256().to_owned()).or_insert_with(|| {
                let reference = (self.references)(model);
                BoundModel::new(model, batch.scorer.schema(), reference.as_deref(), key)
            });
            let at = (Granularity::Hour.start(batch.created_at), model.sha256().to_owned());
            let slot = self.slots.entry(at).or_insert_with(|| HourSlot { aggregate: bound.empty(), is_written: true });
            slot.aggregate.add(bound, model, &own, batch.each_ms);
            slot.is_written = false;
        }
    }

    /// Runs work on the blocking thread pool, since large batches would stall the threads that serve connections.
    async fn run_blocking<T: Send + 'static>(
        mut self,
        work: impl FnOnce(&mut AggregatorState) -> T + Send + 'static,
    ) -> Option<(Self, T)> {
        let worked = tokio::task::spawn_blocking(move || {
            let done = work(&mut self);
            (self, done)
        });
        worked.await.inspect_err(|error| tracing::error!(%error, "aggregation failed and has stopped")).ok()
    }

    /// Writes changed aggregates and drops past hours.
    async fn write(self, store: &Store, instance: &str) -> Option<Self> {
        if self.key.get().is_none()
            && let Ok(bytes) = store.pseudonym_key().await
        {
            let _ = self.key.set(LevelKey::new(bytes));
        }
        let now = Timestamp::now();
        let (hour, instance) = (Granularity::Hour.start(now), instance.to_owned());
        let (mut state, rows) = self.run_blocking(move |state| state.changed_rows(&instance, now)).await?;
        for row in rows {
            let at = (row.start, row.model_sha256.clone());
            // While the database is unavailable the aggregate keeps growing; each write replaces the whole row.
            let is_written = store.upsert_profile(row).await.is_ok();
            state.slots.entry(at).and_modify(|slot| slot.is_written = is_written);
        }
        state.slots.retain(|(start, _), slot| !slot.is_written || *start >= hour);
        Some(state)
    }

    /// Rows of the aggregates that have changed since the last write.
    fn changed_rows(&self, instance: &str, now: Timestamp) -> Vec<ProfileRow> {
        let row = |((start, model), slot): (&(Timestamp, String), &HourSlot)| ProfileRow {
            granularity: Granularity::Hour,
            start: *start,
            model_sha256: model.clone(),
            instance: instance.to_owned(),
            bytes: slot.aggregate.encode(),
            rows: slot.aggregate.rows(),
            updated_at: now,
        };
        self.slots.iter().filter(|(_, slot)| !slot.is_written).map(row).collect()
    }
}
