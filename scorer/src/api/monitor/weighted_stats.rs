//! Statistics of weighted values: quantiles, means, bins. Values are pairs of a number and its count, ascending.

use crate::wire::monitoring::{Quantiles, Times};

/// Number of bins of the score distribution.
pub(super) const SCORE_BINS: usize = 20;

pub(super) fn total(counts: &[(f64, u64)]) -> u64 {
    counts.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
}

pub(super) fn mean(counts: &[(f64, u64)]) -> Option<f64> {
    let total = total(counts);
    (total > 0).then(|| counts.iter().map(|(value, count)| value * *count as f64).sum::<f64>() / total as f64)
}

/// Quantile with linear interpolation, as numpy's default.
pub(super) fn quantile(counts: &[(f64, u64)], share: f64) -> Option<f64> {
    let last = total(counts).checked_sub(1)?;
    let rank = share * last as f64;
    let (low, high) = (at(counts, rank.floor() as u64)?, at(counts, rank.ceil() as u64)?);
    Some(low + (high - low) * (rank - rank.floor()))
}

/// Value at a zero-based rank.
fn at(counts: &[(f64, u64)], rank: u64) -> Option<f64> {
    let mut cumulative = 0_u64;
    counts.iter().find_map(|(value, count)| {
        cumulative = cumulative.saturating_add(*count);
        (cumulative > rank).then_some(*value)
    })
}

pub(super) fn quantiles(scores: &[(f64, u64)]) -> Option<Quantiles> {
    Some(Quantiles { p25: quantile(scores, 0.25)?, p50: quantile(scores, 0.5)?, p75: quantile(scores, 0.75)? })
}

pub(super) fn times(counts: &[(f64, u64)]) -> Option<Times> {
    Some(Times {
        mean_ms: mean(counts)?,
        p50_ms: quantile(counts, 0.5)?,
        p95_ms: quantile(counts, 0.95)?,
        p99_ms: quantile(counts, 0.99)?,
    })
}

/// Histogram from 0 to 1; bins include their lower end, the last one both.
pub(super) fn score_bins(scores: &[(f64, u64)]) -> Vec<u64> {
    let mut bins = vec![0_u64; SCORE_BINS];
    for (score, count) in scores {
        let bin = ((score * SCORE_BINS as f64) as usize).min(SCORE_BINS - 1);
        bins[bin] = bins[bin].saturating_add(*count);
    }
    bins
}

/// Number of values at or above a limit.
pub(super) fn at_least(counts: &[(f64, u64)], limit: f64) -> u64 {
    total(&counts[counts.partition_point(|(value, _)| *value < limit)..])
}

/// Kolmogorov-Smirnov distance of two distributions; `None` where one side is empty.
pub(super) fn distance(one: &[(f64, u64)], other: &[(f64, u64)]) -> Option<f64> {
    let (n, m) = (total(one), total(other));
    if n == 0 || m == 0 {
        return None;
    }
    let (mut below, mut greatest, mut positions) = ((0, 0), 0.0_f64, (0, 0));
    while let Some(value) = next_value(one.get(positions.0), other.get(positions.1)) {
        step(one, value, &mut positions.0, &mut below.0);
        step(other, value, &mut positions.1, &mut below.1);
        greatest = greatest.max((below.0 as f64 / n as f64 - below.1 as f64 / m as f64).abs());
    }
    Some(greatest)
}

fn next_value(one: Option<&(f64, u64)>, other: Option<&(f64, u64)>) -> Option<f64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.0.min(other.0)),
        (one, other) => one.or(other).map(|(value, _)| *value),
    }
}

fn step(counts: &[(f64, u64)], value: f64, position: &mut usize, below: &mut u64) {
    if let Some((_, count)) = counts.get(*position).filter(|(own, _)| *own == value) {
        *below += count;
        *position += 1;
    }
}

/// Merges counts, ascending.
pub(super) fn add(one: &mut Vec<(f64, u64)>, more: Vec<(f64, u64)>) {
    one.extend(more);
    one.sort_by(|low, high| low.0.total_cmp(&high.0));
    one.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 = kept.1.saturating_add(next.1);
        }
        same
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_counts_match_those_of_the_values() {
        let counts = [(1.0, 1), (2.0, 2), (4.0, 1)];
        assert_eq!(quantile(&counts, 0.0), Some(1.0));
        assert_eq!(quantile(&counts, 0.5), Some(2.0));
        assert!((quantile(&counts, 0.95).unwrap() - 3.7).abs() < 1e-12);
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(mean(&counts), Some(2.25));
    }

    #[test]
    fn a_bin_includes_its_lower_end() {
        let bins = score_bins(&[(0.0, 1), (0.05, 2), (1.0, 3)]);
        assert_eq!((bins[0], bins[1], bins[19], bins.len()), (1, 2, 3, 20));
        assert_eq!(at_least(&[(0.25, 1), (0.5, 2), (0.75, 4)], 0.5), 6);
    }

    #[test]
    fn distance_is_the_largest_difference_of_distributions() {
        assert_eq!(distance(&[(0.0, 1), (1.0, 1)], &[(1.0, 2)]), Some(0.5));
        assert_eq!(distance(&[(0.0, 3)], &[(0.0, 5)]), Some(0.0));
        assert_eq!(distance(&[(0.0, 3)], &[]), None);
    }

    #[test]
    fn counts_are_merged_by_value() {
        let mut counts = vec![(1.0, 1), (3.0, 1)];
        add(&mut counts, vec![(0.5, 2), (3.0, 4)]);
        assert_eq!(counts, [(0.5, 2), (1.0, 1), (3.0, 5)]);
    }
}
