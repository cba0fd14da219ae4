//! ArgMax and ArgMin: where along an axis the extreme stands, the first of equals or the last.
//!
//! NaN counts only where it stands first, as in onnxruntime. May not know what the numbers are.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made};
use super::super::score::slice;
use super::super::site::Site;
use super::super::walk;
use super::numbers::{Number, for_numbers, is_number};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape, of numbers. Output: places of i64, with a length of 1 along the axis, or without it.
#[derive(Debug)]
struct Arg {
    highest: bool,
    axis: i64,
    keeps: bool,
    last: bool,
}

/// Reads an ArgMax or ArgMin.
pub(in super::super) fn arg(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["axis", "keepdims", "select_last_index"])?;
    Ok(Arc::new(Arg {
        highest: site.node.op_type == "ArgMax",
        axis: attributes.int("axis", 0),
        keeps: attributes.int("keepdims", 1) != 0,
        last: attributes.int("select_last_index", 0) != 0,
    }))
}

impl Arg {
    fn axis(&self, rank: usize) -> TractResult<usize> {
        walk::axis(self.axis, rank)
    }

    fn is_better<T: Number>(&self, new: T, old: T) -> bool {
        match (self.highest, self.last) {
            (true, false) => new > old,
            (true, true) => new >= old,
            (false, false) => new < old,
            (false, true) => new <= old,
        }
    }
}

fn placed<T: Number>(arg: &Arg, input: &Tensor, axis: usize) -> TractResult<Vec<i64>> {
    let (shape, values) = (input.shape(), slice::<T>(input)?);
    let (length, inner) = (shape[axis], shape[axis + 1..].iter().product::<usize>());
    ensure!(length > 0, "nothing has no extreme");
    let outer: usize = shape[..axis].iter().product();
    let best = |from: usize| {
        (1..length).fold(0, |best, at| {
            if arg.is_better(values[from + at * inner], values[from + best * inner]) { at } else { best }
        }) as i64
    };
    Ok((0..outer).flat_map(|block| (0..inner).map(move |at| block * length * inner + at)).map(best).collect())
}

impl Operation for Arg {
    fn name(&self) -> &'static str {
        "LeadlightArg"
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        ensure!(is_number(*kind), "an input of type {kind:?} is not served");
        let axis = self.axis(shape.len())?;
        walk::fixed(&shape[axis])?;
        let mut shape = shape.clone();
        if self.keeps {
            shape[axis] = 1.to_dim();
        } else {
            shape.remove(axis);
        }
        Ok(vec![(DatumType::I64, shape)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let input = &inputs[0];
        let axis = self.axis(input.rank())?;
        let places = for_numbers!(input.datum_type(), placed(self, input, axis))?;
        let mut shape = input.shape().to_vec();
        if self.keeps {
            shape[axis] = 1;
        } else {
            shape.remove(axis);
        }
        Ok(vec![made(&shape, places)?])
    }
}
