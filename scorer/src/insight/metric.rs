//! Metrics of binary classifiers, shared by training and monitoring.

/// Clipping of probabilities in the log loss.
const LOG_LOSS_EPSILON: f64 = 1e-15;

/// 97.5 % quantile of the standard normal distribution, for two-sided 95 % intervals.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// Area under the ROC curve: the probability that a positive outranks a negative, ties counting half. 0.5 where one
/// class is absent.
pub fn roc_auc(scores: &[f64], outcomes: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let (mut won, mut negatives, mut positives) = (0.0, 0.0, 0.0);
    for tied in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
        let tied_positives = tied.iter().filter(|row| outcomes[**row]).count() as f64;
        let tied_negatives = tied.len() as f64 - tied_positives;
        won += tied_positives * (negatives + tied_negatives / 2.0);
        positives += tied_positives;
        negatives += tied_negatives;
    }
    let pairs = positives * negatives;
    if pairs == 0.0 { 0.5 } else { won / pairs }
}

/// Log loss: mean negative log-likelihood, in nats.
pub fn log_loss(probabilities: &[f64], outcomes: &[bool]) -> f64 {
    mean(probabilities.iter().zip(outcomes).map(|(probability, outcome)| {
        let likelihood = if *outcome { *probability } else { 1.0 - probability };
        -libm::log(likelihood.clamp(LOG_LOSS_EPSILON, 1.0))
    }))
}

/// Brier score: mean squared error of the probabilities.
pub fn brier(probabilities: &[f64], outcomes: &[bool]) -> f64 {
    mean(probabilities.iter().zip(outcomes).map(|(probability, outcome)| {
        let error = probability - f64::from(u8::from(*outcome));
        error * error
    }))
}

/// Precision among the `k` highest scores; of ties the earlier row ranks higher.
pub fn precision_at(k: usize, scores: &[f64], outcomes: &[bool]) -> f64 {
    mean(best_first(scores).iter().take(k).map(|row| f64::from(u8::from(outcomes[*row]))))
}

/// Row indices by descending score; ties keep their order.
pub fn best_first(scores: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
    order
}

/// 95 % confidence interval of a proportion of `n` observations, after Wilson (1927).
pub fn wilson(rate: f64, n: f64) -> (f64, f64) {
    let (square, scale) = (Z_95 * Z_95 / n, 1.0 + Z_95 * Z_95 / n);
    let centre = (rate + square / 2.0) / scale;
    let half = Z_95 / scale * (rate * (1.0 - rate) / n + square / n / 4.0).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

/// Mean; 0 without numbers.
pub fn mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = numbers.fold((0.0, 0.0), |(sum, count), number| (sum + number, count + 1.0));
    if count == 0.0 { 0.0 } else { sum / count }
}

/// Mean and population standard deviation.
pub fn mean_and_std(numbers: &[f64]) -> (f64, f64) {
    let centre = mean(numbers.iter().copied());
    (centre, mean(numbers.iter().map(|number| (number - centre) * (number - centre))).sqrt())
}

/// Quantile of ascending numbers, linearly interpolated; `None` without numbers.
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = share.clamp(0.0, 1.0) * last as f64;
    let (low, high) = (sorted[position as usize], sorted[(position as usize + 1).min(last)]);
    Some(low + (high - low) * position.fract())
}

/// Median; `None` without numbers.
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

    fn near(actual: f64, expected: f64) -> bool {
        (actual - expected).abs() < 1e-9
    }

    #[test]
    fn metrics_match_scikit_learn() {
        assert!(near(roc_auc(&SCORES, &OUTCOMES), 4.5 / 9.0));
        assert!(near(log_loss(&SCORES, &OUTCOMES), 0.851_337_940_017_484_3));
        assert!(near(brier(&SCORES, &OUTCOMES), 0.300_416_666_666_666_7));
        assert_eq!(roc_auc(&[0.2, 0.3], &[true, true]), 0.5);
    }

    #[test]
    fn precision_considers_the_top_k() {
        assert!(near(precision_at(2, &SCORES, &OUTCOMES), 0.5));
        assert!(near(precision_at(3, &SCORES, &OUTCOMES), 1.0 / 3.0));
    }

    #[test]
    fn wilson_interval_of_seven_in_ten() {
        let (low, high) = wilson(0.7, 10.0);
        assert!(near(low, 0.396_778_147_461_145_4) && near(high, 0.892_208_732_593_698_9));
        assert_eq!(wilson(0.0, 5.0).0, 0.0);
    }

    #[test]
    fn quantiles_are_interpolated() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(Vec::new()), None);
    }
}
