//! Model files of gradient boosting libraries, as commands read them: the ONNX graph that gives the same scores, and the
//! encoder that reads the library's columns from leads.

use crate::lead::encode::{Element, FORMAT, Feature, Input, Rule, Specification};
use crate::lead::level::LevelMatching;
use crate::model::booster::{self, Booster, Category, Column, Iterations, Precision};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::Path;

/// Code of texts that are no category, and of missing ones: the graph makes it a missing value.
const UNKNOWN: f64 = -1.0;

/// Graph of a library's model.
pub(super) struct BoosterGraph {
    /// Parsed model.
    pub(super) booster: Booster,
    /// Encoded ONNX graph.
    pub(super) bytes: Vec<u8>,
}

/// Translates a library's own model file; `None` for any other file, in particular ONNX.
pub(super) fn translate(path: &Path, file: &[u8], iterations: Iterations) -> Result<Option<BoosterGraph>> {
    let Some(parsed) = booster::parse(file, iterations) else { return Ok(None) };
    let booster = parsed.with_context(|| path.display().to_string())?;
    let bytes = booster::write(&booster);
    Ok(Some(BoosterGraph { booster, bytes }))
}

/// Parses `--iterations`.
pub(super) fn parse_iterations(text: &str) -> Result<Iterations, String> {
    match text {
        "all" => Ok(Iterations::All),
        "best" => Ok(Iterations::Best),
        number => match number.parse() {
            Ok(count) if count > 0 => Ok(Iterations::First(count)),
            _ => Err("should be all, best or a number from 1 up".to_owned()),
        },
    }
}

/// Specification that reads each column by its name: numbers are passed through, names of categories get their codes.
pub(super) fn specification(booster: &Booster) -> Specification {
    let input = Input {
        name: booster::INPUT.to_owned(),
        element: match booster.precision {
            Precision::Single => Element::Float,
            Precision::Double => Element::Double,
        },
        features: booster.columns.iter().map(feature).collect(),
    };
    Specification { format: FORMAT, inputs: vec![input] }
}

fn feature(column: &Column) -> Feature {
    let rule = match &column.categories {
        None => Rule::Passthrough { missing: None },
        Some(categories) => {
            Rule::Target { table: table(categories), unseen: UNKNOWN, missing: UNKNOWN, matching: LevelMatching::Exact }
        }
    };
    Feature { name: column.name.clone(), field: column.name.clone(), clip: None, rule }
}

/// Code of each category, by the texts that it may have in a list. The first of equal texts counts.
fn table(categories: &[Category]) -> BTreeMap<String, f64> {
    let mut table = BTreeMap::new();
    for (code, category) in categories.iter().enumerate() {
        for text in texts(category) {
            table.entry(text).or_insert(code as f64);
        }
    }
    table
}

fn texts(category: &Category) -> Vec<String> {
    match category {
        Category::Text(text) => vec![text.clone()],
        Category::Number(number) if number.fract() == 0.0 => vec![number.to_string(), format!("{number}.0")],
        Category::Number(number) => vec![number.to_string()],
        Category::Flag(true) => ["True", "true", "TRUE"].map(str::to_owned).to_vec(),
        Category::Flag(false) => ["False", "false", "FALSE"].map(str::to_owned).to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_found_however_a_list_writes_them() {
        let table = table(&[Category::Text("é".into()), Category::Number(3.0), Category::Flag(false)]);
        let codes = |texts: &[&str]| texts.iter().map(|text| table.get(*text).copied()).collect::<Vec<_>>();
        assert_eq!(codes(&["é", "3", "3.0", "False", "no"]), [Some(0.0), Some(1.0), Some(1.0), Some(2.0), None]);
    }

    #[test]
    fn iterations_are_all_best_or_a_number() {
        assert_eq!(parse_iterations("all"), Ok(Iterations::All));
        assert_eq!(parse_iterations("12"), Ok(Iterations::First(12)));
        assert!(parse_iterations("0").is_err() && parse_iterations("last").is_err());
    }
}
