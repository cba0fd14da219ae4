//! What every route shares.
//!
//! Owns the models in service, the log, the site, what is counted and limited. May not know routes.

use super::config::Config;
use super::http::idempotency::InFlightKeys;
use super::http::rejection::Rejection;
use super::http::static_site::Site;
use super::maintenance::{Maintenance, MaintenanceNotice};
use super::metrics::{GaugeReadings, Metrics};
use super::model_registry::Serving;
use super::monitor::{Monitor, Seen};
use super::rate_limit::{RateLimitKey, RateLimitStatus, RateLimiter, ScoringQueue};
use prediction_log::Store;
use std::sync::Arc;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

/// Memory for bodies is lent in blocks of this many bytes.
pub(crate) const BLOCK_BYTES: usize = 64 << 10;

/// How many bodies of the largest size may be in memory at once.
const LARGEST_BODIES: usize = 2;

/// The service behind the routes.
#[derive(Debug)]
pub struct AppState {
    /// The models in service.
    pub(crate) serving: Serving,
    /// The log.
    pub(crate) store: Store,
    /// The page; `None` is a small page of links.
    pub(crate) site: Option<Site>,
    /// The settings.
    pub(crate) config: Config,
    /// Blocks of memory that bodies have not taken.
    pub(crate) blocks: Arc<Semaphore>,
    /// The keys of requests that are being answered.
    pub(crate) running: Arc<InFlightKeys>,
    /// How many there are.
    blocks_max: usize,
    /// The requests whose leads are scored, or wait for it.
    pub(crate) queue: ScoringQueue,
    /// Whether it scores nothing for a while.
    pub(crate) maintenance: Maintenance,
    /// What is told to those who watch.
    pub(crate) monitor: Monitor,
    /// What is told to Prometheus.
    pub(crate) meter: Metrics,
    limiter: Option<RateLimiter>,
}

impl AppState {
    /// Without a scorer, predictions are answered with 503.
    pub fn new(
        serving: impl Into<Serving>,
        store: Store,
        monitor: Monitor,
        site: Option<Site>,
        config: Config,
    ) -> Self {
        let blocks = config.body_bytes_max.div_ceil(BLOCK_BYTES).max(1).saturating_mul(LARGEST_BODIES);
        let blocks_max = blocks.min(Semaphore::MAX_PERMITS);
        AppState {
            serving: serving.into(),
            store,
            monitor,
            site,
            blocks: Arc::new(Semaphore::new(blocks_max)),
            running: Arc::default(),
            blocks_max,
            queue: ScoringQueue::new(config.limits.queue),
            maintenance: Maintenance::default(),
            meter: Metrics::new(),
            limiter: config.limits.rate.map(RateLimiter::new),
            config,
        }
    }

    /// Under maintenance from the start, until somebody ends it.
    pub fn begin_maintenance(&self) {
        self.maintenance.set(Some(MaintenanceNotice::new(None, None, OffsetDateTime::now_utc())));
    }

    /// Refused while under maintenance.
    pub(crate) fn at_work(&self) -> Result<(), Rejection> {
        let now = OffsetDateTime::now_utc();
        let refusal =
            |notice: MaintenanceNotice| Rejection::Maintenance { seconds: notice.again(now), message: notice.message };
        self.maintenance.notice(now).map_or(Ok(()), |notice| Err(refusal(notice)))
    }

    /// Leads were scored and recorded.
    pub(crate) fn recorded(&self, seen: impl IntoIterator<Item = Seen>) {
        for seen in seen {
            self.meter.scored(&seen);
            self.monitor.see(seen);
        }
    }

    /// Counts a request against the rate limit, if there is one; an error is a request too many.
    pub(crate) fn count(&self, caller: &RateLimitKey) -> Result<Option<RateLimitStatus>, RateLimitStatus> {
        self.limiter.as_ref().map(|limiter| limiter.count(caller)).transpose()
    }

    /// All figures, in Prometheus' text form.
    pub(crate) fn figures(&self) -> Result<String, std::fmt::Error> {
        self.meter.read(&GaugeReadings {
            queue: self.queue.taken(),
            lent_bytes: self.blocks_max.saturating_sub(self.blocks.available_permits()).saturating_mul(BLOCK_BYTES),
            log: self.store.state(),
            log_waiting: self.store.queue_len(),
            left_out: self.monitor.left_out(),
            standing: &self.serving.standing(),
        })
    }

    /// Follows what is changed outside: model files, other instances, keys. To be called again and again.
    pub(crate) async fn look(&self) {
        self.serving.look().await;
        match self.config.access.keys.refresh() {
            Ok(true) => tracing::info!("the keys were read again"),
            Ok(false) => {}
            Err(reason) => tracing::error!(%reason, "the keys that were known still hold"),
        }
        if let Some(limiter) = &self.limiter {
            limiter.forget();
        }
    }
}
