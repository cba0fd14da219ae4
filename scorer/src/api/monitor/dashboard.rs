//! Data of the monitoring page, assembled from the log, the aggregates and the active model.

use super::comparison::{ComparedProfiles, compare};
use super::window_query::{WindowData, aggregate, fetch, window_bounds};
use super::{Monitor, MonitorError, weighted_stats};
use crate::api::http::blocking::run_blocking;
use crate::insight::alert::{AlertInputs, LogState, alerts};
use crate::insight::drift::DriftGroup;
use crate::insight::label::label;
use crate::insight::profile::Profile;
use crate::insight::quality::{self, LabeledPrediction};
use crate::pipeline::{Model as Served, Scorer};
use crate::wire::monitoring::{
    Calls, Choice, Database, FORMAT, GradeCount, Health, Model, Outcomes, Overview, Performance, Recent, RecentRow,
    Scores, Status, Window as Asked,
};
use prediction_log::{
    Cursor, Granularity, LoggedPrediction, PredictionOutcome, PredictionPage, PredictionQuery, RequestSummary, Store,
    StoreState, TimeWindow, Timestamp,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use time::{Date, Duration, Month, OffsetDateTime};

/// Number of recent predictions per page.
const PAGE_ROWS: usize = 50;

/// Period of the error rate.
const RECENT_CALLS: Duration = Duration::minutes(10);

/// Threshold of the label `engaged`, whatever the chosen threshold.
const ENGAGED: f64 = 0.5;

/// Model whose drift is shown, with its profiles.
struct DriftSubject<'a> {
    model: Option<&'a Served>,
    reference: Option<Arc<Profile>>,
    current: Option<&'a Profile>,
}

/// Data of the log besides the aggregates.
struct LogData {
    state: StoreState,
    calls: Calls,
    recent_calls: Calls,
    predictions_logged: u64,
    page: PredictionPage,
    /// Outcomes of the window and of the time since the training of the active model, whichever is longer.
    judged: Vec<PredictionOutcome>,
    /// Window of calls and outcomes.
    window: TimeWindow,
}

/// Assembles the data of the page; `after` is the parsed cursor. Aggregation and comparison of long windows are slow, so
/// they run on the blocking thread pool.
pub(crate) async fn overview(
    monitor: &Arc<Monitor>,
    store: &Store,
    scorer: Option<Arc<Scorer>>,
    choice: Choice,
    after: Option<Cursor>,
    now: OffsetDateTime,
) -> Result<Overview, MonitorError> {
    let rows = fetch(store, &choice, now).await?;
    let (own, models, filter) = (monitor.clone(), scorer.clone(), choice.clone());
    let data = run_blocking(move || aggregate(&own, models.as_deref(), &filter, rows)).await?;
    let window = outcome_window(&data, &choice, now);
    let log = read_log(store, window, trained(scorer.as_deref()), &choice, after, now).await?;
    let own = monitor.clone();
    Ok(run_blocking(move || assemble(&own, scorer.as_deref(), &data, log, choice, now)).await?)
}

async fn read_log(
    store: &Store,
    window: TimeWindow,
    trained: TimeWindow,
    choice: &Choice,
    after: Option<Cursor>,
    now: OffsetDateTime,
) -> Result<LogData, MonitorError> {
    let filter = PredictionQuery {
        limit: PAGE_ROWS,
        score_min: (choice.score_min > 0.0).then_some(choice.score_min),
        score_max: (choice.score_max < 1.0).then_some(choice.score_max),
        model_version: choice.model_version.clone(),
        after,
    };
    let both = TimeWindow { from: window.from.min(trained.from), until: window.until.max(trained.until) };
    Ok(LogData {
        state: store.state(),
        calls: sum(&store.request_summary(&window).await?),
        recent_calls: sum(&store.request_summary(&TimeWindow::new(now - RECENT_CALLS, now + Duration::MINUTE)).await?),
        predictions_logged: store.prediction_count().await?,
        page: store.predictions(&filter).await?,
        judged: store.prediction_outcomes(&both, None).await?,
        window,
    })
}

fn assemble(
    monitor: &Monitor,
    scorer: Option<&Scorer>,
    data: &WindowData,
    log: LogData,
    choice: Choice,
    now: OffsetDateTime,
) -> Overview {
    let subject = subject(monitor, scorer, data, &choice);
    let (drift, shift) = compare(ComparedProfiles {
        reference: subject.reference.as_deref(),
        current: subject.current,
        key: monitor.key(),
    });
    let scores = data.scores();
    let mut overview = Overview {
        format: FORMAT,
        generated_at: Timestamp::from(now).to_string(),
        simulated: false,
        model: subject.model.or_else(|| first(scorer)).map(|model| model_info(model, now)),
        versions: versions(data, scorer),
        alerts: Vec::new(),
        health: Health {
            status: status(log.state, scorer.is_some()),
            database: database(log.state),
            spooled_rows: log.state.spooled_rows(),
            calls: log.calls,
            recent_calls: log.recent_calls,
            predictions_logged: log.predictions_logged,
            predictions: weighted_stats::total(&scores),
            engaged: weighted_stats::at_least(&scores, choice.threshold),
        },
        scores: Scores { shift, ..score_distribution(&scores, data, subject.reference.as_deref()) },
        performance: Performance { times: weighted_stats::times(&data.times()), trend: data.trend() },
        drift,
        outcomes: outcomes(&log.judged, &log.window, &trained(scorer), &choice),
        recent: Recent {
            rows: log.page.rows.into_iter().map(row).collect(),
            next: log.page.next.map(|cursor| cursor.to_string()),
        },
        choice,
    };
    overview.alerts = alerts(&alert_inputs(&overview));
    overview
}

/// Inputs of the alert rules. Inconclusive drift is left out.
fn alert_inputs(overview: &Overview) -> AlertInputs {
    let is_conclusive = |group: &&DriftGroup| !group.columns.iter().all(|column| column.too_few);
    let outcomes = overview.outcomes.all.as_ref();
    AlertInputs {
        log: match overview.health.database {
            Database::Connected => LogState::Written,
            Database::Degraded => LogState::Spooled(overview.health.spooled_rows),
            Database::Lost => LogState::Lost,
        },
        calls: overview.health.recent_calls.count,
        errors: overview.health.recent_calls.server_errors,
        inference_p95_ms: overview.performance.times.map(|times| times.p95_ms),
        drift_share: overview.drift.features.as_ref().filter(is_conclusive).map(|group| group.share),
        score_p_value: overview.scores.shift.filter(|shift| !shift.too_few).map(|shift| shift.p_value),
        model_age_days: overview.model.as_ref().and_then(|model| model.age_days),
        labeled: outcomes.map_or(0, |outcomes| outcomes.leads),
        replied: outcomes.map_or(0, |outcomes| outcomes.replied),
        outcomes_since_training: overview.outcomes.since_training,
    }
}

/// Window of calls and outcomes.
fn outcome_window(data: &WindowData, choice: &Choice, now: OffsetDateTime) -> TimeWindow {
    let since = data.since.unwrap_or_else(|| now.into());
    match window_bounds(choice.window, now) {
        Some(window) if choice.model_version.is_none() => window,
        Some(window) => TimeWindow { from: since.max(window.from), ..window },
        None => TimeWindow::new(since, now + Duration::MINUTE),
    }
}

fn subject<'a>(
    monitor: &Monitor,
    scorer: Option<&'a Scorer>,
    data: &'a WindowData,
    choice: &Choice,
) -> DriftSubject<'a> {
    let models = scorer.map(Scorer::models).unwrap_or_default();
    let active = |sha256: &String| models.iter().find(|model| model.sha256() == sha256);
    let is_selected =
        |model: &&Served| choice.model_version.as_deref().is_none_or(|version| version == model.version());
    // The model with the most predictions, active models first.
    let most = data.models.iter().max_by_key(|(sha256, summary)| (active(sha256).is_some(), summary.rows()));
    let model = match most {
        Some((sha256, _)) => active(sha256),
        None => models.iter().find(is_selected),
    };
    DriftSubject {
        model,
        reference: model.and_then(|model| monitor.reference(model)),
        current: most.map(|(_, summary)| &summary.profile),
    }
}

fn first(scorer: Option<&Scorer>) -> Option<&Served> {
    scorer.and_then(|scorer| scorer.models().first())
}

fn model_info(model: &Served, now: OffsetDateTime) -> Model {
    Model {
        name: model.card().name.clone(),
        version: model.version().to_owned(),
        sha256: model.sha256().to_owned(),
        age_days: trained_on(model.version()).map(|day| (now.date() - day).whole_days()),
    }
}

/// Date at the start of a version, `2026.11.23` or `2026-11-23`.
fn trained_on(version: &str) -> Option<Date> {
    let mut parts = version.splitn(3, ['.', '-']);
    let (year, month, rest) = (parts.next()?.parse().ok()?, parts.next()?.parse::<u8>().ok()?, parts.next()?);
    let day = rest.get(..2).filter(|day| day.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()?;
    let month = Month::try_from(month).ok()?;
    (1970..=9999).contains(&year).then(|| Date::from_calendar_date(year, month, day).ok()).flatten()
}

/// Model versions, newest first where they are dates.
fn versions(data: &WindowData, scorer: Option<&Scorer>) -> Vec<String> {
    let served = scorer.into_iter().flat_map(Scorer::models).map(|model| model.version().to_owned());
    let all: std::collections::BTreeSet<String> = data.versions.iter().cloned().chain(served).collect();
    all.into_iter().rev().collect()
}

fn status(state: StoreState, has_model: bool) -> Status {
    match state {
        _ if !has_model => Status::Down,
        StoreState::Connected => Status::Healthy,
        StoreState::Degraded { .. } => Status::Degraded,
        StoreState::Lost => Status::Down,
    }
}

fn database(state: StoreState) -> Database {
    match state {
        StoreState::Connected => Database::Connected,
        StoreState::Degraded { .. } => Database::Degraded,
        StoreState::Lost => Database::Lost,
    }
}

fn sum(summary: &RequestSummary) -> Calls {
    summary.endpoints.iter().fold(Calls::default(), |sum, calls| Calls {
        count: sum.count.saturating_add(calls.requests),
        client_errors: sum.client_errors.saturating_add(calls.client_errors),
        server_errors: sum.server_errors.saturating_add(calls.server_errors),
    })
}

fn score_distribution(scores: &[(f64, u64)], data: &WindowData, reference: Option<&Profile>) -> Scores {
    let known = reference.map(super::hour_aggregate::scores).unwrap_or_default();
    let engaged = weighted_stats::at_least(scores, ENGAGED);
    let mut grades: BTreeMap<String, u64> = BTreeMap::new();
    for (grade, count) in data.models.values().flat_map(|summary| summary.grades()) {
        *grades.entry(grade).or_default() += count;
    }
    Scores {
        current: weighted_stats::score_bins(scores),
        reference: if known.is_empty() { Vec::new() } else { weighted_stats::score_bins(&known) },
        quantiles: weighted_stats::quantiles(scores),
        reference_quantiles: weighted_stats::quantiles(&known),
        engaged,
        not_engaged: weighted_stats::total(scores).saturating_sub(engaged),
        grades: grades.into_iter().map(|(grade, count)| GradeCount { grade, count }).collect(),
        shift: None,
    }
}

fn row(row: LoggedPrediction) -> RecentRow {
    let probability = row.probability.unwrap_or(row.predicted_score as f32);
    RecentRow {
        label: row.label.unwrap_or_else(|| label(probability).to_owned()),
        id: row.id,
        created_at: row.created_at,
        score: row.predicted_score,
        grade: row.grade,
        model_version: row.model_version,
        inference_time_ms: row.inference_time_ms,
    }
}

/// Time since the training of the active model; everything where its version has no date.
fn trained(scorer: Option<&Scorer>) -> TimeWindow {
    let day = first(scorer).and_then(|model| trained_on(model.version()));
    day.map_or_else(TimeWindow::all, |day| TimeWindow { from: day.midnight().assume_utc().into(), ..TimeWindow::all() })
}

fn outcomes(judged: &[PredictionOutcome], window: &TimeWindow, trained: &TimeWindow, choice: &Choice) -> Outcomes {
    let is_within = |row: &PredictionOutcome, window: &TimeWindow| window.contains(row.created_at);
    let is_selected =
        |row: &PredictionOutcome| choice.model_version.as_ref().is_none_or(|version| *version == row.model_version);
    let shown: Vec<_> = judged.iter().filter(|row| is_within(row, window) && is_selected(row)).collect();
    let granularity = match choice.window {
        Asked::Hour | Asked::Day => Granularity::Hour,
        Asked::Week | Asked::Last(_) => Granularity::Day,
        Asked::All => Granularity::Month,
    };
    let labeled = |row: &PredictionOutcome| LabeledPrediction { probability: row.probability, replied: row.replied };
    let all: Vec<_> = shown.iter().map(|row| labeled(row)).collect();
    Outcomes {
        all: quality::evaluate(&all, None),
        over_time: quality::evaluate_by_period(
            shown.iter().map(|row| (granularity.label(row.created_at), labeled(row))),
        ),
        since_training: judged.iter().filter(|row| is_within(row, trained)).count() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leading_date_of_a_version_is_parsed() {
        let day = Date::from_calendar_date(2026, Month::November, 23).unwrap();
        for version in ["2026.11.23", "2026.11.23-basic", "2026-11-23"] {
            assert_eq!(trained_on(version), Some(day), "{version}");
        }
        for version in ["0.3.0", "v2026.11.23", "2026.13.01", "2026.11", "1.2.345"] {
            assert_eq!(trained_on(version), None, "{version}");
        }
    }
}
