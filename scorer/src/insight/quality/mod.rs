//! How good predictions were, from pairs of a probability and whether a reply came: precision among the best, lift,
//! ROC-AUC, Brier score and calibration, each with its count and a 95 % interval.
//!
//! Owns these figures. May not know models, time (periods come in with a name) or storage.

mod auc;
mod best;
mod calibration;

pub use best::Precision;
pub use calibration::CalibrationBin;

use super::metric::{Z, brier, wilson};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many of the best leads precision is given for.
pub const BEST: [usize; 5] = [5, 10, 20, 50, 100];

/// A prediction whose outcome is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// 0 to 1, as the model gave it.
    pub probability: f64,
    /// Whether the lead replied.
    pub replied: bool,
}

/// A figure with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Estimate))]
pub struct Estimate {
    /// As measured.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

/// What was measured on some leads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Measured))]
pub struct Measured {
    /// How many leads have an outcome.
    pub leads: u64,
    /// How many of them replied.
    pub replied: u64,
    /// Rows left out, whose probability was none.
    pub left_out: u64,
    /// The share that replied; the interval is Wilson's (1927).
    pub rate: Estimate,
    /// How many replies the probabilities add up to; the interval is where the number of replies lies in 95 % of cases
    /// if every probability is right and leads reply independently (the normal approximation).
    pub expected: Estimate,
    /// Among the best [`BEST`] and any number asked for, as far as there are so many leads; smallest number first.
    pub precision_at: Vec<Precision>,
    /// The chance that a lead that replied stands above one that did not, 0.5 being chance; the interval is DeLong's
    /// (1988). Null with fewer than two of either kind.
    pub roc_auc: Option<Estimate>,
    /// The mean squared error of the probability; the interval is that of a mean. Null with fewer than two leads.
    pub brier: Option<Estimate>,
    /// The Brier score of giving every one of these leads their rate: a good model lies below.
    pub brier_constant: f64,
    /// Expected against actual replies, lowest probabilities first.
    pub calibration: Vec<CalibrationBin>,
}

/// What was measured on the leads of a span of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Period))]
pub struct Period {
    /// When it begins, or its name.
    pub start: String,
    /// What was measured.
    pub measured: Measured,
}

impl Estimate {
    /// A share of so many, with Wilson's interval; `of` is not 0.
    fn share(part: u64, of: u64) -> Self {
        let value = part as f64 / of as f64;
        let (low, high) = wilson(value, of as f64);
        // In the last bit, the interval of all or none may lie beside its own value.
        Estimate { value, low: low.min(value), high: high.max(value) }
    }

    /// A figure and how far its interval reaches to both sides, within bounds.
    fn around(value: f64, reach: f64, (least, most): (f64, f64)) -> Self {
        Estimate { value, low: (value - reach).max(least), high: (value + reach).min(most) }
    }
}

/// Measures leads; `k` is a number of best leads to look at beside [`BEST`]. `None` where no lead has a probability.
pub fn measure(judged: &[Judged], k: Option<usize>) -> Option<Measured> {
    let usable = judged.iter().filter(|one| (0.0..=1.0).contains(&one.probability));
    let (probabilities, replies): (Vec<f64>, Vec<bool>) = usable.map(|one| (one.probability, one.replied)).unzip();
    let leads = probabilities.len() as u64;
    if leads == 0 {
        return None;
    }
    let replied = replies.iter().filter(|replied| **replied).count() as u64;
    let rate = Estimate::share(replied, leads);
    Some(Measured {
        leads,
        replied,
        left_out: judged.len() as u64 - leads,
        rate,
        expected: expected(&probabilities),
        precision_at: best::precision(&probabilities, &replies, k),
        roc_auc: auc::roc_auc(&probabilities, &replies),
        brier: brier_score(&probabilities, &replies),
        brier_constant: rate.value * (1.0 - rate.value),
        calibration: calibration::bins(&probabilities, &replies),
    })
}

/// Measures the leads of each period by itself, in the order of the periods' names.
pub fn over_time(judged: impl IntoIterator<Item = (String, Judged)>) -> Vec<Period> {
    let mut periods: BTreeMap<String, Vec<Judged>> = BTreeMap::new();
    for (start, one) in judged {
        periods.entry(start).or_default().push(one);
    }
    let measured = |(start, judged): (String, Vec<Judged>)| Some(Period { start, measured: measure(&judged, None)? });
    periods.into_iter().filter_map(measured).collect()
}

fn expected(probabilities: &[f64]) -> Estimate {
    let sum: f64 = probabilities.iter().sum();
    let variance: f64 = probabilities.iter().map(|probability| probability * (1.0 - probability)).sum();
    Estimate::around(sum, Z * variance.sqrt(), (0.0, probabilities.len() as f64))
}

fn brier_score(probabilities: &[f64], replies: &[bool]) -> Option<Estimate> {
    let count = probabilities.len() as f64;
    if count < 2.0 {
        return None;
    }
    let value = brier(probabilities, replies);
    let squares = probabilities.iter().zip(replies).map(|(probability, replied)| {
        let error = probability - f64::from(u8::from(*replied));
        let apart = error * error - value;
        apart * apart
    });
    let variance = squares.sum::<f64>() / (count - 1.0);
    Some(Estimate::around(value, Z * (variance / count).sqrt(), (0.0, 1.0)))
}

#[cfg(test)]
mod tests;
