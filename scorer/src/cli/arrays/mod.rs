//! Arrays of inputs and expected outputs in the formats in which they are saved where models are trained: `.npy`, `.npz`
//! and CSV.

mod csv;
mod npy;
mod npz;

use anyhow::{Context, Result, bail, ensure};
use std::path::Path;

/// Array of one or two dimensions in row-major order.
#[derive(Debug, Clone)]
pub(super) struct Array {
    /// Number of rows.
    pub(super) rows: usize,
    /// Values per row; 1 for a one-dimensional array.
    pub(super) width: usize,
    /// Row-major values.
    pub(super) values: ArrayValues,
}

/// Values of an array.
#[derive(Debug, Clone)]
pub(super) enum ArrayValues {
    /// Numbers of any type, as f64.
    Numbers(Vec<f64>),
    /// Strings.
    Texts(Vec<String>),
    /// Cells of a table, which are numbers or strings as the reader needs them.
    Cells(Vec<String>),
}

/// Array of numbers, row-major.
pub(super) struct Numbers {
    /// Number of rows.
    pub(super) rows: usize,
    /// Values per row.
    pub(super) width: usize,
    /// Row-major values.
    pub(super) values: Vec<f64>,
}

/// Contents of a file.
pub(super) enum ArrayFile {
    /// One array without a name.
    Single(Array),
    /// Arrays with distinct meanings, by name.
    Archive(Vec<(String, Array)>),
    /// Columns of one table, by name.
    Table(Vec<(String, Array)>),
}

/// Parses a file; `path` is used for its extension and in error messages.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<ArrayFile> {
    let is_named = |extension: &str| path.extension().is_some_and(|own| own.eq_ignore_ascii_case(extension));
    let parsed = match bytes {
        _ if bytes.starts_with(b"PAR1") => Err(anyhow::anyhow!(
            "Parquet is not read; convert it with pandas: pandas.read_parquet(\"in.parquet\").to_csv(\"out.csv\", index=False)"
        )),
        _ if bytes.starts_with(b"\x93NUMPY") => npy::read(bytes).map(ArrayFile::Single),
        _ if bytes.starts_with(b"PK") => npz::read(bytes).map(ArrayFile::Archive),
        _ if is_named("csv") => csv::read(bytes).map(ArrayFile::Table),
        _ => Err(anyhow::anyhow!("it should be an array or arrays of NumPy (.npy, .npz), or a table (.csv)")),
    };
    parsed.with_context(|| format!("cannot use {}", path.display()))
}

impl ArrayFile {
    /// True when the arrays have names.
    pub(super) fn is_named(&self) -> bool {
        !matches!(self, ArrayFile::Single(_))
    }

    /// Array of a name. One that is the only one needed may have any name; of a table, it is all columns.
    pub(super) fn array(&self, name: &str, is_only: bool) -> Result<Array> {
        let (ArrayFile::Archive(arrays) | ArrayFile::Table(arrays)) = self else {
            let ArrayFile::Single(array) = self else { bail!("no array") };
            return Ok(array.clone());
        };
        if let Some((_, array)) = arrays.iter().find(|(found, _)| found == name) {
            return Ok(array.clone());
        }
        match (self, arrays.as_slice()) {
            (_, [(_, only)]) if is_only => Ok(only.clone()),
            (ArrayFile::Table(_), _) if is_only => csv::join(arrays),
            _ => {
                let names: Vec<String> = arrays.iter().map(|(found, _)| format!("{found:?}")).collect();
                bail!("{name:?} is not among the names {}", names.join(", "))
            }
        }
    }
}

impl Array {
    /// The values as numbers; empty cells are NaN.
    pub(super) fn into_numbers(self) -> Result<Numbers> {
        let number = |(at, cell): (usize, &String)| match cell.trim() {
            "" => Ok(f64::NAN),
            "True" | "true" => Ok(1.0),
            "False" | "false" => Ok(0.0),
            number => number.parse().with_context(|| format!("row {} holds a text", at / self.width.max(1))),
        };
        let values = match self.values {
            ArrayValues::Numbers(numbers) => numbers,
            ArrayValues::Cells(cells) => cells.iter().enumerate().map(number).collect::<Result<_>>()?,
            ArrayValues::Texts(_) => bail!("it should hold numbers, not texts"),
        };
        ensure!(self.width > 0, "it has no columns");
        Ok(Numbers { rows: self.rows, width: self.width, values })
    }
}
