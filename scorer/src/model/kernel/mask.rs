//! Row masks: one bit for each row of a block.
//!
//! Layout: bit 8k + r of word w belongs to row 32r + 8w + k, so that the bytes of [`transpose`] are in the order of the
//! rows.

use super::block::ROWS;

/// Rows that share one bit position in the bytes of a mask.
const LANES: usize = ROWS / 8;
/// Words of a mask.
const WORDS: usize = ROWS / 64;

/// One bit for each row.
pub(super) type Mask = [u64; WORDS];
/// A mask as little-endian bytes.
pub(super) type Bytes = [u8; LANES];

/// Converts bytes to a mask.
#[inline(always)]
pub(super) fn from_bytes(bytes: &Bytes) -> Mask {
    let mut mask = [0; WORDS];
    for (word, bytes) in mask.iter_mut().zip(bytes.as_chunks().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    mask
}

/// Sets the bit of a row.
#[inline(always)]
pub(super) fn set(bytes: &mut Bytes, row: usize) {
    bytes[row % LANES] |= 1 << (row / LANES % 8);
}

/// Rows whose keys are below a bound.
#[inline(always)]
pub(super) fn less_than(keys: &[i32; ROWS], end: i32) -> Mask {
    let mut bytes = [0; LANES];
    for (bit, keys) in keys.as_chunks::<LANES>().0.iter().enumerate() {
        for (byte, key) in bytes.iter_mut().zip(keys) {
            *byte |= if *key < end { 1 << bit } else { 0 };
        }
    }
    from_bytes(&bytes)
}

/// Union.
#[inline(always)]
pub(super) fn or(a: &Mask, b: &Mask) -> Mask {
    std::array::from_fn(|word| a[word] | b[word])
}

/// Intersection.
#[inline(always)]
pub(super) fn and(a: &Mask, b: &Mask) -> Mask {
    std::array::from_fn(|word| a[word] & b[word])
}

/// Rows of `a` that are not in `b`.
#[inline(always)]
pub(super) fn and_not(a: &Mask, b: &Mask) -> Mask {
    std::array::from_fn(|word| a[word] & !b[word])
}

/// The mask if the condition holds, else no rows.
#[inline(always)]
pub(super) fn only_if(condition: bool, mask: &Mask) -> Mask {
    // Branch-free, so that nothing is mispredicted.
    mask.map(|word| word & u64::from(condition).wrapping_neg())
}

/// For each row: `yes` where `condition` holds, `no` elsewhere.
#[inline(always)]
pub(super) fn select(condition: &Mask, yes: &Mask, no: &Mask) -> Mask {
    std::array::from_fn(|word| no[word] ^ ((yes[word] ^ no[word]) & condition[word]))
}

/// Transposes eight masks into one byte per row: bit p of the byte is the row's bit of mask p.
#[inline(always)]
pub(super) fn transpose(mut masks: [Mask; 8]) -> [u8; ROWS] {
    for (distance, kept) in [(1, 0x5555_5555_5555_5555), (2, 0x3333_3333_3333_3333), (4, 0x0f0f_0f0f_0f0f_0f0f)] {
        for low in (0..8).filter(|index| index & distance == 0) {
            let high = low + distance;
            let (a, b) = (masks[low], masks[high]);
            masks[low] = std::array::from_fn(|word| (a[word] & kept) | ((b[word] & kept) << distance));
            masks[high] = std::array::from_fn(|word| ((a[word] >> distance) & kept) | (b[word] & !kept));
        }
    }
    let mut bytes = [0; ROWS];
    for (bytes, mask) in bytes.as_chunks_mut::<LANES>().0.iter_mut().zip(masks) {
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(mask) {
            *bytes = word.to_le_bytes();
        }
    }
    bytes
}
