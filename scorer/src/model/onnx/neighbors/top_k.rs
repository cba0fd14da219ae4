//! TopK: the highest or lowest elements of the last axis, sorted; of equal ones the first comes first.

use super::super::NodeError;
use super::super::broadcast::{fixed_length, resolve_axis};
use super::super::estimator::elements;
use super::super::math::{Number, for_numbers, is_number};
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: (…, length) of numbers; then the constant number of elements, where it is an input. Outputs: (…, count) of the
/// same type, and their indices of i64.
#[derive(Debug)]
struct TopK {
    axis: i64,
    count: usize,
    highest: bool,
    inputs: usize,
}

/// Parses a TopK of any version.
pub(in super::super) fn top_k(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    let counts = if context.version() < 10 {
        attributes.check_names(&["axis", "k"])?;
        vec![attributes.int("k", 0)]
    } else {
        attributes.check_names(&["axis", "largest", "sorted"])?;
        context.integers(1, "K")?.unwrap_or_default()
    };
    let count = match *counts.as_slice() {
        [count] => usize::try_from(count).ok().filter(|count| *count > 0),
        _ => None,
    };
    let count = count.ok_or_else(|| attributes.error("K", "should be one number from 1 up"))?;
    if context.node.output.len() != 2 {
        return Err(attributes.error("outputs", "should be two"));
    }
    Ok(Arc::new(TopK {
        axis: attributes.int("axis", -1),
        count,
        highest: attributes.int("largest", 1) != 0,
        inputs: context.input_count(),
    }))
}

impl TopK {
    fn select<T: Number>(&self, input: &Tensor) -> TractResult<(Tensor, Tensor)> {
        let Some((length, outer)) = input.shape().split_last() else { bail!("the input should have a dimension") };
        ensure!(self.count <= *length, "{} elements are needed, but there are {length}", self.count);
        let (mut values, mut indices) = (Vec::new(), Vec::new());
        for row in elements::<T>(input)?.chunks_exact((*length).max(1)) {
            // NaN comes last.
            let order = |one: &usize, other: &usize| {
                let (left, right) = (row[*one], row[*other]);
                let by_value = if self.highest { right.partial_cmp(&left) } else { left.partial_cmp(&right) };
                let by_value = by_value.unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()));
                by_value.then(one.cmp(other))
            };
            let mut order_of_row: Vec<usize> = (0..*length).collect();
            if self.count < *length {
                order_of_row.select_nth_unstable_by(self.count - 1, order);
            }
            order_of_row.truncate(self.count);
            order_of_row.sort_unstable_by(order);
            values.extend(order_of_row.iter().map(|at| row[*at]));
            indices.extend(order_of_row.iter().map(|at| *at as i64));
        }
        let shape = [outer, &[self.count]].concat();
        Ok((tensor_from(&shape, values)?, tensor_from(&shape, indices)?))
    }
}

impl Operator for TopK {
    fn name(&self) -> &'static str {
        "LeadlightTopK"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        2
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        ensure!(is_number(*kind), "an input of type {kind:?} is not served");
        let axis = resolve_axis(self.axis, shape.len())?;
        ensure!(axis + 1 == shape.len(), "an axis other than the last is not served");
        let length = fixed_length(&shape[axis])?;
        ensure!(self.count <= length, "{} elements are needed, but there are {length}", self.count);
        let mut shape = shape.clone();
        shape[axis] = self.count.to_dim();
        Ok(vec![(*kind, shape.clone()), (DatumType::I64, shape)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let input: &Tensor = &inputs[0];
        let (values, indices) = for_numbers!(input.datum_type(), self.select(input))?;
        Ok(vec![values, indices])
    }
}
