//! Categories of data frame columns, which LightGBM's Python package appends to the file without the columns' names.

use super::super::{BoosterError, Category};
use super::text::{TextModel, error};

/// Value of `feature_infos` for a column that training did not use.
const UNUSED: &str = "none";

/// Categories by code of each column; `None` for all others.
pub(super) fn read(
    model: &TextModel<'_>,
    names: &[&str],
    notes: &mut Vec<String>,
) -> Result<Vec<Option<Vec<Category>>>, BoosterError> {
    let mut found = vec![None; names.len()];
    let json = model.pandas_categorical.map_or("null", str::trim);
    let lists: Option<Vec<Vec<serde_json::Value>>> =
        serde_json::from_str(json).map_err(|reason| error(format!("pandas_categorical: {reason}")))?;
    let lists = lists.unwrap_or_default();
    if lists.is_empty() {
        return Ok(found);
    }
    let infos: Vec<&str> = model.header.get("feature_infos").unwrap_or_default().split(' ').collect();
    let columns = columns(model, &infos, lists.len())?;
    for (at, list) in columns.iter().zip(lists) {
        let categories = list.iter().map(category).collect::<Result<Vec<Category>, _>>()?;
        let codes = infos.get(*at).copied().unwrap_or(UNUSED);
        let slot = found.get_mut(*at).ok_or_else(|| error(format!("categorical column {at} does not exist")))?;
        if !fits(codes, categories.len()) {
            return Err(mismatch("its categories are fewer than its codes in training"));
        }
        *slot = Some(categories);
    }
    let names: Vec<&str> = columns.iter().filter_map(|at| names.get(*at).copied()).collect();
    notes.push(format!("the categories of {} are those of the data frame in training", names.join(", ")));
    Ok(found)
}

/// The categorical columns, which must be as many as the lists: those named in training, or else those with codes.
fn columns(model: &TextModel<'_>, infos: &[&str], count: usize) -> Result<Vec<usize>, BoosterError> {
    let named = model.categorical_columns.unwrap_or_default().split(',').map(str::parse::<usize>);
    let mut named: Vec<usize> = named.collect::<Result<_, _>>().unwrap_or_default();
    named.sort_unstable();
    if named.len() == count {
        return Ok(named);
    }
    let is_coded = |info: &&str| !info.starts_with('[') && *info != UNUSED;
    let coded: Vec<usize> = (0..infos.len()).filter(|at| is_coded(&infos[*at])).collect();
    if coded.len() == count { Ok(coded) } else { Err(mismatch("they belong to columns that the file does not name")) }
}

/// True when all codes of a column, separated by colons, are those of so many categories.
fn fits(codes: &str, count: usize) -> bool {
    codes == UNUSED || codes.split(':').filter_map(|code| code.parse::<i64>().ok()).all(|code| code < count as i64)
}

fn mismatch(reason: &str) -> BoosterError {
    BoosterError::refused("pandas_categorical", format!("{reason}; train with codes instead of categories"))
}

fn category(value: &serde_json::Value) -> Result<Category, BoosterError> {
    match value {
        serde_json::Value::String(text) => Ok(Category::Text(text.clone())),
        serde_json::Value::Bool(flag) => Ok(Category::Flag(*flag)),
        serde_json::Value::Number(number) => number
            .as_f64()
            .map(Category::Number)
            .ok_or_else(|| error(format!("pandas_categorical has the number {number}"))),
        other => Err(error(format!("pandas_categorical has the category {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_lists(infos: &str, named: &str, lists: &str) -> Result<Vec<Option<Vec<Category>>>, BoosterError> {
        let file = format!(
            "tree\nfeature_infos={infos}\nend of trees\n[categorical_feature: {named}]\n\
             pandas_categorical:{lists}\n"
        );
        read(&TextModel::parse(file.as_bytes())?, &["a", "b", "c"], &mut vec![])
    }

    #[test]
    fn lists_belong_to_the_categorical_columns_in_order() {
        let texts = Some(vec![Category::Text("x".into()), Category::Text("y".into())]);
        let numbers = Some(vec![Category::Number(3.0), Category::Flag(true)]);
        let lists = r#"[["x", "y"], [3, true]]"#;
        let expected = vec![texts, None, numbers];
        assert_eq!(read_lists("-1:0:1 [0:1] 0:1", "0,2", lists).unwrap(), expected);
        assert_eq!(read_lists("-1:0:1 [0:1] 0:1", "", lists).unwrap(), expected);
        assert_eq!(read_lists("none [0:1] 0:1", "2,0", lists).unwrap(), expected);
        assert_eq!(read_lists("[0:1] [0:1] [0:1]", "", "null").unwrap(), [None, None, None]);
    }

    #[test]
    fn lists_without_a_column_are_refused() {
        let message = |infos, named, lists| read_lists(infos, named, lists).unwrap_err().to_string();
        assert!(message("none [0:1] 0:1", "", r#"[["x"], ["y"]]"#).contains("columns that the file does not name"));
        assert!(message("0:1:2 [0:1] 0:1", "0,2", r#"[["x", "y"], [3, true]]"#).contains("fewer"));
        assert!(message("0 [0:1] 0", "0,9", r#"[["x"], ["y"]]"#).contains("9"));
        assert!(message("0 [0:1] 0", "0,2", "[[null], []]").contains("null"));
    }
}
