//! Made-up columns and what the tests would say of them.
//!
//! Owns both. The p-values are worked out by short approximations, near enough to look at: the service's own tests are
//! elsewhere. May not know any real column's values.

use super::spread;
use crate::wire::monitoring::{
    ColumnDrift, Columns, Drift, DriftGroup, Effect, EffectState, Kind, LevelCounts, MissingDrift, Picture, Test,
};

const REFERENCE: u64 = 303;
const LIMIT: f64 = 0.05;

/// A column: its name, and the exponents of its two sides.
type Numbers = (&'static str, (f64, f64), (f64, f64));

/// A column: its name, its levels, and the weights of its two sides.
type Levels = (&'static str, &'static [&'static str], &'static [u64], &'static [u64]);

const FEATURE_NUMBERS: [Numbers; 9] = [
    ("quality", (2.0, 1.2), (2.0, 1.2)),
    ("engagement", (1.5, 2.0), (1.9, 1.9)),
    ("decision_maker", (1.0, 1.0), (1.02, 1.0)),
    ("founded", (3.0, 0.6), (3.0, 0.6)),
    ("summary_length", (0.4, 3.0), (0.9, 3.0)),
    ("skill_count", (1.0, 2.5), (1.0, 2.5)),
    ("job_title_length", (2.0, 4.0), (2.05, 4.0)),
    ("industry_rate", (1.2, 2.2), (1.2, 2.25)),
    ("location_rate", (1.4, 2.4), (2.6, 2.0)),
];

const FEATURE_LEVELS: [Levels; 5] = [
    ("company_fit", &["0", "1", "2"], &[30, 45, 25], &[31, 44, 25]),
    ("is_founder", &["0", "1"], &[78, 22], &[79, 21]),
    ("is_director", &["0", "1"], &[70, 30], &[61, 39]),
    ("size_11_50", &["0", "1"], &[74, 26], &[73, 27]),
    ("has_summary", &["0", "1"], &[12, 88], &[12, 88]),
];

const FIELD_LEVELS: [Levels; 5] = [
    ("seniority", &["Senior", "Mid", "Executive", "C-Level", "Entry"], &[34, 26, 20, 12, 8], &[27, 25, 26, 15, 7]),
    ("geography", &["regional hub", "international hub", "other"], &[48, 32, 20], &[47, 33, 20]),
    (
        "company size",
        &["11-50", "51-200", "2-10", "1001-5000", "10001+", ""],
        &[27, 24, 18, 13, 10, 8],
        &[26, 24, 19, 13, 10, 8],
    ),
    ("company type", &["Privately Held", "Public Company", "Nonprofit", ""], &[64, 20, 9, 7], &[65, 19, 9, 7]),
    ("language", &["English", "French", "German", ""], &[61, 17, 12, 10], &[58, 19, 12, 11]),
];

const FIELD_NUMBERS: [Numbers; 2] =
    [("quality of fit", (2.0, 1.2), (2.0, 1.2)), ("year founded", (3.0, 0.6), (3.0, 0.6))];

pub(super) fn drift(rows: u64) -> Drift {
    Drift {
        features: Some(group(Columns::Features, &FEATURE_NUMBERS, &FEATURE_LEVELS, rows)),
        fields: Some(group(Columns::Fields, &FIELD_NUMBERS, &FIELD_LEVELS, rows)),
        note: None,
    }
}

fn group(columns_are: Columns, of_numbers: &[Numbers], of_levels: &[Levels], rows: u64) -> DriftGroup {
    let numbers = of_numbers.iter().map(|column| numbers(column, rows));
    let mut columns: Vec<ColumnDrift> = numbers.chain(of_levels.iter().map(|column| levels(column, rows))).collect();
    adjust(&mut columns);
    let drifted = columns.iter().filter(|column| column.drifted).count();
    let share = drifted as f64 / columns.len().max(1) as f64;
    DriftGroup { columns_are, columns, drifted: drifted as u64, share, threshold: 0.5, drift: share >= 0.5 }
}

fn numbers((name, then, now): &Numbers, rows: u64) -> ColumnDrift {
    const BINS: usize = 16;
    let (reference, current) = (spread(REFERENCE, BINS, *then), spread(rows, BINS, *now));
    let p_value = kolmogorov_smirnov(&reference, &current).1;
    let size = stability(&reference, &current);
    let edges = (0..=BINS).map(|edge| edge as f64 / BINS as f64).collect();
    let picture = Picture::Bins { edges, reference, current };
    column(name, Kind::Number, Test::KolmogorovSmirnov, p_value, size, rows, picture)
}

fn levels((name, names, then, now): &Levels, rows: u64) -> ColumnDrift {
    let scaled = |weights: &[u64], count: u64| -> Vec<u64> {
        let all: u64 = weights.iter().sum();
        weights.iter().map(|weight| count * weight / all).collect()
    };
    let (reference, current) = (scaled(then, REFERENCE), scaled(now, rows));
    let test = if names.len() > 2 { Test::ChiSquare } else { Test::ZTest };
    let p_value = chi_square(&reference, &current, test);
    let size = stability(&reference, &current);
    let counts = names.iter().zip(reference.iter().zip(&current));
    let levels = counts.map(|(level, (reference, current))| LevelCounts {
        level: (*level).to_owned(),
        reference: *reference,
        current: *current,
    });
    let picture = Picture::Levels { levels: levels.collect() };
    column(name, Kind::Category, test, p_value, size, rows, picture)
}

fn column(name: &str, kind: Kind, test: Test, p_value: f64, size: f64, rows: u64, picture: Picture) -> ColumnDrift {
    let state = if size < 0.1 {
        EffectState::None
    } else if size < 0.25 {
        EffectState::Moderate
    } else {
        EffectState::Strong
    };
    let share = 0.02 * (name.len() % 4) as f64;
    ColumnDrift {
        name: name.to_owned(),
        kind,
        test: Some(test),
        score: Some(p_value),
        threshold: LIMIT,
        drifted: p_value < LIMIT,
        effect: Effect { measure: "PSI".to_owned(), value: Some(size), state },
        q_value: None,
        too_few: rows < 30,
        missing: MissingDrift { reference_share: share, current_share: share, p_value: Some(1.0), drifted: false },
        new_levels: 0,
        approximate: false,
        reference_count: REFERENCE,
        current_count: rows,
        picture: Some(picture),
    }
}

/// The greatest distance of two distributions, and its p-value after Stephens (1970).
pub(super) fn kolmogorov_smirnov(reference: &[u64], current: &[u64]) -> (f64, f64) {
    let [of_reference, of_current] = [reference, current].map(|counts| counts.iter().sum::<u64>().max(1) as f64);
    let (mut then, mut now, mut statistic) = (0.0, 0.0, 0.0_f64);
    for (reference, current) in reference.iter().zip(current) {
        then += *reference as f64 / of_reference;
        now += *current as f64 / of_current;
        statistic = statistic.max(f64::abs(then - now));
    }
    let size = (of_reference * of_current / (of_reference + of_current)).sqrt();
    let scaled = (size + 0.12 + 0.11 / size) * statistic;
    let term = |k: f64| 2.0 * libm::exp(-2.0 * k * k * scaled * scaled);
    let sum: f64 = (1..=20).map(f64::from).map(|k| if k % 2.0 == 1.0 { term(k) } else { -term(k) }).sum();
    // The series does not converge for distances near 0, where the p-value is 1.
    (statistic, if scaled < 0.3 { 1.0 } else { sum.clamp(0.0, 1.0) })
}

/// The p-value of a difference of levels, after Wilson and Hilferty (1931).
fn chi_square(reference: &[u64], current: &[u64], test: Test) -> f64 {
    let [of_reference, of_current] = [reference, current].map(|counts| counts.iter().sum::<u64>().max(1) as f64);
    let mut statistic = 0.0;
    for (reference, current) in reference.iter().zip(current) {
        let pooled = (*reference + *current) as f64 / (of_reference + of_current);
        let apart = *current as f64 / of_current - *reference as f64 / of_reference;
        let variance = match test {
            Test::ZTest => pooled * (1.0 / of_reference + 1.0 / of_current),
            _ => *reference as f64 / of_reference / of_current * (1.0 + of_current / of_reference),
        };
        statistic += if variance > 0.0 { apart * apart / variance } else { 0.0 };
    }
    let freedom = (reference.len().max(2) - 1) as f64;
    let ninth = 2.0 / (9.0 * freedom);
    let normal = (libm::cbrt(statistic / freedom) - (1.0 - ninth)) / ninth.sqrt();
    (0.5 * libm::erfc(normal / std::f64::consts::SQRT_2)).clamp(0.0, 1.0)
}

/// The population stability index.
fn stability(reference: &[u64], current: &[u64]) -> f64 {
    let [of_reference, of_current] = [reference, current].map(|counts| counts.iter().sum::<u64>().max(1) as f64);
    let term = |(reference, current): (&u64, &u64)| {
        let [then, now] = [*reference as f64 / of_reference, *current as f64 / of_current].map(|share| share.max(1e-4));
        (then - now) * libm::log(then / now)
    };
    reference.iter().zip(current).map(term).sum()
}

/// Benjamini and Hochberg's q-values.
fn adjust(columns: &mut [ColumnDrift]) {
    let count = columns.len() as f64;
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by(|one, other| columns[*other].score.unwrap_or(1.0).total_cmp(&columns[*one].score.unwrap_or(1.0)));
    let mut smallest = 1.0_f64;
    for (place, column) in order.into_iter().enumerate() {
        smallest = smallest.min(columns[column].score.unwrap_or(1.0) * count / (count - place as f64));
        columns[column].q_value = Some(smallest);
    }
}
