//! Drift detection: compares the columns of a current [`Profile`] with those of a reference.
//!
//! Test, score and threshold of every column are the defaults of Evidently 0.7, to the digit. Effect sizes, q-values and
//! the drift of missing values, which Evidently lacks, are reported with them; docs/MONITORING.md explains all of them.
//! Must not depend on leads, models, time or storage.

mod chi_square;
mod column_pair;
mod distance;
mod effect;
mod group;
mod histogram;
mod kolmogorov_smirnov;
#[cfg(test)]
mod tests;
mod z_test;

pub use super::profile::{ColumnGroup, ColumnKind};
pub use effect::{Effect, EffectMeasure, EffectState};
pub use group::{ComparedColumns, DriftGroup};
pub use histogram::{Histogram, LevelCounts};

use super::profile::{ColumnLayout, ColumnProfile, LevelKey, Profile};
use column_pair::ColumnPair;
use effect::LEVELS_MAX;
use serde::{Deserialize, Serialize};

/// Minimum number of values on each side for a conclusive verdict.
pub const VALUES_MIN: u64 = 30;

/// Default share of drifted columns from which the whole group has drifted.
pub const DRIFT_SHARE: f64 = 0.5;

/// Significance level: p-values below are drift.
const SIGNIFICANCE: f64 = 0.05;

/// Distance threshold: distances at or above are drift.
const DISTANCE_THRESHOLD: f64 = 0.1;

/// Maximum number of reference values for a significance test; larger samples get a distance.
const TEST_VALUES_MAX: u64 = 1000;

/// Statistical test or distance of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Test))]
#[serde(rename_all = "snake_case")]
pub enum DriftTest {
    /// Two-sample Kolmogorov-Smirnov test, two-sided; drift at p <= 0.05.
    KolmogorovSmirnov,
    /// Chi-square test of goodness of fit to the reference's shares; drift at p < 0.05.
    ChiSquare,
    /// Z test of two proportions, two-sided; drift at p < 0.05.
    ZTest,
    /// Wasserstein distance in standard deviations of the reference; drift at 0.1.
    Wasserstein,
    /// Jensen-Shannon distance, 0 to 0.83; drift at 0.1.
    JensenShannon,
}

/// Options of [`compare`].
#[derive(Debug, Clone)]
pub struct DriftOptions {
    /// Key that both profiles hashed their levels with.
    pub key: LevelKey,
    /// Share of drifted columns from which a group has drifted.
    pub share: f64,
}

impl DriftOptions {
    /// The default threshold with this key.
    pub fn new(key: LevelKey) -> Self {
        DriftOptions { key, share: DRIFT_SHARE }
    }
}

/// Change of the share of missing values; infinite numbers count as missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::MissingDrift))]
pub struct MissingDrift {
    /// Share in the reference.
    pub reference_share: f64,
    /// Share in the current data.
    pub current_share: f64,
    /// P-value of the Z test of the two shares; null where a side has no rows.
    pub p_value: Option<f64>,
    /// True when p < 0.05.
    pub drifted: bool,
}

/// Verdict on one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::ColumnDrift))]
pub struct ColumnDrift {
    /// Display name: the field or feature, with the quantity that is counted.
    pub name: String,
    /// Kind of its values.
    pub kind: ColumnKind,
    /// Test as Evidently chooses by default; null where a side has no values.
    pub test: Option<DriftTest>,
    /// P-value or distance; null where it is not a finite number.
    pub score: Option<f64>,
    /// Threshold of the score.
    pub threshold: f64,
    /// True when the score has passed its threshold.
    pub drifted: bool,
    /// Effect size, independent of the number of rows.
    pub effect: Effect,
    /// P-value after Benjamini and Hochberg over the group; null for distances.
    pub q_value: Option<f64>,
    /// True when a side has fewer than [`VALUES_MIN`] values.
    pub too_few: bool,
    /// Drift of the missing values.
    pub missing: MissingDrift,
    /// Number of levels in the current data that the reference does not have.
    pub new_levels: u64,
    /// True when values were counted with reduced precision or pooled.
    pub approximate: bool,
    /// Number of values in the reference.
    pub reference_count: u64,
    /// Number of values in the current data.
    pub current_count: u64,
    /// Both sides in a few bins or levels; null where there is nothing to draw.
    #[serde(rename = "picture")]
    pub histogram: Option<Histogram>,
}

/// Result of [`compare`]; a group is `None` when the profiles share none of its columns.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftReport {
    /// Encoded features: the overall verdict.
    pub features: Option<DriftGroup>,
    /// Fields of the leads.
    pub fields: Option<DriftGroup>,
    /// The score.
    pub score: Option<ColumnDrift>,
}

/// Compares the columns of two profiles, in the order of the current one. Columns that the reference does not have are
/// left out.
pub fn compare(reference: &Profile, current: &Profile, options: &DriftOptions) -> DriftReport {
    let find = |layout: &ColumnLayout| {
        reference.columns().find(|(known, _)| known.is_same(layout) && known.kind == layout.kind)
    };
    let columns = |group| {
        let of_group = current.columns().filter(move |(layout, _)| layout.group == group);
        let pairs = of_group.filter_map(|current| Some((find(current.0)?, current)));
        pairs.map(|(reference, current)| column(reference, current, options.key)).collect::<Vec<_>>()
    };
    let group = |kind, columns| DriftGroup::new(kind, columns, options.share);
    DriftReport {
        features: group(ComparedColumns::Features, columns(ColumnGroup::Feature)),
        fields: group(ComparedColumns::Fields, columns(ColumnGroup::Field)),
        score: columns(ColumnGroup::Score).into_iter().next(),
    }
}

/// A column of a profile with its layout.
type ProfiledColumn<'a> = (&'a ColumnLayout, &'a ColumnProfile);

fn column(reference: ProfiledColumn<'_>, current: ProfiledColumn<'_>, key: LevelKey) -> ColumnDrift {
    let group = current.0.group;
    let pair = ColumnPair::new(reference, current, key);
    let test = select_test(&pair, group);
    let score = test.map_or(f64::NAN, |test| test.score(&pair));
    ColumnDrift {
        name: current.0.title(),
        kind: pair.kind,
        test,
        score: finite(score),
        threshold: test.map_or(SIGNIFICANCE, DriftTest::threshold),
        drifted: test.is_some_and(|test| test.is_drift(score)),
        effect: Effect::new(&pair, group),
        q_value: None,
        too_few: pair.n < VALUES_MIN || pair.m < VALUES_MIN,
        missing: missing(reference.1, current.1, pair.n, pair.m),
        new_levels: pair.new_levels,
        approximate: pair.approximate,
        reference_count: pair.n,
        current_count: pair.m,
        histogram: Histogram::new(reference, current),
    }
}

/// `None` for NaN and infinities, which JSON cannot hold.
fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}

/// Evidently's default test; scores always get a significance test.
fn select_test(pair: &ColumnPair, group: ColumnGroup) -> Option<DriftTest> {
    let distinct = pair.distinct();
    Some(match pair.kind {
        _ if pair.n == 0 || pair.m == 0 => return None,
        ColumnKind::Number if group == ColumnGroup::Score => DriftTest::KolmogorovSmirnov,
        ColumnKind::Number if distinct > LEVELS_MAX && pair.n > TEST_VALUES_MAX => DriftTest::Wasserstein,
        ColumnKind::Number if distinct > LEVELS_MAX => DriftTest::KolmogorovSmirnov,
        _ if pair.n > TEST_VALUES_MAX => DriftTest::JensenShannon,
        _ if distinct > 2 => DriftTest::ChiSquare,
        _ => DriftTest::ZTest,
    })
}

impl DriftTest {
    fn score(self, pair: &ColumnPair) -> f64 {
        match self {
            DriftTest::KolmogorovSmirnov => kolmogorov_smirnov::test(&pair.counts, pair.n, pair.m).p_value,
            DriftTest::ChiSquare => chi_square::p_value(&pair.counts, pair.n, pair.m),
            DriftTest::ZTest => z_test::p_value(&pair.counts, pair.n, pair.m),
            DriftTest::Wasserstein => distance::wasserstein(pair),
            DriftTest::JensenShannon => distance::jensen_shannon(pair),
        }
    }

    /// True when the score is a p-value, false when it is a distance.
    pub fn has_p_value(self) -> bool {
        !matches!(self, DriftTest::Wasserstein | DriftTest::JensenShannon)
    }

    fn threshold(self) -> f64 {
        if self.has_p_value() { SIGNIFICANCE } else { DISTANCE_THRESHOLD }
    }

    /// NaN is no drift.
    fn is_drift(self, score: f64) -> bool {
        match self {
            DriftTest::KolmogorovSmirnov => score <= SIGNIFICANCE,
            DriftTest::ChiSquare | DriftTest::ZTest => score < SIGNIFICANCE,
            DriftTest::Wasserstein | DriftTest::JensenShannon => score >= DISTANCE_THRESHOLD,
        }
    }
}

fn missing(reference: &ColumnProfile, current: &ColumnProfile, n: u64, m: u64) -> MissingDrift {
    let (a, b) = (reference.missing(), current.missing());
    let (reference_rows, current_rows) = (n.saturating_add(a), m.saturating_add(b));
    let has_rows = reference_rows > 0 && current_rows > 0;
    let p_value = if has_rows { z_test::two_proportions(a, reference_rows, b, current_rows) } else { f64::NAN };
    let share = |missing: u64, rows: u64| if rows == 0 { 0.0 } else { missing as f64 / rows as f64 };
    MissingDrift {
        reference_share: share(a, reference_rows),
        current_share: share(b, current_rows),
        p_value: finite(p_value),
        drifted: p_value < SIGNIFICANCE,
    }
}
