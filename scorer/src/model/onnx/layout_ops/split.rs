//! Split: an axis into consecutive parts, whose lengths are constant or equal.

use super::super::NodeError;
use super::super::broadcast::{self, fixed_length};
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType};
use super::select_along;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape; then the lengths, where they are an input. Outputs: the shape with each length along the axis.
#[derive(Debug)]
struct Split {
    axis: i64,
    /// `None` for equal lengths; with `num_outputs` the last may be shorter.
    lengths: Option<Vec<i64>>,
    allows_shorter_last: bool,
    inputs: usize,
    outputs: usize,
}

/// Parses a Split of any version.
pub(in super::super) fn split(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    let version = context.version();
    let (names, lengths): (&[&str], _) = match version {
        ..13 => (&["axis", "split"], attributes.has("split").then(|| attributes.ints("split").to_vec())),
        13..18 => (&["axis"], context.integers(1, "split")?),
        _ => (&["axis", "num_outputs"], context.integers(1, "split")?),
    };
    attributes.check_names(names)?;
    let outputs = context.output_count();
    if outputs != context.node.output.len() || outputs == 0 {
        return Err(attributes.error("outputs", "should all have names"));
    }
    if let Some(lengths) = &lengths {
        attributes.check_length("split", lengths, outputs)?;
    }
    let count = attributes.int("num_outputs", outputs as i64);
    if count != outputs as i64 {
        return Err(attributes.error("num_outputs", format!("is {count}, but there are {outputs} outputs")));
    }
    let allows_shorter_last = attributes.has("num_outputs");
    Ok(Arc::new(Split {
        axis: attributes.int("axis", 0),
        lengths,
        allows_shorter_last,
        inputs: context.input_count(),
        outputs,
    }))
}

impl Split {
    fn lengths(&self, length: usize) -> TractResult<Vec<usize>> {
        let lengths: Vec<usize> = match &self.lengths {
            Some(lengths) => lengths.iter().map(|length| Ok(usize::try_from(*length)?)).collect::<TractResult<_>>()?,
            None => {
                let each = length.div_ceil(self.outputs);
                ensure!(
                    self.allows_shorter_last || each * self.outputs == length,
                    "{length} is not {} equal parts",
                    self.outputs
                );
                (0..self.outputs).map(|at| each.min(length.saturating_sub(at * each))).collect()
            }
        };
        let sum = lengths.iter().try_fold(0_usize, |sum, length| sum.checked_add(*length));
        ensure!(sum == Some(length), "the parts should add up to {length}");
        Ok(lengths)
    }
}

impl Operator for Split {
    fn name(&self) -> &'static str {
        "LeadlightSplit"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        let axis = broadcast::resolve_axis(self.axis, shape.len())?;
        let part = |length: usize| {
            let mut shape = shape.clone();
            shape[axis] = length.to_dim();
            (*kind, shape)
        };
        Ok(self.lengths(fixed_length(&shape[axis])?)?.into_iter().map(part).collect())
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let input = &inputs[0];
        let axis = broadcast::resolve_axis(self.axis, input.rank())?;
        let mut from = 0;
        let part = |length: usize| {
            let indices: Vec<usize> = (from..from + length).collect();
            from += length;
            let mut shape = input.shape().to_vec();
            shape[axis] = length;
            select_along(input, axis, &indices, &shape)
        };
        self.lengths(input.shape()[axis])?.into_iter().map(part).collect()
    }
}
