//! Arrays as numpy saves them.
//!
//! Owns what is read of an `.npy` file: rows of numbers or texts. May not know models.

use anyhow::{Context, Result, bail, ensure};
use npyz::{DType, Deserialize, NpyFile, Order};
use std::path::Path;

/// An array of one or two dimensions, row by row.
pub(super) struct Array {
    /// How many rows there are.
    pub(super) rows: usize,
    /// How many values a row has; 1 for an array of one dimension.
    pub(super) width: usize,
    /// The values.
    pub(super) values: Values,
}

/// The values of an array.
pub(super) enum Values {
    /// Numbers of any type; f64 holds each f32 exactly.
    Numbers(Vec<f64>),
    /// Texts.
    Texts(Vec<String>),
}

/// Reads an array from the bytes of a file.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Array> {
    let read = || -> Result<Array> {
        let file = NpyFile::new(bytes)?;
        ensure!(file.order() == Order::C || file.shape().len() < 2, "the array should be saved in C order");
        let shape = file.shape().iter().map(|length| usize::try_from(*length)).collect::<Result<Vec<usize>, _>>()?;
        let (rows, width) = match *shape {
            [rows] => (rows, 1),
            [rows, width] => (rows, width),
            _ => bail!("the array should have one or two dimensions, not {}", shape.len()),
        };
        Ok(Array { rows, width, values: values(file, bytes.len())? })
    };
    read().with_context(|| format!("cannot use {}", path.display()))
}

fn values(file: NpyFile<&[u8]>, bytes: usize) -> Result<Values> {
    let DType::Plain(kind) = file.dtype() else { bail!("the array should hold plain numbers or texts") };
    // What the header promises must be in the file before room is made for it.
    let size = kind.num_bytes().unwrap_or(1).max(1) as u64;
    ensure!(file.len().checked_mul(size).is_some_and(|size| size <= bytes as u64), "the file is cut short");
    let name = kind.to_string();
    Ok(match name.trim_start_matches(['<', '>', '|', '=']) {
        "f4" => Values::Numbers(numbers::<f32>(file, f64::from)?),
        "f8" => Values::Numbers(file.into_vec()?),
        "i8" => Values::Numbers(numbers::<i64>(file, |value| value as f64)?),
        "i4" => Values::Numbers(numbers::<i32>(file, f64::from)?),
        "u1" => Values::Numbers(numbers::<u8>(file, f64::from)?),
        "b1" => Values::Numbers(numbers::<bool>(file, |value| f64::from(u8::from(value)))?),
        text if text.starts_with('U') => Values::Texts(file.into_vec()?),
        _ => bail!("the array should hold float32, float64, int32, int64, bool or text, not {name}"),
    })
}

fn numbers<T: Deserialize>(file: NpyFile<&[u8]>, number: impl Fn(T) -> f64) -> Result<Vec<f64>> {
    Ok(file.into_vec::<T>()?.into_iter().map(number).collect())
}
