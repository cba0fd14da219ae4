//! Split: an axis in several parts, one behind the other.
//!
//! Owns where the lengths are said in each version: they stand in the file, or are equal. May not know what the elements
//! are.

use super::super::NodeError;
use super::super::operation::{Form, Operation};
use super::super::site::Site;
use super::super::walk::{self, fixed};
use super::along;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape; behind it the lengths, where they are an input. Outputs: the shape with each length along the axis.
#[derive(Debug)]
struct Split {
    axis: i64,
    /// `None` for equal lengths; the last may be shorter where the file says so.
    lengths: Option<Vec<i64>>,
    last_is_shorter: bool,
    inputs: usize,
    outputs: usize,
}

/// Reads a Split.
pub(in super::super) fn split(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    let version = site.version();
    let (names, lengths): (&[&str], _) = match version {
        ..13 => (&["axis", "split"], attributes.has("split").then(|| attributes.ints("split").to_vec())),
        13..18 => (&["axis"], site.whole_numbers(1, "split")?),
        _ => (&["axis", "num_outputs"], site.whole_numbers(1, "split")?),
    };
    attributes.known(names)?;
    let outputs = site.outputs();
    if outputs != site.node.output.len() || outputs == 0 {
        return Err(attributes.error("outputs", "should all have names"));
    }
    if let Some(lengths) = &lengths {
        attributes.length("split", lengths, outputs)?;
    }
    let count = attributes.int("num_outputs", outputs as i64);
    if count != outputs as i64 {
        return Err(attributes.error("num_outputs", format!("is {count}, but there are {outputs} outputs")));
    }
    let last_is_shorter = attributes.has("num_outputs");
    Ok(Arc::new(Split { axis: attributes.int("axis", 0), lengths, last_is_shorter, inputs: site.inputs(), outputs }))
}

impl Split {
    fn lengths(&self, whole: usize) -> TractResult<Vec<usize>> {
        let lengths: Vec<usize> = match &self.lengths {
            Some(lengths) => lengths.iter().map(|length| Ok(usize::try_from(*length)?)).collect::<TractResult<_>>()?,
            None => {
                let each = whole.div_ceil(self.outputs);
                ensure!(
                    self.last_is_shorter || each * self.outputs == whole,
                    "{whole} is not {} equal parts",
                    self.outputs
                );
                (0..self.outputs).map(|at| each.min(whole.saturating_sub(at * each))).collect()
            }
        };
        let sum = lengths.iter().try_fold(0_usize, |sum, length| sum.checked_add(*length));
        ensure!(sum == Some(whole), "the parts should add up to {whole}");
        Ok(lengths)
    }
}

impl Operation for Split {
    fn name(&self) -> &'static str {
        "LeadlightSplit"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        let axis = walk::axis(self.axis, shape.len())?;
        let part = |length: usize| {
            let mut shape = shape.clone();
            shape[axis] = length.to_dim();
            (*kind, shape)
        };
        Ok(self.lengths(fixed(&shape[axis])?)?.into_iter().map(part).collect())
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let input = &inputs[0];
        let axis = walk::axis(self.axis, input.rank())?;
        let mut from = 0;
        let part = |length: usize| {
            let places: Vec<usize> = (from..from + length).collect();
            from += length;
            let mut shape = input.shape().to_vec();
            shape[axis] = length;
            along(input, axis, &places, &shape)
        };
        self.lengths(input.shape()[axis])?.into_iter().map(part).collect()
    }
}
