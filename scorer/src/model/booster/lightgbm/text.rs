//! Sections of LightGBM's text file: lines of `key=value`, for the whole model and for each tree, then parameters.

use super::super::BoosterError;
use std::collections::HashMap;
use std::str::FromStr;

/// Error of the format.
pub(super) fn error(reason: impl Into<String>) -> BoosterError {
    BoosterError::Format { format: "LightGBM", reason: reason.into() }
}

/// The parts of a file that prediction needs.
#[derive(Debug)]
pub(super) struct TextModel<'a> {
    /// Lines before the first tree.
    pub(super) header: Section<'a>,
    /// Lines of each tree.
    pub(super) trees: Vec<Section<'a>>,
    /// Indices of categorical columns, if they were named in training.
    pub(super) categorical_columns: Option<&'a str>,
    /// JSON of the categories of data frame columns.
    pub(super) pandas_categorical: Option<&'a str>,
}

/// Values by key; a line without `=` is a key without a value.
#[derive(Debug, Default)]
pub(super) struct Section<'a> {
    values: HashMap<&'a str, &'a str>,
}

impl<'a> TextModel<'a> {
    /// Splits a file into sections.
    pub(super) fn parse(file: &'a [u8]) -> Result<Self, BoosterError> {
        let text = std::str::from_utf8(file).map_err(|wrong| error(format!("it is no UTF-8: {wrong}")))?;
        let mut model = TextModel {
            header: Section::default(),
            trees: Vec::new(),
            categorical_columns: None,
            pandas_categorical: None,
        };
        let mut lines = text.lines();
        let mut is_whole = false;
        for line in lines.by_ref() {
            if line == "end of trees" {
                is_whole = true;
                break;
            }
            if line.starts_with("Tree=") {
                model.trees.push(Section::default());
            }
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            let section = model.trees.last_mut().unwrap_or(&mut model.header);
            section.values.insert(key, value);
        }
        if !is_whole {
            return Err(error("it is cut short before \"end of trees\""));
        }
        for line in lines {
            if let Some(json) = line.strip_prefix("pandas_categorical:") {
                model.pandas_categorical = Some(json);
            } else if let Some(columns) = line.strip_prefix("[categorical_feature:") {
                model.categorical_columns = Some(columns.trim_end_matches(']').trim());
            }
        }
        Ok(model)
    }
}

impl<'a> Section<'a> {
    /// True when the key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// Value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&'a str> {
        self.values.get(key).copied()
    }

    /// Value of a key that must be there.
    pub(super) fn required(&self, key: &str) -> Result<&'a str, BoosterError> {
        self.get(key).ok_or_else(|| error(format!("{key} is missing")))
    }

    /// Integer of a key.
    pub(super) fn integer(&self, key: &str) -> Result<Option<i64>, BoosterError> {
        let parse = |text: &str| text.trim().parse().map_err(|_| error(format!("{key} is {text:?}")));
        self.get(key).map(parse).transpose()
    }

    /// List of a key that must have this many elements.
    pub(super) fn list<T: FromStr>(&self, key: &str, count: usize) -> Result<Vec<T>, BoosterError> {
        let parse = |word: &str| word.parse().map_err(|_| error(format!("{key} has {word:?}")));
        let list: Vec<T> = self.required(key)?.split_ascii_whitespace().map(parse).collect::<Result<_, _>>()?;
        if list.len() == count {
            return Ok(list);
        }
        Err(error(format!("{key} has {} elements where {count} are expected", list.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_split_at_trees() {
        let file = b"tree\r\nversion=v4\r\naverage_output\r\n\r\nTree=0\r\nleaf_value=1 2\r\n\r\nend of trees\r\n\
                     [categorical_feature: 2,3]\r\npandas_categorical:[[1]]\r\n";
        let model = TextModel::parse(file).unwrap();
        assert!(model.header.has("average_output") && model.trees.len() == 1);
        assert_eq!(model.trees[0].list::<f64>("leaf_value", 2).unwrap(), [1.0, 2.0]);
        assert!(model.trees[0].list::<f64>("leaf_value", 3).is_err());
        assert_eq!((model.categorical_columns, model.pandas_categorical), (Some("2,3"), Some("[[1]]")));
        assert!(TextModel::parse(b"tree\nTree=0\n").unwrap_err().to_string().contains("cut short"));
        assert!(TextModel::parse(b"tree\n\xff").unwrap_err().to_string().contains("UTF-8"));
    }
}
