//! Summaries of predictions, kept up while they are made.
//!
//! Owns what was seen since the last time that it was written. Predictions are summed up beside the threads that answer
//! them; what finds no room is counted and told. May not know how summaries are read.

use super::hour_aggregate::{Bound, Summary};
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

/// How many requests may wait to be summed up.
const WAITING_MAX: usize = 4_096;

/// How many requests are summed up before the next look at the clock.
const AT_ONCE: usize = 256;

/// How long more are waited for while there are fewer than that.
const PAUSE: Duration = Duration::from_millis(50);

/// How often summaries are written.
const FLUSH_EVERY: Duration = Duration::from_secs(5);

/// Leads of one request that were scored and recorded.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Who scored them.
    pub(crate) scorer: Arc<Scorer>,
    /// They.
    pub(crate) leads: Vec<Lead>,
    /// One for each.
    pub(crate) scores: Vec<Score>,
    /// How long each took.
    pub(crate) each_ms: f64,
    /// When.
    pub(crate) created_at: Timestamp,
}

/// The way in.
#[derive(Debug)]
pub(super) struct Profiler {
    seen: mpsc::Sender<Seen>,
    left_out: Arc<AtomicU64>,
}

/// The summing up at work, to be finished before the program ends.
#[derive(Debug)]
pub struct ProfilerTask {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// The reference of each model, by the hash of its file.
pub(super) type References = Arc<dyn Fn(&crate::pipeline::Model) -> Option<Arc<Profile>> + Send + Sync>;

/// What was summed up, by hour and model.
struct Sums {
    key: Arc<OnceLock<LevelKey>>,
    references: References,
    bound: BTreeMap<String, Bound>,
    spans: BTreeMap<(Timestamp, String), Span>,
}

struct Span {
    summary: Summary,
    is_written: bool,
}

impl Profiler {
    /// Begins. `instance` is to be another one for each process: what two of them wrote is added up.
    pub(super) fn start(
        store: Store,
        key: Arc<OnceLock<LevelKey>>,
        references: References,
        instance: String,
    ) -> (Self, ProfilerTask) {
        let (seen, waiting) = mpsc::channel(WAITING_MAX);
        let (stop, stopped) = oneshot::channel();
        let sums = Sums { key, references, bound: BTreeMap::new(), spans: BTreeMap::new() };
        let task = tokio::spawn(run(store, instance, sums, waiting, stopped));
        (Profiler { seen, left_out: Arc::default() }, ProfilerTask { stop, task })
    }

    /// Sums up leads soon.
    pub(super) fn see(&self, seen: Seen) {
        let count = seen.leads.len() as u64;
        if self.seen.try_send(seen).is_err() && self.left_out.fetch_add(count, Ordering::Relaxed) == 0 {
            tracing::warn!("predictions come faster than they can be summed up: monitoring leaves some out");
        }
    }

    /// How many predictions found no room and are in no summary.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out.load(Ordering::Relaxed)
    }
}

impl ProfilerTask {
    /// Takes nothing more and writes what there is.
    pub async fn finish(self) {
        let _ = self.stop.send(());
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the summing up of predictions ended early");
        }
    }
}

async fn run(
    store: Store,
    instance: String,
    mut sums: Sums,
    mut waiting: mpsc::Receiver<Seen>,
    mut stop: oneshot::Receiver<()>,
) {
    let mut flush = tokio::time::interval(FLUSH_EVERY);
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            biased;
            _ = &mut stop, if !waiting.is_closed() => waiting.close(),
            _ = flush.tick() => match sums.write(&store, &instance).await {
                Some(back) => sums = back,
                None => return,
            },
            // While the key is not known, what was seen waits.
            count = waiting.recv_many(&mut batch, AT_ONCE), if sums.key.get().is_some() || waiting.is_closed() => {
                if count == 0 {
                    break;
                }
                let taken = std::mem::take(&mut batch);
                match sums.run_blocking(move |sums| sums.add_all(&taken)).await {
                    Some((back, ())) => sums = back,
                    None => return,
                }
                pause(&waiting).await;
            }
        }
    }
    sums.write(&store, &instance).await;
}

/// Lets some more come: waking another thread for each would cost more than summing it up.
async fn pause(waiting: &mpsc::Receiver<Seen>) {
    if waiting.len() < AT_ONCE && !waiting.is_closed() {
        tokio::time::sleep(PAUSE).await;
    }
}

impl Sums {
    fn add_all(&mut self, all: &[Seen]) {
        all.iter().for_each(|seen| self.add(seen));
    }

    fn add(&mut self, seen: &Seen) {
        let Some(key) = self.key.get().copied() else { return };
        for (place, model) in seen.scorer.models().iter().enumerate() {
            let pairs = seen.leads.iter().zip(&seen.scores);
            let own: Vec<_> = pairs.filter(|(_, score)| score.model == place).collect();
            if own.is_empty() {
                continue;
            }
            let bound = self.bound.entry(model.sha256().to_owned()).or_insert_with(|| {
                let reference = (self.references)(model);
                Bound::new(model, seen.scorer.schema(), reference.as_deref(), key)
            });
            let at = (Granularity::Hour.start(seen.created_at), model.sha256().to_owned());
            let span = self.spans.entry(at).or_insert_with(|| Span { summary: bound.empty(), is_written: true });
            span.summary.add(bound, model, &own, seen.each_ms);
            span.is_written = false;
        }
    }

    /// Works on them beside the threads that serve connections, which a large batch or long columns would hold up.
    async fn run_blocking<T: Send + 'static>(
        mut self,
        work: impl FnOnce(&mut Sums) -> T + Send + 'static,
    ) -> Option<(Self, T)> {
        let worked = tokio::task::spawn_blocking(move || {
            let done = work(&mut self);
            (self, done)
        });
        worked.await.inspect_err(|error| tracing::error!(%error, "predictions cannot be summed up any more")).ok()
    }

    /// Writes what changed, and lets go of hours that are over.
    async fn write(self, store: &Store, instance: &str) -> Option<Self> {
        if self.key.get().is_none()
            && let Ok(bytes) = store.pseudonym_key().await
        {
            let _ = self.key.set(LevelKey::new(bytes));
        }
        let now = Timestamp::now();
        let (hour, instance) = (Granularity::Hour.start(now), instance.to_owned());
        let (mut sums, rows) = self.run_blocking(move |sums| sums.rows(&instance, now)).await?;
        for row in rows {
            let at = (row.start, row.model_sha256.clone());
            // While the database is away the summary grows on; it is written as a whole when it is back.
            let is_written = store.upsert_profile(row).await.is_ok();
            sums.spans.entry(at).and_modify(|span| span.is_written = is_written);
        }
        sums.spans.retain(|(start, _), span| !span.is_written || *start >= hour);
        Some(sums)
    }

    /// What changed, as it is written.
    fn rows(&self, instance: &str, now: Timestamp) -> Vec<ProfileRow> {
        let row = |((start, model), span): (&(Timestamp, String), &Span)| ProfileRow {
            granularity: Granularity::Hour,
            start: *start,
            model_sha256: model.clone(),
            instance: instance.to_owned(),
            bytes: span.summary.encode(),
            rows: span.summary.rows(),
            updated_at: now,
        };
        self.spans.iter().filter(|(_, span)| !span.is_written).map(row).collect()
    }
}
