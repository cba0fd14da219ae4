//! Keyed hash of levels, so that a profile distinguishes rare texts without storing them.
//!
//! SipHash-2-4 (J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF", 2012) can be neither inverted nor
//! searched by guessing without its key.

use siphasher::sip::SipHasher24;

/// Secret key of the hash. Levels of two profiles can be compared only if both used the same key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LevelKey([u8; 16]);

impl LevelKey {
    /// Creates a key of 128 bits.
    pub fn new(bytes: [u8; 16]) -> Self {
        LevelKey(bytes)
    }

    /// Hashes a text.
    pub fn hash(&self, text: &str) -> u64 {
        SipHasher24::new_with_key(&self.0).hash(text.as_bytes())
    }
}

/// Hides the secret.
impl std::fmt::Debug for LevelKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("LevelKey")
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
