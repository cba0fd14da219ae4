//! Figures of counted values: quantiles, means, bins.
//!
//! Owns how they are read off counts. Values come rising, each with how often it came. May not know what they are of.

use crate::wire::monitoring::{Quantiles, Times};

/// How many bins scores are shown in.
pub(super) const SCORE_BINS: usize = 20;

pub(super) fn total(counts: &[(f64, u64)]) -> u64 {
    counts.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
}

pub(super) fn mean(counts: &[(f64, u64)]) -> Option<f64> {
    let total = total(counts);
    (total > 0).then(|| counts.iter().map(|(value, count)| value * *count as f64).sum::<f64>() / total as f64)
}

/// The value below which a share of all lies: between two neighbours in a straight line, as numpy's default.
pub(super) fn quantile(counts: &[(f64, u64)], share: f64) -> Option<f64> {
    let last = total(counts).checked_sub(1)?;
    let place = share * last as f64;
    let (low, high) = (at(counts, place.floor() as u64)?, at(counts, place.ceil() as u64)?);
    Some(low + (high - low) * (place - place.floor()))
}

/// The value at a place, counted from 0.
fn at(counts: &[(f64, u64)], place: u64) -> Option<f64> {
    let mut seen = 0_u64;
    counts.iter().find_map(|(value, count)| {
        seen = seen.saturating_add(*count);
        (seen > place).then_some(*value)
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

/// Scores per bin of equal width from 0 to 1; a bin holds its lower end, the last one both.
pub(super) fn score_bins(scores: &[(f64, u64)]) -> Vec<u64> {
    let mut bins = vec![0_u64; SCORE_BINS];
    for (score, count) in scores {
        let bin = ((score * SCORE_BINS as f64) as usize).min(SCORE_BINS - 1);
        bins[bin] = bins[bin].saturating_add(*count);
    }
    bins
}

/// How many values are at least as high as a limit.
pub(super) fn at_least(counts: &[(f64, u64)], limit: f64) -> u64 {
    total(&counts[counts.partition_point(|(value, _)| *value < limit)..])
}

/// The greatest distance between two distribution functions; `None` where one side has no values.
pub(super) fn distance(one: &[(f64, u64)], other: &[(f64, u64)]) -> Option<f64> {
    let (n, m) = (total(one), total(other));
    if n == 0 || m == 0 {
        return None;
    }
    let (mut below, mut greatest, mut places) = ((0, 0), 0.0_f64, (0, 0));
    while let Some(value) = next_value(one.get(places.0), other.get(places.1)) {
        step(one, value, &mut places.0, &mut below.0);
        step(other, value, &mut places.1, &mut below.1);
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

fn step(counts: &[(f64, u64)], value: f64, place: &mut usize, below: &mut u64) {
    if let Some((_, count)) = counts.get(*place).filter(|(own, _)| *own == value) {
        *below += count;
        *place += 1;
    }
}

/// Rising counts of both together.
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
    fn quantiles_of_counts_are_those_of_the_values() {
        let counts = [(1.0, 1), (2.0, 2), (4.0, 1)];
        assert_eq!(quantile(&counts, 0.0), Some(1.0));
        assert_eq!(quantile(&counts, 0.5), Some(2.0));
        assert!((quantile(&counts, 0.95).unwrap() - 3.7).abs() < 1e-12);
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(mean(&counts), Some(2.25));
    }

    #[test]
    fn a_bin_holds_its_lower_end() {
        let bins = score_bins(&[(0.0, 1), (0.05, 2), (1.0, 3)]);
        assert_eq!((bins[0], bins[1], bins[19], bins.len()), (1, 2, 3, 20));
        assert_eq!(at_least(&[(0.25, 1), (0.5, 2), (0.75, 4)], 0.5), 6);
    }

    #[test]
    fn distributions_are_as_far_apart_as_at_their_widest() {
        assert_eq!(distance(&[(0.0, 1), (1.0, 1)], &[(1.0, 2)]), Some(0.5));
        assert_eq!(distance(&[(0.0, 3)], &[(0.0, 5)]), Some(0.0));
        assert_eq!(distance(&[(0.0, 3)], &[]), None);
    }

    #[test]
    fn counts_are_added_by_value() {
        let mut counts = vec![(1.0, 1), (3.0, 1)];
        add(&mut counts, vec![(0.5, 2), (3.0, 4)]);
        assert_eq!(counts, [(0.5, 2), (1.0, 1), (3.0, 5)]);
    }
}
