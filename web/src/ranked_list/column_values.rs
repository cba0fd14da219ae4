//! Most frequent values of a column, for its filter.

use crate::protocol::ColumnValues;
use scorer::scored_list::ScoredList;
use std::collections::HashMap;

/// Maximum number of values returned.
const VALUES_MAX: usize = 60;

/// Maximum length of a value in bytes: longer ones are free text, not categories.
const VALUE_BYTES_MAX: usize = 120;

/// Counts the values of a column. Equally frequent ones are sorted alphabetically, to be deterministic.
pub(super) fn column_values(list: &ScoredList, column: u32) -> ColumnValues {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    let mut empty = 0;
    for lead in 0..list.len() {
        match list.cell(lead, column as usize).trim() {
            "" => empty += 1,
            cell => *counts.entry(cell).or_default() += 1,
        }
    }
    let all = counts.len();
    let mut counts: Vec<(&str, u32)> = counts.into_iter().filter(|(cell, _)| cell.len() <= VALUE_BYTES_MAX).collect();
    counts.sort_unstable_by(|(a, a_count), (b, b_count)| b_count.cmp(a_count).then_with(|| a.cmp(b)));
    counts.truncate(VALUES_MAX);
    ColumnValues {
        column,
        omitted: (all - counts.len()) as u32,
        counts: counts.into_iter().map(|(cell, count)| (cell.to_owned(), count)).collect(),
        empty,
    }
}
