//! Encoder specification: definition of each feature in a model file, as JSON (`docs/MODEL_FORMAT.md`).

use crate::lead::level::LevelMatching;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// Supported version of the specification.
pub const FORMAT: u32 = 1;

/// Limit of features per specification.
pub(super) const FEATURES_MAX: usize = 65_536;

/// Limit of the total size of the terms of one field, in bytes.
pub(super) const TERMS_MAX: usize = 1 << 20;

/// Encoder definition of a model file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Specification {
    /// Always [`FORMAT`].
    pub format: u32,
    /// Inputs of the graph.
    pub inputs: Vec<Input>,
}

impl Specification {
    /// Specification of a graph without an encoder: every feature is passed through. Inputs are given as name, element
    /// type and number of features.
    pub fn passthrough(inputs: impl IntoIterator<Item = (String, Element, usize)>) -> Self {
        let feature = |input: &str, index: usize| {
            let name = format!("{input}_{index}");
            Feature { field: name.clone(), name, clip: None, rule: Rule::Passthrough { missing: None } }
        };
        let input = |(name, element, width): (String, Element, usize)| Input {
            features: (0..width).map(|index| feature(&name, index)).collect(),
            name,
            element,
        };
        Specification { format: FORMAT, inputs: inputs.into_iter().map(input).collect() }
    }
}

/// Named input of the graph: a tensor of shape (leads, features).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Name in the graph.
    pub name: String,
    /// Element type.
    #[serde(rename = "type")]
    pub element: Element,
    /// Columns, in order.
    pub features: Vec<Feature>,
}

/// Element type of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Element {
    /// 32-bit floating point.
    Float,
    /// 64-bit floating point.
    Double,
    /// 64-bit integers.
    #[serde(rename = "int64")]
    Integer,
    /// Text.
    String,
}

/// Definition of a feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// Name, distinct among the features.
    pub name: String,
    /// Field of the lead that it is computed from.
    pub field: String,
    /// Minimum and maximum to which values are clipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<[f64; 2]>,
    /// Rule of computation.
    #[serde(flatten)]
    pub rule: Rule,
}

/// Rule that computes a feature from its field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// The number, or `missing`.
    Number {
        /// Replacement of a missing number.
        missing: f64,
    },
    /// The number. The field may be any column of numbers, also outside of the contract.
    Passthrough {
        /// Replacement of a missing number; NaN if absent, for graphs that handle missing values.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        missing: Option<f64>,
    },
    /// The text, for string inputs.
    Text {
        /// Replacement of a missing text.
        missing: String,
    },
    /// 1 if the text is one of the levels, else 0.
    OneHot {
        /// Levels that give 1.
        levels: Vec<String>,
        /// True when a missing text gives 1 as well.
        #[serde(default)]
        missing: bool,
        /// Matching mode of the levels.
        #[serde(default, skip_serializing_if = "LevelMatching::is_exact")]
        matching: LevelMatching,
    },
    /// 1 if there is a text that is none of the levels, else 0: the feature of rare levels.
    Unlisted {
        /// Levels that give 0.
        levels: Vec<String>,
        /// Matching mode of the levels.
        #[serde(default, skip_serializing_if = "LevelMatching::is_exact")]
        matching: LevelMatching,
    },
    /// Number of the text in a table, as learned by a target encoder.
    Target {
        /// Number of each level.
        table: BTreeMap<String, f64>,
        /// Number of texts outside of the table.
        unseen: f64,
        /// Number of missing texts.
        missing: f64,
        /// Matching mode of the levels.
        #[serde(default, skip_serializing_if = "LevelMatching::is_exact")]
        matching: LevelMatching,
    },
    /// 1 if the text contains one of the terms, ignoring case, else 0 (also if missing).
    TextFlag {
        /// Terms to search.
        terms: Vec<String>,
        /// Matching mode.
        matching: Matching,
    },
    /// Number of Unicode code points; 0 if missing.
    TextLength,
    /// Number of items between separators: 1 for the empty text; 0 if missing.
    ItemCount {
        /// Separator of items.
        separator: String,
    },
    /// 1 if there is a value (the empty text is one), else 0.
    Present,
    /// 1 if there is no value, else 0.
    Missing,
}

impl Rule {
    /// Levels of a categorical rule with their matching mode; `None` for every other rule.
    pub fn levels(&self) -> Option<(Vec<&str>, LevelMatching)> {
        match self {
            Rule::OneHot { levels, matching, .. } | Rule::Unlisted { levels, matching } => {
                Some((levels.iter().map(String::as_str).collect(), *matching))
            }
            Rule::Target { table, matching, .. } => Some((table.keys().map(String::as_str).collect(), *matching)),
            _ => None,
        }
    }
}

/// Matching mode of terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matching {
    /// Anywhere, also within a word.
    Substring,
    /// With no adjacent letter or digit.
    Word,
}

/// Error of a specification.
#[derive(Debug, Error)]
pub enum SpecificationError {
    /// Invalid JSON of a specification.
    #[error("the encoder is not a valid specification: {0}")]
    Json(#[from] serde_json::Error),
    /// Another version of the format.
    #[error("the encoder has format {0}; this version reads format {FORMAT}")]
    Format(u32),
    /// No inputs, an input without features, or too many features.
    #[error("the encoder has {0} inputs of {1} features; at least one of each and at most {FEATURES_MAX} are allowed")]
    Size(usize, usize),
    /// Two features with one name.
    #[error("the encoder has feature {0:?} twice")]
    Duplicate(String),
    /// A field that leads do not have.
    #[error("feature {feature:?} reads field {field:?}, which leads do not have")]
    UnknownField {
        /// Name of the feature.
        feature: String,
        /// Name of its field.
        field: String,
    },
    /// A column name that no header can have or that is taken.
    #[error(
        "feature {feature:?} reads column {field:?}: a name should be no other column's in any case, without white space around it"
    )]
    ColumnName {
        /// Name of the feature.
        feature: String,
        /// Name of its column.
        field: String,
    },
    /// A rule that does not fit the kind of the field.
    #[error("feature {feature:?} cannot be made from field {field:?}: {reason}")]
    WrongKind {
        /// Name of the feature.
        feature: String,
        /// Name of its field.
        field: String,
        /// Reason.
        reason: &'static str,
    },
    /// Two levels of a field that read the same, matched by their folded form.
    #[error(
        "the levels {one:?} and {other:?} of field {field:?} differ in case or spaces only, which \"folded\" ignores"
    )]
    AmbiguousLevels {
        /// Name of the field.
        field: String,
        /// One level.
        one: String,
        /// The other level.
        other: String,
    },
    /// Features of a field that match its levels in different modes.
    #[error("the features of field {0:?} match its levels in different ways; one way is needed")]
    MixedMatching(String),
    /// An empty clip range.
    #[error("feature {0:?} has a clip that should be two numbers, the smaller first")]
    Clip(String),
    /// An empty separator or term.
    #[error("feature {0:?} has an empty separator or term")]
    EmptyTerm(String),
    /// Terms over the size limit.
    #[error("the terms of all flags of one field are longer than {} KB together", TERMS_MAX >> 10)]
    TooManyTerms,
}
