//! What the monitoring page shows, complete: the page and the drift report are drawn from an [`Overview`] alone, in the
//! server from the value itself, in the static site's document from its JSON.
//!
//! Owns the shapes. May not know how anything is counted, stored or drawn. Figures that cannot be given (no rows, no
//! reference, not a number) are `None`, never NaN, which JSON cannot hold. Moments are UTC, as the log writes them
//! (`2026-01-31 09:30:00.000000`) or as RFC 3339; the page shows the first 16 characters.

mod choice;
mod drift;

pub use choice::{Choice, ChoiceError, LAST_MAX, Window};
pub use drift::{
    ColumnDrift, Columns, Drift, DriftGroup, Effect, EffectState, Kind, LevelCounts, MissingDrift, Picture, Test,
};

use crate::insight::alert::{Alert, Log, Signs};
use crate::insight::quality::{Measured, Period};
use serde::{Deserialize, Serialize};

/// The version of this format. Members may be added under the same number, never taken away or given another meaning.
pub const FORMAT: u32 = 1;

/// Everything on the monitoring page.
///
/// To be filled section by section: `choice` as read by [`Choice::read`]; `health` from the store's state, its sums of
/// calls and the scores of the window; `scores` and `drift` from the merged profiles of the window beside the model's
/// reference profile; `performance` from inference times; `recent` from one page of the log; `outcomes` by
/// [`crate::insight::quality`]; and last `alerts`, by [`Overview::signs`] and [`crate::insight::alert::alerts`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Overview))]
pub struct Overview {
    /// [`FORMAT`].
    pub format: u32,
    /// When it was put together.
    pub generated_at: String,
    /// Nothing here was measured: made up to show what the page looks like, and marked so on every chart.
    pub simulated: bool,
    /// What was asked for. Everything below is about this window and model version, unless it says otherwise.
    pub choice: Choice,
    /// The model in service; null while there is none.
    pub model: Option<Model>,
    /// The model versions that can be chosen: those in the log and the one in service, newest first.
    pub versions: Vec<String>,
    /// What wants attention now, most urgent first; about the choice, but for errors, which are those of the last ten
    /// minutes.
    pub alerts: Vec<Alert>,
    /// 1. API health.
    pub health: Health,
    /// 2. Scores beside the reference's.
    pub scores: Scores,
    /// 3. How long scoring takes.
    pub performance: Performance,
    /// 4. Whether leads are still like those that the model learned from.
    pub drift: Drift,
    /// 5. The newest predictions within the score range.
    pub recent: Recent,
    /// 6. What became of the leads.
    pub outcomes: Outcomes,
}

/// The model in service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Model))]
pub struct Model {
    /// From its card.
    pub name: String,
    /// From its card.
    pub version: String,
    /// The hash of its file, in hexadecimal.
    pub sha256: String,
    /// Whole days since it was trained; null where its version or card tells no date.
    pub age_days: Option<i64>,
}

/// How the service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Status))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A model is in service and the log is written.
    Healthy,
    /// Predictions are answered, but the log is only spooled.
    Degraded,
    /// No predictions: no model, or no durable place left for the log.
    Down,
}

/// How the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Database))]
#[serde(rename_all = "snake_case")]
pub enum Database {
    /// Rows are written.
    Connected,
    /// Rows wait in the spool folder.
    Degraded,
    /// Nothing durable is left.
    Lost,
}

/// Section 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Health))]
pub struct Health {
    /// Now.
    pub status: Status,
    /// Now.
    pub database: Database,
    /// Rows that wait in the spool, now.
    pub spooled_rows: u64,
    /// Calls in the window; for "last N" predictions and for a model version, those since the oldest of them.
    pub calls: Calls,
    /// Calls in the last ten minutes, whatever the window.
    pub recent_calls: Calls,
    /// Predictions in the whole log, whatever the choice.
    pub predictions_logged: u64,
    /// Predictions in the choice.
    pub predictions: u64,
    /// How many of those have a probability of at least `choice.threshold`.
    pub engaged: u64,
}

/// Calls by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Calls))]
pub struct Calls {
    /// All.
    pub count: u64,
    /// Answered with 4xx: the caller was at fault.
    pub client_errors: u64,
    /// Answered with 5xx: the service was at fault.
    pub server_errors: u64,
}

/// Section 2. The bins are of equal width from 0 to 1; a bin holds its lower end, the last one both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Scores))]
pub struct Scores {
    /// Scores per bin in the choice.
    pub current: Vec<u64>,
    /// The same of the model's reference, in as many bins; empty without a reference.
    pub reference: Vec<u64>,
    /// Of the choice; null without rows.
    pub quantiles: Option<Quantiles>,
    /// Of the reference.
    pub reference_quantiles: Option<Quantiles>,
    /// How many are labelled `engaged` (at least 0.5, whatever the threshold asked for).
    pub engaged: u64,
    /// How many are not.
    pub not_engaged: u64,
    /// How many have each grade, best first; without those that have none.
    pub grades: Vec<GradeCount>,
    /// Whether the two differ; null where there is nothing to compare.
    pub shift: Option<ScoreShift>,
}

/// The quarters of scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Quantiles))]
pub struct Quantiles {
    /// A quarter lies below.
    pub p25: f64,
    /// Half lies below.
    pub p50: f64,
    /// Three quarters lie below.
    pub p75: f64,
}

/// How many predictions have a grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::GradeCount))]
pub struct GradeCount {
    /// The letter.
    pub grade: String,
    /// How many.
    pub count: u64,
}

/// The two-sample Kolmogorov-Smirnov test of the scores, production against reference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::ScoreShift))]
pub struct ScoreShift {
    /// The greatest distance between the two distribution functions, 0 to 1.
    pub statistic: f64,
    /// The p-value: below 0.05 the scores have drifted, below 0.01 it is time to retrain.
    pub p_value: f64,
    /// The mean of the scores, production less reference: above 0 they moved up.
    pub mean_change: f64,
    /// Too few rows on either side to say.
    pub too_few: bool,
    /// Worked out from a sketch instead of every value.
    pub approximate: bool,
}

/// Section 3. Times are milliseconds per lead, as each prediction's `inference_time_ms`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Performance))]
pub struct Performance {
    /// Over the choice; null without rows.
    pub times: Option<Times>,
    /// Over equal buckets of time, oldest first, without empty ones; at most some hundreds.
    pub trend: Vec<TrendPoint>,
}

/// Times of scoring, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Times))]
pub struct Times {
    /// The mean.
    pub mean_ms: f64,
    /// The median.
    pub p50_ms: f64,
    /// 95 % are faster.
    pub p95_ms: f64,
    /// 99 % are faster.
    pub p99_ms: f64,
}

/// A bucket of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::TrendPoint))]
pub struct TrendPoint {
    /// When it begins.
    pub start: String,
    /// Predictions in it.
    pub predictions: u64,
    /// Their times.
    pub times: Times,
}

/// Section 5.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Recent))]
pub struct Recent {
    /// Newest first.
    pub rows: Vec<RecentRow>,
    /// To be sent as `cursor` for the rows that follow; null at the end.
    pub next: Option<String>,
}

/// A prediction in the log; never the lead's contents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::RecentRow))]
pub struct RecentRow {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub created_at: String,
    /// Rounded to 4 places.
    pub score: f64,
    /// `engaged` or `not_engaged`, by 0.5.
    pub label: String,
    /// Null where the model has none.
    pub grade: Option<String>,
    /// Which model made it.
    pub model_version: String,
    /// Milliseconds.
    pub inference_time_ms: f64,
}

/// Section 6: predictions of the choice whose outcome is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Outcomes))]
pub struct Outcomes {
    /// All together; null while none is known.
    pub all: Option<Measured>,
    /// By the time of the prediction, oldest first.
    pub over_time: Vec<Period>,
    /// Outcomes that came in since the model in service was trained, whatever the choice.
    pub since_training: u64,
}

impl Calls {
    /// The share answered below 400; `None` without calls.
    pub fn success_rate(&self) -> Option<f64> {
        let failed = self.client_errors.saturating_add(self.server_errors);
        share(self.count.saturating_sub(failed), self.count)
    }

    /// The share in which the service was at fault; `None` without calls.
    pub fn error_rate(&self) -> Option<f64> {
        share(self.server_errors, self.count)
    }
}

impl Health {
    /// The share of predictions at or above the threshold; `None` without predictions.
    pub fn engagement_rate(&self) -> Option<f64> {
        share(self.engaged, self.predictions)
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl Overview {
    /// What the alerts are worked out from. Where there are too few rows to say, drift says nothing here either.
    pub fn signs(&self) -> Signs {
        let sayable = |group: &&DriftGroup| !group.columns.iter().all(|column| column.too_few);
        let all = self.outcomes.all.as_ref();
        Signs {
            log: match self.health.database {
                Database::Connected => Log::Written,
                Database::Degraded => Log::Spooled(self.health.spooled_rows),
                Database::Lost => Log::Lost,
            },
            calls: self.health.recent_calls.count,
            errors: self.health.recent_calls.server_errors,
            inference_p95_ms: self.performance.times.map(|times| times.p95_ms),
            drift_share: self.drift.features.as_ref().filter(sayable).map(|group| group.share),
            score_p_value: self.scores.shift.filter(|shift| !shift.too_few).map(|shift| shift.p_value),
            model_age_days: self.model.as_ref().and_then(|model| model.age_days),
            judged: all.map_or(0, |all| all.leads),
            replied: all.map_or(0, |all| all.replied),
            outcomes_since_training: self.outcomes.since_training,
        }
    }
}
