//! Transpose: permutes the axes.

use super::super::NodeError;
use super::super::broadcast::{StridedIndices, strides};
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType};
use super::gather_elements;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape. Output: its dimensions permuted, or reversed by default.
#[derive(Debug)]
struct Transpose {
    permutation: Option<Vec<i64>>,
}

/// Parses a Transpose.
pub(in super::super) fn transpose(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["perm"])?;
    Ok(Arc::new(Transpose { permutation: attributes.has("perm").then(|| attributes.ints("perm").to_vec()) }))
}

impl Transpose {
    fn permutation(&self, rank: usize) -> TractResult<Vec<usize>> {
        let Some(values) = &self.permutation else { return Ok((0..rank).rev().collect()) };
        let permutation: Vec<usize> = values.iter().filter_map(|axis| usize::try_from(*axis).ok()).collect();
        let mut sorted = permutation.clone();
        sorted.sort_unstable();
        ensure!(values.len() == rank && sorted.into_iter().eq(0..rank), "perm should name each of {rank} axes once");
        Ok(permutation)
    }
}

impl Operator for Transpose {
    fn name(&self) -> &'static str {
        "LeadlightTranspose"
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        Ok(vec![(*kind, self.permutation(shape.len())?.into_iter().map(|axis| shape[axis].clone()).collect())])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let input_shape = inputs[0].shape();
        let steps = strides(input_shape);
        let (shape, steps): (Vec<usize>, Vec<usize>) =
            self.permutation(input_shape.len())?.into_iter().map(|axis| (input_shape[axis], steps[axis])).unzip();
        Ok(vec![gather_elements(&inputs[0], &shape, StridedIndices::new(shape.clone(), steps))?])
    }
}
