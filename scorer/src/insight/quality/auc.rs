//! Area under the ROC curve with its interval: the variance of DeLong, DeLong and Clarke-Pearson (1988), computed from
//! midranks as in Sun and Xu (2014).

use super::super::metric::{Z_95, roc_auc as area, wilson};
use super::Estimate;

/// `None` with fewer than two leads of either class. Where the order is perfect, DeLong's variance is 0 and meaningless:
/// then the interval is Wilson's for as many cases as there are leads of the rarer class.
pub(super) fn roc_auc(probabilities: &[f64], replies: &[bool]) -> Option<Estimate> {
    let (positive_rows, negative_rows): (Vec<usize>, Vec<usize>) = (0..replies.len()).partition(|row| replies[*row]);
    let (positives, negatives) = (positive_rows.len() as f64, negative_rows.len() as f64);
    if positives < 2.0 || negatives < 2.0 {
        return None;
    }
    let value = area(probabilities, replies);
    let ranks = midranks(probabilities);
    let values = |rows: &[usize]| rows.iter().map(|row| probabilities[*row]).collect::<Vec<_>>();
    // Share of the other class that each lead outranks, or that outranks it.
    let placements = |rows: &[usize], others: f64| -> Vec<f64> {
        let ranks_in_class = midranks(&values(rows));
        rows.iter().zip(ranks_in_class).map(|(row, in_class)| (ranks[*row] - in_class) / others).collect()
    };
    let variance = sample_variance(&placements(&positive_rows, negatives)) / positives
        + sample_variance(&placements(&negative_rows, positives)) / negatives;
    if variance > 0.0 {
        return Some(Estimate::symmetric(value, Z_95 * variance.sqrt(), (0.0, 1.0)));
    }
    let (low, high) = wilson(value, positives.min(negatives));
    Some(Estimate { value, low: low.min(value), high: high.max(value) })
}

/// Ranks from 1; ties share their mean rank.
fn midranks(numbers: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
    let mut ranks = vec![0.0; numbers.len()];
    let mut ranked = 0.0;
    for tied in order.chunk_by(|a, b| numbers[*a] == numbers[*b]) {
        let count = tied.len() as f64;
        tied.iter().for_each(|row| ranks[*row] = ranked + (count + 1.0) / 2.0);
        ranked += count;
    }
    ranks
}

/// Unbiased variance.
fn sample_variance(numbers: &[f64]) -> f64 {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    numbers.iter().map(|number| (number - mean) * (number - mean)).sum::<f64>() / (count - 1.0)
}
