//! Normalizer: divides each row by its norm, in f32.
//!
//! Owns what onnxruntime does: MAX divides by the highest value, not by the highest absolute value; a norm of 0 leaves
//! the row as it is; L2 takes the square root of each square's share. May not know what the features are.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made};
use super::super::score::{floats, slice};
use super::super::site::Site;
use std::borrow::Cow;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: (rows, features) of numbers. Output: the same shape, of f32.
#[derive(Debug, Clone, Copy)]
enum Normalizer {
    Max,
    L1,
    L2,
}

/// Reads a Normalizer.
pub(in super::super) fn normalizer(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["norm"])?;
    Ok(Arc::new(match attributes.text("norm").as_str() {
        "" | "MAX" => Normalizer::Max,
        "L1" => Normalizer::L1,
        "L2" => Normalizer::L2,
        other => return Err(attributes.error("norm", format!("{other} should be MAX, L1 or L2"))),
    }))
}

impl Normalizer {
    /// Divides one row. `squares` are the squares of its numbers, worked out before they were rounded to floats.
    fn apply(self, row: &mut [f32], squares: &[f32]) {
        let norm = match self {
            // What compares with nothing is passed over.
            Normalizer::Max => {
                row.iter().fold(f32::MIN, |highest, value| if *value > highest { *value } else { highest })
            }
            Normalizer::L1 => row.iter().fold(0.0, |sum, value| sum + value.abs()),
            Normalizer::L2 => squares.iter().fold(0.0, |sum, square| sum + square),
        };
        if norm == 0.0 {
            return;
        }
        for (value, square) in row.iter_mut().zip(squares) {
            *value = match self {
                Normalizer::L2 if *value < 0.0 => -(square / norm).sqrt(),
                Normalizer::L2 => (square / norm).sqrt(),
                _ => *value / norm,
            };
        }
    }
}

impl Operation for Normalizer {
    fn name(&self) -> &'static str {
        "LeadlightNormalizer"
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        ensure!(kind.is_number(), "the input should hold numbers");
        ensure!(matches!(shape.len(), 1 | 2), "the input should have one or two dimensions");
        Ok(vec![(DatumType::F32, shape.clone())])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let mut values = floats(&inputs[0])?.into_owned();
        let squares = squares(&inputs[0])?;
        let width = inputs[0].shape().last().copied().unwrap_or(0).max(1);
        values.chunks_mut(width).zip(squares.chunks(width)).for_each(|(row, squares)| self.apply(row, squares));
        Ok(vec![made(inputs[0].shape(), values)?])
    }
}

/// The squares of a tensor's elements, worked out in its own type.
fn squares(tensor: &Tensor) -> TractResult<Vec<f32>> {
    Ok(match tensor.datum_type() {
        DatumType::F64 => slice::<f64>(tensor)?.iter().map(|value| (value * value) as f32).collect(),
        DatumType::I64 => slice::<i64>(tensor)?.iter().map(|value| value.wrapping_mul(*value) as f32).collect(),
        DatumType::I32 => slice::<i32>(tensor)?.iter().map(|value| value.wrapping_mul(*value) as f32).collect(),
        _ => {
            let floats: Cow<'_, [f32]> = floats(tensor)?;
            floats.iter().map(|value| value * value).collect()
        }
    })
}
