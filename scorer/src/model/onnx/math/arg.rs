//! ArgMax and ArgMin: index of the extreme along an axis, the first of equals or the last. As in onnxruntime, NaN is an
//! extreme only in the first place.

use super::super::NodeError;
use super::super::broadcast;
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use super::number::{Number, for_numbers, is_number};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape, of numbers. Output: indices of i64; the axis has length 1, or is removed.
#[derive(Debug)]
struct Arg {
    highest: bool,
    axis: i64,
    keep_dimension: bool,
    select_last: bool,
}

/// Parses an ArgMax or ArgMin.
pub(in super::super) fn arg(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["axis", "keepdims", "select_last_index"])?;
    Ok(Arc::new(Arg {
        highest: context.node.op_type == "ArgMax",
        axis: attributes.int("axis", 0),
        keep_dimension: attributes.int("keepdims", 1) != 0,
        select_last: attributes.int("select_last_index", 0) != 0,
    }))
}

impl Arg {
    fn axis(&self, rank: usize) -> TractResult<usize> {
        broadcast::resolve_axis(self.axis, rank)
    }

    fn is_better<T: Number>(&self, new: T, old: T) -> bool {
        match (self.highest, self.select_last) {
            (true, false) => new > old,
            (true, true) => new >= old,
            (false, false) => new < old,
            (false, true) => new <= old,
        }
    }
}

fn extreme_indices<T: Number>(arg: &Arg, input: &Tensor, axis: usize) -> TractResult<Vec<i64>> {
    let (shape, values) = (input.shape(), elements::<T>(input)?);
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

impl Operator for Arg {
    fn name(&self) -> &'static str {
        "LeadlightArg"
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        ensure!(is_number(*kind), "an input of type {kind:?} is not served");
        let axis = self.axis(shape.len())?;
        broadcast::fixed_length(&shape[axis])?;
        let mut shape = shape.clone();
        if self.keep_dimension {
            shape[axis] = 1.to_dim();
        } else {
            shape.remove(axis);
        }
        Ok(vec![(DatumType::I64, shape)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let input = &inputs[0];
        let axis = self.axis(input.rank())?;
        let indices = for_numbers!(input.datum_type(), extreme_indices(self, input, axis))?;
        let mut shape = input.shape().to_vec();
        if self.keep_dimension {
            shape[axis] = 1;
        } else {
            shape.remove(axis);
        }
        Ok(vec![tensor_from(&shape, indices)?])
    }
}
