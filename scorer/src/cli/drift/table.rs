//! A CSV as columns whose types are told from their cells, as `pandas.read_csv` does it.
//!
//! May not know what is compared.

use super::super::files;
use super::Said;
use crate::lead::csv::{Dialect, for_each_record};
use anyhow::{Context, Result, bail};
use std::collections::HashSet;
use std::path::Path;

/// Whole numbers of no more different values than this are levels to Evidently.
const LEVELS_MAX: usize = 10;

/// Cells that pandas takes for missing.
const MISSING: [&str; 19] = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
];

/// A file.
pub(super) struct Table {
    names: Vec<String>,
    columns: Vec<Cells>,
    rows: u64,
}

/// The cells of a column.
pub(super) struct Cells {
    texts: Vec<Option<String>>,
    kind: Type,
}

/// What pandas would make of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Integer,
    Float,
    Bool,
    Text,
}

impl Table {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let bytes = files::read(path)?;
        let (mut names, mut texts): (Vec<String>, Vec<Vec<Option<String>>>) = (Vec::new(), Vec::new());
        let (mut rows, mut uneven) = (0, None);
        let mut sink = |line: u64, cells: crate::lead::csv::Cells<'_>| {
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
        let mut seen = HashSet::new();
        if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
            bail!("{}: the column {twice:?} stands in the file twice", path.display());
        }
        if let Some(line) = uneven {
            bail!("{}: line {line} should have {} cells, as the first line has", path.display(), names.len());
        }
        let columns = texts.into_iter().map(Cells::new).collect();
        Ok(Table { names, columns, rows })
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = (&str, &Cells)> {
        self.names.iter().map(String::as_str).zip(&self.columns)
    }

    pub(super) fn column(&self, name: &str) -> Option<&Cells> {
        self.columns().find(|(known, _)| *known == name).map(|(_, cells)| cells)
    }
}

impl Cells {
    fn new(texts: Vec<Option<String>>) -> Self {
        let all = |is: fn(&str) -> bool| texts.iter().flatten().all(|text| is(text));
        let has_missing = texts.iter().any(Option::is_none);
        let kind = if all(|text| text.trim().parse::<f64>().is_ok()) {
            // Whole numbers cannot be missing there: a column that has gaps is one of floats.
            if !has_missing && all(|text| text.trim().parse::<i64>().is_ok()) { Type::Integer } else { Type::Float }
        } else if all(|text| bool_of(text).is_some()) {
            Type::Bool
        } else {
            Type::Text
        };
        Cells { texts, kind }
    }

    pub(super) fn is_numeric(&self) -> bool {
        self.kind != Type::Text
    }

    /// What Evidently takes it for.
    pub(super) fn inferred(&self) -> Said {
        let distinct = || self.levels().flatten().collect::<HashSet<_>>().len();
        let present = || self.texts.iter().flatten().count();
        match self.kind {
            Type::Float => Said::Number,
            Type::Integer if distinct() > LEVELS_MAX => Said::Number,
            Type::Text if distinct() as f64 > present() as f64 * 0.5 => Said::Text,
            Type::Integer | Type::Bool | Type::Text => Said::Category,
        }
    }

    /// The numbers; NaN where there is none.
    pub(super) fn numbers(&self) -> impl Iterator<Item = f64> {
        self.texts.iter().map(|text| text.as_deref().and_then(number_of).unwrap_or(f64::NAN))
    }

    /// The levels, as Python tells them apart: numbers by value, of which truth is one, and texts by what they are.
    pub(super) fn levels(&self) -> impl Iterator<Item = Option<String>> {
        let level = |text: &String| match (self.kind, number_of(text)) {
            (Type::Text, _) | (_, None) => Some(format!("text {text}")),
            (_, Some(number)) if number.is_nan() || number.is_infinite() => None,
            (_, Some(number)) => Some(format!("number {}", number + 0.0)),
        };
        self.texts.iter().map(move |text| text.as_ref().and_then(level))
    }
}

fn is_missing(cell: &str) -> bool {
    MISSING.contains(&cell)
}

fn number_of(text: &str) -> Option<f64> {
    text.trim().parse().ok().or_else(|| bool_of(text).map(f64::from))
}

fn bool_of(text: &str) -> Option<u8> {
    match text {
        "True" | "TRUE" | "true" => Some(1),
        "False" | "FALSE" | "false" => Some(0),
        _ => None,
    }
}
