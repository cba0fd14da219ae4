//! What a probability is called: the words and the rounding of the old service, which its clients rely on; and how
//! people read counts.
//!
//! Owns the two thresholds and the text forms of probabilities and counts. May not know models or leads.

/// `engaged` from one half on, decided before any rounding.
pub fn label(probability: f32) -> &'static str {
    if is_engaged(probability) { "engaged" } else { "not_engaged" }
}

/// Whether a lead is called engaged.
pub fn is_engaged(probability: f32) -> bool {
    probability >= 0.5
}

/// The probability in three steps. Not a measure of certainty, in spite of its name: a lead that surely will not
/// reply is `low`. Decided in f64, as the old service did.
pub fn confidence(probability: f32) -> &'static str {
    match f64::from(probability) {
        high if high >= 0.7 => "high",
        medium if medium >= 0.4 => "medium",
        _ => "low",
    }
}

/// Rounded to 4 places, half to even on the exact value, as Python's `round` does.
pub fn rounded(value: f64) -> f64 {
    let scaled = value * 1e4;
    // Far from the middle between two places the error of the product decides nothing, and a quotient of whole numbers
    // is the double nearest to what is written with 4 places.
    if scaled.abs() < 1e9 && ((scaled - scaled.floor()) - 0.5).abs() > 1e-5 {
        return scaled.round() / 1e4;
    }
    format!("{value:.4}").parse().unwrap_or(value)
}

/// The shortest text that reads back as the same f32: the form of a probability in every output.
pub fn probability_text(probability: f32) -> String {
    serde_json::to_string(&probability).unwrap_or_default()
}

/// A count as people read it: 12400 -> `12,400`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1000, 12_400, 1_234_567].map(count), ["0", "999", "1,000", "12,400", "1,234,567"]);
    }
    use proptest::prelude::*;

    #[test]
    fn words_change_at_the_thresholds() {
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
        fn rounding_is_what_writing_with_four_places_is(any in -2.0f64..2e5, place in 0u32..10_000, ulps in -40i64..40) {
            let middle = (f64::from(place) + 0.5) / 1e4;
            let near = f64::from_bits(middle.to_bits().wrapping_add_signed(ulps));
            for value in [any, near, f64::from(any as f32), f64::from(near as f32)] {
                prop_assert_eq!(rounded(value).to_bits(), format!("{value:.4}").parse::<f64>().unwrap().to_bits());
            }
        }

        #[test]
        fn the_text_reads_back_the_same(probability in 0.0f32..=1.0) {
            prop_assert_eq!(probability_text(probability).parse::<f32>().unwrap().to_bits(), probability.to_bits());
        }
    }
}
