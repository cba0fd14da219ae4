//! Labels and number formats: thresholds and rounding of the replaced service, which its clients rely on, and summaries of
//! a batch's scores.

/// Label of a probability: `engaged` from 0.5, decided before any rounding.
pub fn label(probability: f32) -> &'static str {
    if is_engaged(probability) { "engaged" } else { "not_engaged" }
}

/// True when the label is `engaged`.
pub fn is_engaged(probability: f32) -> bool {
    probability >= 0.5
}

/// Probability in three steps. Not a measure of certainty, in spite of its name: a lead that surely will not reply is
/// `low`. Compared in f64, as in the replaced service.
pub fn confidence(probability: f32) -> &'static str {
    match f64::from(probability) {
        high if high >= 0.7 => "high",
        medium if medium >= 0.4 => "medium",
        _ => "low",
    }
}

/// Rounds to 4 decimal places, half to even on the exact value, as Python's `round` does.
pub fn rounded(value: f64) -> f64 {
    let scaled = value * 1e4;
    // Away from a tie the error of the product is irrelevant, and a quotient of whole numbers is the double nearest to
    // the decimal number.
    if scaled.abs() < 1e9 && ((scaled - scaled.floor()) - 0.5).abs() > 1e-5 {
        return scaled.round() / 1e4;
    }
    format!("{value:.4}").parse().unwrap_or(value)
}

/// Shortest text that parses to the same f32: the format of a probability in every output.
pub fn probability_text(probability: f32) -> String {
    serde_json::to_string(&probability).unwrap_or_default()
}

/// Formats a count with thousands separators: 12400 -> `12,400`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Running summary of a batch's scores.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ScoreSummary {
    /// Number of scores.
    pub scored: usize,
    /// Number of scores labelled `engaged`.
    pub engaged: usize,
    total: f64,
}

impl ScoreSummary {
    /// Adds a score.
    pub fn add(&mut self, probability: f32) {
        self.scored += 1;
        self.engaged += usize::from(is_engaged(probability));
        self.total += f64::from(probability);
    }

    /// Mean probability, rounded to 4 places; `None` without scores.
    pub fn mean(&self) -> Option<f64> {
        (self.scored > 0).then(|| rounded(self.total / self.scored as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_have_thousands_separators() {
        assert_eq!([0, 999, 1000, 12_400, 1_234_567].map(count), ["0", "999", "1,000", "12,400", "1,234,567"]);
    }

    #[test]
    fn labels_change_at_the_thresholds() {
        let below = |value: f32| f32::from_bits(value.to_bits() - 1);
        assert_eq!((label(0.5), label(below(0.5))), ("engaged", "not_engaged"));
        assert_eq!((confidence(0.4), confidence(0.39)), ("medium", "low"));
        // The f32 nearest to 0.7 lies below it.
        assert_eq!((confidence(0.7), confidence(0.700_000_05)), ("medium", "high"));
    }

    #[test]
    fn rounding_is_half_to_even_on_the_exact_value() {
        // 1/32 and 3/32 lie exactly between two values of 4 places.
        assert_eq!((rounded(0.03125), rounded(0.09375)), (0.0312, 0.0938));
        assert_eq!(rounded(0.875_366_2), 0.8754);
        assert_eq!(rounded(1.0), 1.0);
    }

    proptest! {
        #[test]
        fn rounding_matches_formatting_with_four_places(any in -2.0f64..2e5, index in 0u32..10_000, ulps in -40i64..40) {
            let middle = (f64::from(index) + 0.5) / 1e4;
            let near = f64::from_bits(middle.to_bits().wrapping_add_signed(ulps));
            for value in [any, near, f64::from(any as f32), f64::from(near as f32)] {
                prop_assert_eq!(rounded(value).to_bits(), format!("{value:.4}").parse::<f64>().unwrap().to_bits());
            }
        }

        #[test]
        fn probability_text_round_trips(probability in 0.0f32..=1.0) {
            prop_assert_eq!(probability_text(probability).parse::<f32>().unwrap().to_bits(), probability.to_bits());
        }
    }
}
