//! The encoder's specification: what a model file says of each feature.
//!
//! Owns its JSON form (documented in `docs/MODEL_FORMAT.md`) and what can be wrong with one. May not know how a lead is
//! encoded.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// The version of the specification that this code reads.
pub const FORMAT: u32 = 1;

/// The most features that a specification may have.
pub(super) const FEATURES_MAX: usize = 65_536;

/// The most bytes that the terms of all flags of one field may have together.
pub(super) const TERMS_MAX: usize = 1 << 20;

/// An encoder as a model file holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Specification {
    /// Always [`FORMAT`].
    pub format: u32,
    /// The inputs of the graph.
    pub inputs: Vec<Input>,
}

impl Specification {
    /// The specification of a graph that is fed from elsewhere: every feature is passed through. For each input its name,
    /// its type and how many features it has.
    pub fn passthrough(inputs: impl IntoIterator<Item = (String, Element, usize)>) -> Self {
        let feature = |input: &str, at: usize| {
            let name = format!("{input}_{at}");
            Feature { field: name.clone(), name, clip: None, rule: Rule::Passthrough { missing: None } }
        };
        let input = |(name, element, width): (String, Element, usize)| Input {
            features: (0..width).map(|at| feature(&name, at)).collect(),
            name,
            element,
        };
        Specification { format: FORMAT, inputs: inputs.into_iter().map(input).collect() }
    }
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
    /// 64-bit whole numbers.
    #[serde(rename = "int64")]
    Integer,
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
    /// The number itself. The field may be any column of numbers, not only one of a lead's.
    Passthrough {
        /// Stands in for a missing number; if absent, NaN does, for graphs that deal with missing values themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        missing: Option<f64>,
    },
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
    /// A number column whose name no header could have, or that is taken.
    #[error(
        "feature {feature:?} reads column {field:?}: a name should be no other column's in any case, without white space around it"
    )]
    ColumnName {
        /// The feature.
        feature: String,
        /// The column it names.
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
    /// Terms that would take too much memory.
    #[error("the terms of all flags of one field are longer than {} KB together", TERMS_MAX >> 10)]
    TooManyTerms,
}
