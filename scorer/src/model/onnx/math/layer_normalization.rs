//! LayerNormalization: shifts and scales each row of the dimensions from an axis on, by its own mean and variance.
//!
//! Mean, variance and quotient are computed in f64 in the order of the elements; the quotient is rounded once, then
//! multiplied by the scale and shifted by the bias.

use super::super::NodeError;
use super::super::broadcast::{StridedIndices, broadcast_shape, fixed_length, resolve_axis};
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use super::number::Number;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: any shape, of f32 or f64, a scale and perhaps a bias of the dimensions from the axis on. Output: the first
/// input's type.
#[derive(Debug)]
struct LayerNormalization {
    axis: i64,
    epsilon: f32,
    inputs: usize,
}

/// Parses a LayerNormalization.
pub(in super::super) fn layer_normalization(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["axis", "epsilon", "stash_type"])?;
    if context.output_count() > 1 {
        return Err(attributes.error("outputs", "other than the first are not served"));
    }
    if attributes.int("stash_type", 1) != 1 {
        return Err(attributes.error("stash_type", "other than 1 is not served"));
    }
    let epsilon = attributes.finite_float("epsilon", 1e-5)?;
    Ok(Arc::new(LayerNormalization { axis: attributes.int("axis", -1), epsilon, inputs: context.input_count() }))
}

impl LayerNormalization {
    fn normalize<T: Number>(&self, inputs: &[TValue]) -> TractResult<Tensor> {
        let shape = inputs[0].shape();
        let row_shape = &shape[resolve_axis(self.axis, shape.len())?..];
        let length = row_shape.iter().product::<usize>().max(1);
        let repeated = |input: &TValue| -> TractResult<Vec<T>> {
            let values = elements::<T>(input)?;
            Ok(StridedIndices::broadcast(input.shape(), row_shape).map(|index| values[index]).collect())
        };
        let scale = repeated(&inputs[1])?;
        let bias = inputs.get(2).map(repeated).transpose()?;
        let mut result = Vec::with_capacity(inputs[0].len());
        for row in elements::<T>(&inputs[0])?.chunks_exact(length) {
            let mean = row.iter().fold(0.0, |sum, value| sum + value.to_f64()) / length as f64;
            let square = |value: &T| (value.to_f64() - mean) * (value.to_f64() - mean);
            let variance = row.iter().fold(0.0, |sum, value| sum + square(value)) / length as f64;
            let deviation = (variance + f64::from(self.epsilon)).sqrt();
            result.extend(row.iter().enumerate().map(|(at, value)| {
                let scaled = T::from_f64((value.to_f64() - mean) / deviation).multiply(scale[at]);
                bias.as_ref().map_or(scaled, |bias| scaled.add(bias[at]))
            }));
        }
        tensor_from(shape, result)
    }
}

impl Operator for LayerNormalization {
    fn name(&self) -> &'static str {
        "LeadlightLayerNormalization"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        ensure!(matches!(inputs.len(), 2 | 3), "two or three inputs are needed");
        ensure!(matches!(kind, DatumType::F32 | DatumType::F64), "an input of type {kind:?} is not served");
        let row = &shape[resolve_axis(self.axis, shape.len())?..];
        row.iter().try_for_each(|length| fixed_length(length).map(drop))?;
        for (other, other_shape) in &inputs[1..] {
            ensure!(other == kind, "the inputs should be of one type");
            ensure!(broadcast_shape(&[row, other_shape])?.as_slice() == row, "scale or bias does not fit the row");
        }
        Ok(vec![inputs[0].clone()])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        Ok(vec![match inputs[0].datum_type() {
            DatumType::F64 => self.normalize::<f64>(inputs)?,
            _ => self.normalize::<f32>(inputs)?,
        }])
    }
}
