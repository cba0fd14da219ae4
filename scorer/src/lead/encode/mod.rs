//! Leads -> numbers: interprets a model's encoder specification.
//!
//! Owns the specification (its JSON form is documented in `docs/MODEL_FORMAT.md`) and what each kind of feature means.
//! Total and stateless: a checked specification encodes every lead, each by itself, so that a lead alone and the same
//! lead among others get the same numbers. May not know models, tract or scores.

mod block;
mod specification;
mod term;
#[cfg(test)]
mod tests;

pub use block::{Block, Values};
pub use specification::{Element, FORMAT, Feature, Input, Matching, Rule, Specification, SpecificationError};

use super::schema::{LEAD_KEY, Schema};
use super::{Lead, Value};
use specification::FEATURES_MAX;
use std::collections::{HashMap, HashSet};
use term::{contains, fold};

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
    steps: Vec<Step>,
}

/// A feature with its field found and its levels hashed.
#[derive(Debug, Clone)]
struct Step {
    place: usize,
    work: Work,
    /// Rising and not NaN: checked when built.
    clip: Option<[f64; 2]>,
}

#[derive(Debug, Clone)]
enum Work {
    Number(f64),
    OneHot { levels: HashSet<String>, missing: bool },
    Unlisted(HashSet<String>),
    Target { table: HashMap<String, f64>, unseen: f64, missing: f64 },
    TextFlag { terms: Vec<String>, matching: Matching },
    TextLength,
    ItemCount(String),
    Present(bool),
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
        let numbers: Vec<&Feature> = features().filter(|feature| feature.rule == Rule::Passthrough).collect();
        if let Some(feature) = numbers.iter().find(|feature| !is_column(&feature.field)) {
            return Err(SpecificationError::ColumnName { feature: feature.name.clone(), field: feature.field.clone() });
        }
        let schema = Schema::leads().with_numbers(numbers.iter().map(|feature| feature.field.as_str()));
        let steps = features().map(|feature| Step::new(feature, &schema)).collect::<Result<_, _>>()?;
        Ok(Encoder { specification, schema, steps })
    }

    /// Makes the encoder read leads of another schema, which must have all its fields.
    pub fn bind(&mut self, schema: &Schema) -> Result<(), SpecificationError> {
        self.steps = self.features().map(|feature| Step::new(feature, schema)).collect::<Result<_, _>>()?;
        self.schema = schema.clone();
        Ok(())
    }

    /// The specification as it was read.
    pub fn specification(&self) -> &Specification {
        &self.specification
    }

    /// The fields that a lead for this encoder has: the 19, then its own number columns.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// All features, in order over all inputs.
    pub fn features(&self) -> impl Iterator<Item = &Feature> {
        self.specification.inputs.iter().flat_map(|input| &input.features)
    }

    /// How many features there are.
    pub fn width(&self) -> usize {
        self.steps.len()
    }

    /// Encodes leads that were read with a schema that starts with this encoder's fields. Numbers are worked out in
    /// f64 and rounded to f32 once, at the end.
    pub fn encode(&self, leads: &[Lead]) -> Matrix {
        self.encode_each(leads.iter())
    }

    /// Encodes leads into one block for each input of the graph, in the specification's order.
    pub fn encode_blocks<'a>(&self, leads: impl ExactSizeIterator<Item = &'a Lead>) -> Vec<Block> {
        let Matrix { width, values } = self.encode_each(leads);
        vec![Block { width, values: Values::Float(values) }]
    }

    /// As [`Encoder::encode`], for leads that do not lie side by side.
    pub fn encode_each<'a>(&self, leads: impl ExactSizeIterator<Item = &'a Lead>) -> Matrix {
        let mut values = Vec::with_capacity(leads.len() * self.width());
        for lead in leads {
            // A term is looked for in the folded text; the fold is shared by the flags of one field.
            let mut folded: Option<(usize, String)> = None;
            for step in &self.steps {
                values.push(step.value(lead, &mut folded) as f32);
            }
        }
        Matrix { width: self.width(), values }
    }
}

impl Step {
    fn new(feature: &Feature, schema: &Schema) -> Result<Self, SpecificationError> {
        let wrong = |reason| SpecificationError::WrongKind {
            feature: feature.name.clone(),
            field: feature.field.clone(),
            reason,
        };
        let place = schema.position(&feature.field).ok_or_else(|| SpecificationError::UnknownField {
            feature: feature.name.clone(),
            field: feature.field.clone(),
        })?;
        let numeric = schema.fields()[place].is_numeric();
        match &feature.rule {
            Rule::Number { .. } | Rule::Passthrough if !numeric => return Err(wrong("it holds texts")),
            Rule::Present | Rule::Missing | Rule::Number { .. } | Rule::Passthrough => {}
            _ if numeric => return Err(wrong("it holds numbers")),
            Rule::TextFlag { terms, .. } if terms.iter().any(String::is_empty) => {
                return Err(SpecificationError::EmptyTerm(feature.name.clone()));
            }
            Rule::ItemCount { separator } if separator.is_empty() => {
                return Err(SpecificationError::EmptyTerm(feature.name.clone()));
            }
            Rule::Text { .. } => return Err(wrong("inputs of strings are not served by this version")),
            _ => {}
        }
        if feature.clip.is_some_and(|[low, high]| low.is_nan() || high.is_nan() || low > high) {
            return Err(SpecificationError::Clip(feature.name.clone()));
        }
        Ok(Step { place, work: Work::of(&feature.rule), clip: feature.clip })
    }

    /// The feature of a lead; NaN is not clipped.
    fn value(&self, lead: &Lead, folded: &mut Option<(usize, String)>) -> f64 {
        let value = self.unclipped(lead, folded);
        self.clip.map_or(value, |[low, high]| value.clamp(low, high))
    }

    fn unclipped(&self, lead: &Lead, folded: &mut Option<(usize, String)>) -> f64 {
        let value = lead.value(self.place);
        let flag = |is: bool| f64::from(u8::from(is));
        match (&self.work, value) {
            (Work::Present(present), value) => flag((value != Value::Missing) == *present),
            (Work::Number(_), Value::Number(number)) => number,
            (Work::Number(missing), _) => *missing,
            (Work::OneHot { levels, .. }, Value::Text(text)) => flag(levels.contains(text)),
            (Work::OneHot { missing, .. }, _) => flag(*missing),
            (Work::Unlisted(levels), Value::Text(text)) => flag(!levels.contains(text)),
            (Work::Target { table, unseen, .. }, Value::Text(text)) => *table.get(text).unwrap_or(unseen),
            (Work::Target { missing, .. }, _) => *missing,
            (Work::TextFlag { terms, matching }, Value::Text(text)) => {
                let folded = match folded {
                    Some((place, folded)) if *place == self.place => folded,
                    _ => &mut folded.insert((self.place, fold(text))).1,
                };
                flag(terms.iter().any(|term| contains(folded, term, *matching)))
            }
            (Work::TextLength, Value::Text(text)) => text.chars().count() as f64,
            (Work::ItemCount(separator), Value::Text(text)) => text.split(separator.as_str()).count() as f64,
            _ => 0.0,
        }
    }
}

impl Work {
    fn of(rule: &Rule) -> Self {
        let set = |levels: &[String]| levels.iter().cloned().collect();
        match rule {
            Rule::Number { missing } => Work::Number(*missing),
            Rule::Passthrough | Rule::Text { .. } => Work::Number(f64::NAN),
            Rule::OneHot { levels, missing } => Work::OneHot { levels: set(levels), missing: *missing },
            Rule::Unlisted { levels } => Work::Unlisted(set(levels)),
            Rule::Target { table, unseen, missing } => {
                let table = table.iter().map(|(level, number)| (level.clone(), *number)).collect();
                Work::Target { table, unseen: *unseen, missing: *missing }
            }
            Rule::TextFlag { terms, matching } => {
                Work::TextFlag { terms: terms.iter().map(|term| fold(term)).collect(), matching: *matching }
            }
            Rule::TextLength => Work::TextLength,
            Rule::ItemCount { separator } => Work::ItemCount(separator.clone()),
            Rule::Present => Work::Present(true),
            Rule::Missing => Work::Present(false),
        }
    }
}

/// Whether a number column of this name can be told from the others: headers match in any case and without the white
/// space around them.
fn is_column(name: &str) -> bool {
    let schema = Schema::leads();
    let known = schema.fields().iter().map(|field| field.name.as_str()).chain([LEAD_KEY]);
    let twin = known.into_iter().any(|known| known != name && known.eq_ignore_ascii_case(name));
    !name.is_empty() && name.trim().len() == name.len() && name != LEAD_KEY && !twin
}
