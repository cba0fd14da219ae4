//! Rank search: number of a feature's thresholds at or below a key.
//!
//! The binary search takes the same number of steps for every key, without branches to mispredict.

use super::block::ROWS;
use super::plan::Threshold;
use std::hint::select_unpredictable;

/// Keys that are searched in an interleaved loop, to hide the latency of each lookup.
const INTERLEAVED: usize = 4;

/// Search table for [`ranks`]: an unused entry, the sorted thresholds, and padding up to a power of two with a key above
/// all others.
pub(super) fn search_table(sorted: &[Threshold]) -> Vec<i32> {
    let mut search_table = vec![i32::MAX; (sorted.len() + 1).next_power_of_two().max(16)];
    for (entry, threshold) in search_table.iter_mut().skip(1).zip(sorted) {
        *entry = threshold.key;
    }
    search_table
}

/// Rank of each key among the thresholds of a table. That of [`super::condition::NAN_KEY`] may exceed the number of
/// thresholds.
#[inline(always)]
pub(super) fn ranks(search_table: &[i32], keys: &[i32; ROWS]) -> [u16; ROWS] {
    match search_table.len() {
        0..=16 => search::<16>(search_table, keys),
        32 => search::<32>(search_table, keys),
        64 => search::<64>(search_table, keys),
        128 => search::<128>(search_table, keys),
        256 => search::<256>(search_table, keys),
        512 => search::<512>(search_table, keys),
        1024 => search::<1024>(search_table, keys),
        2048 => search::<2048>(search_table, keys),
        4096 => search::<4096>(search_table, keys),
        8192 => search::<8192>(search_table, keys),
        16384 => search::<16384>(search_table, keys),
        _ => search::<32768>(search_table, keys),
    }
}

// Never inlined: with wider vectors the compiler would use gathers, which are slower.
#[inline(never)]
fn search<const SIZE: usize>(search_table: &[i32], keys: &[i32; ROWS]) -> [u16; ROWS] {
    let Some(search_table) = search_table.first_chunk::<SIZE>() else { return [0; ROWS] };
    let mut ranks = [0; ROWS];
    for (keys, ranks) in keys.as_chunks::<INTERLEAVED>().0.iter().zip(ranks.as_chunks_mut::<INTERLEAVED>().0) {
        let mut found = [0; INTERLEAVED];
        // Highest bit first. Only setting bits lets the compiler drop the bounds check.
        for step in 0..SIZE.trailing_zeros() {
            for (rank, key) in found.iter_mut().zip(keys) {
                let probed = *rank | (SIZE >> (step + 1));
                *rank = select_unpredictable(search_table[probed] <= *key, probed, *rank);
            }
        }
        *ranks = found.map(|rank| rank as u16);
    }
    ranks
}
