//! Pow: elementwise, in f64, rounded once to the type of the base.

use super::super::NodeError;
use super::super::broadcast::{StridedIndices, broadcast_lengths, broadcast_shape};
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use super::number::{Number, for_numbers, is_number};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: bases and exponents of any numeric types, with compatible shapes. Output: the broadcast shape, of the bases'
/// type.
#[derive(Debug)]
struct Pow;

/// Parses a Pow.
pub(in super::super) fn pow(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    context.attributes().check_names(&[])?;
    Ok(Arc::new(Pow))
}

impl Operator for Pow {
    fn name(&self) -> &'static str {
        "LeadlightPow"
    }

    fn inputs(&self) -> usize {
        2
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let ((kind, bases), (other, exponents)) = (&inputs[0], &inputs[1]);
        ensure!(is_number(*kind) && is_number(*other), "inputs of types {kind:?} and {other:?} are not served");
        Ok(vec![(*kind, broadcast_shape(&[bases, exponents])?)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let (bases, exponents) = (&inputs[0], &inputs[1]);
        let exponents = for_numbers!(exponents.datum_type(), to_doubles(exponents))?;
        let shape = broadcast_lengths(&[bases.shape(), inputs[1].shape()])?;
        let indices = StridedIndices::broadcast(inputs[1].shape(), &shape).map(|index| exponents[index]);
        Ok(vec![for_numbers!(bases.datum_type(), powers(bases, &shape, indices))?])
    }
}

fn to_doubles<T: Number>(tensor: &Tensor) -> TractResult<Vec<f64>> {
    Ok(elements::<T>(tensor)?.iter().map(|value| value.to_f64()).collect())
}

fn powers<T: Number>(bases: &Tensor, shape: &[usize], exponents: impl Iterator<Item = f64>) -> TractResult<Tensor> {
    let values = elements::<T>(bases)?;
    let power = |(index, exponent): (usize, f64)| T::from_f64(power(values[index].to_f64(), exponent));
    tensor_from(shape, StridedIndices::broadcast(bases.shape(), shape).zip(exponents).map(power).collect())
}

fn power(base: f64, exponent: f64) -> f64 {
    // Exact for f32, so that squares equal products.
    if exponent == 2.0 { base * base } else { libm::pow(base, exponent) }
}
