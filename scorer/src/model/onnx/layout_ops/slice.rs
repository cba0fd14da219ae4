//! Slice: ranges of some axes, which must be constant.

use super::super::NodeError;
use super::super::broadcast::{self, fixed_length};
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType};
use super::select_along;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape; then the ranges, where they are inputs. Output: the shape of the ranges.
#[derive(Debug)]
struct Slice {
    ranges: Vec<Range>,
    inputs: usize,
}

/// Range along an axis, with an exclusive end and a step.
#[derive(Debug, Clone, Copy)]
struct Range {
    axis: i64,
    start: i64,
    end: i64,
    step: i64,
}

/// Parses a Slice of any version.
pub(in super::super) fn slice(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    let as_input = context.version() >= 10;
    attributes.check_names(if as_input { &[] } else { &["axes", "ends", "starts"] })?;
    let list = |slot: usize, name: &str| match as_input {
        true => context.integers(slot, name),
        false => Ok(attributes.has(name).then(|| attributes.ints(name).to_vec())),
    };
    let required = |slot, name: &str| list(slot, name)?.ok_or_else(|| attributes.error(name, "is missing"));
    let (starts, ends) = (required(1, "starts")?, required(2, "ends")?);
    let axes = list(3, "axes")?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = match as_input {
        true => list(4, "steps")?.unwrap_or_else(|| vec![1; starts.len()]),
        false => vec![1; starts.len()],
    };
    for (name, list) in [("ends", &ends), ("axes", &axes), ("steps", &steps)] {
        attributes.check_length(name, list, starts.len())?;
    }
    if steps.contains(&0) {
        return Err(attributes.error("steps", "should not be 0"));
    }
    let range = |at: usize| Range { axis: axes[at], start: starts[at], end: ends[at], step: steps[at] };
    Ok(Arc::new(Slice { ranges: (0..starts.len()).map(range).collect(), inputs: context.input_count() }))
}

impl Range {
    /// Indices of the range in an axis of a given length.
    fn indices(self, length: usize) -> Vec<usize> {
        let signed_length = length as i128;
        let from_start = |index: i64| i128::from(index) + if index < 0 { signed_length } else { 0 };
        let (low, high) = if self.step > 0 { (0, signed_length) } else { (-1, signed_length - 1) };
        let start = from_start(self.start).clamp(low.max(0).min(high), high);
        let end = from_start(self.end).clamp(low, high);
        let step = i128::from(self.step);
        let count = if step > 0 { (end - start + step - 1) / step } else { (start - end - step - 1) / -step };
        (0..count.max(0)).filter_map(|at| usize::try_from(start + at * step).ok()).collect()
    }

    /// True when the range covers any length.
    fn is_all(self) -> bool {
        self.start == 0 && self.step == 1 && self.end >= i64::from(i32::MAX)
    }
}

impl Slice {
    /// Ranges by axis; fails on duplicate axes.
    fn by_axis(&self, rank: usize) -> TractResult<Vec<Option<Range>>> {
        let mut by_axis = vec![None; rank];
        for range in &self.ranges {
            let slot = &mut by_axis[broadcast::resolve_axis(range.axis, rank)?];
            ensure!(slot.replace(*range).is_none(), "an axis is named twice");
        }
        Ok(by_axis)
    }
}

impl Operator for Slice {
    fn name(&self) -> &'static str {
        "LeadlightSlice"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        let ranges = self.by_axis(shape.len())?;
        let length = |(length, range): (&TDim, &Option<Range>)| match range {
            Some(range) if !range.is_all() => Ok(range.indices(fixed_length(length)?).len().to_dim()),
            _ => Ok(length.clone()),
        };
        Ok(vec![(*kind, shape.iter().zip(&ranges).map(length).collect::<TractResult<_>>()?)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let mut result = inputs[0].clone().into_tensor();
        for (axis, range) in self.by_axis(result.rank())?.into_iter().enumerate() {
            let Some(range) = range.filter(|range| !range.is_all()) else { continue };
            let indices = range.indices(result.shape()[axis]);
            let mut shape = result.shape().to_vec();
            shape[axis] = indices.len();
            result = select_along(&result, axis, &indices, &shape)?;
        }
        Ok(vec![result])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_match_numpy() {
        let indices = |start, end, step| Range { axis: 0, start, end, step }.indices(4);
        assert_eq!(indices(1, 100, 2), [1, 3]);
        assert_eq!(indices(-1, -100, -1), [3, 2, 1, 0]);
        assert_eq!(indices(-1, -100, -3), [3, 0]);
        assert_eq!(indices(-2, i64::MAX, 1), [2, 3]);
        assert_eq!(indices(i64::MIN, i64::MAX, i64::MAX), [0]);
        assert_eq!(indices(i64::MAX, i64::MIN, i64::MIN), [3]);
        assert!(indices(3, 1, 1).is_empty() && indices(0, 4, -1).is_empty() && indices(9, 9, 1).is_empty());
        assert!(Range { axis: 0, start: -1, end: -9, step: -1 }.indices(0).is_empty());
    }
}
