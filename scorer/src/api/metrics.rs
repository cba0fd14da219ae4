//! Metrics for Prometheus: names, labels and buckets.
//!
//! Labels are route patterns and fixed words, so that no client can create new series.

use super::http::server::ConnectionObserver;
use super::model_registry::status::{ModelState, RegistryStatus};
use super::monitor::ScoredBatch;
use axum::http::Method;
use prediction_log::StoreState;
use prometheus_client::encoding::prometheus_text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Bucket bounds of request durations in seconds: from one lead to the largest batch.
const DURATION_BUCKETS: [f64; 15] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Number of buckets of scores, of equal width.
const SCORE_BUCKETS: u32 = 20;

/// Label names and values.
type Labels = Vec<(&'static str, String)>;

/// Time series per set of labels.
type Counters = Family<Labels, Counter>;
type Gauges = Family<Labels, Gauge>;

/// All metrics of the process.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Counters,
    durations: Family<Labels, Histogram, fn() -> Histogram>,
    rejected: Counters,
    rows: Counters,
    scores: Histogram,
    in_flight: Gauge,
    connections: Gauge,
    gauges: SampledGauges,
    /// Serializes rendering, which sets the sampled gauges.
    rendering: Mutex<()>,
}

/// Gauges that are set when metrics are rendered.
#[derive(Debug, Default)]
struct SampledGauges {
    queue: Gauge,
    lent: Gauge,
    log_waiting: Gauge,
    left_out: Gauge,
    log_state: Gauges,
    spooled: Gauge,
    models: Gauges,
    refused: Gauge,
    missing: Gauge,
}

/// Values of the sampled gauges.
#[derive(Debug)]
pub(crate) struct GaugeReadings<'r> {
    pub(crate) queue: usize,
    pub(crate) lent_bytes: usize,
    pub(crate) log: StoreState,
    pub(crate) log_waiting: usize,
    pub(crate) left_out: u64,
    pub(crate) registry: &'r RegistryStatus,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let durations: fn() -> Histogram = || Histogram::new(DURATION_BUCKETS);
        let scores = (1..=SCORE_BUCKETS).map(|at| f64::from(at) / f64::from(SCORE_BUCKETS));
        let mut meter = Metrics {
            registry: Registry::with_prefix("leadlight"),
            requests: Counters::default(),
            durations: Family::new_with_constructor(durations),
            rejected: Counters::default(),
            rows: Counters::default(),
            scores: Histogram::new(scores),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
            gauges: SampledGauges::default(),
            rendering: Mutex::new(()),
        };
        meter.register();
        meter
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("requests", "Requests answered, by route, method and status", self.requests.clone());
        registry.register(
            "request_duration_seconds",
            "From a request's head to the head of its answer, by route",
            self.durations.clone(),
        );
        registry.register("rejected", "Requests and connections turned away, by reason", self.rejected.clone());
        registry.register("rows_scored", "Leads scored, by the version that scored them", self.rows.clone());
        registry.register("score", "Probabilities given", self.scores.clone());
        registry.register("requests_in_flight", "Requests being answered", self.in_flight.clone());
        registry.register("connections", "Connections that are open", self.connections.clone());
        self.gauges.register(registry);
        let build = Gauges::default();
        build.get_or_create(&vec![("version", env!("CARGO_PKG_VERSION").to_owned())]).set(1);
        registry.register("build_info", "The program, always 1", build);
        let started = Gauge::<i64>::default();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        started.set(i64::try_from(now.as_secs()).unwrap_or_default());
        registry.register("start_time_seconds", "When the program began, in seconds since 1970", started);
    }

    /// Counts a response.
    pub(crate) fn answered(&self, method: &Method, route: &str, status: u16, elapsed: Duration) {
        let labels = vec![
            ("route", route.to_owned()),
            ("method", method_label(method).to_owned()),
            ("status", status.to_string()),
        ];
        self.requests.get_or_create(&labels).inc();
        self.durations.get_or_create(&vec![("route", route.to_owned())]).observe(elapsed.as_secs_f64());
    }

    /// Counts a rejection.
    pub(crate) fn rejected(&self, reason: &'static str) {
        self.rejected.get_or_create(&vec![("reason", reason.to_owned())]).inc();
    }

    /// Counts scored and recorded leads.
    pub(crate) fn scored(&self, batch: &ScoredBatch) {
        let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
        for score in &batch.scores {
            *counts.entry(score.model).or_default() += 1;
            self.scores.observe(f64::from(score.probability));
        }
        for (place, count) in counts {
            let version = batch.scorer.models().get(place).map_or("", |model| model.version());
            self.rows.get_or_create(&vec![("version", version.to_owned())]).inc_by(count);
        }
    }

    /// Counts a request in flight until the guard is dropped.
    pub(crate) fn in_flight(&self) -> GaugeGuard {
        GaugeGuard::new(&self.in_flight)
    }

    /// Renders all metrics in Prometheus' text format.
    pub(crate) fn render(&self, readings: &GaugeReadings<'_>) -> Result<String, std::fmt::Error> {
        let _one_at_a_time = self.rendering.lock().unwrap_or_else(PoisonError::into_inner);
        self.gauges.set(readings);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl SampledGauges {
    fn register(&self, registry: &mut Registry) {
        registry.register("queue_requests", "Requests whose leads are scored, or wait for it", self.queue.clone());
        registry.register("body_memory_bytes", "Memory lent to bodies", self.lent.clone());
        registry.register("log_queue_depth", "What waits for the log's writer", self.log_waiting.clone());
        registry.register(
            "monitoring_rows_left_out",
            "Predictions that came too fast to be summed up for monitoring",
            self.left_out.clone(),
        );
        registry.register("log_state", "How the log does: 1 for the state that holds", self.log_state.clone());
        registry.register(
            "log_spooled_rows",
            "Rows kept in the spool until the database is back",
            self.spooled.clone(),
        );
        registry.register("model_info", "The models in service, always 1", self.models.clone());
        registry.register("models_refused", "Model files that do not open", self.refused.clone());
        registry.register(
            "models_missing",
            "Models that all instances are to serve and this one does not have",
            self.missing.clone(),
        );
    }

    fn set(&self, readings: &GaugeReadings<'_>) {
        let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.queue.set(whole(readings.queue));
        self.lent.set(whole(readings.lent_bytes));
        self.log_waiting.set(whole(readings.log_waiting));
        self.left_out.set(i64::try_from(readings.left_out).unwrap_or(i64::MAX));
        for word in StoreState::NAMES {
            let holds = i64::from(readings.log.as_str() == word);
            self.log_state.get_or_create(&vec![("state", word.to_owned())]).set(holds);
        }
        self.spooled.set(i64::try_from(readings.log.spooled_rows()).unwrap_or(i64::MAX));
        self.models.clear();
        for model in readings.registry.in_service.iter().flat_map(|release| &release.models) {
            let named = [("name", &model.name), ("version", &model.version), ("sha256", &model.sha256)];
            let labels = named.map(|(label, value)| (label, value.clone())).to_vec();
            self.models.get_or_create(&labels).set(1);
        }
        let refused = readings.registry.models.iter().filter(|model| model.state == ModelState::Refused).count();
        self.refused.set(whole(refused));
        self.missing.set(whole(readings.registry.missing.as_ref().map_or(0, Vec::len)));
    }
}

impl ConnectionObserver for Metrics {
    type Guard = GaugeGuard;

    fn opened(&self) -> GaugeGuard {
        GaugeGuard::new(&self.connections)
    }

    fn rejected(&self) {
        Metrics::rejected(self, "connections");
    }
}

/// Increment of a gauge, undone when dropped.
#[derive(Debug)]
pub(crate) struct GaugeGuard(Gauge);

impl GaugeGuard {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        GaugeGuard(gauge.clone())
    }
}

impl Drop for GaugeGuard {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Maps unknown methods to `other`.
fn method_label(method: &Method) -> &str {
    match *method {
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::DELETE | Method::OPTIONS | Method::PATCH => {
            method.as_str()
        }
        _ => "other",
    }
}
