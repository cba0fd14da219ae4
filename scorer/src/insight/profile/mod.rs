//! Data profiles: mergeable value counts of leads, their features and scores.
//!
//! Profiles of one layout can be merged in any grouping. Counts are exact up to the layout's capacity and quantized
//! beyond. Levels that the layout does not name are kept as keyed hashes only, since a rare text can identify a person.
//! Must not depend on drift, time or storage.

mod codec;
mod layout;
mod level_key;
mod quantized_counts;
mod section;
mod suppression;
#[cfg(test)]
mod tests;

pub use layout::{CAPACITY, ColumnGroup, ColumnKind, ColumnLayout, ProfileLayout, Quantity};
pub use level_key::LevelKey;

use crate::lead::encode::{InputBlock, InputValues};
use crate::lead::schema::Schema;
use crate::lead::{Lead, Value};
use quantized_counts::QuantizedCounts;
use std::sync::Arc;
use thiserror::Error;

/// Counts of many leads, column by column.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    layout: Arc<ProfileLayout>,
    rows: u64,
    columns: Vec<ColumnProfile>,
}

/// Counts of one column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColumnProfile {
    /// Missing values, including NaN.
    missing: u64,
    /// Infinite numbers.
    infinite: u64,
    /// Count of each named level.
    levels: Vec<u64>,
    /// Count of the rare levels that have been pooled.
    pooled: u64,
    /// Counts of numbers, or of hashes of unnamed levels.
    values: QuantizedCounts,
}

/// Mapping of a schema's fields and an encoder's features to the columns of a layout.
#[derive(Debug, Clone)]
pub struct Binding {
    key: LevelKey,
    /// Pairs of a column and the position of its field in the schema.
    fields: Vec<(usize, usize)>,
    /// Columns of the features, in the encoder's order.
    features: Vec<usize>,
    score: Option<usize>,
}

/// Error of reading or merging profiles.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProfileError {
    /// Layouts differ in columns, named levels or capacity.
    #[error("the two profiles have different columns, named levels or capacities")]
    Layout,
    /// Unknown version of the format.
    #[error("the profile has format {0}; this version reads format {known}", known = section::FORMAT)]
    Format(u64),
    /// Malformed bytes.
    #[error("the profile is broken: {0}")]
    Broken(&'static str),
    /// Malformed column.
    #[error("the column {column:?} of the profile is broken: {reason}")]
    Column {
        /// Name of the column.
        column: String,
        /// Reason, for the error message.
        reason: &'static str,
    },
}

impl ProfileLayout {
    /// Binds the columns to a schema. A field that the schema does not have is left out.
    pub fn bind(&self, schema: &Schema, key: LevelKey) -> Binding {
        let columns = || self.columns().iter().enumerate();
        let in_group = |group| columns().filter(move |(_, column)| column.group == group).map(|(index, _)| index);
        let fields = in_group(ColumnGroup::Field)
            .filter_map(|column| Some((column, schema.position(&self.columns()[column].name)?)));
        Binding {
            key,
            fields: fields.collect(),
            features: in_group(ColumnGroup::Feature).collect(),
            score: in_group(ColumnGroup::Score).next(),
        }
    }
}

impl Profile {
    /// Returns a profile of no leads.
    pub fn empty(layout: Arc<ProfileLayout>) -> Self {
        let column =
            |column: &ColumnLayout| ColumnProfile { levels: vec![0; column.levels.len()], ..ColumnProfile::default() };
        Profile { rows: 0, columns: layout.columns().iter().map(column).collect(), layout }
    }

    /// Layout of the columns.
    pub fn layout(&self) -> &Arc<ProfileLayout> {
        &self.layout
    }

    /// Number of leads.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Columns with their layouts.
    pub fn columns(&self) -> impl Iterator<Item = (&ColumnLayout, &ColumnProfile)> {
        self.layout.columns().iter().zip(&self.columns)
    }

    /// Counts the fields of leads.
    pub fn add_leads<'a>(&mut self, binding: &Binding, leads: impl IntoIterator<Item = &'a Lead>) {
        for lead in leads {
            self.rows = self.rows.saturating_add(1);
            for (column, position) in &binding.fields {
                self.add_value(*column, lead.value(*position), binding.key);
            }
        }
    }

    /// Counts encoded features: one block per input of the encoder, in its order.
    pub fn add_features(&mut self, binding: &Binding, blocks: &[InputBlock]) {
        let mut columns = binding.features.iter();
        for block in blocks {
            for (offset, column) in columns.by_ref().take(block.width).enumerate() {
                match &block.values {
                    InputValues::Float(values) => {
                        self.add_numbers(*column, strided(values, offset, block.width).map(|value| f64::from(*value)));
                    }
                    InputValues::Double(values) => {
                        self.add_numbers(*column, strided(values, offset, block.width).copied())
                    }
                    InputValues::Integer(values) => {
                        self.add_numbers(*column, strided(values, offset, block.width).map(|value| *value as f64));
                    }
                    InputValues::Text(values) => {
                        let mut texts = strided(values, offset, block.width);
                        texts.by_ref().for_each(|text| self.add_value(*column, Value::Text(text), binding.key));
                    }
                }
            }
        }
    }

    /// Counts scores.
    pub fn add_scores(&mut self, binding: &Binding, scores: &[f32]) {
        if let Some(column) = binding.score {
            self.add_numbers(column, scores.iter().map(|score| f64::from(*score)));
        }
    }

    /// Counts a value of one column, for tables that are not leads; count their rows by [`Profile::add_rows`]. A value of
    /// another kind than the column's counts as missing.
    pub fn add_value(&mut self, index: usize, value: Value<'_>, key: LevelKey) {
        let (Some(layout), Some(column)) = (self.layout.columns().get(index), self.columns.get_mut(index)) else {
            return;
        };
        let capacity = self.layout.capacity();
        match (layout.kind, layout.quantity, value) {
            (ColumnKind::Number, Quantity::Value, Value::Number(number)) => {
                column.add_number(number, layout.is_f32, capacity)
            }
            (ColumnKind::Number, Quantity::Length, Value::Text(text)) => {
                column.values.add(key_of(text.chars().count() as f64), 1, capacity);
            }
            (ColumnKind::Number, Quantity::Items, Value::Text(text)) => {
                let commas = text.bytes().filter(|byte| *byte == b',').count();
                column.values.add(key_of((commas + 1) as f64), 1, capacity);
            }
            (ColumnKind::Category, _, Value::Text(text)) => {
                match layout.levels.binary_search_by(|level| level.as_str().cmp(text)) {
                    Ok(level) => column.levels[level] = column.levels[level].saturating_add(1),
                    Err(_) => column.values.add(key.hash(text), 1, capacity),
                }
            }
            _ => column.missing = column.missing.saturating_add(1),
        }
    }

    /// Counts numbers of a numeric column; NaN counts as missing.
    pub fn add_numbers(&mut self, index: usize, numbers: impl Iterator<Item = f64>) {
        let (Some(layout), Some(column)) = (self.layout.columns().get(index), self.columns.get_mut(index)) else {
            return;
        };
        let mut run = (f64::NAN.to_bits(), 0);
        for number in numbers {
            // Many columns hold flags: a run of equal numbers is added once.
            let key = number.to_bits();
            if key != run.0 {
                column.add_run(run, layout.is_f32, self.layout.capacity());
                run = (key, 0);
            }
            run.1 += 1;
        }
        column.add_run(run, layout.is_f32, self.layout.capacity());
    }

    /// Counts rows of a table that are not leads.
    pub fn add_rows(&mut self, rows: u64) {
        self.rows = self.rows.saturating_add(rows);
    }

    /// Adds the counts of another profile of the same layout. On an error, this one is unchanged.
    pub fn merge(&mut self, other: &Profile) -> Result<(), ProfileError> {
        if !Arc::ptr_eq(&self.layout, &other.layout) && self.layout != other.layout {
            return Err(ProfileError::Layout);
        }
        self.rows = self.rows.saturating_add(other.rows);
        for (column, other) in self.columns.iter_mut().zip(&other.columns) {
            column.merge(other, self.layout.capacity());
        }
        Ok(())
    }
}

impl ColumnProfile {
    /// Number of missing values, including infinite numbers, which no test can use.
    pub fn missing(&self) -> u64 {
        self.missing.saturating_add(self.infinite)
    }

    /// Number of infinite numbers.
    pub fn infinite(&self) -> u64 {
        self.infinite
    }

    /// Number of values that are not missing.
    pub fn present(&self) -> u64 {
        let levels = self.levels.iter().fold(self.pooled, |sum, count| sum.saturating_add(*count));
        levels.saturating_add(self.values.total())
    }

    /// Counts of the named levels, in the layout's order.
    pub fn levels(&self) -> &[u64] {
        &self.levels
    }

    /// Count of the pooled rare levels.
    pub fn pooled(&self) -> u64 {
        self.pooled
    }

    /// Distinct numbers with their counts, ascending. Where [`ColumnProfile::kept_bits`] is below 64 they are the ends
    /// nearer to zero of ranges.
    pub fn numbers(&self) -> Vec<(f64, u64)> {
        self.numbers_at(u64::BITS)
    }

    /// [`ColumnProfile::numbers`] with at most `bits` bits kept.
    pub(super) fn numbers_at(&self, bits: u32) -> Vec<(f64, u64)> {
        let keys = if bits < self.values.bits() { self.coarsened(bits).sorted() } else { self.values.sorted() };
        let mut numbers: Vec<_> = keys.into_iter().map(|(key, count)| (f64::from_bits(key), count)).collect();
        numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
        numbers
    }

    fn coarsened(&self, bits: u32) -> QuantizedCounts {
        let mut values = self.values.clone();
        values.coarsen(bits);
        values
    }

    /// Hashes of unnamed levels with their counts, ascending.
    pub fn hashes(&self) -> Vec<(u64, u64)> {
        self.values.sorted()
    }

    /// Number of the high bits of each number or hash that are kept; below 64, counts are approximate.
    pub fn kept_bits(&self) -> u32 {
        self.values.bits()
    }

    fn add_number(&mut self, number: f64, is_f32: bool, capacity: usize) {
        self.add_run((number.to_bits(), 1), is_f32, capacity);
    }

    fn add_run(&mut self, (bits, count): (u64, u64), is_f32: bool, capacity: usize) {
        let number = f64::from_bits(bits);
        let number = if is_f32 { f64::from(number as f32) } else { number };
        match count {
            0 => {}
            _ if number.is_nan() => self.missing = self.missing.saturating_add(count),
            _ if number.is_infinite() => self.infinite = self.infinite.saturating_add(count),
            _ => self.values.add(key_of(number), count, capacity),
        }
    }

    fn merge(&mut self, other: &ColumnProfile, capacity: usize) {
        for (count, other) in self.levels.iter_mut().zip(&other.levels) {
            *count = count.saturating_add(*other);
        }
        self.missing = self.missing.saturating_add(other.missing);
        self.infinite = self.infinite.saturating_add(other.infinite);
        self.pooled = self.pooled.saturating_add(other.pooled);
        self.values.merge(&other.values, capacity);
    }
}

/// Key of a finite number; both zeros have the same.
fn key_of(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

/// Iterates over one column of row-major values.
fn strided<T>(values: &[T], offset: usize, width: usize) -> impl Iterator<Item = &T> {
    values.iter().skip(offset).step_by(width.max(1))
}
