//! The old service's encoder export -> an encoder specification.
//!
//! Owns the reading of that export: a JSON file that lists the features in the model's order and, beside them, the
//! medians, target tables, dummies and title patterns that they are made from. May not know models, leads or files.
//! Everything that the export says is taken from it; what it leaves to the reader is how the old service named the
//! features that it made from texts: `has_<text>`, `<text>_length`, `<text>_count`.

use crate::lead::encode::{Element, FORMAT, Feature, Input, Matching, Rule, Specification};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use thiserror::Error;

/// In the export's `text` section, `<field>` and this name the patterns that are searched for in that field.
const PATTERNS: &str = "_regex_case_insensitive_search";

/// Stands between the items that `<text>_count` counts.
const SEPARATOR: &str = ",";

/// Why an export cannot be taken over.
#[derive(Debug, Error)]
pub enum AdoptError {
    /// Not the JSON of an export.
    #[error("not an encoder export of the old service: {0}")]
    Json(#[from] serde_json::Error),
    /// A feature that no part of the export tells how to make.
    #[error("feature {0:?} is listed in feature_columns, but no part of the export says how it is made")]
    Unexplained(String),
    /// A target table whose column is named, but not given.
    #[error("column {0:?} is target-encoded, but target_encoding.per_column has no table for it")]
    NoTable(String),
    /// Target encoding in a mode other than giving a value.
    #[error("target_encoding.{key} is {mode:?}; only \"value\" is allowed")]
    Mode {
        /// Which setting.
        key: &'static str,
        /// What it is.
        mode: String,
    },
    /// A pattern that is more than words with bars between them.
    #[error("feature {feature:?} searches for {pattern:?}; only plain words with | between them are allowed")]
    Pattern {
        /// The feature.
        feature: String,
        /// What it searches for.
        pattern: String,
    },
}

/// Reads an export and gives the specification that makes the same features in the same order for the one input of a
/// graph, `input_name`.
pub fn specification(export: &[u8], input_name: &str) -> Result<Specification, AdoptError> {
    let export: Export = serde_json::from_slice(export)?;
    export.target_encoding.check()?;
    let features = export.feature_columns.iter().map(|name| export.feature(name)).collect::<Result<_, _>>()?;
    let input = Input { name: input_name.to_owned(), element: Element::Float, features };
    Ok(Specification { format: FORMAT, inputs: vec![input] })
}

/// The parts of an export that are read; it holds descriptions for people beside them.
#[derive(Deserialize)]
struct Export {
    feature_columns: Vec<String>,
    numeric_columns: Vec<String>,
    numeric_medians: BTreeMap<String, f64>,
    categorical_missing_fill: String,
    target_encoding: TargetEncoding,
    one_hot: OneHot,
    text: Text,
}

#[derive(Deserialize)]
struct TargetEncoding {
    columns: Vec<String>,
    global_mean: f64,
    handle_unknown: Option<String>,
    handle_missing: Option<String>,
    per_column: BTreeMap<String, Table>,
}

#[derive(Deserialize)]
struct Table {
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
struct Text {
    columns: Vec<String>,
    #[serde(flatten)]
    rules: Map<String, Value>,
}

impl TargetEncoding {
    fn check(&self) -> Result<(), AdoptError> {
        let modes = [("handle_unknown", &self.handle_unknown), ("handle_missing", &self.handle_missing)];
        match modes
            .into_iter()
            .find_map(|(key, mode)| mode.clone().filter(|mode| mode != "value").map(|mode| (key, mode)))
        {
            Some((key, mode)) => Err(AdoptError::Mode { key, mode }),
            None => Ok(()),
        }
    }
}

impl Export {
    fn feature(&self, name: &str) -> Result<Feature, AdoptError> {
        let made = if let Some(dummy) = self.dummy(name) {
            Some((dummy.column.as_str(), self.one_hot_rule(dummy)))
        } else if self.numeric_columns.iter().any(|column| column == name) {
            // The old service fell back to 0 for a column without a median.
            Some((name, Rule::Number { missing: self.numeric_medians.get(name).copied().unwrap_or(0.0) }))
        } else if self.target_encoding.columns.iter().any(|column| column == name) {
            Some((name, self.target_rule(name)?))
        } else {
            self.text_rule(name)?
        };
        let (field, rule) = made.ok_or_else(|| AdoptError::Unexplained(name.to_owned()))?;
        Ok(Feature { name: name.to_owned(), field: field.to_owned(), clip: None, rule })
    }

    fn dummy(&self, name: &str) -> Option<&Dummy> {
        self.one_hot.dummies_in_feature_order.iter().find(|dummy| dummy.feature == name)
    }

    /// The old service first wrote its own level in place of a missing text, so that level's dummy counts both.
    fn one_hot_rule(&self, dummy: &Dummy) -> Rule {
        let missing = dummy.category == self.categorical_missing_fill;
        Rule::OneHot { levels: vec![dummy.category.clone()], missing }
    }

    /// A missing text became a level of its own before the table was looked up: learned in some columns, in others
    /// as unseen as any stranger.
    fn target_rule(&self, column: &str) -> Result<Rule, AdoptError> {
        let table = self.target_encoding.per_column.get(column);
        let table = table.ok_or_else(|| AdoptError::NoTable(column.to_owned()))?.categories.clone();
        let unseen = self.target_encoding.global_mean;
        let missing = table.get(&self.categorical_missing_fill).copied().unwrap_or(unseen);
        Ok(Rule::Target { table, unseen, missing })
    }

    /// A feature made from a text, with that text's field.
    fn text_rule(&self, name: &str) -> Result<Option<(&str, Rule)>, AdoptError> {
        for (key, patterns) in &self.text.rules {
            if let (Some(field), Some(pattern)) = (key.strip_suffix(PATTERNS), patterns.get(name)) {
                return Ok(Some((field, flag_rule(name, pattern)?)));
            }
        }
        let of = |field: Option<&str>| self.text.columns.iter().find(|column| Some(column.as_str()) == field);
        let made = [
            (of(name.strip_prefix("has_")), Rule::Present),
            (of(name.strip_suffix("_length")), Rule::TextLength),
            (of(name.strip_suffix("_count")), Rule::ItemCount { separator: SEPARATOR.to_owned() }),
        ];
        Ok(made.into_iter().find_map(|(field, rule)| Some((field?.as_str(), rule))))
    }
}

/// A search for words: `Founder|CEO`.
fn flag_rule(feature: &str, pattern: &Value) -> Result<Rule, AdoptError> {
    let words = pattern.as_str().unwrap_or_default();
    let plain = |char: char| char.is_alphanumeric() || " -_'&/,".contains(char);
    let terms: Vec<String> = words.split('|').map(str::to_owned).collect();
    if terms.iter().any(|term| term.is_empty() || !term.chars().all(plain)) {
        return Err(AdoptError::Pattern { feature: feature.to_owned(), pattern: pattern.to_string() });
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

    fn adopt(export: &Value) -> Result<Specification, AdoptError> {
        specification(export.to_string().as_bytes(), "features")
    }

    fn encode(lead: &Value) -> Vec<f32> {
        let encoder = Encoder::new(adopt(&export()).unwrap()).unwrap();
        let lead = read_lead(lead.to_string().as_bytes(), encoder.schema()).unwrap();
        encoder.encode(&[lead]).values
    }

    #[test]
    fn features_keep_the_export_s_order_and_the_given_input_name() {
        let specification = adopt(&export()).unwrap();
        assert_eq!(specification.inputs[0].name, "features");
        let names: Vec<_> = specification.inputs[0].features.iter().map(|feature| feature.name.as_str()).collect();
        assert_eq!(Value::from(names), export()["feature_columns"]);
    }

    #[test]
    fn a_full_lead_is_encoded_as_the_export_says() {
        let lead = json!({"industry": "Banking", "llm_quality": 80, "companyfoundedon": 1999, "location": "Paris",
            "skills": "a, b,", "summary": "né", "jobtitle": "ENGINEER", "companysize": "11-50"});
        assert_eq!(encode(&lead), [0.25, 80.0, 1999.0, 0.5, 1.0, 2.0, 3.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn missing_takes_the_median_or_zero_and_the_fill_level_where_it_was_learned() {
        assert_eq!(encode(&json!({})), [0.75, 70.5, 0.0, 0.4, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn unseen_and_empty_texts_are_not_missing() {
        let unseen = json!({"industry": "", "location": "Rome", "companysize": "UNKNOWN", "skills": ""});
        assert_eq!(encode(&unseen), [0.4, 70.5, 0.0, 0.4, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
        assert_eq!(encode(&json!({"companysize": "other"}))[9], 0.0);
    }

    #[test]
    fn what_the_export_does_not_explain_is_named() {
        for unknown in ["shoe_size", "has_industry", "industry_length", "companysize_51-200"] {
            let mut export = export();
            export["feature_columns"][2] = unknown.into();
            assert!(adopt(&export).is_err_and(|error| error.to_string().contains(unknown)), "{unknown}");
        }
        let mut without_table = export();
        without_table["target_encoding"]["per_column"] = json!({});
        assert!(matches!(adopt(&without_table), Err(AdoptError::NoTable(column)) if column == "industry"));
    }

    #[test]
    fn patterns_and_modes_that_would_mean_something_else_here_are_refused() {
        for pattern in ["Engineer.*", "(CTO)", "CEO||CTO", "", "^Lead"] {
            let mut export = export();
            export["text"]["jobtitle_regex_case_insensitive_search"]["is_tech"] = pattern.into();
            assert!(matches!(adopt(&export), Err(AdoptError::Pattern { .. })), "{pattern}");
        }
        let mut other_mode = export();
        other_mode["target_encoding"]["handle_missing"] = "return_nan".into();
        assert!(matches!(adopt(&other_mode), Err(AdoptError::Mode { key: "handle_missing", .. })));
        assert!(matches!(specification(b"{}", "x"), Err(AdoptError::Json(_))));
    }
}
