//! Binarizer: 1 above a threshold, else 0.

use super::super::NodeError;
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape, of f32. Output: the same type.
#[derive(Debug)]
struct Binarizer {
    threshold: f32,
}

/// Parses a Binarizer.
pub(in super::super) fn binarizer(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["threshold"])?;
    Ok(Arc::new(Binarizer { threshold: attributes.float("threshold", 0.0) }))
}

impl Operator for Binarizer {
    fn name(&self) -> &'static str {
        "LeadlightBinarizer"
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        ensure!(inputs[0].0 == DatumType::F32, "the input should hold floats");
        Ok(vec![inputs[0].clone()])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let values = elements::<f32>(&inputs[0])?;
        ensure!(!values.iter().any(|value| value.is_nan()), "a missing value is neither above nor below the threshold");
        let above = |value: &f32| if *value > self.threshold { 1.0_f32 } else { 0.0 };
        Ok(vec![tensor_from(inputs[0].shape(), values.iter().map(above).collect())?])
    }
}
