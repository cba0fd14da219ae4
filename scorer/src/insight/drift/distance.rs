//! Distances between two columns of counts: Wasserstein, Jensen-Shannon, population stability index. They match scipy,
//! numpy and Evidently, with Evidently's bins.

use super::column_pair::{ColumnPair, PairedCount};
use crate::insight::profile::ColumnKind;

/// Maximum number of distinct reference numbers without binning.
const VALUES_UNBINNED: usize = 20;

/// Lower bound of the standard deviation that a distance is divided by.
const DEVIATION_MIN: f64 = 0.001;

/// Substitute for an empty bin's share, whose logarithm is taken.
const SHARE_MIN: f64 = 0.0001;

/// Wasserstein-1 distance (`scipy.stats.wasserstein_distance`), in standard deviations of the reference.
pub(super) fn wasserstein(pair: &ColumnPair) -> f64 {
    let (n, m) = (pair.n as f64, pair.m as f64);
    let (mut below_reference, mut below_current, mut distance) = (0, 0, 0.0);
    for (count, ends) in pair.counts.iter().zip(pair.values.windows(2)) {
        below_reference += count.reference;
        below_current += count.current;
        let difference = (below_reference as f64 / n - below_current as f64 / m).abs();
        distance += difference * (ends[1] - ends[0]);
    }
    let deviation = standard_deviation(pair);
    // Not `max`, which would drop a NaN.
    distance / if deviation < DEVIATION_MIN { DEVIATION_MIN } else { deviation }
}

/// Population standard deviation of the reference.
fn standard_deviation(pair: &ColumnPair) -> f64 {
    let n = pair.n as f64;
    let weighted = |term: &dyn Fn(f64) -> f64| -> f64 {
        pair.values.iter().zip(&pair.counts).map(|(value, count)| count.reference as f64 * term(*value)).sum()
    };
    let mean = weighted(&|value| value) / n;
    libm::sqrt(weighted(&|value| (value - mean) * (value - mean)) / n)
}

/// Jensen-Shannon distance with natural logarithms (`scipy.spatial.distance.jensenshannon`) of the shares of bins.
pub(super) fn jensen_shannon(pair: &ColumnPair) -> f64 {
    let Some((reference, current)) = shares(pair) else { return f64::NAN };
    let (reference_sum, current_sum): (f64, f64) = (reference.iter().sum(), current.iter().sum());
    let (mut left, mut right) = (0.0, 0.0);
    for (p, q) in reference.iter().zip(&current) {
        let (p, q) = (p / reference_sum, q / current_sum);
        let middle = (p + q) / 2.0;
        left += relative_entropy(p, middle);
        right += relative_entropy(q, middle);
    }
    // Rounding can give a tiny negative sum.
    libm::sqrt(((left + right) / 2.0).max(0.0))
}

fn relative_entropy(p: f64, q: f64) -> f64 {
    if p > 0.0 { p * libm::log(p / q) } else { 0.0 }
}

/// Population stability index of the shares of bins. An empty bin counts as 0.0001, or as a millionth of the smallest
/// share where that share is no larger.
pub(super) fn stability_index(pair: &ColumnPair) -> f64 {
    let Some((mut reference, mut current)) = shares(pair) else { return f64::NAN };
    fill_empty(&mut reference);
    fill_empty(&mut current);
    reference.iter().zip(&current).map(|(p, q)| (p - q) * libm::log(p / q)).sum()
}

fn fill_empty(shares: &mut [f64]) {
    let smallest = shares.iter().copied().filter(|share| *share > 0.0).fold(f64::INFINITY, f64::min);
    let substitute = if smallest <= SHARE_MIN { smallest / 1e6 } else { SHARE_MIN };
    shares.iter_mut().filter(|share| **share == 0.0).for_each(|share| *share = substitute);
}

/// Share per bin of the reference and of the current data; `None` where numbers are too close to each other for bins.
fn shares(pair: &ColumnPair) -> Option<(Vec<f64>, Vec<f64>)> {
    let distinct = pair.counts.iter().filter(|count| count.reference > 0).count();
    let counts = if pair.kind == ColumnKind::Number && distinct > VALUES_UNBINNED {
        binned(pair, &bin_edges(pair)?)
    } else {
        pair.counts.clone()
    };
    let (n, m) = (pair.n as f64, pair.m as f64);
    Some(counts.iter().map(|count| (count.reference as f64 / n, count.current as f64 / m)).unzip())
}

/// Bin edges of both sides together by Sturges' rule, as `numpy.histogram_bin_edges`.
fn bin_edges(pair: &ColumnPair) -> Option<Vec<f64>> {
    let (low, high) = (*pair.values.first()?, *pair.values.last()?);
    let range = high - low;
    let width = range / (libm::log2(pair.n as f64 + pair.m as f64) + 1.0);
    let bins = libm::ceil(range / width);
    let step = range / bins;
    if !range.is_finite() || !step.is_finite() {
        return None;
    }
    let mut edges: Vec<f64> = (0..bins as usize).map(|index| index as f64 * step + low).collect();
    edges.push(high);
    edges.is_sorted_by(|left, right| left < right).then_some(edges)
}

/// Counts per bin; bins include their lower edge, the last one both.
fn binned(pair: &ColumnPair, edges: &[f64]) -> Vec<PairedCount> {
    let last = edges.len().saturating_sub(2);
    let mut bins = vec![PairedCount::default(); last + 1];
    for (value, count) in pair.values.iter().zip(&pair.counts) {
        let bin = edges.partition_point(|edge| edge <= value).saturating_sub(1).min(last);
        bins[bin].reference += count.reference;
        bins[bin].current += count.current;
    }
    bins
}
