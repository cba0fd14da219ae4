//! Softmax and LogSoftmax, in f64, rounded once. Before version 13, all dimensions from the axis on are one row.

use super::super::NodeError;
use super::super::broadcast;
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use super::number::Number;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape, of f32 or f64. Output: the same type.
#[derive(Debug)]
struct Softmax {
    axis: i64,
    /// True when the dimensions after the axis belong to the row.
    flatten: bool,
    logarithm: bool,
}

/// Parses a Softmax or LogSoftmax.
pub(in super::super) fn softmax(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["axis"])?;
    let flatten = context.version() < 13;
    let axis = attributes.int("axis", if flatten { 1 } else { -1 });
    Ok(Arc::new(Softmax { axis, flatten, logarithm: context.node.op_type == "LogSoftmax" }))
}

impl Softmax {
    fn softmax_elements<T: Number>(&self, input: &Tensor) -> TractResult<Tensor> {
        let (shape, values) = (input.shape(), elements::<T>(input)?);
        let axis = self.axis(shape.len())?;
        let inner_length: usize = shape[axis + 1..].iter().product();
        let (length, inner) = if self.flatten { (shape[axis] * inner_length, 1) } else { (shape[axis], inner_length) };
        let outer: usize = shape[..axis].iter().product();
        let mut result = vec![T::from_count(0); values.len()];
        for from in (0..outer).flat_map(|block| (0..inner).map(move |at| block * length * inner + at)) {
            let row: Vec<f64> = (0..length).map(|at| values[from + at * inner].to_f64()).collect();
            for (at, value) in self.softmax_row(&row).into_iter().enumerate() {
                result[from + at * inner] = T::from_f64(value);
            }
        }
        tensor_from(shape, result)
    }

    /// Softmax of one row, shifted by its highest value, so that no exponential overflows.
    fn softmax_row(&self, row: &[f64]) -> Vec<f64> {
        let highest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total = row.iter().fold(0.0, |sum, value| sum + libm::exp(value - highest));
        let each = |value: &f64| match self.logarithm {
            true => value - highest - libm::log(total),
            false => libm::exp(value - highest) / total,
        };
        row.iter().map(each).collect()
    }

    fn axis(&self, rank: usize) -> TractResult<usize> {
        broadcast::resolve_axis(self.axis, rank)
    }
}

impl Operator for Softmax {
    fn name(&self) -> &'static str {
        "LeadlightSoftmax"
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        ensure!(matches!(kind, DatumType::F32 | DatumType::F64), "an input of type {kind:?} is not served");
        let axis = self.axis(shape.len())?;
        broadcast::fixed_length(&shape[axis])?;
        Ok(vec![inputs[0].clone()])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        Ok(vec![match inputs[0].datum_type() {
            DatumType::F64 => self.softmax_elements::<f64>(&inputs[0])?,
            _ => self.softmax_elements::<f32>(&inputs[0])?,
        }])
    }
}
