//! Reads `.npy` files (NumPy format) of one or two dimensions, as rows of numbers or strings.

use anyhow::{Context, Result, bail, ensure};
use npyz::{DType, Deserialize, NpyFile, Order};
use std::path::Path;

/// Array of one or two dimensions in row-major order.
pub(super) struct Array {
    /// Number of rows.
    pub(super) rows: usize,
    /// Values per row; 1 for a one-dimensional array.
    pub(super) width: usize,
    /// Row-major values.
    pub(super) values: ArrayValues,
}

/// Values of an array.
pub(super) enum ArrayValues {
    /// Numbers of any type, as f64.
    Numbers(Vec<f64>),
    /// Strings.
    Texts(Vec<String>),
}

/// Parses the bytes of an `.npy` file; `path` is used in error messages only.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Array> {
    let parse = || -> Result<Array> {
        let file = NpyFile::new(bytes)?;
        ensure!(file.order() == Order::C || file.shape().len() < 2, "the array should be saved in C order");
        let shape = file.shape().iter().map(|length| usize::try_from(*length)).collect::<Result<Vec<usize>, _>>()?;
        let (rows, width) = match *shape {
            [rows] => (rows, 1),
            [rows, width] => (rows, width),
            _ => bail!("the array should have one or two dimensions, not {}", shape.len()),
        };
        Ok(Array { rows, width, values: read_values(file, bytes.len())? })
    };
    parse().with_context(|| format!("cannot use {}", path.display()))
}

fn read_values(file: NpyFile<&[u8]>, bytes: usize) -> Result<ArrayValues> {
    let DType::Plain(kind) = file.dtype() else { bail!("the array should hold plain numbers or texts") };
    // Checked before allocating: the header may announce more values than the file holds.
    let size = kind.num_bytes().unwrap_or(1).max(1) as u64;
    ensure!(file.len().checked_mul(size).is_some_and(|size| size <= bytes as u64), "the file is cut short");
    let name = kind.to_string();
    Ok(match name.trim_start_matches(['<', '>', '|', '=']) {
        "f4" => ArrayValues::Numbers(read_numbers::<f32>(file, f64::from)?),
        "f8" => ArrayValues::Numbers(file.into_vec()?),
        "i8" => ArrayValues::Numbers(read_numbers::<i64>(file, |value| value as f64)?),
        "i4" => ArrayValues::Numbers(read_numbers::<i32>(file, f64::from)?),
        "u1" => ArrayValues::Numbers(read_numbers::<u8>(file, f64::from)?),
        "b1" => ArrayValues::Numbers(read_numbers::<bool>(file, |value| f64::from(u8::from(value)))?),
        text if text.starts_with('U') => ArrayValues::Texts(file.into_vec()?),
        _ => bail!("the array should hold float32, float64, int32, int64, bool or text, not {name}"),
    })
}

fn read_numbers<T: Deserialize>(file: NpyFile<&[u8]>, to_f64: impl Fn(T) -> f64) -> Result<Vec<f64>> {
    Ok(file.into_vec::<T>()?.into_iter().map(to_f64).collect())
}
