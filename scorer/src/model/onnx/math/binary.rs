//! Add, Sub, Mul, Div, Max, Min, Sum and Mean: elementwise, from the first input to the last.

use super::super::NodeError;
use super::super::broadcast::{StridedIndices, broadcast_lengths, broadcast_shape};
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use super::number::{Number, for_numbers, is_number};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: compatible shapes, of one numeric type. Output: the broadcast shape, of that type.
#[derive(Debug)]
struct Binary {
    operation: BinaryOperation,
    inputs: usize,
    mean: bool,
}

/// Binary operation.
#[derive(Debug, Clone, Copy)]
enum BinaryOperation {
    Add,
    Sub,
    Mul,
    Div,
    Max,
    Min,
}

/// Parses a node of this family.
pub(in super::super) fn binary(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&[])?;
    let operator = context.node.op_type.as_str();
    let operation = match operator {
        "Sub" => BinaryOperation::Sub,
        "Mul" => BinaryOperation::Mul,
        "Div" => BinaryOperation::Div,
        "Max" => BinaryOperation::Max,
        "Min" => BinaryOperation::Min,
        _ => BinaryOperation::Add,
    };
    let inputs = context.input_count();
    let is_valid = if matches!(operator, "Add" | "Sub" | "Mul" | "Div") { inputs == 2 } else { inputs >= 1 };
    if !is_valid {
        return Err(attributes.error("inputs", format!("{inputs} are given")));
    }
    Ok(Arc::new(Binary { operation, inputs, mean: operator == "Mean" }))
}

impl BinaryOperation {
    fn apply<T: Number>(self, one: T, other: T) -> TractResult<T> {
        Ok(match self {
            BinaryOperation::Add => one.add(other),
            BinaryOperation::Sub => one.subtract(other),
            BinaryOperation::Mul => one.multiply(other),
            BinaryOperation::Div => one.divide(other).context("a whole number is divided by 0")?,
            BinaryOperation::Max | BinaryOperation::Min if one.is_nan() => one,
            BinaryOperation::Max | BinaryOperation::Min if other.is_nan() => other,
            BinaryOperation::Max if other > one => other,
            BinaryOperation::Min if other < one => other,
            BinaryOperation::Max | BinaryOperation::Min => one,
        })
    }
}

impl Operator for Binary {
    fn name(&self) -> &'static str {
        "LeadlightCombine"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let kind = inputs[0].0;
        ensure!(is_number(kind) && inputs.iter().all(|(other, _)| *other == kind), "the inputs should be of one type");
        let shapes: Vec<&[TDim]> = inputs.iter().map(|(_, shape)| shape.as_slice()).collect();
        Ok(vec![(kind, broadcast_shape(&shapes)?)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let mut result = inputs[0].clone().into_tensor();
        for other in &inputs[1..] {
            result = for_numbers!(result.datum_type(), apply_elementwise(self.operation, &result, other))?;
        }
        if self.mean {
            let count = inputs.len();
            result = for_numbers!(result.datum_type(), divide_all(&result, count))?;
        }
        Ok(vec![result])
    }
}

fn apply_elementwise<T: Number>(operation: BinaryOperation, one: &Tensor, other: &Tensor) -> TractResult<Tensor> {
    let (ones, others) = (elements::<T>(one)?, elements::<T>(other)?);
    if one.shape() == other.shape() {
        let values = ones.iter().zip(others).map(|(one, other)| operation.apply(*one, *other));
        return tensor_from(one.shape(), values.collect::<TractResult<_>>()?);
    }
    let shape = broadcast_lengths(&[one.shape(), other.shape()])?;
    let pairs = StridedIndices::broadcast(one.shape(), &shape).zip(StridedIndices::broadcast(other.shape(), &shape));
    tensor_from(
        &shape,
        pairs.map(|(one, other)| operation.apply(ones[one], others[other])).collect::<TractResult<_>>()?,
    )
}

fn divide_all<T: Number>(sum: &Tensor, count: usize) -> TractResult<Tensor> {
    let quotient = |value: &T| value.divide(T::from_count(count)).context("nothing is divided by 0");
    tensor_from(sum.shape(), elements::<T>(sum)?.iter().map(quotient).collect::<TractResult<_>>()?)
}
