//! The values of a column, most frequent first.
//!
//! Owns how many of them are told. May not know messages or the page.

use crate::agent::Values;
use scorer::scored_list::ScoredList;
use std::collections::HashMap;

/// The most values that are told.
const VALUES_MAX: usize = 60;

/// The longest value that is told: what is longer is no category.
const CHARS_MAX: usize = 120;

/// Equally frequent ones in the order of the alphabet, so that nothing of a hash map's order is left.
pub(super) fn values(sheet: &ScoredList, column: u32) -> Values {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    let mut empty = 0;
    for lead in 0..sheet.len() {
        match sheet.cell(lead, column as usize).trim() {
            "" => empty += 1,
            cell => *counts.entry(cell).or_default() += 1,
        }
    }
    let all = counts.len();
    let mut counts: Vec<(&str, u32)> = counts.into_iter().filter(|(cell, _)| cell.len() <= CHARS_MAX).collect();
    counts.sort_unstable_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
    counts.truncate(VALUES_MAX);
    Values {
        column,
        more: (all - counts.len()) as u32,
        counts: counts.into_iter().map(|(cell, count)| (cell.to_owned(), count)).collect(),
        empty,
    }
}
