//! The order of a list: best first, the same on every run.
//!
//! Owns order and tie-break. May not know trees or encoding.

/// Places of leads from the highest probability to the lowest; equal ones stay in the order they came in. NaN, which
/// no opened model gives, would come last.
pub fn order(probabilities: &[f32]) -> Vec<u32> {
    let keyed = (0u32..).zip(probabilities).map(|(place, probability)| keyed(*probability, place));
    let mut keyed: Vec<u64> = keyed.collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|key| key as u32).collect()
}

/// A number that is the smaller, the better the lead is: the probability in its upper half, the place in its lower one.
/// Zero has one sign and NaN is below all numbers.
fn keyed(probability: f32, place: u32) -> u64 {
    let bits = if probability.is_nan() { f32::NEG_INFINITY } else { probability + 0.0 }.to_bits();
    // Of positive numbers the larger has the larger bits, of negative ones the smaller.
    let worse = if bits >> 31 == 0 { !bits & 0x7FFF_FFFF } else { bits };
    u64::from(worse) << 32 | u64::from(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn best_first_and_ties_in_the_order_they_came() {
        assert_eq!(order(&[0.2, 0.9, f32::NAN, 0.2, -0.0, 0.0]), [1, 0, 3, 4, 5, 2]);
    }

    proptest! {
        #[test]
        fn an_order_is_a_permutation_that_descends(probabilities in proptest::collection::vec(0.0f32..1.0, 0..50)) {
            let order = order(&probabilities);
            let mut places = order.clone();
            places.sort_unstable();
            prop_assert!(places.iter().copied().eq(0..probabilities.len() as u32));
            prop_assert!(order.windows(2).all(|pair| probabilities[pair[0] as usize] >= probabilities[pair[1] as usize]));
        }
    }
}
