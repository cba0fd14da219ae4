//! How large a difference is, whatever the number of rows: three states per column.
//!
//! Owns measures and thresholds. For numbers, the Wasserstein distance in standard deviations of the reference, which
//! is Cohen's d where a distribution only moves; for levels, Cramér's V without its bias (W. Bergsma, "A bias-correction
//! for Cramér's V and Tschuprow's T", 2013), which is Cohen's w for two samples. Both are moderate from what J. Cohen
//! ("Statistical power analysis for the behavioral sciences", 1988) calls small, strong from what he calls medium. For
//! scores, the population stability index with the thresholds of N. Siddiqi ("Credit risk scorecards", 2006). May not
//! know tests.

use super::distance;
use super::pair::Pair;
use crate::insight::profile::{Group, Kind};
use serde::Serialize;

/// Numbers of no more different values than this are levels to Evidently's tests, and here.
pub(super) const LEVELS_MAX: usize = 5;

/// What an effect is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Wasserstein distance in standard deviations of the reference: moderate from 0.2, strong from 0.5.
    Wasserstein,
    /// Cramér's V: moderate from 0.1, strong from 0.3.
    CramersV,
    /// Population stability index: moderate from 0.1, strong from 0.25.
    StabilityIndex,
}

/// How large a difference is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectState {
    /// Too small to matter, or not known.
    None,
    /// Worth a look.
    Moderate,
    /// Worth acting on.
    Strong,
}

/// The size of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Effect {
    /// What it is measured by.
    pub measure: Measure,
    /// How much; NaN where there are no values, or where numbers lie too near each other for bins.
    pub value: f64,
    /// What that means.
    pub state: EffectState,
}

impl Measure {
    fn thresholds(self) -> (f64, f64) {
        match self {
            Measure::Wasserstein => (0.2, 0.5),
            Measure::CramersV => (0.1, 0.3),
            Measure::StabilityIndex => (0.1, 0.25),
        }
    }
}

impl Effect {
    pub(super) fn of(pair: &Pair, group: Group) -> Self {
        let (measure, value) = match pair.kind {
            _ if pair.n == 0 || pair.m == 0 => (Measure::CramersV, f64::NAN),
            Kind::Number if group == Group::Score => (Measure::StabilityIndex, distance::stability_index(pair)),
            Kind::Number if pair.distinct() > LEVELS_MAX => (Measure::Wasserstein, distance::wasserstein(pair)),
            _ => (Measure::CramersV, cramers_v(pair)),
        };
        let (moderate, strong) = measure.thresholds();
        let state = match value {
            value if value >= strong => EffectState::Strong,
            value if value >= moderate => EffectState::Moderate,
            _ => EffectState::None,
        };
        Effect { measure, value, state }
    }
}

/// Cramér's V of the table of two rows, reference and current, and a column per level.
fn cramers_v(pair: &Pair) -> f64 {
    let (n, m) = (pair.n as f64, pair.m as f64);
    let all = n + m;
    // Chi-square of a table of two rows, over the sum of it.
    let terms = pair.counts.iter().map(|count| {
        let apart = count.reference as f64 / n - count.current as f64 / m;
        apart * apart / (count.reference as f64 + count.current as f64)
    });
    let square = terms.sum::<f64>() * n * m / all;
    let levels = pair.distinct() as f64;
    let by_chance = (levels - 1.0) / (all - 1.0);
    let (rows, columns) = (2.0 - 1.0 / (all - 1.0), levels - (levels - 1.0) * (levels - 1.0) / (all - 1.0));
    let most = rows.min(columns) - 1.0;
    if most > 0.0 { libm::sqrt((square - by_chance).max(0.0) / most).min(1.0) } else { 0.0 }
}
