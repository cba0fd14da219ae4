//! Application state shared by all routes.

use super::config::Config;
use super::http::body::BodyReader;
use super::http::error::ApiError;
use super::http::idempotency::{Claim, IdempotencyError, IdempotencyKey, matching};
use super::http::in_flight_keys::InFlightKeys;
use super::http::rejection::Rejection;
use super::http::static_site::Site;
use super::maintenance::{Maintenance, MaintenanceNotice};
use super::metrics::{GaugeReadings, Metrics};
use super::model_registry::ModelRegistry;
use super::monitor::{Monitor, ScoredBatch};
use super::rate_limit::RateLimiter;
use super::scoring_queue::ScoringQueue;
use prediction_log::Store;
use std::sync::Arc;
use time::OffsetDateTime;
use tokio::sync::OwnedSemaphorePermit;

/// State behind the routes.
#[derive(Debug)]
pub struct AppState {
    /// Models in service.
    pub(crate) registry: ModelRegistry,
    /// Prediction log.
    pub(crate) store: Store,
    /// Files of the page; `None` serves a page of links.
    pub(crate) site: Option<Site>,
    pub(crate) config: Config,
    /// Reader of request bodies, with the memory for them.
    pub(crate) bodies: BodyReader,
    pub(crate) maintenance: Maintenance,
    pub(crate) monitor: Arc<Monitor>,
    pub(crate) metrics: Metrics,
    pub(crate) rate_limiter: Option<RateLimiter>,
    scoring_queue: ScoringQueue,
    in_flight_keys: Arc<InFlightKeys>,
}

impl AppState {
    /// Without models, predictions are answered with 503.
    pub fn new(
        registry: impl Into<ModelRegistry>,
        store: Store,
        monitor: Monitor,
        site: Option<Site>,
        config: Config,
    ) -> Self {
        AppState {
            registry: registry.into(),
            store,
            site,
            bodies: BodyReader::new(config.body_bytes_max, config.read_timeout),
            maintenance: Maintenance::default(),
            monitor: Arc::new(monitor),
            metrics: Metrics::new(),
            rate_limiter: config.limits.rate.map(RateLimiter::new),
            scoring_queue: ScoringQueue::new(config.limits.queue),
            in_flight_keys: Arc::default(),
            config,
        }
    }

    /// Starts under maintenance, without an end.
    pub fn begin_maintenance(&self) {
        self.maintenance.set(Some(MaintenanceNotice::new(None, None, OffsetDateTime::now_utc())));
    }

    /// Fails while under maintenance.
    pub(crate) fn check_maintenance(&self) -> Result<(), Rejection> {
        let now = OffsetDateTime::now_utc();
        let rejection = |notice: MaintenanceNotice| Rejection::Maintenance {
            seconds: notice.retry_after_seconds(now),
            message: notice.message,
        };
        self.maintenance.notice(now).map_or(Ok(()), |notice| Err(rejection(notice)))
    }

    /// Takes a place in the scoring queue until the permit is dropped.
    pub(crate) fn enter_queue(&self) -> Result<OwnedSemaphorePermit, Rejection> {
        self.scoring_queue.enter().ok_or(Rejection::QueueFull)
    }

    /// Claims an idempotency key, or finds the response given under it.
    pub(crate) async fn claim(&self, key: IdempotencyKey, fingerprint: String) -> Result<Claim, ApiError> {
        let taken = self.in_flight_keys.insert(key.0, fingerprint.clone());
        let guard = taken.map_err(|taken| IdempotencyError::in_flight(&taken, &fingerprint))?;
        match self.store.idempotency_record(&guard.key).await? {
            Some(answer) => Ok(Claim::Replayed(matching(answer, &guard.fingerprint)?)),
            None => Ok(Claim::New(guard)),
        }
    }

    /// Adds scored and recorded leads to metrics and monitoring.
    pub(crate) fn observe(&self, batches: impl IntoIterator<Item = ScoredBatch>) {
        for batch in batches {
            self.metrics.scored(&batch);
            self.monitor.record(batch);
        }
    }

    /// Renders all metrics in Prometheus' text format.
    pub(crate) fn render_metrics(&self) -> Result<String, std::fmt::Error> {
        self.metrics.render(&GaugeReadings {
            queue: self.scoring_queue.len(),
            lent_bytes: self.bodies.lent_bytes(),
            log: self.store.state(),
            log_waiting: self.store.queue_len(),
            left_out: self.monitor.dropped(),
            registry: &self.registry.status(),
        })
    }

    /// Follows changes from outside: model files, other instances, API keys. Called at an interval.
    pub(crate) async fn poll(&self) {
        self.registry.poll().await;
        match self.config.auth.keys.refresh() {
            Ok(true) => tracing::info!("API keys reloaded"),
            Ok(false) => {}
            Err(reason) => tracing::error!(%reason, "API keys not reloaded; the previous keys stay valid"),
        }
        if let Some(limiter) = &self.rate_limiter {
            limiter.forget_idle();
        }
    }
}
