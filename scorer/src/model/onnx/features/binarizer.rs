//! Binarizer: 1 above a threshold, else 0.
//!
//! May not know what the features are.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made};
use super::super::score::slice;
use super::super::site::Site;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape, of f32. Output: the same form.
#[derive(Debug)]
struct Binarizer {
    threshold: f32,
}

/// Reads a Binarizer.
pub(in super::super) fn binarizer(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["threshold"])?;
    Ok(Arc::new(Binarizer { threshold: attributes.float("threshold", 0.0) }))
}

impl Operation for Binarizer {
    fn name(&self) -> &'static str {
        "LeadlightBinarizer"
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        ensure!(inputs[0].0 == DatumType::F32, "the input should hold floats");
        Ok(vec![inputs[0].clone()])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let values = slice::<f32>(&inputs[0])?;
        ensure!(!values.iter().any(|value| value.is_nan()), "a missing value is neither above nor below the threshold");
        let above = |value: &f32| if *value > self.threshold { 1.0_f32 } else { 0.0 };
        Ok(vec![made(inputs[0].shape(), values.iter().map(above).collect())?])
    }
}
