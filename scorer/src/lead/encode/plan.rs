//! What a specification asks, put together field by field, so that each value of a lead is looked at once.
//!
//! Owns what each kind of feature means. The row of a lead without any value is worked out beforehand; a value changes
//! the features that it has a say in. May not know inputs or their types.

use super::specification::{Feature, Rule};
use super::term::{Terms, TooManyTerms};
use crate::lead::{Lead, Value};
use foldhash::fast::FixedState;
use memchr::memmem::Finder;
use std::collections::{BTreeMap, HashMap};

/// How the numbers of a lead are made: one per feature.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// The row of a lead that has nothing.
    nothing: Vec<f64>,
    fields: Vec<FieldPlan>,
}

/// The features of one field.
#[derive(Debug, Clone, Default)]
struct FieldPlan {
    place: usize,
    /// What any value sets.
    present: Vec<Cell>,
    /// What a number goes into.
    numbers: Vec<Column>,
    /// What any text sets, before what its level sets.
    text: Vec<Cell>,
    /// What a level sets. Looked into, never walked: so that the hash has no influence.
    levels: HashMap<String, Vec<Cell>, FixedState>,
    lengths: Vec<Column>,
    items: Vec<(Finder<'static>, Column)>,
    terms: Option<Terms>,
    /// What a term sets, flag by flag.
    flags: Vec<Cell>,
}

/// A feature set to a number.
#[derive(Debug, Clone, Copy)]
struct Cell {
    column: usize,
    value: f64,
}

/// A feature that a number is worked out for.
#[derive(Debug, Clone, Copy)]
struct Column {
    column: usize,
    /// Rising and not NaN: checked when built.
    clip: Option<[f64; 2]>,
}

impl Column {
    /// NaN is not clipped.
    fn cell(self, value: f64) -> Cell {
        Cell { column: self.column, value: self.clip.map_or(value, |[low, high]| value.clamp(low, high)) }
    }
}

impl Plan {
    /// A plan for features that were checked, each with the place of its field.
    pub(super) fn new<'a>(features: impl Iterator<Item = (usize, &'a Feature)>) -> Result<Self, TooManyTerms> {
        let mut nothing = Vec::new();
        let mut fields: BTreeMap<usize, FieldPlan> = BTreeMap::new();
        let mut terms: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        for (column, (place, feature)) in features.enumerate() {
            let field = fields.entry(place).or_insert_with(|| FieldPlan { place, ..FieldPlan::default() });
            let column = Column { column, clip: feature.clip };
            if let Rule::TextFlag { terms: own, matching } = &feature.rule {
                terms.entry(place).or_default().extend(own.iter().map(|term| (term, *matching, field.flags.len())));
            }
            nothing.push(column.cell(field.add(column, &feature.rule)).value);
        }
        for (place, terms) in terms {
            if let Some(field) = fields.get_mut(&place) {
                field.terms = Some(Terms::new(&terms)?);
            }
        }
        Ok(Plan { nothing, fields: fields.into_values().collect() })
    }

    /// How many numbers a row has.
    pub(super) fn width(&self) -> usize {
        self.nothing.len()
    }

    /// Puts a lead's numbers into a row. `folded` is room to work in.
    pub(super) fn fill(&self, lead: &Lead, row: &mut [f64], folded: &mut String) {
        row.copy_from_slice(&self.nothing);
        for field in &self.fields {
            match lead.value(field.place) {
                Value::Missing => continue,
                Value::Number(number) => set(row, field.numbers.iter().map(|column| column.cell(number))),
                Value::Text(text) => field.fill(text, row, folded),
            }
            set(row, field.present.iter().copied());
        }
    }
}

impl FieldPlan {
    /// Takes a feature in; returns its number where the field is missing.
    fn add(&mut self, column: Column, rule: &Rule) -> f64 {
        let flag = |is: bool| f64::from(u8::from(is));
        match rule {
            Rule::Number { missing } => {
                self.numbers.push(column);
                *missing
            }
            Rule::Passthrough { missing } => {
                self.numbers.push(column);
                missing.unwrap_or(f64::NAN)
            }
            Rule::OneHot { levels, missing } => {
                self.add_levels(column, 0.0, levels.iter().map(|level| (level, 1.0)));
                flag(*missing)
            }
            Rule::Unlisted { levels } => {
                self.add_levels(column, 1.0, levels.iter().map(|level| (level, 0.0)));
                0.0
            }
            Rule::Target { table, unseen, missing } => {
                self.add_levels(column, *unseen, table.iter().map(|(level, number)| (level, *number)));
                *missing
            }
            Rule::TextFlag { .. } => {
                self.flags.push(column.cell(1.0));
                0.0
            }
            Rule::TextLength => {
                self.lengths.push(column);
                0.0
            }
            Rule::ItemCount { separator } => {
                self.items.push((Finder::new(separator).into_owned(), column));
                0.0
            }
            Rule::Present | Rule::Missing => {
                let present = *rule == Rule::Present;
                self.present.push(column.cell(flag(present)));
                flag(!present)
            }
            // The column of a text is not one of numbers.
            Rule::Text { .. } => f64::NAN,
        }
    }

    fn add_levels<'a>(&mut self, column: Column, unseen: f64, levels: impl Iterator<Item = (&'a String, f64)>) {
        self.text.push(column.cell(unseen));
        for (level, number) in levels {
            self.levels.entry(level.clone()).or_default().push(column.cell(number));
        }
    }

    fn fill(&self, text: &str, row: &mut [f64], folded: &mut String) {
        set(row, self.text.iter().copied());
        if let Some(cells) = self.levels.get(text) {
            set(row, cells.iter().copied());
        }
        if !self.lengths.is_empty() {
            let length = text.chars().count() as f64;
            set(row, self.lengths.iter().map(|column| column.cell(length)));
        }
        let items = |separator: &Finder<'_>| (separator.find_iter(text.as_bytes()).count() + 1) as f64;
        set(row, self.items.iter().map(|(separator, column)| column.cell(items(separator))));
        if let Some(terms) = &self.terms {
            terms.find(text, folded, |flag| set(row, self.flags.get(flag).copied().into_iter()));
        }
    }
}

fn set(row: &mut [f64], cells: impl Iterator<Item = Cell>) {
    for Cell { column, value } in cells {
        row[column] = value;
    }
}
