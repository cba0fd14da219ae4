//! Captions: one sentence per section and chart, never more certain than the data.

use super::format::{NONE, count, counted, ms, p_value, percent, percent_with_interval, significant};
use crate::insight::alert::{DRIFT_SHARE, ENGAGEMENT_RATE_RANGE, INFERENCE_P95_MS_MAX};
use crate::insight::drift::{ColumnDrift, ComparedColumns, DriftGroup, DriftTest, EffectState};
use crate::insight::quality::{CalibrationBin, QualityMetrics};
use crate::wire::monitoring::{
    Calls, Choice, Database, Drift, Health, Performance, Scores, Status, TrendPoint, Window,
};

/// Significance level of the scores' test.
const SCORE_SIGNIFICANCE: f64 = 0.05;

/// Describes the window: `the last 24 hours`.
pub(super) fn window(window: Window) -> String {
    match window {
        Window::Hour => "the last hour".to_owned(),
        Window::Day => "the last 24 hours".to_owned(),
        Window::Week => "the last 7 days".to_owned(),
        Window::Last(1) => "the newest prediction".to_owned(),
        Window::Last(number) => format!("the newest {} predictions", count(u64::from(number))),
        Window::All => "all predictions in the log".to_owned(),
    }
}

/// Describes window and model version.
pub(super) fn choice(choice: &Choice) -> String {
    let version = choice.model_version.as_ref().map_or(String::new(), |version| format!(", model version {version}"));
    format!("{}{version}", window(choice.window))
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Healthy => "healthy",
        Status::Degraded => "degraded",
        Status::Down => "down",
    }
}

pub(super) fn database(database: Database) -> &'static str {
    match database {
        Database::Connected => "connected",
        Database::Degraded => "degraded",
        Database::Lost => "lost",
    }
}

pub(super) fn health(health: &Health) -> String {
    let state = match (health.status, health.database) {
        (Status::Down, Database::Lost) => "Predictions are refused: no durable place is left for the log.".to_owned(),
        (Status::Down, _) => "No predictions are given: no model is in service.".to_owned(),
        (Status::Degraded, _) => format!(
            "Predictions are given, but the database cannot be reached: {} in the spool.",
            counted(health.spooled_rows, "row waits", "rows wait")
        ),
        (Status::Healthy, _) => "The service is healthy and its log is written.".to_owned(),
    };
    match error_rate(&health.calls) {
        None => format!("{state} No calls yet."),
        Some(0.0) => format!("{state} No call failed."),
        Some(rate) => format!("{state} {} of the calls failed.", percent(rate)),
    }
}

/// Share of responses below 400; `None` without calls.
pub(super) fn success_rate(calls: &Calls) -> Option<f64> {
    let failed = calls.client_errors.saturating_add(calls.server_errors);
    share(calls.count.saturating_sub(failed), calls.count)
}

/// Share of 5xx responses; `None` without calls.
pub(super) fn error_rate(calls: &Calls) -> Option<f64> {
    share(calls.server_errors, calls.count)
}

/// Share of predictions at or above the threshold; `None` without predictions.
pub(super) fn engagement_rate(health: &Health) -> Option<f64> {
    share(health.engaged, health.predictions)
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

pub(super) fn engagement(health: &Health, threshold: f64) -> String {
    let Some(rate) = engagement_rate(health) else { return "No predictions to say.".to_owned() };
    let verdict = if rate < ENGAGEMENT_RATE_RANGE.0 {
        "low: 15 to 40 % is healthy. Are these other leads than usual, or is the threshold too high?"
    } else if rate > ENGAGEMENT_RATE_RANGE.1 {
        "high: 15 to 40 % is healthy. Are these other leads than usual, or is the threshold too low?"
    } else {
        "healthy (15 to 40 %)."
    };
    format!("{:.1} % of the leads have a score of at least {}: {verdict}", rate * 100.0, significant(threshold))
}

pub(super) fn scores(scores: &Scores) -> String {
    let Some(shift) = scores.shift else {
        return if scores.quantiles.is_none() {
            "No scores yet.".to_owned()
        } else {
            "The model brings no reference to compare with.".to_owned()
        };
    };
    if shift.too_few {
        return "Too few rows to say whether the scores moved.".to_owned();
    }
    let suffix = if shift.approximate { " (approximate)" } else { "" };
    let p = p_value(shift.p_value);
    match shift.p_value < SCORE_SIGNIFICANCE {
        true if shift.mean_change > 0.0 => format!("Scores moved up: {p}{suffix}."),
        true if shift.mean_change < 0.0 => format!("Scores moved down: {p}{suffix}."),
        true => format!("Scores are spread otherwise than in the reference: {p}{suffix}."),
        false => format!("Scores are spread as in the reference, as far as one can tell: {p}{suffix}."),
    }
}

pub(super) fn performance(performance: &Performance) -> String {
    let Some(times) = performance.times else { return "No predictions to time.".to_owned() };
    let verdict =
        if times.p95_ms > INFERENCE_P95_MS_MAX { "too slow: the limit is 50 ms" } else { "within the limit of 50 ms" };
    format!("95 % of the leads took at most {}: {verdict}.", ms(times.p95_ms))
}

/// Verdict on all columns, features first.
pub(super) fn drift(drift: &Drift) -> String {
    let groups: Vec<String> = [&drift.features, &drift.fields].into_iter().flatten().map(group).collect();
    let note = drift.note.clone();
    if groups.is_empty() { note.unwrap_or_else(|| "Nothing to compare.".to_owned()) } else { groups.join(" ") }
}

/// Verdict on a group.
pub(super) fn group(group: &DriftGroup) -> String {
    let kind = match group.columns_are {
        ComparedColumns::Features => "encoded features",
        ComparedColumns::Fields => "fields of the leads",
    };
    let all = group.columns.len() as u64;
    let few = group.columns.iter().filter(|column| column.too_few).count() as u64;
    let shares = format!("{} of {} {kind} drifted ({})", count(group.drifted), count(all), percent(group.share));
    let verdict = if group.drift { "Drift" } else { "No drift overall" };
    let limit = if (group.threshold - DRIFT_SHARE).abs() < 1e-9 { "50 %".to_owned() } else { percent(group.threshold) };
    match few {
        0 => format!("{verdict}: {shares}; the limit is {limit}."),
        few if few == all => format!("Too few rows to say: {shares}."),
        few => format!("{verdict}: {shares}; the limit is {limit}. For {few} of them there are too few rows to say."),
    }
}

/// Verdict on a column.
pub(super) fn column(column: &ColumnDrift) -> String {
    let (Some(test), Some(score)) = (column.test, column.score) else {
        return "Not compared: one side has no values.".to_owned();
    };
    let verdict = match (column.drifted, column.effect.state) {
        (false, EffectState::None) => "No drift",
        (false, _) => "No drift by its test, though the difference is large for so few rows",
        (true, EffectState::None) => "Drifted, but by little",
        (true, EffectState::Moderate) => "Drifted",
        (true, EffectState::Strong) => "Drifted strongly",
    };
    let score = if test.has_p_value() { p_value(score) } else { format!("distance {}", significant(score)) };
    let mut text = format!("{verdict}: {score} ({}, limit {}).", test_name(test), significant(column.threshold));
    if column.too_few {
        text += " Too few rows to be sure.";
    }
    if column.missing.drifted {
        let [reference, current] = [column.missing.reference_share, column.missing.current_share].map(percent);
        text += &format!(" Missing in {current} of the rows, {reference} in the reference.");
    }
    if column.new_levels > 0 {
        text += &format!(
            " {} a level that the reference does not name.",
            counted(column.new_levels, "row has", "rows have")
        );
    }
    text
}

pub(super) fn test_name(test: DriftTest) -> &'static str {
    match test {
        DriftTest::KolmogorovSmirnov => "Kolmogorov-Smirnov",
        DriftTest::ChiSquare => "chi-square",
        DriftTest::ZTest => "Z test",
        DriftTest::Wasserstein => "Wasserstein",
        DriftTest::JensenShannon => "Jensen-Shannon",
    }
}

pub(super) fn effect(state: EffectState) -> &'static str {
    match state {
        EffectState::None => "none",
        EffectState::Moderate => "moderate",
        EffectState::Strong => "strong",
    }
}

pub(super) fn precision(all: &QualityMetrics) -> String {
    let Some(best) = all.precision_at.iter().find(|best| best.k >= 20).or(all.precision_at.last()) else {
        return "Too few outcomes to look at the best.".to_owned();
    };
    let compared = if best.rate.low > all.rate.value {
        "more than of all leads"
    } else if best.rate.high < all.rate.value {
        "fewer than of all leads"
    } else {
        "as far as one can tell no more than of all leads"
    };
    format!(
        "Of the best {}, {} replied: {compared} ({}).",
        best.k,
        percent_with_interval(best.rate),
        percent(all.rate.value)
    )
}

pub(super) fn roc_auc(all: &QualityMetrics) -> String {
    match all.roc_auc {
        None => "Too few outcomes of both kinds to say.".to_owned(),
        Some(area) => {
            let verdict = if area.low > 0.5 {
                "better than chance"
            } else if area.high < 0.5 {
                "worse than chance"
            } else {
                "no better than chance, as far as one can tell"
            };
            format!("ROC-AUC {:.2} (between {:.2} and {:.2}): {verdict}.", area.value, area.low, area.high)
        }
    }
}

pub(super) fn brier(all: &QualityMetrics) -> String {
    match all.brier {
        None => "Too few outcomes to say.".to_owned(),
        Some(brier) => {
            let constant = all.brier_constant;
            let verdict = if brier.high < constant {
                "better than"
            } else if brier.low > constant {
                "worse than"
            } else {
                "as far as one can tell no other than"
            };
            format!("Brier score {:.3}: {verdict} giving every lead the same probability ({constant:.3}).", brier.value)
        }
    }
}

/// Interquartile range of the scores.
pub(super) fn interquartile_range(scores: &Scores) -> String {
    let Some(now) = scores.quantiles else { return "No scores yet.".to_owned() };
    let half = format!("Half of the scores lie between {:.2} and {:.2}", now.p25, now.p75);
    match scores.reference_quantiles {
        Some(then) => format!("{half}; in the reference between {:.2} and {:.2}.", then.p25, then.p75),
        None => format!("{half}."),
    }
}

/// Range of the 95th percentile over time.
pub(super) fn inference_trend(points: &[TrendPoint]) -> String {
    let times = || points.iter().map(|point| point.times.p95_ms);
    let (lowest, highest) = (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
    match points {
        [] => "No predictions to time.".to_owned(),
        [_] => format!("The 95th percentile is {}.", ms(highest)),
        _ => format!("The 95th percentile lies between {} and {}.", ms(lowest), ms(highest)),
    }
}

/// Number of bins whose expected share is within the interval of the actual one.
pub(super) fn calibration(all: &QualityMetrics) -> String {
    let bins = &all.calibration;
    let within = |bin: &&CalibrationBin| (bin.actual.low..=bin.actual.high).contains(&bin.expected);
    let covered = bins.iter().filter(within).count();
    match bins.len() {
        0 | 1 => "Too few outcomes to look at low and high probabilities apart.".to_owned(),
        all => format!(
            "In {covered} of {all} groups of like probability the expected share is within the interval of the actual one."
        ),
    }
}

pub(super) fn outcomes(all: &QualityMetrics) -> String {
    let [low, expected, high] =
        [all.expected.low, all.expected.value, all.expected.high].map(|number| number.round() as u64);
    let replied = all.replied as f64;
    let verdict = if replied < all.expected.low {
        "fewer than the probabilities promise"
    } else if replied > all.expected.high {
        "more than the probabilities promise"
    } else {
        "as the probabilities promise"
    };
    format!(
        "{} replies came of {} leads, {} were expected (between {} and {}): {verdict}.",
        count(all.replied),
        count(all.leads),
        count(expected),
        count(low),
        count(high)
    )
}

pub(super) fn recent(rows: usize, choice: &Choice) -> String {
    let range = if (choice.score_min, choice.score_max) == (0.0, 1.0) {
        String::new()
    } else {
        format!(" with a score from {} to {}", significant(choice.score_min), significant(choice.score_max))
    };
    match rows {
        0 => format!("No predictions{range}."),
        rows => format!("{}{range}, newest first.", counted(rows as u64, "prediction", "predictions")),
    }
}

/// Short verdict for a table.
pub(super) fn verdict(column: &ColumnDrift) -> &'static str {
    match (column.test.is_some(), column.drifted, column.too_few) {
        (false, ..) => NONE,
        (true, true, false) => "drifted",
        (true, true, true) => "drifted, few rows",
        (true, false, false) => "stable",
        (true, false, true) => "stable, few rows",
    }
}
