//! Converts the legacy Python service's encoder export to an encoder specification.
//!
//! The export is a JSON file that lists the features in the model's order, with the medians, target-encoding tables,
//! dummies and title patterns they are computed from. One convention is not in the file: the names of features computed
//! from texts, `has_<text>`, `<text>_length` and `<text>_count`.

use crate::lead::encode::{Element, FORMAT, Feature, Input, Matching, Rule, Specification};
use crate::lead::level::LevelMatching;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use thiserror::Error;

/// Suffix of the keys in the `text` section that hold the search patterns of a field.
const PATTERNS_SUFFIX: &str = "_regex_case_insensitive_search";

/// Delimiter of the items counted by `<text>_count`.
const ITEM_SEPARATOR: &str = ",";

/// Error of an encoder export that cannot be converted.
#[derive(Debug, Error)]
pub enum LegacyEncoderError {
    /// The file is not the JSON of an encoder export.
    #[error("not an encoder export of the old service: {0}")]
    Json(#[from] serde_json::Error),
    /// A feature is listed, but the export does not define it.
    #[error("feature {0:?} is listed in feature_columns, but no part of the export says how it is made")]
    UndefinedFeature(String),
    /// A target-encoded column has no table.
    #[error("column {0:?} is target-encoded, but target_encoding.per_column has no table for it")]
    MissingTable(String),
    /// Target encoding uses a mode other than `value`.
    #[error("target_encoding.{key} is {mode:?}; only \"value\" is allowed")]
    Mode {
        /// Setting name.
        key: &'static str,
        /// Its value.
        mode: String,
    },
    /// A pattern is more than literal words separated by `|`.
    #[error("feature {feature:?} searches for {pattern:?}; only plain words with | between them are allowed")]
    Pattern {
        /// Feature name.
        feature: String,
        /// The pattern.
        pattern: String,
    },
}

/// Converts an export to the specification that computes the same features in the same order for the graph's single
/// input, `input_name`.
pub fn specification(export: &[u8], input_name: &str) -> Result<Specification, LegacyEncoderError> {
    let export: EncoderExport = serde_json::from_slice(export)?;
    export.target_encoding.check()?;
    let features = export.feature_columns.iter().map(|name| export.feature(name)).collect::<Result<_, _>>()?;
    let input = Input { name: input_name.to_owned(), element: Element::Float, features };
    Ok(Specification { format: FORMAT, inputs: vec![input] })
}

/// Parts of an export that are read; it also holds descriptions for people.
#[derive(Deserialize)]
struct EncoderExport {
    feature_columns: Vec<String>,
    numeric_columns: Vec<String>,
    numeric_medians: BTreeMap<String, f64>,
    categorical_missing_fill: String,
    target_encoding: TargetEncoding,
    one_hot: OneHot,
    text: TextFeatures,
}

#[derive(Deserialize)]
struct TargetEncoding {
    columns: Vec<String>,
    global_mean: f64,
    handle_unknown: Option<String>,
    handle_missing: Option<String>,
    per_column: BTreeMap<String, TargetTable>,
}

#[derive(Deserialize)]
struct TargetTable {
    categories: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct OneHot {
    dummies_in_feature_order: Vec<Dummy>,
}

#[derive(Deserialize)]
struct Dummy {
    feature: String,
    column: String,
    category: String,
}

#[derive(Deserialize)]
struct TextFeatures {
    columns: Vec<String>,
    /// Other members of the section, among them the search patterns by field.
    #[serde(flatten)]
    rules: Map<String, Value>,
}

impl TargetEncoding {
    fn check(&self) -> Result<(), LegacyEncoderError> {
        let modes = [("handle_unknown", &self.handle_unknown), ("handle_missing", &self.handle_missing)];
        match modes
            .into_iter()
            .find_map(|(key, mode)| mode.clone().filter(|mode| mode != "value").map(|mode| (key, mode)))
        {
            Some((key, mode)) => Err(LegacyEncoderError::Mode { key, mode }),
            None => Ok(()),
        }
    }
}

impl EncoderExport {
    fn feature(&self, name: &str) -> Result<Feature, LegacyEncoderError> {
        let defined = if let Some(dummy) = self.dummy(name) {
            Some((dummy.column.as_str(), self.one_hot_rule(dummy)))
        } else if self.numeric_columns.iter().any(|column| column == name) {
            // The legacy service used 0 for a column without a median.
            Some((name, Rule::Number { missing: self.numeric_medians.get(name).copied().unwrap_or(0.0) }))
        } else if self.target_encoding.columns.iter().any(|column| column == name) {
            Some((name, self.target_rule(name)?))
        } else {
            self.text_rule(name)?
        };
        let (field, rule) = defined.ok_or_else(|| LegacyEncoderError::UndefinedFeature(name.to_owned()))?;
        Ok(Feature { name: name.to_owned(), field: field.to_owned(), clip: None, rule })
    }

    fn dummy(&self, name: &str) -> Option<&Dummy> {
        self.one_hot.dummies_in_feature_order.iter().find(|dummy| dummy.feature == name)
    }

    /// The legacy service replaced a missing text by its fill level first, so the dummy of that level matches both.
    fn one_hot_rule(&self, dummy: &Dummy) -> Rule {
        let missing = dummy.category == self.categorical_missing_fill;
        Rule::OneHot { levels: vec![dummy.category.clone()], missing, matching: LevelMatching::Exact }
    }

    /// The legacy service replaced a missing text by its fill level before the table lookup. Some tables contain that
    /// level; in the others it is treated as unseen.
    fn target_rule(&self, column: &str) -> Result<Rule, LegacyEncoderError> {
        let table = self.target_encoding.per_column.get(column);
        let table = table.ok_or_else(|| LegacyEncoderError::MissingTable(column.to_owned()))?.categories.clone();
        let unseen = self.target_encoding.global_mean;
        let missing = table.get(&self.categorical_missing_fill).copied().unwrap_or(unseen);
        Ok(Rule::Target { table, unseen, missing, matching: LevelMatching::Exact })
    }

    /// Returns the field and rule of a feature computed from a text.
    fn text_rule(&self, name: &str) -> Result<Option<(&str, Rule)>, LegacyEncoderError> {
        for (key, patterns) in &self.text.rules {
            if let (Some(field), Some(pattern)) = (key.strip_suffix(PATTERNS_SUFFIX), patterns.get(name)) {
                return Ok(Some((field, flag_rule(name, pattern)?)));
            }
        }
        let text_column = |field: Option<&str>| self.text.columns.iter().find(|column| Some(column.as_str()) == field);
        let candidates = [
            (text_column(name.strip_prefix("has_")), Rule::Present),
            (text_column(name.strip_suffix("_length")), Rule::TextLength),
            (text_column(name.strip_suffix("_count")), Rule::ItemCount { separator: ITEM_SEPARATOR.to_owned() }),
        ];
        Ok(candidates.into_iter().find_map(|(field, rule)| Some((field?.as_str(), rule))))
    }
}

/// Parses a search for words such as `Founder|CEO`.
fn flag_rule(feature: &str, pattern: &Value) -> Result<Rule, LegacyEncoderError> {
    let words = pattern.as_str().unwrap_or_default();
    let plain = |char: char| char.is_alphanumeric() || " -_'&/,".contains(char);
    let terms: Vec<String> = words.split('|').map(str::to_owned).collect();
    if terms.iter().any(|term| term.is_empty() || !term.chars().all(plain)) {
        return Err(LegacyEncoderError::Pattern { feature: feature.to_owned(), pattern: pattern.to_string() });
    }
    Ok(Rule::TextFlag { terms, matching: Matching::Substring })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::encode::Encoder;
    use crate::lead::json::read_lead;
    use serde_json::json;

    fn export() -> Value {
        json!({
            "feature_columns": ["industry", "llm_quality", "companyfoundedon", "location", "has_skills",
                "summary_length", "skills_count", "is_tech", "companysize_11-50", "companysize_UNKNOWN"],
            "numeric_columns": ["llm_quality", "companyfoundedon"],
            "numeric_medians": {"llm_quality": 70.5},
            "categorical_missing_fill": "UNKNOWN",
            "target_encoding": {
                "columns": ["industry", "location"],
                "global_mean": 0.4,
                "handle_unknown": "value",
                "handle_missing": "value",
                "per_column": {
                    "industry": {"categories": {"Banking": 0.25, "UNKNOWN": 0.75}},
                    "location": {"categories": {"Paris": 0.5}},
                },
            },
            "one_hot": {"dummies_in_feature_order": [
                {"feature": "companysize_11-50", "column": "companysize", "category": "11-50"},
                {"feature": "companysize_UNKNOWN", "column": "companysize", "category": "UNKNOWN"},
            ]},
            "text": {
                "columns": ["summary", "skills", "jobtitle"],
                "has_X": "for people",
                "jobtitle_regex_case_insensitive_search": {"is_tech": "Engineer|Head of"},
            },
        })
    }

    fn convert(export: &Value) -> Result<Specification, LegacyEncoderError> {
        specification(export.to_string().as_bytes(), "features")
    }

    fn encode(lead: &Value) -> Vec<f32> {
        let encoder = Encoder::new(convert(&export()).unwrap()).unwrap();
        let lead = read_lead(lead.to_string().as_bytes(), encoder.schema()).unwrap();
        encoder.encode(&[lead]).values
    }

    #[test]
    fn feature_order_and_input_name_are_kept() {
        let specification = convert(&export()).unwrap();
        assert_eq!(specification.inputs[0].name, "features");
        let names: Vec<_> = specification.inputs[0].features.iter().map(|feature| feature.name.as_str()).collect();
        assert_eq!(Value::from(names), export()["feature_columns"]);
    }

    #[test]
    fn complete_lead_is_encoded_as_the_export_defines() {
        let lead = json!({"industry": "Banking", "llm_quality": 80, "companyfoundedon": 1999, "location": "Paris",
            "skills": "a, b,", "summary": "né", "jobtitle": "ENGINEER", "companysize": "11-50"});
        assert_eq!(encode(&lead), [0.25, 80.0, 1999.0, 0.5, 1.0, 2.0, 3.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn missing_values_take_the_median_zero_or_the_fill_level() {
        assert_eq!(encode(&json!({})), [0.75, 70.5, 0.0, 0.4, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn unseen_and_empty_texts_differ_from_missing() {
        let unseen = json!({"industry": "", "location": "Rome", "companysize": "UNKNOWN", "skills": ""});
        assert_eq!(encode(&unseen), [0.4, 70.5, 0.0, 0.4, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
        assert_eq!(encode(&json!({"companysize": "other"}))[9], 0.0);
    }

    #[test]
    fn undefined_feature_is_named_in_the_error() {
        for unknown in ["shoe_size", "has_industry", "industry_length", "companysize_51-200"] {
            let mut export = export();
            export["feature_columns"][2] = unknown.into();
            assert!(convert(&export).is_err_and(|error| error.to_string().contains(unknown)), "{unknown}");
        }
        let mut without_table = export();
        without_table["target_encoding"]["per_column"] = json!({});
        assert!(
            matches!(convert(&without_table), Err(LegacyEncoderError::MissingTable(column)) if column == "industry")
        );
    }

    #[test]
    fn unsupported_patterns_and_modes_are_rejected() {
        for pattern in ["Engineer.*", "(CTO)", "CEO||CTO", "", "^Lead"] {
            let mut export = export();
            export["text"]["jobtitle_regex_case_insensitive_search"]["is_tech"] = pattern.into();
            assert!(matches!(convert(&export), Err(LegacyEncoderError::Pattern { .. })), "{pattern}");
        }
        let mut other_mode = export();
        other_mode["target_encoding"]["handle_missing"] = "return_nan".into();
        assert!(matches!(convert(&other_mode), Err(LegacyEncoderError::Mode { key: "handle_missing", .. })));
        assert!(matches!(specification(b"{}", "x"), Err(LegacyEncoderError::Json(_))));
    }
}
