//! Scaler: `(x - offset) * scale` for each feature, in f32.

use super::NodeError;
use super::estimator::to_f32;
use super::node_context::NodeContext;
use super::operator::{Operator, TensorType};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: (…, features) of numbers. Output: the same shape, of f32.
#[derive(Debug)]
struct Scaler {
    offset: Vec<f32>,
    scale: Vec<f32>,
}

/// Parses a Scaler; offset and scale have one value, or one per feature.
pub(super) fn scaler(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["offset", "scale"])?;
    let offset = attributes.finite("offset", attributes.floats("offset"))?.to_vec();
    let scale = attributes.finite("scale", attributes.floats("scale"))?.to_vec();
    if offset.is_empty() {
        return Err(attributes.error("offset", "is missing"));
    }
    attributes.check_length("scale", &scale, offset.len())?;
    Ok(Arc::new(Scaler { offset, scale }))
}

impl Operator for Scaler {
    fn name(&self) -> &'static str {
        "LeadlightScaler"
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        ensure!(kind.is_number(), "the input should hold numbers");
        let features = self.offset.len();
        let columns = shape.last().context("the input should have a dimension")?;
        ensure!(
            features == 1 || *columns == features.to_dim(),
            "{features} features are scaled, but there are {columns}"
        );
        Ok(vec![(DatumType::F32, shape.clone())])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let mut values = to_f32(&inputs[0])?.into_owned();
        for row in values.chunks_mut(self.offset.len()) {
            for ((value, offset), scale) in row.iter_mut().zip(&self.offset).zip(&self.scale) {
                *value = (*value - offset) * scale;
            }
        }
        Ok(vec![Tensor::from_shape(inputs[0].shape(), &values)?])
    }
}
