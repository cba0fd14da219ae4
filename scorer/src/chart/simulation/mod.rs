//! Made-up data that shows what the page looks like before there is anything to measure.
//!
//! Owns an overview that looks like one of a real service and says of itself that it is none. The same choice and moment
//! give the same overview: a fixed sequence takes the place of chance. May not know any real figure.

mod column;

use super::moment;
use crate::insight::alert::alerts;
use crate::insight::label::rounded;
use crate::insight::quality::{Judged, measure, over_time};
use crate::wire::monitoring::{
    Calls, Choice, Database, FORMAT, GradeCount, Health, Model, Outcomes, Overview, Performance, Quantiles, Recent,
    RecentRow, ScoreShift, Scores, Status, Times, TrendPoint, Window,
};

const BINS: usize = 20;
const REFERENCE: u64 = 303;
const VERSION: &str = "2026.11.0-simulated";
const BEFORE: &str = "2026.8.2-simulated";
const ROWS: usize = 25;
const MINUTES_PER_DAY: i64 = 1_440;

/// The overview. `generated_at` is a moment as [`Overview`] has them.
pub fn overview(choice: &Choice, generated_at: &str) -> Overview {
    let now = moment::minutes(generated_at).unwrap_or_default();
    let predictions = predictions(choice.window);
    let scores = scores(predictions);
    let mut overview = Overview {
        format: FORMAT,
        generated_at: generated_at.to_owned(),
        simulated: true,
        choice: Choice { simulated: true, ..choice.clone() },
        model: Some(Model {
            name: "simulated".to_owned(),
            version: VERSION.to_owned(),
            sha256: "0".repeat(64),
            age_days: Some(41),
        }),
        versions: vec![VERSION.to_owned(), BEFORE.to_owned()],
        alerts: Vec::new(),
        health: health(choice, predictions, &scores),
        scores,
        performance: performance(choice.window, now, predictions),
        drift: column::drift(predictions.min(10_000)),
        recent: recent(choice, now),
        outcomes: outcomes(now),
    };
    overview.alerts = alerts(&overview.signs());
    overview
}

/// Numbers from 0 to 1 that look random (splitmix64, Steele and others 2014).
struct Sequence(u64);

impl Sequence {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A score: more often low than high.
    fn score(&mut self) -> f64 {
        rounded(
            0.04 + 0.9
                * (0.3 * (self.next() + self.next() + self.next()) + 0.1 * self.next())
                * (0.55 + 0.45 * self.next()),
        )
    }
}

fn predictions(window: Window) -> u64 {
    match window {
        Window::Hour => 174,
        Window::Day => 4_180,
        Window::Week => 26_350,
        Window::Last(count) => u64::from(count),
        Window::All => 118_400,
    }
}

/// So many leads spread over bins after x^a (1 - x)^b.
fn spread(count: u64, bins: usize, (a, b): (f64, f64)) -> Vec<u64> {
    let weight = |bin: usize| {
        let x = (bin as f64 + 0.5) / bins as f64;
        libm::pow(x, a) * libm::pow(1.0 - x, b)
    };
    let all: f64 = (0..bins).map(weight).sum();
    (0..bins).map(|bin| (count as f64 * weight(bin) / all).round() as u64).collect()
}

fn scores(predictions: u64) -> Scores {
    let (current, reference) = (spread(predictions, BINS, (1.9, 3.1)), spread(REFERENCE, BINS, (1.7, 3.4)));
    let (statistic, p_value) = column::kolmogorov_smirnov(&reference, &current);
    let engaged = above(&current, 0.5);
    let grade = |(grade, share): (&str, f64)| GradeCount {
        grade: grade.to_owned(),
        count: (predictions as f64 * share) as u64,
    };
    Scores {
        quantiles: quantiles(&current),
        reference_quantiles: quantiles(&reference),
        engaged,
        not_engaged: current.iter().sum::<u64>() - engaged,
        grades: [("A", 0.17), ("B", 0.27), ("C", 0.29), ("D", 0.27)].map(grade).to_vec(),
        shift: Some(ScoreShift {
            statistic,
            p_value,
            mean_change: mean(&current) - mean(&reference),
            too_few: predictions < 30,
            approximate: false,
        }),
        current,
        reference,
    }
}

fn mean(bins: &[u64]) -> f64 {
    let all: u64 = bins.iter().sum();
    let sum: f64 = bins.iter().enumerate().map(|(bin, count)| (bin as f64 + 0.5) / BINS as f64 * *count as f64).sum();
    sum / all.max(1) as f64
}

/// How many lie at or above a score, those of its own bin in proportion.
fn above(bins: &[u64], score: f64) -> u64 {
    let part =
        |(bin, count): (usize, &u64)| (((bin + 1) as f64 - score * BINS as f64).clamp(0.0, 1.0) * *count as f64) as u64;
    bins.iter().enumerate().map(part).sum()
}

fn quantiles(bins: &[u64]) -> Option<Quantiles> {
    let all: u64 = bins.iter().sum();
    let quantile = |share: f64| {
        let mut left = share * all as f64;
        for (bin, count) in bins.iter().enumerate() {
            if left <= *count as f64 {
                return (bin as f64 + left / (*count).max(1) as f64) / BINS as f64;
            }
            left -= *count as f64;
        }
        1.0
    };
    (all > 0).then(|| Quantiles { p25: quantile(0.25), p50: quantile(0.5), p75: quantile(0.75) })
}

fn health(choice: &Choice, predictions: u64, scores: &Scores) -> Health {
    let calls = predictions / 3 + 20;
    Health {
        status: Status::Healthy,
        database: Database::Connected,
        spooled_rows: 0,
        calls: Calls { count: calls, client_errors: calls / 140, server_errors: calls / 1_900 },
        recent_calls: Calls { count: 31, client_errors: 0, server_errors: 0 },
        predictions_logged: 118_400,
        predictions,
        engaged: above(&scores.current, choice.threshold),
    }
}

fn performance(window: Window, now: i64, predictions: u64) -> Performance {
    let (points, step) = match window {
        Window::Hour => (12, 5),
        Window::Day => (24, 60),
        Window::Week => (28, 360),
        Window::Last(_) | Window::All => (30, MINUTES_PER_DAY),
    };
    let mut sequence = Sequence(3);
    let mut times = || {
        let base = 0.21 + 0.06 * sequence.next();
        let p95_ms = base * (3.0 + 2.0 * sequence.next());
        Times { mean_ms: base * 1.3, p50_ms: base, p95_ms, p99_ms: p95_ms * (1.4 + sequence.next()) }
    };
    let begin = now - now.rem_euclid(step) - step * (points - 1);
    let point = |place: i64| TrendPoint {
        start: moment::text(begin + place * step),
        // More by day than by night.
        predictions: predictions * (8 + (place * 7 % 11) as u64) / (13 * points as u64),
        times: times(),
    };
    let trend: Vec<TrendPoint> = (0..points).map(point).collect();
    let overall = Times { mean_ms: 0.31, p50_ms: 0.24, p95_ms: 0.97, p99_ms: 1.86 };
    Performance { times: (predictions > 0).then_some(overall), trend }
}

/// Pages of 25 out of 200; the cursor is how many came before.
fn recent(choice: &Choice, now: i64) -> Recent {
    let mut sequence = Sequence(5);
    let all = (0..200_i64).map(|place| {
        let score = sequence.score();
        RecentRow {
            id: format!("00000000-0000-7000-8000-{:012x}", 200 - place),
            created_at: moment::text(now - place * 2),
            score,
            label: if score >= 0.5 { "engaged" } else { "not_engaged" }.to_owned(),
            grade: Some(
                if score >= 0.55 {
                    "A"
                } else if score >= 0.4 {
                    "B"
                } else if score >= 0.27 {
                    "C"
                } else {
                    "D"
                }
                .to_owned(),
            ),
            model_version: if place < 150 { VERSION } else { BEFORE }.to_owned(),
            inference_time_ms: 0.2 + sequence.next() * 0.5,
        }
    });
    let wanted = |row: &RecentRow| {
        (choice.score_min..=choice.score_max).contains(&row.score)
            && choice.model_version.as_ref().is_none_or(|version| *version == row.model_version)
    };
    let skipped = choice.cursor.as_ref().and_then(|cursor| cursor.parse().ok()).unwrap_or(0_usize);
    let rows: Vec<RecentRow> = all.filter(wanted).skip(skipped).take(ROWS + 1).collect();
    let next = (rows.len() > ROWS).then(|| (skipped + ROWS).to_string());
    Recent { rows: rows.into_iter().take(ROWS).collect(), next }
}

fn outcomes(now: i64) -> Outcomes {
    let mut sequence = Sequence(11);
    let today = now - now.rem_euclid(MINUTES_PER_DAY);
    let judged = (0..420_i64).map(|place| {
        let probability = sequence.score();
        let replied = sequence.next() < 0.05 + 0.8 * probability;
        let week = moment::text(today - (place / 70) * 7 * MINUTES_PER_DAY);
        (week.chars().take(10).collect::<String>(), Judged { probability, replied })
    });
    let judged: Vec<(String, Judged)> = judged.collect();
    Outcomes {
        all: measure(&judged.iter().map(|(_, one)| *one).collect::<Vec<_>>(), None),
        over_time: over_time(judged),
        since_training: 420,
    }
}
