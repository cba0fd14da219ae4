//! What the monitoring page is about: the summaries of a window, or the newest predictions summed up now.
//!
//! Owns how a window becomes summaries, one per model. May not know verdicts or drawing.

use super::Monitor;
use super::hour_aggregate::{Bound, Summary};
use super::weighted_stats;
use crate::lead::json::read_lead;
use crate::pipeline::{Model, Score, Scorer};
use crate::wire::monitoring::{Choice, TrendPoint, Window as Asked};
use prediction_log::{Granularity, LoggedPrediction, ProfileRow, Store, StoreError, TimeWindow, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use time::{Duration, OffsetDateTime};

type Counts = Vec<(f64, u64)>;

/// What there is.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// One per model, by the hash of its file.
    pub(super) models: BTreeMap<String, Summary>,
    /// The versions that made predictions in the window, whatever version was asked for.
    pub(super) versions: BTreeSet<String>,
    /// Milliseconds by the beginning of their hour, day or month.
    times: BTreeMap<Timestamp, Counts>,
    /// Predictions of models that left no summary: of the service before this one, or of files that are gone.
    pub(super) loose: Counts,
    /// When the oldest of them was made, or its hour began.
    pub(super) since: Option<Timestamp>,
}

impl Gathered {
    /// All scores, rising.
    pub(super) fn scores(&self) -> Counts {
        let mut scores = self.loose.clone();
        self.models.values().for_each(|summary| weighted_stats::add(&mut scores, summary.scores()));
        scores
    }

    /// All times, rising.
    pub(super) fn times(&self) -> Counts {
        let mut times = Counts::new();
        self.times.values().for_each(|more| weighted_stats::add(&mut times, more.clone()));
        times
    }

    /// Times by hour, day or month, oldest first.
    pub(super) fn trend(&self) -> Vec<TrendPoint> {
        let point = |(start, counts): (&Timestamp, &Counts)| {
            let predictions = weighted_stats::total(counts);
            Some(TrendPoint { start: start.to_string(), predictions, times: weighted_stats::times(counts)? })
        };
        self.times.iter().filter_map(point).collect()
    }

    fn add(&mut self, start: Timestamp, sha256: &str, summary: Summary) {
        weighted_stats::add(self.times.entry(start).or_default(), summary.times());
        if self.since.is_none_or(|since| start < since) {
            self.since = Some(start);
        }
        match self.models.get_mut(sha256) {
            None => {
                self.models.insert(sha256.to_owned(), summary);
            }
            Some(sum) => {
                if let Err(error) = sum.merge(&summary) {
                    tracing::warn!(%error, %start, "a summary of predictions cannot be added to the others");
                }
            }
        }
    }
}

/// The stretch of time that a window of the page is; `None` for the newest so many.
pub(super) fn stretch(asked: Asked, now: OffsetDateTime) -> Option<TimeWindow> {
    let back = match asked {
        Asked::Hour => Duration::hours(1),
        Asked::Day => Duration::days(1),
        Asked::Week => Duration::days(7),
        Asked::All => return Some(TimeWindow::all()),
        Asked::Last(_) => return None,
    };
    // Summaries are of whole hours, and of whole days after a while.
    let level = if asked == Asked::Week { Granularity::Day } else { Granularity::Hour };
    let from = level.start((now - back).into());
    Some(TimeWindow::new(from, now + Duration::hours(1)))
}

/// What the log holds of a choice, before it is summed up.
#[derive(Debug)]
pub(super) enum Found {
    /// Of a window.
    Summaries(Vec<ProfileRow>),
    /// The newest predictions.
    Rows(Vec<LoggedPrediction>),
}

/// Reads what a choice is about.
pub(super) async fn find(store: &Store, choice: &Choice, now: OffsetDateTime) -> Result<Found, StoreError> {
    match (stretch(choice.window, now), choice.window) {
        (None, Asked::Last(count)) => store.latest_predictions(count as usize).await.map(Found::Rows),
        (window, _) => store.profiles(&window.unwrap_or_else(TimeWindow::all), None).await.map(Found::Summaries),
    }
}

/// Sums up what was found.
pub(super) fn gather(monitor: &Monitor, scorer: Option<&Scorer>, choice: &Choice, found: Found) -> Gathered {
    let version = choice.model_version.as_deref();
    match found {
        Found::Rows(rows) => of_rows(monitor, scorer, rows, version),
        Found::Summaries(rows) => of_summaries(&rows, version),
    }
}

fn of_summaries(rows: &[ProfileRow], version: Option<&str>) -> Gathered {
    let mut gathered = Gathered::default();
    for row in rows {
        match Summary::decode(&row.bytes) {
            Ok(summary) => {
                gathered.versions.insert(summary.version.clone());
                if version.is_none_or(|version| version == summary.version) {
                    gathered.add(row.start, &row.model_sha256, summary);
                }
            }
            Err(error) => tracing::warn!(%error, start = %row.start, "a summary of predictions cannot be read"),
        }
    }
    gathered
}

/// Sums up rows of the log. Leads are read from what was kept of them; without that, only scores and times count.
fn of_rows(monitor: &Monitor, scorer: Option<&Scorer>, rows: Vec<LoggedPrediction>, version: Option<&str>) -> Gathered {
    let mut gathered = Gathered::default();
    let mut groups: BTreeMap<(Timestamp, Option<String>), Vec<LoggedPrediction>> = BTreeMap::new();
    for row in rows {
        gathered.versions.insert(row.model_version.clone());
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
                let summary = sum_up(monitor, scorer, (place, model), &rows);
                gathered.add(start, model.sha256(), summary);
            }
            None => gathered.add_loose(start, &rows),
        }
    }
    gathered
}

impl Gathered {
    fn add_loose(&mut self, start: Timestamp, rows: &[LoggedPrediction]) {
        for row in rows {
            let score = row.probability.map_or(row.predicted_score, f64::from);
            weighted_stats::add(&mut self.loose, vec![(score, 1)]);
            weighted_stats::add(self.times.entry(start).or_default(), vec![(row.inference_time_ms, 1)]);
        }
        if self.since.is_none_or(|since| start < since) {
            self.since = Some(start);
        }
    }
}

fn sum_up(monitor: &Monitor, scorer: &Scorer, (place, model): (usize, &Model), rows: &[LoggedPrediction]) -> Summary {
    let reference = monitor.reference(model);
    let bound = Bound::new(model, scorer.schema(), reference.as_deref(), monitor.key());
    let mut summary = bound.empty();
    for row in rows {
        // What was kept of a lead reads back as that lead; an empty object is a lead of which nothing is known.
        let Ok(lead) = read_lead(row.input_features.as_bytes(), scorer.schema()) else { continue };
        let probability = row.probability.unwrap_or(row.predicted_score as f32);
        let grade = row.grade.as_deref().and_then(|grade| grade.chars().next());
        let score = Score { probability, grade, model: place };
        summary.add(&bound, model, &[(&lead, &score)], row.inference_time_ms);
    }
    summary
}
