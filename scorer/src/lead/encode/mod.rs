//! Encodes leads as features by a model's encoder specification (`docs/MODEL_FORMAT.md`).
//!
//! Total and stateless: a validated specification encodes every lead, independent of the leads before it, so that a lead
//! gets the same numbers alone and in a batch. Must not depend on models, tract or scores.

mod block;
mod memo;
mod plan;
mod specification;
mod term;
#[cfg(test)]
mod tests;

pub use block::{InputBlock, InputValues};
pub use specification::{Element, FORMAT, Feature, Input, Matching, Rule, Specification, SpecificationError};

use super::level::{LevelMatching, LevelTally, fold};
use super::schema::{LEAD_KEY, Schema};
use super::{Lead, Value};
use memo::Scratch;
use plan::Plan;
use specification::FEATURES_MAX;
use std::collections::{BTreeMap, HashSet};

/// Feature matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// Number of features per row.
    pub width: usize,
    /// Row-major values, rows × width.
    pub values: Vec<f32>,
}

impl Matrix {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }
}

/// Encoder of a validated specification.
#[derive(Debug, Clone)]
pub struct Encoder {
    specification: Specification,
    schema: Schema,
    plan: Plan,
    /// Features of string inputs: index of the field and replacement of a missing text.
    texts: Vec<(usize, String)>,
}

/// Encoded leads, with scratch buffers for the next one.
#[derive(Debug)]
pub struct EncodedBatch {
    blocks: Vec<InputBlock>,
    /// Scratch: numbers of one lead.
    row: Vec<f64>,
    scratch: Scratch,
}

impl EncodedBatch {
    /// One block per input of the specification, in its order.
    pub fn blocks(&self) -> &[InputBlock] {
        &self.blocks
    }

    /// True when the last lead had a text that is another spelling of a level.
    pub fn is_respelled(&self) -> bool {
        self.scratch.is_respelled
    }

    /// Removes the leads and keeps the memory.
    pub fn clear(&mut self) {
        for block in &mut self.blocks {
            match &mut block.values {
                InputValues::Float(values) => values.clear(),
                InputValues::Double(values) => values.clear(),
                InputValues::Integer(values) => values.clear(),
                InputValues::Text(values) => values.clear(),
            }
        }
    }
}

impl Encoder {
    /// Parses a specification from JSON.
    pub fn from_json(json: &[u8]) -> Result<Self, SpecificationError> {
        Self::new(serde_json::from_slice(json)?)
    }

    /// Validates a specification: known fields, rules that fit their kind, distinct names.
    pub fn new(specification: Specification) -> Result<Self, SpecificationError> {
        if specification.format != FORMAT {
            return Err(SpecificationError::Format(specification.format));
        }
        let width = specification.inputs.iter().map(|input| input.features.len()).sum();
        if specification.inputs.iter().any(|input| input.features.is_empty()) || width == 0 || width > FEATURES_MAX {
            return Err(SpecificationError::Size(specification.inputs.len(), width));
        }
        let features = || specification.inputs.iter().flat_map(|input| &input.features);
        let mut names = HashSet::new();
        if let Some(twice) = features().find(|feature| !names.insert(&feature.name)) {
            return Err(SpecificationError::Duplicate(twice.name.clone()));
        }
        let is_text = |feature: &&Feature| matches!(feature.rule, Rule::Text { .. });
        let is_number = |feature: &&Feature| matches!(feature.rule, Rule::Passthrough { .. });
        // A table makes any column of texts readable, so that the categories of a model trained elsewhere get their codes.
        let has_table = |feature: &&Feature| matches!(feature.rule, Rule::Target { .. });
        let is_own_column = |feature: &&Feature| is_number(feature) || is_text(feature) || has_table(feature);
        if let Some(feature) = features().filter(is_own_column).find(|feature| !is_column_name(&feature.field)) {
            return Err(SpecificationError::ColumnName { feature: feature.name.clone(), field: feature.field.clone() });
        }
        let numbers = features().filter(is_number);
        check_levels(&specification)?;
        let schema = Schema::leads().with_numbers(numbers.map(|feature| feature.field.as_str())).with_texts(
            features().filter(|feature| is_text(feature) || has_table(feature)).map(|feature| feature.field.as_str()),
        );
        let (plan, texts) = plan(&specification, &schema)?;
        Ok(Encoder { specification, schema, plan, texts })
    }

    /// Binds the encoder to leads of another schema, which must have all its fields.
    pub fn bind(&mut self, schema: &Schema) -> Result<(), SpecificationError> {
        (self.plan, self.texts) = plan(&self.specification, schema)?;
        self.schema = schema.clone();
        Ok(())
    }

    /// Specification of the encoder.
    pub fn specification(&self) -> &Specification {
        &self.specification
    }

    /// Fields of the leads that are encoded: the 19, then the model's own columns of numbers, then of texts.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Features of all inputs, in order.
    pub fn features(&self) -> impl Iterator<Item = &Feature> {
        self.specification.inputs.iter().flat_map(|input| &input.features)
    }

    /// Number of features.
    pub fn width(&self) -> usize {
        self.plan.width() + self.texts.len()
    }

    /// Encodes the features of all inputs but those of strings. The leads' schema must start with this encoder's fields.
    /// Features are computed in f64 and rounded to f32 once, at the end.
    pub fn encode(&self, leads: &[Lead]) -> Matrix {
        let width = self.plan.width();
        let (mut row, mut scratch) = (vec![0.0; width], self.plan.new_scratch());
        let mut values = Vec::with_capacity(leads.len() * width);
        for lead in leads {
            self.plan.fill(lead, &mut row, &mut scratch, LevelMatching::Exact);
            values.extend(row.iter().map(|number| *number as f32));
        }
        Matrix { width, values }
    }

    /// Encodes leads as one block per input of the specification, in its order.
    pub fn encode_blocks<'a>(&self, leads: impl Iterator<Item = &'a Lead>) -> Vec<InputBlock> {
        let mut batch = self.new_batch();
        leads.for_each(|lead| self.encode_into(lead, LevelMatching::Exact, &mut batch));
        batch.blocks
    }

    /// Creates an empty batch.
    pub fn new_batch(&self) -> EncodedBatch {
        let block = |input: &Input| {
            let values = match input.element {
                Element::Float => InputValues::Float(Vec::new()),
                Element::Double => InputValues::Double(Vec::new()),
                Element::Integer => InputValues::Integer(Vec::new()),
                Element::String => InputValues::Text(Vec::new()),
            };
            InputBlock { width: input.features.len(), values }
        };
        let blocks = self.specification.inputs.iter().map(block).collect();
        EncodedBatch { blocks, row: vec![0.0; self.plan.width()], scratch: self.plan.new_scratch() }
    }

    /// Returns the cells of each categorical field that were no level, since the last call for this batch, by the index of
    /// the field in the schema.
    pub fn take_unseen(&self, batch: &mut EncodedBatch) -> Vec<(usize, LevelTally)> {
        self.plan.take_unseen(&mut batch.scratch)
    }

    /// Replaces texts of a lead that are other spellings of a level by that level.
    pub fn respell(&self, lead: &mut Lead) {
        self.plan.respell(lead);
    }

    /// Encodes a lead and appends it to a batch. With [`LevelMatching::Folded`], levels are matched by their folded form
    /// also where the specification says exact: for leads of an imported list.
    pub fn encode_into(&self, lead: &Lead, matching: LevelMatching, batch: &mut EncodedBatch) {
        let EncodedBatch { blocks, row, scratch } = batch;
        self.plan.fill(lead, row, scratch, matching);
        let (mut numbers, mut texts) = (row.as_slice(), self.texts.as_slice());
        for block in blocks {
            match &mut block.values {
                InputValues::Float(values) => {
                    values.extend(take_front(&mut numbers, block.width).iter().map(|number| *number as f32))
                }
                InputValues::Double(values) => values.extend_from_slice(take_front(&mut numbers, block.width)),
                // Truncated, as by numpy.
                InputValues::Integer(values) => {
                    values.extend(take_front(&mut numbers, block.width).iter().map(|number| *number as i64))
                }
                InputValues::Text(values) => {
                    values.extend(take_front(&mut texts, block.width).iter().map(|text| text_or_missing(lead, text)))
                }
            }
        }
    }
}

/// Removes and returns the first items of a slice.
fn take_front<'a, T>(rest: &mut &'a [T], count: usize) -> &'a [T] {
    let (first, behind) = rest.split_at_checked(count).unwrap_or((rest, &[]));
    *rest = behind;
    first
}

fn text_or_missing(lead: &Lead, (field, missing): &(usize, String)) -> String {
    match lead.value(*field) {
        Value::Text(text) => text.to_owned(),
        Value::Missing | Value::Number(_) => missing.clone(),
    }
}

/// Validates the features against the schema and compiles them: numbers, then texts.
fn plan(specification: &Specification, schema: &Schema) -> Result<(Plan, Vec<(usize, String)>), SpecificationError> {
    let (mut numbers, mut texts) = (Vec::new(), Vec::new());
    for input in &specification.inputs {
        for feature in &input.features {
            let field = check_feature(feature, input.element, schema)?;
            match &feature.rule {
                Rule::Text { missing } => texts.push((field, missing.clone())),
                _ => numbers.push((field, feature)),
            }
        }
    }
    let plan = Plan::new(numbers.into_iter()).map_err(|_| SpecificationError::TooManyTerms)?;
    Ok((plan, texts))
}

/// Validates the levels of each field: one matching mode, and no two levels with the same folded form where that decides.
fn check_levels(specification: &Specification) -> Result<(), SpecificationError> {
    let mut fields: BTreeMap<&str, LevelMatching> = BTreeMap::new();
    let mut forms: BTreeMap<(&str, String), &str> = BTreeMap::new();
    for feature in specification.inputs.iter().flat_map(|input| &input.features) {
        let Some((levels, matching)) = feature.rule.levels() else { continue };
        let field = feature.field.as_str();
        if *fields.entry(field).or_insert(matching) != matching {
            return Err(SpecificationError::MixedMatching(field.to_owned()));
        }
        let folded =
            levels.into_iter().filter(|_| !matching.is_exact()).filter_map(|level| Some((level, fold(level)?)));
        for (level, form) in folded {
            let known = *forms.entry((field, form)).or_insert(level);
            if known != level {
                let (one, other) = (known.to_owned(), level.to_owned());
                return Err(SpecificationError::AmbiguousLevels { field: field.to_owned(), one, other });
            }
        }
    }
    Ok(())
}

/// Validates a feature; returns the index of its field.
fn check_feature(feature: &Feature, element: Element, schema: &Schema) -> Result<usize, SpecificationError> {
    let (name, field) = (|| feature.name.clone(), || feature.field.clone());
    let wrong = |reason| SpecificationError::WrongKind { feature: name(), field: field(), reason };
    let unknown = || SpecificationError::UnknownField { feature: name(), field: field() };
    let index = schema.position(&feature.field).ok_or_else(unknown)?;
    let numeric = schema.fields()[index].is_numeric();
    match &feature.rule {
        Rule::Number { .. } | Rule::Passthrough { .. } if !numeric => return Err(wrong("it holds texts")),
        Rule::Passthrough { missing: None } if element == Element::Integer => {
            return Err(wrong(
                "whole numbers have no NaN, so that `missing` should say what stands in for a missing one",
            ));
        }
        Rule::Present | Rule::Missing | Rule::Number { .. } | Rule::Passthrough { .. } => {}
        _ if numeric => return Err(wrong("it holds numbers")),
        Rule::TextFlag { terms, .. } if terms.iter().any(String::is_empty) => {
            return Err(SpecificationError::EmptyTerm(name()));
        }
        Rule::ItemCount { separator } if separator.is_empty() => return Err(SpecificationError::EmptyTerm(name())),
        _ => {}
    }
    if matches!(feature.rule, Rule::Text { .. }) != (element == Element::String) {
        return Err(wrong("an input of strings holds texts, and any other numbers"));
    }
    if feature.clip.is_some_and(|[low, high]| low.is_nan() || high.is_nan() || low > high) {
        return Err(SpecificationError::Clip(name()));
    }
    Ok(index)
}

/// True when a column of this name is distinct from the others: headers match in any case and without surrounding white
/// space.
fn is_column_name(name: &str) -> bool {
    let schema = Schema::leads();
    let known = schema.fields().iter().map(|field| field.name.as_str()).chain([LEAD_KEY]);
    let is_variant = known.into_iter().any(|known| known != name && known.eq_ignore_ascii_case(name));
    !name.is_empty() && name.trim().len() == name.len() && name != LEAD_KEY && !is_variant
}
