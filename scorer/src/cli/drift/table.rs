//! Reads a CSV into columns and infers their types as `pandas.read_csv` does.

use super::super::files;
use super::CsvKind;
use crate::lead::csv::{Cells, Dialect, for_each_record};
use anyhow::{Context, Result, bail};
use std::collections::HashSet;
use std::path::Path;

/// Evidently treats an integer column with at most this many distinct values as categorical.
const INTEGER_LEVELS_MAX: usize = 10;

/// Cells that pandas reads as missing.
const MISSING: [&str; 19] = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
];

/// Columns of a CSV file.
pub(super) struct CsvTable {
    names: Vec<String>,
    columns: Vec<CsvColumn>,
    rows: u64,
}

/// Cells of a column with their inferred type.
pub(super) struct CsvColumn {
    texts: Vec<Option<String>>,
    dtype: PandasType,
}

/// Type that pandas infers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PandasType {
    Integer,
    Float,
    Bool,
    Text,
}

impl CsvTable {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let bytes = files::read(path)?;
        let (mut names, mut texts): (Vec<String>, Vec<Vec<Option<String>>>) = (Vec::new(), Vec::new());
        let (mut rows, mut uneven) = (0, None);
        let mut sink = |line: u64, cells: Cells<'_>| {
            if names.is_empty() {
                names = cells.iter().map(str::to_owned).collect();
                texts = names.iter().map(|_| Vec::new()).collect();
                return Ok(());
            }
            rows += 1;
            if cells.len() != names.len() {
                uneven.get_or_insert(line);
            }
            for (place, column) in texts.iter_mut().enumerate() {
                column.push(cells.get(place).filter(|cell| !is_missing(cell)).map(str::to_owned));
            }
            Ok(())
        };
        let context = || format!("cannot read {}", path.display());
        for_each_record(&bytes, Dialect::detect(&bytes), &mut sink).with_context(context)?;
        let mut distinct = HashSet::new();
        if let Some(duplicate) = names.iter().find(|name| !distinct.insert(name.as_str())) {
            bail!("{}: duplicate column {duplicate:?}", path.display());
        }
        if let Some(line) = uneven {
            bail!("{}: line {line} should have {} cells, like the header", path.display(), names.len());
        }
        let columns = texts.into_iter().map(CsvColumn::new).collect();
        Ok(CsvTable { names, columns, rows })
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = (&str, &CsvColumn)> {
        self.names.iter().map(String::as_str).zip(&self.columns)
    }

    pub(super) fn column(&self, name: &str) -> Option<&CsvColumn> {
        self.columns().find(|(known, _)| *known == name).map(|(_, cells)| cells)
    }
}

impl CsvColumn {
    fn new(texts: Vec<Option<String>>) -> Self {
        let all = |is: fn(&str) -> bool| texts.iter().flatten().all(|text| is(text));
        let has_missing = texts.iter().any(Option::is_none);
        let dtype = if all(|text| text.trim().parse::<f64>().is_ok()) {
            // pandas has no missing integers: a column of integers with gaps becomes float.
            let is_integer = !has_missing && all(|text| text.trim().parse::<i64>().is_ok());
            if is_integer { PandasType::Integer } else { PandasType::Float }
        } else if all(|text| parse_bool(text).is_some()) {
            PandasType::Bool
        } else {
            PandasType::Text
        };
        CsvColumn { texts, dtype }
    }

    pub(super) fn is_numeric(&self) -> bool {
        self.dtype != PandasType::Text
    }

    /// Returns the column kind that Evidently infers.
    pub(super) fn inferred_kind(&self) -> CsvKind {
        let distinct = || self.levels().flatten().collect::<HashSet<_>>().len();
        let present = || self.texts.iter().flatten().count();
        match self.dtype {
            PandasType::Float => CsvKind::Number,
            PandasType::Integer if distinct() > INTEGER_LEVELS_MAX => CsvKind::Number,
            PandasType::Text if distinct() as f64 > present() as f64 * 0.5 => CsvKind::Text,
            PandasType::Integer | PandasType::Bool | PandasType::Text => CsvKind::Category,
        }
    }

    /// Iterates over the cells as numbers; NaN for cells without one.
    pub(super) fn numbers(&self) -> impl Iterator<Item = f64> {
        self.texts.iter().map(|text| text.as_deref().and_then(parse_number).unwrap_or(f64::NAN))
    }

    /// Iterates over the cells as category levels, distinguished as in Python: numbers and booleans by numeric value,
    /// texts by content. Missing and non-finite cells are `None`.
    pub(super) fn levels(&self) -> impl Iterator<Item = Option<String>> {
        let level = |text: &String| match (self.dtype, parse_number(text)) {
            (PandasType::Text, _) | (_, None) => Some(format!("text {text}")),
            (_, Some(number)) if number.is_nan() || number.is_infinite() => None,
            (_, Some(number)) => Some(format!("number {}", number + 0.0)),
        };
        self.texts.iter().map(move |text| text.as_ref().and_then(level))
    }
}

fn is_missing(cell: &str) -> bool {
    MISSING.contains(&cell)
}

fn parse_number(text: &str) -> Option<f64> {
    text.trim().parse().ok().or_else(|| parse_bool(text).map(f64::from))
}

fn parse_bool(text: &str) -> Option<u8> {
    match text {
        "True" | "TRUE" | "true" => Some(1),
        "False" | "FALSE" | "false" => Some(0),
        _ => None,
    }
}
