//! Folds: the rows of a history dealt into parts of equal size and equal rates of the outcome.
//!
//! Owns the dealing. May not know leads.

use super::random::Random;

/// The rows to fit to, and those held back.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fold {
    pub(super) fitted: Vec<usize>,
    pub(super) held_back: Vec<usize>,
}

/// Deals rows at random into `parts`; every row is held back once. Rows stay in rising order.
pub(super) fn deal(rows: &[usize], outcomes: &[bool], parts: usize, random: &mut Random) -> Vec<Fold> {
    let (mut with, mut without): (Vec<usize>, Vec<usize>) = rows.iter().partition(|row| outcomes[**row]);
    random.shuffle(&mut with);
    random.shuffle(&mut without);
    // The deal goes on with the part where that of the other outcome stopped: so the parts are of equal size.
    let dealt: Vec<(usize, usize)> =
        with.into_iter().chain(without).enumerate().map(|(turn, row)| (row, turn % parts)).collect();
    let sorted = |keep: &dyn Fn(usize) -> bool| {
        let mut rows: Vec<usize> = dealt.iter().filter(|(_, part)| keep(*part)).map(|(row, _)| *row).collect();
        rows.sort_unstable();
        rows
    };
    (0..parts)
        .map(|held| Fold { fitted: sorted(&|part| part != held), held_back: sorted(&|part| part == held) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn folds_part_the_rows_evenly(outcomes in prop::collection::vec(any::<bool>(), 10..200), seed: u64) {
            let rows: Vec<usize> = (0..outcomes.len()).filter(|row| row % 3 != 0).collect();
            let folds = deal(&rows, &outcomes, 5, &mut Random::new(seed));
            let mut held: Vec<usize> = folds.iter().flat_map(|fold| fold.held_back.clone()).collect();
            held.sort_unstable();
            prop_assert_eq!(&held, &rows);
            let with = |rows: &[usize]| rows.iter().filter(|row| outcomes[**row]).count();
            for fold in &folds {
                prop_assert_eq!(fold.fitted.len() + fold.held_back.len(), rows.len());
                prop_assert!(fold.fitted.iter().all(|row| !fold.held_back.contains(row)));
                prop_assert!(fold.held_back.len().abs_diff(rows.len() / 5) <= 1);
                prop_assert!(with(&fold.held_back).abs_diff(with(&rows) / 5) <= 1);
            }
        }
    }
}
