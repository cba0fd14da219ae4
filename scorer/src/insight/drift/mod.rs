//! Drift: whether the columns of one profile differ from those of another.
//!
//! Owns the verdicts. Test, score and threshold of every column are what Evidently 0.7 gives by default, to the digit;
//! beside them stand the size of the effect, q-values and the drift of missing values, which it lacks. What they mean
//! is written in docs/MONITORING.md. May not know leads, models, time or storage.

mod chi_square;
mod discovery;
mod distance;
mod effect;
mod kolmogorov;
mod pair;
mod proportion;
#[cfg(test)]
mod tests;

pub use super::profile::{Group, Kind};
pub use effect::{Effect, EffectState, Measure};

use super::profile::{Column, ColumnLayout, LevelKey, Profile};
use effect::LEVELS_MAX;
use pair::Pair;
use serde::Serialize;

/// Below so many values on either side, a verdict says little.
pub const VALUES_MIN: u64 = 30;

/// From this share of drifted columns on, the whole has drifted.
pub const SHARE: f64 = 0.5;

/// P-values below this one are drift.
const SIGNIFICANCE: f64 = 0.05;

/// Distances from this one on are drift.
const DISTANCE: f64 = 0.1;

/// Up to so many values of the reference a column is tested, beyond it is measured.
const TESTED_MAX: u64 = 1000;

/// How a column was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Two-sample Kolmogorov-Smirnov test, two-sided; drift at p <= 0.05.
    KolmogorovSmirnov,
    /// Chi-square test of goodness of fit; drift at p < 0.05.
    ChiSquare,
    /// Z test of two proportions, two-sided; drift at p < 0.05.
    ZTest,
    /// Wasserstein distance in standard deviations of the reference; drift at 0.1.
    Wasserstein,
    /// Jensen-Shannon distance; drift at 0.1.
    JensenShannon,
}

/// How profiles are compared.
#[derive(Debug, Clone)]
pub struct Options {
    /// The key that both profiles hashed levels with.
    pub key: LevelKey,
    /// From this share of drifted columns on, the whole has drifted.
    pub share: f64,
}

impl Options {
    /// The usual ones.
    pub fn new(key: LevelKey) -> Self {
        Options { key, share: SHARE }
    }
}

/// How the share of missing values changed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MissingDrift {
    /// Of the reference's rows; infinite numbers count as missing.
    pub reference_share: f64,
    /// Of the current rows.
    pub current_share: f64,
    /// Of the Z test of the two; NaN where a side has no rows.
    pub p_value: f64,
    /// Whether p < 0.05.
    pub drifted: bool,
}

/// What became of one column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnDrift {
    /// Its name for people: that of the field or feature, with what is counted of it.
    pub name: String,
    /// Where it comes from.
    pub group: Group,
    /// What stands in it.
    pub kind: Kind,
    /// How it was compared; not at all where a side has no values.
    pub test: Option<Test>,
    /// The p-value or the distance; NaN where there is none.
    pub score: f64,
    /// Of the score.
    pub threshold: f64,
    /// Whether the score says so.
    pub drifted: bool,
    /// How large the difference is.
    pub effect: Effect,
    /// Of the p-value, among all columns of its group that have one.
    pub q_value: Option<f64>,
    /// Too few values on a side to say.
    pub too_few: bool,
    /// Whether more or fewer values are missing.
    pub missing: MissingDrift,
    /// How many levels came that the reference has not.
    pub new_levels: u64,
    /// Whether values are told apart less than they came.
    pub approximate: bool,
    /// How many values the reference has.
    pub reference_count: u64,
    /// How many values came.
    pub current_count: u64,
}

/// What became of all columns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriftReport {
    /// In the order of the current profile; columns that the reference has not are left out.
    pub columns: Vec<ColumnDrift>,
    /// The columns that the figures below are about: the features, as the service before did it; the fields where there
    /// are no features.
    pub basis: Group,
    /// How many of them have drifted.
    pub drifted: usize,
    /// Of those that could be compared; 0 where none could.
    pub share: f64,
    /// Of the share.
    pub threshold: f64,
    /// Whether the whole has drifted.
    pub drift: bool,
}

impl DriftReport {
    /// How many columns of a group have drifted, and how many could be compared.
    pub fn count(&self, group: Group) -> (usize, usize) {
        count(&self.columns, group)
    }
}

/// Compares what came with the reference.
pub fn compare(reference: &Profile, current: &Profile, options: &Options) -> DriftReport {
    let known = |layout: &ColumnLayout| {
        reference.columns().find(|(known, _)| known.is_same(layout) && known.kind == layout.kind)
    };
    let pairs = current.columns().filter_map(|current| Some((known(current.0)?, current)));
    let mut columns: Vec<_> = pairs.map(|(reference, current)| column(reference, current, options.key)).collect();
    for group in [Group::Field, Group::Feature, Group::Score] {
        give_q_values(&mut columns, group);
    }
    let has = |group| columns.iter().any(|column| column.group == group);
    let order = [Group::Feature, Group::Field, Group::Score];
    let basis = order.into_iter().find(|group| has(*group)).unwrap_or(Group::Feature);
    let (drifted, compared) = count(&columns, basis);
    let share = if compared == 0 { 0.0 } else { drifted as f64 / compared as f64 };
    DriftReport {
        columns,
        basis,
        drifted,
        share,
        threshold: options.share,
        drift: compared > 0 && share >= options.share,
    }
}

fn count(columns: &[ColumnDrift], group: Group) -> (usize, usize) {
    let of = || columns.iter().filter(|column| column.group == group && column.test.is_some());
    (of().filter(|column| column.drifted).count(), of().count())
}

type Side<'a> = (&'a ColumnLayout, &'a Column);

fn column(reference: Side<'_>, current: Side<'_>, key: LevelKey) -> ColumnDrift {
    let group = current.0.group;
    let pair = Pair::of(reference, current, key);
    let test = choose(&pair, group);
    let score = test.map_or(f64::NAN, |test| test.score(&pair));
    ColumnDrift {
        name: current.0.title(),
        group,
        kind: pair.kind,
        test,
        score,
        threshold: test.map_or(SIGNIFICANCE, Test::threshold),
        drifted: test.is_some_and(|test| test.is_drift(score)),
        effect: Effect::of(&pair, group),
        q_value: None,
        too_few: pair.n < VALUES_MIN || pair.m < VALUES_MIN,
        missing: missing(reference.1, current.1, pair.n, pair.m),
        new_levels: pair.new_levels,
        approximate: pair.approximate,
        reference_count: pair.n,
        current_count: pair.m,
    }
}

/// Evidently's choice; scores are always tested.
fn choose(pair: &Pair, group: Group) -> Option<Test> {
    let distinct = pair.distinct();
    Some(match pair.kind {
        _ if pair.n == 0 || pair.m == 0 => return None,
        Kind::Number if group == Group::Score => Test::KolmogorovSmirnov,
        Kind::Number if distinct > LEVELS_MAX && pair.n > TESTED_MAX => Test::Wasserstein,
        Kind::Number if distinct > LEVELS_MAX => Test::KolmogorovSmirnov,
        _ if pair.n > TESTED_MAX => Test::JensenShannon,
        _ if distinct > 2 => Test::ChiSquare,
        _ => Test::ZTest,
    })
}

impl Test {
    fn score(self, pair: &Pair) -> f64 {
        match self {
            Test::KolmogorovSmirnov => kolmogorov::test(&pair.counts, pair.n, pair.m).p_value,
            Test::ChiSquare => chi_square::p_value(&pair.counts, pair.n, pair.m),
            Test::ZTest => proportion::z_test(&pair.counts, pair.n, pair.m),
            Test::Wasserstein => distance::wasserstein(pair),
            Test::JensenShannon => distance::jensen_shannon(pair),
        }
    }

    /// Whether the score is a p-value.
    pub fn has_p_value(self) -> bool {
        !matches!(self, Test::Wasserstein | Test::JensenShannon)
    }

    fn threshold(self) -> f64 {
        if self.has_p_value() { SIGNIFICANCE } else { DISTANCE }
    }

    /// What is not a number is no drift.
    fn is_drift(self, score: f64) -> bool {
        match self {
            Test::KolmogorovSmirnov => score <= SIGNIFICANCE,
            Test::ChiSquare | Test::ZTest => score < SIGNIFICANCE,
            Test::Wasserstein | Test::JensenShannon => score >= DISTANCE,
        }
    }
}

fn missing(reference: &Column, current: &Column, n: u64, m: u64) -> MissingDrift {
    let (one, other) = (reference.missing(), current.missing());
    let (rows, current_rows) = (n.saturating_add(one), m.saturating_add(other));
    let p_value =
        if rows == 0 || current_rows == 0 { f64::NAN } else { proportion::two_shares(one, rows, other, current_rows) };
    let share = |missing: u64, rows: u64| if rows == 0 { 0.0 } else { missing as f64 / rows as f64 };
    MissingDrift {
        reference_share: share(one, rows),
        current_share: share(other, current_rows),
        p_value,
        drifted: p_value < SIGNIFICANCE,
    }
}

fn give_q_values(columns: &mut [ColumnDrift], group: Group) {
    let is_one = |column: &&mut ColumnDrift| {
        column.group == group && column.test.is_some_and(Test::has_p_value) && !column.score.is_nan()
    };
    let mut tested: Vec<_> = columns.iter_mut().filter(is_one).collect();
    let p_values: Vec<f64> = tested.iter().map(|column| column.score).collect();
    for (column, q_value) in tested.iter_mut().zip(discovery::q_values(&p_values)) {
        column.q_value = Some(q_value);
    }
}
