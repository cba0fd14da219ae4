//! How many of a feature's thresholds are at or below a key.
//!
//! Owns the search: as many steps for every key, and none that a processor has to guess. May not know what thresholds
//! are for.

use super::block::ROWS;
use super::plan::Threshold;
use std::hint::select_unpredictable;

/// Keys that are searched in step, so that the wait for one is spent on the others.
const TOGETHER: usize = 4;

/// Thresholds for [`ranks`], behind one that is not looked at, and filled up to a power of two with a key that is above
/// all.
pub(super) fn table(sorted: &[Threshold]) -> Vec<i32> {
    let mut table = vec![i32::MAX; (sorted.len() + 1).next_power_of_two().max(16)];
    for (place, threshold) in table.iter_mut().skip(1).zip(sorted) {
        *place = threshold.key;
    }
    table
}

/// The rank of each key among the thresholds of a table. That of [`super::condition::MISSING`] may be larger than the
/// number of thresholds.
#[inline(always)]
pub(super) fn ranks(table: &[i32], keys: &[i32; ROWS]) -> [u16; ROWS] {
    match table.len() {
        0..=16 => among::<16>(table, keys),
        32 => among::<32>(table, keys),
        64 => among::<64>(table, keys),
        128 => among::<128>(table, keys),
        256 => among::<256>(table, keys),
        512 => among::<512>(table, keys),
        1024 => among::<1024>(table, keys),
        2048 => among::<2048>(table, keys),
        4096 => among::<4096>(table, keys),
        8192 => among::<8192>(table, keys),
        16384 => among::<16384>(table, keys),
        _ => among::<32768>(table, keys),
    }
}

// Never inlined: with wider vectors the compiler would search by gathering, which is slower.
#[inline(never)]
fn among<const SIZE: usize>(table: &[i32], keys: &[i32; ROWS]) -> [u16; ROWS] {
    let Some(table) = table.first_chunk::<SIZE>() else { return [0; ROWS] };
    let mut ranks = [0; ROWS];
    for (keys, ranks) in keys.as_chunks::<TOGETHER>().0.iter().zip(ranks.as_chunks_mut::<TOGETHER>().0) {
        let mut found = [0; TOGETHER];
        // The highest bit first. That bits are only ever added spares checking the place.
        for step in 0..SIZE.trailing_zeros() {
            for (rank, key) in found.iter_mut().zip(keys) {
                let probed = *rank | (SIZE >> (step + 1));
                *rank = select_unpredictable(table[probed] <= *key, probed, *rank);
            }
        }
        *ranks = found.map(|rank| rank as u16);
    }
    ranks
}
