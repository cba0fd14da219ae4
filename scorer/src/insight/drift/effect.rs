//! Effect sizes in three states, independent of the number of rows.
//!
//! Numbers: Wasserstein distance in standard deviations of the reference, which equals Cohen's d when a distribution
//! only shifts. Levels: bias-corrected Cramér's V (W. Bergsma, "A bias-correction for Cramér's V and Tschuprow's T",
//! 2013), which is Cohen's w for two samples. Both are moderate from what J. Cohen ("Statistical power analysis for the
//! behavioral sciences", 1988) calls small, strong from what he calls medium. Scores: population stability index with
//! the thresholds of N. Siddiqi ("Credit risk scorecards", 2006).

use super::column_pair::ColumnPair;
use super::distance;
use crate::insight::profile::{ColumnGroup, ColumnKind};
use serde::{Deserialize, Serialize};

/// Maximum number of distinct numbers that Evidently's tests treat as levels.
pub(super) const LEVELS_MAX: usize = 5;

/// Measure of an effect; serialised as its display name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EffectMeasure {
    /// Wasserstein distance in standard deviations of the reference: moderate from 0.2, strong from 0.5.
    #[serde(rename = "Wasserstein distance")]
    Wasserstein,
    /// Cramér's V: moderate from 0.1, strong from 0.3.
    #[serde(rename = "Cramér's V")]
    CramersV,
    /// Population stability index: moderate from 0.1, strong from 0.25.
    #[serde(rename = "Population stability index")]
    StabilityIndex,
}

/// Effect size in three steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::EffectState))]
#[serde(rename_all = "snake_case")]
pub enum EffectState {
    /// Negligible, or unknown.
    None,
    /// Worth a look.
    Moderate,
    /// Worth acting on.
    Strong,
}

/// Size of a difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Effect))]
pub struct Effect {
    /// Name of the measure, e.g. `Cramér's V`.
    #[cfg_attr(feature = "native", schema(value_type = String))]
    pub measure: EffectMeasure,
    /// Value; null without values, or where numbers are too close to each other for bins.
    pub value: Option<f64>,
    /// Value in three steps.
    pub state: EffectState,
}

impl EffectMeasure {
    /// Display name.
    pub fn name(self) -> &'static str {
        match self {
            EffectMeasure::Wasserstein => "Wasserstein distance",
            EffectMeasure::CramersV => "Cramér's V",
            EffectMeasure::StabilityIndex => "Population stability index",
        }
    }

    /// Thresholds of a moderate and of a strong effect.
    fn thresholds(self) -> (f64, f64) {
        match self {
            EffectMeasure::Wasserstein => (0.2, 0.5),
            EffectMeasure::CramersV => (0.1, 0.3),
            EffectMeasure::StabilityIndex => (0.1, 0.25),
        }
    }
}

impl Effect {
    pub(super) fn new(pair: &ColumnPair, group: ColumnGroup) -> Self {
        let (measure, value) = match pair.kind {
            _ if pair.n == 0 || pair.m == 0 => (EffectMeasure::CramersV, f64::NAN),
            ColumnKind::Number if group == ColumnGroup::Score => {
                (EffectMeasure::StabilityIndex, distance::stability_index(pair))
            }
            ColumnKind::Number if pair.distinct() > LEVELS_MAX => {
                (EffectMeasure::Wasserstein, distance::wasserstein(pair))
            }
            _ => (EffectMeasure::CramersV, cramers_v(pair)),
        };
        let (moderate, strong) = measure.thresholds();
        let state = match value {
            value if value >= strong => EffectState::Strong,
            value if value >= moderate => EffectState::Moderate,
            _ => EffectState::None,
        };
        Effect { measure, value: super::finite(value), state }
    }
}

/// Cramér's V of the contingency table with rows reference and current and a column per level.
fn cramers_v(pair: &ColumnPair) -> f64 {
    let (n, m) = (pair.n as f64, pair.m as f64);
    let total = n + m;
    // Chi-square of a table of two rows, divided by the total.
    let terms = pair.counts.iter().map(|count| {
        let difference = count.reference as f64 / n - count.current as f64 / m;
        difference * difference / (count.reference as f64 + count.current as f64)
    });
    let phi_square = terms.sum::<f64>() * n * m / total;
    let levels = pair.distinct() as f64;
    let bias = (levels - 1.0) / (total - 1.0);
    let (rows, columns) = (2.0 - 1.0 / (total - 1.0), levels - (levels - 1.0) * (levels - 1.0) / (total - 1.0));
    let most = rows.min(columns) - 1.0;
    if most > 0.0 { libm::sqrt((phi_square - bias).max(0.0) / most).min(1.0) } else { 0.0 }
}
