//! How good probabilities are, once the outcomes are known: the figures that training and monitoring share.
//!
//! Owns the arithmetic. May not know models, leads or folds.

/// How close to 0 and 1 a probability may come in the log-loss.
const CERTAIN: f64 = 1e-15;

/// The normal distribution has 95 % of its mass within this many standard deviations.
pub const Z: f64 = 1.959_963_984_540_054;

/// The chance that a lead with the outcome stands above one without, ties counting half. 0.5 where one kind is absent.
pub fn roc_auc(scores: &[f64], outcomes: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|one, other| scores[*one].total_cmp(&scores[*other]));
    let (mut won, mut negatives, mut positives) = (0.0, 0.0, 0.0);
    for tied in order.chunk_by(|one, other| scores[*one] == scores[*other]) {
        let with = tied.iter().filter(|row| outcomes[**row]).count() as f64;
        let without = tied.len() as f64 - with;
        won += with * (negatives + without / 2.0);
        positives += with;
        negatives += without;
    }
    let pairs = positives * negatives;
    if pairs == 0.0 { 0.5 } else { won / pairs }
}

/// The mean negative log-likelihood, in nats.
pub fn log_loss(probabilities: &[f64], outcomes: &[bool]) -> f64 {
    mean(probabilities.iter().zip(outcomes).map(|(probability, outcome)| {
        let right = if *outcome { *probability } else { 1.0 - probability };
        -libm::log(right.clamp(CERTAIN, 1.0))
    }))
}

/// The mean squared error of the probabilities.
pub fn brier(probabilities: &[f64], outcomes: &[bool]) -> f64 {
    mean(probabilities.iter().zip(outcomes).map(|(probability, outcome)| {
        let error = probability - f64::from(u8::from(*outcome));
        error * error
    }))
}

/// The share of leads with the outcome among the `k` best; ties go to the earlier lead.
pub fn precision_at(k: usize, scores: &[f64], outcomes: &[bool]) -> f64 {
    mean(best_first(scores).iter().take(k).map(|row| f64::from(u8::from(outcomes[*row]))))
}

/// The rows from the highest score to the lowest; ties go to the earlier row.
pub fn best_first(scores: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|one, other| scores[*other].total_cmp(&scores[*one]).then(one.cmp(other)));
    order
}

/// The 95 % interval of a rate seen among `n`, after Wilson (1927).
pub fn wilson(rate: f64, n: f64) -> (f64, f64) {
    let (square, whole) = (Z * Z / n, 1.0 + Z * Z / n);
    let centre = (rate + square / 2.0) / whole;
    let half = Z / whole * (rate * (1.0 - rate) / n + square / n / 4.0).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

/// The mean; 0 of nothing.
pub fn mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = numbers.fold((0.0, 0.0), |(sum, count), number| (sum + number, count + 1.0));
    if count == 0.0 { 0.0 } else { sum / count }
}

/// The mean and the standard deviation (of the numbers themselves, not of what they are drawn from).
pub fn mean_and_std(numbers: &[f64]) -> (f64, f64) {
    let centre = mean(numbers.iter().copied());
    (centre, mean(numbers.iter().map(|number| (number - centre) * (number - centre))).sqrt())
}

/// The number below which a share of sorted numbers lies, between neighbours in proportion.
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = share.clamp(0.0, 1.0) * last as f64;
    let (low, high) = (sorted[place as usize], sorted[(place as usize + 1).min(last)]);
    Some(low + (high - low) * place.fract())
}

/// The middle one of numbers, the mean of the middle two; `None` of nothing.
pub fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    quantile(&numbers, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Expected values from scikit-learn 1.8 on the same numbers.
    const SCORES: [f64; 6] = [0.1, 0.4, 0.35, 0.8, 0.4, 0.9];
    const OUTCOMES: [bool; 6] = [false, false, true, true, true, false];

    fn near(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn figures_equal_those_of_scikit_learn() {
        assert!(near(roc_auc(&SCORES, &OUTCOMES), 4.5 / 9.0));
        assert!(near(log_loss(&SCORES, &OUTCOMES), 0.851_337_940_017_484_3));
        assert!(near(brier(&SCORES, &OUTCOMES), 0.300_416_666_666_666_7));
        assert_eq!(roc_auc(&[0.2, 0.3], &[true, true]), 0.5);
    }

    #[test]
    fn precision_looks_at_the_best_only() {
        assert!(near(precision_at(2, &SCORES, &OUTCOMES), 0.5));
        assert!(near(precision_at(3, &SCORES, &OUTCOMES), 1.0 / 3.0));
    }

    #[test]
    fn the_interval_of_seven_in_ten_is_the_published_one() {
        let (low, high) = wilson(0.7, 10.0);
        assert!(near(low, 0.396_778_147_461_145_4) && near(high, 0.892_208_732_593_698_9));
        assert_eq!(wilson(0.0, 5.0).0, 0.0);
    }

    #[test]
    fn quantiles_lie_between_neighbours() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(Vec::new()), None);
    }
}
