//! Seeded pseudo-random numbers (SplitMix64), the same on every machine. Not for secrets.

/// Generator of one seed.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A uniform number below a limit above zero.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        // The high half of a 32-bit product: no division, and uniform enough for made-up leads.
        (((self.next() >> 32) * limit as u64) >> 32) as usize
    }

    /// True with a probability in percent.
    pub(super) fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// A uniform choice.
    pub(super) fn choose<'l, T>(&mut self, items: &'l [T]) -> &'l T {
        &items[self.below(items.len())]
    }

    /// A choice that prefers earlier items, as columns prefer some levels.
    pub(super) fn choose_early<'l, T>(&mut self, items: &'l [T]) -> &'l T {
        &items[self.early_below(items.len())]
    }

    /// A number below a limit, smaller ones more often.
    pub(super) fn early_below(&mut self, limit: usize) -> usize {
        let first = self.below(limit);
        first.min(self.below(limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_below_a_limit_are_uniform() {
        let mut random = Random::new(1);
        let mut counts = [0; 5];
        for _ in 0..5_000 {
            counts[random.below(5)] += 1;
        }
        assert!(counts.iter().all(|count| (800..1_200).contains(count)), "{counts:?}");
    }

    #[test]
    fn early_items_come_more_often() {
        let mut random = Random::new(1);
        let firsts = (0..1_000).filter(|_| *random.choose_early(&[1, 2]) == 1).count();
        assert!((700..800).contains(&firsts), "{firsts}");
    }
}
