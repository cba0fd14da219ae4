//! Quality of predictions with known outcomes: precision at k, lift, ROC-AUC, Brier score and calibration, each with its
//! count and a 95 % confidence interval.
//!
//! Must not depend on models, time (periods are identified by name) or storage.

mod auc;
mod calibration;
mod precision;

pub use calibration::CalibrationBin;
pub use precision::PrecisionAtK;

use super::metric::{Z_95, brier, wilson};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Values of k at which precision is always measured.
pub const PRECISION_K: [usize; 5] = [5, 10, 20, 50, 100];

/// Prediction with a known outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabeledPrediction {
    /// Predicted probability, 0 to 1.
    pub probability: f64,
    /// True when the lead replied.
    pub replied: bool,
}

/// Value with its 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Estimate))]
pub struct Estimate {
    /// Measured value.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// Quality metrics of a set of leads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Measured))]
pub struct QualityMetrics {
    /// Number of leads with an outcome.
    pub leads: u64,
    /// Number of replies.
    pub replied: u64,
    /// Number of rows left out for an invalid probability.
    pub left_out: u64,
    /// Share of replies, with Wilson's interval (1927).
    pub rate: Estimate,
    /// Expected number of replies: the sum of the probabilities. The interval holds the number of replies in 95 % of
    /// cases if every probability is right and leads reply independently (normal approximation).
    pub expected: Estimate,
    /// Precision at [`PRECISION_K`] and at any requested k, as far as there are that many leads; smallest k first.
    pub precision_at: Vec<PrecisionAtK>,
    /// Area under the ROC curve, 0.5 being chance, with DeLong's interval (1988). Null with fewer than two leads of
    /// either class.
    pub roc_auc: Option<Estimate>,
    /// Mean squared error of the probability, with the interval of a mean. Null with fewer than two leads.
    pub brier: Option<Estimate>,
    /// Brier score of predicting the base rate for every lead: a good model is below.
    pub brier_constant: f64,
    /// Calibration bins, lowest probabilities first.
    pub calibration: Vec<CalibrationBin>,
}

/// Quality metrics of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Period))]
pub struct QualityPeriod {
    /// Start or name of the period.
    pub start: String,
    /// Metrics.
    pub measured: QualityMetrics,
}

impl Estimate {
    /// Proportion `part / total` with Wilson's interval; `total` is not 0.
    fn proportion(part: u64, total: u64) -> Self {
        let value = part as f64 / total as f64;
        let (low, high) = wilson(value, total as f64);
        // Rounding can exclude the value from the interval at 0 and 1.
        Estimate { value, low: low.min(value), high: high.max(value) }
    }

    /// Symmetric interval, clipped to bounds.
    fn symmetric(value: f64, half_width: f64, (lowest, highest): (f64, f64)) -> Self {
        Estimate { value, low: (value - half_width).max(lowest), high: (value + half_width).min(highest) }
    }
}

/// Computes all metrics; `extra_k` is a value of k besides [`PRECISION_K`]. `None` without a valid probability.
pub fn evaluate(predictions: &[LabeledPrediction], extra_k: Option<usize>) -> Option<QualityMetrics> {
    let valid = predictions.iter().filter(|one| (0.0..=1.0).contains(&one.probability));
    let (probabilities, replies): (Vec<f64>, Vec<bool>) = valid.map(|one| (one.probability, one.replied)).unzip();
    let leads = probabilities.len() as u64;
    if leads == 0 {
        return None;
    }
    let replied = replies.iter().filter(|replied| **replied).count() as u64;
    let rate = Estimate::proportion(replied, leads);
    Some(QualityMetrics {
        leads,
        replied,
        left_out: predictions.len() as u64 - leads,
        rate,
        expected: expected_replies(&probabilities),
        precision_at: precision::precision_at(&probabilities, &replies, extra_k),
        roc_auc: auc::roc_auc(&probabilities, &replies),
        brier: brier_score(&probabilities, &replies),
        brier_constant: rate.value * (1.0 - rate.value),
        calibration: calibration::calibration_bins(&probabilities, &replies),
    })
}

/// Computes the metrics of each period, ordered by name.
pub fn evaluate_by_period(predictions: impl IntoIterator<Item = (String, LabeledPrediction)>) -> Vec<QualityPeriod> {
    let mut periods: BTreeMap<String, Vec<LabeledPrediction>> = BTreeMap::new();
    for (start, prediction) in predictions {
        periods.entry(start).or_default().push(prediction);
    }
    let period = |(start, predictions): (String, Vec<LabeledPrediction>)| {
        Some(QualityPeriod { start, measured: evaluate(&predictions, None)? })
    };
    periods.into_iter().filter_map(period).collect()
}

fn expected_replies(probabilities: &[f64]) -> Estimate {
    let sum: f64 = probabilities.iter().sum();
    let variance: f64 = probabilities.iter().map(|probability| probability * (1.0 - probability)).sum();
    Estimate::symmetric(sum, Z_95 * variance.sqrt(), (0.0, probabilities.len() as f64))
}

fn brier_score(probabilities: &[f64], replies: &[bool]) -> Option<Estimate> {
    let count = probabilities.len() as f64;
    if count < 2.0 {
        return None;
    }
    let value = brier(probabilities, replies);
    let squares = probabilities.iter().zip(replies).map(|(probability, replied)| {
        let error = probability - f64::from(u8::from(*replied));
        let deviation = error * error - value;
        deviation * deviation
    });
    let variance = squares.sum::<f64>() / (count - 1.0);
    Some(Estimate::symmetric(value, Z_95 * (variance / count).sqrt(), (0.0, 1.0)))
}

#[cfg(test)]
mod tests;
