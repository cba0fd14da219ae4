//! Sketch of value counts: exact up to a capacity, quantized beyond.
//!
//! A value is a 64-bit key: the bits of a number, or the hash of a text. When there are more distinct keys than the
//! capacity, all keys drop their lowest bits, as few as needed. Dropping bits can be repeated in any order, so merging is
//! associative and commutative, and the result does not depend on the order of insertion. Numbers lose the end of their
//! mantissa: a relative error that follows from the number of kept bits.

use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Number of bits of a key.
pub(super) const BITS: u32 = u64::BITS;

/// Count per key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct QuantizedCounts {
    /// Number of the high bits of each key that are kept.
    bits: u32,
    counts: HashMap<u64, u64, FixedState>,
}

impl Default for QuantizedCounts {
    fn default() -> Self {
        QuantizedCounts { bits: BITS, counts: HashMap::default() }
    }
}

impl QuantizedCounts {
    /// Sums counts of keys, of which `bits` bits are kept.
    pub(super) fn new(bits: u32, counts: impl IntoIterator<Item = (u64, u64)>) -> Self {
        let mut sketch = QuantizedCounts { bits: bits.clamp(1, BITS), ..QuantizedCounts::default() };
        counts.into_iter().for_each(|(key, count)| sketch.insert(key, count));
        sketch
    }

    /// Number of kept bits; [`BITS`] where counts are exact.
    pub(super) fn bits(&self) -> u32 {
        self.bits
    }

    /// Number of distinct keys.
    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// Sum of all counts.
    pub(super) fn total(&self) -> u64 {
        self.counts.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Keys with their counts, ascending.
    pub(super) fn sorted(&self) -> Vec<(u64, u64)> {
        let mut sorted: Vec<_> = self.counts.iter().map(|(key, count)| (*key, *count)).collect();
        sorted.sort_unstable();
        sorted
    }

    /// Adds `count` to a key.
    #[inline]
    pub(super) fn add(&mut self, key: u64, count: u64, capacity: usize) {
        self.insert(key, count);
        if self.counts.len() > capacity {
            self.fit(capacity);
        }
    }

    /// Adds the counts of another sketch.
    pub(super) fn merge(&mut self, other: &QuantizedCounts, capacity: usize) {
        self.coarsen(self.bits.min(other.bits));
        other.counts.iter().for_each(|(key, count)| self.insert(*key, *count));
        self.fit(capacity);
    }

    /// Reduces the number of kept bits to `bits`.
    pub(super) fn coarsen(&mut self, bits: u32) {
        if bits < self.bits {
            let fine = std::mem::take(&mut self.counts);
            *self = QuantizedCounts::new(bits, fine);
        }
    }

    /// Drops as few bits as leave at most `capacity` distinct keys.
    pub(super) fn fit(&mut self, capacity: usize) {
        if self.counts.len() <= capacity {
            return;
        }
        let mut keys: Vec<u64> = self.counts.keys().copied().collect();
        keys.sort_unstable();
        // Two neighbours stay distinct while more bits are kept than their common prefix has.
        let mut splits = [0_usize; BITS as usize + 1];
        for pair in keys.windows(2) {
            splits[(pair[0] ^ pair[1]).leading_zeros() as usize] += 1;
        }
        let mut distinct = 1;
        let fits = splits.iter().take_while(|split| {
            distinct += **split;
            distinct <= capacity
        });
        self.coarsen((fits.count() as u32).max(1));
    }

    #[inline]
    fn insert(&mut self, key: u64, count: u64) {
        let entry = self.counts.entry(key & (u64::MAX << (BITS - self.bits))).or_insert(0);
        *entry = entry.saturating_add(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn count(keys: &[u64], capacity: usize) -> QuantizedCounts {
        let mut counts = QuantizedCounts::default();
        keys.iter().for_each(|key| counts.add(*key, 1, capacity));
        counts
    }

    #[test]
    fn no_more_bits_are_dropped_than_needed() {
        let years: Vec<u64> = (2000..2010).map(|year| f64::from(year).to_bits()).collect();
        assert_eq!(count(&years, 10).bits(), BITS);
        let halved = count(&years, 9);
        assert_eq!(
            halved.sorted().iter().map(|(key, _)| f64::from_bits(*key)).collect::<Vec<_>>(),
            [2000.0, 2002.0, 2004.0, 2006.0, 2008.0]
        );
        assert_eq!(halved.total(), 10);
        assert_eq!(count(&[0, u64::MAX], 1).len(), 2, "one bit is always kept");
    }

    fn keys() -> impl Strategy<Value = Vec<u64>> {
        let near = (-40_i32..40).prop_map(|number| (f64::from(number) / 8.0).to_bits());
        prop::collection::vec(prop_oneof![near, any::<u64>()], 0..40)
    }

    fn merged(left: &QuantizedCounts, right: &QuantizedCounts, capacity: usize) -> QuantizedCounts {
        let mut merged = left.clone();
        merged.merge(right, capacity);
        merged
    }

    proptest! {
        #[test]
        fn merging_is_associative_and_commutative(a in keys(), b in keys(), c in keys(), capacity in 2_usize..50) {
            let all: Vec<u64> = [&a[..], &b, &c].concat();
            let whole = count(&all, capacity);
            prop_assert!(whole.len() <= capacity);
            prop_assert_eq!(whole.total(), all.len() as u64);
            let reversed: Vec<u64> = all.iter().rev().copied().collect();
            prop_assert_eq!(&count(&reversed, capacity), &whole);
            let (a, b, c) = (count(&a, capacity), count(&b, capacity), count(&c, capacity));
            prop_assert_eq!(&merged(&merged(&a, &b, capacity), &c, capacity), &whole);
            prop_assert_eq!(&merged(&a, &merged(&c, &b, capacity), capacity), &whole);
        }
    }
}
