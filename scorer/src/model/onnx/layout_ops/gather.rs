//! Gather: selects entries of one axis by index.

use super::super::NodeError;
use super::super::broadcast::{self, fixed_length};
use super::super::estimator;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType};
use super::select_along;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: data of any shape, and indices of i64 or i32, negative ones from the end. Output: the data's shape with the
/// indices' shape in place of the axis.
#[derive(Debug)]
struct Gather {
    axis: i64,
    /// Indices, if they are constant.
    constant_indices: Vec<i64>,
}

/// Parses a Gather.
pub(in super::super) fn gather(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["axis"])?;
    let constant_indices = match context.constant(1) {
        Some(tensor) => attributes.integers("indices", tensor)?,
        None => Vec::new(),
    };
    Ok(Arc::new(Gather { axis: attributes.int("axis", 0), constant_indices }))
}

impl Operator for Gather {
    fn name(&self) -> &'static str {
        "LeadlightGather"
    }

    fn inputs(&self) -> usize {
        2
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let ((kind, shape), (indices_kind, indices)) = (&inputs[0], &inputs[1]);
        ensure!(matches!(indices_kind, DatumType::I64 | DatumType::I32), "the places should be whole numbers");
        let axis = broadcast::resolve_axis(self.axis, shape.len())?;
        let length = fixed_length(&shape[axis])?;
        for index in &self.constant_indices {
            broadcast::resolve_axis(*index, length)?;
        }
        let gathered = shape[..axis].iter().chain(indices).chain(&shape[axis + 1..]).cloned().collect();
        Ok(vec![(*kind, gathered)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let (data, shape) = (&inputs[0], inputs[0].shape());
        let axis = broadcast::resolve_axis(self.axis, shape.len())?;
        let indices_i64 = inputs[1].cast_to::<i64>()?;
        let indices =
            estimator::elements::<i64>(&indices_i64)?.iter().map(|index| broadcast::resolve_axis(*index, shape[axis]));
        let indices = indices.collect::<TractResult<Vec<usize>>>().context("a place is outside of the data")?;
        Ok(vec![select_along(data, axis, &indices, &[&shape[..axis], inputs[1].shape(), &shape[axis + 1..]].concat())?])
    }
}
