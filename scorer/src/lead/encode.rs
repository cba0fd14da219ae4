//! Leads -> numbers: interprets a model's encoder specification.
//!
//! Owns the specification (its JSON form is documented in `docs/MODEL_FORMAT.md`) and what each kind of feature means.
//! Total and stateless: a checked specification encodes every lead, each by itself, so that a lead alone and the same
//! lead among others get the same numbers. May not know models, tract or scores.

use super::schema::Schema;
use super::{Lead, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use thiserror::Error;

/// The version of the specification that this code reads.
pub const FORMAT: u32 = 1;

/// The most features that a specification may have.
const FEATURES_MAX: usize = 65_536;

/// An encoder as a model file holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Specification {
    /// Always [`FORMAT`].
    pub format: u32,
    /// The inputs of the graph, in its order.
    pub inputs: Vec<Input>,
}

/// One named input of the graph: a tensor of shape (leads, features).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The graph's name for it.
    pub name: String,
    /// The type of its elements.
    #[serde(rename = "type")]
    pub element: Element,
    /// Its columns, in order.
    pub features: Vec<Feature>,
}

/// The element type of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Element {
    /// 32-bit floating point.
    Float,
    /// 64-bit floating point.
    Double,
    /// Text.
    String,
}

/// One feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// Its name, distinct among the features.
    pub name: String,
    /// The field of the lead that it is made from.
    pub field: String,
    /// The smallest and the largest value that it may have: one beyond them is taken to the nearer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<[f64; 2]>,
    /// How.
    #[serde(flatten)]
    pub rule: Rule,
}

/// How a feature is made from its field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// The number itself; `missing` where there is none.
    Number {
        /// Stands in for a missing number.
        missing: f64,
    },
    /// The number itself, NaN where there is none: for graphs that deal with missing values themselves. The field may
    /// be any column of numbers, not only one of a lead's.
    Passthrough,
    /// The text itself, for inputs of strings.
    Text {
        /// Stands in for a missing text.
        missing: String,
    },
    /// 1 where the text is one of the levels (exactly: case and spaces count), else 0.
    OneHot {
        /// The levels that count.
        levels: Vec<String>,
        /// Whether a missing text counts as well.
        #[serde(default)]
        missing: bool,
    },
    /// 1 where there is a text and it is none of the levels, else 0: what is left over for rare levels.
    Unlisted {
        /// The levels that do not count.
        levels: Vec<String>,
    },
    /// The number that a table gives for the text (exact match), as a target encoder learned it.
    Target {
        /// Level -> number.
        table: BTreeMap<String, f64>,
        /// For texts that are not in the table.
        unseen: f64,
        /// For missing texts.
        missing: f64,
    },
    /// 1 where the text contains one of the terms, upper or lower case alike, else 0 (also where missing).
    TextFlag {
        /// The terms.
        terms: Vec<String>,
        /// What counts as containing.
        matching: Matching,
    },
    /// The number of Unicode code points; 0 where missing.
    TextLength,
    /// The number of items between separators: 1 for the empty text; 0 where missing.
    ItemCount {
        /// Stands between items.
        separator: String,
    },
    /// 1 where there is a value (the empty text is one), else 0.
    Present,
    /// 1 where there is no value, else 0.
    Missing,
}

/// What it means that a text contains a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matching {
    /// Anywhere, also inside a word.
    Substring,
    /// With no letter or digit right before or behind it.
    Word,
}

/// Why a specification cannot be used.
#[derive(Debug, Error)]
pub enum SpecificationError {
    /// Not the JSON of a specification.
    #[error("the encoder is not a valid specification: {0}")]
    Json(#[from] serde_json::Error),
    /// Written for another version of the format.
    #[error("the encoder has format {0}; this version reads format {FORMAT}")]
    Format(u32),
    /// No inputs, or none of a kind that can be served.
    #[error("the encoder has {0} inputs of {1} features; at least one of each and at most {FEATURES_MAX} are allowed")]
    Size(usize, usize),
    /// Two features of one name.
    #[error("the encoder has feature {0:?} twice")]
    Duplicate(String),
    /// A field that leads do not have, in a rule that does not make one.
    #[error("feature {feature:?} reads field {field:?}, which leads do not have")]
    UnknownField {
        /// The feature.
        feature: String,
        /// The field it names.
        field: String,
    },
    /// A rule for texts on numbers, or the other way round.
    #[error("feature {feature:?} cannot be made from field {field:?}: {reason}")]
    WrongKind {
        /// The feature.
        feature: String,
        /// The field it names.
        field: String,
        /// Why not.
        reason: &'static str,
    },
    /// A range that holds no number.
    #[error("feature {0:?} has a clip that should be two numbers, the smaller first")]
    Clip(String),
    /// A separator or term of no characters.
    #[error("feature {0:?} has an empty separator or term")]
    EmptyTerm(String),
}

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
        let numbers = features().filter(|feature| feature.rule == Rule::Passthrough);
        let schema = Schema::leads().with_numbers(numbers.map(|feature| feature.field.as_str()));
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
        let value = lead.values.get(self.place).unwrap_or(&Value::Missing);
        let flag = |is: bool| f64::from(u8::from(is));
        match (&self.work, value) {
            (Work::Present(present), value) => flag((*value != Value::Missing) == *present),
            (Work::Number(_), Value::Number(number)) => *number,
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

/// Removes the difference between upper and lower case, character by character, as Python's `re.IGNORECASE` sees it:
/// simple case mapping, and the dotted and dotless i of Turkish equal to i.
fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

fn fold_char(char: char) -> char {
    if char.is_ascii() {
        return char.to_ascii_lowercase();
    }
    if char == '\u{130}' {
        return 'i';
    }
    let upper = only(char.to_uppercase()).unwrap_or(char);
    only(upper.to_lowercase()).unwrap_or(upper)
}

/// The one item of an iterator that has just one.
fn only(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}

fn contains(folded: &str, term: &str, matching: Matching) -> bool {
    match matching {
        Matching::Substring => folded.contains(term),
        Matching::Word => folded.match_indices(term).any(|(at, found)| {
            let before = folded[..at].chars().next_back();
            let behind = folded[at + found.len()..].chars().next();
            !before.into_iter().chain(behind).any(char::is_alphanumeric)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoder(features: serde_json::Value) -> Result<Encoder, SpecificationError> {
        let specification =
            serde_json::json!({"format": 1, "inputs": [{"name": "x", "type": "float", "features": features}]});
        Encoder::from_json(specification.to_string().as_bytes())
    }

    fn one(rule: serde_json::Value, value: Value) -> f32 {
        let mut feature = rule;
        feature["name"] = "f".into();
        let encoder = encoder(serde_json::json!([feature])).unwrap();
        let mut lead = Lead::empty(encoder.schema().len());
        lead.values[encoder.steps[0].place] = value;
        encoder.encode(&[lead]).values[0]
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn title_flags_ignore_case_as_python_does() {
        let rule = |matching: &str| serde_json::json!({"kind": "text_flag", "field": "jobtitle", "terms": ["Marketing", "CTO", "Sales"], "matching": matching});
        for title in ["MARKETİNG", "Marketıng", "ſales", "Mar\u{212A}eting", "Director"] {
            assert_eq!(one(rule("substring"), text(title)), 1.0, "{title}");
        }
        for title in ["Ｓａｌｅｓ", "Sa\u{200d}les", "", "Directeur"] {
            assert_eq!(one(rule("substring"), text(title)), 0.0, "{title}");
        }
        assert_eq!(one(rule("word"), text("Director")), 0.0);
        assert_eq!(one(rule("word"), text("Founder/CTO, Paris")), 1.0);
        assert_eq!(one(rule("word"), Value::Missing), 0.0);
    }

    #[test]
    fn missing_and_unseen_are_told_apart() {
        let target = serde_json::json!({"kind": "target", "field": "industry", "table": {"A": 0.1}, "unseen": 0.2, "missing": 0.3});
        assert_eq!(one(target.clone(), text("A")), 0.1);
        assert_eq!(one(target.clone(), text("a")), 0.2);
        assert_eq!(one(target, Value::Missing), 0.3);
        let level = serde_json::json!({"kind": "one_hot", "field": "industry", "levels": ["A"], "missing": true});
        assert_eq!(one(level.clone(), Value::Missing), 1.0);
        assert_eq!(one(level, text("")), 0.0);
        let rest = serde_json::json!({"kind": "unlisted", "field": "industry", "levels": ["A"]});
        assert_eq!(one(rest.clone(), text("B")), 1.0);
        assert_eq!(one(rest, Value::Missing), 0.0);
    }

    #[test]
    fn texts_are_counted_in_code_points_and_items() {
        let length = serde_json::json!({"kind": "text_length", "field": "summary"});
        assert_eq!(one(length.clone(), text("e\u{301}😀\r\n")), 5.0);
        assert_eq!(one(length, Value::Missing), 0.0);
        let items = serde_json::json!({"kind": "item_count", "field": "skills", "separator": ","});
        assert_eq!(one(items.clone(), text("")), 1.0);
        assert_eq!(one(items, text("a,,b,")), 4.0);
    }

    #[test]
    fn a_clip_takes_what_lies_beyond_to_its_ends() {
        let year =
            serde_json::json!({"kind": "number", "field": "companyfoundedon", "missing": 1.0, "clip": [1900, 2020]});
        let clipped = [-5.0, 1950.5, 2020.0, f64::INFINITY].map(|number| one(year.clone(), Value::Number(number)));
        assert_eq!(clipped, [1900.0, 1950.5, 2020.0, 2020.0]);
        assert_eq!(one(year, Value::Missing), 1900.0);
        let length = serde_json::json!({"kind": "text_length", "field": "summary", "clip": [0, 3]});
        assert_eq!(one(length, text("abcdef")), 3.0);
        let broken = serde_json::json!([{"name": "f", "kind": "text_length", "field": "summary", "clip": [3, 0]}]);
        assert!(matches!(encoder(broken), Err(SpecificationError::Clip(_))));
    }

    #[test]
    fn a_passthrough_reads_any_number_column() {
        let rule = serde_json::json!({"kind": "passthrough", "field": "visits"});
        assert_eq!(one(rule.clone(), Value::Number(7.0)), 7.0);
        assert!(one(rule, Value::Missing).is_nan());
    }

    #[test]
    fn what_cannot_be_encoded_is_refused_with_the_feature() {
        let broken = [
            serde_json::json!({"name": "f", "kind": "number", "field": "jobtitle", "missing": 0}),
            serde_json::json!({"name": "f", "kind": "text_length", "field": "llm_quality"}),
            serde_json::json!({"name": "f", "kind": "text_length", "field": "shoe_size"}),
            serde_json::json!({"name": "f", "kind": "item_count", "field": "skills", "separator": ""}),
            serde_json::json!({"name": "f", "kind": "guess", "field": "skills"}),
        ];
        for feature in broken {
            assert!(encoder(serde_json::json!([feature])).is_err(), "{feature}");
        }
        let twice = serde_json::json!({"name": "f", "kind": "present", "field": "skills"});
        assert!(matches!(encoder(serde_json::json!([twice, twice])), Err(SpecificationError::Duplicate(_))));
        assert!(matches!(encoder(serde_json::json!([])), Err(SpecificationError::Size(1, 0))));
    }
}
