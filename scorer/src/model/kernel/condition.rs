//! What a branch asks, brought into one form: is the value's key below a number, or is it one of some keys?
//!
//! Owns the keys: whole numbers in the order of the floats, so that every comparison becomes `<` and NaN is a key like
//! any other. May not know trees.

use crate::model::forest::{Comparison, Forest, Test};

/// The key of NaN, above all others, which is also above all that conditions compare with.
pub(super) const MISSING: i32 = i32::MAX;
/// Above no key but that of which `columns` makes NaN where a branch takes it: what is below it is NaN or nothing.
const LOWEST: i32 = i32::MIN + 1;
/// Members that a set may have at most to be asked for in blocks.
const LARGEST_SET: usize = 32;

/// What is asked of a key that is not [`MISSING`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ask {
    /// Whether it is below this one.
    Below(i32),
    /// Whether it is one of these.
    Among(Vec<i32>),
}

/// A branch's question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    /// The feature of the row.
    pub(super) feature: u32,
    /// What is asked.
    pub(super) ask: Ask,
    /// Whether it holds for NaN.
    pub(super) missing: bool,
    /// Whether the true branch is taken where it does not hold.
    pub(super) swapped: bool,
}

/// The key of a value: a < b as floats exactly if key(a) < key(b); both zeros have the same.
#[inline(always)]
pub(super) fn key(value: f32) -> i32 {
    let bits = value.to_bits() as i32;
    let ordered = bits ^ ((bits >> 31) & i32::MAX);
    let ordered = if bits == i32::MIN { 0 } else { ordered };
    if bits & i32::MAX > f32::INFINITY.to_bits() as i32 { MISSING } else { ordered }
}

/// How many masks a test needs: one for each threshold, and one for a set, each of whose keys is between two of them.
pub(super) fn asks(test: Test<f32>) -> usize {
    match test {
        Test::Compare(Comparison::Eq | Comparison::Neq, _) => 3,
        Test::Compare(..) => 1,
        Test::Member(_, count) => 2 * (count as usize).min(LARGEST_SET) + 1,
    }
}

impl Condition {
    /// What a branch asks; `None` for a set too large.
    pub(super) fn of(forest: &Forest<f32>, feature: u32, test: Test<f32>, missing_is_true: bool) -> Option<Self> {
        let condition = |ask, swapped| {
            // Where the branches are swapped, the condition must not hold for what goes to the true one.
            Condition { feature, ask, missing: missing_is_true != swapped, swapped }
        };
        Some(match test {
            Test::Compare(Comparison::Lt, threshold) => condition(Ask::Below(key(threshold)), false),
            Test::Compare(Comparison::Leq, threshold) => condition(Ask::Below(key(threshold) + 1), false),
            Test::Compare(Comparison::Gte, threshold) => condition(Ask::Below(key(threshold)), true),
            Test::Compare(Comparison::Gt, threshold) => condition(Ask::Below(key(threshold) + 1), true),
            Test::Compare(Comparison::Eq, threshold) => condition(Ask::Among(vec![key(threshold)]), false),
            Test::Compare(Comparison::Neq, threshold) => {
                Condition { feature, ask: Ask::Among(vec![key(threshold)]), missing: false, swapped: true }
            }
            // A set has a mask because its keys have; one without keys would have none.
            Test::Member(_, 0) => condition(Ask::Below(LOWEST), false),
            Test::Member(first, count) if count as usize <= LARGEST_SET => {
                let members = &forest.members()[first as usize..][..count as usize];
                let mut keys: Vec<i32> = members.iter().map(|member| key(*member)).collect();
                keys.sort_unstable();
                keys.dedup();
                condition(Ask::Among(keys), false)
            }
            Test::Member(..) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_the_order_of_the_floats() {
        let ordered =
            [f32::NEG_INFINITY, f32::MIN, -1.0, -f32::from_bits(1), 0.0, f32::from_bits(1), 0.5, f32::INFINITY];
        assert!(ordered.windows(2).all(|pair| key(pair[0]) < key(pair[1])));
        assert_eq!(key(-0.0), key(0.0));
        assert_eq!([f32::NAN, -f32::NAN, f32::from_bits(0x7f80_0001)].map(key), [MISSING; 3]);
        assert!(key(f32::INFINITY) + 1 < MISSING);
        assert!(LOWEST < key(f32::NEG_INFINITY));
    }
}
