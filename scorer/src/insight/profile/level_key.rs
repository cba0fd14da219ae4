//! Keyed hash of levels, so that a profile distinguishes rare texts without storing them.
//!
//! SipHash-2-4 (J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF", 2012) can be neither inverted nor
//! searched by guessing without its key.

/// Secret key of the hash. Levels of two profiles can be compared only if both used the same key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LevelKey([u64; 2]);

impl LevelKey {
    /// Creates a key of 128 bits.
    pub fn new(bytes: [u8; 16]) -> Self {
        let (low, high) = bytes.split_at(8);
        LevelKey([word(low), word(high)])
    }

    /// Hashes a text.
    pub fn hash(&self, text: &str) -> u64 {
        let mut state = SipState::new(self.0);
        let mut words = text.as_bytes().chunks_exact(8);
        words.by_ref().for_each(|bytes| state.absorb(word(bytes)));
        // The last word holds the remaining bytes and, in its highest byte, the length.
        state.absorb(word(words.remainder()) | (text.len() as u64) << 56);
        state.finish()
    }
}

/// Hides the secret.
impl std::fmt::Debug for LevelKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("LevelKey")
    }
}

/// Packs up to eight bytes, little-endian.
fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

struct SipState([u64; 4]);

impl SipState {
    fn new([low, high]: [u64; 2]) -> Self {
        SipState([
            low ^ 0x736f_6d65_7073_6575,
            high ^ 0x646f_7261_6e64_6f6d,
            low ^ 0x6c79_6765_6e65_7261,
            high ^ 0x7465_6462_7974_6573,
        ])
    }

    fn absorb(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.round();
        self.0[0] ^= word;
    }

    fn finish(mut self) -> u64 {
        self.0[2] ^= 0xff;
        (0..4).for_each(|_| self.round());
        self.0.iter().fold(0, |hash, word| hash ^ word)
    }

    fn round(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.0;
        a = a.wrapping_add(b);
        b = b.rotate_left(13) ^ a;
        a = a.rotate_left(32);
        c = c.wrapping_add(d);
        d = d.rotate_left(16) ^ c;
        a = a.wrapping_add(d);
        d = d.rotate_left(21) ^ a;
        c = c.wrapping_add(b);
        b = b.rotate_left(17) ^ c;
        c = c.rotate_left(32);
        self.0 = [a, b, c, d];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_match_the_test_vectors_of_the_paper() {
        let key = LevelKey::new(std::array::from_fn(|index| index as u8));
        let text: String = (0..15_u8).map(char::from).collect();
        assert_eq!(key.hash(&text), 0xa129_ca61_49be_45e5);
        assert_eq!(key.hash(""), 0x726f_db47_dd0e_0e31);
        assert_eq!(key.hash(&text[..8]), 0x93f5_f579_9a93_2462);
    }

    #[test]
    fn hashes_depend_on_the_key() {
        let (first, second) = (LevelKey::new([0; 16]), LevelKey::new([1; 16]));
        assert_ne!(first.hash("Software"), second.hash("Software"));
        assert_eq!(format!("{first:?}"), "LevelKey");
    }
}
