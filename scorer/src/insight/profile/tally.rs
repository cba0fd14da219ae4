//! Counts of values, exact as long as they fit and coarser beyond.
//!
//! Owns the sketch. A value is a key of 64 bits: the bits of a number, or the hash of a text. When more different keys
//! come than the capacity allows, all keys lose their lowest bits, as few as needed. Keys that lost bits can lose more,
//! and the order does not matter: so sums of tallies are associative, commutative and the same for every order of
//! adding. Numbers lose the end of their mantissa, which keeps them near each other: an error relative to their size
//! that is known from the bits. May not know what the keys stand for.

use foldhash::fast::FixedState;
use std::collections::HashMap;

/// How many bits a key has.
pub(super) const BITS: u32 = u64::BITS;

/// How often each key came.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tally {
    /// How many of the highest bits of each key are kept.
    bits: u32,
    counts: HashMap<u64, u64, FixedState>,
}

impl Default for Tally {
    fn default() -> Self {
        Tally { bits: BITS, counts: HashMap::default() }
    }
}

impl Tally {
    /// The sum of such counts; of keys that are cut off already.
    pub(super) fn of(bits: u32, counts: impl IntoIterator<Item = (u64, u64)>) -> Self {
        let mut tally = Tally { bits: bits.clamp(1, BITS), ..Tally::default() };
        counts.into_iter().for_each(|(key, count)| tally.insert(key, count));
        tally
    }

    /// How many bits of each key are kept; all of them where counts are exact.
    pub(super) fn bits(&self) -> u32 {
        self.bits
    }

    /// How many different keys there are.
    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// The sum of all counts.
    pub(super) fn total(&self) -> u64 {
        self.counts.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Keys and counts, the keys rising.
    pub(super) fn sorted(&self) -> Vec<(u64, u64)> {
        let mut all: Vec<_> = self.counts.iter().map(|(key, count)| (*key, *count)).collect();
        all.sort_unstable();
        all
    }

    /// Counts a key so many times more.
    #[inline]
    pub(super) fn add(&mut self, key: u64, count: u64, capacity: usize) {
        self.insert(key, count);
        if self.counts.len() > capacity {
            self.fit(capacity);
        }
    }

    /// Adds another tally.
    pub(super) fn merge(&mut self, more: &Tally, capacity: usize) {
        self.coarsen(self.bits.min(more.bits));
        more.counts.iter().for_each(|(key, count)| self.insert(*key, *count));
        self.fit(capacity);
    }

    /// Keeps so many bits of each key, if it has more.
    pub(super) fn coarsen(&mut self, bits: u32) {
        if bits < self.bits {
            let fine = std::mem::take(&mut self.counts);
            *self = Tally::of(bits, fine);
        }
    }

    /// Gives up as few bits as leave no more different keys than the capacity.
    pub(super) fn fit(&mut self, capacity: usize) {
        if self.counts.len() <= capacity {
            return;
        }
        let mut keys: Vec<u64> = self.counts.keys().copied().collect();
        keys.sort_unstable();
        // Two neighbours stay apart as long as more bits are kept than they have in common.
        let mut parted = [0_usize; BITS as usize + 1];
        for pair in keys.windows(2) {
            parted[(pair[0] ^ pair[1]).leading_zeros() as usize] += 1;
        }
        let mut left = 1;
        let fits = parted.iter().take_while(|apart| {
            left += **apart;
            left <= capacity
        });
        self.coarsen((fits.count() as u32).max(1));
    }

    #[inline]
    fn insert(&mut self, key: u64, count: u64) {
        let kept = self.counts.entry(key & (u64::MAX << (BITS - self.bits))).or_insert(0);
        *kept = kept.saturating_add(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tally(keys: &[u64], capacity: usize) -> Tally {
        let mut tally = Tally::default();
        keys.iter().for_each(|key| tally.add(*key, 1, capacity));
        tally
    }

    #[test]
    fn no_more_bits_are_given_up_than_needed() {
        let years: Vec<u64> = (2000..2010).map(|year| f64::from(year).to_bits()).collect();
        assert_eq!(tally(&years, 10).bits(), BITS);
        let halved = tally(&years, 9);
        assert_eq!(
            halved.sorted().iter().map(|(key, _)| f64::from_bits(*key)).collect::<Vec<_>>(),
            [2000.0, 2002.0, 2004.0, 2006.0, 2008.0]
        );
        assert_eq!(halved.total(), 10);
        assert_eq!(tally(&[0, u64::MAX], 1).len(), 2, "one bit is always kept");
    }

    fn keys() -> impl Strategy<Value = Vec<u64>> {
        let near = (-40_i32..40).prop_map(|number| (f64::from(number) / 8.0).to_bits());
        prop::collection::vec(prop_oneof![near, any::<u64>()], 0..40)
    }

    fn sum(one: &Tally, other: &Tally, capacity: usize) -> Tally {
        let mut sum = one.clone();
        sum.merge(other, capacity);
        sum
    }

    proptest! {
        #[test]
        fn neither_order_nor_grouping_matters(a in keys(), b in keys(), c in keys(), capacity in 2_usize..50) {
            let all: Vec<u64> = [&a[..], &b, &c].concat();
            let whole = tally(&all, capacity);
            prop_assert!(whole.len() <= capacity);
            prop_assert_eq!(whole.total(), all.len() as u64);
            let turned: Vec<u64> = all.iter().rev().copied().collect();
            prop_assert_eq!(&tally(&turned, capacity), &whole);
            let (a, b, c) = (tally(&a, capacity), tally(&b, capacity), tally(&c, capacity));
            prop_assert_eq!(&sum(&sum(&a, &b, capacity), &c, capacity), &whole);
            prop_assert_eq!(&sum(&a, &sum(&c, &b, capacity), capacity), &whole);
        }
    }
}
