//! A profile that may be given away: what is rare in it is told apart no more.
//!
//! May not know layouts beyond the one it is given.

use super::tally::Tally;
use super::{Column, ColumnLayout, Kind, Layout, Profile, key_of};
use std::sync::Arc;

impl Profile {
    /// The same without what could point to a person: levels that fewer leads have than `leads_min`, or that have no
    /// name, become one. Of numbers with more different values than the capacity, the outermost count as the next
    /// ones until so many leads have them, and all lose their last bits until they fit.
    pub fn published(&self, leads_min: u64, capacity: usize) -> Self {
        let parts = self.columns().map(|(layout, column)| publish(layout, column, leads_min, capacity));
        let (layouts, columns) = parts.unzip();
        Profile { layout: Arc::new(Layout::new(layouts, capacity)), rows: self.rows, columns }
    }
}

fn publish(layout: &ColumnLayout, column: &Column, leads_min: u64, capacity: usize) -> (ColumnLayout, Column) {
    let mut column = column.clone();
    if layout.kind == Kind::Number {
        if column.tally.len() > capacity {
            column.tally = Tally::of(column.kept_bits(), without_tails(column.numbers(), leads_min));
            column.tally.fit(capacity);
        }
        return (layout.clone(), column);
    }
    let counted = layout.levels.iter().cloned().zip(column.levels.iter().copied());
    let (common, rare): (Vec<_>, Vec<_>) = counted.partition(|(_, count)| *count >= leads_min);
    let rare = rare.iter().map(|(_, count)| *count).chain([column.tally.total()]);
    column.pooled = rare.fold(column.pooled, u64::saturating_add);
    column.tally = Tally::default();
    let levels;
    (levels, column.levels) = common.into_iter().unzip();
    (ColumnLayout { levels, ..layout.clone() }, column)
}

/// Keys and counts of rising numbers, those at either end moved inwards until enough leads have the outermost.
fn without_tails(mut numbers: Vec<(f64, u64)>, leads_min: u64) -> Vec<(u64, u64)> {
    for _ in 0..2 {
        numbers.reverse();
        while let [.., (_, inner), (_, outer)] = numbers.as_mut_slice()
            && *outer < leads_min
        {
            *inner = inner.saturating_add(*outer);
            numbers.pop();
        }
    }
    numbers.into_iter().map(|(number, count)| (key_of(number), count)).collect()
}
