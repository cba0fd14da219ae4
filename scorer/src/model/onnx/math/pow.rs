//! Pow: element by element, in f64, rounded once to the type of the base.
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

/// Inputs: bases and exponents of any types of numbers; shapes that fit each other. Output: the common shape, of the
/// bases' type.
#[derive(Debug)]
struct Pow;

/// Reads a Pow.
pub(in super::super) fn pow(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    site.attributes().known(&[])?;
    Ok(Arc::new(Pow))
}

impl Operation for Pow {
    fn name(&self) -> &'static str {
        "LeadlightPow"
    }

    fn inputs(&self) -> usize {
        2
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let ((kind, bases), (other, exponents)) = (&inputs[0], &inputs[1]);
        ensure!(is_number(*kind) && is_number(*other), "inputs of types {kind:?} and {other:?} are not served");
        Ok(vec![(*kind, common_shape(&[bases, exponents])?)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let (bases, exponents) = (&inputs[0], &inputs[1]);
        let exponents = for_numbers!(exponents.datum_type(), doubles(exponents))?;
        let shape = common_lengths(&[bases.shape(), inputs[1].shape()])?;
        let places = Places::stretched(inputs[1].shape(), &shape).map(|place| exponents[place]);
        Ok(vec![for_numbers!(bases.datum_type(), powers(bases, &shape, places))?])
    }
}

fn doubles<T: Number>(tensor: &Tensor) -> TractResult<Vec<f64>> {
    Ok(slice::<T>(tensor)?.iter().map(|value| value.to_f64()).collect())
}

fn powers<T: Number>(bases: &Tensor, shape: &[usize], exponents: impl Iterator<Item = f64>) -> TractResult<Tensor> {
    let values = slice::<T>(bases)?;
    let power = |(place, exponent): (usize, f64)| T::of_f64(power(values[place].to_f64(), exponent));
    made(shape, Places::stretched(bases.shape(), shape).zip(exponents).map(power).collect())
}

fn power(base: f64, exponent: f64) -> f64 {
    // Exact for floats, so that squares are what products are.
    if exponent == 2.0 { base * base } else { libm::pow(base, exponent) }
}
