//! Masks: one bit for each row of a block.
//!
//! Owns which bit is which row's: bit 8k + r of word w is row 32r + 8w + k, so that the bytes that [`transposed`] makes
//! stand in the order of the rows. May not know what masks mean.

use super::block::ROWS;

/// Rows whose bits stand in one place of all bytes of a mask.
const LANES: usize = ROWS / 8;
/// The words of a mask.
const WORDS: usize = ROWS / 64;

/// One bit for each row.
pub(super) type Mask = [u64; WORDS];
/// The same as bytes, least significant first.
pub(super) type Bytes = [u8; LANES];

/// The mask of bytes.
#[inline(always)]
pub(super) fn of_bytes(bytes: &Bytes) -> Mask {
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

/// The rows whose keys are below a number.
#[inline(always)]
pub(super) fn below(keys: &[i32; ROWS], end: i32) -> Mask {
    let mut bytes = [0; LANES];
    for (place, keys) in keys.as_chunks::<LANES>().0.iter().enumerate() {
        for (byte, key) in bytes.iter_mut().zip(keys) {
            *byte |= if *key < end { 1 << place } else { 0 };
        }
    }
    of_bytes(&bytes)
}

/// The rows of one mask or of the other.
#[inline(always)]
pub(super) fn or(a: &Mask, b: &Mask) -> Mask {
    std::array::from_fn(|word| a[word] | b[word])
}

/// The rows of both masks.
#[inline(always)]
pub(super) fn and(a: &Mask, b: &Mask) -> Mask {
    std::array::from_fn(|word| a[word] & b[word])
}

/// The rows of the first mask that are not in the second.
#[inline(always)]
pub(super) fn without(a: &Mask, b: &Mask) -> Mask {
    std::array::from_fn(|word| a[word] & !b[word])
}

/// A mask, or no rows.
#[inline(always)]
pub(super) fn only_if(condition: bool, mask: &Mask) -> Mask {
    // Without a branch, so that nothing has to be guessed.
    mask.map(|word| word & u64::from(condition).wrapping_neg())
}

/// For each row: `yes` where `condition` holds, `no` elsewhere.
#[inline(always)]
pub(super) fn choose(condition: &Mask, yes: &Mask, no: &Mask) -> Mask {
    std::array::from_fn(|word| no[word] ^ ((yes[word] ^ no[word]) & condition[word]))
}

/// Eight masks as a byte for each row: bit p of the byte is the row's bit of mask p.
#[inline(always)]
pub(super) fn transposed(mut masks: [Mask; 8]) -> [u8; ROWS] {
    for (distance, kept) in [(1, 0x5555_5555_5555_5555), (2, 0x3333_3333_3333_3333), (4, 0x0f0f_0f0f_0f0f_0f0f)] {
        for low in (0..8).filter(|place| place & distance == 0) {
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
