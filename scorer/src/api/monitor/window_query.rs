//! Aggregates of a window, one per model: stored ones, or the newest predictions aggregated on request.

use super::Monitor;
use super::hour_aggregate::{BoundModel, HourAggregate};
use super::weighted_stats;
use crate::lead::json::read_lead;
use crate::pipeline::{Model, Score, Scorer};
use crate::wire::monitoring::{Choice, TrendPoint, Window as Asked};
use prediction_log::{Granularity, LoggedPrediction, ProfileRow, Store, StoreError, TimeWindow, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use time::{Duration, OffsetDateTime};

type Counts = Vec<(f64, u64)>;

/// Data of a window.
#[derive(Debug, Default)]
pub(super) struct WindowData {
    /// Aggregates by SHA-256 of the model file.
    pub(super) models: BTreeMap<String, HourAggregate>,
    /// Model versions in the window, whatever the chosen version.
    pub(super) versions: BTreeSet<String>,
    /// Inference times by start of the hour, day or month.
    times: BTreeMap<Timestamp, Counts>,
    /// Scores of predictions without an aggregate: of the replaced service, or of models that are no longer loaded.
    pub(super) unprofiled: Counts,
    /// Start of the oldest hour.
    pub(super) since: Option<Timestamp>,
}

impl WindowData {
    /// Scores, ascending.
    pub(super) fn scores(&self) -> Counts {
        let mut scores = self.unprofiled.clone();
        self.models.values().for_each(|aggregate| weighted_stats::add(&mut scores, aggregate.scores()));
        scores
    }

    /// Inference times, ascending.
    pub(super) fn times(&self) -> Counts {
        let mut times = Counts::new();
        self.times.values().for_each(|more| weighted_stats::add(&mut times, more.clone()));
        times
    }

    /// Inference times per hour, day or month, oldest first.
    pub(super) fn trend(&self) -> Vec<TrendPoint> {
        let point = |(start, counts): (&Timestamp, &Counts)| {
            let predictions = weighted_stats::total(counts);
            Some(TrendPoint { start: start.to_string(), predictions, times: weighted_stats::times(counts)? })
        };
        self.times.iter().filter_map(point).collect()
    }

    fn add(&mut self, start: Timestamp, sha256: &str, aggregate: HourAggregate) {
        weighted_stats::add(self.times.entry(start).or_default(), aggregate.times());
        if self.since.is_none_or(|since| start < since) {
            self.since = Some(start);
        }
        match self.models.get_mut(sha256) {
            None => {
                self.models.insert(sha256.to_owned(), aggregate);
            }
            Some(sum) => {
                if let Err(error) = sum.merge(&aggregate) {
                    tracing::warn!(%error, %start, "an aggregate of predictions cannot be merged");
                }
            }
        }
    }
}

/// Time bounds of a window; `None` for the newest N predictions.
pub(super) fn window_bounds(asked: Asked, now: OffsetDateTime) -> Option<TimeWindow> {
    let back = match asked {
        Asked::Hour => Duration::hours(1),
        Asked::Day => Duration::days(1),
        Asked::Week => Duration::days(7),
        Asked::All => return Some(TimeWindow::all()),
        Asked::Last(_) => return None,
    };
    // Aggregates cover whole hours, older ones whole days.
    let level = if asked == Asked::Week { Granularity::Day } else { Granularity::Hour };
    let from = level.start((now - back).into());
    Some(TimeWindow::new(from, now + Duration::hours(1)))
}

/// Rows of the log for a choice.
#[derive(Debug)]
pub(super) enum FetchedRows {
    /// Stored aggregates of a window.
    Aggregates(Vec<ProfileRow>),
    /// Newest predictions.
    Predictions(Vec<LoggedPrediction>),
}

/// Reads the rows of a choice.
pub(super) async fn fetch(store: &Store, choice: &Choice, now: OffsetDateTime) -> Result<FetchedRows, StoreError> {
    match (window_bounds(choice.window, now), choice.window) {
        (None, Asked::Last(count)) => store.latest_predictions(count as usize).await.map(FetchedRows::Predictions),
        (window, _) => store.profiles(&window.unwrap_or_else(TimeWindow::all), None).await.map(FetchedRows::Aggregates),
    }
}

/// Aggregates fetched rows.
pub(super) fn aggregate(monitor: &Monitor, scorer: Option<&Scorer>, choice: &Choice, rows: FetchedRows) -> WindowData {
    let version = choice.model_version.as_deref();
    match rows {
        FetchedRows::Predictions(rows) => aggregate_predictions(monitor, scorer, rows, version),
        FetchedRows::Aggregates(rows) => merge_aggregates(&rows, version),
    }
}

fn merge_aggregates(rows: &[ProfileRow], version: Option<&str>) -> WindowData {
    let mut data = WindowData::default();
    for row in rows {
        match HourAggregate::decode(&row.bytes) {
            Ok(aggregate) => {
                data.versions.insert(aggregate.version.clone());
                if version.is_none_or(|version| version == aggregate.version) {
                    data.add(row.start, &row.model_sha256, aggregate);
                }
            }
            Err(error) => tracing::warn!(%error, start = %row.start, "an aggregate of predictions cannot be read"),
        }
    }
    data
}

/// Aggregates predictions of the log. Leads are parsed from their logged inputs; without those, only scores and times
/// count.
fn aggregate_predictions(
    monitor: &Monitor,
    scorer: Option<&Scorer>,
    rows: Vec<LoggedPrediction>,
    version: Option<&str>,
) -> WindowData {
    let mut data = WindowData::default();
    let mut groups: BTreeMap<(Timestamp, Option<String>), Vec<LoggedPrediction>> = BTreeMap::new();
    for row in rows {
        data.versions.insert(row.model_version.clone());
        if version.is_none_or(|version| version == row.model_version) {
            let created_at = row.created_at.parse().unwrap_or(Timestamp::MIN);
            groups.entry((Granularity::Hour.start(created_at), row.model_sha256.clone())).or_default().push(row);
        }
    }
    for ((start, sha256), rows) in groups {
        let model = scorer.and_then(|scorer| {
            let place = scorer.models().iter().position(|model| Some(model.sha256()) == sha256.as_deref())?;
            Some((scorer, place, &scorer.models()[place]))
        });
        match model {
            Some((scorer, place, model)) => {
                let aggregate = aggregate_rows(monitor, scorer, (place, model), &rows);
                data.add(start, model.sha256(), aggregate);
            }
            None => data.add_loose(start, &rows),
        }
    }
    data
}

impl WindowData {
    fn add_loose(&mut self, start: Timestamp, rows: &[LoggedPrediction]) {
        for row in rows {
            let score = row.probability.map_or(row.predicted_score, f64::from);
            weighted_stats::add(&mut self.unprofiled, vec![(score, 1)]);
            weighted_stats::add(self.times.entry(start).or_default(), vec![(row.inference_time_ms, 1)]);
        }
        if self.since.is_none_or(|since| start < since) {
            self.since = Some(start);
        }
    }
}

fn aggregate_rows(
    monitor: &Monitor,
    scorer: &Scorer,
    (place, model): (usize, &Model),
    rows: &[LoggedPrediction],
) -> HourAggregate {
    let reference = monitor.reference(model);
    let bound = BoundModel::new(model, scorer.schema(), reference.as_deref(), monitor.key());
    let mut aggregate = bound.empty();
    for row in rows {
        // An empty object is a lead without known fields.
        let Ok(lead) = read_lead(row.input_features.as_bytes(), scorer.schema()) else { continue };
        let probability = row.probability.unwrap_or(row.predicted_score as f32);
        let grade = row.grade.as_deref().and_then(|grade| grade.chars().next());
        let score = Score { probability, grade, model: place };
        aggregate.add(&bound, model, &[(&lead, &score)], row.inference_time_ms);
    }
    aggregate
}
