//! Reads `.npy` files (NumPy format) of one or two dimensions, as rows of numbers or strings.

use super::{Array, ArrayValues};
use anyhow::{Result, bail, ensure};
use npyz::{DType, Deserialize, NpyFile, Order};

/// Parses the bytes of an `.npy` file.
pub(super) fn read(bytes: &[u8]) -> Result<Array> {
    let file = NpyFile::new(bytes)?;
    let is_by_column = file.order() == Order::Fortran;
    let shape = file.shape().iter().map(|length| usize::try_from(*length)).collect::<Result<Vec<usize>, _>>()?;
    let (rows, width) = match *shape {
        [rows] => (rows, 1),
        [rows, width] => (rows, width),
        _ => bail!("the array should have one or two dimensions, not {}", shape.len()),
    };
    let values = match read_values(file, bytes.len())? {
        values if !is_by_column => values,
        ArrayValues::Numbers(numbers) => ArrayValues::Numbers(transpose(&numbers, rows, width)),
        ArrayValues::Texts(texts) => ArrayValues::Texts(transpose(&texts, rows, width)),
        cells @ ArrayValues::Cells(_) => cells,
    };
    Ok(Array { rows, width, values })
}

/// Row-major order of values that are saved column by column.
fn transpose<T: Clone>(values: &[T], rows: usize, width: usize) -> Vec<T> {
    (0..rows * width).map(|at| values[at % width * rows + at / width].clone()).collect()
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
        "i1" => ArrayValues::Numbers(read_numbers::<i8>(file, f64::from)?),
        "i2" => ArrayValues::Numbers(read_numbers::<i16>(file, f64::from)?),
        "u2" => ArrayValues::Numbers(read_numbers::<u16>(file, f64::from)?),
        "u4" => ArrayValues::Numbers(read_numbers::<u32>(file, f64::from)?),
        "u8" => ArrayValues::Numbers(read_numbers::<u64>(file, |value| value as f64)?),
        "u1" => ArrayValues::Numbers(read_numbers::<u8>(file, f64::from)?),
        "b1" => ArrayValues::Numbers(read_numbers::<bool>(file, |value| f64::from(u8::from(value)))?),
        text if text.starts_with('U') => ArrayValues::Texts(file.into_vec()?),
        "O" => bail!("the array holds Python objects; save texts with array.astype(str)"),
        _ => bail!("the array should hold float32, float64, int32, int64, bool or text, not {name}"),
    })
}

fn read_numbers<T: Deserialize>(file: NpyFile<&[u8]>, to_f64: impl Fn(T) -> f64) -> Result<Vec<f64>> {
    Ok(file.into_vec::<T>()?.into_iter().map(to_f64).collect())
}
