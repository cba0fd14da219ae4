//! Compiles a specification field by field, so that each value of a lead is read once.
//!
//! The row of an empty lead is computed in advance; each value of a lead then overwrites the features it determines.

use super::memo::{LevelMemo, Scratch};
use super::specification::{Feature, Rule};
use super::term::{TermMatcher, TooManyTerms};
use crate::lead::level::{LevelForms, LevelMatching, LevelTally};
use crate::lead::{Lead, Value};
use foldhash::fast::FixedState;
use memchr::memmem::Finder;
use std::collections::{BTreeMap, HashMap};

/// Compiled features: one number each.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// Row of a lead without values.
    empty_row: Vec<f64>,
    fields: Vec<FieldPlan>,
}

/// Features of one field.
#[derive(Debug, Clone, Default)]
struct FieldPlan {
    field: usize,
    /// Set by any value.
    present: Vec<Assignment>,
    /// Receive a number.
    numbers: Vec<OutputColumn>,
    /// Set by any text, before its level.
    text: Vec<Assignment>,
    /// Set by a level. Only looked up, never iterated: the order of the hash has no effect.
    levels: HashMap<String, Vec<Assignment>, FixedState>,
    /// Other spellings of the levels.
    forms: LevelForms,
    /// Matching mode of the levels, the same for all features of the field.
    matching: LevelMatching,
    lengths: Vec<OutputColumn>,
    items: Vec<(Finder<'static>, OutputColumn)>,
    terms: Option<TermMatcher>,
    /// Set by a term, by flag.
    flags: Vec<Assignment>,
}

/// Assignment of a number to a feature.
#[derive(Debug, Clone, Copy)]
struct Assignment {
    column: usize,
    value: f64,
}

/// Feature that receives a computed number.
#[derive(Debug, Clone, Copy)]
struct OutputColumn {
    column: usize,
    /// Ascending and not NaN: validated.
    clip: Option<[f64; 2]>,
}

impl OutputColumn {
    /// Clips a value; NaN is kept.
    fn assign(self, value: f64) -> Assignment {
        Assignment { column: self.column, value: self.clip.map_or(value, |[low, high]| value.clamp(low, high)) }
    }
}

impl Plan {
    /// Compiles validated features, each with the index of its field.
    pub(super) fn new<'a>(features: impl Iterator<Item = (usize, &'a Feature)>) -> Result<Self, TooManyTerms> {
        let mut empty_row = Vec::new();
        let mut fields: BTreeMap<usize, FieldPlan> = BTreeMap::new();
        let mut terms: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        for (column, (index, feature)) in features.enumerate() {
            let field = fields.entry(index).or_insert_with(|| FieldPlan { field: index, ..FieldPlan::default() });
            let column = OutputColumn { column, clip: feature.clip };
            if let Rule::TextFlag { terms: own, matching } = &feature.rule {
                terms.entry(index).or_default().extend(own.iter().map(|term| (term, *matching, field.flags.len())));
            }
            empty_row.push(column.assign(field.add(column, &feature.rule)).value);
        }
        for (index, terms) in terms {
            if let Some(field) = fields.get_mut(&index) {
                field.terms = Some(TermMatcher::new(&terms)?);
            }
        }
        for field in fields.values_mut() {
            field.forms = LevelForms::new(field.levels.keys().map(String::as_str));
        }
        Ok(Plan { empty_row, fields: fields.into_values().collect() })
    }

    /// Creates scratch memory for this plan.
    pub(super) fn new_scratch(&self) -> Scratch {
        Scratch { memos: vec![LevelMemo::default(); self.fields.len()], ..Scratch::default() }
    }

    /// Returns the cells of each categorical field that were no level since the last call, by the index of the field.
    pub(super) fn take_unseen(&self, scratch: &mut Scratch) -> Vec<(usize, LevelTally)> {
        let fields = self.fields.iter().zip(&mut scratch.memos).filter(|(field, _)| field.has_levels());
        fields.map(|(field, memo)| (field.field, memo.take_unseen())).filter(|(_, tally)| tally.cells() > 0).collect()
    }

    /// Replaces texts that are other spellings of a level by that level.
    pub(super) fn respell(&self, lead: &mut Lead) {
        for field in self.fields.iter().filter(|field| field.has_levels()) {
            if let Value::Text(text) = lead.value(field.field)
                && !field.levels.contains_key(text)
                && let Some(level) = field.forms.find(text).and_then(|level| field.forms.level(level))
            {
                lead.set(field.field, Value::Text(level));
            }
        }
    }

    /// Number of features per row.
    pub(super) fn width(&self) -> usize {
        self.empty_row.len()
    }

    /// Writes the features of a lead to a row. With [`LevelMatching::Folded`], levels are matched by their folded form also
    /// where the features match exactly.
    pub(super) fn fill(&self, lead: &Lead, row: &mut [f64], scratch: &mut Scratch, matching: LevelMatching) {
        row.copy_from_slice(&self.empty_row);
        let Scratch { folded, memos, is_respelled } = scratch;
        *is_respelled = false;
        for (field, memo) in self.fields.iter().zip(memos) {
            match lead.value(field.field) {
                Value::Missing => continue,
                Value::Number(number) => set(row, field.numbers.iter().map(|column| column.assign(number))),
                Value::Text(text) => {
                    *is_respelled |= field.fill_levels(text, row, memo, matching);
                    field.fill(text, row, folded);
                }
            }
            set(row, field.present.iter().copied());
        }
    }
}

impl FieldPlan {
    /// Adds a feature; returns its number for a missing value.
    fn add(&mut self, column: OutputColumn, rule: &Rule) -> f64 {
        let flag = |set: bool| f64::from(u8::from(set));
        match rule {
            Rule::Number { missing } => {
                self.numbers.push(column);
                *missing
            }
            Rule::Passthrough { missing } => {
                self.numbers.push(column);
                missing.unwrap_or(f64::NAN)
            }
            Rule::OneHot { levels, missing, matching } => {
                self.matching = *matching;
                self.add_levels(column, 0.0, levels.iter().map(|level| (level, 1.0)));
                flag(*missing)
            }
            Rule::Unlisted { levels, matching } => {
                self.matching = *matching;
                self.add_levels(column, 1.0, levels.iter().map(|level| (level, 0.0)));
                0.0
            }
            Rule::Target { table, unseen, missing, matching } => {
                self.matching = *matching;
                self.add_levels(column, *unseen, table.iter().map(|(level, number)| (level, *number)));
                *missing
            }
            Rule::TextFlag { .. } => {
                self.flags.push(column.assign(1.0));
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
                self.present.push(column.assign(flag(present)));
                flag(!present)
            }
            // A text is no number.
            Rule::Text { .. } => f64::NAN,
        }
    }

    fn add_levels<'a>(&mut self, column: OutputColumn, unseen: f64, levels: impl Iterator<Item = (&'a String, f64)>) {
        self.text.push(column.assign(unseen));
        for (level, number) in levels {
            self.levels.entry(level.clone()).or_default().push(column.assign(number));
        }
    }

    fn has_levels(&self) -> bool {
        !self.text.is_empty()
    }

    /// Sets the features of a level. True when the text is another spelling of it.
    fn fill_levels(&self, text: &str, row: &mut [f64], memo: &mut LevelMemo, matching: LevelMatching) -> bool {
        if !self.has_levels() {
            return false;
        }
        set(row, self.text.iter().copied());
        if let Some(assignments) = self.levels.get(text) {
            set(row, assignments.iter().copied());
            return false;
        }
        let is_exact = self.matching.is_exact() && matching.is_exact();
        let level = memo.find(text, (!is_exact).then_some(&self.forms));
        let assignments = level.and_then(|level| self.forms.level(level)).and_then(|level| self.levels.get(level));
        set(row, assignments.into_iter().flatten().copied());
        level.is_some()
    }

    fn fill(&self, text: &str, row: &mut [f64], folded: &mut String) {
        if !self.lengths.is_empty() {
            let length = text.chars().count() as f64;
            set(row, self.lengths.iter().map(|column| column.assign(length)));
        }
        let items = |separator: &Finder<'_>| (separator.find_iter(text.as_bytes()).count() + 1) as f64;
        set(row, self.items.iter().map(|(separator, column)| column.assign(items(separator))));
        if let Some(terms) = &self.terms {
            terms.find(text, folded, |flag| set(row, self.flags.get(flag).copied().into_iter()));
        }
    }
}

fn set(row: &mut [f64], assignments: impl Iterator<Item = Assignment>) {
    for Assignment { column, value } in assignments {
        row[column] = value;
    }
}
