//! Everything on the monitoring page, put together from the log, the summaries and the model in service.
//!
//! Owns which part comes from where. May not know SQL, drawing or HTTP.

use super::comparison::{Sides, compare};
use super::window_query::{Gathered, find, gather, stretch};
use super::{Monitor, MonitorError, weighted_stats};
use crate::api::http::blocking::run_blocking;
use crate::insight::alert::alerts;
use crate::insight::label::label;
use crate::insight::profile::Profile;
use crate::insight::quality;
use crate::pipeline::{Model as Served, Scorer};
use crate::wire::monitoring::{
    Calls, Choice, Database, FORMAT, GradeCount, Health, Model, Outcomes, Overview, Performance, Recent, RecentRow,
    Scores, Status, Window as Asked,
};
use prediction_log::{
    Cursor, Granularity, LabeledPrediction, LoggedPrediction, PredictionPage, PredictionQuery, RequestSummary, Store,
    StoreState, TimeWindow, Timestamp,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use time::{Date, Duration, Month, OffsetDateTime};

/// How many of the newest predictions a page shows.
const PAGE_ROWS: usize = 50;

/// The error rate is watched over so long.
const RECENT_CALLS: Duration = Duration::minutes(10);

/// Scores from here on are `engaged`, whatever threshold is asked for.
const ENGAGED: f64 = 0.5;

/// The model that drift is told of, and what is known of it.
struct Subject<'a> {
    model: Option<&'a Served>,
    reference: Option<Arc<Profile>>,
    current: Option<&'a Profile>,
}

/// What the log tells beside summaries.
struct Told {
    state: StoreState,
    calls: Calls,
    recent_calls: Calls,
    predictions_logged: u64,
    page: PredictionPage,
    /// Of the window and of the time since the model in service was trained, whichever is longer.
    judged: Vec<LabeledPrediction>,
    /// The window that calls and outcomes are told of.
    window: TimeWindow,
}

/// Puts the page together; `after` is its cursor, read. Summing up and comparing are done aside: of a long time they take
/// longer than other requests should wait.
pub(crate) async fn overview(
    monitor: &Arc<Monitor>,
    store: &Store,
    scorer: Option<Arc<Scorer>>,
    choice: Choice,
    after: Option<Cursor>,
    now: OffsetDateTime,
) -> Result<Overview, MonitorError> {
    let found = find(store, &choice, now).await?;
    let (own, models, asked) = (monitor.clone(), scorer.clone(), choice.clone());
    let gathered = run_blocking(move || gather(&own, models.as_deref(), &asked, found)).await?;
    let window = window_of(&gathered, &choice, now);
    let told = read(store, window, trained(scorer.as_deref()), &choice, after, now).await?;
    let own = monitor.clone();
    Ok(run_blocking(move || put_together(&own, scorer.as_deref(), &gathered, told, choice, now)).await?)
}

async fn read(
    store: &Store,
    window: TimeWindow,
    trained: TimeWindow,
    choice: &Choice,
    after: Option<Cursor>,
    now: OffsetDateTime,
) -> Result<Told, MonitorError> {
    let filter = PredictionQuery {
        limit: PAGE_ROWS,
        score_min: (choice.score_min > 0.0).then_some(choice.score_min),
        score_max: (choice.score_max < 1.0).then_some(choice.score_max),
        model_version: choice.model_version.clone(),
        after,
    };
    let both = TimeWindow { from: window.from.min(trained.from), until: window.until.max(trained.until) };
    Ok(Told {
        state: store.state(),
        calls: sum(&store.request_summary(&window).await?),
        recent_calls: sum(&store.request_summary(&TimeWindow::new(now - RECENT_CALLS, now + Duration::MINUTE)).await?),
        predictions_logged: store.prediction_count().await?,
        page: store.predictions(&filter).await?,
        judged: store.labeled_predictions(&both, None).await?,
        window,
    })
}

fn put_together(
    monitor: &Monitor,
    scorer: Option<&Scorer>,
    gathered: &Gathered,
    told: Told,
    choice: Choice,
    now: OffsetDateTime,
) -> Overview {
    let subject = subject(monitor, scorer, gathered, &choice);
    let (drift, shift) =
        compare(Sides { reference: subject.reference.as_deref(), current: subject.current, key: monitor.key() });
    let scores = gathered.scores();
    let mut overview = Overview {
        format: FORMAT,
        generated_at: Timestamp::from(now).to_string(),
        simulated: false,
        model: subject.model.or_else(|| first(scorer)).map(|model| shown(model, now)),
        versions: versions(gathered, scorer),
        alerts: Vec::new(),
        health: Health {
            status: status(told.state, scorer.is_some()),
            database: database(told.state),
            spooled_rows: told.state.spooled_rows(),
            calls: told.calls,
            recent_calls: told.recent_calls,
            predictions_logged: told.predictions_logged,
            predictions: weighted_stats::total(&scores),
            engaged: weighted_stats::at_least(&scores, choice.threshold),
        },
        scores: Scores { shift, ..of_scores(&scores, gathered, subject.reference.as_deref()) },
        performance: Performance { times: weighted_stats::times(&gathered.times()), trend: gathered.trend() },
        drift,
        outcomes: outcomes(&told.judged, &told.window, &trained(scorer), &choice),
        recent: Recent {
            rows: told.page.rows.into_iter().map(row).collect(),
            next: told.page.next.map(|cursor| cursor.to_string()),
        },
        choice,
    };
    overview.alerts = alerts(&overview.signs());
    overview
}

/// The time that calls and outcomes are looked at for.
fn window_of(gathered: &Gathered, choice: &Choice, now: OffsetDateTime) -> TimeWindow {
    let since = gathered.since.unwrap_or_else(|| now.into());
    match stretch(choice.window, now) {
        Some(window) if choice.model_version.is_none() => window,
        Some(window) => TimeWindow { from: since.max(window.from), ..window },
        None => TimeWindow::new(since, now + Duration::MINUTE),
    }
}

fn subject<'a>(monitor: &Monitor, scorer: Option<&'a Scorer>, gathered: &'a Gathered, choice: &Choice) -> Subject<'a> {
    let models = scorer.map(Scorer::models).unwrap_or_default();
    let served = |sha256: &String| models.iter().find(|model| model.sha256() == sha256);
    let is_asked = |model: &&Served| choice.model_version.as_deref().is_none_or(|version| version == model.version());
    // The model with most predictions; one in service before one that is not.
    let most = gathered.models.iter().max_by_key(|(sha256, summary)| (served(sha256).is_some(), summary.rows()));
    let model = match most {
        Some((sha256, _)) => served(sha256),
        None => models.iter().find(is_asked),
    };
    Subject {
        model,
        reference: model.and_then(|model| monitor.reference(model)),
        current: most.map(|(_, summary)| &summary.profile),
    }
}

fn first(scorer: Option<&Scorer>) -> Option<&Served> {
    scorer.and_then(|scorer| scorer.models().first())
}

fn shown(model: &Served, now: OffsetDateTime) -> Model {
    Model {
        name: model.card().name.clone(),
        version: model.version().to_owned(),
        sha256: model.sha256().to_owned(),
        age_days: trained_on(model.version()).map(|day| (now.date() - day).whole_days()),
    }
}

/// The day that a version begins with, `2026.11.23` or `2026-11-23`, where it does.
fn trained_on(version: &str) -> Option<Date> {
    let mut parts = version.splitn(3, ['.', '-']);
    let (year, month, rest) = (parts.next()?.parse().ok()?, parts.next()?.parse::<u8>().ok()?, parts.next()?);
    let day = rest.get(..2).filter(|day| day.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()?;
    let month = Month::try_from(month).ok()?;
    (1970..=9999).contains(&year).then(|| Date::from_calendar_date(year, month, day).ok()).flatten()
}

/// Newest first, as far as versions are days.
fn versions(gathered: &Gathered, scorer: Option<&Scorer>) -> Vec<String> {
    let served = scorer.into_iter().flat_map(Scorer::models).map(|model| model.version().to_owned());
    let all: std::collections::BTreeSet<String> = gathered.versions.iter().cloned().chain(served).collect();
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

fn of_scores(scores: &[(f64, u64)], gathered: &Gathered, reference: Option<&Profile>) -> Scores {
    let known = reference.map(super::hour_aggregate::scores).unwrap_or_default();
    let engaged = weighted_stats::at_least(scores, ENGAGED);
    let mut grades: BTreeMap<String, u64> = BTreeMap::new();
    for (grade, count) in gathered.models.values().flat_map(|summary| summary.grades()) {
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

/// The time since the model in service was trained; all where its version tells no day.
fn trained(scorer: Option<&Scorer>) -> TimeWindow {
    let day = first(scorer).and_then(|model| trained_on(model.version()));
    day.map_or_else(TimeWindow::all, |day| TimeWindow { from: day.midnight().assume_utc().into(), ..TimeWindow::all() })
}

fn outcomes(judged: &[LabeledPrediction], window: &TimeWindow, trained: &TimeWindow, choice: &Choice) -> Outcomes {
    let is_within = |row: &LabeledPrediction, window: &TimeWindow| window.contains(row.created_at);
    let is_asked =
        |row: &LabeledPrediction| choice.model_version.as_ref().is_none_or(|version| *version == row.model_version);
    let shown: Vec<_> = judged.iter().filter(|row| is_within(row, window) && is_asked(row)).collect();
    let granularity = match choice.window {
        Asked::Hour | Asked::Day => Granularity::Hour,
        Asked::Week | Asked::Last(_) => Granularity::Day,
        Asked::All => Granularity::Month,
    };
    let one = |row: &LabeledPrediction| quality::Judged { probability: row.probability, replied: row.replied };
    let all: Vec<_> = shown.iter().map(|row| one(row)).collect();
    Outcomes {
        all: quality::measure(&all, None),
        over_time: quality::over_time(shown.iter().map(|row| (granularity.label(row.created_at), one(row)))),
        since_training: judged.iter().filter(|row| is_within(row, trained)).count() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_a_version_is_read_where_it_begins_with_one() {
        let day = Date::from_calendar_date(2026, Month::November, 23).unwrap();
        for version in ["2026.11.23", "2026.11.23-basic", "2026-11-23"] {
            assert_eq!(trained_on(version), Some(day), "{version}");
        }
        for version in ["0.3.0", "v2026.11.23", "2026.13.01", "2026.11", "1.2.345"] {
            assert_eq!(trained_on(version), None, "{version}");
        }
    }
}
