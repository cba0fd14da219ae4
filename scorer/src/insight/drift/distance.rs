//! Distances between two columns of counts.
//!
//! Owns Wasserstein, Jensen-Shannon, the population stability index and their bins; they match scipy, numpy and what
//! Evidently makes of them. May not know thresholds.

use super::pair::{Count, Pair};
use crate::insight::profile::Kind;

/// Numbers of more different values than this in the reference are put into bins.
const VALUES_UNBINNED: usize = 20;

/// The smallest standard deviation that a distance is divided by.
const DEVIATION_MIN: f64 = 0.001;

/// What stands in for a share of nothing where its logarithm is taken.
const SHARE_MIN: f64 = 0.0001;

/// Wasserstein-1 distance (`scipy.stats.wasserstein_distance`), in standard deviations of the reference.
pub(super) fn wasserstein(pair: &Pair) -> f64 {
    let (n, m) = (pair.n as f64, pair.m as f64);
    let (mut below_reference, mut below_current, mut distance) = (0, 0, 0.0);
    for (count, ends) in pair.counts.iter().zip(pair.values.windows(2)) {
        below_reference += count.reference;
        below_current += count.current;
        let apart = (below_reference as f64 / n - below_current as f64 / m).abs();
        distance += apart * (ends[1] - ends[0]);
    }
    let deviation = deviation(pair);
    // Written so that a deviation that is not a number stays.
    distance / if deviation < DEVIATION_MIN { DEVIATION_MIN } else { deviation }
}

/// The standard deviation of the reference, over n.
fn deviation(pair: &Pair) -> f64 {
    let n = pair.n as f64;
    let weighted = |of: &dyn Fn(f64) -> f64| -> f64 {
        pair.values.iter().zip(&pair.counts).map(|(value, count)| count.reference as f64 * of(*value)).sum()
    };
    let mean = weighted(&|value| value) / n;
    libm::sqrt(weighted(&|value| (value - mean) * (value - mean)) / n)
}

/// Jensen-Shannon distance with natural logarithms (`scipy.spatial.distance.jensenshannon`) of the shares of bins.
pub(super) fn jensen_shannon(pair: &Pair) -> f64 {
    let Some((one, other)) = shares(pair) else { return f64::NAN };
    let (sum_one, sum_other): (f64, f64) = (one.iter().sum(), other.iter().sum());
    let (mut left, mut right) = (0.0, 0.0);
    for (p, q) in one.iter().zip(&other) {
        let (p, q) = (p / sum_one, q / sum_other);
        let middle = (p + q) / 2.0;
        left += relative_entropy(p, middle);
        right += relative_entropy(q, middle);
    }
    // Rounding can leave a little less than nothing.
    libm::sqrt(((left + right) / 2.0).max(0.0))
}

fn relative_entropy(p: f64, q: f64) -> f64 {
    if p > 0.0 { p * libm::log(p / q) } else { 0.0 }
}

/// The population stability index of the shares of bins. A share of nothing counts as 0.0001, or as a millionth of the
/// smallest share where that is no larger.
pub(super) fn stability_index(pair: &Pair) -> f64 {
    let Some((mut one, mut other)) = shares(pair) else { return f64::NAN };
    fill(&mut one);
    fill(&mut other);
    one.iter().zip(&other).map(|(p, q)| (p - q) * libm::log(p / q)).sum()
}

fn fill(shares: &mut [f64]) {
    let least = shares.iter().copied().filter(|share| *share > 0.0).fold(f64::INFINITY, f64::min);
    let filled = if least <= SHARE_MIN { least / 1e6 } else { SHARE_MIN };
    shares.iter_mut().filter(|share| **share == 0.0).for_each(|share| *share = filled);
}

/// The share of each bin, of both sides; none where numbers lie too near each other for bins.
fn shares(pair: &Pair) -> Option<(Vec<f64>, Vec<f64>)> {
    let of_reference = pair.counts.iter().filter(|count| count.reference > 0).count();
    let counts = if pair.kind == Kind::Number && of_reference > VALUES_UNBINNED {
        binned(pair, &edges(pair)?)
    } else {
        pair.counts.clone()
    };
    let (n, m) = (pair.n as f64, pair.m as f64);
    Some(counts.iter().map(|count| (count.reference as f64 / n, count.current as f64 / m)).unzip())
}

/// numpy's edges by the rule of Sturges over both sides together.
fn edges(pair: &Pair) -> Option<Vec<f64>> {
    let (low, high) = (*pair.values.first()?, *pair.values.last()?);
    let range = high - low;
    let width = range / (libm::log2(pair.n as f64 + pair.m as f64) + 1.0);
    let bins = libm::ceil(range / width);
    let step = range / bins;
    if !range.is_finite() || !step.is_finite() {
        return None;
    }
    let mut edges: Vec<f64> = (0..bins as usize).map(|place| place as f64 * step + low).collect();
    edges.push(high);
    edges.is_sorted_by(|left, right| left < right).then_some(edges)
}

/// A bin holds its lower edge, the last one both.
fn binned(pair: &Pair, edges: &[f64]) -> Vec<Count> {
    let last = edges.len().saturating_sub(2);
    let mut bins = vec![Count::default(); last + 1];
    for (value, count) in pair.values.iter().zip(&pair.counts) {
        let place = edges.partition_point(|edge| edge <= value).saturating_sub(1).min(last);
        bins[place].reference += count.reference;
        bins[place].current += count.current;
    }
    bins
}
