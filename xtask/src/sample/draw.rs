//! A small source of pseudo-random draws (SplitMix64), the same on every machine. Not for secrets.

/// Draws from a seed.
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Draw(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below a limit above zero; all alike likely.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        // The high half of a 32-bit product: no division, and even enough for made-up leads.
        (((self.next() >> 32) * limit as u64) >> 32) as usize
    }

    /// True in so many of a hundred draws.
    pub(super) fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// One of the items, all alike likely.
    pub(super) fn any<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// One of the items, earlier ones more often: as levels are in real columns.
    pub(super) fn early<T: Copy>(&mut self, items: &[T]) -> T {
        let place = self.below(items.len());
        items[place.min(self.below(items.len()))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_stay_below_their_limit_and_reach_all_of_it() {
        let mut draw = Draw::new(1);
        let mut counts = [0; 5];
        for _ in 0..5_000 {
            counts[draw.below(5)] += 1;
        }
        assert!(counts.iter().all(|count| (800..1_200).contains(count)), "{counts:?}");
    }

    #[test]
    fn early_items_come_more_often() {
        let mut draw = Draw::new(1);
        let firsts = (0..1_000).filter(|_| draw.early(&[1, 2]) == 1).count();
        assert!((700..800).contains(&firsts), "{firsts}");
    }
}
