//! Stratified folds: splits rows into parts of equal size and equal outcome rate.

use super::random::SplitMix64;

/// Rows to fit to and rows held out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fold {
    pub(super) fitted: Vec<usize>,
    pub(super) held_out: Vec<usize>,
}

/// Splits rows at random into `count` folds; each row is held out once. Rows stay in ascending order.
pub(super) fn stratified_folds(rows: &[usize], outcomes: &[bool], count: usize, random: &mut SplitMix64) -> Vec<Fold> {
    let (mut with, mut without): (Vec<usize>, Vec<usize>) = rows.iter().partition(|row| outcomes[**row]);
    random.shuffle(&mut with);
    random.shuffle(&mut without);
    // Rows without the outcome continue at the fold where those with it stopped, which keeps the sizes equal.
    let assigned: Vec<(usize, usize)> =
        with.into_iter().chain(without).enumerate().map(|(turn, row)| (row, turn % count)).collect();
    let sorted = |keep: &dyn Fn(usize) -> bool| {
        let mut rows: Vec<usize> = assigned.iter().filter(|(_, fold)| keep(*fold)).map(|(row, _)| *row).collect();
        rows.sort_unstable();
        rows
    };
    (0..count)
        .map(|held| Fold { fitted: sorted(&|fold| fold != held), held_out: sorted(&|fold| fold == held) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn folds_are_stratified_and_equal_in_size(outcomes in prop::collection::vec(any::<bool>(), 10..200), seed: u64) {
            let rows: Vec<usize> = (0..outcomes.len()).filter(|row| row % 3 != 0).collect();
            let folds = stratified_folds(&rows, &outcomes, 5, &mut SplitMix64::new(seed));
            let mut held: Vec<usize> = folds.iter().flat_map(|fold| fold.held_out.clone()).collect();
            held.sort_unstable();
            prop_assert_eq!(&held, &rows);
            let with = |rows: &[usize]| rows.iter().filter(|row| outcomes[**row]).count();
            for fold in &folds {
                prop_assert_eq!(fold.fitted.len() + fold.held_out.len(), rows.len());
                prop_assert!(fold.fitted.iter().all(|row| !fold.held_out.contains(row)));
                prop_assert!(fold.held_out.len().abs_diff(rows.len() / 5) <= 1);
                prop_assert!(with(&fold.held_out).abs_diff(with(&rows) / 5) <= 1);
            }
        }
    }
}
