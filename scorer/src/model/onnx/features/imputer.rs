//! Imputer: puts other numbers in the place of one number, which may be NaN.
//!
//! May not know which numbers are missing values.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made};
use super::super::score::slice;
use super::super::site::Site;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: (rows, features) of f32 or i64. Output: the same form.
#[derive(Debug)]
enum Imputer {
    Floats { replaced: f32, imputed: Vec<f32> },
    Ints { replaced: i64, imputed: Vec<i64> },
}

/// Reads an Imputer; there is one number to put in, or one for each feature.
pub(in super::super) fn imputer(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    let names = ["imputed_value_floats", "imputed_value_int64s", "replaced_value_float", "replaced_value_int64"];
    attributes.known(&names)?;
    let (floats, ints) = (attributes.floats(names[0]), attributes.ints(names[1]));
    match (floats.is_empty(), ints.is_empty()) {
        (false, true) => {
            Ok(Arc::new(Imputer::Floats { replaced: attributes.float(names[2], 0.0), imputed: floats.to_vec() }))
        }
        (true, false) => Ok(Arc::new(Imputer::Ints { replaced: attributes.int(names[3], 0), imputed: ints.to_vec() })),
        (true, true) => Err(attributes.error(names[0], "has no values")),
        (false, false) => Err(attributes.error(names[1], format!("stands beside {}; one of them is enough", names[0]))),
    }
}

impl Operation for Imputer {
    fn name(&self) -> &'static str {
        "LeadlightImputer"
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        let (expected, count) = match self {
            Imputer::Floats { imputed, .. } => (DatumType::F32, imputed.len()),
            Imputer::Ints { imputed, .. } => (DatumType::I64, imputed.len()),
        };
        ensure!(*kind == expected, "the input should be of type {expected:?}, as the values to put in, not {kind:?}");
        ensure!(matches!(shape.len(), 1 | 2), "the input should have one or two dimensions");
        let columns = shape.last().context("the input should have a dimension")?;
        ensure!(count == 1 || *columns == count.to_dim(), "there are {count} values for {columns} features");
        Ok(vec![inputs[0].clone()])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let shape = inputs[0].shape();
        let tensor = match self {
            Imputer::Floats { replaced, imputed } => {
                let is_replaced = |value: f32| value == *replaced || value.is_nan() && replaced.is_nan();
                made(shape, replace(slice(&inputs[0])?, imputed, is_replaced))
            }
            Imputer::Ints { replaced, imputed } => {
                made(shape, replace(slice(&inputs[0])?, imputed, |value| value == *replaced))
            }
        };
        Ok(vec![tensor?])
    }
}

fn replace<T: Copy>(values: &[T], imputed: &[T], is_replaced: impl Fn(T) -> bool) -> Vec<T> {
    let other = |(at, value): (usize, &T)| if is_replaced(*value) { imputed[at % imputed.len()] } else { *value };
    values.iter().enumerate().map(other).collect()
}
