//! The area under the ROC curve with its interval.
//!
//! Owns the variance after DeLong, DeLong and Clarke-Pearson (1988), worked out from midranks as Sun and Xu (2014) do.
//! May not know other figures.

use super::super::metric::{Z, roc_auc as area, wilson};
use super::Estimate;

/// `None` with fewer than two leads of either kind. Where every pair stands the same way round, DeLong's variance is 0
/// and says nothing: then the interval is the one of a share seen without exception in as many cases as there are leads
/// of the rarer kind.
pub(super) fn roc_auc(probabilities: &[f64], replies: &[bool]) -> Option<Estimate> {
    let (with, without): (Vec<usize>, Vec<usize>) = (0..replies.len()).partition(|row| replies[*row]);
    let (positives, negatives) = (with.len() as f64, without.len() as f64);
    if positives < 2.0 || negatives < 2.0 {
        return None;
    }
    let value = area(probabilities, replies);
    let ranks = midranks(probabilities);
    let values = |rows: &[usize]| rows.iter().map(|row| probabilities[*row]).collect::<Vec<_>>();
    // For each lead, the share of the other kind that it beats, or that beats it.
    let placements = |rows: &[usize], others: f64| -> Vec<f64> {
        let own = midranks(&values(rows));
        rows.iter().zip(own).map(|(row, own)| (ranks[*row] - own) / others).collect()
    };
    let variance =
        variance(&placements(&with, negatives)) / positives + variance(&placements(&without, positives)) / negatives;
    if variance > 0.0 {
        return Some(Estimate::around(value, Z * variance.sqrt(), (0.0, 1.0)));
    }
    let (low, high) = wilson(value, positives.min(negatives));
    Some(Estimate { value, low: low.min(value), high: high.max(value) })
}

/// Ranks from 1; those of equal numbers are their mean.
fn midranks(numbers: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|one, other| numbers[*one].total_cmp(&numbers[*other]));
    let mut ranks = vec![0.0; numbers.len()];
    let mut before = 0.0;
    for tied in order.chunk_by(|one, other| numbers[*one] == numbers[*other]) {
        let count = tied.len() as f64;
        tied.iter().for_each(|row| ranks[*row] = before + (count + 1.0) / 2.0);
        before += count;
    }
    ranks
}

/// Of a sample: divided by one less than its size.
fn variance(numbers: &[f64]) -> f64 {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    numbers.iter().map(|number| (number - mean) * (number - mean)).sum::<f64>() / (count - 1.0)
}
