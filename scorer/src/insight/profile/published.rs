//! A profile that may be given away: what is rare in it is told apart no more.
//!
//! May not know layouts beyond the one it is given.

use super::tally::Tally;
use super::{Column, ColumnLayout, Kind, Layout, Profile};
use std::sync::Arc;

impl Profile {
    /// The same without what could point to a person: levels that fewer leads have than `leads_min`, or that have no
    /// name, become one; numbers of more different values than the capacity lose their last bits, until they fit.
    pub fn published(&self, leads_min: u64, capacity: usize) -> Self {
        let parts = self.columns().map(|(layout, column)| publish(layout, column, leads_min, capacity));
        let (layouts, columns) = parts.unzip();
        Profile { layout: Arc::new(Layout::new(layouts, capacity)), rows: self.rows, columns }
    }
}

fn publish(layout: &ColumnLayout, column: &Column, leads_min: u64, capacity: usize) -> (ColumnLayout, Column) {
    let mut column = column.clone();
    if layout.kind == Kind::Number {
        column.tally.fit(capacity);
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
