//! Leads -> numbers: interprets a model's encoder specification.
//!
//! Owns the specification (its JSON form is documented in `docs/MODEL_FORMAT.md`) and what each kind of feature means.
//! Total and stateless: a checked specification encodes every lead, each by itself, so that a lead alone and the same
//! lead among others get the same numbers. May not know models, tract or scores.

mod block;
mod plan;
mod specification;
mod term;
#[cfg(test)]
mod tests;

pub use block::{Block, Values};
pub use specification::{Element, FORMAT, Feature, Input, Matching, Rule, Specification, SpecificationError};

use super::schema::{LEAD_KEY, Schema};
use super::{Lead, Value};
use plan::Plan;
use specification::FEATURES_MAX;
use std::collections::HashSet;

/// A matrix of features, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// How many features a row has.
    pub width: usize,
    /// Row-major values, rows × width.
    pub values: Vec<f32>,
}

impl Matrix {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }
}

/// A checked specification, ready to encode.
#[derive(Debug, Clone)]
pub struct Encoder {
    specification: Specification,
    schema: Schema,
    plan: Plan,
    /// Of inputs of strings, feature by feature: the place of the field, what stands in for a missing text.
    texts: Vec<(usize, String)>,
}

/// Leads that are being encoded, one behind the other.
#[derive(Debug)]
pub struct Encoding {
    blocks: Vec<Block>,
    /// Room for the numbers of one lead, and for a text in lower case.
    row: Vec<f64>,
    folded: String,
}

impl Encoding {
    /// One block per input of the specification, in its order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Forgets the leads, and keeps the room that they took.
    pub fn clear(&mut self) {
        for block in &mut self.blocks {
            match &mut block.values {
                Values::Float(values) => values.clear(),
                Values::Double(values) => values.clear(),
                Values::Integer(values) => values.clear(),
                Values::Text(values) => values.clear(),
            }
        }
    }
}

impl Encoder {
    /// Reads a specification from its JSON.
    pub fn from_json(json: &[u8]) -> Result<Self, SpecificationError> {
        Self::new(serde_json::from_slice(json)?)
    }

    /// Checks a specification: known fields, rules that fit their kind, distinct names.
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
        let is_own = |feature: &&Feature| is_number(feature) || is_text(feature);
        if let Some(feature) = features().filter(is_own).find(|feature| !is_column(&feature.field)) {
            return Err(SpecificationError::ColumnName { feature: feature.name.clone(), field: feature.field.clone() });
        }
        let numbers = features().filter(is_number);
        let schema = Schema::leads()
            .with_numbers(numbers.map(|feature| feature.field.as_str()))
            .with_texts(features().filter(is_text).map(|feature| feature.field.as_str()));
        let (plan, texts) = plan(&specification, &schema)?;
        Ok(Encoder { specification, schema, plan, texts })
    }

    /// Makes the encoder read leads of another schema, which must have all its fields.
    pub fn bind(&mut self, schema: &Schema) -> Result<(), SpecificationError> {
        (self.plan, self.texts) = plan(&self.specification, schema)?;
        self.schema = schema.clone();
        Ok(())
    }

    /// The specification as it was read.
    pub fn specification(&self) -> &Specification {
        &self.specification
    }

    /// The fields that a lead for this encoder has: the 19, then its own columns of numbers, then those of texts.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// All features, in order over all inputs.
    pub fn features(&self) -> impl Iterator<Item = &Feature> {
        self.specification.inputs.iter().flat_map(|input| &input.features)
    }

    /// How many features there are.
    pub fn width(&self) -> usize {
        self.plan.width() + self.texts.len()
    }

    /// The numbers of leads that were read with a schema that starts with this encoder's fields, over all inputs but
    /// those of strings. They are worked out in f64 and rounded to f32 once, at the end.
    pub fn encode(&self, leads: &[Lead]) -> Matrix {
        let width = self.plan.width();
        let (mut row, mut folded) = (vec![0.0; width], String::new());
        let mut values = Vec::with_capacity(leads.len() * width);
        for lead in leads {
            self.plan.fill(lead, &mut row, &mut folded);
            values.extend(row.iter().map(|number| *number as f32));
        }
        Matrix { width, values }
    }

    /// What the graph is fed of such leads: one block per input of the specification, in its order.
    pub fn encode_blocks<'a>(&self, leads: impl Iterator<Item = &'a Lead>) -> Vec<Block> {
        let mut encoding = self.begin();
        leads.for_each(|lead| self.add(lead, &mut encoding));
        encoding.blocks
    }

    /// No lead yet of those that are to be encoded one by one.
    pub fn begin(&self) -> Encoding {
        let block = |input: &Input| {
            let values = match input.element {
                Element::Float => Values::Float(Vec::new()),
                Element::Double => Values::Double(Vec::new()),
                Element::Integer => Values::Integer(Vec::new()),
                Element::String => Values::Text(Vec::new()),
            };
            Block { width: input.features.len(), values }
        };
        let blocks = self.specification.inputs.iter().map(block).collect();
        Encoding { blocks, row: vec![0.0; self.plan.width()], folded: String::new() }
    }

    /// Encodes one more lead.
    pub fn add(&self, lead: &Lead, encoding: &mut Encoding) {
        let Encoding { blocks, row, folded } = encoding;
        self.plan.fill(lead, row, folded);
        let (mut numbers, mut texts) = (row.as_slice(), self.texts.as_slice());
        for block in blocks {
            match &mut block.values {
                Values::Float(values) => {
                    values.extend(first(&mut numbers, block.width).iter().map(|number| *number as f32))
                }
                Values::Double(values) => values.extend_from_slice(first(&mut numbers, block.width)),
                // What is behind the point is cut off, as numpy does.
                Values::Integer(values) => {
                    values.extend(first(&mut numbers, block.width).iter().map(|number| *number as i64))
                }
                Values::Text(values) => {
                    values.extend(first(&mut texts, block.width).iter().map(|text| text_of(lead, text)))
                }
            }
        }
    }
}

/// Takes the first so many items off a slice.
fn first<'a, T>(rest: &mut &'a [T], count: usize) -> &'a [T] {
    let (first, behind) = rest.split_at_checked(count).unwrap_or((rest, &[]));
    *rest = behind;
    first
}

fn text_of(lead: &Lead, (place, missing): &(usize, String)) -> String {
    match lead.value(*place) {
        Value::Text(text) => text.to_owned(),
        Value::Missing | Value::Number(_) => missing.clone(),
    }
}

/// Checks the features against the schema, and plans how they are made: the numbers, then the texts.
fn plan(specification: &Specification, schema: &Schema) -> Result<(Plan, Vec<(usize, String)>), SpecificationError> {
    let (mut numbers, mut texts) = (Vec::new(), Vec::new());
    for input in &specification.inputs {
        for feature in &input.features {
            let place = place_of(feature, input.element, schema)?;
            match &feature.rule {
                Rule::Text { missing } => texts.push((place, missing.clone())),
                _ => numbers.push((place, feature)),
            }
        }
    }
    let plan = Plan::new(numbers.into_iter()).map_err(|_| SpecificationError::TooManyTerms)?;
    Ok((plan, texts))
}

/// Checks one feature; returns the place of its field.
fn place_of(feature: &Feature, element: Element, schema: &Schema) -> Result<usize, SpecificationError> {
    let (name, field) = (|| feature.name.clone(), || feature.field.clone());
    let wrong = |reason| SpecificationError::WrongKind { feature: name(), field: field(), reason };
    let unknown = || SpecificationError::UnknownField { feature: name(), field: field() };
    let place = schema.position(&feature.field).ok_or_else(unknown)?;
    let numeric = schema.fields()[place].is_numeric();
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
    Ok(place)
}

/// Whether a column of this name can be told from the others: headers match in any case and without the white
/// space around them.
fn is_column(name: &str) -> bool {
    let schema = Schema::leads();
    let known = schema.fields().iter().map(|field| field.name.as_str()).chain([LEAD_KEY]);
    let twin = known.into_iter().any(|known| known != name && known.eq_ignore_ascii_case(name));
    !name.is_empty() && name.trim().len() == name.len() && name != LEAD_KEY && !twin
}
