//! Squeeze, Unsqueeze and Flatten: reshape without moving elements. Axes must be constant.

use super::super::NodeError;
use super::super::broadcast;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape; then the axes, where they are an input. Output: the same elements in another shape.
#[derive(Debug)]
struct Reshape {
    change: ShapeChange,
    inputs: usize,
}

#[derive(Debug)]
enum ShapeChange {
    /// Removes axes of length 1.
    Squeeze(Vec<i64>),
    /// Inserts axes of length 1.
    Unsqueeze(Vec<i64>),
    /// Rank 2: the dimensions before an axis, and the rest.
    Flatten(i64),
}

fn axes(context: &NodeContext<'_>) -> Result<Option<Vec<i64>>, NodeError> {
    let attributes = context.attributes();
    if context.version() < 13 {
        attributes.check_names(&["axes"])?;
        return Ok(attributes.has("axes").then(|| attributes.ints("axes").to_vec()));
    }
    attributes.check_names(&[])?;
    context.integers(1, "axes")
}

/// Parses a Squeeze.
pub(in super::super) fn squeeze(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let reason = "are needed: without them the shape would depend on the number of leads";
    let axes = axes(context)?.ok_or_else(|| context.attributes().error("axes", reason))?;
    Ok(Arc::new(Reshape { change: ShapeChange::Squeeze(axes), inputs: context.input_count() }))
}

/// Parses an Unsqueeze.
pub(in super::super) fn unsqueeze(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let axes = axes(context)?.ok_or_else(|| context.attributes().error("axes", "is missing"))?;
    if axes.len() > 8 {
        return Err(context.attributes().error("axes", "names more than 8 dimensions"));
    }
    Ok(Arc::new(Reshape { change: ShapeChange::Unsqueeze(axes), inputs: context.input_count() }))
}

/// Parses a Flatten.
pub(in super::super) fn flatten(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["axis"])?;
    Ok(Arc::new(Reshape { change: ShapeChange::Flatten(attributes.int("axis", 1)), inputs: context.input_count() }))
}

impl ShapeChange {
    fn apply(&self, shape: &[TDim]) -> TractResult<TVec<TDim>> {
        let one = 1.to_dim();
        match self {
            ShapeChange::Squeeze(values) => {
                let axes = broadcast::resolve_axes(values, shape.len())?;
                ensure!(axes.iter().all(|axis| shape[*axis] == one), "only axes of length 1 can be left out");
                let kept = shape.iter().enumerate().filter(|(axis, _)| !axes.contains(axis));
                Ok(kept.map(|(_, length)| length.clone()).collect())
            }
            ShapeChange::Unsqueeze(values) => {
                let axes = broadcast::resolve_axes(values, shape.len() + values.len())?;
                ensure!(axes.len() == values.len(), "an axis is named twice");
                let mut shape: TVec<TDim> = shape.into();
                axes.into_iter().for_each(|axis| shape.insert(axis, one.clone()));
                Ok(shape)
            }
            ShapeChange::Flatten(axis) => {
                let rank = shape.len();
                let axis = if *axis == rank as i64 { rank } else { broadcast::resolve_axis(*axis, rank)? };
                Ok(tvec!(shape[..axis].iter().product(), shape[axis..].iter().product()))
            }
        }
    }
}

impl Operator for Reshape {
    fn name(&self) -> &'static str {
        "LeadlightDimensions"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        Ok(vec![(*kind, self.change.apply(shape)?)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let input_shape: TVec<TDim> = inputs[0].shape().iter().map(|length| length.to_dim()).collect();
        let shape: Vec<usize> =
            self.change.apply(&input_shape)?.iter().map(|length| Ok(length.to_usize()?)).collect::<TractResult<_>>()?;
        Ok(vec![inputs[0].clone().into_tensor().into_shape(&shape)?])
    }
}
