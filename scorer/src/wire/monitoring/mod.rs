//! Data of the monitoring page. The page and the drift report are rendered from an [`Overview`] alone: in the server from
//! the value, in the static site from its JSON.
//!
//! Unknown numbers (no rows, no reference, NaN) are `None`, since JSON has no NaN. Timestamps are UTC, in the format of
//! the log (`2026-01-31 09:30:00.000000`) or RFC 3339; the page shows the first 16 characters.
//! Must not depend on counting, storage or drawing.

mod choice;

pub use choice::{Choice, ChoiceError, LAST_MAX, Window};

use crate::insight::alert::Alert;
use crate::insight::drift::DriftGroup;
use crate::insight::quality::{QualityMetrics, QualityPeriod};
use serde::{Deserialize, Serialize};

/// Version of this format. Members may be added under the same version, never removed or redefined.
pub const FORMAT: u32 = 1;

/// Data of the whole monitoring page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Overview))]
pub struct Overview {
    /// Version of the format: [`FORMAT`].
    pub format: u32,
    /// Time of generation.
    pub generated_at: String,
    /// True for simulated data, which is marked on every chart.
    pub simulated: bool,
    /// Requested filter. Everything below is limited to this window and model version, unless noted otherwise.
    pub choice: Choice,
    /// Active model; null while there is none.
    pub model: Option<Model>,
    /// Selectable model versions: those in the log and the active one, newest first.
    pub versions: Vec<String>,
    /// Current alerts, most urgent first; about the choice, except for errors, which are those of the last ten minutes.
    pub alerts: Vec<Alert>,
    /// Section 1: API health.
    pub health: Health,
    /// Section 2: score distribution against the reference.
    pub scores: Scores,
    /// Section 3: inference times.
    pub performance: Performance,
    /// Section 4: data drift from the training data.
    pub drift: Drift,
    /// Section 5: newest predictions within the score range.
    pub recent: Recent,
    /// Section 6: outcomes of the leads.
    pub outcomes: Outcomes,
}

/// Active model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Model))]
pub struct Model {
    /// Name in the model card.
    pub name: String,
    /// Version in the model card.
    pub version: String,
    /// SHA-256 of the model file, in hexadecimal.
    pub sha256: String,
    /// Days since the training; null where neither version nor card has a date.
    pub age_days: Option<i64>,
}

/// State of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Status))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A model is active and the log is written.
    Healthy,
    /// Predictions are served, but the log is only spooled.
    Degraded,
    /// No predictions: no active model, or no durable storage for the log.
    Down,
}

/// State of the log's database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Database))]
#[serde(rename_all = "snake_case")]
pub enum Database {
    /// Rows are written.
    Connected,
    /// Rows wait in the spool folder.
    Degraded,
    /// No durable storage is left.
    Lost,
}

/// Section 1: API health.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Health))]
pub struct Health {
    /// Current state of the service.
    pub status: Status,
    /// Current state of the database.
    pub database: Database,
    /// Current number of rows in the spool.
    pub spooled_rows: u64,
    /// Calls in the window; for "last N" predictions and for a model version, those since the oldest of them.
    pub calls: Calls,
    /// Calls in the last ten minutes, whatever the window.
    pub recent_calls: Calls,
    /// Number of predictions in the whole log.
    pub predictions_logged: u64,
    /// Number of predictions in the choice.
    pub predictions: u64,
    /// Number of those with a probability of at least `choice.threshold`.
    pub engaged: u64,
}

/// Numbers of calls by result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Calls))]
pub struct Calls {
    /// Number of calls.
    pub count: u64,
    /// Number of 4xx responses.
    pub client_errors: u64,
    /// Number of 5xx responses.
    pub server_errors: u64,
}

/// Section 2: score distribution. Bins have equal width from 0 to 1 and include their lower end, the last one both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Scores))]
pub struct Scores {
    /// Count per bin in the choice.
    pub current: Vec<u64>,
    /// Count per bin in the model's reference; empty without a reference.
    pub reference: Vec<u64>,
    /// Quartiles in the choice; null without rows.
    pub quantiles: Option<Quantiles>,
    /// Quartiles in the reference.
    pub reference_quantiles: Option<Quantiles>,
    /// Number labelled `engaged` (at least 0.5, whatever the chosen threshold).
    pub engaged: u64,
    /// Number labelled `not_engaged`.
    pub not_engaged: u64,
    /// Number per grade, best first.
    pub grades: Vec<GradeCount>,
    /// Test of the difference; null where there is nothing to compare.
    pub shift: Option<ScoreShift>,
}

/// Quartiles of scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Quantiles))]
pub struct Quantiles {
    /// First quartile.
    pub p25: f64,
    /// Median.
    pub p50: f64,
    /// Third quartile.
    pub p75: f64,
}

/// Number of predictions with a grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::GradeCount))]
pub struct GradeCount {
    /// Letter.
    pub grade: String,
    /// Number of predictions.
    pub count: u64,
}

/// Two-sample Kolmogorov-Smirnov test of the scores, production against reference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::ScoreShift))]
pub struct ScoreShift {
    /// Largest distance between the two distribution functions, 0 to 1.
    pub statistic: f64,
    /// P-value: below 0.05 the scores have drifted, below 0.01 the model should be retrained.
    pub p_value: f64,
    /// Difference of the mean scores, production minus reference.
    pub mean_change: f64,
    /// True when a side has too few rows for a conclusion.
    pub too_few: bool,
    /// True when computed from quantized counts.
    pub approximate: bool,
}

/// Section 3: inference times, in milliseconds per lead, as each prediction's `inference_time_ms`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Performance))]
pub struct Performance {
    /// Statistics over the choice; null without rows.
    pub times: Option<Times>,
    /// Statistics per equal time bucket, oldest first, without empty ones; at most some hundreds.
    pub trend: Vec<TrendPoint>,
}

/// Inference time statistics, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Times))]
pub struct Times {
    /// Mean.
    pub mean_ms: f64,
    /// Median.
    pub p50_ms: f64,
    /// 95th percentile.
    pub p95_ms: f64,
    /// 99th percentile.
    pub p99_ms: f64,
}

/// Time bucket of a trend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::TrendPoint))]
pub struct TrendPoint {
    /// Start of the bucket.
    pub start: String,
    /// Number of predictions.
    pub predictions: u64,
    /// Inference times.
    pub times: Times,
}

/// Section 4: data drift.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Drift))]
pub struct Drift {
    /// Encoded features, as the model read them: the overall verdict.
    pub features: Option<DriftGroup>,
    /// Fields of the leads, as sent.
    pub fields: Option<DriftGroup>,
    /// Reason of a missing comparison, as a sentence: no rows in the window, or a model without a reference.
    pub note: Option<String>,
}

/// Section 5: recent predictions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Recent))]
pub struct Recent {
    /// Rows, newest first.
    pub rows: Vec<RecentRow>,
    /// `cursor` of the next page; null at the end.
    pub next: Option<String>,
}

/// Prediction in the log, without the lead's contents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::RecentRow))]
pub struct RecentRow {
    /// Prediction id.
    pub id: String,
    /// Time of the prediction.
    pub created_at: String,
    /// Probability, rounded to 4 places.
    pub score: f64,
    /// `engaged` or `not_engaged`, by 0.5.
    pub label: String,
    /// Grade; null where the model has none.
    pub grade: Option<String>,
    /// Version of the model.
    pub model_version: String,
    /// Inference time in milliseconds.
    pub inference_time_ms: f64,
}

/// Section 6: predictions of the choice with a known outcome.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Outcomes))]
pub struct Outcomes {
    /// Metrics of all; null while no outcome is known.
    pub all: Option<QualityMetrics>,
    /// Metrics by the time of the prediction, oldest first.
    pub over_time: Vec<QualityPeriod>,
    /// Number of outcomes since the active model was trained, whatever the choice.
    pub since_training: u64,
}
