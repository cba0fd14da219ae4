//! Add, Sub, Mul, Div, Max, Min, Sum and Mean: element by element, from the first input to the last.
//!
//! May not know what the numbers are.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made};
use super::super::score::slice;
use super::super::site::Site;
use super::super::walk::{Places, common_lengths, common_shape};
use super::numbers::{Number, for_numbers, is_number};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: any shapes that fit each other, of one type of numbers. Output: the common shape, of that type.
#[derive(Debug)]
struct Combine {
    step: Step,
    inputs: usize,
    mean: bool,
}

/// What is made of two numbers.
#[derive(Debug, Clone, Copy)]
enum Step {
    Add,
    Sub,
    Mul,
    Div,
    Max,
    Min,
}

/// Reads a node of this family.
pub(in super::super) fn combine(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&[])?;
    let operator = site.node.op_type.as_str();
    let step = match operator {
        "Sub" => Step::Sub,
        "Mul" => Step::Mul,
        "Div" => Step::Div,
        "Max" => Step::Max,
        "Min" => Step::Min,
        _ => Step::Add,
    };
    let inputs = site.inputs();
    let fits = if matches!(operator, "Add" | "Sub" | "Mul" | "Div") { inputs == 2 } else { inputs >= 1 };
    if !fits {
        return Err(attributes.error("inputs", format!("{inputs} are given")));
    }
    Ok(Arc::new(Combine { step, inputs, mean: operator == "Mean" }))
}

impl Step {
    fn apply<T: Number>(self, one: T, other: T) -> TractResult<T> {
        Ok(match self {
            Step::Add => one.add(other),
            Step::Sub => one.subtract(other),
            Step::Mul => one.multiply(other),
            Step::Div => one.divide(other).context("a whole number is divided by 0")?,
            Step::Max | Step::Min if one.is_nan() => one,
            Step::Max | Step::Min if other.is_nan() => other,
            Step::Max => {
                if other > one {
                    other
                } else {
                    one
                }
            }
            Step::Min => {
                if other < one {
                    other
                } else {
                    one
                }
            }
        })
    }
}

impl Operation for Combine {
    fn name(&self) -> &'static str {
        "LeadlightCombine"
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let kind = inputs[0].0;
        ensure!(is_number(kind) && inputs.iter().all(|(other, _)| *other == kind), "the inputs should be of one type");
        let shapes: Vec<&[TDim]> = inputs.iter().map(|(_, shape)| shape.as_slice()).collect();
        Ok(vec![(kind, common_shape(&shapes)?)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let mut result = inputs[0].clone().into_tensor();
        for other in &inputs[1..] {
            result = for_numbers!(result.datum_type(), combined(self.step, &result, other))?;
        }
        if self.mean {
            let count = inputs.len();
            result = for_numbers!(result.datum_type(), divided(&result, count))?;
        }
        Ok(vec![result])
    }
}

fn combined<T: Number>(step: Step, one: &Tensor, other: &Tensor) -> TractResult<Tensor> {
    let (ones, others) = (slice::<T>(one)?, slice::<T>(other)?);
    if one.shape() == other.shape() {
        let values = ones.iter().zip(others).map(|(one, other)| step.apply(*one, *other));
        return made(one.shape(), values.collect::<TractResult<_>>()?);
    }
    let shape = common_lengths(&[one.shape(), other.shape()])?;
    let pairs = Places::stretched(one.shape(), &shape).zip(Places::stretched(other.shape(), &shape));
    made(&shape, pairs.map(|(one, other)| step.apply(ones[one], others[other])).collect::<TractResult<_>>()?)
}

fn divided<T: Number>(sum: &Tensor, count: usize) -> TractResult<Tensor> {
    let quotient = |value: &T| value.divide(T::of_count(count)).context("nothing is divided by 0");
    made(sum.shape(), slice::<T>(sum)?.iter().map(quotient).collect::<TractResult<_>>()?)
}
