//! A profile: the summary of many leads, their features and scores, by counts of values.
//!
//! Owns what is counted and how profiles of one layout are added up, in any grouping. Counts are exact up to the
//! layout's capacity and approximate beyond; levels that the layout does not name are kept as keyed hashes only, since
//! a rare text can point to a person. May not know verdicts, time or storage.

mod code;
mod hash;
mod layout;
mod published;
mod section;
mod tally;
#[cfg(test)]
mod tests;

pub use hash::LevelKey;
pub use layout::{CAPACITY, ColumnLayout, Group, Kind, Layout, Part};

use crate::lead::encode::{InputBlock, InputValues};
use crate::lead::schema::Schema;
use crate::lead::{Lead, Value};
use std::sync::Arc;
use tally::Tally;
use thiserror::Error;

/// The summary of many leads.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    layout: Arc<Layout>,
    rows: u64,
    columns: Vec<Column>,
}

/// The summary of one column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Column {
    /// Values that are not there, NaN included.
    missing: u64,
    /// Numbers that are infinite.
    infinite: u64,
    /// How often each named level came.
    levels: Vec<u64>,
    /// Levels that were rare and are told apart no more.
    pooled: u64,
    /// Numbers, or hashes of levels that have no name here.
    tally: Tally,
}

/// How leads of a schema are read into profiles of a layout.
#[derive(Debug, Clone)]
pub struct Binding {
    key: LevelKey,
    /// Columns of fields, and the places of those in the schema.
    fields: Vec<(usize, usize)>,
    /// Columns of features, in the encoder's order.
    features: Vec<usize>,
    score: Option<usize>,
}

/// Why a profile cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProfileError {
    /// Profiles of other columns, levels or capacities.
    #[error("the two profiles have different columns, named levels or capacities")]
    Layout,
    /// Written by another version of the format.
    #[error("the profile has format {0}; this version reads format {known}", known = section::FORMAT)]
    Format(u64),
    /// Bytes that no profile has.
    #[error("the profile is broken: {0}")]
    Broken(&'static str),
    /// A column that no profile has.
    #[error("the column {column:?} of the profile is broken: {reason}")]
    Column {
        /// Its name.
        column: String,
        /// What is wrong.
        reason: &'static str,
    },
}

impl Layout {
    /// How leads that were read with this schema become counts. A field that the schema does not have is left out.
    pub fn bind(&self, schema: &Schema, key: LevelKey) -> Binding {
        let columns = || self.columns().iter().enumerate();
        let of = |group| columns().filter(move |(_, column)| column.group == group).map(|(place, _)| place);
        let fields = of(Group::Field).filter_map(|at| Some((at, schema.position(&self.columns()[at].name)?)));
        Binding {
            key,
            fields: fields.collect(),
            features: of(Group::Feature).collect(),
            score: of(Group::Score).next(),
        }
    }
}

impl Profile {
    /// A profile of no leads.
    pub fn empty(layout: Arc<Layout>) -> Self {
        let column = |column: &ColumnLayout| Column { levels: vec![0; column.levels.len()], ..Column::default() };
        Profile { rows: 0, columns: layout.columns().iter().map(column).collect(), layout }
    }

    /// Its columns.
    pub fn layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    /// How many leads it sums up.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Every column with what is known of it beforehand.
    pub fn columns(&self) -> impl Iterator<Item = (&ColumnLayout, &Column)> {
        self.layout.columns().iter().zip(&self.columns)
    }

    /// Adds the fields of leads.
    pub fn add_leads<'a>(&mut self, binding: &Binding, leads: impl IntoIterator<Item = &'a Lead>) {
        for lead in leads {
            self.rows = self.rows.saturating_add(1);
            for (column, place) in &binding.fields {
                self.add_value(*column, lead.value(*place), binding.key);
            }
        }
    }

    /// Adds the features of leads, as the encoder made them: one block for each of its inputs, in its order.
    pub fn add_features(&mut self, binding: &Binding, blocks: &[InputBlock]) {
        let mut columns = binding.features.iter();
        for block in blocks {
            for (place, column) in columns.by_ref().take(block.width).enumerate() {
                match &block.values {
                    InputValues::Float(values) => {
                        self.add_numbers(*column, down(values, place, block.width).map(|value| f64::from(*value)));
                    }
                    InputValues::Double(values) => self.add_numbers(*column, down(values, place, block.width).copied()),
                    InputValues::Integer(values) => {
                        self.add_numbers(*column, down(values, place, block.width).map(|value| *value as f64));
                    }
                    InputValues::Text(values) => {
                        let mut texts = down(values, place, block.width);
                        texts.by_ref().for_each(|text| self.add_value(*column, Value::Text(text), binding.key));
                    }
                }
            }
        }
    }

    /// Adds the scores of leads.
    pub fn add_scores(&mut self, binding: &Binding, scores: &[f32]) {
        if let Some(column) = binding.score {
            self.add_numbers(column, scores.iter().map(|score| f64::from(*score)));
        }
    }

    /// Adds cells to one column, for tables that are no leads; rows are to be counted by [`Profile::add_rows`]. A value
    /// of another kind than the column's counts as missing.
    pub fn add_value(&mut self, place: usize, value: Value<'_>, key: LevelKey) {
        let (Some(layout), Some(column)) = (self.layout.columns().get(place), self.columns.get_mut(place)) else {
            return;
        };
        let capacity = self.layout.capacity();
        match (layout.kind, layout.part, value) {
            (Kind::Number, Part::Value, Value::Number(number)) => column.add_number(number, layout.single, capacity),
            (Kind::Number, Part::Length, Value::Text(text)) => {
                column.tally.add(key_of(text.chars().count() as f64), 1, capacity);
            }
            (Kind::Number, Part::Items, Value::Text(text)) => {
                let commas = text.bytes().filter(|byte| *byte == b',').count();
                column.tally.add(key_of((commas + 1) as f64), 1, capacity);
            }
            (Kind::Category, _, Value::Text(text)) => {
                match layout.levels.binary_search_by(|level| level.as_str().cmp(text)) {
                    Ok(level) => column.levels[level] = column.levels[level].saturating_add(1),
                    Err(_) => column.tally.add(key.hash(text), 1, capacity),
                }
            }
            _ => column.missing = column.missing.saturating_add(1),
        }
    }

    /// Adds numbers to one column of numbers; NaN counts as missing.
    pub fn add_numbers(&mut self, place: usize, numbers: impl Iterator<Item = f64>) {
        let (Some(layout), Some(column)) = (self.layout.columns().get(place), self.columns.get_mut(place)) else {
            return;
        };
        let mut run = (f64::NAN.to_bits(), 0);
        for number in numbers {
            // Many columns hold flags: what comes again right behind itself is counted once.
            let key = number.to_bits();
            if key != run.0 {
                column.add_run(run, layout.single, self.layout.capacity());
                run = (key, 0);
            }
            run.1 += 1;
        }
        column.add_run(run, layout.single, self.layout.capacity());
    }

    /// Counts so many rows more, of a table that is no leads.
    pub fn add_rows(&mut self, rows: u64) {
        self.rows = self.rows.saturating_add(rows);
    }

    /// Adds another profile of the same layout. When refused, this one is as before.
    pub fn merge(&mut self, more: &Profile) -> Result<(), ProfileError> {
        if !Arc::ptr_eq(&self.layout, &more.layout) && self.layout != more.layout {
            return Err(ProfileError::Layout);
        }
        self.rows = self.rows.saturating_add(more.rows);
        for (own, more) in self.columns.iter_mut().zip(&more.columns) {
            own.merge(more, self.layout.capacity());
        }
        Ok(())
    }
}

impl Column {
    /// How many values are not there: for tests, infinite numbers are missing as well.
    pub fn missing(&self) -> u64 {
        self.missing.saturating_add(self.infinite)
    }

    /// How many of the missing ones are infinite numbers.
    pub fn infinite(&self) -> u64 {
        self.infinite
    }

    /// How many values there are.
    pub fn present(&self) -> u64 {
        let levels = self.levels.iter().fold(self.pooled, |sum, count| sum.saturating_add(*count));
        levels.saturating_add(self.tally.total())
    }

    /// Counts of the named levels, in the layout's order.
    pub fn levels(&self) -> &[u64] {
        &self.levels
    }

    /// Levels that were too rare to be told apart.
    pub fn pooled(&self) -> u64 {
        self.pooled
    }

    /// The numbers and how often each came, rising. Where [`Column::kept_bits`] is below 64 they are ends of ranges,
    /// those nearer to zero.
    pub fn numbers(&self) -> Vec<(f64, u64)> {
        self.numbers_at(u64::BITS)
    }

    /// The same with no more than so many bits kept.
    pub(super) fn numbers_at(&self, bits: u32) -> Vec<(f64, u64)> {
        let keys = if bits < self.tally.bits() { self.coarser(bits).sorted() } else { self.tally.sorted() };
        let mut numbers: Vec<_> = keys.into_iter().map(|(key, count)| (f64::from_bits(key), count)).collect();
        numbers.sort_by(|one, other| one.0.total_cmp(&other.0));
        numbers
    }

    fn coarser(&self, bits: u32) -> Tally {
        let mut tally = self.tally.clone();
        tally.coarsen(bits);
        tally
    }

    /// The hashes of levels without a name and how often each came, rising.
    pub fn hashes(&self) -> Vec<(u64, u64)> {
        self.tally.sorted()
    }

    /// How many of the 64 bits of each number or hash are told apart: below 64, counts are approximate.
    pub fn kept_bits(&self) -> u32 {
        self.tally.bits()
    }

    fn add_number(&mut self, number: f64, single: bool, capacity: usize) {
        self.add_run((number.to_bits(), 1), single, capacity);
    }

    fn add_run(&mut self, (bits, count): (u64, u64), single: bool, capacity: usize) {
        let number = f64::from_bits(bits);
        let number = if single { f64::from(number as f32) } else { number };
        match count {
            0 => {}
            _ if number.is_nan() => self.missing = self.missing.saturating_add(count),
            _ if number.is_infinite() => self.infinite = self.infinite.saturating_add(count),
            _ => self.tally.add(key_of(number), count, capacity),
        }
    }

    fn merge(&mut self, more: &Column, capacity: usize) {
        for (own, more) in self.levels.iter_mut().zip(&more.levels) {
            *own = own.saturating_add(*more);
        }
        self.missing = self.missing.saturating_add(more.missing);
        self.infinite = self.infinite.saturating_add(more.infinite);
        self.pooled = self.pooled.saturating_add(more.pooled);
        self.tally.merge(&more.tally, capacity);
    }
}

/// The key of a finite number: the two zeros are one.
fn key_of(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

/// One column of row-major values.
fn down<T>(values: &[T], place: usize, width: usize) -> impl Iterator<Item = &T> {
    values.iter().skip(place).step_by(width.max(1))
}
