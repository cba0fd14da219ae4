//! Normalizer: divides each row by its norm, in f32.
//!
//! As in onnxruntime, MAX divides by the largest value, not by the largest absolute value; a norm of 0 leaves the row
//! unchanged; L2 takes the square root of each square's share.

use super::super::NodeError;
use super::super::estimator::{elements, to_f32};
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
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

/// Parses a Normalizer.
pub(in super::super) fn normalizer(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["norm"])?;
    Ok(Arc::new(match attributes.string("norm").as_str() {
        "" | "MAX" => Normalizer::Max,
        "L1" => Normalizer::L1,
        "L2" => Normalizer::L2,
        other => return Err(attributes.error("norm", format!("{other} should be MAX, L1 or L2"))),
    }))
}

impl Normalizer {
    /// Divides one row. `squares` were computed in the input's type.
    fn apply(self, row: &mut [f32], squares: &[f32]) {
        let norm = match self {
            // NaN is skipped: it compares with nothing.
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

impl Operator for Normalizer {
    fn name(&self) -> &'static str {
        "LeadlightNormalizer"
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        ensure!(kind.is_number(), "the input should hold numbers");
        ensure!(matches!(shape.len(), 1 | 2), "the input should have one or two dimensions");
        Ok(vec![(DatumType::F32, shape.clone())])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let mut values = to_f32(&inputs[0])?.into_owned();
        let squares = squares(&inputs[0])?;
        let width = inputs[0].shape().last().copied().unwrap_or(0).max(1);
        values.chunks_mut(width).zip(squares.chunks(width)).for_each(|(row, squares)| self.apply(row, squares));
        Ok(vec![tensor_from(inputs[0].shape(), values)?])
    }
}

/// Squares of a tensor's elements, computed in its own type.
fn squares(tensor: &Tensor) -> TractResult<Vec<f32>> {
    Ok(match tensor.datum_type() {
        DatumType::F64 => elements::<f64>(tensor)?.iter().map(|value| (value * value) as f32).collect(),
        DatumType::I64 => elements::<i64>(tensor)?.iter().map(|value| value.wrapping_mul(*value) as f32).collect(),
        DatumType::I32 => elements::<i32>(tensor)?.iter().map(|value| value.wrapping_mul(*value) as f32).collect(),
        _ => {
            let floats: Cow<'_, [f32]> = to_f32(tensor)?;
            floats.iter().map(|value| value * value).collect()
        }
    })
}
