//! Suppression of rare values, so that a profile can be shared.

use super::quantized_counts::QuantizedCounts;
use super::{ColumnKind, ColumnLayout, ColumnProfile, Profile, ProfileLayout, key_of};
use std::sync::Arc;

impl Profile {
    /// Returns the profile without values that could identify a person: levels with fewer than `leads_min` leads or
    /// without a name are pooled. Numbers with more distinct values than the capacity have both tails clamped inwards
    /// until `leads_min` leads have the outermost value, and are quantized until they fit.
    pub fn suppress_rare(&self, leads_min: u64, capacity: usize) -> Self {
        let parts = self.columns().map(|(layout, column)| suppress(layout, column, leads_min, capacity));
        let (layouts, columns) = parts.unzip();
        Profile { layout: Arc::new(ProfileLayout::new(layouts, capacity)), rows: self.rows, columns }
    }
}

fn suppress(
    layout: &ColumnLayout,
    column: &ColumnProfile,
    leads_min: u64,
    capacity: usize,
) -> (ColumnLayout, ColumnProfile) {
    let mut column = column.clone();
    if layout.kind == ColumnKind::Number {
        if column.values.len() > capacity {
            column.values = QuantizedCounts::new(column.kept_bits(), clamp_tails(column.numbers(), leads_min));
            column.values.fit(capacity);
        }
        return (layout.clone(), column);
    }
    let counted = layout.levels.iter().cloned().zip(column.levels.iter().copied());
    let (common, rare): (Vec<_>, Vec<_>) = counted.partition(|(_, count)| *count >= leads_min);
    let rare = rare.iter().map(|(_, count)| *count).chain([column.values.total()]);
    column.pooled = rare.fold(column.pooled, u64::saturating_add);
    column.values = QuantizedCounts::default();
    let levels;
    (levels, column.levels) = common.into_iter().unzip();
    (ColumnLayout { levels, ..layout.clone() }, column)
}

/// Moves the outermost of ascending numbers inwards until `leads_min` leads have them; returns keys and counts.
fn clamp_tails(mut numbers: Vec<(f64, u64)>, leads_min: u64) -> Vec<(u64, u64)> {
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
