//! XGBoost's own files: JSON and UBJSON, of the boosters `gbtree`, `dart` and `gblinear`.
//!
//! Follows XGBoost's CPU predictor: f32 throughout, the base score first, then the trees in order.

mod categories;
mod document;
mod json;
mod trees;
mod ubjson;

use super::{Booster, BoosterError, Column, Iterations, Margin, Precision};
use document::{Document, Learner, Model};

/// Start of a UBJSON object; its first key follows with its length.
const UBJSON_START: [u8; 2] = *b"{L";

/// True for a JSON or UBJSON object.
pub(super) fn is_model(file: &[u8]) -> bool {
    file.trim_ascii_start().first() == Some(&b'{')
}

/// Parses a file.
pub(super) fn parse(file: &[u8], iterations: Iterations) -> Result<Booster, BoosterError> {
    let document: Document = if file.starts_with(&UBJSON_START) {
        let format =
            |reason: ubjson::UbjsonError| BoosterError::Format { format: "UBJSON", reason: reason.to_string() };
        ubjson::from_slice(file).map_err(format)?
    } else {
        json::from_slice(file).map_err(|reason| error(reason.to_string()))?
    };
    let Some(learner) = document.learner else {
        return Err(match document.tree_info {
            Some(_) => BoosterError::refused(
                "LightGBM's dump",
                "it has no categories of columns and rounds numbers; save the model with save_model(\"model.txt\")",
            ),
            None => error("it has no `learner`".to_owned()),
        });
    };
    booster(&learner, &document.version, iterations)
}

fn booster(learner: &Learner, version: &[u32], iterations: Iterations) -> Result<Booster, BoosterError> {
    check_objective(learner)?;
    let width = count("num_feature", &learner.learner_model_param.num_feature)?;
    let mut notes = Vec::new();
    let columns = columns(learner, width, version, &mut notes)?;
    let (margin, what) = margin(learner, width, iterations, &mut notes)?;
    let (name, objective) = (&learner.gradient_booster.name, &learner.objective.name);
    let version: Vec<String> = version.iter().map(ToString::to_string).collect();
    Ok(Booster {
        description: format!("XGBoost {}, {name}, {objective}: {what}, {width} columns", version.join(".")),
        columns,
        precision: Precision::Single,
        margin,
        sigmoid: 1.0,
        notes,
    })
}

/// Margin of the booster, and its parts for messages.
fn margin(
    learner: &Learner,
    width: usize,
    iterations: Iterations,
    notes: &mut Vec<String>,
) -> Result<(Margin, String), BoosterError> {
    let booster = &learner.gradient_booster;
    let base = base_margin(&learner.learner_model_param.base_score)?;
    let model = booster.model().ok_or_else(|| error(format!("the booster {:?} has no model", booster.name)))?;
    match booster.name.as_str() {
        "gblinear" => Ok((linear(model, width, base)?, "linear model".to_owned())),
        "gbtree" | "dart" => {
            let count = trees::count(model, learner, iterations, notes)?;
            let forest = trees::forest(model, &booster.weight_drop, width, base, count)?;
            Ok((Margin::Trees(forest), format!("{count} trees")))
        }
        other => Err(BoosterError::refused(format!("the booster {other:?}"), "it is not known")),
    }
}

fn error(reason: String) -> BoosterError {
    BoosterError::Format { format: "XGBoost", reason }
}

/// Rejects objectives whose prediction is no probability of one outcome.
fn check_objective(learner: &Learner) -> Result<(), BoosterError> {
    let name = learner.objective.name.as_str();
    let parameters = &learner.learner_model_param;
    let reason = match name {
        "binary:logistic" | "reg:logistic" if parameters.targets() > 1 => "it predicts several targets at once",
        "binary:logistic" | "reg:logistic" => return Ok(()),
        _ if name.starts_with("multi:") || parameters.classes() > 1 => {
            "it predicts several classes, and a lead has one probability; train with binary:logistic"
        }
        _ if name.starts_with("rank:") => "it ranks within groups and gives no probability; train with binary:logistic",
        "binary:logitraw" => "its prediction is a margin and no probability; train with binary:logistic",
        _ => "its prediction is no probability; train with binary:logistic",
    };
    Err(BoosterError::refused(format!("XGBoost's objective {name}"), reason))
}

/// Margin of the base score, which is a probability: one number, or a list of one since version 3.1. f32 steps, as in
/// XGBoost.
fn base_margin(text: &str) -> Result<f32, BoosterError> {
    let number = text.trim().trim_start_matches('[').trim_end_matches(']').trim();
    match number.parse::<f32>() {
        Ok(probability) if probability > 0.0 && probability < 1.0 => {
            Ok(-(libm::log(f64::from(1.0 / probability - 1.0)) as f32))
        }
        _ => Err(BoosterError::refused(
            format!("the base score {text:?}"),
            "it should be one probability between 0 and 1",
        )),
    }
}

/// Names of the columns and, as far as the file has them, of their categories.
fn columns(
    learner: &Learner,
    width: usize,
    version: &[u32],
    notes: &mut Vec<String>,
) -> Result<Vec<Column>, BoosterError> {
    let named = learner.feature_names.len();
    if named != 0 && named != width {
        return Err(error(format!("it has {named} names for {width} columns")));
    }
    if width > super::COLUMNS_MAX {
        return Err(BoosterError::TooLarge { what: "columns", limit: super::COLUMNS_MAX });
    }
    let mut categories = match learner.gradient_booster.model().and_then(|model| model.cats.as_ref()) {
        Some(cats) => categories::read(cats, width, version)?,
        None => vec![None; width],
    };
    let column = |at: usize| Column {
        name: learner.feature_names.get(at).cloned().unwrap_or_else(|| format!("f{at}")),
        categories: categories.get_mut(at).and_then(Option::take),
    };
    let columns: Vec<Column> = (0..width).map(column).collect();
    notes.extend(notes_of_columns(learner, &columns));
    Ok(columns)
}

/// Says which names the file lacks.
fn notes_of_columns(learner: &Learner, columns: &[Column]) -> Vec<String> {
    let mut notes = Vec::new();
    if learner.feature_names.is_empty() && !columns.is_empty() {
        let last = columns.len() - 1;
        notes.push(format!("the file names no columns; they are read as f0 to f{last}, in the order of training"));
    }
    let kinds = columns.iter().zip(&learner.feature_types);
    let coded = kinds.filter(|(column, kind)| *kind == "c" && column.categories.is_none());
    let coded: Vec<&str> = coded.map(|(column, _)| column.name.as_str()).collect();
    if !coded.is_empty() {
        notes.push(super::note_of_codes(&coded));
    }
    notes
}

/// Weights: one per column, then the intercept.
fn linear(model: &Model, width: usize, base: f32) -> Result<Margin, BoosterError> {
    match model.weights.split_last() {
        Some((bias, coefficients)) if coefficients.len() == width => {
            Ok(Margin::Linear { intercept: bias + base, coefficients: coefficients.to_vec() })
        }
        _ => Err(error(format!("it has {} weights for {width} columns and an intercept", model.weights.len()))),
    }
}

/// Parses a count, which the file has as text.
fn count(name: &str, text: &str) -> Result<usize, BoosterError> {
    text.parse().map_err(|_| error(format!("{name} is {text:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_scores_of_all_versions_are_read() {
        assert_eq!(base_margin("5E-1").unwrap(), 0.0);
        assert_eq!(base_margin("[5E-1]").unwrap(), 0.0);
        assert!((base_margin("[7.5E-1]").unwrap() - 1.098_612_3).abs() < 1e-6);
        for text in ["[5E-1,5E-1]", "0E0", "1", "NaN", ""] {
            assert!(base_margin(text).unwrap_err().to_string().contains("base score"), "{text}");
        }
    }

    #[test]
    fn objectives_without_a_probability_are_refused_by_name() {
        for name in ["multi:softprob", "rank:ndcg", "reg:squarederror", "binary:logitraw", "binary:hinge"] {
            let file = format!(
                r#"{{"learner": {{"objective": {{"name": "{name}"}}, "learner_model_param": {{"base_score": "5E-1",
                "num_class": "0", "num_feature": "1"}}, "gradient_booster": {{"name": "gblinear", "model":
                {{"weights": [0, 0]}}}}}}}}"#
            );
            assert!(parse(file.as_bytes(), Iterations::Library).unwrap_err().to_string().contains(name));
        }
    }

    #[test]
    fn other_objects_are_no_models() {
        let message = |file: &str| parse(file.as_bytes(), Iterations::Library).unwrap_err().to_string();
        assert!(message("{}").contains("learner"));
        assert!(message(r#"{"name": "tree", "tree_info": []}"#).contains("save_model"));
        assert!(message("{").contains("whole XGBoost model"));
    }
}
