//! LightGBM's text files, of the versions v2 to v4: `gbdt`, `dart`, `goss` and `rf`, with linear trees.
//!
//! Follows LightGBM's predictor: f64 throughout, trees added in order from 0.

mod categories;
mod linear_leaves;
mod text;
mod tree;

pub(super) use tree::ZERO_MAX;

use super::{Booster, BoosterError, Column, ColumnRule, Iterations, Margin, Precision};
use crate::model::forest::Aggregate;
use text::{Section, TextModel};

/// First line of a file.
const START: &[u8] = b"tree";

/// Versions of the format that are read.
const VERSIONS: [&str; 3] = ["v2", "v3", "v4"];

/// True for a file that starts as a text model does.
pub(super) fn is_text_model(file: &[u8]) -> bool {
    file.strip_prefix(START).is_some_and(|rest| rest.starts_with(b"\n") || rest.starts_with(b"\r\n"))
}

/// Parses a file.
pub(super) fn parse(file: &[u8], iterations: Iterations) -> Result<Booster, BoosterError> {
    let model = TextModel::parse(file)?;
    let version = model.header.required("version")?;
    if !VERSIONS.contains(&version) {
        let reason = format!("only {} are read", VERSIONS.join(", "));
        return Err(BoosterError::refused(format!("the format {version} of LightGBM"), reason));
    }
    check_classes(&model.header)?;
    let sigmoid = sigmoid(&model.header)?;
    let names = names(&model.header)?;
    let mut notes = Vec::new();
    let count = count(model.trees.len(), iterations)?;
    let mut trees = tree::trees(&model.trees[..count], names.len())?;
    if model.header.has("average_output") {
        trees.forest.aggregate = Aggregate::Average;
    }
    let columns = columns(&model, &names, &trees.columns, &mut notes)?;
    let objective = model.header.get("objective").unwrap_or_default();
    Ok(Booster {
        description: format!("LightGBM {version}, {objective}: {count} trees, {} columns", columns.len()),
        columns,
        precision: Precision::Double,
        margin: Margin::Trees(trees),
        sigmoid,
        notes,
    })
}

/// Columns with the categories that the file names.
fn columns(
    model: &TextModel<'_>,
    names: &[&str],
    rules: &[ColumnRule],
    notes: &mut Vec<String>,
) -> Result<Vec<Column>, BoosterError> {
    let categories = categories::read(model, names, notes)?;
    let column = |(name, categories): (&&str, _)| Column { name: (*name).to_owned(), categories };
    let columns: Vec<Column> = names.iter().zip(categories).map(column).collect();
    let is_coded =
        |(column, rule): &(&Column, &ColumnRule)| **rule == ColumnRule::Category && column.categories.is_none();
    let coded: Vec<&str> = columns.iter().zip(rules).filter(is_coded).map(|(column, _)| column.name.as_str()).collect();
    if !coded.is_empty() {
        notes.push(super::note_of_codes(&coded));
    }
    Ok(columns)
}

/// Number of trees that predict. A file holds the iterations that the library saved: by default up to the best one.
fn count(all: usize, iterations: Iterations) -> Result<usize, BoosterError> {
    match iterations {
        Iterations::Library | Iterations::All | Iterations::Best => Ok(all),
        Iterations::First(count) if (1..=all).contains(&count) => Ok(count),
        Iterations::First(count) => {
            Err(BoosterError::refused(format!("{count} iterations"), format!("the file has {all}")))
        }
    }
}

fn check_classes(header: &Section<'_>) -> Result<(), BoosterError> {
    let counts = [header.integer("num_class")?, header.integer("num_tree_per_iteration")?];
    if counts.iter().any(|count| count.is_some_and(|count| count != 1)) {
        let objective = header.get("objective").unwrap_or("none");
        return Err(BoosterError::refused(
            format!("LightGBM's objective {objective}"),
            "it predicts several classes, and a lead has one probability; train with objective binary",
        ));
    }
    Ok(())
}

/// Factor of the margin in the logistic function, by the objective.
fn sigmoid(header: &Section<'_>) -> Result<f64, BoosterError> {
    let objective = header.get("objective").unwrap_or("");
    let refused = |reason: &str| Err(BoosterError::refused(format!("LightGBM's objective {objective}"), reason));
    let mut words = objective.split_ascii_whitespace();
    match words.next() {
        Some("cross_entropy" | "xentropy") => Ok(1.0),
        Some("binary") => {
            let sigmoid = words.find_map(|word| word.strip_prefix("sigmoid:")).map(str::parse::<f64>);
            match sigmoid {
                None => Ok(1.0),
                Some(Ok(sigmoid)) if sigmoid > 0.0 && sigmoid.is_finite() => Ok(sigmoid),
                Some(_) => refused("its sigmoid should be a number above 0"),
            }
        }
        None | Some("none" | "custom") => Err(BoosterError::refused(
            "a LightGBM model without an objective",
            "its prediction is a margin and no probability; train with objective binary",
        )),
        Some("lambdarank" | "rank_xendcg") => {
            refused("it ranks within groups and gives no probability; train with objective binary")
        }
        Some(_) => refused("its prediction is no probability; train with objective binary"),
    }
}

/// Names of the columns.
fn names<'a>(header: &Section<'a>) -> Result<Vec<&'a str>, BoosterError> {
    let names: Vec<&str> = header.required("feature_names")?.split(' ').filter(|name| !name.is_empty()).collect();
    let last = header.integer("max_feature_idx")?;
    if last.and_then(|last| last.checked_add(1)) != Some(names.len() as i64) {
        return Err(text::error(format!("feature_names has {} names, but max_feature_idx is {last:?}", names.len())));
    }
    if names.len() > super::COLUMNS_MAX {
        return Err(BoosterError::TooLarge { what: "columns", limit: super::COLUMNS_MAX });
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(header: &str) -> String {
        let file = format!(
            "tree\nversion=v4\nmax_feature_idx=0\nfeature_names=a\n{header}\n\nTree=0\nnum_leaves=1\nnum_cat=0\n\
             leaf_value=0.5\n\nend of trees\n"
        );
        parse(file.as_bytes(), Iterations::Library).map_or_else(|error| error.to_string(), |read| read.description)
    }

    #[test]
    fn objectives_without_a_probability_are_refused_by_name() {
        assert_eq!(message("objective=binary sigmoid:2"), "LightGBM v4, binary sigmoid:2: 1 trees, 1 columns");
        assert!(message("objective=multiclass num_class:3\nnum_class=3").contains("several classes"));
        assert!(message("objective=lambdarank").contains("lambdarank"));
        assert!(message("objective=regression").contains("no probability"));
        assert!(message("objective=binary sigmoid:-1").contains("sigmoid"));
        assert!(message("").contains("without an objective"));
        assert!(message("objective=binary\nversion=v9").contains("v9"));
    }
}
