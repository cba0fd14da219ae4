//! Counts of one column in two profiles, value by value: both sides reduced to the same precision, levels that one side
//! has pooled also pooled on the other.

use super::ProfiledColumn;
use crate::insight::profile::{ColumnKind, ColumnProfile, LevelKey};
use std::collections::BTreeMap;

/// Count of a value on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct PairedCount {
    pub(super) reference: u64,
    pub(super) current: u64,
}

/// A column of the reference joined with the same one of the current data.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ColumnPair {
    pub(super) kind: ColumnKind,
    /// Distinct numbers, ascending; empty for a category.
    pub(super) values: Vec<f64>,
    /// Counts per distinct value.
    pub(super) counts: Vec<PairedCount>,
    /// Number of values in the reference.
    pub(super) n: u64,
    /// Number of values in the current data.
    pub(super) m: u64,
    /// Number of current levels that the reference does not have; 0 where pooling hides it.
    pub(super) new_levels: u64,
    /// True when values were counted with reduced precision or pooled.
    pub(super) approximate: bool,
}

impl ColumnPair {
    /// Joins two columns of the same kind.
    pub(super) fn new(reference: ProfiledColumn<'_>, current: ProfiledColumn<'_>, key: LevelKey) -> Self {
        let bits = reference.1.kept_bits().min(current.1.kept_bits());
        let kind = current.0.kind;
        let (values, counts, pooled) = match kind {
            ColumnKind::Number => join_numbers(reference.1, current.1, bits),
            ColumnKind::Category => join_levels(reference, current, bits, key),
        };
        let sum = |side: fn(&PairedCount) -> u64| counts.iter().map(side).fold(0, u64::saturating_add);
        let is_new = |count: &&PairedCount| count.reference == 0 && count.current > 0;
        let new_levels = if pooled { 0 } else { counts.iter().filter(is_new).count() as u64 };
        ColumnPair {
            kind,
            n: sum(|count| count.reference),
            m: sum(|count| count.current),
            new_levels: if kind == ColumnKind::Category { new_levels } else { 0 },
            approximate: bits < u64::BITS || pooled,
            values,
            counts,
        }
    }

    /// Number of distinct values of both sides together.
    pub(super) fn distinct(&self) -> usize {
        self.counts.len()
    }
}

/// Distinct values, their counts, and whether levels are pooled.
type Joined = (Vec<f64>, Vec<PairedCount>, bool);

fn join_numbers(reference: &ColumnProfile, current: &ColumnProfile, bits: u32) -> Joined {
    let (reference, current) = (reference.numbers_at(bits), current.numbers_at(bits));
    let (mut reference, mut current) = (reference.into_iter().peekable(), current.into_iter().peekable());
    let (mut values, mut counts) = (Vec::new(), Vec::new());
    loop {
        let heads = (reference.peek().map(|(value, _)| *value), current.peek().map(|(value, _)| *value));
        let smallest = match heads {
            (None, None) => return (values, counts, false),
            (Some(value), None) | (None, Some(value)) => value,
            (Some(left), Some(right)) => left.min(right),
        };
        values.push(smallest);
        counts.push(PairedCount {
            reference: reference.next_if(|(value, _)| *value == smallest).map_or(0, |(_, count)| count),
            current: current.next_if(|(value, _)| *value == smallest).map_or(0, |(_, count)| count),
        });
    }
}

fn join_levels(reference: ProfiledColumn<'_>, current: ProfiledColumn<'_>, bits: u32, key: LevelKey) -> Joined {
    let mut counts: BTreeMap<u64, PairedCount> = BTreeMap::new();
    for (level, count) in hashed_levels(reference, bits, key) {
        counts.entry(level).or_default().reference += count;
    }
    for (level, count) in hashed_levels(current, bits, key) {
        counts.entry(level).or_default().current += count;
    }
    let pooled = PairedCount { reference: reference.1.pooled(), current: current.1.pooled() };
    if pooled == PairedCount::default() {
        return (Vec::new(), counts.into_values().collect(), false);
    }
    // A level that a side does not name may be in its pool: the other side's is pooled as well.
    let is_distinct = |count: &PairedCount| {
        (count.reference > 0 || pooled.reference == 0) && (count.current > 0 || pooled.current == 0)
    };
    let (mut distinct, pool): (Vec<_>, Vec<_>) = counts.into_values().partition(is_distinct);
    distinct.push(pool.into_iter().fold(pooled, |sum, count| PairedCount {
        reference: sum.reference.saturating_add(count.reference),
        current: sum.current.saturating_add(count.current),
    }));
    (Vec::new(), distinct, true)
}

/// Counts of all levels of one side by hash, cut to `bits`; levels with a count of 0 are left out.
fn hashed_levels((layout, column): ProfiledColumn<'_>, bits: u32, key: LevelKey) -> BTreeMap<u64, u64> {
    let named = layout.levels.iter().map(|level| key.hash(level)).zip(column.levels().iter().copied());
    let mut counts = BTreeMap::new();
    for (hash, count) in named.chain(column.hashes()).filter(|(_, count)| *count > 0) {
        let sum: &mut u64 = counts.entry(hash & (u64::MAX << (u64::BITS - bits))).or_default();
        *sum = sum.saturating_add(count);
    }
    counts
}
