//! The counts of one column in two profiles, value by value.
//!
//! Owns how two columns are brought to the same coarseness, and what becomes of levels that one of the two does not
//! tell apart. May not know tests.

use crate::insight::profile::{Column, ColumnLayout, Kind, LevelKey};
use std::collections::BTreeMap;

/// How often a value came in the reference and in the current data.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Count {
    pub(super) reference: u64,
    pub(super) current: u64,
}

/// Two columns side by side.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pair {
    pub(super) kind: Kind,
    /// The numbers, rising; those of a category mean nothing.
    pub(super) values: Vec<f64>,
    /// One for each value.
    pub(super) counts: Vec<Count>,
    /// How many values the reference has.
    pub(super) n: u64,
    /// How many the current data have.
    pub(super) m: u64,
    /// How many values the current data have that the reference has not; 0 where that cannot be told.
    pub(super) new_levels: u64,
    /// Whether values are told apart less than they came.
    pub(super) approximate: bool,
}

type Side<'a> = (&'a ColumnLayout, &'a Column);

impl Pair {
    /// The two sides, which are to be of one kind.
    pub(super) fn of(reference: Side<'_>, current: Side<'_>, key: LevelKey) -> Self {
        let bits = reference.1.kept_bits().min(current.1.kept_bits());
        let kind = current.0.kind;
        let (values, counts, pooled) = match kind {
            Kind::Number => numbers(reference.1, current.1, bits),
            Kind::Category => levels(reference, current, bits, key),
        };
        let sum = |of: fn(&Count) -> u64| counts.iter().map(of).fold(0, u64::saturating_add);
        let is_new = |count: &&Count| count.reference == 0 && count.current > 0;
        let new_levels = if pooled { 0 } else { counts.iter().filter(is_new).count() as u64 };
        Pair {
            kind,
            n: sum(|count| count.reference),
            m: sum(|count| count.current),
            new_levels: if kind == Kind::Category { new_levels } else { 0 },
            approximate: bits < u64::BITS || pooled,
            values,
            counts,
        }
    }

    /// How many different values there are in both together.
    pub(super) fn distinct(&self) -> usize {
        self.counts.len()
    }
}

type Sides = (Vec<f64>, Vec<Count>, bool);

fn numbers(reference: &Column, current: &Column, bits: u32) -> Sides {
    let (one, other) = (reference.numbers_at(bits), current.numbers_at(bits));
    let (mut one, mut other) = (one.into_iter().peekable(), other.into_iter().peekable());
    let (mut values, mut counts) = (Vec::new(), Vec::new());
    loop {
        let heads = (one.peek().map(|(value, _)| *value), other.peek().map(|(value, _)| *value));
        let least = match heads {
            (None, None) => return (values, counts, false),
            (Some(value), None) | (None, Some(value)) => value,
            (Some(left), Some(right)) => left.min(right),
        };
        let reference = one.next_if(|(value, _)| *value == least).map_or(0, |(_, count)| count);
        let current = other.next_if(|(value, _)| *value == least).map_or(0, |(_, count)| count);
        values.push(least);
        counts.push(Count { reference, current });
    }
}

fn levels(reference: Side<'_>, current: Side<'_>, bits: u32, key: LevelKey) -> Sides {
    let (one, other) = (hashed(reference, bits, key), hashed(current, bits, key));
    let mut counts: BTreeMap<u64, Count> = BTreeMap::new();
    one.iter().for_each(|(level, count)| counts.entry(*level).or_default().reference += *count);
    other.iter().for_each(|(level, count)| counts.entry(*level).or_default().current += *count);
    let pooled = Count { reference: reference.1.pooled(), current: current.1.pooled() };
    if pooled == Count::default() {
        return (Vec::new(), counts.into_values().collect(), false);
    }
    // A level that a side does not name may be in its pool: the other side's is pooled as well.
    let is_apart =
        |count: &Count| (count.reference > 0 || pooled.reference == 0) && (count.current > 0 || pooled.current == 0);
    let (mut apart, pool): (Vec<_>, Vec<_>) = counts.into_values().partition(is_apart);
    apart.push(pool.into_iter().fold(pooled, |sum, count| Count {
        reference: sum.reference.saturating_add(count.reference),
        current: sum.current.saturating_add(count.current),
    }));
    (Vec::new(), apart, true)
}

/// All levels of one side by their hashes, cut to so many bits; a level that never came is none.
fn hashed((layout, column): Side<'_>, bits: u32, key: LevelKey) -> BTreeMap<u64, u64> {
    let named = layout.levels.iter().map(|level| key.hash(level)).zip(column.levels().iter().copied());
    let mut counts = BTreeMap::new();
    for (hash, count) in named.chain(column.hashes()).filter(|(_, count)| *count > 0) {
        let sum: &mut u64 = counts.entry(hash & (u64::MAX << (u64::BITS - bits))).or_default();
        *sum = sum.saturating_add(count);
    }
    counts
}
