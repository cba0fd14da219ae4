//! Imputer: replaces one value, which may be NaN.

use super::super::NodeError;
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: (rows, features) of f32 or i64. Output: the same type.
#[derive(Debug)]
enum Imputer {
    Floats { replaced: f32, imputed: Vec<f32> },
    Ints { replaced: i64, imputed: Vec<i64> },
}

/// Parses an Imputer; there is one replacement, or one per feature.
pub(in super::super) fn imputer(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    let names = ["imputed_value_floats", "imputed_value_int64s", "replaced_value_float", "replaced_value_int64"];
    attributes.check_names(&names)?;
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

impl Operator for Imputer {
    fn name(&self) -> &'static str {
        "LeadlightImputer"
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
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
                tensor_from(shape, impute(elements(&inputs[0])?, imputed, is_replaced))
            }
            Imputer::Ints { replaced, imputed } => {
                tensor_from(shape, impute(elements(&inputs[0])?, imputed, |value| value == *replaced))
            }
        };
        Ok(vec![tensor?])
    }
}

fn impute<T: Copy>(values: &[T], imputed: &[T], is_replaced: impl Fn(T) -> bool) -> Vec<T> {
    let imputed_or_same =
        |(at, value): (usize, &T)| if is_replaced(*value) { imputed[at % imputed.len()] } else { *value };
    values.iter().enumerate().map(imputed_or_same).collect()
}
