//! Slice: parts of some axes.
//!
//! Owns where the parts are said in each version: they stand in the file. May not know what the elements are.

use super::super::NodeError;
use super::super::operation::{Form, Operation};
use super::super::site::Site;
use super::super::walk::{self, fixed};
use super::along;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape; behind it the parts, where they are inputs. Output: the shape of the parts.
#[derive(Debug)]
struct Slice {
    parts: Vec<Part>,
    inputs: usize,
}

/// From where to before where along an axis; `None` for all axes in their order.
#[derive(Debug, Clone, Copy)]
struct Part {
    axis: i64,
    start: i64,
    end: i64,
    step: i64,
}

/// Reads a Slice.
pub(in super::super) fn slice(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    let as_input = site.version() >= 10;
    attributes.known(if as_input { &[] } else { &["axes", "ends", "starts"] })?;
    let list = |slot: usize, name: &str| match as_input {
        true => site.whole_numbers(slot, name),
        false => Ok(attributes.has(name).then(|| attributes.ints(name).to_vec())),
    };
    let needed = |slot, name: &str| list(slot, name)?.ok_or_else(|| attributes.error(name, "is missing"));
    let (starts, ends) = (needed(1, "starts")?, needed(2, "ends")?);
    let axes = list(3, "axes")?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = match as_input {
        true => list(4, "steps")?.unwrap_or_else(|| vec![1; starts.len()]),
        false => vec![1; starts.len()],
    };
    for (name, list) in [("ends", &ends), ("axes", &axes), ("steps", &steps)] {
        attributes.length(name, list, starts.len())?;
    }
    if steps.contains(&0) {
        return Err(attributes.error("steps", "should not be 0"));
    }
    let part = |at: usize| Part { axis: axes[at], start: starts[at], end: ends[at], step: steps[at] };
    Ok(Arc::new(Slice { parts: (0..starts.len()).map(part).collect(), inputs: site.inputs() }))
}

impl Part {
    /// The places of a length that belong to the part.
    fn places(self, length: usize) -> Vec<usize> {
        let whole = length as i128;
        let from_start = |place: i64| i128::from(place) + if place < 0 { whole } else { 0 };
        let (low, high) = if self.step > 0 { (0, whole) } else { (-1, whole - 1) };
        let start = from_start(self.start).clamp(low.max(0).min(high), high);
        let end = from_start(self.end).clamp(low, high);
        let step = i128::from(self.step);
        let count = if step > 0 { (end - start + step - 1) / step } else { (start - end - step - 1) / -step };
        (0..count.max(0)).filter_map(|at| usize::try_from(start + at * step).ok()).collect()
    }

    /// Whether the part is everything, however long that is.
    fn is_all(self) -> bool {
        self.start == 0 && self.step == 1 && self.end >= i64::from(i32::MAX)
    }
}

impl Slice {
    /// The parts by axis, each axis once.
    fn by_axis(&self, rank: usize) -> TractResult<Vec<Option<Part>>> {
        let mut by_axis = vec![None; rank];
        for part in &self.parts {
            let known = &mut by_axis[walk::axis(part.axis, rank)?];
            ensure!(known.replace(*part).is_none(), "an axis is named twice");
        }
        Ok(by_axis)
    }
}

impl Operation for Slice {
    fn name(&self) -> &'static str {
        "LeadlightSlice"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        let parts = self.by_axis(shape.len())?;
        let length = |(length, part): (&TDim, &Option<Part>)| match part {
            Some(part) if !part.is_all() => Ok(part.places(fixed(length)?).len().to_dim()),
            _ => Ok(length.clone()),
        };
        Ok(vec![(*kind, shape.iter().zip(&parts).map(length).collect::<TractResult<_>>()?)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let mut result = inputs[0].clone().into_tensor();
        for (axis, part) in self.by_axis(result.rank())?.into_iter().enumerate() {
            let Some(part) = part.filter(|part| !part.is_all()) else { continue };
            let places = part.places(result.shape()[axis]);
            let mut shape = result.shape().to_vec();
            shape[axis] = places.len();
            result = along(&result, axis, &places, &shape)?;
        }
        Ok(vec![result])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_of_numpy() {
        let places = |start, end, step| Part { axis: 0, start, end, step }.places(4);
        assert_eq!(places(1, 100, 2), [1, 3]);
        assert_eq!(places(-1, -100, -1), [3, 2, 1, 0]);
        assert_eq!(places(-1, -100, -3), [3, 0]);
        assert_eq!(places(-2, i64::MAX, 1), [2, 3]);
        assert_eq!(places(i64::MIN, i64::MAX, i64::MAX), [0]);
        assert_eq!(places(i64::MAX, i64::MIN, i64::MIN), [3]);
        assert!(places(3, 1, 1).is_empty() && places(0, 4, -1).is_empty() && places(9, 9, 1).is_empty());
        assert!(Part { axis: 0, start: -1, end: -9, step: -1 }.places(0).is_empty());
    }
}
