//! Ranking of leads: highest probability first, deterministic.

/// Returns the indices of leads by descending probability; ties keep their order. NaN, which no opened model returns,
/// comes last.
pub fn order(probabilities: &[f32]) -> Vec<u32> {
    let keys = (0u32..).zip(probabilities).map(|(index, probability)| sort_key(*probability, index));
    let mut keys: Vec<u64> = keys.collect();
    keys.sort_unstable();
    keys.into_iter().map(|key| key as u32).collect()
}

/// Sort key, smaller for better leads: the inverted probability in the upper half, the index in the lower one. Both
/// zeros are equal and NaN is below all numbers.
fn sort_key(probability: f32, index: u32) -> u64 {
    let bits = if probability.is_nan() { f32::NEG_INFINITY } else { probability + 0.0 }.to_bits();
    // Larger positive numbers have larger bits, larger negative ones smaller bits.
    let descending = if bits >> 31 == 0 { !bits & 0x7FFF_FFFF } else { bits };
    u64::from(descending) << 32 | u64::from(index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn descending_with_stable_ties() {
        assert_eq!(order(&[0.2, 0.9, f32::NAN, 0.2, -0.0, 0.0]), [1, 0, 3, 4, 5, 2]);
    }

    proptest! {
        #[test]
        fn an_order_is_a_descending_permutation(probabilities in proptest::collection::vec(0.0f32..1.0, 0..50)) {
            let order = order(&probabilities);
            let mut indices = order.clone();
            indices.sort_unstable();
            prop_assert!(indices.iter().copied().eq(0..probabilities.len() as u32));
            prop_assert!(order.windows(2).all(|pair| probabilities[pair[0] as usize] >= probabilities[pair[1] as usize]));
        }
    }
}
