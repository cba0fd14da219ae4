//! Normal form of branch conditions: a key is below a bound, or is one of a set of keys.
//!
//! Keys are integers in the order of the floats, so that every comparison becomes `<` and NaN is a key like any other.

use crate::model::forest::{Comparison, Forest, Test};

/// Key of NaN: above all other keys and above every bound.
pub(super) const NAN_KEY: i32 = i32::MAX;
/// Bound that no key is below, except the one that `columns` holds for NaN where NaN satisfies the condition.
const NO_KEY_BELOW: i32 = i32::MIN + 1;
/// Largest set that is evaluated in blocks.
const SET_MAX: usize = 32;

/// Predicate on a key that is not [`NAN_KEY`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Predicate {
    /// The key is below this one.
    LessThan(i32),
    /// The key is one of these.
    OneOf(Vec<i32>),
}

/// Condition of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    /// Index of the feature in the row.
    pub(super) feature: u32,
    /// Predicate on the feature's key.
    pub(super) predicate: Predicate,
    /// True when NaN satisfies the condition.
    pub(super) nan_matches: bool,
    /// True when the true branch is taken where the condition does not hold.
    pub(super) negated: bool,
}

/// Maps a value to its key: a < b as floats exactly if key(a) < key(b); both zeros have the same key.
#[inline(always)]
pub(super) fn key(value: f32) -> i32 {
    let bits = value.to_bits() as i32;
    let ordered = bits ^ ((bits >> 31) & i32::MAX);
    let ordered = if bits == i32::MIN { 0 } else { ordered };
    if bits & i32::MAX > f32::INFINITY.to_bits() as i32 { NAN_KEY } else { ordered }
}

/// Upper bound on the masks that a test needs: one per threshold, and one for a set, whose keys take two thresholds each.
pub(super) fn max_masks(test: Test<f32>) -> usize {
    match test {
        Test::Compare(Comparison::Eq | Comparison::Neq, _) => 3,
        Test::Compare(..) => 1,
        Test::Member(_, count) => 2 * (count as usize).min(SET_MAX) + 1,
    }
}

impl Condition {
    /// Normalizes a branch's test; `None` for a set that is too large.
    pub(super) fn from_test(
        forest: &Forest<f32>,
        feature: u32,
        test: Test<f32>,
        missing_is_true: bool,
    ) -> Option<Self> {
        let condition = |predicate, negated| {
            // With the branches swapped, the condition must not hold for what goes to the true one.
            Condition { feature, predicate, nan_matches: missing_is_true != negated, negated }
        };
        Some(match test {
            Test::Compare(Comparison::Lt, threshold) => condition(Predicate::LessThan(key(threshold)), false),
            Test::Compare(Comparison::Leq, threshold) => condition(Predicate::LessThan(key(threshold) + 1), false),
            Test::Compare(Comparison::Gte, threshold) => condition(Predicate::LessThan(key(threshold)), true),
            Test::Compare(Comparison::Gt, threshold) => condition(Predicate::LessThan(key(threshold) + 1), true),
            Test::Compare(Comparison::Eq, threshold) => condition(Predicate::OneOf(vec![key(threshold)]), false),
            Test::Compare(Comparison::Neq, threshold) => Condition {
                feature,
                predicate: Predicate::OneOf(vec![key(threshold)]),
                nan_matches: false,
                negated: true,
            },
            // The mask of a set is made from its keys' masks; the empty set needs a bound instead.
            Test::Member(_, 0) => condition(Predicate::LessThan(NO_KEY_BELOW), false),
            Test::Member(first, count) if count as usize <= SET_MAX => {
                let members = &forest.members()[first as usize..][..count as usize];
                let mut keys: Vec<i32> = members.iter().map(|member| key(*member)).collect();
                keys.sort_unstable();
                keys.dedup();
                condition(Predicate::OneOf(keys), false)
            }
            Test::Member(..) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_ordered_as_floats() {
        let ordered =
            [f32::NEG_INFINITY, f32::MIN, -1.0, -f32::from_bits(1), 0.0, f32::from_bits(1), 0.5, f32::INFINITY];
        assert!(ordered.windows(2).all(|pair| key(pair[0]) < key(pair[1])));
        assert_eq!(key(-0.0), key(0.0));
        assert_eq!([f32::NAN, -f32::NAN, f32::from_bits(0x7f80_0001)].map(key), [NAN_KEY; 3]);
        assert!(key(f32::INFINITY) + 1 < NAN_KEY);
        assert!(NO_KEY_BELOW < key(f32::NEG_INFINITY));
    }
}
